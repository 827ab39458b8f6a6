//! The submission queue.
//!
//! Owns the view of one queue for as long as it is borrowed. Promises that the next submit takes a
//! pushed entry, once the view is dropped or synced. Never enters the kernel. Proven by
//! `tests/kernel/queue.rs`.

mod entry;
mod flags;
mod inner;
mod mixed;
mod moving;
mod rewind;

use std::error::Error;
use std::fmt::{self, Debug, Display, Formatter};

pub use entry::{Entry, Entry128, EntryMarker};
pub use flags::Flags;
pub(crate) use inner::Inner;
pub(crate) use mixed::push_128;
pub(crate) use rewind::Turn;

use crate::memory::Slots;
use crate::sys;

/// A borrowed view of a ring's submission queue.
///
/// Entries become visible to the kernel when this view is [synced](Self::sync) or dropped.
pub struct SubmissionQueue<'a, E: EntryMarker = Entry> {
    head: u32,
    tail: u32,
    /// The tail at which [`push`](Self::push) reads the queue, see [`Inner::limit`].
    limit: u32,
    slots: Slots<E>,
    queue: &'a Inner,
}

impl<'a, E: EntryMarker> SubmissionQueue<'a, E> {
    #[inline]
    pub(crate) fn new(queue: &'a Inner) -> Self {
        let (head, tail) = (queue.head(), queue.tail());
        let limit = queue.limit(head, tail);
        SubmissionQueue { head, tail, limit, slots: queue.slots(), queue }
    }

    /// Publishes the pushed entries, and reads how far the kernel has read.
    #[inline]
    pub fn sync(&mut self) {
        if self.queue.rewinds() {
            self.tail = self.queue.tail();
            self.limit = self.tail;
            return;
        }
        self.queue.set_tail(self.tail);
        self.head = self.queue.head();
        self.limit = self.head.wrapping_add(self.queue.entries);
    }

    /// Returns whether the kernel's polling thread sleeps and must be woken
    /// (`IORING_SQ_NEED_WAKEUP`).
    ///
    /// Executes a full barrier: after `false`, the thread will see everything that was synced
    /// before the call. [`Submitter::submit`](crate::Submitter::submit) does this by itself.
    #[inline]
    pub fn need_wakeup(&self) -> bool {
        self.queue.flags_after_barrier() & sys::IORING_SQ_NEED_WAKEUP != 0
    }

    /// Returns the same as [`need_wakeup`](Self::need_wakeup), without executing a barrier.
    ///
    /// Correct only if a `SeqCst` fence was executed between the last sync and this call. Otherwise
    /// the kernel's thread may stay asleep while both sides wait for each other.
    #[inline]
    pub fn need_wakeup_after_intermittent_seqcst(&self) -> bool {
        self.queue.flags() & sys::IORING_SQ_NEED_WAKEUP != 0
    }

    /// Returns how many indices the kernel has found to lie outside the queue. Always 0, because
    /// the index array is the identity.
    pub fn dropped(&self) -> u32 {
        self.queue.dropped()
    }

    /// Returns whether completions wait inside the kernel because the completion queue was full
    /// (`IORING_SQ_CQ_OVERFLOW`). An enter with GETEVENTS moves them into the queue. Since Linux
    /// 5.8.
    pub fn cq_overflow(&self) -> bool {
        self.queue.flags() & sys::IORING_SQ_CQ_OVERFLOW != 0
    }

    /// Returns whether task work waits until this thread enters the kernel (`IORING_SQ_TASKRUN`).
    /// Only for rings with `setup_taskrun_flag`. Since Linux 5.19.
    pub fn taskrun(&self) -> bool {
        self.queue.flags() & sys::IORING_SQ_TASKRUN != 0
    }

    /// Returns the number of slots.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.queue.entries as usize
    }

    /// Returns the number of slots that the kernel has not read yet, as of the last sync.
    #[inline]
    pub fn len(&self) -> usize {
        self.tail.wrapping_sub(self.head) as usize
    }

    /// Returns whether the kernel has read all entries, as of the last sync.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.tail == self.head
    }

    /// Returns whether no slot is free, as of the last sync.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.len() == self.capacity()
    }

    /// Puts an entry into the queue.
    ///
    /// ```
    /// let mut ring = uring::IoUring::new(1)?;
    /// let nop = uring::opcode::Nop::new().build();
    /// let mut queue = ring.submission();
    /// // SAFETY: a NOP points at nothing.
    /// unsafe {
    ///     queue.push(&nop).expect("the queue is empty");
    ///     queue.push(&nop).expect_err("the queue has one slot");
    /// }
    /// # drop(queue);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PushError`] if no slot is free. The queue is then unchanged.
    ///
    /// # Safety
    ///
    /// Everything that the entry points at must stay valid, and in place, until the request's last
    /// completion has arrived.
    #[inline]
    pub unsafe fn push(&mut self, entry: &E) -> Result<(), PushError> {
        if self.tail == self.limit {
            (self.tail, self.limit) = self.queue.reserve()?;
        }
        // SAFETY: a slot is free.
        unsafe { self.write(entry) };
        Ok(())
    }

    /// Puts all entries into the queue, or none of them.
    ///
    /// ```
    /// let mut ring = uring::IoUring::new(4)?;
    /// let nop = uring::opcode::Nop::new().build();
    /// // SAFETY: a NOP points at nothing.
    /// unsafe { ring.submission().push_multiple(&[nop.clone(), nop]) }.expect("the queue is empty");
    /// assert_eq!(ring.submit_and_wait(2)?, 2);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`PushError`] if there is no room for all of them.
    ///
    /// # Safety
    ///
    /// As for [`push`](Self::push).
    #[inline]
    pub unsafe fn push_multiple(&mut self, entries: &[E]) -> Result<(), PushError> {
        self.tail = self.queue.tail_for_push(self.tail);
        if self.capacity() - self.len() < entries.len() {
            return Err(PushError);
        }
        for entry in entries {
            // SAFETY: there is room for all of them.
            unsafe { self.write(entry) };
        }
        self.queue.pushed(self.tail);
        self.limit = self.queue.limit(self.head, self.tail);
        Ok(())
    }

    /// # Safety
    ///
    /// A slot must be free.
    #[inline]
    unsafe fn write(&mut self, entry: &E) {
        // SAFETY: the slot is free, so the kernel does not read it.
        unsafe { self.slots.place(self.tail).write(entry.clone()) };
        self.tail = self.tail.wrapping_add(1);
    }
}

impl<E: EntryMarker> Drop for SubmissionQueue<'_, E> {
    #[inline]
    fn drop(&mut self) {
        self.queue.publish(self.tail);
    }
}

impl<E: EntryMarker> Debug for SubmissionQueue<'_, E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut list = f.debug_list();
        for ahead in 0..self.tail.wrapping_sub(self.head) {
            let position = self.head.wrapping_add(ahead);
            // SAFETY: every slot between head and tail was written by a push. The second half of a
            // 128-byte entry in a mixed ring is shown as an entry of its own, and any bytes are a
            // valid one.
            list.entry(unsafe { &*self.queue.at(position).cast::<E>() });
        }
        list.finish()
    }
}

/// The error of a push: the queue is full, or the ring cannot hold an entry of this size.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct PushError;

impl Display for PushError {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("submission queue is full")
    }
}

impl Error for PushError {}
