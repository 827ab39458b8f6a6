//! Operations that do no I/O of their own.

use crate::squeue::{Entry, Entry128};

opcode! {
    /// Does nothing and completes. Measures the ring, or fills a place. Since Linux 5.1.
    Nop = IORING_OP_NOP -> Entry;
    new {}
    set {
        /// `IORING_NOP_*`: what to look up or to give back. Since Linux 6.10.
        nop_flags: u32 = 0,
        /// The result, with `IORING_NOP_INJECT_RESULT`. Since Linux 6.10.
        result: i32 = 0,
        /// The descriptor or slot to look up, with `IORING_NOP_FILE`. Since Linux 6.13.
        fd: i32 = -1,
        /// The registered buffer to look up, with `IORING_NOP_FIXED_BUFFER`. Since Linux 6.13.
        buf_index: u16 = 0,
        /// What comes back in the second half of the completion, with `IORING_NOP_CQE32`.
        /// Since Linux 6.18.
        big_cqe: [u64; 2] = [0; 2],
    }
    encode |op, sqe| {
        sqe.fd = op.fd;
        sqe.op_flags = op.nop_flags;
        sqe.len = op.result as u32;
        sqe.buf_index = op.buf_index;
        [sqe.off, sqe.addr] = op.big_cqe;
        sqe.done()
    }
}

opcode! {
    /// [`Nop`] that fills two slots of a ring of mixed entries. Since Linux 6.19.
    Nop128 = IORING_OP_NOP128 -> Entry128;
    new {}
    set {
        /// `IORING_NOP_*`: what to look up or to give back.
        nop_flags: u32 = 0,
        /// The result, with `IORING_NOP_INJECT_RESULT`.
        result: i32 = 0,
        /// The descriptor or slot to look up, with `IORING_NOP_FILE`.
        fd: i32 = -1,
        /// The registered buffer to look up, with `IORING_NOP_FIXED_BUFFER`.
        buf_index: u16 = 0,
        /// What comes back in the second half of the completion, with `IORING_NOP_CQE32`.
        big_cqe: [u64; 2] = [0; 2],
    }
    encode |op, sqe| {
        sqe.fd = op.fd;
        sqe.op_flags = op.nop_flags;
        sqe.len = op.result as u32;
        sqe.buf_index = op.buf_index;
        [sqe.off, sqe.addr] = op.big_cqe;
        sqe.done().into()
    }
}
