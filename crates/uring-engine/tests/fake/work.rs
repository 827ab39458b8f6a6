//! The encoder of the tests: what each slot is to do, by slot.

use super::memory::Ledger;
use super::request::{entry, Act, Behaviour};
use std::rc::Rc;
use std::time::Duration;
use uring::squeue::Flags;
use uring_engine::{Encode, Encoded, Slots};

#[derive(Clone, Copy, Debug)]
pub struct Work {
    pub act: Act,
    pub behaviour: Behaviour,
    pub length: u32,
    /// Ticks until the guard strikes.
    pub limit: Option<u32>,
    /// The encoder says no.
    pub refusal: Option<i32>,
    /// Flags the encoder sets by itself.
    pub flags: Flags,
    /// Bytes the encoder says the kernel may copy.
    pub bytes: u32,
}

impl Work {
    pub fn new(act: Act, behaviour: Behaviour) -> Work {
        Work {
            act,
            behaviour,
            length: 16,
            limit: None,
            refusal: None,
            flags: Flags::empty(),
            bytes: 0,
        }
    }

    pub fn limited(self, ticks: u32) -> Work {
        Work { limit: Some(ticks), ..self }
    }

    pub fn refused(self, errno: i32) -> Work {
        Work { refusal: Some(-errno), ..self }
    }

    pub fn copying(self, bytes: u32) -> Work {
        Work { bytes, ..self }
    }

    pub fn flagged(self, flags: Flags) -> Work {
        Work { flags, ..self }
    }
}

pub struct Works {
    pub by_slot: Vec<Work>,
    /// The block each slot's operation was last encoded with, 0 without.
    pub address: Vec<u64>,
    pub ledger: Rc<Ledger>,
    /// Slots in the order they were encoded.
    pub encoded: Vec<u32>,
}

impl Works {
    pub fn new(ledger: &Rc<Ledger>, slots: u32) -> Works {
        let nothing = Work::new(Act::Nop, Behaviour::Inline);
        Works {
            by_slot: vec![nothing; slots as usize],
            address: vec![0; slots as usize],
            ledger: Rc::clone(ledger),
            encoded: Vec::new(),
        }
    }
}

impl Encode for Works {
    fn encode(&mut self, slot: u32, slots: &Slots) -> Result<Encoded, i32> {
        assert!(slots.token(slot).is_some(), "encoded a free slot");
        self.encoded.push(slot);
        let work = self.by_slot[slot as usize];
        if let Some(errno) = work.refusal {
            return Err(errno);
        }
        let mut encoded = match work.act {
            Act::Read | Act::Write => {
                let block = self.ledger.block(work.length as usize);
                self.address[slot as usize] = block.address();
                let entry = entry(work.act, work.behaviour, block.address(), work.length);
                Encoded::with(entry, block)
            }
            _ => {
                self.address[slot as usize] = 0;
                Encoded::bare(entry(work.act, work.behaviour, 0, 0))
            }
        };
        encoded.entry = encoded.entry.flags(work.flags);
        encoded.bytes = work.bytes;
        Ok(encoded)
    }

    fn limit(&mut self, slot: u32) -> Duration {
        let ticks = self.by_slot[slot as usize].limit;
        Duration::from_nanos(ticks.expect("asked for what is timed").into())
    }
}
