//! Operations that settle without the kernel: cancelled or timed out in the backlog, too long a
//! chain, refused by the encoder. Their rows carry [`Extra::REFUSED`](crate::Extra). A chain is
//! refused as a whole, and it takes no room in the submission queue.
//!
//! Proved by tests/backlog.rs, cancel.rs and barrier.rs.

use crate::backlog::OpenChain;
use crate::slots::State;
use crate::{Engine, Kernel, Marks};

impl<K: Kernel> Engine<K> {
    /// Ends the chain that is being staged: what a later turn stages belongs to another one.
    #[inline(always)]
    pub(crate) fn close_chain(&mut self) {
        if let Some(open) = self.backlog.open.take() {
            self.end_chain(open);
        }
    }

    #[inline(never)]
    fn end_chain(&mut self, open: OpenChain) {
        let mut last = open.head;
        while let Some(next) = self.backlog.next_member(&self.slots, last) {
            last = next;
        }
        if let Some(place) = self.slots.get_mut(last) {
            place.marks.clear(Marks::CHAINED);
        }
        if open.cancelled {
            self.refuse(last, |_| -libc::ECANCELED);
        }
    }

    /// Settles the chain of an operation in the backlog, each member with the result that `errno`
    /// returns for its slot.
    pub(crate) fn refuse(&mut self, member: u32, errno: impl Fn(u32) -> i32) {
        let mut next = Some(self.backlog.head(&self.slots, member));
        while let Some(slot) = next {
            next = self.backlog.next_member(&self.slots, slot);
            self.backlog.remove(&self.slots, slot);
            self.undate(slot);
            self.refuse_taken(slot, errno(slot));
        }
    }

    /// Settles an operation that has just been taken out of the backlog.
    pub(crate) fn refuse_taken(&mut self, slot: u32, errno: i32) {
        self.slots.set_state(slot, State::Refused);
        self.refused.push_back((slot, errno));
    }
}
