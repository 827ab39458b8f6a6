//! Queues that the kernel reads from slot 0 at every submit (`IORING_SETUP_SQ_REWIND`, Linux 7.0).
//!
//! Owns the two counters, which the kernel neither reads nor writes, and the exclusive right to
//! submit. Promises that the kernel is shown each entry once. The kernel keeps no head that would
//! tell a second submit what the first has taken, and entries that it did not take move to the
//! front. So only one submit at a time is allowed, on any thread. Never submits by itself. Proven
//! by `src/queue_tests.rs`.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::{Inner, PushError};

/// The counters of a rewinding queue.
#[derive(Default)]
pub(super) struct Rewind {
    /// Always 0.
    pub(super) head: AtomicU32,
    /// The number of queued entries.
    pub(super) tail: AtomicU32,
    /// Whether a submit is running.
    busy: AtomicBool,
}

/// The exclusive right to submit entries of a rewinding queue. Dropping it ends the right.
pub(crate) struct Turn<'a> {
    queue: &'a Inner,
    rewind: &'a Rewind,
    count: u32,
}

impl Inner {
    /// Reserves a slot at the end of a rewinding queue. Returns its position and the
    /// [`limit`](Self::limit) of the next push. Reads the tail, because a submit may have moved it
    /// back since a view was last used. The entry is counted as published before it is written.
    /// That is safe, because a view that pushes has exclusive use of the queue.
    ///
    /// A view calls this for any other queue only if that is full.
    #[cold]
    pub(crate) fn reserve(&self) -> Result<(u32, u32), PushError> {
        let tail = self.tail();
        if !self.rewinds() || tail == self.entries {
            return Err(PushError);
        }
        self.set_tail(tail + 1);
        Ok((tail, tail + 1))
    }

    /// Acquires the right to submit `count` entries. EBUSY while another thread submits. Returns
    /// `None` if nothing is to be submitted and for queues that do not rewind, on which any number
    /// of threads may submit.
    #[cold]
    pub(crate) fn turn(&self, count: u32) -> io::Result<Option<Turn<'_>>> {
        let Some(rewind) = self.rewind.as_deref().filter(|_| count > 0) else { return Ok(None) };
        // Acquire: the entries that the last submit has moved are at their new positions.
        if rewind.busy.swap(true, Ordering::Acquire) {
            return Err(io::Error::from_raw_os_error(libc::EBUSY));
        }
        // Limited to the current length: another thread may have submitted since the caller
        // counted, and the slots behind the tail hold old entries.
        Ok(Some(Turn { queue: self, rewind, count: count.min(self.len()) }))
    }
}

impl Turn<'_> {
    /// Returns how many entries to submit.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// Removes the `taken` entries that the kernel took, and moves the rest to the front.
    pub(crate) fn submitted(self, taken: u32) {
        let queue = self.queue;
        let rest = queue.tail().saturating_sub(taken);
        if rest > 0 && taken > 0 {
            // SAFETY: both ranges lie within `tail <= entries` slots, and no other submit moves
            // them at the same time.
            unsafe {
                std::ptr::copy(queue.at(taken), queue.at(0), rest as usize * queue.slot);
            }
        }
        queue.set_tail(rest);
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.rewind.busy.store(false, Ordering::Release);
    }
}
