//! Moving data through pipes without touching it.

use crate::squeue::Entry;
use crate::types::{self, sealed::Target};

opcode! {
    /// Moves bytes between a pipe and a file, see `splice(2)`. Since Linux 5.7. The offset of a
    /// pipe must be -1. Always runs on a worker.
    Splice = IORING_OP_SPLICE -> Entry;
    new { fd_in: [file], off_in: [i64], fd_out: [file], off_out: [i64], len: [u32] }
    set {
        /// `SPLICE_F_*`
        flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd_out);
        sqe.len = op.len;
        sqe.off = op.off_out as u64;
        sqe.addr = op.off_in as u64;
        sqe.op_flags = op.flags;
        sqe.splice_from(op.fd_in);
        sqe.done()
    }
}

opcode! {
    /// Copies bytes from one pipe to another, see `tee(2)`. Since Linux 5.8. Always runs on a
    /// worker.
    Tee = IORING_OP_TEE -> Entry;
    new { fd_in: [file], fd_out: [file], len: [u32] }
    set {
        /// `SPLICE_F_*`
        flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd_out);
        sqe.len = op.len;
        sqe.op_flags = op.flags;
        sqe.splice_from(op.fd_in);
        sqe.done()
    }
}

opcode! {
    /// Makes a pipe, see `pipe2(2)`. Since Linux 6.16. Both descriptors, or both slots, are
    /// written to `fds`; a chosen slot n takes n and n + 1 (kernels up to 6.18.15 at least write 0
    /// for chosen slots).
    Pipe = IORING_OP_PIPE -> Entry;
    new { fds: [*mut std::os::fd::RawFd] }
    set {
        /// `O_CLOEXEC`, `O_NONBLOCK`, `O_DIRECT`
        flags: u32 = 0,
        /// The registered slots to put the ends into.
        file_index: Option<types::DestinationSlot> = None,
    }
    encode |op, sqe| {
        sqe.addr = op.fds as u64;
        sqe.op_flags = op.flags;
        sqe.slot(op.file_index);
        sqe.done()
    }
}

impl crate::sys::io_uring_sqe {
    /// `splice_fd_in`, and `SPLICE_F_FD_IN_FIXED` for a registered slot.
    #[inline]
    fn splice_from(&mut self, source: Target) {
        match source {
            Target::Fd(fd) => self.file_index = fd as u32,
            Target::Fixed(slot) => {
                self.file_index = slot;
                self.op_flags |= crate::sys::SPLICE_F_FD_IN_FIXED;
            }
        }
    }
}
