//! Completion queue to the embedder: each completion is matched with its slot, generation and
//! kind; the slot is freed with the last one. Nothing here calls back into code that could stage
//! or submit: results are only handed to a sink.

use crate::slots::{State, GUARD, OPERATION};
use crate::{Completion, Engine, Extra, Kernel, Kind, Marks, Settled, Token};

/// `IORING_CQE_F_MORE`: further completions of the same entry follow.
const MORE: u32 = 1 << 1;

/// Completions copied out of the ring at a time, before any of them is acted on.
const CHUNK: usize = 16;

impl<K: Kernel> Engine<K> {
    /// Takes up to `limit` results. Gives how many the sink got.
    pub(crate) fn reap<S: FnMut(Settled)>(&mut self, limit: usize, sink: &mut S) -> usize {
        let mut given = 0;
        while given < limit {
            let Some((slot, result)) = self.refused.pop_front() else { break };
            self.settle(slot, result, 0, Extra::LAST | Extra::REFUSED, sink);
            given += 1;
        }
        let mut chunk = [Completion::default(); CHUNK];
        while given < limit {
            let room = CHUNK.min(limit - given); // a completion gives one result at the most
            let taken = self.kernel.pop_many(&mut chunk[..room]);
            self.counts.completions += taken as u64;
            for completion in &chunk[..taken] {
                given += usize::from(self.take(*completion, sink));
            }
            if taken < room {
                break;
            }
        }
        self.check();
        given
    }

    /// Routes one completion. True when the sink got a result.
    #[inline(always)]
    fn take<S: FnMut(Settled)>(&mut self, completion: Completion, sink: &mut S) -> bool {
        let token = Token::from_user_data(completion.user_data);
        if token.kind() == Some(Kind::Cancel) && self.cancels_in_kernel > 0 {
            self.cancels_in_kernel -= 1;
            self.cancel_answered(token, completion.result);
            return false;
        }
        let slot = token.slot();
        let place = match self.slots.get_mut(slot) {
            Some(place)
                if place.state == State::InKernel && place.generation == token.generation() =>
            {
                place
            }
            _ => {
                self.counts.suspect += 1;
                return false;
            }
        };
        let kind = token.kind();
        let last = completion.flags & MORE == 0;
        if place.marks == Marks::NONE
            && place.outstanding == OPERATION
            && kind == Some(Kind::Operation)
            && last
        {
            // nothing special about it, as for nearly all
            self.settle(slot, completion.result, completion.flags, Extra::LAST, sink);
            return true;
        }
        let part = match kind {
            Some(Kind::Operation) => OPERATION,
            Some(Kind::Guard) => GUARD,
            _ => 0,
        };
        if place.outstanding & part == 0 {
            self.counts.suspect += 1;
            return false;
        }
        if !last && part == OPERATION {
            let Completion { result, flags, .. } = completion;
            sink(Settled { slot, result, flags, extra: Extra::NONE, payload: None });
            return true;
        }
        place.outstanding &= !part;
        let left = place.outstanding;
        if part == OPERATION {
            self.slots.extras_mut(slot).held = (completion.result, completion.flags);
            self.operation_over(slot);
        } else if went_off(completion.result) {
            place.marks.set(Marks::EXPIRED);
        }
        if left != 0 {
            return false;
        }
        let (result, flags) = self.slots.extras_mut(slot).held;
        let stopped = result == -libc::ECANCELED || result == -libc::EINTR;
        let expired = self.slots.get(slot).is_some_and(|place| place.marks.has(Marks::EXPIRED));
        let timed_out = stopped && expired;
        let result = if timed_out { -libc::ETIMEDOUT } else { result };
        self.settle(slot, result, flags, Extra::LAST, sink);
        true
    }

    /// Frees the slot and hands its result out.
    #[inline(always)]
    fn settle<S: FnMut(Settled)>(
        &mut self,
        slot: u32,
        result: i32,
        flags: u32,
        extra: Extra,
        sink: &mut S,
    ) {
        let payload = self.slots.release(slot);
        self.counts.settled += 1;
        sink(Settled { slot, result, flags, extra, payload });
    }
}

/// True when a guard's result says that its time was up. Only ETIME means that it stopped the
/// operation by itself; one that a worker was running is interrupted all the same, and then the
/// guard says that it could not be found (ENOENT) or not be stopped (EALREADY).
fn went_off(result: i32) -> bool {
    matches!(-result, libc::ETIME | libc::ENOENT | libc::EALREADY)
}
