//! Sending, with and without a copy.

use std::ptr;

use crate::squeue::Entry;
use crate::sys;

opcode! {
    /// Sends memory on a socket, as `send(2)` and, with `dest_addr`, `sendto(2)` do.
    ///
    /// `buf` and `len` (bytes) name the memory to send. With the flag
    /// [`BUFFER_SELECT`](crate::squeue::Flags::BUFFER_SELECT) the kernel sends a buffer of
    /// `buf_group`.
    ///
    /// - Result: the number of bytes sent, which can be fewer than `len`.
    /// - Errors: EPIPE, ECONNRESET, ENOTCONN, EDESTADDRREQ, EMSGSIZE, ENOTSOCK, EFAULT.
    /// - Since Linux 5.6; with an address since Linux 6.0. Man pages `io_uring_prep_send(3)`,
    ///   `io_uring_prep_sendto(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let (a, mut b) = UnixStream::pair()?;
    /// let send = opcode::Send::new(types::Fd(a.as_raw_fd()), b"hello".as_ptr(), 5);
    /// assert_eq!(unsafe { run(send.build()) }?, 5);
    /// let mut buf = [0; 5];
    /// b.read_exact(&mut buf)?;
    /// assert_eq!(&buf, b"hello");
    /// # Ok::<(), io::Error>(())
    /// ```
    Send = IORING_OP_SEND -> Entry;
    new { fd: [file], buf: [*const u8], len: [u32] }
    set {
        /// `IORING_RECVSEND_POLL_FIRST` (Linux 5.19) waits before the first try,
        /// `IORING_SEND_VECTORIZED` (Linux 6.17) makes buffer and length an iovec array.
        ioprio: u16 = 0,
        /// `MSG_*`
        flags: i32 = 0,
        /// The destination address; it must stay valid until the submit has returned.
        dest_addr: *const libc::sockaddr = ptr::null(),
        /// The length of the address.
        dest_addr_len: libc::socklen_t = 0,
        /// The group to choose a buffer from, with the flag `BUFFER_SELECT`. Since Linux 6.10.
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
    /// Sends as many buffers of a group as there are, in one completion.
    ///
    /// The completion [names the first buffer](crate::cqueue::buffer_select); those behind it in
    /// the ring of buffers were sent as far as the result reaches.
    ///
    /// - Result: the number of bytes of all of them.
    /// - Errors: those of [`Send`]; ENOBUFS if the group is empty.
    /// - Since Linux 6.10 (`IORING_FEAT_RECVSEND_BUNDLE`). Man page `io_uring_prep_send_bundle(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 10) { return Ok(()); }
    /// use uring::register::BufRing;
    /// let (a, mut b) = UnixStream::pair()?;
    /// let mut ring = IoUring::new(8)?;
    /// let mut buffers = BufRing::register(&ring.submitter(), 2, 1, BufRingOptions::new())?;
    /// let (mut head, mut body) = (*b"head", *b"body");
    /// unsafe {
    ///     buffers.add(head.as_mut_ptr(), 4, 0, 0);
    ///     buffers.add(body.as_mut_ptr(), 4, 1, 1);
    ///     buffers.advance(2);
    /// }
    /// let send = opcode::SendBundle::new(types::Fd(a.as_raw_fd()), 1);
    /// assert_eq!(unsafe { run_on(&mut ring, send.build()) }?.result(), 8);
    /// let mut all = [0; 8];
    /// b.read_exact(&mut all)?;
    /// assert_eq!(&all, b"headbody");
    /// # Ok::<(), io::Error>(())
    /// ```
    SendBundle = IORING_OP_SEND -> Entry;
    new { fd: [file], buf_group: [u16] }
    set {
        /// `MSG_*`
        flags: i32 = 0,
        /// The limit in bytes, 0 for no limit.
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
    /// Sends memory without copying it.
    ///
    /// Completes twice. The first completion has the result, and [`more`](crate::cqueue::more) if a
    /// second one follows. The second one is the [notification](crate::cqueue::notif): only then
    /// may the memory change. A send that fails can have a notification, too.
    ///
    /// - Result: the number of bytes sent; of the notification 0, or with
    ///   `IORING_SEND_ZC_REPORT_USAGE` [whether the data was
    ///   copied](crate::cqueue::zero_copy_copied) after all.
    /// - Errors: those of [`Send`]; EOPNOTSUPP if the protocol cannot do it, ENOMEM if the limit of
    ///   locked memory is reached.
    /// - Since Linux 6.0. Man pages `io_uring_prep_send_zc(3)`, `io_uring_prep_send_zc_fixed(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 0) { return Ok(()); }
    /// let (a, _b) = tcp_pair()?;
    /// let mut ring = IoUring::new(8)?;
    /// let send = opcode::SendZc::new(types::Fd(a.as_raw_fd()), b"hello".as_ptr(), 5);
    /// let done = unsafe { run_on(&mut ring, send.build()) }?;
    /// assert_eq!(done.result(), 5);
    /// if cqueue::more(done.flags()) {
    ///     assert!(cqueue::notif(next(&mut ring)?.flags()));
    /// }
    /// # Ok::<(), io::Error>(())
    /// ```
    SendZc = IORING_OP_SEND_ZC -> Entry;
    new { fd: [file], buf: [*const u8], len: [u32] }
    set {
        /// The registered buffer that `buf` lies in.
        buf_index: Option<u16> = None,
        /// The destination address; it must stay valid until the submit has returned.
        dest_addr: *const libc::sockaddr = ptr::null(),
        /// The length of the address.
        dest_addr_len: libc::socklen_t = 0,
        /// `MSG_*`
        flags: i32 = 0,
        /// As for [`Send::ioprio`], and `IORING_SEND_ZC_REPORT_USAGE` (Linux 6.2), which makes the
        /// notification report [whether data was copied](crate::cqueue::zero_copy_copied).
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
    /// Sends a message, with an address and control data, as `sendmsg(2)` does.
    ///
    /// `msg` and the control data are copied when the request is submitted
    /// (`IORING_FEAT_SUBMIT_STABLE`); the data itself must stay valid until the completion.
    ///
    /// - Result: the number of bytes of data.
    /// - Errors: as for [`Send`].
    /// - Since Linux 5.3. Man page `io_uring_prep_sendmsg(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let (a, mut b) = UnixStream::pair()?;
    /// let mut iov = libc::iovec { iov_base: b"hello".as_ptr().cast_mut().cast(), iov_len: 5 };
    /// let mut msg: libc::msghdr = unsafe { std::mem::zeroed() };
    /// (msg.msg_iov, msg.msg_iovlen) = (&raw mut iov, 1);
    /// let send = opcode::SendMsg::new(types::Fd(a.as_raw_fd()), &raw const msg);
    /// assert_eq!(unsafe { run(send.build()) }?, 5);
    /// b.read_exact(&mut [0; 5])?;
    /// # Ok::<(), io::Error>(())
    /// ```
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
    /// Sends a message without copying its data.
    ///
    /// - Result and errors: as for [`SendZc`], with two completions as there.
    /// - Since Linux 6.1. Man pages `io_uring_prep_sendmsg_zc(3)`,
    ///   `io_uring_prep_sendmsg_zc_fixed(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 1) { return Ok(()); }
    /// let (a, _b) = tcp_pair()?;
    /// let mut iov = libc::iovec { iov_base: b"hello".as_ptr().cast_mut().cast(), iov_len: 5 };
    /// let mut msg: libc::msghdr = unsafe { std::mem::zeroed() };
    /// (msg.msg_iov, msg.msg_iovlen) = (&raw mut iov, 1);
    /// let mut ring = IoUring::new(8)?;
    /// let send = opcode::SendMsgZc::new(types::Fd(a.as_raw_fd()), &raw const msg);
    /// let done = unsafe { run_on(&mut ring, send.build()) }?;
    /// assert_eq!(done.result(), 5);
    /// if cqueue::more(done.flags()) {
    ///     assert!(cqueue::notif(next(&mut ring)?.flags()));
    /// }
    /// # Ok::<(), io::Error>(())
    /// ```
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
