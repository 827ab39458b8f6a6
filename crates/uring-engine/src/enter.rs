//! Submission queue to kernel: one `io_uring_enter`, and what its result means for the ring. Proved
//! by tests/enter.rs and signals.rs.

use crate::errno::{policy, Policy};
use crate::{limits, Engine, Kernel};

/// How an enter ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entered {
    /// The kernel consumed entries, or there were none.
    Consumed(usize),
    /// The kernel has no room: it needs completions to be taken first, or time.
    Stalled,
}

impl<K: Kernel> Engine<K> {
    /// Submits everything that was pushed. Returns `Err` with an errno that fails the ring.
    pub(crate) fn enter(&mut self) -> Result<Entered, i32> {
        for _ in 0..limits::INTERRUPTS_MAX {
            self.counts.enters += 1;
            let errno = match self.kernel.enter() {
                Ok(consumed) => {
                    self.counts.submitted += consumed as u64;
                    return Ok(Entered::Consumed(consumed));
                }
                Err(errno) => errno,
            };
            match policy(errno) {
                Policy::Retry => {}
                Policy::ReapThenRetry => {
                    self.counts.stalls += 1;
                    return Ok(Entered::Stalled);
                }
                Policy::FailRing => return Err(errno),
            }
        }
        Ok(Entered::Stalled)
    }

    /// Marks the ring as failed. Nothing is freed: the kernel may still hold all of it (R56).
    pub(crate) fn fail(&mut self, errno: i32) -> i32 {
        *self.failed.get_or_insert(errno)
    }
}
