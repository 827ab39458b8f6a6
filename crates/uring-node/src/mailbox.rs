//! The tables through which JavaScript and the addon exchange numbers without a call: requests and
//! their order go in, results come out. The memory is the addon's ([`Memory`]); JavaScript writes
//! through ArrayBuffers that hold shares of it.

use crate::memory::Memory;
use crate::request::Request;
use std::cell::Cell;
use std::rc::Rc;
use uring_engine::Settled;

/// Results handed to JavaScript at once.
pub const RESULTS_MAX: usize = 1024;

/// Words of a result: slot, result, flags.
pub const RESULT_WORDS: usize = 3;

/// Bytes of output (a statx structure, say) that can accompany a result.
pub const OUTPUT_BYTES: usize = 256;

/// Set in a result's slot word when more results of the same operation follow.
const MORE: u32 = 1 << 31;

/// The tables for a number of slots.
pub struct Mailbox {
    /// One [`Request`] per slot.
    pub requests: Rc<Memory>,
    /// Slots in the order they were staged.
    pub queue: Rc<Memory>,
    /// Slots whose buffers are lent before the flush, in the order of the lending calls.
    pub lent: Rc<Memory>,
    /// `RESULTS_MAX` results.
    pub results: Rc<Memory>,
    /// `OUTPUT_BYTES` for each result.
    pub outputs: Rc<Memory>,
    slots: usize,
}

impl Mailbox {
    /// Tables for `slots` operations. `Err` is an errno.
    pub fn new(slots: usize) -> Result<Mailbox, i32> {
        Ok(Mailbox {
            requests: Memory::new(slots * size_of::<Request>())?,
            queue: Memory::new(slots * size_of::<u32>())?,
            lent: Memory::new(slots * size_of::<u32>())?,
            results: Memory::new(RESULTS_MAX * RESULT_WORDS * size_of::<i32>())?,
            outputs: Memory::new(RESULTS_MAX * OUTPUT_BYTES)?,
            slots,
        })
    }

    /// The same results tables, and larger ones for requests with their contents carried over.
    pub fn grown(&self, slots: usize) -> Result<Mailbox, i32> {
        let larger = Mailbox {
            requests: Memory::new(slots * size_of::<Request>())?,
            queue: Memory::new(slots * size_of::<u32>())?,
            lent: Memory::new(slots * size_of::<u32>())?,
            results: Rc::clone(&self.results),
            outputs: Rc::clone(&self.outputs),
            slots,
        };
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

    /// How many slots there are.
    pub fn slots(&self) -> usize {
        self.slots
    }

    /// The request table. JavaScript does not run while the slice is used; rows are cleared under
    /// it, hence the cells.
    pub fn requests(&self) -> &[Cell<Request>] {
        // SAFETY: mapped, zeroed, page aligned, `slots` requests long, any bit pattern is valid;
        // a Cell has the layout of what is in it.
        unsafe { std::slice::from_raw_parts(self.requests.start().cast(), self.slots) }
    }

    /// The first `count` staged slots.
    pub fn queue(&self, count: usize) -> &[u32] {
        // SAFETY: as for requests; the count is bounded here.
        unsafe { std::slice::from_raw_parts(self.queue.start().cast(), count.min(self.slots)) }
    }

    /// The slots from number `start` on whose buffers are being lent.
    #[inline]
    pub fn lent(&self, start: usize) -> &[u32] {
        // SAFETY: as for the queue.
        let lent = unsafe { std::slice::from_raw_parts(self.lent.start().cast(), self.slots) };
        lent.get(start..).unwrap_or_default()
    }

    /// Writes result number `index`.
    #[inline]
    pub fn put(&self, index: usize, settled: &Settled) {
        debug_assert!(index < RESULTS_MAX);
        let more = if settled.is_last() { 0 } else { MORE };
        // SAFETY: index < RESULTS_MAX, and the table is that long.
        unsafe {
            let result = self.results.start().cast::<u32>().add(index * RESULT_WORDS);
            result.write(settled.slot | more);
            result.add(1).write(settled.result as u32);
            result.add(2).write(settled.flags);
        }
        if settled.is_last() {
            // the facade counts on finding a free slot's row empty
            if let Some(row) = self.requests().get(settled.slot as usize) {
                row.set(Request::default());
            }
        }
        let Some(payload) = &settled.payload else { return };
        let output = payload.output();
        let bytes = output.len().min(OUTPUT_BYTES);
        // SAFETY: index < RESULTS_MAX, the table has OUTPUT_BYTES for each, and the payload is
        // memory of its own.
        unsafe {
            let to = self.outputs.start().add(index * OUTPUT_BYTES);
            std::ptr::copy_nonoverlapping(output.as_ptr(), to, bytes);
        }
    }
}
