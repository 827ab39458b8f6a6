//! A view of the completion queue that borrows nothing.

use std::fmt::{self, Debug, Formatter};
use std::sync::atomic::{AtomicU32, Ordering};

/// Tells whether completions are pending, without borrowing the ring.
///
/// Created by [`CompletionQueue::status`](super::CompletionQueue::status). The answer can be
/// outdated when it is returned, because the kernel may post at any time, and it does not include
/// completions that wait in the kernel (overflow, deferred task work). Use it as a hint, not to
/// wait.
pub struct CompletionStatus {
    head: *const AtomicU32,
    tail: *const AtomicU32,
}

impl CompletionStatus {
    pub(super) fn new(head: *const AtomicU32, tail: *const AtomicU32) -> Self {
        CompletionStatus { head, tail }
    }

    /// Returns whether all posted completions were consumed.
    #[inline]
    pub fn is_empty(&self) -> bool {
        // SAFETY: the caller of `status` vouched that the ring still exists, in the same memory.
        unsafe { (*self.head).load(Ordering::Relaxed) == (*self.tail).load(Ordering::Acquire) }
    }
}

impl Debug for CompletionStatus {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("CompletionStatus").field("is_empty", &self.is_empty()).finish()
    }
}
