//! The completion queue.
//!
//! Owns the view of one queue for as long as it is borrowed. Promises to return every entry once,
//! and to return slots to the kernel when the view is dropped or synced. Never enters the kernel.
//! Proven by `tests/kernel/queue.rs` and `tests/completion_parsing.rs`.

mod entry;
mod flags;
mod inner;
mod mixed;
mod status;

use std::fmt::{self, Debug, Formatter};
use std::marker::PhantomData;
use std::mem::MaybeUninit;
use std::sync::atomic::Ordering;

pub use entry::{Entry, Entry32, EntryMarker};
pub use flags::{
    buffer_more, buffer_select, is_32, more, notif, skip, sock_nonempty, timestamp_hw,
    timestamp_type, zero_copy_copied,
};
pub(crate) use inner::Inner;
pub(crate) use mixed::read_mixed;
pub use mixed::EntryMixed;
pub use status::CompletionStatus;

use crate::sys;

/// A borrowed view of a ring's completion queue: an iterator over completions.
///
/// Slots return to the kernel when this view is [synced](Self::sync) or dropped. On a mixed ring,
/// the iterator skips fillers and returns the first half of a 32-byte entry.
/// [`next_mixed`](Self::next_mixed) returns all of it.
pub struct CompletionQueue<'a, E: EntryMarker = Entry> {
    head: u32,
    tail: u32,
    queue: &'a Inner,
    entry: PhantomData<E>,
}

impl<'a, E: EntryMarker> CompletionQueue<'a, E> {
    #[inline]
    pub(crate) fn new(queue: &'a Inner) -> Self {
        CompletionQueue { head: queue.head(), tail: queue.tail(), queue, entry: PhantomData }
    }

    /// Returns an object that tells whether completions are pending, without borrowing the ring.
    ///
    /// # Safety
    ///
    /// The object must not be used after the ring was dropped or [resized](crate::IoUring::resize),
    /// which moves the queue.
    #[inline]
    pub unsafe fn status(&self) -> CompletionStatus {
        CompletionStatus::new(self.queue.head, self.queue.tail)
    }

    /// Returns consumed slots to the kernel, and reads how far the kernel has written.
    #[inline]
    pub fn sync(&mut self) {
        self.queue.set_head(self.head);
        self.tail = self.queue.tail();
    }

    /// Returns how many completions the kernel has dropped, because it had no memory for them or
    /// lacks `IORING_FEAT_NODROP`. Since Linux 5.19, the next enter that waits then fails with
    /// EBADR.
    pub fn overflow(&self) -> u32 {
        self.queue.overflow()
    }

    /// Returns whether a registered eventfd is disabled (`IORING_CQ_EVENTFD_DISABLED`). Since Linux
    /// 5.8.
    pub fn eventfd_disabled(&self) -> bool {
        // SAFETY: the flag word lies in ring memory.
        let flags = unsafe { (*self.queue.flags).load(Ordering::Acquire) };
        flags & sys::IORING_CQ_EVENTFD_DISABLED != 0
    }

    /// Disables a registered eventfd: the kernel no longer signals it.
    pub fn disable_eventfd(&self) {
        // SAFETY: the flag word lies in ring memory, and this process is its only writer.
        unsafe {
            (*self.queue.flags).fetch_or(sys::IORING_CQ_EVENTFD_DISABLED, Ordering::Release);
        }
    }

    /// Enables a registered eventfd again.
    pub fn enable_eventfd(&self) {
        // SAFETY: the flag word lies in ring memory, and this process is its only writer.
        unsafe {
            (*self.queue.flags).fetch_and(!sys::IORING_CQ_EVENTFD_DISABLED, Ordering::Release);
        }
    }

    /// Returns the number of slots.
    #[inline]
    pub fn capacity(&self) -> usize {
        self.queue.entries as usize
    }

    /// Returns whether no completion is available, as of the last sync.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.queue.skip_fillers(self.head, self.tail) == self.tail
    }

    /// Returns whether every slot is taken, as of the last sync. Further completions wait in the
    /// kernel.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.tail.wrapping_sub(self.head) == self.queue.entries
    }

    /// Returns a reference to the next completion in the ring, without consuming it. If that is a
    /// 32-byte completion of a mixed ring, returns its first half.
    ///
    /// ```
    /// # let mut ring = uring::IoUring::new(4)?;
    /// # // SAFETY: a NOP points at nothing.
    /// # unsafe { ring.submission().push(&uring::opcode::Nop::new().build().user_data(7)) }.unwrap();
    /// # ring.submit_and_wait(1)?;
    /// let mut queue = ring.completion();
    /// while let Some(done) = queue.peek() {
    ///     assert_eq!(done.user_data(), 7);
    ///     queue.advance(1);
    /// }
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[inline]
    pub fn peek(&mut self) -> Option<&E> {
        self.head = self.queue.skip_fillers(self.head, self.tail);
        // SAFETY: the kernel has published this slot, and writes to it only after it was returned,
        // which borrows the view mutably.
        (self.head != self.tail).then(|| unsafe { &*self.queue.slots::<E>().place(self.head) })
    }

    /// Consumes the next `count` completions, or fewer if fewer are available.
    #[inline]
    pub fn advance(&mut self, count: usize) {
        self.head = self.queue.advance(self.head, self.tail, count);
    }

    /// Moves completions into `entries` and returns the filled part.
    #[inline]
    pub fn fill<'b>(&mut self, entries: &'b mut [MaybeUninit<E>]) -> &'b mut [E] {
        let mut filled = 0;
        for place in entries.iter_mut() {
            let Some(entry) = self.next() else { break };
            place.write(entry);
            filled += 1;
        }
        // SAFETY: the first `filled` places have just been written.
        unsafe { std::slice::from_raw_parts_mut(entries.as_mut_ptr().cast(), filled) }
    }
}

impl<E: EntryMarker> Drop for CompletionQueue<'_, E> {
    #[inline]
    fn drop(&mut self) {
        self.queue.set_head(self.head);
    }
}

impl<E: EntryMarker> Iterator for CompletionQueue<'_, E> {
    type Item = E;

    #[inline]
    fn next(&mut self) -> Option<E> {
        let (head, entry) = self.queue.next(self.head, self.tail);
        self.head = head;
        entry
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let exact = self.len();
        (exact, Some(exact))
    }
}

impl<E: EntryMarker> ExactSizeIterator for CompletionQueue<'_, E> {
    #[inline]
    fn len(&self) -> usize {
        if self.queue.mixed {
            return mixed::count(self.queue, self.head, self.tail);
        }
        self.tail.wrapping_sub(self.head) as usize
    }
}

impl<E: EntryMarker> Debug for CompletionQueue<'_, E> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut head = self.head;
        let unread = std::iter::from_fn(|| {
            let (next, entry) = self.queue.next::<E>(head, self.tail);
            head = next;
            entry
        });
        f.debug_list().entries(unread).finish()
    }
}
