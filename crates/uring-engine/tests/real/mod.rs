//! A bench for one engine on a real ring: stage, turn, look at the results.
#![allow(dead_code)] // each test file uses its part

use std::cell::Cell;
use std::fs::File;
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};
use std::rc::Rc;
use std::time::{Duration, Instant};
use uring::squeue::Flags;
use uring_engine::{open, Encode, Encoded, Engine, Extra, Kernel, Marks, Payload, Ring, Settled};
use uring_engine::{Setup, Slots, Turn};

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
struct Prepared {
    entries: Vec<Option<Encoded>>,
    limits: Vec<Duration>,
}

impl Encode for Prepared {
    fn encode(&mut self, slot: u32, _slots: &Slots) -> Result<Encoded, i32> {
        self.entries[slot as usize].take().ok_or(-libc::EINVAL)
    }

    fn limit(&mut self, slot: u32) -> Duration {
        self.limits[slot as usize]
    }
}

pub struct Bench {
    pub engine: Engine<Ring>,
    /// Slots in the order they settled.
    pub order: Vec<u32>,
    /// Slot, result, flags and extra of every row.
    pub rows: Vec<(u32, i32, u32, Extra)>,
    prepared: Prepared,
    results: Vec<Option<Settled>>,
}

impl Bench {
    pub fn new(entries: u32, cq_entries: Option<u32>, slots: u32) -> Bench {
        let ring = open(Setup::new(entries, cq_entries)).expect("io_uring works here");
        Bench {
            engine: Engine::new(ring, slots),
            order: Vec::new(),
            prepared: Prepared {
                entries: (0..slots).map(|_| None).collect(),
                limits: vec![Duration::ZERO; slots as usize],
            },
            rows: Vec::new(),
            results: (0..slots).map(|_| None).collect(),
        }
    }

    /// False when the engine does not take it.
    pub fn stage(&mut self, slot: u32, marks: Marks, encoded: Encoded) -> bool {
        let staged = self.engine.stage(slot, marks).is_ok();
        if staged {
            self.prepared.entries[slot as usize] = Some(encoded);
        }
        staged
    }

    /// The same with a time limit.
    pub fn stage_timed(
        &mut self,
        slot: u32,
        marks: Marks,
        limit: Duration,
        encoded: Encoded,
    ) -> bool {
        self.prepared.limits[slot as usize] = limit;
        self.stage(slot, marks | Marks::TIMED, encoded)
    }

    pub fn turn(&mut self, limit: usize) -> Turn {
        let Bench { engine, prepared, results, order, rows } = self;
        let mut sink = |row: Settled| take(results, order, rows, row);
        engine.turn(prepared, limit, &mut sink).expect("the ring works")
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

    pub fn drain(&mut self, bound: Option<Duration>) -> bool {
        let Bench { engine, results, order, rows, .. } = self;
        engine.drain(bound, &mut |row| take(results, order, rows, row))
    }

    pub fn result(&self, slot: u32) -> i32 {
        self.results[slot as usize].as_ref().expect("it has settled").result
    }

    pub fn output(&self, slot: u32) -> &[u8] {
        let settled = self.results[slot as usize].as_ref().expect("it has settled");
        settled.payload.as_ref().map_or(&[], |payload| payload.output())
    }
}

fn take(
    results: &mut [Option<Settled>],
    order: &mut Vec<u32>,
    rows: &mut Vec<(u32, i32, u32, Extra)>,
    row: Settled,
) {
    rows.push((row.slot, row.result, row.flags, row.extra));
    if row.is_last() {
        order.push(row.slot);
        let slot = row.slot as usize;
        results[slot] = Some(row);
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
