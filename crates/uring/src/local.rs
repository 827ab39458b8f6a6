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

use crate::memory::Slots;
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
    /// In a place of its own, so that what enters the kernel takes no address of the fields below,
    /// and the compiler may keep these in registers.
    ring: Box<IoUring<S, C>>,
    slots: Slots<S>,
    entries: Slots<C>,
    /// Our end of the submission queue, ahead of the published one.
    sq_tail: u32,
    /// The tail at which a push asks the queue: where it was full when last seen, and in a special
    /// ring always.
    sq_limit: u32,
    /// Our end of the completion queue, ahead of the published one.
    cq_head: u32,
    /// The head at which a pop asks the queue: the kernel's end, as last seen, and in a special ring
    /// always.
    cq_limit: u32,
    /// A ring that rewinds, one with completions of two sizes, or one that forked children do not
    /// have.
    special: bool,
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> LocalRing<S, C> {
    /// Takes over a ring.
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

    /// Returns the ring, everything published.
    pub fn into_inner(mut self) -> IoUring<S, C> {
        self.publish();
        *self.ring
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
        let free = queue.entries - self.sq_tail.wrapping_sub(queue.head());
        if !self.special {
            self.sq_limit = self.sq_tail.wrapping_add(free);
        }
        free as usize
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
        if self.sq_tail == self.sq_limit {
            (self.sq_tail, self.sq_limit) = make_room(&self.ring, self.sq_tail, self.special)?;
        }
        // SAFETY: the slot is free, so the kernel does not look at it.
        unsafe { self.slots.place(self.sq_tail).write(entry.clone()) };
        self.sq_tail = self.sq_tail.wrapping_add(1);
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
        if self.cq_head == self.cq_limit {
            self.look();
        }
        self.next_seen()
    }

    /// The completions that are there, in a loop that looks at shared memory once. What is not taken
    /// from the iterator stays.
    #[inline]
    pub fn drain(&mut self) -> impl Iterator<Item = C> + '_ {
        self.look();
        std::iter::from_fn(move || self.next_seen())
    }

    /// Learns how far the kernel has written.
    #[inline]
    fn look(&mut self) {
        if !self.special {
            self.cq_limit = self.ring.cq.tail();
        }
    }

    /// The next completion up to the limit.
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

    /// The next completion, if one is there, without consuming it: see
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
        // SAFETY: the kernel has published this slot, and writes to it only when it was released,
        // which takes the ring mutably.
        Some(unsafe { &*self.entries.place(self.cq_head) })
    }

    /// Consumes the next `count` completions, or as many as are there.
    #[inline]
    pub fn advance(&mut self, count: usize) {
        self.follow();
        let queue = self.ring.cq();
        let tail = queue.tail();
        self.cq_head = queue.advance(self.cq_head, tail, count);
        self.cq_limit = if self.special { self.cq_head } else { tail };
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

    /// Follows what moves without this ring's doing: the tail of a rewinding queue, and in a child
    /// that has no part in the ring all four ends, which are 0.
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

// What few rings need stands in functions of values: see the field `ring`.

/// The place of the next entry, and the tail at which a push asks again.
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

/// Where the next completion of a special ring is, and the head behind it.
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
        // SAFETY: the caller vouches for the entry; head and tail are those of this queue.
        self.sq_tail = unsafe { squeue::push_128(queue, queue.head(), self.sq_tail, entry)? };
        queue.pushed(self.sq_tail);
        self.sq_limit = queue.limit(queue.head(), self.sq_tail);
        self.follow();
        Ok(())
    }

    /// The next completion with all its bytes, from a ring of mixed sizes.
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
