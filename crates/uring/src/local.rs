//! A ring that one thread drives, with its queue positions in local variables.
//!
//! Owns the ring and a cached position in each queue, so that a push or a pop reads shared memory
//! only when the cached part is used up. Promises the same order and the same accounting as the
//! borrowed views. Never publishes by itself: the next submit passes on entries and returns
//! completion slots, and [`LocalRing::release`] returns the slots alone. Proven by
//! `tests/kernel/local_ring.rs` and `tests/kernel/fork.rs`. `docs/rust-crate.md` has its measured
//! cost.

use std::fmt::{self, Debug, Formatter};
use std::io;

use crate::memory::Slots;
use crate::squeue::PushError;
use crate::types::SubmitArgs;
use crate::{cqueue, squeue, submit, IoUring, Submitter};

/// A ring with its queue positions in local variables.
///
/// Intended for an event loop: many pushes, one submit, many pops. [`LocalRing::new`] creates one
/// from a ring of any entry size.
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
    /// Boxed, so that the code that enters the kernel takes no address of the fields below and the
    /// compiler can keep those in registers.
    ring: Box<IoUring<S, C>>,
    slots: Slots<S>,
    entries: Slots<C>,
    /// The local tail of the submission queue, at or ahead of the published one.
    sq_tail: u32,
    /// The tail at which a push reads the queue: where the queue was full when last read. In a
    /// special ring, the current tail, so that every push reads it.
    sq_limit: u32,
    /// The local head of the completion queue, at or ahead of the published one.
    cq_head: u32,
    /// The head at which a pop reads the queue: the kernel's tail as last read. In a special ring,
    /// the current head, so that every pop reads it.
    cq_limit: u32,
    /// Set for a ring that rewinds, has completions of two sizes, or is kept from forked children.
    special: bool,
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> LocalRing<S, C> {
    /// Creates a `LocalRing` from a ring, which it takes over.
    pub fn new(ring: IoUring<S, C>) -> Self {
        let (sq, cq) = (ring.sq(), ring.cq());
        let (sq_tail, cq_head) = (sq.tail(), cq.head());
        LocalRing {
            slots: sq.slots(),
            entries: cq.slots(),
            sq_tail,
            sq_limit: sq_tail,
            cq_head,
            cq_limit: cq_head,
            special: sq.rewinds() || cq.mixed || ring.memory.only_in().is_some(),
            ring: Box::new(ring),
        }
    }

    /// Publishes both positions and returns the ring.
    pub fn into_inner(mut self) -> IoUring<S, C> {
        self.publish();
        *self.ring
    }

    /// Returns the ring, for its parameters and its descriptor.
    #[inline]
    pub fn ring(&self) -> &IoUring<S, C> {
        &self.ring
    }

    /// Returns the part of the ring that registers. Its submits take only entries that
    /// [`flush`](Self::flush) has published.
    #[inline]
    pub fn submitter(&self) -> Submitter<'_> {
        self.ring.submitter()
    }

    /// Returns the number of free submission slots. Reads the kernel's head.
    #[inline]
    pub fn sq_space_left(&mut self) -> usize {
        self.follow();
        let queue = self.ring.sq();
        let free = queue.entries - self.sq_tail.wrapping_sub(queue.head());
        if !self.special {
            self.sq_limit = self.sq_tail.wrapping_add(free);
        }
        free as usize
    }

    /// Returns the number of entries that the kernel has not taken yet, including pushed ones.
    #[inline]
    pub fn sq_ready(&self) -> usize {
        if !self.ring.memory.is_here() {
            return 0;
        }
        let queue = &self.ring.sq;
        queue.tail_for_push(self.sq_tail).wrapping_sub(queue.head()) as usize
    }

    /// Puts an entry into the queue, for the next submit.
    ///
    /// # Errors
    ///
    /// [`PushError`] if the queue is full. Submit, then push again.
    ///
    /// # Safety
    ///
    /// As for [`SubmissionQueue::push`](crate::SubmissionQueue::push).
    #[inline]
    pub unsafe fn push(&mut self, entry: &S) -> Result<(), PushError> {
        if self.sq_tail == self.sq_limit {
            (self.sq_tail, self.sq_limit) = make_room(&self.ring, self.sq_tail, self.special)?;
        }
        // SAFETY: the slot is free, so the kernel does not read it.
        unsafe { self.slots.place(self.sq_tail).write(entry.clone()) };
        self.sq_tail = self.sq_tail.wrapping_add(1);
        Ok(())
    }

    /// Publishes the pushed entries without entering the kernel.
    #[inline]
    pub fn flush(&self) {
        if self.ring.memory.is_here() {
            self.ring.sq.publish(self.sq_tail);
        }
    }

    /// Submits the pushed entries, see [`Submitter::submit`].
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
        let head = queue.head();
        self.sq_limit = head.wrapping_add(queue.entries);
        let to_submit = self.sq_tail.wrapping_sub(head);
        Submitter::new(&self.ring.fd, &self.ring.params, queue).submit_counted(to_submit, want)
    }

    /// Submits and waits with arguments, see [`Submitter::submit_with_args`].
    pub fn submit_with_args(
        &mut self,
        want: usize,
        args: &SubmitArgs<'_, '_>,
    ) -> io::Result<usize> {
        self.enter(|submitter| submitter.submit_with_args(want, args))
    }

    /// Submits, runs task work and fetches overflowed completions, without waiting.
    pub fn submit_and_get_events(&mut self) -> io::Result<usize> {
        self.enter(|submitter| submitter.submit_and_get_events())
    }

    /// Waits without submitting, see [`Submitter::wait`].
    pub fn wait(&mut self, want: usize) -> io::Result<()> {
        self.release();
        self.ring.submitter().wait(want)
    }

    /// Returns the next completion, if any.
    #[inline]
    pub fn pop(&mut self) -> Option<C> {
        if self.cq_head == self.cq_limit {
            self.look();
        }
        self.next_seen()
    }

    /// Returns an iterator over the available completions. Reads the kernel's tail once.
    /// Completions that are not taken from the iterator stay in the queue.
    ///
    /// ```
    /// use uring::{opcode, IoUring, LocalRing};
    ///
    /// let mut ring = LocalRing::new(IoUring::new(4)?);
    /// // SAFETY: a NOP points at nothing.
    /// unsafe { ring.push(&opcode::Nop::new().build().user_data(7)) }.expect("there is room");
    /// ring.submit_and_wait(1)?;
    /// assert_eq!(ring.drain().map(|done| done.user_data()).collect::<Vec<_>>(), [7]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[inline]
    pub fn drain(&mut self) -> impl Iterator<Item = C> + '_ {
        self.look();
        std::iter::from_fn(move || self.next_seen())
    }

    /// Reads how far the kernel has written.
    #[inline]
    fn look(&mut self) {
        if !self.special {
            self.cq_limit = self.ring.cq.tail();
        }
    }

    /// Returns the next completion before the limit.
    #[inline]
    fn next_seen(&mut self) -> Option<C> {
        let (mut at, mut next) = (self.cq_head, self.cq_head.wrapping_add(1));
        if at == self.cq_limit {
            if !self.special {
                return None;
            }
            (at, next) = next_special(&self.ring, at)?;
            self.cq_limit = next;
        }
        self.cq_head = next;
        // SAFETY: the kernel has published this slot.
        Some(unsafe { (*self.entries.place(at)).clone() })
    }

    /// Returns the next completion, if any, without consuming it. See
    /// [`CompletionQueue::peek`](crate::CompletionQueue::peek).
    #[inline]
    pub fn peek(&mut self) -> Option<&C> {
        if self.special {
            (self.cq_head, _) = next_special(&self.ring, self.cq_head)?;
            self.cq_limit = self.cq_head;
        } else if self.cq_head == self.cq_limit {
            self.look();
            if self.cq_head == self.cq_limit {
                return None;
            }
        }
        // SAFETY: the kernel has published this slot, and writes to it only after it was released,
        // which borrows the ring mutably.
        Some(unsafe { &*self.entries.place(self.cq_head) })
    }

    /// Consumes the next `count` completions, or fewer if fewer are available.
    #[inline]
    pub fn advance(&mut self, count: usize) {
        self.follow();
        let queue = self.ring.cq();
        let tail = queue.tail();
        self.cq_head = queue.advance(self.cq_head, tail, count);
        self.cq_limit = if self.special { self.cq_head } else { tail };
    }

    /// Returns whether no completion is available. Does not enter the kernel, which may hold more:
    /// see [`needs_enter`](Self::needs_enter).
    #[inline]
    pub fn cq_is_empty(&self) -> bool {
        let queue = self.ring.cq();
        let tail = queue.tail();
        !self.ring.memory.is_here() || queue.skip_fillers(self.cq_head, tail) == tail
    }

    /// Returns the slots of popped completions to the kernel, as the next submit would.
    #[inline]
    pub fn release(&mut self) {
        self.follow();
        self.ring.cq().set_head(self.cq_head);
    }

    /// Returns whether completions or task work wait inside the kernel. Only an enter brings these
    /// into the completion queue.
    #[inline]
    pub fn needs_enter(&self) -> bool {
        self.ring.sq().flags() & submit::STUCK != 0 || self.ring.must_poll()
    }

    /// Changes the sizes of both queues, see [`IoUring::resize`].
    pub fn resize(&mut self, sq_entries: u32, cq_entries: u32) -> io::Result<()> {
        self.publish();
        self.ring.resize(sq_entries, cq_entries)?;
        (self.slots, self.entries) = (self.ring.sq().slots(), self.ring.cq().slots());
        self.sq_limit = self.sq_tail;
        self.cq_limit = self.cq_head;
        Ok(())
    }

    fn enter<T>(&mut self, enter: impl FnOnce(&Submitter<'_>) -> io::Result<T>) -> io::Result<T> {
        self.publish();
        let result = enter(&self.ring.submitter());
        self.follow();
        result
    }

    fn publish(&mut self) {
        self.release();
        self.ring.sq().publish(self.sq_tail);
    }

    /// Updates positions that something else may have moved: the tail of a rewinding queue, and in
    /// a forked child that does not have the ring all of them, which are 0 there.
    #[inline]
    fn follow(&mut self) {
        if self.special {
            if !self.ring.memory.is_here() {
                (self.sq_tail, self.cq_head) = (0, 0);
            }
            self.sq_tail = self.ring.sq().tail_for_push(self.sq_tail);
            (self.sq_limit, self.cq_limit) = (self.sq_tail, self.cq_head);
        }
    }
}

