//! Receiving: once, again and again, in bundles, as messages, without a copy.

use crate::squeue::Entry;
use crate::sys;

const MULTISHOT: u16 = sys::IORING_RECV_MULTISHOT as u16;
const BUNDLE: u16 = sys::IORING_RECVSEND_BUNDLE as u16;

opcode! {
    /// Receives into a buffer, see `recv(2)`. Since Linux 5.6. The result is the number of bytes,
    /// 0 when the peer has finished.
    Recv = IORING_OP_RECV -> Entry;
    new { fd: [file], buf: [*mut u8], len: [u32] }
    set {
        /// `IORING_RECVSEND_*`
        ioprio: u16 = 0,
        /// `MSG_*`
        flags: i32 = 0,
        /// The group to take the buffer from, with the flag `BUFFER_SELECT`.
        buf_group: u16 = 0,
        /// The registered buffer that `buf` lies in. Since Linux 7.2.
        buf_index: Option<u16> = None,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.addr = op.buf as u64;
        sqe.len = op.len;
        sqe.ioprio = op.ioprio;
        sqe.op_flags = op.flags as u32;
        sqe.buf_index = op.buf_group;
        sqe.fixed_buffer(op.buf_index);
        sqe.done()
    }
}

opcode! {
    /// Receives again and again, into buffers of a group. Since Linux 6.0. `MSG_WAITALL` is refused
    /// (EINVAL).
    ///
    /// Each completion [names its buffer](crate::cqueue::buffer_select); the last one comes
    /// without [`more`](crate::cqueue::more), with -ENOBUFS when the group ran dry.
    RecvMulti = IORING_OP_RECV -> Entry;
    new { fd: [file], buf_group: [u16] }
    set {
        /// `MSG_*`
        flags: i32 = 0,
        /// The most bytes of one completion, 0 for the size of the buffer.
        len: u32 = 0,
        /// Stop after about this many bytes, 0 for no limit: the kernel looks after each buffer.
        /// Since Linux 6.17.
        total: u32 = 0,
        /// Further `IORING_RECVSEND_*`: `POLL_FIRST` waits before the first try (Linux 5.19).
        ioprio: u16 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.len = op.len;
        sqe.op_flags = op.flags as u32;
        sqe.ioprio = op.ioprio | MULTISHOT;
        sqe.file_index = op.total;
        sqe.select_buffer(op.buf_group);
        sqe.done()
    }
}

opcode! {
    /// Receives into as many buffers of a group as the data fills. Since Linux 6.10. The result is
    /// the number of bytes over consecutive buffers, from the named one on.
    RecvBundle = IORING_OP_RECV -> Entry;
    new { fd: [file], buf_group: [u16] }
    set {
        /// `MSG_*`
        flags: i32 = 0,
        /// The most bytes to receive, 0 for no limit.
        len: u32 = 0,
        /// Further `IORING_RECVSEND_*`: `POLL_FIRST` waits before the first try (Linux 5.19).
        ioprio: u16 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.len = op.len;
        sqe.op_flags = op.flags as u32;
        sqe.ioprio = op.ioprio | BUNDLE;
        sqe.select_buffer(op.buf_group);
        sqe.done()
    }
}

opcode! {
    /// [`RecvBundle`], again and again as [`RecvMulti`]. Since Linux 6.10.
    RecvMultiBundle = IORING_OP_RECV -> Entry;
    new { fd: [file], buf_group: [u16] }
    set {
        /// `MSG_*`
        flags: i32 = 0,
        /// The most bytes of one completion, 0 for no limit. Since Linux 6.17.
        len: u32 = 0,
        /// Stop after about this many bytes, 0 for no limit: the kernel looks after each bundle.
        /// Since Linux 6.17.
        total: u32 = 0,
        /// Further `IORING_RECVSEND_*`: `POLL_FIRST` waits before the first try (Linux 5.19).
        ioprio: u16 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.len = op.len;
        sqe.op_flags = op.flags as u32;
        sqe.ioprio = op.ioprio | MULTISHOT | BUNDLE;
        sqe.file_index = op.total;
        sqe.select_buffer(op.buf_group);
        sqe.done()
    }
}

opcode! {
    /// Receives a message, see `recvmsg(2)`. Since Linux 5.3.
    RecvMsg = IORING_OP_RECVMSG -> Entry;
    new { fd: [file], msg: [*mut libc::msghdr] }
    set {
        /// `IORING_RECVSEND_*`
        ioprio: u16 = 0,
        /// `MSG_*`
        flags: u32 = 0,
        /// The group to take the buffer from, with the flag `BUFFER_SELECT`.
        buf_group: u16 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.ioprio = op.ioprio;
        sqe.addr = op.msg as u64;
        sqe.len = 1;
        sqe.op_flags = op.flags;
        sqe.buf_index = op.buf_group;
        sqe.done()
    }
}

opcode! {
    /// Receives message after message, as [`RecvMulti`] does. Since Linux 6.0. Of `msg` only the
    /// lengths of name and control data count; [`RecvMsgOut`](crate::types::RecvMsgOut) takes a
    /// filled buffer apart.
    RecvMsgMulti = IORING_OP_RECVMSG -> Entry;
    new { fd: [file], msg: [*const libc::msghdr], buf_group: [u16] }
    set {
        /// `IORING_RECVSEND_*`
        ioprio: u16 = 0,
        /// `MSG_*`
        flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.addr = op.msg as u64;
        sqe.len = 1;
        sqe.op_flags = op.flags;
        sqe.ioprio = op.ioprio | MULTISHOT;
        sqe.select_buffer(op.buf_group);
        sqe.done()
    }
}

opcode! {
    /// Receives without a copy, out of memory that the network card has filled. Since Linux 6.15.
    ///
    /// Needs an interface queue, see [`register_ifq`](crate::Submitter::register_ifq), a ring
    /// with 32-byte completions and deferred task work. The second half of each completion says
    /// where the data lies. It ends with -ENOSPC when the completion queue is full and with -ENOMEM
    /// when the area is: submit it again.
    RecvZc = IORING_OP_RECV_ZC -> Entry;
    new { fd: [file], len: [u32] }
    set {
        /// The id of the interface queue.
        ifq: u32 = 0,
        /// Further `IORING_RECVSEND_*`; the multishot bit is always set.
        ioprio: u16 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.len = op.len;
        sqe.ioprio = op.ioprio | MULTISHOT;
        sqe.file_index = op.ifq;
        sqe.done()
    }
}
