//! Completion queue to the embedder: each completion is matched with its slot, generation and
//! kind; the slot is freed with the last one. Nothing here calls back into code that could stage
//! or submit: results are only handed to a sink.

use crate::slots::State;
use crate::{Completion, Engine, Kernel, Kind, Marks, Settled, Token};

/// `IORING_CQE_F_MORE`: further completions of the same entry follow.
const MORE: u32 = 1 << 1;

impl<K: Kernel> Engine<K> {
    /// Takes up to `limit` results. Gives how many the sink got.
    pub(crate) fn reap<S: FnMut(Settled)>(&mut self, limit: usize, sink: &mut S) -> usize {
        let mut given = 0;
        while given < limit {
            let Some((slot, result)) = self.refused.pop_front() else { break };
            self.settle(slot, result, 0, sink);
            given += 1;
        }
        while given < limit {
            let Some(completion) = self.kernel.pop() else { break };
            self.counts.completions += 1;
            given += usize::from(self.take(completion, sink));
        }
        self.check();
        given
    }

    /// Routes one completion. True when the sink got a result.
    #[inline]
    fn take<S: FnMut(Settled)>(&mut self, completion: Completion, sink: &mut S) -> bool {
        let token = Token::from_user_data(completion.user_data);
        if token.kind() == Some(Kind::Cancel) && self.cancels_in_kernel > 0 {
            // found, not found (ENOENT) or too late (EALREADY): the target's own completion tells
            self.cancels_in_kernel -= 1;
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
        match token.kind() {
            Some(Kind::Operation) if completion.flags & MORE != 0 => {
                sink(Settled::more(slot, completion.result, completion.flags));
                return true;
            }
            Some(Kind::Operation) => place.held = (completion.result, completion.flags),
            Some(Kind::Guard) if place.marks.has(Marks::TIMED) => {
                if completion.result == -libc::ETIME {
                    place.marks.set(Marks::EXPIRED);
                }
            }
            _ => {
                self.counts.suspect += 1;
                return false;
            }
        }
        place.outstanding -= 1;
        if place.outstanding > 0 {
            return false;
        }
        let (result, flags) = place.held;
        let stopped = result == -libc::ECANCELED || result == -libc::EINTR;
        let timed_out = stopped && place.marks.has(Marks::EXPIRED);
        self.settle(slot, if timed_out { -libc::ETIMEDOUT } else { result }, flags, sink);
        true
    }

    /// Frees the slot and hands its result out.
    #[inline]
    fn settle<S: FnMut(Settled)>(&mut self, slot: u32, result: i32, flags: u32, sink: &mut S) {
        let payload = self.slots.release(slot);
        self.counts.settled += 1;
        sink(Settled { slot, result, flags, last: true, payload });
    }
}
