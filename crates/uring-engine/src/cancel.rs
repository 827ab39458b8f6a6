//! Cancelling an operation. One that is still in the backlog never reaches the kernel; one that
//! did is asked for by an `ASYNC_CANCEL` with its own token. Either way it settles like any other,
//! with what really became of it.

use crate::slots::State;
use crate::{Engine, Kernel, Kind, Marks};
use uring::opcode;

impl<K: Kernel> Engine<K> {
    /// Asks for the operation in `slot` to be cancelled; the next turn carries it out. Asking
    /// twice, or for a slot without an operation, does nothing.
    pub fn cancel(&mut self, slot: u32) {
        let Some(token) = self.slots.token(slot) else { return };
        let Some(place) = self.slots.get_mut(slot) else { return };
        if place.marks.has(Marks::CANCELLED) {
            return;
        }
        place.marks.set(Marks::CANCELLED);
        match place.state {
            // a mark makes the pump treat it as a chain, which looks for this one
            State::Queued | State::Free => {}
            State::InKernel => self.cancels.push_back(token),
        }
    }

    /// Asks for everything to be cancelled.
    pub fn cancel_all(&mut self) {
        for state in [State::Queued, State::InKernel] {
            for slot in self.slots.in_state(state) {
                self.cancel(slot);
            }
        }
    }

    /// Pushes as many cancels as there is room for.
    pub(crate) fn push_cancels(&mut self) {
        while self.kernel.room() > 0 {
            let Some(target) = self.cancels.pop_front() else { return };
            if self.slots.token(target.slot()) != Some(target) {
                continue; // it completed while the cancel waited
            }
            let entry = opcode::AsyncCancel::new(target.user_data()).build();
            let entry = entry.user_data(target.with_kind(Kind::Cancel).user_data());
            self.cancels_in_kernel += 1;
            // SAFETY: room was checked, and the entry points at no memory.
            unsafe { self.kernel.push(&entry) };
        }
    }
}
