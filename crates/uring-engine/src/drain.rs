//! Teardown: cancel everything and wait, within a bound, until the kernel has let go. What it
//! still holds after that is leaked with the engine.

use crate::{Encode, Encoded, Engine, Kernel, Settled, Slots};
use std::time::{Duration, Instant};

/// How long a cancel is given before it is asked again: whatever the kernel was doing with the
/// operation then, it is at another place now.
const PATIENCE: Duration = Duration::from_millis(50);

/// At teardown nothing new reaches the kernel.
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
    /// `bound`, or without one until the kernel has let go of all of them. Cancels are repeated as
    /// long as it lasts. Rows go to `sink`, as in a turn. Returns true when nothing is left in the
    /// kernel, false when the bound has passed or the ring has failed.
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
