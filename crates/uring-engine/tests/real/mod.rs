//! A bench for one engine on a real ring: stage, turn, look at the results.
#![allow(dead_code)] // each test file uses its part

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use std::rc::Rc;
use std::time::{Duration, Instant};
use uring::squeue::Flags;
use uring_engine::{open, Encode, Encoded, Engine, Kernel, Marks, Payload, Ring, Settled, Setup};
use uring_engine::{Slots, Turn};

/// A buffer that an operation owns, and that tells when it is dropped.
pub struct Bytes {
    bytes: Box<[u8]>,
    dropped: Rc<Cell<bool>>,
}

impl Bytes {
    pub fn new(length: usize) -> Bytes {
        Bytes { bytes: vec![0; length].into(), dropped: Rc::default() }
    }

    pub fn from(text: &[u8]) -> Bytes {
        Bytes { bytes: text.into(), dropped: Rc::default() }
    }

    pub fn pointer(&mut self) -> *mut u8 {
        self.bytes.as_mut_ptr()
    }

    pub fn witness(&self) -> Rc<Cell<bool>> {
        Rc::clone(&self.dropped)
    }
}

impl Drop for Bytes {
    fn drop(&mut self) {
        self.dropped.set(true);
    }
}

impl Payload for Bytes {
    fn output(&self) -> &[u8] {
        &self.bytes
    }
}

/// What is to be submitted, by slot.
struct Prepared(Vec<Option<Encoded>>);

impl Encode for Prepared {
    fn encode(&mut self, slot: u32, _slots: &Slots) -> Result<Encoded, i32> {
        self.0[slot as usize].take().ok_or(-libc::EINVAL)
    }
}

pub struct Bench {
    pub engine: Engine<Ring>,
    /// Slots in the order they settled.
    pub order: Vec<u32>,
    prepared: Prepared,
    results: Vec<Option<Settled>>,
}

impl Bench {
    pub fn new(entries: u32, cq_entries: Option<u32>, slots: u32) -> Bench {
        let ring = open(Setup::new(entries, cq_entries)).expect("io_uring works here");
        Bench {
            engine: Engine::new(ring, slots),
            order: Vec::new(),
            prepared: Prepared((0..slots).map(|_| None).collect()),
            results: (0..slots).map(|_| None).collect(),
        }
    }

    /// False when the engine does not take it.
    pub fn stage(&mut self, slot: u32, marks: Marks, encoded: Encoded) -> bool {
        let staged = self.engine.stage(slot, marks).is_ok();
        if staged {
            self.prepared.0[slot as usize] = Some(encoded);
        }
        staged
    }

    pub fn turn(&mut self, limit: usize) -> Turn {
        let (results, order) = (&mut self.results, &mut self.order);
        let mut sink = |settled: Settled| {
            order.push(settled.slot);
            let slot = settled.slot as usize;
            results[slot] = Some(settled);
        };
        self.engine.turn(&mut self.prepared, limit, &mut sink).expect("the ring works")
    }

    /// Takes turns until nothing is under way.
    pub fn settle(&mut self) {
        let start = Instant::now();
        self.turn(usize::MAX);
        while !self.engine.is_idle() {
            assert!(start.elapsed() < Duration::from_secs(10), "{:?}", self.engine.counts());
            self.engine.kernel().wait(Duration::from_millis(10));
            self.turn(usize::MAX);
        }
    }

    pub fn drain(&mut self, bound: Duration) -> bool {
        let results = &mut self.results;
        self.engine.drain(bound, &mut |settled| {
            let slot = settled.slot as usize;
            results[slot] = Some(settled);
        })
    }

    pub fn result(&self, slot: u32) -> i32 {
        self.results[slot as usize].as_ref().expect("it has settled").result
    }

    pub fn output(&self, slot: u32) -> &[u8] {
        let settled = self.results[slot as usize].as_ref().expect("it has settled");
        settled.payload.as_ref().map_or(&[], |payload| payload.output())
    }
}

/// A pipe: the reading end, the writing end.
pub fn pipe() -> (OwnedFd, File) {
    let mut ends = [0; 2];
    // SAFETY: room for two descriptors, which become ours.
    unsafe {
        let made = libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC);
        assert_eq!(made, 0, "{}", io::Error::last_os_error());
        (OwnedFd::from_raw_fd(ends[0]), File::from_raw_fd(ends[1]))
    }
}

/// `flag` where `condition` holds.
pub fn set(condition: bool, flag: Flags) -> Flags {
    if condition {
        flag
    } else {
        Flags::empty()
    }
}
