//! Cancelling an operation, in constant time. One that is still in the backlog never reaches the
//! kernel: it leaves the backlog at once, and its chain with it. One that did is asked for by an
//! `ASYNC_CANCEL` with its own token. Either way it settles like any other, with what really
//! became of it.
//!
//! The kernel finds only what it has started. A cancel of a chain's later member misses, and is
//! asked again when the predecessor has completed. One that comes while a request moves from one
//! of the kernel's lists to another misses, too (a worker that was just about to start the
//! operation may have lost the CPU): it is repeated at once, and then after pauses that double.
//! The ring itself keeps the time: the repeated cancel is linked behind a `TIMEOUT`.
//!
//! Proved by tests/cancel.rs and real_random.rs.

use crate::slots::{Slot, State, OPERATION};
use crate::{limits, Engine, Kernel, Kind, Marks, Token};
use uring::types::Timespec;
use uring::{opcode, squeue};

/// How long the repetitions of a cancel wait, but for the first: 1, 2, 4 ... 128 ms.
static PAUSES: [Timespec; limits::CANCEL_MISSES_MAX as usize - 1] = {
    let mut pauses = [Timespec::new(); limits::CANCEL_MISSES_MAX as usize - 1];
    let mut index = 0;
    while index < pauses.len() {
        pauses[index] = Timespec::new().nsec(1_000_000 << index);
        index += 1;
    }
    pauses
};

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
            State::Queued => self.cancel_queued(slot),
            State::InKernel => self.cancels.push_back(token),
            State::Refused | State::Free => {}
        }
    }

    /// Takes an operation and its chain out of the backlog, or when that chain is still being
    /// staged, as soon as it is complete.
    fn cancel_queued(&mut self, slot: u32) {
        let head = self.backlog.head(&self.slots, slot);
        match &mut self.backlog.open {
            Some(open) if open.head == head => open.cancelled = true,
            _ => self.refuse(slot, |_| -libc::ECANCELED),
        }
    }

    /// Asks for everything to be cancelled. Takes one pass over the table.
    pub fn cancel_all(&mut self) {
        (0..self.slots.len() as u32).for_each(|slot| self.cancel(slot));
    }

    /// Asks once more for everything that was to be cancelled and is still there.
    pub(crate) fn cancel_again(&mut self) {
        self.cancels.clear();
        for slot in 0..self.slots.len() as u32 {
            let Some(token) = self.slots.token(slot) else { continue };
            if let Some(place) = self.slots.get_mut(slot).filter(|place| wanted(place)) {
                place.misses = 0;
                self.cancels.push_back(token);
            }
        }
    }

    /// Pushes as many cancels as there is room for, and one submit may have.
    pub(crate) fn push_cancels(&mut self) {
        let before = self.cancels_in_kernel;
        while let Some(&target) = self.cancels.front() {
            if self.cancels_in_kernel - before >= limits::CANCELS_MAX {
                return;
            }
            let Some(place) = self.target(target) else {
                self.cancels.pop_front();
                continue; // it completed while the cancel waited
            };
            let pause = usize::from(place.misses).checked_sub(2).map(|index| &PAUSES[index]);
            if self.kernel.room() < 1 + usize::from(pause.is_some()) {
                return;
            }
            self.cancels.pop_front();
            let token = target.with_kind(Kind::Cancel).user_data();
            if let Some(pause) = pause {
                // time that is up counts as a failure, which a hard link survives
                let timer = opcode::Timeout::new(pause).build().flags(squeue::Flags::IO_HARDLINK);
                self.push_cancel(&timer.user_data(token));
            }
            let entry = opcode::AsyncCancel::new(target.user_data()).build();
            self.push_cancel(&entry.user_data(token));
        }
    }

    /// Pushes a cancel, or its pause. The caller has checked the room.
    pub(crate) fn push_cancel(&mut self, entry: &squeue::Entry) {
        self.cancels_in_kernel += 1;
        // SAFETY: room was checked; the entry points at nothing, or at a static.
        unsafe { self.kernel.push(entry) };
    }

    /// A cancel has been answered. Found or not, the target's own completion tells what became of
    /// it; but where none is to be expected, the cancel has to be repeated.
    pub(crate) fn cancel_answered(&mut self, token: Token, answer: i32) {
        let target = token.with_kind(Kind::Operation);
        let Some(place) = self.target(target) else { return };
        let misses = match -answer {
            libc::ENOENT => place.misses + 1,
            // a worker has been told; at once it would only be told again
            libc::EALREADY => (place.misses + 1).max(2),
            _ => return,
        };
        if place.marks.has(Marks::FOLLOWS) || misses > limits::CANCEL_MISSES_MAX {
            return; // asked again when the predecessor completes; or often enough
        }
        place.misses = misses;
        self.cancels.push_back(target);
    }

    /// The operation in `slot` is over: a cancel of the next in its chain is due.
    #[inline]
    pub(crate) fn operation_over(&mut self, slot: u32) {
        if let Some(next) = self.slots.extras_mut(slot).follower.take() {
            self.started(next);
        }
    }

    /// The operation in `slot` has had its first row of several. The kernel may have started the
    /// next in its chain: it does so behind a zero-copy send, whose notification is still to come.
    pub(crate) fn operation_goes_on(&mut self, slot: u32) {
        if let Some(next) = self.slots.extras_mut(slot).follower {
            self.started(next);
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
        self.slots.in_kernel_mut(target).filter(|place| wanted(place))
    }
}

/// Returns true for an operation that is to be cancelled and not over.
fn wanted(place: &Slot) -> bool {
    place.marks.has(Marks::CANCELLED) && place.outstanding & OPERATION != 0
}
