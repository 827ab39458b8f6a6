//! One turn of the engine: submit everything staged, take everything completed. Cached reads
//! complete inside the submit, so draining right after it is what makes them fast.

use crate::enter::Entered;
use crate::{Encode, Engine, Kernel, Settled};

/// How a turn ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Results the sink got.
    pub given: usize,
    /// The limit was reached and there is more to do: take another turn soon.
    pub more: bool,
    /// The kernel took nothing and gave nothing though there is work: take another turn after a
    /// pause, or a completion if one comes sooner. Never together with `more`.
    pub stalled: bool,
}

impl<K: Kernel> Engine<K> {
    /// True when a turn would find something: a result, or work that an enter brings out.
    pub fn has_work(&mut self) -> bool {
        !self.refused.is_empty()
            || !self.backlog.is_empty()
            || !self.cancels.is_empty()
            || self.kernel.unsubmitted() > 0
            || self.kernel.needs_enter()
            || self.kernel.has_completions()
    }

    /// Submits and reaps until there is nothing left to do without waiting, or `limit` results
    /// have been given. `Err` is the (positive) errno the ring failed with; from then on every
    /// operation is the embedder's to reject, and its memory stays. Results that came with the
    /// failure are given first: the turn after them tells.
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
            let entered = match self.kernel.unsubmitted() > 0 || self.kernel.needs_enter() {
                true => self.enter(),
                false => Ok(Entered::Consumed(0)),
            };
            let before = (self.counts.completions, self.counts.settled);
            turn.given += self.reap(limit - turn.given, sink);
            let dropped = self.kernel.dropped() > 0;
            if let Some(errno) = entered.err().or_else(|| dropped.then_some(libc::EBADR)) {
                let errno = self.fail(errno);
                turn.more = turn.given > 0;
                return if turn.more { Ok(turn) } else { Err(errno) };
            }
            if !self.has_work() {
                return Ok(turn);
            }
            let reaped = before != (self.counts.completions, self.counts.settled);
            let submitted = matches!(entered, Ok(Entered::Consumed(1..)));
            let stuck = !reaped && !submitted;
            if turn.given >= limit {
                turn.stalled = stuck && entered == Ok(Entered::Stalled);
                turn.more = !turn.stalled;
                return Ok(turn);
            }
            if stuck {
                turn.stalled = true;
                return Ok(turn);
            }
        }
    }
}
