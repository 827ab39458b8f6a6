//! The memory of operations, watched: who holds each block, and whether anything touches one that
//! has been freed. The bytes themselves live as long as the ledger, so that looking at a
//! block that was dropped too early is a finding and not undefined behaviour.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;
use uring_engine::Payload;

/// What released memory is filled with.
const RELEASED: u8 = 0xDB;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Holder {
    /// Encoded, not pushed.
    Engine,
    /// Pushed; the last completion has not been popped.
    Kernel,
    /// Popped.
    Embedder,
}

struct Row {
    bytes: Rc<[Cell<u8>]>,
    fill: u8,
    holder: Holder,
    dropped: bool,
}

/// All blocks of one run.
#[derive(Default)]
pub struct Ledger {
    rows: RefCell<HashMap<u64, Row>>,
    faults: RefCell<Vec<String>>,
    next_fill: Cell<u8>,
}

impl Ledger {
    /// A block for an operation to own.
    pub fn block(self: &Rc<Ledger>, length: usize) -> Block {
        let fill = self.next_fill.get() % 100 + 1;
        self.next_fill.set(fill);
        let bytes: Rc<[Cell<u8>]> = (0..length).map(|_| Cell::new(fill)).collect();
        let address = bytes.as_ptr() as u64;
        let row = Row { bytes, fill, holder: Holder::Engine, dropped: false };
        self.rows.borrow_mut().insert(address, row);
        Block { ledger: Rc::clone(self), address }
    }

    /// The entry that points at the block is in the submission queue.
    pub fn pushed(&self, address: u64) {
        self.with(address, "push", |row| row.holder = Holder::Kernel);
    }

    /// The last completion has been popped.
    pub fn returned(&self, address: u64) {
        self.with(address, "completion", |row| row.holder = Holder::Embedder);
    }

    /// The kernel stores `count` bytes.
    pub fn kernel_writes(&self, address: u64, count: usize, value: u8) {
        self.with(address, "kernel write", |row| {
            row.bytes[..count].iter().for_each(|byte| byte.set(value));
        });
    }

    /// The kernel loads the whole block, which must be as the encoder left it.
    pub fn kernel_reads(&self, address: u64) {
        let intact = self.with(address, "kernel read", |row| {
            let fill = row.fill;
            row.bytes.iter().all(|byte| byte.get() == fill)
        });
        if intact == Some(false) {
            self.fault(format!("kernel read of {address:#x}: not what was encoded"));
        }
    }

    /// Blocks that the kernel may still touch.
    pub fn in_kernel(&self) -> usize {
        let rows = self.rows.borrow();
        rows.values().filter(|row| row.holder == Holder::Kernel).count()
    }

    /// Blocks that have not been dropped.
    pub fn alive(&self) -> usize {
        self.rows.borrow().values().filter(|row| !row.dropped).count()
    }

    /// Panics when a rule was broken.
    pub fn assert_clean(&self) {
        let faults = self.faults.borrow();
        assert!(faults.is_empty(), "{}", faults.join("\n"));
    }

    fn fault(&self, what: String) {
        self.faults.borrow_mut().push(what);
    }

    fn with<R>(&self, address: u64, what: &str, act: impl FnOnce(&mut Row) -> R) -> Option<R> {
        let mut rows = self.rows.borrow_mut();
        match rows.get_mut(&address) {
            Some(row) if !row.dropped => return Some(act(row)),
            Some(_) => self.fault(format!("{what} of {address:#x} after its release")),
            None => self.fault(format!("{what} of {address:#x}, which is not a block")),
        }
        None
    }

    fn dropped(&self, address: u64) {
        let holder = self.with(address, "drop", |row| {
            row.dropped = true;
            row.bytes.iter().for_each(|byte| byte.set(RELEASED));
            row.holder
        });
        if holder == Some(Holder::Kernel) {
            self.fault(format!("R10: {address:#x} dropped while the kernel had it"));
        }
    }
}

/// A payload of the tests.
pub struct Block {
    ledger: Rc<Ledger>,
    address: u64,
}

impl Block {
    pub fn address(&self) -> u64 {
        self.address
    }

    /// The bytes as they are now.
    pub fn bytes(ledger: &Ledger, address: u64) -> Vec<u8> {
        let rows = ledger.rows.borrow();
        rows.get(&address).map_or(Vec::new(), |row| row.bytes.iter().map(Cell::get).collect())
    }
}

impl Payload for Block {}

impl Drop for Block {
    fn drop(&mut self) {
        self.ledger.dropped(self.address);
    }
}
