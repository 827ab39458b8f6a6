//! Result rows: what a row says, and how the rows of one flush are written.
//!
//! Owns the rows of the results table while a flush writes them. Promises a row for each that the
//! engine returns, in order, and an empty request for each operation that is over: the facade counts
//! on finding a free slot's request empty. Proved by `__test__/addon-*.spec.ts`.

use crate::generated::layout::{
    Request, EXTRA_LAST, EXTRA_OPENED, MARK_UNREF, RESULTS_MAX, ROW_EXTRA, ROW_FLAGS, ROW_RESULT,
    ROW_SLOT, ROW_WORDS,
};
use crate::generated::operations::OPERATIONS;
use crate::state::Liveness;
use crate::tables::Tables;
use std::cell::Cell;
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

/// A result row.
#[derive(Clone, Copy, Debug)]
#[repr(C)]
pub struct Row {
    pub slot: u32,
    pub result: i32,
    pub flags: u32,
    pub extra: u32,
}

const _: () = {
    assert!(size_of::<Row>() == 4 * ROW_WORDS);
    assert!(core::mem::offset_of!(Row, slot) == 4 * ROW_SLOT);
    assert!(core::mem::offset_of!(Row, result) == 4 * ROW_RESULT);
    assert!(core::mem::offset_of!(Row, flags) == 4 * ROW_FLAGS);
    assert!(core::mem::offset_of!(Row, extra) == 4 * ROW_EXTRA);
};

impl Row {
    /// The row of a completion of the operation with this code: what the engine says of it, and what
    /// the table of operations says of a result that is not an error.
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

/// The rows of one flush.
pub struct Rows<'flush> {
    requests: &'flush [Cell<Request>],
    table: &'flush [Cell<Row>; RESULTS_MAX],
    liveness: &'flush Liveness,
    count: usize,
    /// The bits in which the fourth words differ from `EXTRA_LAST`.
    unusual: u32,
}

impl<'flush> Rows<'flush> {
    pub fn new(tables: &'flush Tables, liveness: &'flush Liveness) -> Rows<'flush> {
        let (requests, table) = (tables.requests(), tables.results());
        Rows { requests, table, liveness, count: 0, unusual: 0 }
    }

    /// Writes the next row, of which there are `RESULTS_MAX` at most, and clears the request of an
    /// operation that is over.
    #[inline(always)]
    pub fn put(&mut self, settled: &Settled) {
        let place = (self.requests.get(settled.slot as usize), self.table.get(self.count));
        let (Some(request), Some(place)) = place else { return };
        // SAFETY: nothing else looks at a request while results are handed out.
        let (code, marks) = unsafe { ((*request.as_ptr()).opcode, (*request.as_ptr()).marks) };
        let row = Row::new(settled, code);
        place.set(row);
        self.count += 1;
        self.unusual |= row.extra ^ EXTRA_LAST;
        if settled.is_last() {
            if marks & MARK_UNREF != 0 {
                let unreferenced = &self.liveness.unreferenced;
                unreferenced.set(unreferenced.get().saturating_sub(1));
            }
            request.set(Request::default());
        }
    }

    /// How many rows have been written.
    pub fn count(&self) -> usize {
        self.count
    }

    /// Whether `EXTRA_LAST` is all that their fourth words hold.
    pub fn are_plain(&self) -> bool {
        self.unusual == 0
    }
}
