//! What JavaScript writes for an operation: a submission entry without its pointers, the fields in
//! the same order and of the same width. It lives in memory the addon owns; JavaScript fills it
//! with numbers, the encoder adds the addresses. No field of it is ever taken for one.

use uring::squeue::Entry;

/// In [`Request::marks`], beside the engine's: the operation's memory is the whole registered buffer
/// `buf_index`, which the addon owns. Nothing is looked up.
pub const REGISTERED: u32 = 1 << 8;

/// One staged operation, 64 bytes, at index `slot` of the request table. Word numbers are those of
/// `src/core/request.ts`.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C)]
pub struct Request {
    /// Word 0: `sqe.opcode`.
    pub opcode: u8,
    /// `sqe.flags` (`IOSQE_*`), link flags excluded: the engine adds those.
    pub flags: u8,
    /// `sqe.ioprio`, or the flags that some operations keep there.
    pub ioprio: u16,
    /// Word 1: `sqe.fd`, or an index with `IOSQE_FIXED_FILE`.
    pub fd: i32,
    /// Words 2-3: `sqe.off`.
    pub off: u64,
    /// Words 4-5: `sqe.addr` of operations that keep a plain number there.
    pub addr: u64,
    /// Word 6: `sqe.len`.
    pub len: u32,
    /// Word 7: the operation's own flags (`rw_flags`, `open_flags`, ...).
    pub op_flags: u32,
    /// Word 8: `sqe.buf_index`.
    pub buf_index: u16,
    /// `sqe.personality`.
    pub personality: u16,
    /// Word 9: `sqe.file_index`.
    pub file_index: u32,
    /// Words 10-11: `sqe.addr3` of operations that keep a plain number there.
    pub addr3: u64,
    /// Word 12: [`Marks`](uring_engine::Marks), and [`REGISTERED`].
    pub marks: u32,
    /// Words 13-14: the time limit's seconds and nanoseconds, when the marks say `TIMED`.
    pub limit_seconds: u32,
    pub limit_nanoseconds: u32,
    /// Word 15.
    _reserved: u32,
}

const _: () = assert!(std::mem::size_of::<Request>() == 64);
const _: () = assert!(std::mem::align_of::<Request>() == 8);
const _: () = assert!(std::mem::offset_of!(Request, fd) == 4);
const _: () = assert!(std::mem::offset_of!(Request, off) == 8);
const _: () = assert!(std::mem::offset_of!(Request, len) == 24);
const _: () = assert!(std::mem::offset_of!(Request, buf_index) == 32);
const _: () = assert!(std::mem::offset_of!(Request, addr3) == 40);
const _: () = assert!(std::mem::offset_of!(Request, marks) == 48);

impl Request {
    /// The entry, with `addr` as its address (or the number that the operation keeps there).
    #[inline(always)]
    pub fn entry(&self, addr: u64) -> Entry {
        self.assemble(self.off, addr, self.len)
    }

    /// The entry of an operation that points at `len` structures.
    pub fn entry_of(&self, addr: u64, len: u32) -> Entry {
        self.assemble(self.off, addr, len)
    }

    /// The entry of an operation that keeps a second address in `off`.
    pub fn entry_with_off(&self, addr: u64, off: u64) -> Entry {
        self.assemble(off, addr, self.len)
    }

    #[inline(always)]
    fn assemble(&self, off: u64, addr: u64, len: u32) -> Entry {
        let head = u64::from(self.opcode)
            | u64::from(self.flags) << 8
            | u64::from(self.ioprio) << 16
            | u64::from(self.fd as u32) << 32;
        let length_and_flags = u64::from(len) | u64::from(self.op_flags) << 32;
        let indices = u64::from(self.buf_index)
            | u64::from(self.personality) << 16
            | u64::from(self.file_index) << 32;
        // in the order of struct io_uring_sqe; word 4 is user_data, the engine's
        Entry::from_words([head, off, addr, length_and_flags, 0, indices, self.addr3, 0])
    }
}
