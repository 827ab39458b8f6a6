//! Where the structures of one operation go that JavaScript never sees: into the hidden part of its
//! slot as long as there is room, and onto the heap otherwise.

use uring_engine::Payload;

/// Every structure begins at a multiple of this.
const ALIGNMENT: usize = 16;

/// The hidden part of a slot while its operation is encoded.
pub struct Scratch {
    hidden: *mut u8,
    used: usize,
    bytes: usize,
    heap: Vec<Box<[u64]>>,
}

/// The structures of an operation that did not fit into its slot.
pub struct Heap(#[allow(dead_code)] Vec<Box<[u64]>>);

impl Payload for Heap {}

impl Scratch {
    /// The `bytes` bytes from `hidden` on.
    ///
    /// # Safety
    /// They are memory of the slot that is being encoded, aligned to 16 bytes, and nothing else uses
    /// them until the operation is over.
    pub unsafe fn new(hidden: *mut u8, bytes: usize) -> Scratch {
        Scratch { hidden, used: 0, bytes, heap: Vec::new() }
    }

    /// The bytes that are left in the slot.
    pub fn room(&self) -> usize {
        self.bytes - self.used
    }

    /// The first of them.
    pub fn start(&self) -> *mut u8 {
        // SAFETY: used never exceeds the slot's bytes.
        unsafe { self.hidden.add(self.used) }
    }

    /// Takes the next `bytes` bytes of the slot for good. There must be room.
    pub fn keep(&mut self, bytes: usize) {
        debug_assert!(bytes <= self.room());
        self.used = (self.used + bytes).next_multiple_of(ALIGNMENT).min(self.bytes);
    }

    /// Memory of `bytes` bytes, aligned for any structure, that lives as long as the operation.
    pub fn take(&mut self, bytes: usize) -> *mut u8 {
        if bytes <= self.room() {
            let start = self.start();
            self.keep(bytes);
            return start;
        }
        let mut block = vec![0_u64; bytes.div_ceil(8)].into_boxed_slice();
        let start = block.as_mut_ptr().cast();
        self.heap.push(block);
        start
    }

    /// What the engine has to keep until the operation is over.
    pub fn payload(self) -> Option<Box<dyn Payload>> {
        if self.heap.is_empty() {
            return None;
        }
        Some(Box::new(Heap(self.heap)))
    }
}
