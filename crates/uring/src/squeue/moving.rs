//! Moving what is queued into a queue of another size.
//!
//! Owns the rule which entries keep their position: all of them, except in a rewinding queue, which
//! starts at slot 0 and whose entries the kernel does not know. Never publishes more than was
//! published before. Proven by `src/queue_tests.rs` and `tests/kernel/resize_sizes.rs`.

use super::mixed::is_128;
use super::{Entry, Inner};

impl Inner {
    /// Whether everything that is queued can move into a queue of `slots` slots. The kernel counts
    /// the entries of most queues by itself, but not those of a rewinding one, and a 128-byte entry
    /// of a mixed queue must not lie across the end of the new queue either.
    pub(crate) fn fits(&self, slots: u32) -> bool {
        if self.len() > slots {
            return false;
        }
        let (mut at, tail) = (self.head(), self.tail());
        let last = slots.wrapping_sub(1);
        while self.mixed && at != tail {
            // SAFETY: an entry starts at every position that this walk visits, and any bytes are
            // an entry.
            let big = is_128(unsafe { &*self.at(at).cast::<Entry>() });
            if big && at & last == last {
                return false;
            }
            // What claims a second slot behind the tail is the kernel's to refuse.
            at = at.wrapping_add(1 + u32::from(big && tail.wrapping_sub(at) > 1));
        }
        true
    }

    /// Takes over what waits in the queue that this one replaces.
    pub(crate) fn adopt(&self, old: &Inner) {
        let (head, tail) = (old.head(), old.tail());
        for ahead in 0..tail.wrapping_sub(head).min(self.entries) {
            let position = head.wrapping_add(ahead);
            // SAFETY: both places are slots of the same size, in different memory.
            unsafe { self.at(position).copy_from_nonoverlapping(old.at(position), self.slot) };
        }
        if self.rewinds() {
            self.set_tail(tail.min(self.entries));
        }
    }
}
