//! Moving queued entries into a queue of another size.
//!
//! Owns the positions of the moved entries: they stay the same, and in a rewinding queue they start
//! at slot 0 as before. Never publishes an entry that was not published before. Proven by
//! `src/queue_tests.rs` and `tests/kernel/resize_sizes.rs`.

use super::mixed::is_128;
use super::{Entry, Inner};

impl Inner {
    /// Returns whether all queued entries fit into a queue of `slots` slots. The kernel checks this
    /// itself, except for a rewinding queue, whose entries it does not count. In a mixed queue, a
    /// 128-byte entry must not wrap around the end of the new queue.
    pub(crate) fn fits(&self, slots: u32) -> bool {
        if self.len() > slots {
            return false;
        }
        let (mut at, tail) = (self.head(), self.tail());
        let last = slots.wrapping_sub(1);
        while self.mixed && at != tail {
            // SAFETY: an entry starts at every position that this loop visits, and any bytes are a
            // valid entry.
            let big = is_128(unsafe { &*self.at(at).cast::<Entry>() });
            if big && at & last == last {
                return false;
            }
            // If the second slot of an entry lies behind the tail, the kernel refuses that entry.
            at = at.wrapping_add(1 + u32::from(big && tail.wrapping_sub(at) > 1));
        }
        true
    }

    /// Copies the queued entries of the queue that this one replaces.
    pub(crate) fn adopt(&self, old: &Inner) {
        let (head, tail) = (old.head(), old.tail());
        for ahead in 0..tail.wrapping_sub(head).min(self.entries) {
            let position = head.wrapping_add(ahead);
            // SAFETY: both addresses are slots of the same size, in different mappings.
            unsafe { self.at(position).copy_from_nonoverlapping(old.at(position), self.slot) };
        }
        if self.rewinds() {
            self.set_tail(tail.min(self.entries));
        }
    }
}
