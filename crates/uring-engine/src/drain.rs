//! Teardown: cancel everything and wait, within a bound, until the kernel has let go. What it
//! still holds after that is leaked with the engine.

use crate::{Encode, Encoded, Engine, Kernel, Settled, Slots};
use std::time::{Duration, Instant};

/// At teardown nothing new reaches the kernel.
struct Refuse;

impl Encode for Refuse {
    fn encode(&mut self, _slot: u32, _slots: &Slots) -> Result<Encoded, i32> {
        Err(-libc::ECANCELED)
    }
}

impl<K: Kernel> Engine<K> {
    /// Closes the engine, cancels all operations and waits for their completions for at most
    /// `bound`. Results go to `sink`. True when nothing is left in the kernel.
    pub fn drain<S: FnMut(Settled)>(&mut self, bound: Duration, sink: &mut S) -> bool {
        let deadline = Instant::now() + bound;
        self.close();
        self.cancel_all();
        loop {
            if self.turn(&mut Refuse, usize::MAX, sink).is_err() {
                return false;
            }
            if self.slots.live == 0 {
                return true;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return false;
            }
            self.kernel.wait(left.min(Duration::from_millis(50)));
        }
    }
}
