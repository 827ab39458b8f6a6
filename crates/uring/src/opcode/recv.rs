//! Receiving: once or repeatedly, in bundles, as messages, without a copy.

use crate::squeue::Entry;
use crate::sys;

const MULTISHOT: u16 = sys::IORING_RECV_MULTISHOT as u16;
const BUNDLE: u16 = sys::IORING_RECVSEND_BUNDLE as u16;

opcode! {
    /// Receives from a socket into memory, as `recv(2)` does.
    ///
    /// `buf` and `len` (bytes) name the memory to fill. With the flag
    /// [`BUFFER_SELECT`](crate::squeue::Flags::BUFFER_SELECT) the kernel chooses a buffer of
    /// `buf_group` instead and ignores `buf`.
    ///
    /// - Result: the number of bytes received; 0 when the peer has finished sending.
    /// - Errors: ECONNRESET, ENOTCONN, ENOTSOCK, EFAULT, ENOBUFS if the group is empty.
    /// - Since Linux 5.6. Man page `io_uring_prep_recv(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let (mut a, b) = UnixStream::pair()?;
    /// a.write_all(b"hello")?;
    /// let mut buf = [0; 16];
    /// let recv = opcode::Recv::new(types::Fd(b.as_raw_fd()), buf.as_mut_ptr(), 16);
    /// assert_eq!(unsafe { run(recv.build()) }?, 5);
    /// assert_eq!(&buf[..5], b"hello");
    /// # Ok::<(), io::Error>(())
    /// ```
    Recv = IORING_OP_RECV -> Entry;
    new { fd: [file], buf: [*mut u8], len: [u32] }
    set {
        /// `IORING_RECVSEND_*`
        ioprio: u16 = 0,
        /// `MSG_*`
        flags: i32 = 0,
        /// The group to choose a buffer from, with the flag `BUFFER_SELECT`.
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
    /// Receives again and again into buffers of a group: a multishot receive.
    ///
    /// Each completion [names its buffer](crate::cqueue::buffer_select). The last one comes without
    /// [`more`](crate::cqueue::more): when the peer has finished sending, after an error, or when
    /// the group is empty.
    ///
    /// - Result: as for [`Recv`].
    /// - Errors: those of [`Recv`]; ENOBUFS if the group is empty, EINVAL for `MSG_WAITALL`.
    /// - Since Linux 6.0. Man page `io_uring_prep_recv_multishot(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 0) { return Ok(()); }
    /// let (mut a, b) = UnixStream::pair()?;
    /// let mut ring = IoUring::new(8)?;
    /// let mut group = BufGroup::register(&ring.submitter(), 8, 64, 1, BufRingOptions::new())?;
    /// a.write_all(b"first")?;
    /// let recv = opcode::RecvMulti::new(types::Fd(b.as_raw_fd()), 1);
    /// let done = unsafe { run_on(&mut ring, recv.build()) }?;
    /// assert!(cqueue::more(done.flags()));
    /// let (_, bytes) = unsafe { group.take(done.result(), done.flags()) }.expect("a buffer");
    /// assert_eq!(bytes, b"first");
    /// # Ok::<(), io::Error>(())
    /// ```
    RecvMulti = IORING_OP_RECV -> Entry;
    new { fd: [file], buf_group: [u16] }
    set {
        /// `MSG_*`
        flags: i32 = 0,
        /// The limit of one completion, in bytes, 0 for the size of the buffer.
        len: u32 = 0,
        /// The limit of the whole request in bytes, 0 for none. It is checked after each buffer.
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
    /// Receives into as many buffers of a group as the data fills, in one completion.
    ///
    /// The completion [names the first buffer](crate::cqueue::buffer_select); the others follow it
    /// in the ring of buffers. [`BufGroup::take_bundle`](crate::register::BufGroup::take_bundle)
    /// returns them all.
    ///
    /// - Result: the number of bytes in all of them; 0 when the peer has finished sending.
    /// - Errors: those of [`Recv`]; ENOBUFS if the group is empty.
    /// - Since Linux 6.10 (`IORING_FEAT_RECVSEND_BUNDLE`). Man page `io_uring_prep_recv(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 10) { return Ok(()); }
    /// let (mut a, b) = tcp_pair()?;
    /// a.write_all(b"123456")?;
    /// b.peek(&mut [0; 6])?;
    /// let mut ring = IoUring::new(8)?;
    /// let mut group = BufGroup::register(&ring.submitter(), 4, 4, 1, BufRingOptions::new())?;
    /// let recv = opcode::RecvBundle::new(types::Fd(b.as_raw_fd()), 1);
    /// let done = unsafe { run_on(&mut ring, recv.build()) }?;
    /// let parts = unsafe { group.take_bundle(done.result(), done.flags()) };
    /// let bytes: Vec<u8> = parts.iter().flat_map(|(_, part)| part.to_vec()).collect();
    /// assert_eq!((done.result(), &*bytes), (6, &b"123456"[..]));
    /// # Ok::<(), io::Error>(())
    /// ```
    RecvBundle = IORING_OP_RECV -> Entry;
    new { fd: [file], buf_group: [u16] }
    set {
        /// `MSG_*`
        flags: i32 = 0,
        /// The limit in bytes, 0 for no limit.
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
    /// [`RecvBundle`] again and again, as [`RecvMulti`].
    ///
    /// - Result: as for [`RecvBundle`], with each completion.
    /// - Errors: as for [`RecvMulti`].
    /// - Since Linux 6.10 (`IORING_FEAT_RECVSEND_BUNDLE`). Man page
    ///   `io_uring_prep_recv_multishot(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 10) { return Ok(()); }
    /// let (mut a, b) = tcp_pair()?;
    /// a.write_all(b"123456")?;
    /// b.peek(&mut [0; 6])?;
    /// let mut ring = IoUring::new(8)?;
    /// let mut group = BufGroup::register(&ring.submitter(), 4, 4, 1, BufRingOptions::new())?;
    /// let recv = opcode::RecvMultiBundle::new(types::Fd(b.as_raw_fd()), 1);
    /// let done = unsafe { run_on(&mut ring, recv.build()) }?;
    /// assert!(cqueue::more(done.flags()));
    /// assert_eq!(unsafe { group.take_bundle(done.result(), done.flags()) }.len(), 2);
    /// # Ok::<(), io::Error>(())
    /// ```
    RecvMultiBundle = IORING_OP_RECV -> Entry;
    new { fd: [file], buf_group: [u16] }
    set {
        /// `MSG_*`
        flags: i32 = 0,
        /// The limit of one completion, in bytes, 0 for no limit. Since Linux 6.17.
        len: u32 = 0,
        /// The limit of the whole request in bytes, 0 for none. It is checked after each bundle.
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
    /// Receives a message, with the peer's address and control data, as `recvmsg(2)` does.
    ///
    /// `msg` is read when the request is submitted, and written back with the result: it and
    /// everything it points at must stay valid until the completion. With the flag
    /// [`BUFFER_SELECT`](crate::squeue::Flags::BUFFER_SELECT) the data goes to a buffer of
    /// `buf_group`.
    ///
    /// - Result: the number of bytes of data.
    /// - Errors: those of [`Recv`]; EMSGSIZE, EINVAL.
    /// - Since Linux 5.3. Man page `io_uring_prep_recvmsg(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let (mut a, b) = UnixStream::pair()?;
    /// a.write_all(b"hello")?;
    /// let mut buf = [0u8; 16];
    /// let mut iov = libc::iovec { iov_base: buf.as_mut_ptr().cast(), iov_len: buf.len() };
    /// let mut msg: libc::msghdr = unsafe { std::mem::zeroed() };
    /// (msg.msg_iov, msg.msg_iovlen) = (&raw mut iov, 1);
    /// let recv = opcode::RecvMsg::new(types::Fd(b.as_raw_fd()), &raw mut msg);
    /// assert_eq!(unsafe { run(recv.build()) }?, 5);
    /// assert_eq!(&buf[..5], b"hello");
    /// # Ok::<(), io::Error>(())
    /// ```
    RecvMsg = IORING_OP_RECVMSG -> Entry;
    new { fd: [file], msg: [*mut libc::msghdr] }
    set {
        /// `IORING_RECVSEND_*`
        ioprio: u16 = 0,
        /// `MSG_*`
        flags: u32 = 0,
        /// The group to choose a buffer from, with the flag `BUFFER_SELECT`.
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
    /// Receives messages again and again into buffers of a group, as [`RecvMulti`] does.
    ///
    /// Of `msg` only `msg_namelen` and `msg_controllen` count: they reserve room in each buffer, in
    /// front of the data. [`RecvMsgOut`](crate::types::RecvMsgOut) takes a filled buffer apart.
    ///
    /// - Result: the number of bytes in the buffer, the reserved room included.
    /// - Errors: those of [`RecvMulti`]; EFAULT if the buffers are too small for the room.
    /// - Since Linux 6.0. Man page `io_uring_prep_recvmsg_multishot(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 0) { return Ok(()); }
    /// let (mut a, b) = UnixStream::pair()?;
    /// a.write_all(b"hello")?;
    /// let mut ring = IoUring::new(8)?;
    /// let mut group = BufGroup::register(&ring.submitter(), 8, 256, 1, BufRingOptions::new())?;
    /// let msg: libc::msghdr = unsafe { std::mem::zeroed() };
    /// let recv = opcode::RecvMsgMulti::new(types::Fd(b.as_raw_fd()), &raw const msg, 1);
    /// let done = unsafe { run_on(&mut ring, recv.build()) }?;
    /// let (_, bytes) = unsafe { group.take(done.result(), done.flags()) }.expect("a buffer");
    /// let message = types::RecvMsgOut::parse(bytes, &msg).expect("the buffer has room");
    /// assert_eq!(message.payload_data(), b"hello");
    /// # Ok::<(), io::Error>(())
    /// ```
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
    /// Receives without a copy, from memory that the network card has filled.
    ///
    /// Needs an interface queue ([`register_ifq`](crate::Submitter::register_ifq)) and a ring with
    /// 32-byte completions and deferred task work. The second half of each completion
    /// ([`big_cqe`](crate::cqueue::Entry32::big_cqe)) says where in the area the data lies;
    /// [`Zcrx`](crate::register::Zcrx) reads it and returns the memory. `len` limits the bytes of
    /// the whole request, 0 for no limit. The last completion comes without
    /// [`more`](crate::cqueue::more).
    ///
    /// - Result: the number of bytes; 0 when the peer has finished sending.
    /// - Errors: those of [`Recv`]; ENOSPC if the completion queue is full and ENOMEM if the area
    ///   is: submit the request again. EINVAL for a queue that does not exist.
    /// - Since Linux 6.15. No man page; see the kernel's documentation `networking/iou-zcrx`.
    ///
    /// ```no_run
    #[doc = include_str!("prelude.txt")]
    /// let (_a, b) = tcp_pair()?;
    /// let recv = opcode::RecvZc::new(types::Fd(b.as_raw_fd()), 0).ifq(0).build();
    /// # Ok::<(), io::Error>(())
    /// ```
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
