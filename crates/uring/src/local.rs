//! A ring that one thread drives, with the queue ends in local variables.
//!
//! Owns the ring and a cached end of each queue, so that pushing and popping touch shared memory
//! only when the cache runs dry. Promises the same order and the same accounting as the borrowed
//! views. Never publishes by itself: entries go out with the next submit, slots of completions go
//! back with it or with [`LocalRing::release`]. Proven by `tests/kernel/local_ring.rs`.

use std::io;
use std::marker::PhantomData;

use crate::squeue::PushError;
use crate::types::SubmitArgs;
use crate::{cqueue, squeue, IoUring, Submitter};

/// A ring with the queue ends held locally.
///
/// Meant for an event loop: many pushes, one submit, many pops. Made with
/// [`LocalRing::new`] from a ring of any entry size.
pub struct LocalRing<S = squeue::Entry, C = cqueue::Entry>
where
    S: squeue::EntryMarker,
    C: cqueue::EntryMarker,
{
    ring: IoUring<S, C>,
    /// Our end of the submission queue, ahead of the published one.
    sq_tail: u32,
    /// The kernel's end, as last seen.
    sq_head: u32,
    /// Our end of the completion queue, ahead of the published one.
    cq_head: u32,
    /// The kernel's end, as last seen.
    cq_tail: u32,
    entry: PhantomData<(S, C)>,
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> LocalRing<S, C> {
    /// Takes over a ring.
    pub fn new(ring: IoUring<S, C>) -> Self {
        LocalRing {
            sq_tail: ring.sq.tail(),
            sq_head: ring.sq.head(),
            cq_head: ring.cq.head(),
            cq_tail: ring.cq.tail(),
            ring,
            entry: PhantomData,
        }
    }

    /// Gives the ring back, everything published.
    pub fn into_inner(self) -> IoUring<S, C> {
        self.flush();
        self.ring.cq.set_head(self.cq_head);
        self.ring
    }

    /// The ring, for its parameters and its descriptor.
    #[inline]
    pub fn ring(&self) -> &IoUring<S, C> {
        &self.ring
    }

    /// What registers. Its submits only take what [`flush`](Self::flush) has published.
    #[inline]
    pub fn submitter(&self) -> Submitter<'_> {
        self.ring.submitter()
    }

    /// The free slots of the submission queue, looked up anew.
    #[inline]
    pub fn sq_space_left(&mut self) -> usize {
        self.sq_tail = self.ring.sq.tail_for_push(self.sq_tail);
        self.sq_head = self.ring.sq.head();
        (self.ring.sq.entries - self.sq_tail.wrapping_sub(self.sq_head)) as usize
    }

    /// The entries that the kernel has not taken yet, pushed ones included.
    #[inline]
    pub fn sq_ready(&self) -> usize {
        let tail = self.ring.sq.tail_for_push(self.sq_tail);
        tail.wrapping_sub(self.ring.sq.head()) as usize
    }

    /// Puts an entry into the queue; it goes out with the next submit.
    ///
    /// # Errors
    ///
    /// [`PushError`] when the queue is full: submit, then push again.
    ///
    /// # Safety
    ///
    /// As for [`SubmissionQueue::push`](crate::SubmissionQueue::push).
    #[inline]
    pub unsafe fn push(&mut self, entry: &S) -> Result<(), PushError> {
        self.sq_tail = self.ring.sq.tail_for_push(self.sq_tail);
        if self.sq_tail.wrapping_sub(self.sq_head) >= self.ring.sq.entries
            && self.sq_space_left() == 0
        {
            return Err(PushError);
        }
        // SAFETY: the slot is free, so the kernel does not look at it, and the ring was built for
        // entries of this size.
        unsafe { self.ring.sq.at(self.sq_tail).cast::<S>().write(entry.clone()) };
        self.sq_tail = self.sq_tail.wrapping_add(1);
        self.ring.sq.pushed(self.sq_tail);
        Ok(())
    }

    /// Publishes what was pushed, without entering the kernel.
    #[inline]
    pub fn flush(&self) {
        self.ring.sq.publish(self.sq_tail);
    }

    /// Hands everything that was pushed to the kernel, see [`Submitter::submit`].
    #[inline]
    pub fn submit(&mut self) -> io::Result<usize> {
        self.submit_and_wait(0)
    }

    /// Submits and waits, see [`Submitter::submit_and_wait`].
    #[inline]
    pub fn submit_and_wait(&mut self, want: usize) -> io::Result<usize> {
        self.publish();
        let result = self.ring.submitter().submit_and_wait(want);
        self.refresh();
        result
    }

    /// Submits and waits with arguments, see [`Submitter::submit_with_args`].
    pub fn submit_with_args(
        &mut self,
        want: usize,
        args: &SubmitArgs<'_, '_>,
    ) -> io::Result<usize> {
        self.publish();
        let result = self.ring.submitter().submit_with_args(want, args);
        self.refresh();
        result
    }

    /// Submits, runs task work and fetches overflown completions, without waiting.
    pub fn submit_and_get_events(&mut self) -> io::Result<usize> {
        self.publish();
        let result = self.ring.submitter().submit_and_get_events();
        self.refresh();
        result
    }

    /// The next completion, if one is there.
    #[inline]
    pub fn pop(&mut self) -> Option<C> {
        let queue = &self.ring.cq;
        let mut head = queue.skip_fillers(self.cq_head, self.cq_tail);
        if head == self.cq_tail {
            self.cq_tail = queue.tail();
            head = queue.skip_fillers(head, self.cq_tail);
            self.cq_head = head;
            if head == self.cq_tail {
                return None;
            }
        }
        let (slots, _) = queue.cost(head, self.cq_tail);
        // SAFETY: the kernel has published this slot, and it is of the size the ring is built for.
        let entry = unsafe { (*queue.at(head).cast::<C>()).clone() };
        self.cq_head = head.wrapping_add(slots);
        Some(entry)
    }

    /// Whether completions are there. Does not enter the kernel: see
    /// [`needs_enter`](Self::needs_enter) for those that are stuck in it.
    #[inline]
    pub fn cq_is_empty(&self) -> bool {
        self.ring.cq.skip_fillers(self.cq_head, self.ring.cq.tail()) == self.ring.cq.tail()
    }

    /// Gives the slots of popped completions back to the kernel, as the next submit would.
    #[inline]
    pub fn release(&self) {
        self.ring.cq.set_head(self.cq_head);
    }

    /// Whether completions or task work wait inside the kernel: an empty completion queue does not
    /// mean that nothing is there.
    #[inline]
    pub fn needs_enter(&self) -> bool {
        let stuck = crate::sys::IORING_SQ_CQ_OVERFLOW | crate::sys::IORING_SQ_TASKRUN;
        self.ring.sq.flags() & stuck != 0 || self.ring.must_poll()
    }

    /// Gives both queues new sizes, see [`IoUring::resize`].
    pub fn resize(&mut self, sq_entries: u32, cq_entries: u32) -> io::Result<()> {
        self.publish();
        let result = self.ring.resize(sq_entries, cq_entries);
        self.refresh();
        self.cq_head = self.ring.cq.head();
        self.cq_tail = self.ring.cq.tail();
        result
    }

    #[inline]
    fn publish(&self) {
        self.flush();
        self.release();
    }

    #[inline]
    fn refresh(&mut self) {
        // A rewinding ring has moved its tail.
        self.sq_tail = self.ring.sq.tail();
        self.sq_head = self.ring.sq.head();
    }
}

impl LocalRing<squeue::Entry, cqueue::Entry> {
    /// Puts a 128-byte entry into a mixed ring.
    ///
    /// # Errors
    ///
    /// [`PushError`] when the slots are not free or the ring is not a mixed one.
    ///
    /// # Safety
    ///
    /// As for [`SubmissionQueue::push`](crate::SubmissionQueue::push).
    pub unsafe fn push_128(&mut self, entry: &squeue::Entry128) -> Result<(), PushError> {
        self.sq_space_left();
        // SAFETY: the caller vouches for the entry; head and tail are those of this queue.
        self.sq_tail =
            unsafe { squeue::push_128(&self.ring.sq, self.sq_head, self.sq_tail, entry)? };
        self.ring.sq.pushed(self.sq_tail);
        Ok(())
    }

    /// The next completion with all its bytes, from a ring of mixed sizes.
    #[inline]
    pub fn pop_mixed(&mut self) -> Option<cqueue::EntryMixed> {
        self.cq_tail = self.ring.cq.tail();
        let (head, entry) = cqueue::read_mixed(&self.ring.cq, self.cq_head, self.cq_tail);
        self.cq_head = head;
        entry
    }
}
