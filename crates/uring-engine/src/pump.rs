//! Backlog to submission queue: which operations go next. Whole chains are pushed at a time, for as
//! long as there is room and the turn's bytes last.
//!
//! - Cancels go first: they free more entries than they take.
//! - Single operations go before members of batches; a batch that found no room behind them goes
//!   first the next time, so that neither lane starves.
//! - A barrier goes alone: after everything staged before it, before everything staged after it.
//!
//! Proved by tests/backlog.rs, lanes.rs and barrier.rs, and for every order by states.rs.

use crate::backlog::Lane;
use crate::{Encode, Engine, Kernel};

impl<K: Kernel> Engine<K> {
    /// Pushes what fits.
    #[inline]
    pub(crate) fn pump<E: Encode>(&mut self, encoder: &mut E) {
        if !self.cancels.is_empty() {
            self.push_cancels();
        }
        if self.backlog.len() > 0 {
            self.pump_backlog(encoder);
        }
    }

    #[inline(never)]
    fn pump_backlog<E: Encode>(&mut self, encoder: &mut E) {
        loop {
            if self.barrier_is_over() {
                self.backlog.barrier_runs = false;
            }
            self.backlog.release(&mut self.slots);
            self.pump_lanes(encoder);
            if !self.start_barrier(encoder) {
                return;
            }
        }
    }

    /// Fills the submission queue from both lanes.
    fn pump_lanes<E: Encode>(&mut self, encoder: &mut E) {
        let order = match std::mem::take(&mut self.bulk_first) {
            true => [Lane::Bulk, Lane::Single],
            false => [Lane::Single, Lane::Bulk],
        };
        let mut room = self.kernel.room();
        let mut bulk_pushed = 0;
        for lane in order {
            let pushed = self.pump_lane(encoder, lane, room);
            room -= pushed;
            bulk_pushed += if lane == Lane::Bulk { pushed } else { 0 };
        }
        let waits = !self.backlog.is_empty(Lane::Bulk) && !self.budget.is_used_up(Lane::Bulk);
        self.bulk_first = waits && bulk_pushed == 0;
    }

    /// Pushes from the front of a lane what fits into `room` entries and the turn's bytes. Returns
    /// the entries pushed.
    fn pump_lane<E: Encode>(&mut self, encoder: &mut E, lane: Lane, room: usize) -> usize {
        let mut pushed = 0;
        while let Some(slot) = self.backlog.first(lane) {
            if self.budget.is_used_up(lane) {
                break;
            }
            let plain = self.slots.get(slot).is_some_and(|place| place.marks.is_plain());
            if plain {
                if pushed == room {
                    break;
                }
                self.backlog.pop(lane);
                pushed += self.push_plain(encoder, slot);
                continue;
            }
            match self.push_chain(encoder, slot, room - pushed) {
                Some(entries) => pushed += entries,
                None => break,
            }
        }
        pushed
    }

    /// Pushes the barrier that waits next if the rows of everything before it have been handed out.
    /// Returns true when the barrier was refused, so that what it held back can go on.
    fn start_barrier<E: Encode>(&mut self, encoder: &mut E) -> bool {
        if !self.may_start_barrier() {
            return false;
        }
        let Some(head) = self.backlog.barrier(&self.slots) else { return false };
        let room = self.kernel.room();
        match self.push_chain(encoder, head, room) {
            Some(0) => true,
            Some(_) => {
                self.backlog.barrier_runs = true;
                false
            }
            None => false,
        }
    }

    /// Returns true when a barrier waits for nothing but room.
    fn may_start_barrier(&self) -> bool {
        !self.backlog.barrier_runs
            && self.slots.live == self.backlog.len()
            && self.backlog.is_empty(Lane::Single)
            && self.backlog.is_empty(Lane::Bulk)
            && !self.backlog.is_empty(Lane::Blocked)
    }

    /// Returns true when the barrier that was in the kernel has completed.
    #[inline(always)]
    pub(crate) fn barrier_is_over(&self) -> bool {
        self.backlog.barrier_runs && self.in_kernel() == 0
    }

    /// Returns true when a pump with room would push something.
    #[inline(always)]
    pub(crate) fn can_pump(&self) -> bool {
        self.backlog.len() > 0 && self.waits_for_room()
    }

    fn waits_for_room(&self) -> bool {
        !self.backlog.is_empty(Lane::Single)
            || !self.backlog.is_empty(Lane::Bulk)
            || (!self.backlog.is_empty(Lane::Blocked)
                && (self.may_start_barrier()
                    || self.barrier_is_over()
                    || (!self.backlog.barrier_runs && self.backlog.barrier(&self.slots).is_none())))
    }

    /// Returns true when everything in the lanes waits for the next turn's bytes.
    #[inline]
    pub(crate) fn has_spent_its_bytes(&self) -> bool {
        let waits = |lane| !self.backlog.is_empty(lane);
        let spent = |lane| !waits(lane) || self.budget.is_used_up(lane);
        (waits(Lane::Single) || waits(Lane::Bulk)) && spent(Lane::Single) && spent(Lane::Bulk)
    }
}
