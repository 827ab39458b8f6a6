//! The completion queue as the kernel sees it: pointers into ring memory.
//!
//! Owns nothing. Promises that every pointer refers to the ring's memory, for as long as the ring
//! lives. Never moves the head by itself. Proven by `tests/kernel/queue.rs`.

use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

use super::EntryMarker;
use crate::memory::{RingMemory, Slots};
use crate::sys::{self, io_uring_cqe, io_uring_params};

/// Pointers and sizes of one completion queue.
pub(crate) struct Inner {
    pub(crate) head: *const AtomicU32,
    pub(crate) tail: *const AtomicU32,
    overflow: *const AtomicU32,
    pub(crate) flags: *const AtomicU32,
    cqes: *const u8,
    pub(crate) mask: u32,
    pub(crate) entries: u32,
    /// The logarithm of a slot's size in bytes: 4, or 5 with `IORING_SETUP_CQE32`.
    shift: u32,
    /// `IORING_SETUP_CQE_MIXED`: a 32-byte completion takes two slots, and there may be fillers.
    pub(crate) mixed: bool,
}

impl Inner {
    /// Finds the queue in the ring's memory.
    pub(crate) fn new(memory: &RingMemory, params: &io_uring_params) -> io::Result<Inner> {
        let word = |offset: u32| memory.cq().at(offset as usize, 4).map(|p| p.cast::<AtomicU32>());
        let off = &params.cq_off;
        // SAFETY: both words lie in the mapping, and the kernel never changes them.
        let (mask, entries) = unsafe {
            (
                (*word(off.ring_mask)?).load(Ordering::Relaxed),
                (*word(off.ring_entries)?).load(Ordering::Relaxed),
            )
        };
        let shift = 4 + u32::from(params.flags & sys::IORING_SETUP_CQE32 != 0);
        Ok(Inner {
            head: word(off.head)?,
            tail: word(off.tail)?,
            overflow: word(off.overflow)?,
            flags: word(off.flags)?,
            cqes: memory.cq().at(off.cqes as usize, (entries as usize) << shift)?,
            mask,
            entries,
            shift,
            mixed: params.flags & sys::IORING_SETUP_CQE_MIXED != 0,
        })
    }

    /// Returns a queue that stays empty.
    pub(crate) fn none() -> &'static Inner {
        struct Shared(Inner);
        // SAFETY: the pointers refer to atomics, and `cqes` is never dereferenced.
        unsafe impl Sync for Shared {}
        static ZERO: AtomicU32 = AtomicU32::new(0);
        static FLAGS: AtomicU32 = AtomicU32::new(0);
        static EMPTY: Shared = Shared(Inner {
            head: &raw const ZERO,
            tail: &raw const ZERO,
            overflow: &raw const ZERO,
            flags: &raw const FLAGS,
            cqes: std::ptr::dangling(),
            mask: 0,
            entries: 0,
            shift: 0,
            mixed: false,
        });
        &EMPTY.0
    }

    /// Returns how far this process has read. Only this process writes the head.
    #[inline]
    pub(crate) fn head(&self) -> u32 {
        // SAFETY: the pointer lies in ring memory, which outlives `self`.
        unsafe { (*self.head).load(Ordering::Relaxed) }
    }

    /// Returns how far the kernel has written.
    #[inline]
    pub(crate) fn tail(&self) -> u32 {
        // SAFETY: as for `head`.
        unsafe { (*self.tail).load(Ordering::Acquire) }
    }

    /// Returns the slots before `head` to the kernel.
    #[inline]
    pub(crate) fn set_head(&self, head: u32) {
        // SAFETY: as for `head`.
        unsafe { (*self.head).store(head, Ordering::Release) }
    }

    /// Returns how many completions were lost.
    pub(crate) fn overflow(&self) -> u32 {
        // SAFETY: as for `head`.
        unsafe { (*self.overflow).load(Ordering::Acquire) }
    }

    /// Returns the next completion between `head` and `tail`, and the head after it. If that is a
    /// 32-byte completion of a mixed ring, returns its first half.
    #[inline]
    pub(crate) fn next<E: EntryMarker>(&self, head: u32, tail: u32) -> (u32, Option<E>) {
        let (at, slots) = if self.mixed { self.find(head, tail) } else { (head, 1) };
        if at == tail {
            return (at, None);
        }
        // SAFETY: the kernel has published this slot.
        (at.wrapping_add(slots), Some(unsafe { (*self.slots::<E>().place(at)).clone() }))
    }

    /// Returns the position of the next completion of a mixed ring, and how many slots it takes.
    #[cold]
    fn find(&self, head: u32, tail: u32) -> (u32, u32) {
        let head = self.skip_fillers(head, tail);
        match head == tail {
            true => (tail, 0),
            false => (head, self.cost(head, tail).0),
        }
    }

    /// Returns the head after the next `count` completions, or after fewer if fewer are available.
    #[inline]
    pub(crate) fn advance(&self, mut head: u32, tail: u32, count: usize) -> u32 {
        if !self.mixed {
            let there = tail.wrapping_sub(head);
            return head.wrapping_add(u32::try_from(count).unwrap_or(u32::MAX).min(there));
        }
        for _ in 0..count {
            head = self.skip_fillers(head, tail);
            if head == tail {
                break;
            }
            head = head.wrapping_add(self.cost(head, tail).0);
        }
        head
    }

    /// Returns the slots. `E` must be the entry type of the ring.
    #[inline]
    pub(crate) fn slots<E: EntryMarker>(&self) -> Slots<E> {
        debug_assert!(1 << self.shift == size_of::<E>() || self.entries == 0);
        Slots::new(self.cqes.cast_mut().cast(), self.mask)
    }

    /// Returns the address of the slot at a position.
    #[inline]
    pub(crate) fn at(&self, position: u32) -> *const u8 {
        let index = (position & self.mask) as usize;
        // SAFETY: `mask` is `entries - 1`, and `new` checked that the memory holds `entries` slots.
        unsafe { self.cqes.add(index << self.shift) }
    }

    /// Copies the unread completions of the queue that this one replaces.
    pub(crate) fn adopt(&self, old: &Inner) {
        let (head, tail) = (old.head(), old.tail());
        for ahead in 0..tail.wrapping_sub(head).min(self.entries) {
            let position = head.wrapping_add(ahead);
            // SAFETY: both addresses are slots of the same size, in different mappings, and the
            // kernel posts nothing at a position before the old tail.
            unsafe {
                let place = self.at(position).cast_mut();
                place.copy_from_nonoverlapping(old.at(position), 1 << self.shift);
            }
        }
    }

    /// Returns how many slots the entry at `position` takes, and whether it is a filler. The count
    /// never exceeds the distance to `tail`, whatever the flags are.
    #[inline]
    pub(crate) fn cost(&self, position: u32, tail: u32) -> (u32, bool) {
        if !self.mixed {
            return (1, false);
        }
        // SAFETY: callers pass only positions between head and tail.
        let flags = unsafe { (*self.at(position).cast::<io_uring_cqe>()).flags };
        if flags & sys::IORING_CQE_F_SKIP != 0 {
            return (1, true);
        }
        let whole = tail.wrapping_sub(position) >= 2;
        (1 + u32::from(flags & sys::IORING_CQE_F_32 != 0 && whole), false)
    }

    /// Returns the first position at or after `head` that is not a filler.
    #[inline]
    pub(crate) fn skip_fillers(&self, mut head: u32, tail: u32) -> u32 {
        while self.mixed && head != tail && self.cost(head, tail).1 {
            head = head.wrapping_add(1);
        }
        head
    }
}
