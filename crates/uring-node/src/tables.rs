//! The tables through which JavaScript and the addon exchange numbers without a call: requests and
//! their order go in, result rows come out. The memory is the addon's; JavaScript reads and writes
//! it through ArrayBuffers. Their layout is generated (`generated/layout.rs`).

use crate::generated::layout::{
    Request, EXTRA_OPENED, RESULTS_MAX, ROW_EXTRA, ROW_FLAGS, ROW_RESULT, ROW_SLOT, ROW_WORDS,
};
use crate::generated::operations::OPERATIONS;
use crate::memory::Memory;
use std::cell::Cell;
use std::sync::Arc;
use uring_engine::{Extra, Settled};

/// `Operation::extra` by code, in as little memory as it fits: every row asks.
static EXTRAS: [u8; 256] = {
    let mut extras = [0; 256];
    let mut code = 0;
    while code < OPERATIONS.len() {
        assert!(OPERATIONS[code].extra < 256);
        extras[code] = OPERATIONS[code].extra as u8;
        code += 1;
    }
    extras
};

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

/// A result row.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub slot: u32,
    pub result: i32,
    pub flags: u32,
    pub extra: u32,
}

impl Row {
    /// The row of a completion of the operation with this code: what the engine says of it, and what the table of
    /// operations says of a result that is not an error.
    #[inline(always)]
    pub fn new(settled: &Settled, code: u8) -> Row {
        let Settled { slot, result, flags, extra, .. } = *settled;
        let succeeded = result >= 0 && !extra.has(Extra::REFUSED);
        let more = if succeeded { EXTRAS[usize::from(code)] } else { 0 };
        Row { slot, result, flags, extra: extra.0 | u32::from(more) }
    }

    /// The descriptor that the receiver of the row must close.
    pub fn descriptor(self) -> Option<i32> {
        (self.extra & EXTRA_OPENED != 0 && self.result >= 0).then_some(self.result)
    }
}

/// Bytes of the results table.
pub const RESULTS_BYTES: usize = RESULTS_MAX * ROW_WORDS * size_of::<u32>();

impl Tables {
    /// Tables for `slots` operations. `Err` is an errno.
    pub fn new(slots: usize) -> Result<Tables, i32> {
        Tables::with_results(slots, Memory::new(RESULTS_BYTES)?)
    }

    /// The same results table, and larger other ones with the contents carried over. `Err` is an
    /// errno.
    pub fn grown(&self, slots: usize) -> Result<Tables, i32> {
        let larger = Tables::with_results(slots, Arc::clone(&self.results))?;
        let carried = [
            (&self.requests, &larger.requests),
            (&self.queue, &larger.queue),
            (&self.lent, &larger.lent),
        ];
        for (from, to) in carried {
            let bytes = from.bytes().min(to.bytes());
            // SAFETY: two different mappings, each at least `bytes` long.
            unsafe { std::ptr::copy_nonoverlapping(from.start(), to.start(), bytes) };
        }
        Ok(larger)
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

    /// Writes row number `index`, which must be below `RESULTS_MAX`.
    #[inline]
    pub fn put(&self, index: usize, row: Row) {
        debug_assert!(index < RESULTS_MAX);
        // SAFETY: index < RESULTS_MAX, and the table is that long.
        unsafe {
            let words = self.results.start().cast::<u32>().add(index * ROW_WORDS);
            words.add(ROW_SLOT).write(row.slot);
            words.add(ROW_RESULT).write(row.result as u32);
            words.add(ROW_FLAGS).write(row.flags);
            words.add(ROW_EXTRA).write(row.extra);
        }
    }

    /// Row number `index`, which must be below `RESULTS_MAX`.
    fn row(&self, index: usize) -> Row {
        debug_assert!(index < RESULTS_MAX);
        // SAFETY: as in `put`.
        unsafe {
            let words = self.results.start().cast::<u32>().add(index * ROW_WORDS);
            Row {
                slot: words.add(ROW_SLOT).read(),
                result: words.add(ROW_RESULT).read() as i32,
                flags: words.add(ROW_FLAGS).read(),
                extra: words.add(ROW_EXTRA).read(),
            }
        }
    }

    /// The descriptors among the first `count` rows that the facade has not delivered: it
    /// overwrites the result of those that it has.
    pub fn undelivered(&self, count: usize) -> impl Iterator<Item = i32> + '_ {
        (0..count.min(RESULTS_MAX)).filter_map(|index| self.row(index).descriptor())
    }
}
