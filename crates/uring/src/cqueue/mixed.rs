//! Completion queues that hold both entry sizes (`IORING_SETUP_CQE_MIXED`, Linux 6.18).
//!
//! Owns the slot accounting: a 32-byte entry takes two slots. If it would wrap, the kernel puts a
//! filler into the last slot instead. A resize to fewer slots can still leave an entry whose second
//! half lies in the first slot. Promises to return such an entry whole. Never counts a filler as a
//! completion. Proven by `src/queue_tests.rs`, `tests/kernel/mixed.rs` and
//! `tests/kernel/resize_mixed.rs`.

use super::{CompletionQueue, Entry, Entry32, Inner};

/// A completion of a mixed ring.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryMixed {
    /// 16 bytes.
    Small(Entry),
    /// 32 bytes.
    Big(Entry32),
}

impl EntryMixed {
    /// Returns the part that both sizes have.
    #[inline]
    pub fn entry(&self) -> &Entry {
        match self {
            EntryMixed::Small(entry) => entry,
            EntryMixed::Big(entry) => &entry.0,
        }
    }

    /// Returns the second 16 bytes of a 32-byte entry.
    #[inline]
    pub fn big_cqe(&self) -> Option<&[u64; 2]> {
        match self {
            EntryMixed::Small(_) => None,
            EntryMixed::Big(entry) => Some(entry.big_cqe()),
        }
    }
}

/// Reads the next completion of any ring, skipping fillers. Returns the new head and the
/// completion.
#[inline]
pub(crate) fn read_mixed(queue: &Inner, head: u32, tail: u32) -> (u32, Option<EntryMixed>) {
    let head = queue.skip_fillers(head, tail);
    if head == tail {
        return (head, None);
    }
    let (slots, _) = queue.cost(head, tail);
    let next = head.wrapping_add(1);
    // SAFETY: the kernel has published this slot.
    let entry = unsafe { queue.at(head).cast::<Entry>().read() };
    if slots == 1 {
        return (next, Some(EntryMixed::Small(entry)));
    }
    // SAFETY: the kernel has published this slot as well. Its address is computed from its
    // position, because it need not follow the first slot in memory.
    let big = unsafe { queue.at(next).cast::<[u64; 2]>().read() };
    (next.wrapping_add(1), Some(EntryMixed::Big(Entry32(entry, big))))
}

/// Returns the number of completions between head and tail.
pub(crate) fn count(queue: &Inner, mut head: u32, tail: u32) -> usize {
    let mut entries = 0;
    while head != tail {
        let (slots, filler) = queue.cost(head, tail);
        entries += usize::from(!filler);
        head = head.wrapping_add(slots);
    }
    entries
}

impl CompletionQueue<'_, Entry> {
    /// Returns the next completion with all its bytes, for rings created with
    /// [`setup_cqe_mixed`](crate::Builder::setup_cqe_mixed).
    #[inline]
    pub fn next_mixed(&mut self) -> Option<EntryMixed> {
        let (head, entry) = read_mixed(self.queue, self.head, self.tail);
        self.head = head;
        entry
    }
}
