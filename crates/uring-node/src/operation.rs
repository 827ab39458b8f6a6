//! What the encoder knows of an operation: a row of the generated table.
//!
//! Owns the form of a row and how an entry is put together from a request and the addresses of the
//! operation's memory. Promises that a word whose source is an address, a token or zero never holds
//! a number of JavaScript's: the row's masks remove it. Proved by `tests/entries.rs`.

use crate::generated::layout::{Area, Request};
use uring::squeue::Entry;

/// Where the address of a word comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// It has none: the word is a number of the request, a constant or zero.
    Number,
    /// The operation's buffer, or a whole registered one.
    View,
    /// An array of iovecs for the operation's buffers.
    Views,
    /// A string with a terminating NUL.
    Path,
    /// The token of another operation.
    Token,
    /// Visible memory of the slot that the kernel writes.
    Output(Area),
    /// A time, in hidden memory of the slot.
    Timespec,
}

/// How much work an operation's addresses are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// There is no such operation.
    Unknown,
    /// No word is an address.
    Numbers,
    /// `addr` is the address of a buffer.
    Buffer,
    /// Anything else, or a number has a mask or is a constant.
    Other,
}

/// A row of the table of operations.
#[derive(Clone, Copy, Debug)]
#[repr(C, align(64))]
pub struct Operation {
    /// The bits of the request's first six 64-bit words that go into the entry.
    pub keep: [u64; 6],
    /// The bits that are set in the first of them: the opcode, and flags.
    pub head: u64,
    /// A mask for `len`: the bytes that the operation may transfer inside the submit.
    pub moved: u32,
    pub shape: Shape,
    pub addr: Source,
    pub off: Source,
    pub addr3: Source,
    /// How many values of JavaScript the operation has; several are in an array.
    pub values: u32,
    /// `EXTRA_*` of a result that is not an error.
    pub extra: u32,
    /// The bits that are set in the other words. Empty unless the shape is [`Shape::Other`].
    pub set: [u64; 5],
    /// The bits of the request's words that are refused: those outside of a number's mask. Empty
    /// unless the shape is [`Shape::Other`].
    pub refuse: [u64; 6],
}

/// The words of an entry that no request has: addresses, tokens, and a number of structures.
#[derive(Clone, Copy, Debug, Default)]
pub struct Addresses {
    pub addr: u64,
    pub off: u64,
    pub addr3: u64,
    /// The number of structures that `addr` points at.
    pub count: u32,
}

// what the encode of an operation without a special word reads is one cache line
const _: () = assert!(core::mem::offset_of!(Operation, shape) < 64);

impl Operation {
    /// A code that no operation has.
    pub const UNKNOWN: Operation = Operation {
        keep: [0; 6],
        head: 0,
        moved: 0,
        shape: Shape::Unknown,
        addr: Source::Number,
        off: Source::Number,
        addr3: Source::Number,
        values: 0,
        extra: 0,
        set: [0; 5],
        refuse: [0; 6],
    };

    /// Whether a number of the request has a bit that the operation must not have.
    pub fn refuses(&self, request: &Request) -> bool {
        words(request).iter().zip(self.refuse).any(|(word, refused)| word & refused != 0)
    }

    /// The entry of `request` for an operation of the shape [`Shape::Numbers`] or [`Shape::Buffer`],
    /// with the address of its buffer or 0. Entries are put together from 64-bit words: small stores
    /// followed by wide loads cost more than everything else here.
    #[inline(always)]
    pub fn plain_entry(&self, request: &Request, addr: u64) -> Entry {
        let words = words(request);
        let word = |index: usize| words[index] & self.keep[index];
        // in the order of struct io_uring_sqe; word 4 is user_data, the engine's
        let first = [word(0) | self.head, word(1), word(2) | addr, word(3)];
        Entry::from_words([first[0], first[1], first[2], first[3], 0, word(4), word(5), 0])
    }

    /// The entry of `request` for an operation of any shape.
    #[inline(always)]
    pub fn entry(&self, request: &Request, addresses: Addresses) -> Entry {
        let words = words(request);
        let word = |index: usize| words[index] & self.keep[index] | self.set[index - 1];
        Entry::from_words([
            words[0] & self.keep[0] | self.head,
            word(1) | addresses.off,
            word(2) | addresses.addr,
            word(3) | u64::from(addresses.count),
            0,
            word(4),
            word(5) | addresses.addr3,
            0,
        ])
    }
}

#[inline(always)]
fn words(request: &Request) -> &[u64; 8] {
    // SAFETY: a request is 64 bytes without padding, aligned for u64.
    unsafe { &*std::ptr::from_ref(request).cast() }
}
