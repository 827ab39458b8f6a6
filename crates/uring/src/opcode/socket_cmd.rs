//! Commands of sockets (`IORING_OP_URING_CMD` with `SOCKET_URING_OP_*`).

use std::os::raw::c_void;

use crate::squeue::Entry;
use crate::sys;

opcode! {
    /// Asks how many bytes wait to be received, as the ioctl `SIOCINQ` does.
    ///
    /// - Result: the number of bytes.
    /// - Errors: EOPNOTSUPP if the protocol does not know, as `AF_UNIX`.
    /// - Since Linux 6.6. Man page `io_uring_prep_cmd_sock(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 6) { return Ok(()); }
    /// let (mut a, b) = tcp_pair()?;
    /// a.write_all(b"hello")?;
    /// b.peek(&mut [0; 5])?;
    /// let ask = opcode::SocketInq::new(types::Fd(b.as_raw_fd()));
    /// assert_eq!(unsafe { run(ask.build()) }?, 5);
    /// # Ok::<(), io::Error>(())
    /// ```
    SocketInq = IORING_OP_URING_CMD -> Entry;
    new { fd: [file] }
    set {}
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.cmd_op(sys::SOCKET_URING_OP_SIOCINQ);
        sqe.done()
    }
}

opcode! {
    /// Asks how many bytes wait to be sent or acknowledged, as the ioctl `SIOCOUTQ` does.
    ///
    /// - Result: the number of bytes.
    /// - Errors: EOPNOTSUPP if the protocol does not know.
    /// - Since Linux 6.6. Man page `io_uring_prep_cmd_sock(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 6) { return Ok(()); }
    /// let (a, _b) = tcp_pair()?;
    /// let ask = opcode::SocketOutq::new(types::Fd(a.as_raw_fd()));
    /// assert_eq!(unsafe { run(ask.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    SocketOutq = IORING_OP_URING_CMD -> Entry;
    new { fd: [file] }
    set {}
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.cmd_op(sys::SOCKET_URING_OP_SIOCOUTQ);
        sqe.done()
    }
}

opcode! {
    /// Reads an option of a socket, as `getsockopt(2)` does. Only options of the level
    /// `SOL_SOCKET`.
    ///
    /// `optval` and `optlen` (bytes) name the memory for the value.
    ///
    /// - Result: the length of the value in bytes.
    /// - Errors: EOPNOTSUPP for another level, ENOPROTOOPT, EFAULT.
    /// - Since Linux 6.7. Man page `io_uring_prep_cmd_sock(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 7) { return Ok(()); }
    /// let (a, _b) = tcp_pair()?;
    /// let (level, name) = (libc::SOL_SOCKET as u32, libc::SO_TYPE as u32);
    /// let mut kind = 0i32;
    /// let fd = types::Fd(a.as_raw_fd());
    /// let get = opcode::GetSockOpt::new(fd, level, name, (&raw mut kind).cast(), 4);
    /// assert_eq!(unsafe { run(get.build()) }?, 4);
    /// assert_eq!(kind, libc::SOCK_STREAM);
    /// # Ok::<(), io::Error>(())
    /// ```
    GetSockOpt = IORING_OP_URING_CMD -> Entry;
    new { fd: [file], level: [u32], optname: [u32], optval: [*mut c_void], optlen: [u32] }
    set {
        /// `IORING_URING_CMD_*`
        flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.cmd_op(sys::SOCKET_URING_OP_GETSOCKOPT);
        sqe.option(op.level, op.optname);
        sqe.op_flags = op.flags;
        sqe.file_index = op.optlen;
        sqe.addr3 = op.optval as u64;
        sqe.done()
    }
}

