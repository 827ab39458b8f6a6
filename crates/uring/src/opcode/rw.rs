//! Reading and writing at a place of a file, into plain and into registered memory.

use crate::squeue::Entry;
use crate::sys;

opcode! {
    /// Reads into a buffer, see `pread(2)`. Since Linux 5.6.
    ///
    /// The result is the number of bytes, 0 at the end of the file. With the flag `BUFFER_SELECT`
    /// the kernel takes the buffer from a group and `buf` is ignored.
    Read = IORING_OP_READ -> Entry;
    new { fd: [file], buf: [*mut u8], len: [u32] }
    set {
        /// Where to read, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
        /// The I/O priority, see `ioprio_set(2)`.
        ioprio: u16 = 0,
        /// `RWF_*`, see `preadv2(2)`.
        rw_flags: i32 = 0,
        /// The group to take the buffer from.
        buf_group: u16 = 0,
        /// Protection information, `IORING_FEAT_RW_ATTR`. Since Linux 6.14.
        pi: *const sys::io_uring_attr_pi = std::ptr::null(),
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.ioprio = op.ioprio;
        sqe.addr = op.buf as u64;
        sqe.len = op.len;
        sqe.off = op.offset;
        sqe.op_flags = op.rw_flags as u32;
        sqe.buf_index = op.buf_group;
        sqe.attribute(op.pi);
        sqe.done()
    }
}

opcode! {
    /// Writes a buffer, see `pwrite(2)`. Since Linux 5.6. The result is the number of bytes.
    Write = IORING_OP_WRITE -> Entry;
    new { fd: [file], buf: [*const u8], len: [u32] }
    set {
        /// Where to write, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
        /// The I/O priority, see `ioprio_set(2)`.
        ioprio: u16 = 0,
        /// `RWF_*`, see `pwritev2(2)`.
        rw_flags: i32 = 0,
        /// The write stream, 0 for none. Since Linux 6.16; older kernels ignore it.
        write_stream: u8 = 0,
        /// Protection information, `IORING_FEAT_RW_ATTR`. Since Linux 6.14.
        pi: *const sys::io_uring_attr_pi = std::ptr::null(),
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.ioprio = op.ioprio;
        sqe.addr = op.buf as u64;
        sqe.len = op.len;
        sqe.off = op.offset;
        sqe.op_flags = op.rw_flags as u32;
        sqe.write_stream(op.write_stream);
        sqe.attribute(op.pi);
        sqe.done()
    }
}

opcode! {
    /// Reads into several buffers, see `preadv2(2)`. Since Linux 5.1.
    Readv = IORING_OP_READV -> Entry;
    new { fd: [file], iovec: [*const libc::iovec], len: [u32] }
    set {
        /// The I/O priority, see `ioprio_set(2)`.
        ioprio: u16 = 0,
        /// Where to read, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
        /// `RWF_*`, see `preadv2(2)`.
        rw_flags: i32 = 0,
        /// The group to take the buffer from; then `len` must be 1.
        buf_group: u16 = 0,
        /// Protection information, `IORING_FEAT_RW_ATTR`. Since Linux 6.14.
        pi: *const sys::io_uring_attr_pi = std::ptr::null(),
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.ioprio = op.ioprio;
        sqe.addr = op.iovec as u64;
        sqe.len = op.len;
        sqe.off = op.offset;
        sqe.op_flags = op.rw_flags as u32;
        sqe.buf_index = op.buf_group;
        sqe.attribute(op.pi);
        sqe.done()
    }
}

opcode! {
    /// Writes several buffers, see `pwritev2(2)`. Since Linux 5.1.
    Writev = IORING_OP_WRITEV -> Entry;
    new { fd: [file], iovec: [*const libc::iovec], len: [u32] }
    set {
        /// The I/O priority, see `ioprio_set(2)`.
        ioprio: u16 = 0,
        /// Where to write, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
        /// `RWF_*`, see `pwritev2(2)`.
        rw_flags: i32 = 0,
        /// The write stream, 0 for none. Since Linux 6.16; older kernels ignore it.
        write_stream: u8 = 0,
        /// Protection information, `IORING_FEAT_RW_ATTR`. Since Linux 6.14.
        pi: *const sys::io_uring_attr_pi = std::ptr::null(),
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.ioprio = op.ioprio;
        sqe.addr = op.iovec as u64;
        sqe.len = op.len;
        sqe.off = op.offset;
        sqe.op_flags = op.rw_flags as u32;
        sqe.write_stream(op.write_stream);
        sqe.attribute(op.pi);
        sqe.done()
    }
}

