//! One turn of the engine: submit everything staged, take everything completed. Cached reads
//! complete inside the submit, so their completions are taken right after it. Proved by
//! tests/backlog.rs, lanes.rs and enter.rs.

use crate::enter::Entered;
use crate::{limits, Encode, Engine, Kernel, Settled};
use std::time::Duration;

/// How a turn ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Rows that the sink got.
    pub rows: usize,
    /// The turn ended at a limit, of rows, bytes or time, and there is more to do: take another turn
    /// soon.
    pub more: bool,
    /// There is work, but the kernel took no entry and completed nothing: take another turn after a
    /// pause, or a completion if one comes sooner. Never together with `more`.
    pub stalled: bool,
}

impl<K: Kernel> Engine<K> {
    /// Returns true when a turn would find something to do: a row, or an entry to push or submit.
    /// Operations that wait for a barrier do not count before the barrier is over.
    pub fn has_work(&mut self) -> bool {
        self.can_go_on() || self.deadlines.need_care()
    }

    /// The same without deadlines, which are looked after when there is nothing else to do.
    fn can_go_on(&mut self) -> bool {
        !self.refused.is_empty()
            || !self.cancels.is_empty()
            || self.can_pump()
            || self.kernel.has_to_enter()
            || self.kernel.has_completions()
    }

    /// Submits and reaps until there is nothing left to do without waiting, the sink has got
    /// `limit` rows, or the turn's bytes have been copied or its time is up.
    ///
    /// Returns `Err` with the (positive) errno that the ring failed with; from then on every
    /// operation is the embedder's to reject, and its memory stays. Rows that came with the failure
    /// are handed out first: the turn after them returns the error.
    pub fn turn<E: Encode, S: FnMut(Settled)>(
        &mut self,
        encoder: &mut E,
        limit: usize,
        sink: &mut S,
    ) -> Result<Turn, i32> {
        if let Some(errno) = self.failed {
            return Err(errno);
        }
        self.close_chain();
        let turn = self.run(encoder, limit, sink);
        self.date_fresh(encoder);
        if self.barrier_is_over() {
            self.backlog.barrier_runs = false;
        }
        self.budget.renew();
        turn
    }

    fn run<E: Encode, S: FnMut(Settled)>(
        &mut self,
        encoder: &mut E,
        limit: usize,
        sink: &mut S,
    ) -> Result<Turn, i32> {
        let mut turn = Turn::default();
        let mut end = None;
        loop {
            self.pump(encoder);
            let entered = match self.kernel.has_to_enter() {
                true => self.enter(),
                false => Ok(Entered::Consumed(0)),
            };
            let before = (self.counts.completions, self.counts.settled);
            turn.rows += self.reap(limit - turn.rows, sink);
            let dropped = self.kernel.dropped() > 0;
            if let Some(errno) = entered.err().or_else(|| dropped.then_some(libc::EBADR)) {
                let errno = self.fail(errno);
                turn.more = turn.rows > 0;
                return if turn.more { Ok(turn) } else { Err(errno) };
            }
            if !self.can_go_on() {
                if self.watch_deadlines(encoder) {
                    continue; // an alarm is to be submitted
                }
                return Ok(turn);
            }
            let reaped = before != (self.counts.completions, self.counts.settled);
            let submitted = matches!(entered, Ok(Entered::Consumed(1..)));
            let stuck = !reaped && !submitted;
            if turn.rows >= limit {
                turn.stalled = stuck && entered == Ok(Entered::Stalled);
                turn.more = !turn.stalled;
                return Ok(turn);
            }
            if stuck {
                turn.stalled = true;
                return Ok(turn);
            }
            if self.has_spent_its_bytes() || self.time_is_up(&mut end) {
                turn.more = true;
                return Ok(turn);
            }
        }
    }

    /// Returns true when the turn is to end. The first call sets the `end`.
    fn time_is_up(&mut self, end: &mut Option<Duration>) -> bool {
        let now = self.kernel.now();
        now > *end.get_or_insert(now + limits::TURN_TIME)
    }
}
