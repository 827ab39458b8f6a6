//! 128-byte entries in a ring of 64-byte slots (`IORING_SETUP_SQE_MIXED`, Linux 6.19).
//!
//! Owns the slot accounting: such an entry takes two consecutive slots in memory, so it cannot
//! start in the last slot. That slot then gets a filler: a NOP that posts no completion. Promises
//! that a filler never lies inside a chain of linked entries, which would end there. Never writes
//! to a ring that was not created for both sizes. Proven by `src/queue_tests.rs` and
//! `tests/kernel/mixed.rs`.

use super::{Entry, Entry128, Flags, Inner, PushError, SubmissionQueue};
use crate::opcode;

/// Returns whether the kernel reads two slots for an entry. The operation decides this.
pub(super) fn is_128(entry: &Entry) -> bool {
    let code = entry.get_opcode();
    code == u32::from(opcode::Nop128::CODE) || code == u32::from(opcode::UringCmd128::CODE)
}

fn filler() -> Entry {
    opcode::Nop::new().build().flags(Flags::SKIP_SUCCESS)
}

/// Returns the first position of the chain to which an entry at `tail` would belong, or `tail` if
/// it would start a new one. `head` is the position of the oldest queued entry.
fn chain_start(queue: &Inner, head: u32, tail: u32) -> u32 {
    let (mut at, mut start, mut linked) = (head, head, false);
    while at != tail {
        if !linked {
            start = at;
        }
        // SAFETY: an entry starts at every position that this loop visits, and any bytes are a
        // valid entry.
        let entry = unsafe { &*queue.at(at).cast::<Entry>() };
        linked = entry.get_flags().intersects(Flags::IO_LINK | Flags::IO_HARDLINK);
        at = at.wrapping_add(1 + u32::from(is_128(entry) && tail.wrapping_sub(at) > 1));
    }
    if linked {
        start
    } else {
        tail
    }
}

/// Puts a 128-byte entry at `tail` and returns the new tail. `head` is the position of the oldest
/// queued entry.
///
/// # Safety
///
/// As for [`SubmissionQueue::push`]; `head` and `tail` must be those of a view of this queue.
pub(crate) unsafe fn push_128(
    queue: &Inner,
    head: u32,
    mut tail: u32,
    entry: &Entry128,
) -> Result<u32, PushError> {
    let last = tail & queue.mask == queue.mask;
    let free = queue.entries - tail.wrapping_sub(head);
    if !queue.mixed || !is_128(entry.as_entry()) || free < 2 + u32::from(last) {
        return Err(PushError);
    }
    if last {
        let start = chain_start(queue, head, tail);
        let published = queue.tail();
        if start.wrapping_sub(head) < published.wrapping_sub(head) && start != tail {
            // The kernel may read published entries at any time, so they cannot be moved.
            return Err(PushError);
        }
        let len = tail.wrapping_sub(start) as usize;
        // SAFETY: `last` and three free slots mean that the chain neither wraps nor fills the
        // queue. So the slots from `start` to the last one are consecutive, and the kernel does not
        // read them before they are published.
        unsafe {
            let first = queue.at(start).cast::<Entry>();
            std::ptr::copy(first, first.add(1), len);
            first.write(filler());
        }
        tail = tail.wrapping_add(1);
    }
    // SAFETY: this slot and the next are free and consecutive.
    unsafe { queue.at(tail).cast::<Entry128>().write_unaligned(entry.clone()) };
    Ok(tail.wrapping_add(2))
}

impl SubmissionQueue<'_, Entry> {
    /// Puts a 128-byte entry into a mixed ring. If it would wrap, a filler takes the last slot. The
    /// filler goes before the chain of linked entries that this entry continues.
    ///
    /// ```no_run
    /// use uring::{opcode, IoUring};
    ///
    /// let mut ring: IoUring = IoUring::builder().setup_sqe_mixed().build(8)?;
    /// // SAFETY: a NOP points at nothing.
    /// unsafe { ring.submission().push_128(&opcode::Nop128::new().build()) }.expect("the queue is empty");
    /// ring.submit_and_wait(1)?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PushError`] if there are not enough free slots; if the filler would have to go into a
    /// chain that was partly [synced](Self::sync); for an operation that the kernel reads from one
    /// slot (all but [`Nop128`](crate::opcode::Nop128) and
    /// [`UringCmd128`](crate::opcode::UringCmd128)); and on a ring created without
    /// [`setup_sqe_mixed`](crate::Builder::setup_sqe_mixed). A queue of two slots accepts such an
    /// entry only in its first slot, because a filler and the entry need three.
    ///
    /// # Safety
    ///
    /// As for [`push`](Self::push).
    pub unsafe fn push_128(&mut self, entry: &Entry128) -> Result<(), PushError> {
        let tail = self.queue.tail_for_push(self.tail);
        // SAFETY: the caller vouches for the entry, and head and tail are those of this view.
        self.tail = unsafe { push_128(self.queue, self.head, tail, entry)? };
        self.queue.pushed(self.tail);
        self.limit = self.queue.limit(self.head, self.tail);
        Ok(())
    }
}
