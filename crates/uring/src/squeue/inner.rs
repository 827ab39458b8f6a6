//! The submission queue as the kernel sees it: pointers into ring memory.
//!
//! Owns only the local counters of a rewinding ring. Promises that every pointer refers to the
//! ring's memory, for as long as the ring lives. Never moves the tail by itself. Proven by
//! `tests/kernel/queue.rs`.

use std::io;
use std::sync::atomic::{fence, AtomicU32, Ordering};
use std::sync::Arc;

use super::rewind::Rewind;
use super::EntryMarker;
use crate::memory::{RingMemory, Slots};
use crate::sys::{self, io_uring_params};

/// Pointers and sizes of one submission queue.
pub(crate) struct Inner {
    head: *const AtomicU32,
    tail: *const AtomicU32,
    flags: *const AtomicU32,
    dropped: *const AtomicU32,
    sqes: *mut u8,
    pub(crate) mask: u32,
    pub(crate) entries: u32,
    /// The size of a slot in bytes: 64, or 128 with `IORING_SETUP_SQE128`.
    pub(crate) slot: usize,
    /// `IORING_SETUP_SQE_MIXED`: a 128-byte entry takes two slots.
    pub(crate) mixed: bool,
    /// `IORING_SETUP_SQ_REWIND`: the kernel reads from slot 0 at every enter, so that head and tail
    /// are counters of this process. Not in a `Box`, because moving one asserts that nothing else
    /// points into it, and `head` and `tail` do.
    pub(super) rewind: Option<Arc<Rewind>>,
}

impl Inner {
    /// Finds the queue in the ring's memory, and fills the index array if there is one.
    pub(crate) fn new(memory: &RingMemory, params: &io_uring_params) -> io::Result<Inner> {
        let word = |offset: u32| memory.sq().at(offset as usize, 4).map(|p| p.cast::<AtomicU32>());
        let off = &params.sq_off;
        let (head, tail) = (word(off.head)?, word(off.tail)?);
        let (flags, dropped) = (word(off.flags)?, word(off.dropped)?);
        // SAFETY: both words lie in the mapping, and the kernel never changes them.
        let (mask, entries) = unsafe {
            (
                (*word(off.ring_mask)?).load(Ordering::Relaxed),
                (*word(off.ring_entries)?).load(Ordering::Relaxed),
            )
        };
        let slot = 64 << u32::from(params.flags & sys::IORING_SETUP_SQE128 != 0);
        if params.flags & sys::IORING_SETUP_NO_SQARRAY == 0 {
            fill_array(memory, off.array, entries)?;
        }
        let rewind = params.flags & sys::IORING_SETUP_SQ_REWIND != 0;
        let rewind = rewind.then(Arc::<Rewind>::default);
        Ok(Inner {
            head: rewind.as_ref().map_or(head.cast_const(), |own| &raw const own.head),
            tail: rewind.as_ref().map_or(tail.cast_const(), |own| &raw const own.tail),
            flags,
            dropped,
            sqes: memory.sqes().at(0, entries as usize * slot)?,
            mask,
            entries,
            slot,
            mixed: params.flags & sys::IORING_SETUP_SQE_MIXED != 0,
            rewind,
        })
    }

