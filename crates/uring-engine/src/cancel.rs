//! Cancelling an operation. One that is still in the backlog never reaches the kernel; one that
//! did is asked for by an `ASYNC_CANCEL` with its own token. Either way it settles like any other,
//! with what really became of it.
//!
//! The kernel finds only what it has started. A cancel of a chain's later member misses, and so
//! may one that comes while a request moves from one of the kernel's lists to another: it is asked
//! again when the predecessor has completed, and a few times besides.

use crate::slots::{Slot, State, OPERATION};
use crate::{limits, Engine, Kernel, Kind, Marks, Token};
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

    /// Asks once more for everything that was to be cancelled and is still there.
    pub(crate) fn cancel_again(&mut self) {
        self.cancels.clear();
        self.missed.clear();
        for slot in self.slots.in_state(State::InKernel) {
            let Some(token) = self.slots.token(slot) else { continue };
            if let Some(place) = self.slots.get_mut(slot).filter(|place| wanted(place)) {
                place.misses = 0;
                self.cancels.push_back(token);
            }
        }
    }

    /// Pushes as many cancels as there is room for.
    pub(crate) fn push_cancels(&mut self) {
        while self.kernel.room() > 0 {
            let Some(target) = self.cancels.pop_front() else { return };
            if self.target(target).is_none() {
                continue; // it completed while the cancel waited
            }
            let entry = opcode::AsyncCancel::new(target.user_data()).build();
            let entry = entry.user_data(target.with_kind(Kind::Cancel).user_data());
            self.cancels_in_kernel += 1;
            // SAFETY: room was checked, and the entry points at no memory.
            unsafe { self.kernel.push(&entry) };
        }
    }

    /// A cancel has been answered. Found or not, the target's own completion tells what became of
    /// it; but where none is to be expected, the cancel has to be repeated.
    pub(crate) fn cancel_answered(&mut self, token: Token, answer: i32) {
        let target = token.with_kind(Kind::Operation);
        let Some(place) = self.target(target) else { return };
        if place.marks.has(Marks::FOLLOWS) || place.misses >= limits::CANCEL_MISSES_MAX {
            return; // asked again when the predecessor completes; or often enough
        }
        place.misses += 1;
        match -answer {
            libc::ENOENT => self.cancels.push_back(target),
            libc::EALREADY => self.missed.push(target),
            _ => {}
        }
    }

    /// The operation in `slot` has completed: cancels that waited for that are due.
    #[inline]
    pub(crate) fn operation_over(&mut self, slot: u32) {
        if let Some(next) = self.slots.get_mut(slot).and_then(|place| place.follower.take()) {
            self.started(next);
        }
        if !self.missed.is_empty() {
            self.cancels.extend(self.missed.drain(..));
        }
    }

    /// A chain's member has lost its predecessor: if it goes on at all, it has been started.
    fn started(&mut self, next: Token) {
        if self.slots.token(next.slot()) != Some(next) {
            return;
        }
        let Some(place) = self.slots.get_mut(next.slot()) else { return };
        place.marks.clear(Marks::FOLLOWS);
        if wanted(place) {
            place.misses = 0;
            self.cancels.push_back(next);
        }
    }

    /// The operation a cancel is for, as long as its own completion is still to come.
    fn target(&mut self, target: Token) -> Option<&mut Slot> {
        if self.slots.token(target.slot()) != Some(target) {
            return None;
        }
        self.slots.get_mut(target.slot()).filter(|place| wanted(place))
    }
}

/// True for an operation that is to be cancelled and not over.
fn wanted(place: &Slot) -> bool {
    place.marks.has(Marks::CANCELLED) && place.outstanding & OPERATION != 0
}
