//! Ring memory without a kernel, for unit tests. Heads and tails can start anywhere, for example
//! just below 2^32, and completions can have layouts that only newer kernels use.

use crate::memory::{Region, RingMemory};
use crate::sys::{self, io_cqring_offsets, io_sqring_offsets, io_uring_params};
use crate::{cqueue, squeue};
use std::sync::atomic::{AtomicU32, Ordering};

const CQES: u32 = 64;

/// Two queues of the same size in plain memory.
pub(crate) struct FakeRing {
    memory: RingMemory,
    pub(crate) sq: squeue::Inner,
    pub(crate) cq: cqueue::Inner,
    array: u32,
}

impl FakeRing {
    /// Creates a ring with `entries` slots in each queue and all four counters at `start`.
    pub(crate) fn new(entries: u32, flags: u32, start: u32) -> FakeRing {
        let cqe = 16 << u32::from(flags & sys::IORING_SETUP_CQE32 != 0);
        let array = CQES + entries * cqe;
        let params = io_uring_params {
            sq_entries: entries,
            cq_entries: entries,
            flags,
            sq_off: io_sqring_offsets {
                head: 0,
                tail: 4,
                ring_mask: 16,
                ring_entries: 24,
                dropped: 32,
                flags: 36,
                array,
                ..Default::default()
            },
            cq_off: io_cqring_offsets {
                head: 8,
                tail: 12,
                ring_mask: 20,
                ring_entries: 28,
                flags: 40,
                overflow: 44,
                cqes: CQES,
                ..Default::default()
            },
            ..Default::default()
        };
        let rings = Region::anonymous((array + 4 * entries) as usize, 0).unwrap();
        let sqes = Region::anonymous(entries as usize * 128, 0).unwrap();
        let memory = RingMemory::given(rings, sqes);
        for (at, value) in [(0, start), (4, start), (8, start), (12, start)] {
            word(&memory, at).store(value, Ordering::Relaxed);
        }
        for at in [16, 20] {
            word(&memory, at).store(entries - 1, Ordering::Relaxed);
        }
        for at in [24, 28] {
            word(&memory, at).store(entries, Ordering::Relaxed);
        }
        let sq = squeue::Inner::new(&memory, &params).unwrap();
        let cq = cqueue::Inner::new(&memory, &params).unwrap();
        FakeRing { memory, sq, cq, array }
    }

    /// Takes the next submission through the index array, as the kernel does.
    pub(crate) fn take(&self) -> Option<squeue::Entry> {
        let (head, tail) = (word(&self.memory, 0), word(&self.memory, 4));
        let at = head.load(Ordering::Relaxed);
        if at == tail.load(Ordering::Acquire) {
            return None;
        }
        let index =
            word(&self.memory, self.array + 4 * (at & self.sq.mask)).load(Ordering::Relaxed);
        // SAFETY: the entry was published, and entries are plain bytes.
        let entry = unsafe { (*self.sq.at(index).cast::<squeue::Entry>()).clone() };
        head.store(at.wrapping_add(1), Ordering::Release);
        Some(entry)
    }

    /// Returns the bytes of a submission slot.
    pub(crate) fn slot(&self, position: u32) -> squeue::Entry {
        // SAFETY: the place lies in memory, and any bytes are an entry.
        unsafe { (*self.sq.at(position).cast::<squeue::Entry>()).clone() }
    }

    /// Returns how many completion slots are free.
    pub(crate) fn room(&self) -> u32 {
        self.cq.entries - self.cq.tail().wrapping_sub(self.cq.head())
    }

    /// Posts one slot, as the kernel does.
    pub(crate) fn post(&self, cqe: sys::io_uring_cqe) {
        let tail = word(&self.memory, 12);
        let at = tail.load(Ordering::Relaxed);
        // SAFETY: the slot is free, and lies in memory.
        unsafe { self.cq.at(at).cast_mut().cast::<sys::io_uring_cqe>().write(cqe) };
        tail.store(at.wrapping_add(1), Ordering::Release);
    }

    /// Returns the position of the next completion.
    pub(crate) fn cq_tail(&self) -> u32 {
        self.cq.tail()
    }
}

fn word(memory: &RingMemory, offset: u32) -> &AtomicU32 {
    // SAFETY: `at` checks that the word lies in the memory, which outlives the reference.
    unsafe { &*memory.sq().at(offset as usize, 4).unwrap().cast::<AtomicU32>() }
}