    /// Returns a queue without slots.
    pub(crate) fn none() -> &'static Inner {
        struct Shared(Inner);
        // SAFETY: the pointers refer to an atomic, and `sqes` is never dereferenced.
        unsafe impl Sync for Shared {}
        static ZERO: AtomicU32 = AtomicU32::new(0);
        static EMPTY: Shared = Shared(Inner {
            head: &raw const ZERO,
            tail: &raw const ZERO,
            flags: &raw const ZERO,
            dropped: &raw const ZERO,
            sqes: std::ptr::dangling_mut(),
            mask: 0,
            entries: 0,
            slot: 0,
            mixed: false,
            rewind: None,
        });
        &EMPTY.0
    }

    /// Returns how far the kernel has read.
    #[inline]
    pub(crate) fn head(&self) -> u32 {
        // SAFETY: the pointer lies in ring memory, which outlives `self`.
        unsafe { (*self.head).load(Ordering::Acquire) }
    }

    /// Returns how far entries have been published. Only this process writes the tail.
    #[inline]
    pub(crate) fn tail(&self) -> u32 {
        // SAFETY: as for `head`.
        unsafe { (*self.tail).load(Ordering::Relaxed) }
    }

    /// Publishes the entries before `tail`.
    #[inline]
    pub(crate) fn set_tail(&self, tail: u32) {
        // SAFETY: as for `head`.
        unsafe { (*self.tail).store(tail, Ordering::Release) }
    }

    /// Returns whether a submit moves the tail back.
    #[inline]
    pub(crate) fn rewinds(&self) -> bool {
        self.rewind.is_some()
    }

    /// Publishes the entries that a view has pushed, and returns the tail from which to continue.
    /// In a rewinding queue each push writes the tail, and a submit may have moved it back since.
    #[inline]
    pub(crate) fn publish(&self, tail: u32) -> u32 {
        if self.rewinds() {
            return self.tail();
        }
        self.set_tail(tail);
        tail
    }

    /// Returns the position of the next entry: the tail that a view has stored, or that of a
    /// rewinding queue.
    #[inline]
    pub(crate) fn tail_for_push(&self, remembered: u32) -> u32 {
        if self.rewinds() {
            return self.tail();
        }
        remembered
    }

    /// Publishes an entry that a view has pushed to a rewinding queue. Other queues publish later.
    #[inline]
    pub(crate) fn pushed(&self, tail: u32) {
        if self.rewinds() {
            self.set_tail(tail);
        }
    }

    /// Returns the flag word, which the kernel writes.
    #[inline]
    pub(crate) fn flags(&self) -> u32 {
        // SAFETY: as for `head`.
        unsafe { (*self.flags).load(Ordering::Acquire) }
    }

    /// Returns the flag word, after a full barrier.
    ///
    /// The kernel's thread sets NEED_WAKEUP, executes a full barrier, and then reads the tail a
    /// last time. This side has written the tail. With a full barrier here as well, at least one
    /// side sees the other's write.
    #[inline]
    pub(crate) fn flags_after_barrier(&self) -> u32 {
        fence(Ordering::SeqCst);
        self.flags()
    }

    /// Returns how many entries the kernel found to be invalid.
    pub(crate) fn dropped(&self) -> u32 {
        // SAFETY: as for `head`.
        unsafe { (*self.dropped).load(Ordering::Acquire) }
    }

    /// Returns the slots. `E` must be the entry type of the ring.
    #[inline]
    pub(crate) fn slots<E: EntryMarker>(&self) -> Slots<E> {
        debug_assert!(self.slot == size_of::<E>() || self.entries == 0);
        Slots::new(self.sqes.cast(), self.mask)
    }

    /// Returns the tail at which a push must read the queue: where the queue is full. In a
    /// rewinding queue that is the current tail, because a submit may have moved it.
    #[inline]
    pub(crate) fn limit(&self, head: u32, tail: u32) -> u32 {
        if self.rewinds() {
            tail
        } else {
            head.wrapping_add(self.entries)
        }
    }

    /// Returns the address of the slot at a position.
    #[inline]
    pub(crate) fn at(&self, position: u32) -> *mut u8 {
        let index = (position & self.mask) as usize;
        // SAFETY: `mask` is `entries - 1`, and `new` checked that the memory holds `entries` slots.
        unsafe { self.sqes.add(index * self.slot) }
    }

    /// Returns how many slots are published and not yet read.
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        self.tail().wrapping_sub(self.head())
    }
}

/// Fills the index array with the identity: position n of the ring is slot n.
fn fill_array(memory: &RingMemory, offset: u32, entries: u32) -> io::Result<()> {
    let array = memory.sq().at(offset as usize, entries as usize * size_of::<u32>())?;
    for index in 0..entries {
        // SAFETY: `at` has checked that `entries` words lie inside the mapping.
        unsafe { array.cast::<u32>().add(index as usize).write_volatile(index) };
    }
    Ok(())
}
