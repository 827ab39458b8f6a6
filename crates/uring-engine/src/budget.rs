//! How many bytes one turn may copy. A cached read is a copy that runs on the caller's thread
//! inside `io_uring_enter`; without a bound, a batch of them keeps an event loop for as long as it
//! lasts. When a lane's share is used up, the turn ends and says that there is more to do.
//!
//! Proved by tests/lanes.rs.

use crate::backlog::Lane;
use crate::limits::{INLINE_BYTES, TURN_BYTES};

/// The bytes that operations of this turn may copy, by lane.
#[derive(Default)]
pub(crate) struct Budget {
    copied: [u32; 2],
}

impl Budget {
    /// Returns true when operations of `lane` have to wait for the next turn.
    #[inline]
    pub fn is_used_up(&self, lane: Lane) -> bool {
        self.copied[lane as usize] >= TURN_BYTES
    }

    /// Counts an operation of `bytes`. Returns false when it must not be copied inline: it is too
    /// large, or a later member of a chain whose first members used the share up.
    #[inline]
    pub fn allows(&mut self, lane: Lane, bytes: u32) -> bool {
        if bytes > INLINE_BYTES || self.is_used_up(lane) {
            return false;
        }
        self.copied[lane as usize] += bytes;
        true
    }

    /// The next turn's share begins.
    #[inline]
    pub fn renew(&mut self) {
        self.copied = [0; 2];
    }
}
