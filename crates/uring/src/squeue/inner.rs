//! The submission queue as the kernel sees it: pointers into ring memory.
//!
//! Owns nothing but the local counters of a rewinding ring. Promises that every pointer lies in
//! the ring's memory for as long as the ring lives. Never moves the tail by itself.
//! Proven by `tests/kernel/queue.rs`.

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
    /// The bytes of one slot: 64, or 128 with `IORING_SETUP_SQE128`.
    pub(crate) slot: usize,
    /// `IORING_SETUP_SQE_MIXED`: a 128-byte entry takes two slots.
    pub(crate) mixed: bool,
    /// `IORING_SETUP_SQ_REWIND`: the kernel reads from slot 0 at every enter, so head and tail are
    /// counters of this process, kept here. Not in a `Box`: moving one would say that nothing else
    /// points into it, which `head` and `tail` do.
    pub(super) rewind: Option<Arc<Rewind>>,
}

impl Inner {
    /// Finds the queue in the ring's memory and fills the index array where there is one.
    pub(crate) fn new(memory: &RingMemory, params: &io_uring_params) -> io::Result<Inner> {
        let word = |offset: u32| memory.sq().at(offset as usize, 4).map(|p| p.cast::<AtomicU32>());
        let off = &params.sq_off;
        let (head, tail) = (word(off.head)?, word(off.tail)?);
        let (flags, dropped) = (word(off.flags)?, word(off.dropped)?);
        // SAFETY: both places lie in the mapping and the kernel never changes them.
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

    /// A queue without slots.
    pub(crate) fn none() -> &'static Inner {
        struct Shared(Inner);
        // SAFETY: the pointers lead to an atomic, and `sqes` is never followed.
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

    /// How far the kernel has read.
    #[inline]
    pub(crate) fn head(&self) -> u32 {
        // SAFETY: the pointer lies in ring memory, which outlives `self`.
        unsafe { (*self.head).load(Ordering::Acquire) }
    }

    /// How far entries have been published. Only this process writes it.
    #[inline]
    pub(crate) fn tail(&self) -> u32 {
        // SAFETY: as for `head`.
        unsafe { (*self.tail).load(Ordering::Relaxed) }
    }

    /// Publishes entries.
    #[inline]
    pub(crate) fn set_tail(&self, tail: u32) {
        // SAFETY: as for `head`.
        unsafe { (*self.tail).store(tail, Ordering::Release) }
    }

    /// Whether a submit moves the tail back.
    #[inline]
    pub(crate) fn rewinds(&self) -> bool {
        self.rewind.is_some()
    }

    /// Publishes what a view has pushed, and gives the tail to go on from. The tail of a rewinding
    /// queue is written by each push, and may have moved back since.
    #[inline]
    pub(crate) fn publish(&self, tail: u32) -> u32 {
        if self.rewinds() {
            return self.tail();
        }
        self.set_tail(tail);
        tail
    }

    /// Where the next entry goes, by what a view remembers.
    #[inline]
    pub(crate) fn tail_for_push(&self, remembered: u32) -> u32 {
        if self.rewinds() {
            return self.tail();
        }
        remembered
    }

    /// After a push by a view: entries of a rewinding queue are published one by one.
    #[inline]
    pub(crate) fn pushed(&self, tail: u32) {
        if self.rewinds() {
            self.set_tail(tail);
        }
    }

    /// The flag word that the kernel writes.
    #[inline]
    pub(crate) fn flags(&self) -> u32 {
        // SAFETY: as for `head`.
        unsafe { (*self.flags).load(Ordering::Acquire) }
    }

    /// The flag word after a full barrier.
    ///
    /// The kernel's thread sets NEED_WAKEUP, then passes a full barrier, then looks at the tail one
    /// last time. This side wrote the tail; only a full barrier here, too, makes sure that at least
    /// one of the two sees the other's write.
    #[inline]
    pub(crate) fn flags_after_barrier(&self) -> u32 {
        fence(Ordering::SeqCst);
        self.flags()
    }

    /// How many entries the kernel found to be invalid.
    pub(crate) fn dropped(&self) -> u32 {
        // SAFETY: as for `head`.
        unsafe { (*self.dropped).load(Ordering::Acquire) }
    }

    /// The slots, where the size of the ring's entries is known as a type.
    #[inline]
    pub(crate) fn slots<E: EntryMarker>(&self) -> Slots<E> {
        debug_assert!(self.slot == size_of::<E>() || self.entries == 0);
        Slots::new(self.sqes.cast(), self.mask)
    }

    /// The tail at which a push must ask the queue: where it is full, and in a rewinding queue
    /// always, as a submit may have moved its tail.
    #[inline]
    pub(crate) fn limit(&self, head: u32, tail: u32) -> u32 {
        if self.rewinds() {
            tail
        } else {
            head.wrapping_add(self.entries)
        }
    }

    /// The place of a slot.
    #[inline]
    pub(crate) fn at(&self, position: u32) -> *mut u8 {
        let index = (position & self.mask) as usize;
        // SAFETY: `mask` is `entries - 1`, and `new` checked that the memory holds `entries` slots.
        unsafe { self.sqes.add(index * self.slot) }
    }

    /// How many slots are published and not yet read.
    #[inline]
    pub(crate) fn len(&self) -> u32 {
        self.tail().wrapping_sub(self.head())
    }
}

/// The identity: position n of the ring is slot n.
fn fill_array(memory: &RingMemory, offset: u32, entries: u32) -> io::Result<()> {
    let array = memory.sq().at(offset as usize, entries as usize * size_of::<u32>())?;
    for index in 0..entries {
        // SAFETY: `at` has checked that `entries` words lie inside the mapping.
        unsafe { array.cast::<u32>().add(index as usize).write_volatile(index) };
    }
    Ok(())
}
