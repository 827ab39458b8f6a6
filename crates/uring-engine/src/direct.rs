//! The direct way into the submission queue: a plain operation that nothing waits in front of is
//! pushed as it is staged, without the way over the backlog, which touches its slot and its request
//! a second time. As nearly all operations go this way, their loop borrows the submission queue once
//! for all of them.
//!
//! Proved by tests/backlog.rs, lanes.rs and barrier.rs.

use crate::backlog::Lane;
use crate::engine::StageError;
use crate::push::{complete, encode};
use crate::slots::State;
use crate::{Encode, Engine, Kernel, Marks};

/// An operation to be staged.
type Operation = (u32, Marks);

impl<K: Kernel> Engine<K> {
    /// Stages operations up to the first that needs more than this, and returns that one. What
    /// finds no room, or has to wait behind others, goes to the backlog.
    #[inline(always)]
    pub(crate) fn stage_plain<E: Encode>(
        &mut self,
        operations: &mut impl Iterator<Item = Operation>,
        encoder: &mut E,
    ) -> Result<Option<Operation>, StageError> {
        if self.closing || self.failed.is_some() || self.backlog.holds_back() {
            return Ok(operations.next());
        }
        let mut room = if self.cancels.is_empty() { self.kernel.room() } else { 0 };
        let Engine { kernel, slots, backlog, budget, refused, counts, .. } = self;
        // whether a lane's operations may go past its queue; only what happens below changes it
        let mut open = [Lane::Single, Lane::Bulk]
            .map(|lane| backlog.is_empty(lane) && !budget.is_used_up(lane));
        let mut left = Ok(None);
        let next = || loop {
            let (slot, marks) = operations.next()?;
            if !marks.is_plain() {
                left = Ok(Some((slot, marks)));
                return None;
            }
            let lane = Lane::of(marks);
            let goes = room > 0 && open[lane as usize];
            let state = if goes { State::InKernel } else { State::Queued };
            let token = match slots.claim(slot, marks, state) {
                Ok(token) => token,
                Err(error) => {
                    left = Err(error);
                    return None;
                }
            };
            counts.staged += 1;
            if !goes {
                backlog.add_plain(slots, lane, slot);
                open[lane as usize] = false;
                continue;
            }
            match encode(encoder, slot, slots) {
                Ok(encoded) => {
                    let moves = encoded.bytes > 0;
                    let entry = complete(encoded, token, lane, slots, budget);
                    if moves {
                        open[lane as usize] = !budget.is_used_up(lane);
                    }
                    room -= 1;
                    return Some(entry);
                }
                Err(errno) => {
                    slots.set_state(slot, State::Refused);
                    refused.push_back((slot, errno));
                }
            }
        };
        // SAFETY: `next` counts the room. What an entry points at is in the slot's payload, which
        // lives until the last completion, or is a buffer the embedder keeps as long.
        unsafe { kernel.push_each(next) };
        left
    }
}