// The rare cases are functions that take values, not `self`: see the field `ring`.

/// Returns the position of the next entry, and the tail at which a push reads the queue again.
#[cold]
fn make_room<S: squeue::EntryMarker, C: cqueue::EntryMarker>(
    ring: &IoUring<S, C>,
    tail: u32,
    special: bool,
) -> Result<(u32, u32), PushError> {
    let queue = ring.sq();
    if queue.rewinds() {
        return queue.reserve();
    }
    if !ring.memory.is_here() || tail.wrapping_sub(queue.head()) >= queue.entries {
        return Err(PushError);
    }
    let limit = if special { tail.wrapping_add(1) } else { queue.limit(queue.head(), tail) };
    Ok((tail, limit))
}

/// Returns the position of the next completion of a special ring, and the head after it.
#[cold]
fn next_special<S: squeue::EntryMarker, C: cqueue::EntryMarker>(
    ring: &IoUring<S, C>,
    head: u32,
) -> Option<(u32, u32)> {
    if !ring.memory.is_here() {
        return None;
    }
    let tail = ring.cq.tail();
    let at = ring.cq.skip_fillers(head, tail);
    (at != tail).then(|| (at, at.wrapping_add(ring.cq.cost(at, tail).0)))
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
        self.follow();
        let queue = self.ring.sq();
        // SAFETY: the caller vouches for the entry, and head and tail are those of this queue.
        self.sq_tail = unsafe { squeue::push_128(queue, queue.head(), self.sq_tail, entry)? };
        queue.pushed(self.sq_tail);
        self.sq_limit = queue.limit(queue.head(), self.sq_tail);
        self.follow();
        Ok(())
    }

    /// Returns the next completion with all its bytes, for rings with completions of two sizes.
    #[inline]
    pub fn pop_mixed(&mut self) -> Option<cqueue::EntryMixed> {
        self.follow();
        let queue = self.ring.cq();
        let tail = queue.tail();
        let (head, entry) = cqueue::read_mixed(queue, self.cq_head, tail);
        self.cq_head = head;
        self.cq_limit = if self.special { head } else { tail };
        entry
    }
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> Debug for LocalRing<S, C> {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut ring = f.debug_struct("LocalRing");
        ring.field("ring", &self.ring).field("sq_ready", &self.sq_ready()).finish_non_exhaustive()
    }
}
