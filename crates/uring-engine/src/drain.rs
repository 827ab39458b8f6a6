//! Teardown: cancel everything and wait until the kernel has completed everything. Memory that the
//! kernel may still write to is never freed: an engine that is dropped after its bound has passed
//! leaks it.
//!
//! Proved by tests/cancel.rs, memory.rs, barrier.rs and real_drain.rs.

use crate::{Encode, Encoded, Engine, Kernel, Settled, Slots};
use std::time::{Duration, Instant};

/// How long after a cancel the next one follows. Whatever made the kernel miss the operation then,
/// it is likely to be over.
const PATIENCE: Duration = Duration::from_millis(50);

/// The encoder of a closing engine: nothing new reaches the kernel.
struct Refuse;

impl Encode for Refuse {
    fn encode(&mut self, _slot: u32, _slots: &Slots) -> Result<Encoded, i32> {
        Err(-libc::ECANCELED)
    }

    fn limit(&mut self, _slot: u32) -> Duration {
        Duration::ZERO
    }
}

impl<K: Kernel> Engine<K> {
    /// Closes the engine, cancels all operations and waits for their last completions: for at most
    /// `bound`, or without one for as long as that takes. Cancels are repeated meanwhile. Rows go to
    /// `sink`, as in a turn. Returns true when no operation is left, and false when the bound has
    /// passed or the ring has failed.
    pub fn drain<S: FnMut(Settled)>(&mut self, bound: Option<Duration>, sink: &mut S) -> bool {
        let deadline = bound.map(|bound| Instant::now() + bound);
        let mut again = Instant::now() + PATIENCE;
        self.close();
        self.cancel_all();
        loop {
            if self.turn(&mut Refuse, usize::MAX, sink).is_err() {
                return false;
            }
            if self.slots.live == 0 {
                return true;
            }
            let now = Instant::now();
            let left = deadline.map_or(PATIENCE, |at| at.saturating_duration_since(now));
            if left.is_zero() {
                return false;
            }
            if now >= again {
                self.cancel_again();
                again = now + PATIENCE;
            }
            self.kernel.wait(left.min(PATIENCE));
        }
    }
}