opcode! {
    /// Reads into a registered buffer. Since Linux 5.1. EFAULT where the place does not lie inside
    /// the buffer of slot `buf_index`.
    ReadFixed = IORING_OP_READ_FIXED -> Entry;
    new { fd: [file], buf: [*mut u8], len: [u32], buf_index: [u16] }
    set {
        /// The I/O priority, see `ioprio_set(2)`.
        ioprio: u16 = 0,
        /// Where to read, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
        /// `RWF_*`, see `preadv2(2)`.
        rw_flags: i32 = 0,
        /// Protection information, `IORING_FEAT_RW_ATTR`. Since Linux 6.14.
        pi: *const sys::io_uring_attr_pi = std::ptr::null(),
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.ioprio = op.ioprio;
        sqe.addr = op.buf as u64;
        sqe.len = op.len;
        sqe.off = op.offset;
        sqe.op_flags = op.rw_flags as u32;
        sqe.buf_index = op.buf_index;
        sqe.attribute(op.pi);
        sqe.done()
    }
}

opcode! {
    /// Writes from a registered buffer. Since Linux 5.1. EFAULT where the place does not lie
    /// inside the buffer of slot `buf_index`.
    WriteFixed = IORING_OP_WRITE_FIXED -> Entry;
    new { fd: [file], buf: [*const u8], len: [u32], buf_index: [u16] }
    set {
        /// The I/O priority, see `ioprio_set(2)`.
        ioprio: u16 = 0,
        /// Where to write, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
        /// `RWF_*`, see `pwritev2(2)`.
        rw_flags: i32 = 0,
        /// The write stream, 0 for none. Since Linux 6.16; older kernels ignore it.
        write_stream: u8 = 0,
        /// Protection information, `IORING_FEAT_RW_ATTR`. Since Linux 6.14.
        pi: *const sys::io_uring_attr_pi = std::ptr::null(),
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.ioprio = op.ioprio;
        sqe.addr = op.buf as u64;
        sqe.len = op.len;
        sqe.off = op.offset;
        sqe.op_flags = op.rw_flags as u32;
        sqe.buf_index = op.buf_index;
        sqe.write_stream(op.write_stream);
        sqe.attribute(op.pi);
        sqe.done()
    }
}

opcode! {
    /// Reads into several places of one registered buffer. Since Linux 6.15.
    ReadvFixed = IORING_OP_READV_FIXED -> Entry;
    new { fd: [file], iovec: [*const libc::iovec], len: [u32], buf_index: [u16] }
    set {
        /// The I/O priority, see `ioprio_set(2)`.
        ioprio: u16 = 0,
        /// Where to read, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
        /// `RWF_*`, see `preadv2(2)`.
        rw_flags: i32 = 0,
        /// Protection information.
        pi: *const sys::io_uring_attr_pi = std::ptr::null(),
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.ioprio = op.ioprio;
        sqe.addr = op.iovec as u64;
        sqe.len = op.len;
        sqe.off = op.offset;
        sqe.op_flags = op.rw_flags as u32;
        sqe.buf_index = op.buf_index;
        sqe.attribute(op.pi);
        sqe.done()
    }
}

opcode! {
    /// Writes from several places of one registered buffer. Since Linux 6.15.
    WritevFixed = IORING_OP_WRITEV_FIXED -> Entry;
    new { fd: [file], iovec: [*const libc::iovec], len: [u32], buf_index: [u16] }
    set {
        /// The I/O priority, see `ioprio_set(2)`.
        ioprio: u16 = 0,
        /// Where to write, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
        /// `RWF_*`, see `pwritev2(2)`.
        rw_flags: i32 = 0,
        /// The write stream, 0 for none. Since Linux 6.16; older kernels ignore it.
        write_stream: u8 = 0,
        /// Protection information.
        pi: *const sys::io_uring_attr_pi = std::ptr::null(),
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.ioprio = op.ioprio;
        sqe.addr = op.iovec as u64;
        sqe.len = op.len;
        sqe.off = op.offset;
        sqe.op_flags = op.rw_flags as u32;
        sqe.buf_index = op.buf_index;
        sqe.write_stream(op.write_stream);
        sqe.attribute(op.pi);
        sqe.done()
    }
}

opcode! {
    /// Reads again and again into buffers of a group, until the file ends or the group is empty.
    /// Since Linux 6.7, only for files that can be polled.
    ///
    /// Each completion names its buffer; the last one comes without
    /// [`more`](crate::cqueue::more). `len` must be 0 or the kernel says EINVAL.
    ReadMulti = IORING_OP_READ_MULTISHOT -> Entry;
    new { fd: [file], len: [u32], buf_group: [u16] }
    set {
        /// Where to read, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.len = op.len;
        sqe.off = op.offset;
        sqe.select_buffer(op.buf_group);
        sqe.done()
    }
}
