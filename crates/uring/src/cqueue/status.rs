//! Whether completions are pending, asked from anywhere.

use std::fmt::{self, Debug, Formatter};
use std::sync::atomic::{AtomicU32, Ordering};

/// Two pointers into a ring that tell whether completions are pending.
///
/// Borrows nothing, from [`CompletionQueue::status`](super::CompletionQueue::status). The answer
/// is as old as the load: the kernel may post in the next instant, and completions that wait in
/// the kernel (overflow, deferred task work) are not seen at all. Good for hints, not for waiting.
pub struct CompletionStatus {
    head: *const AtomicU32,
    tail: *const AtomicU32,
}

impl CompletionStatus {
    pub(super) fn new(head: *const AtomicU32, tail: *const AtomicU32) -> Self {
        CompletionStatus { head, tail }
    }

    /// Whether everything that the kernel has posted was consumed.
    #[inline]
    pub fn is_empty(&self) -> bool {
        // SAFETY: who made this vouched that the ring still exists, in the same memory.
        unsafe { (*self.head).load(Ordering::Relaxed) == (*self.tail).load(Ordering::Acquire) }
    }
}

impl Debug for CompletionStatus {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompletionStatus").field("is_empty", &self.is_empty()).finish()
    }
}
