//! 128-byte entries in a ring of 64-byte slots (`IORING_SETUP_SQE_MIXED`, Linux 6.19).
//!
//! Owns the slot accounting: such an entry takes two slots that follow each other in memory, so
//! it cannot start in the last one. There a NOP that posts no completion fills the slot.
//! Never writes to a ring that was not made for it. Proven by `tests/kernel/mixed.rs`.

use super::{Entry, Entry128, Flags, Inner, PushError, SubmissionQueue};
use crate::opcode;

/// How many slots a 128-byte entry takes at `tail`, filler included.
#[inline]
pub(crate) fn slots_for_128(queue: &Inner, tail: u32) -> u32 {
    2 + u32::from(tail & queue.mask == queue.mask)
}

/// The entry that fills the last slot.
pub(crate) fn filler() -> Entry {
    opcode::Nop::new().build().flags(Flags::SKIP_SUCCESS)
}

/// Writes a 128-byte entry at `tail` and gives the new tail.
///
/// # Safety
///
/// [`slots_for_128`] slots must be free and the ring must be a mixed one.
pub(crate) unsafe fn write_128(queue: &Inner, mut tail: u32, entry: &Entry128) -> u32 {
    if tail & queue.mask == queue.mask {
        // SAFETY: the slot is free.
        unsafe { queue.at(tail).cast::<Entry>().write(filler()) };
        tail = tail.wrapping_add(1);
    }
    // SAFETY: this slot and the next are free, and they follow each other.
    unsafe { queue.at(tail).cast::<Entry128>().write_unaligned(entry.clone()) };
    tail.wrapping_add(2)
}

impl SubmissionQueue<'_, Entry> {
    /// Puts a 128-byte entry into a mixed ring, with a filler before it where it would wrap.
    ///
    /// # Errors
    ///
    /// [`PushError`] when the slots are not free or the ring was made without
    /// [`setup_sqe_mixed`](crate::Builder::setup_sqe_mixed). In a queue of two slots there is never
    /// room in the second one: it needs a filler, and two.
    ///
    /// # Safety
    ///
    /// As for [`push`](Self::push).
    pub unsafe fn push_128(&mut self, entry: &Entry128) -> Result<(), PushError> {
        self.tail = self.queue.tail_for_push(self.tail);
        let needed = slots_for_128(self.queue, self.tail) as usize;
        if !self.queue.mixed || self.capacity() - self.len() < needed {
            return Err(PushError);
        }
        // SAFETY: the ring is mixed and has room.
        self.tail = unsafe { write_128(self.queue, self.tail, entry) };
        self.queue.pushed(self.tail);
        Ok(())
    }
}
