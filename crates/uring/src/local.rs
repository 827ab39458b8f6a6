//! A ring that one thread drives, with the queue ends in local variables.
//!
//! Owns the ring and a cached end of each queue, so that pushing and popping touch shared memory
//! only when the cache runs dry. Promises the same order and the same accounting as the borrowed
//! views. Never publishes by itself: entries go out with the next submit, slots of completions go
//! back with it or with [`LocalRing::release`].
//! Proven by `tests/kernel/local_ring.rs` and `tests/kernel/fork.rs`. What it costs stands in
//! `docs/rust-crate.md`.

use std::fmt::{self, Debug, Formatter};
use std::io;

use crate::squeue::PushError;
use crate::types::SubmitArgs;
use crate::{cqueue, squeue, submit, IoUring, Submitter};

/// A ring with the queue ends held locally.
///
/// Meant for an event loop: many pushes, one submit, many pops. Made with
/// [`LocalRing::new`] from a ring of any entry size.
///
/// ```
/// use uring::{opcode, IoUring, LocalRing};
///
/// let mut ring = LocalRing::new(IoUring::new(8)?);
/// for number in 0..3 {
///     // SAFETY: a NOP points at nothing.
///     unsafe { ring.push(&opcode::Nop::new().build().user_data(number)) }.expect("there is room");
/// }
/// ring.submit_and_wait(3)?;
/// let mut seen = 0;
/// while let Some(done) = ring.pop() {
///     assert_eq!(done.user_data(), seen);
///     seen += 1;
/// }
/// assert_eq!(seen, 3);
/// # Ok::<(), std::io::Error>(())
/// ```
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
    /// The one question that the short paths ask: a ring that rewinds, one with completions of two
    /// sizes, or one that forked children do not have.
    special: bool,
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> LocalRing<S, C> {
    /// Takes over a ring.
    pub fn new(ring: IoUring<S, C>) -> Self {
        let (sq, cq) = (ring.sq(), ring.cq());
        LocalRing {
            sq_tail: sq.tail(),
            sq_head: sq.head(),
            cq_head: cq.head(),
            cq_tail: cq.tail(),
            special: sq.rewinds() || cq.mixed || ring.memory.only_in().is_some(),
            ring,
        }
    }

    /// Returns the ring, everything published.
    pub fn into_inner(mut self) -> IoUring<S, C> {
        self.publish();
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
        self.follow();
        let queue = self.ring.sq();
        self.sq_head = queue.head();
        (queue.entries - self.sq_tail.wrapping_sub(self.sq_head)) as usize
    }

    /// The entries that the kernel has not taken yet, pushed ones included.
    #[inline]
    pub fn sq_ready(&self) -> usize {
        if !self.ring.memory.is_here() {
            return 0;
        }
        let queue = &self.ring.sq;
        queue.tail_for_push(self.sq_tail).wrapping_sub(queue.head()) as usize
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
        if self.special {
            // SAFETY: the caller vouches for the entry.
            return unsafe { self.push_special(entry) };
        }
        if self.sq_tail.wrapping_sub(self.sq_head) >= self.ring.sq.entries
            && self.sq_space_left() == 0
        {
            return Err(PushError);
        }
        // SAFETY: the slot is free, so the kernel does not look at it.
        unsafe { self.ring.sq.slots::<S>().place(self.sq_tail).write(entry.clone()) };
        self.sq_tail = self.sq_tail.wrapping_add(1);
        Ok(())
    }

    /// # Safety
    ///
    /// As for [`push`](Self::push).
    #[cold]
    unsafe fn push_special(&mut self, entry: &S) -> Result<(), PushError> {
        if self.sq_space_left() == 0 {
            return Err(PushError);
        }
        let queue = self.ring.sq();
        // SAFETY: the slot is free, so the kernel does not look at it.
        unsafe { queue.slots::<S>().place(self.sq_tail).write(entry.clone()) };
        self.sq_tail = self.sq_tail.wrapping_add(1);
        queue.pushed(self.sq_tail);
        Ok(())
    }

    /// Publishes what was pushed, without entering the kernel.
    #[inline]
    pub fn flush(&self) {
        if self.ring.memory.is_here() {
            self.ring.sq.publish(self.sq_tail);
        }
    }

    /// Hands everything that was pushed to the kernel, see [`Submitter::submit`].
    #[inline]
    pub fn submit(&mut self) -> io::Result<usize> {
        self.submit_and_wait(0)
    }

    /// Submits and waits, see [`Submitter::submit_and_wait`].
    #[inline]
    pub fn submit_and_wait(&mut self, want: usize) -> io::Result<usize> {
        if self.special {
            return self.enter(|submitter| submitter.submit_and_wait(want));
        }
        let queue = &self.ring.sq;
        queue.set_tail(self.sq_tail);
        self.ring.cq.set_head(self.cq_head);
        let to_submit = self.sq_tail.wrapping_sub(queue.head());
        let submitter = Submitter::new(&self.ring.fd, &self.ring.params, queue);
        let result = submitter.submit_counted(to_submit, want);
        self.sq_head = queue.head();
        result
    }

    /// Submits and waits with arguments, see [`Submitter::submit_with_args`].
    pub fn submit_with_args(
        &mut self,
        want: usize,
        args: &SubmitArgs<'_, '_>,
    ) -> io::Result<usize> {
        self.enter(|submitter| submitter.submit_with_args(want, args))
    }

    /// Submits, runs task work and fetches overflown completions, without waiting.
    pub fn submit_and_get_events(&mut self) -> io::Result<usize> {
        self.enter(|submitter| submitter.submit_and_get_events())
    }

    /// Waits without submitting, see [`Submitter::wait`].
    pub fn wait(&mut self, want: usize) -> io::Result<()> {
        self.release();
        self.ring.submitter().wait(want)
    }

    /// The next completion, if one is there.
    #[inline]
    pub fn pop(&mut self) -> Option<C> {
        let entry = self.peek()?.clone();
        if self.special {
            self.advance(1);
        } else {
            self.cq_head = self.cq_head.wrapping_add(1);
        }
        Some(entry)
    }

    /// The next completion, if one is there, without consuming it: see
    /// [`CompletionQueue::peek`](crate::CompletionQueue::peek).
    #[inline]
    pub fn peek(&mut self) -> Option<&C> {
        if self.special {
            return self.peek_special();
        }
        let queue = &self.ring.cq;
        if self.cq_head == self.cq_tail {
            self.cq_tail = queue.tail();
            if self.cq_head == self.cq_tail {
                return None;
            }
        }
        // SAFETY: the kernel has published this slot, and writes to it only when it was released,
        // which takes the ring mutably.
        Some(unsafe { &*queue.place::<C>(self.cq_head) })
    }

    #[cold]
    fn peek_special(&mut self) -> Option<&C> {
        self.follow();
        let queue = self.ring.cq();
        self.cq_head = queue.skip_fillers(self.cq_head, self.cq_tail);
        if self.cq_head == self.cq_tail {
            self.cq_tail = queue.tail();
            self.cq_head = queue.skip_fillers(self.cq_head, self.cq_tail);
        }
        // SAFETY: as for `peek`.
        (self.cq_head != self.cq_tail).then(|| unsafe { &*queue.place::<C>(self.cq_head) })
    }

    /// Consumes the next `count` completions, or as many as are there.
    #[inline]
    pub fn advance(&mut self, count: usize) {
        self.follow();
        let queue = self.ring.cq();
        self.cq_tail = queue.tail();
        self.cq_head = queue.advance(self.cq_head, self.cq_tail, count);
    }

    /// Whether completions are there. Does not enter the kernel: see
    /// [`needs_enter`](Self::needs_enter) for those that are stuck in it.
    #[inline]
    pub fn cq_is_empty(&self) -> bool {
        let queue = self.ring.cq();
        let tail = queue.tail();
        !self.ring.memory.is_here() || queue.skip_fillers(self.cq_head, tail) == tail
    }

    /// Gives the slots of popped completions back to the kernel, as the next submit would.
    #[inline]
    pub fn release(&mut self) {
        self.follow();
        self.ring.cq().set_head(self.cq_head);
    }

    /// Whether completions or task work wait inside the kernel: an empty completion queue does not
    /// mean that nothing is there.
    #[inline]
    pub fn needs_enter(&self) -> bool {
        self.ring.sq().flags() & submit::STUCK != 0 || self.ring.must_poll()
    }

    /// Changes the sizes of both queues, see [`IoUring::resize`].
    pub fn resize(&mut self, sq_entries: u32, cq_entries: u32) -> io::Result<()> {
        self.publish();
        let result = self.ring.resize(sq_entries, cq_entries);
        self.refresh();
        self.cq_head = self.ring.cq().head();
        self.cq_tail = self.ring.cq().tail();
        result
    }

    fn enter<T>(&mut self, enter: impl FnOnce(&Submitter<'_>) -> io::Result<T>) -> io::Result<T> {
        self.publish();
        let result = enter(&self.ring.submitter());
        self.refresh();
        result
    }

    fn publish(&mut self) {
        self.release();
        self.ring.sq().publish(self.sq_tail);
    }

    fn refresh(&mut self) {
        self.follow();
        self.sq_head = self.ring.sq().head();
    }

    /// Follows what moves without this ring's doing.
    #[inline]
    fn follow(&mut self) {
        if self.special {
            self.follow_special();
        }
    }

    #[cold]
    fn follow_special(&mut self) {
        if !self.ring.memory.is_here() {
            // The queues of a child that has no part in the ring start and end at 0.
            (self.sq_tail, self.sq_head, self.cq_head, self.cq_tail) = (0, 0, 0, 0);
        }
        self.sq_tail = self.ring.sq().tail_for_push(self.sq_tail);
    }
}

impl LocalRing<squeue::Entry, cqueue::Entry> {
    /// Puts a 128-byte entry into a mixed ring, see
    /// [`SubmissionQueue::push_128`](crate::SubmissionQueue::push_128).
    ///
    /// # Errors
    ///
    /// [`PushError`] as for that function.
    ///
    /// # Safety
    ///
    /// As for [`SubmissionQueue::push`](crate::SubmissionQueue::push).
    pub unsafe fn push_128(&mut self, entry: &squeue::Entry128) -> Result<(), PushError> {
        self.sq_space_left();
        let queue = self.ring.sq();
        // SAFETY: the caller vouches for the entry; head and tail are those of this queue.
        self.sq_tail = unsafe { squeue::push_128(queue, self.sq_head, self.sq_tail, entry)? };
        queue.pushed(self.sq_tail);
        Ok(())
    }

    /// The next completion with all its bytes, from a ring of mixed sizes.
    #[inline]
    pub fn pop_mixed(&mut self) -> Option<cqueue::EntryMixed> {
        self.follow();
        let queue = self.ring.cq();
        self.cq_tail = queue.tail();
        let (head, entry) = cqueue::read_mixed(queue, self.cq_head, self.cq_tail);
        self.cq_head = head;
        entry
    }
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> Debug for LocalRing<S, C> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut ring = f.debug_struct("LocalRing");
        ring.field("ring", &self.ring).field("sq_ready", &self.sq_ready()).finish_non_exhaustive()
    }
}
