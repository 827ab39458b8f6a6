//! Submission queue to kernel: one `io_uring_enter`, and what its answer means for the ring.

use crate::errno::{policy, Policy};
use crate::{limits, Engine, Kernel};

/// How an enter ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Entered {
    /// The kernel took entries (or there were none to take).
    Consumed(usize),
    /// The kernel has no room: completions must be taken first, or time must pass.
    Stalled,
}

impl<K: Kernel> Engine<K> {
    /// Enters the kernel with everything pushed. `Err` is an errno that fails the ring.
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
