//! Queues that the kernel reads from slot 0 at every submit (`IORING_SETUP_SQ_REWIND`, Linux 7.0).
//!
//! Owns the two counters, which the kernel neither reads nor writes, and the right to submit.
//! Promises that entries are shown to the kernel once: it keeps no head by which a second submit
//! could tell what the first has taken, and what is left over moves to the front. Hence one
//! submit at a time, whichever thread makes it. Proven by `src/queue_tests.rs`.

use std::io;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use super::{Inner, PushError};

/// The counters of a rewinding queue.
#[derive(Default)]
pub(super) struct Rewind {
    /// Always 0.
    pub(super) head: AtomicU32,
    /// How many entries are queued.
    pub(super) tail: AtomicU32,
    /// A submit is on its way.
    busy: AtomicBool,
}

/// The right to submit entries of a rewinding queue, until it is dropped.
pub(crate) struct Turn<'a> {
    queue: &'a Inner,
    rewind: &'a Rewind,
    count: u32,
}

impl Inner {
    /// Makes room for one entry at the end of a rewinding queue. Returns its place, where a submit
    /// may have moved the tail back since a view was last used, and the [`limit`](Self::limit) of the
    /// next push. The entry counts as published before it is written, which nobody notices: who
    /// pushes has the queue for itself.
    ///
    /// Any other queue is full when this is asked.
    #[cold]
    pub(crate) fn reserve(&self) -> Result<(u32, u32), PushError> {
        let tail = self.tail();
        if !self.rewinds() || tail == self.entries {
            return Err(PushError);
        }
        self.set_tail(tail + 1);
        Ok((tail, tail + 1))
    }

    /// Asks for the right to submit `count` entries. Any queue that does not rewind has no turns:
    /// any number of threads may submit. EBUSY while another thread submits.
    #[cold]
    pub(crate) fn turn(&self, count: u32) -> io::Result<Option<Turn<'_>>> {
        let Some(rewind) = self.rewind.as_deref().filter(|_| count > 0) else { return Ok(None) };
        // Acquire: what the last submit has moved lies at its new place.
        if rewind.busy.swap(true, Ordering::Acquire) {
            return Err(io::Error::from_raw_os_error(libc::EBUSY));
        }
        // Counted anew: another thread may have submitted since the caller counted, and behind the
        // tail lie entries of long ago.
        Ok(Some(Turn { queue: self, rewind, count: count.min(self.len()) }))
    }
}

impl Turn<'_> {
    /// How many entries to submit.
    pub(crate) fn count(&self) -> u32 {
        self.count
    }

    /// The kernel took `taken` entries. The rest moves to the front.
    pub(crate) fn submitted(self, taken: u32) {
        let queue = self.queue;
        let rest = queue.tail().saturating_sub(taken);
        if rest > 0 && taken > 0 {
            // SAFETY: both ranges lie within `tail <= entries` slots, and no other submit moves
            // them meanwhile.
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