opcode! {
    /// Sets an option of a socket, as `setsockopt(2)` does.
    ///
    /// `optval` and `optlen` (bytes) name the value.
    ///
    /// - Result: 0.
    /// - Errors: ENOPROTOOPT, EINVAL, EFAULT, EPERM.
    /// - Since Linux 6.7. Man page `io_uring_prep_cmd_sock(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 7) { return Ok(()); }
    /// let (a, _b) = tcp_pair()?;
    /// let (level, name) = (libc::IPPROTO_TCP as u32, libc::TCP_NODELAY as u32);
    /// let on = 1i32;
    /// let fd = types::Fd(a.as_raw_fd());
    /// let set = opcode::SetSockOpt::new(fd, level, name, (&raw const on).cast(), 4);
    /// assert_eq!(unsafe { run(set.build()) }?, 0);
    /// assert!(a.nodelay()?);
    /// # Ok::<(), io::Error>(())
    /// ```
    SetSockOpt = IORING_OP_URING_CMD -> Entry;
    new { fd: [file], level: [u32], optname: [u32], optval: [*const c_void], optlen: [u32] }
    set {
        /// `IORING_URING_CMD_*`
        flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.cmd_op(sys::SOCKET_URING_OP_SETSOCKOPT);
        sqe.option(op.level, op.optname);
        sqe.op_flags = op.flags;
        sqe.file_index = op.optlen;
        sqe.addr3 = op.optval as u64;
        sqe.done()
    }
}

opcode! {
    /// Reports the transmit timestamps of a socket, one completion each, until it is cancelled.
    /// Needs a ring with 32-byte completions, and a socket with `SO_TIMESTAMPING`.
    ///
    /// - Result: the packet's key. [`TxTimestamp::parse`](crate::types::TxTimestamp::parse) reads
    ///   the completion.
    /// - Errors: EINVAL on a ring with 16-byte completions, EOPNOTSUPP if the socket has no
    ///   timestamps.
    /// - Since Linux 6.17. No man page.
    ///
    /// ```no_run
    #[doc = include_str!("prelude.txt")]
    /// let socket = UdpSocket::bind("127.0.0.1:0")?;
    /// let report = opcode::SocketTxTimestamp::new(types::Fd(socket.as_raw_fd())).build();
    /// # Ok::<(), io::Error>(())
    /// ```
    SocketTxTimestamp = IORING_OP_URING_CMD -> Entry;
    new { fd: [file] }
    set {}
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.cmd_op(sys::SOCKET_URING_OP_TX_TIMESTAMP);
        sqe.done()
    }
}

opcode! {
    /// Reads the address of a socket as `getsockname(2)` does or, with `peer`, that of the other
    /// end as `getpeername(2)` does.
    ///
    /// `addrlen` points at the room at `addr` in bytes, and receives the address's length.
    ///
    /// - Result: 0.
    /// - Errors: ENOTCONN, ENOTSOCK, EFAULT, EINVAL.
    /// - Since Linux 6.19. Man page `io_uring_prep_cmd_getsockname(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 19) { return Ok(()); }
    /// let (a, b) = tcp_pair()?;
    /// let mut address: libc::sockaddr_in = unsafe { std::mem::zeroed() };
    /// let mut len = size_of_val(&address) as u32;
    /// let fd = types::Fd(a.as_raw_fd());
    /// let name = opcode::GetSockName::new(fd, (&raw mut address).cast(), &raw mut len).peer(true);
    /// unsafe { run(name.build()) }?;
    /// assert_eq!(u16::from_be(address.sin_port), b.local_addr()?.port());
    /// # Ok::<(), io::Error>(())
    /// ```
    GetSockName = IORING_OP_URING_CMD -> Entry;
    new { fd: [file], addr: [*mut libc::sockaddr], addrlen: [*mut libc::socklen_t] }
    set {
        /// Read the address of the other end.
        peer: bool = false,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.cmd_op(sys::SOCKET_URING_OP_GETSOCKNAME);
        sqe.addr = op.addr as u64;
        sqe.addr3 = op.addrlen as u64;
        sqe.file_index = op.peer.into();
        sqe.done()
    }
}
