//! Sending, with and without a copy.

use std::ptr;

use crate::squeue::Entry;
use crate::sys;

opcode! {
    /// Sends a buffer, see `send(2)` and `sendto(2)`. Since Linux 5.6; with an address since 6.0.
    /// The result is the number of bytes.
    Send = IORING_OP_SEND -> Entry;
    new { fd: [file], buf: [*const u8], len: [u32] }
    set {
        /// `IORING_RECVSEND_POLL_FIRST` (Linux 5.19) waits before the first try,
        /// `IORING_SEND_VECTORIZED` (Linux 6.17) says that buffer and length are an iovec array.
        ioprio: u16 = 0,
        /// `MSG_*`
        flags: i32 = 0,
        /// Where to send; the address must stay valid until the submit has returned.
        dest_addr: *const libc::sockaddr = ptr::null(),
        /// The length of the address.
        dest_addr_len: libc::socklen_t = 0,
        /// The group to take the buffer from, with the flag `BUFFER_SELECT`. Since Linux 6.10.
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
        sqe.destination(op.dest_addr, op.dest_addr_len);
        sqe.buf_index = op.buf_group;
        sqe.fixed_buffer(op.buf_index);
        sqe.done()
    }
}

opcode! {
    /// Sends as many buffers of a group as there are, in one go. Since Linux 6.10
    /// (`IORING_FEAT_RECVSEND_BUNDLE`). The result is the number of bytes of them all.
    SendBundle = IORING_OP_SEND -> Entry;
    new { fd: [file], buf_group: [u16] }
    set {
        /// `MSG_*`
        flags: i32 = 0,
        /// The most bytes to send, 0 for no limit.
        len: u32 = 0,
        /// Further `IORING_RECVSEND_*`.
        ioprio: u16 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.len = op.len;
        sqe.op_flags = op.flags as u32;
        sqe.ioprio = op.ioprio | sys::IORING_RECVSEND_BUNDLE as u16;
        sqe.select_buffer(op.buf_group);
        sqe.done()
    }
}

opcode! {
    /// Sends a buffer without copying it. Since Linux 6.0.
    ///
    /// Completes twice: first with the number of bytes (and
    /// [`more`](crate::cqueue::more) when a second one follows), then with
    /// [`notif`](crate::cqueue::notif): only then may the buffer change. A send that fails can
    /// notify, too.
    SendZc = IORING_OP_SEND_ZC -> Entry;
    new { fd: [file], buf: [*const u8], len: [u32] }
    set {
        /// The registered buffer that `buf` lies in.
        buf_index: Option<u16> = None,
        /// Where to send; the address must stay valid until the submit has returned.
        dest_addr: *const libc::sockaddr = ptr::null(),
        /// The length of the address.
        dest_addr_len: libc::socklen_t = 0,
        /// `MSG_*`
        flags: i32 = 0,
        /// As for [`Send::ioprio`], and `IORING_SEND_ZC_REPORT_USAGE` (Linux 6.2), which makes the
        /// notification say [whether data was copied](crate::cqueue::zero_copy_copied) after all.
        zc_flags: u16 = 0,
        /// User data for the notification, 0 for the request's own. Since Linux 7.1.
        notif_user_data: u64 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.addr = op.buf as u64;
        sqe.len = op.len;
        sqe.op_flags = op.flags as u32;
        sqe.ioprio = op.zc_flags;
        sqe.fixed_buffer(op.buf_index);
        sqe.destination(op.dest_addr, op.dest_addr_len);
        sqe.addr3 = op.notif_user_data;
        sqe.done()
    }
}

opcode! {
    /// Sends a message, see `sendmsg(2)`. Since Linux 5.3.
    SendMsg = IORING_OP_SENDMSG -> Entry;
    new { fd: [file], msg: [*const libc::msghdr] }
    set {
        /// `IORING_RECVSEND_*`
        ioprio: u16 = 0,
        /// `MSG_*`
        flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.ioprio = op.ioprio;
        sqe.addr = op.msg as u64;
        sqe.len = 1;
        sqe.op_flags = op.flags;
        sqe.done()
    }
}

opcode! {
    /// Sends a message without copying its data. Since Linux 6.1. Completes as [`SendZc`] does.
    SendMsgZc = IORING_OP_SENDMSG_ZC -> Entry;
    new { fd: [file], msg: [*const libc::msghdr] }
    set {
        /// `IORING_RECVSEND_*`, `IORING_SEND_ZC_REPORT_USAGE`
        ioprio: u16 = 0,
        /// `MSG_*`
        flags: u32 = 0,
        /// The registered buffer that the message's data lies in. Since Linux 6.15.
        buf_index: Option<u16> = None,
        /// User data for the notification, 0 for the request's own. Since Linux 7.1.
        notif_user_data: u64 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.ioprio = op.ioprio;
        sqe.addr = op.msg as u64;
        sqe.len = 1;
        sqe.op_flags = op.flags;
        sqe.fixed_buffer(op.buf_index);
        sqe.addr3 = op.notif_user_data;
        sqe.done()
    }
}
