//! The tables through which JavaScript and the addon exchange numbers without a call: requests and
//! their order go in, result rows come out. The memory is the addon's; JavaScript reads and writes
//! it through ArrayBuffers. Their layout is generated (`generated/layout.rs`).

use crate::generated::layout::{Request, RESULTS_MAX};
use crate::memory::Memory;
use crate::rows::Row;
use std::cell::Cell;
use std::sync::Arc;

/// The tables for a number of slots.
pub struct Tables {
    /// One [`Request`] per slot.
    pub requests: Arc<Memory>,
    /// Slots in the order they were staged.
    pub queue: Arc<Memory>,
    /// Slots whose buffers are looked up before the flush, in the order of the calls of `lend`.
    pub lent: Arc<Memory>,
    /// `RESULTS_MAX` rows.
    pub results: Arc<Memory>,
    slots: usize,
}

/// Bytes of the results table.
pub const RESULTS_BYTES: usize = RESULTS_MAX * size_of::<Row>();

impl Tables {
    /// Tables for `slots` operations. `Err` is an errno.
    pub fn new(slots: usize) -> Result<Tables, i32> {
        Tables::with_results(slots, Memory::new(RESULTS_BYTES)?)
    }

    /// The same results table, and other ones for `slots` operations. `Err` is an errno.
    pub fn resized(&self, slots: usize) -> Result<Tables, i32> {
        Tables::with_results(slots, Arc::clone(&self.results))
    }

    /// Copies the contents of other tables that are not larger.
    pub fn take_over(&self, other: &Tables) {
        let carried = [
            (&other.requests, &self.requests),
            (&other.queue, &self.queue),
            (&other.lent, &self.lent),
        ];
        for (from, to) in carried {
            let bytes = from.bytes().min(to.bytes());
            // SAFETY: two different mappings, each at least `bytes` long.
            unsafe { std::ptr::copy_nonoverlapping(from.start(), to.start(), bytes) };
        }
    }

    fn with_results(slots: usize, results: Arc<Memory>) -> Result<Tables, i32> {
        Ok(Tables {
            requests: Memory::new(slots * size_of::<Request>())?,
            queue: Memory::new(slots * size_of::<u32>())?,
            lent: Memory::new(slots * size_of::<u32>())?,
            results,
            slots,
        })
    }

    /// How many slots there are.
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// The request table. JavaScript does not run while the slice is used. Requests are cleared
    /// under it, hence the cells.
    #[inline]
    pub fn requests(&self) -> &[Cell<Request>] {
        // SAFETY: mapped, zeroed, page aligned, `slots` requests long, any bit pattern is valid;
        // a Cell has the layout of what is in it.
        unsafe { std::slice::from_raw_parts(self.requests.start().cast(), self.slots) }
    }

    /// The first `count` staged slots.
    #[inline]
    pub fn queue(&self, count: usize) -> &[u32] {
        // SAFETY: as for requests; the count is bounded here.
        unsafe { std::slice::from_raw_parts(self.queue.start().cast(), count.min(self.slots)) }
    }

    /// The slots from number `start` on whose buffers are being looked up.
    #[inline]
    pub fn lent(&self, start: usize) -> &[u32] {
        // SAFETY: as for the queue.
        let lent = unsafe { std::slice::from_raw_parts(self.lent.start().cast(), self.slots) };
        lent.get(start..).unwrap_or_default()
    }

    /// The results table.
    #[inline]
    pub fn results(&self) -> &[Cell<Row>; RESULTS_MAX] {
        // SAFETY: as for requests; `RESULTS_MAX` rows long.
        unsafe { &*self.results.start().cast() }
    }

    /// The descriptors among the first `count` rows that the facade has not delivered: it
    /// overwrites the result of those that it has.
    pub fn undelivered(&self, count: usize) -> impl Iterator<Item = i32> + '_ {
        self.results().iter().take(count).filter_map(|row| row.get().descriptor())
    }
}
