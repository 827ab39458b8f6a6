//! Dropping a ring.
//!
//! Owns the order of the steps: operations that were not submitted are discarded, then the others
//! are cancelled and waited for. Promises that memory that the kernel may still use after the time
//! limit stays [held](super::buffer::Held) and is leaked. Never panics, because a panic may be the
//! reason. Proven by `tests/kernel/owned.rs`.

use std::time::{Duration, Instant};

use super::{cancellation, Buffer, Ring, Token};

/// The time limit of a drop.
const LIMIT: Duration = Duration::from_secs(5);
/// The pause between two checks.
const PAUSE: Duration = Duration::from_millis(1);

impl<B: Buffer> Drop for Ring<B> {
    fn drop(&mut self) {
        if self.check_process().is_ok() {
            self.discard_backlog();
            self.cancel_and_wait(Instant::now() + LIMIT);
        }
    }
}

impl<B: Buffer> Ring<B> {
    /// Frees the operations that were not submitted.
    fn discard_backlog(&mut self) {
        for entry in std::mem::take(&mut self.backlog) {
            let token = Token::from_user_data(entry.get_user_data());
            if let Some(operation) = self.slots.remove(token) {
                drop(operation.release());
            }
        }
    }

    fn cancel_and_wait(&mut self, limit: Instant) {
        while self.slots.len() > 0 && Instant::now() < limit {
            // Again each time: a cancellation can miss a request that is just being moved.
            self.backlog.extend(self.slots.tokens().into_iter().map(cancellation));
            // Not a wait for completions, which would have no limit before Linux 5.11.
            let entered = self.enter(0).and_then(|()| self.run_task_work());
            match entered.map_err(|error| error.raw_os_error()) {
                Ok(()) | Err(Some(libc::EAGAIN | libc::EBUSY)) => {}
                // The ring belongs to another thread, or is disabled.
                Err(_) => return,
            }
            if self.slots.len() > 0 {
                std::thread::sleep(PAUSE);
            }
        }
    }
}
