//! One turn of the engine: submit everything staged, take everything completed. Cached reads
//! complete inside the submit, so draining right after it is what makes them fast.

use crate::enter::Entered;
use crate::{Encode, Engine, Kernel, Payload};

/// A result for the embedder.
pub struct Settled {
    /// The slot of the operation.
    pub slot: u32,
    /// The kernel's result, or a negative errno; `-ETIMEDOUT` when the guard stopped it.
    pub result: i32,
    /// `IORING_CQE_F_*` of the completion.
    pub flags: u32,
    /// False while more completions of the same operation follow (multishot).
    pub last: bool,
    /// The operation's memory, given back with the last result.
    pub payload: Option<Box<dyn Payload>>,
}

impl Settled {
    pub(crate) fn more(slot: u32, result: i32, flags: u32) -> Settled {
        Settled { slot, result, flags, last: false, payload: None }
    }
}

/// How a turn ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Results the sink got.
    pub given: usize,
    /// Results or staged operations are left: take another turn soon.
    pub more: bool,
    /// The kernel had no room: the next turn should come after a completion or a pause.
    pub stalled: bool,
}

impl<K: Kernel> Engine<K> {
    /// True when a turn would find something: a completion, or work that an enter brings out.
    pub fn has_work(&mut self) -> bool {
        !self.refused.is_empty()
            || !self.backlog.is_empty()
            || self.kernel.needs_enter()
            || self.kernel.has_completions()
    }

    /// Submits and reaps until there is nothing left to do without waiting, or `limit` results
    /// have been given. `Err` is the (positive) errno the ring failed with; from then on every
    /// operation is the embedder's to reject, and its memory stays.
    pub fn turn<E: Encode, S: FnMut(Settled)>(
        &mut self,
        encoder: &mut E,
        limit: usize,
        sink: &mut S,
    ) -> Result<Turn, i32> {
        if let Some(errno) = self.failed {
            return Err(errno);
        }
        let mut turn = Turn::default();
        loop {
            self.pump(encoder);
            let mut consumed = 0;
            let mut entered = false;
            if self.kernel.unsubmitted() > 0 || self.kernel.needs_enter() {
                entered = true;
                match self.enter()? {
                    Entered::Consumed(count) => consumed = count,
                    Entered::Stalled => turn.stalled = true,
                }
            }
            let before = self.counts.completions;
            let refused = self.refused.len();
            turn.given += self.reap(limit - turn.given, sink);
            if self.kernel.dropped() > 0 {
                return Err(self.fail(libc::EBADR));
            }
            let left = self.kernel.unsubmitted() > 0
                || !self.backlog.is_empty()
                || !self.cancels.is_empty()
                || (entered && self.kernel.needs_enter());
            if turn.given >= limit {
                turn.more = true;
                return Ok(turn);
            }
            if !left {
                turn.stalled = false;
                return Ok(turn);
            }
            let progress = consumed > 0 || refused > 0 || self.counts.completions > before;
            if !progress {
                turn.more = true;
                turn.stalled = true;
                return Ok(turn);
            }
        }
    }
}
