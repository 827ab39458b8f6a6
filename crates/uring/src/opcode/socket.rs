//! Sockets apart from data: creating, binding, listening, connecting, accepting, shutting down.

use crate::squeue::Entry;
use crate::{sys, types};

opcode! {
    /// Creates a socket, as `socket(2)` does.
    ///
    /// With `file_index` the socket is put into a slot of the registered files and gets no
    /// descriptor.
    ///
    /// - Result: the descriptor; for a slot that was chosen 0, and for one that the kernel chose
    ///   its number.
    /// - Errors: EAFNOSUPPORT, EPROTONOSUPPORT, EMFILE; EINVAL for a slot with `SOCK_CLOEXEC`.
    /// - Since Linux 5.19. Man pages `io_uring_prep_socket(3)`, `io_uring_prep_socket_direct(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(5, 19) { return Ok(()); }
    /// let kind = libc::SOCK_STREAM | libc::SOCK_CLOEXEC;
    /// let fd = unsafe { run(opcode::Socket::new(libc::AF_INET, kind, 0).build()) }?;
    /// let _socket = unsafe { OwnedFd::from_raw_fd(fd as i32) };
    /// # Ok::<(), io::Error>(())
    /// ```
    Socket = IORING_OP_SOCKET -> Entry;
    new { domain: [i32], socket_type: [i32], protocol: [i32] }
    set {
        /// The registered slot to put the socket into.
        file_index: Option<types::DestinationSlot> = None,
        /// Reserved by the kernel: must be 0.
        flags: i32 = 0,
    }
    encode |op, sqe| {
        sqe.fd = op.domain;
        sqe.off = op.socket_type as u64;
        sqe.len = op.protocol as u32;
        sqe.op_flags = op.flags as u32;
        sqe.slot(op.file_index);
        sqe.done()
    }
}

opcode! {
    /// Binds a socket to an address, as `bind(2)` does.
    ///
    /// `addrlen` is in bytes. The kernel copies the address when the request is submitted.
    ///
    /// - Result: 0.
    /// - Errors: EADDRINUSE, EADDRNOTAVAIL, EACCES, EINVAL if the socket is bound, ENOTSOCK.
    /// - Since Linux 6.11. Man page `io_uring_prep_bind(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 11) { return Ok(()); }
    /// let fd = unsafe { run(opcode::Socket::new(libc::AF_INET, libc::SOCK_STREAM, 0).build()) }?;
    /// let socket = unsafe { OwnedFd::from_raw_fd(fd as i32) };
    /// let address = sockaddr_in("127.0.0.1:0".parse().unwrap());
    /// let len = size_of_val(&address) as u32;
    /// let fd = types::Fd(socket.as_raw_fd());
    /// let bind = opcode::Bind::new(fd, (&raw const address).cast(), len);
    /// assert_eq!(unsafe { run(bind.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    Bind = IORING_OP_BIND -> Entry;
    new { fd: [file], addr: [*const libc::sockaddr], addrlen: [libc::socklen_t] }
    set {}
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.addr = op.addr as u64;
        sqe.off = op.addrlen.into();
        sqe.done()
    }
}

opcode! {
    /// Lets a socket listen for connections, as `listen(2)` does.
    ///
    /// `backlog` limits the connections that wait to be accepted.
    ///
    /// - Result: 0.
    /// - Errors: EADDRINUSE, ENOTSOCK, EOPNOTSUPP, EINVAL if the socket is connected.
    /// - Since Linux 6.11. Man page `io_uring_prep_listen(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 11) { return Ok(()); }
    /// let fd = unsafe { run(opcode::Socket::new(libc::AF_INET, libc::SOCK_STREAM, 0).build()) }?;
    /// let socket = unsafe { OwnedFd::from_raw_fd(fd as i32) };
    /// let listen = opcode::Listen::new(types::Fd(socket.as_raw_fd()), 128);
    /// assert_eq!(unsafe { run(listen.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    Listen = IORING_OP_LISTEN -> Entry;
    new { fd: [file], backlog: [i32] }
    set {}
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.len = op.backlog as u32;
        sqe.done()
    }
}

opcode! {
    /// Connects a socket, as `connect(2)` does.
    ///
    /// `addrlen` is in bytes. The kernel copies the address when the request is submitted.
    ///
    /// - Result: 0, once the connection stands.
    /// - Errors: ECONNREFUSED, ETIMEDOUT, ENETUNREACH, EADDRNOTAVAIL, EISCONN, ENOTSOCK.
    /// - Since Linux 5.5. Man page `io_uring_prep_connect(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(5, 19) { return Ok(()); }
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let fd = unsafe { run(opcode::Socket::new(libc::AF_INET, libc::SOCK_STREAM, 0).build()) }?;
    /// let client = unsafe { TcpStream::from_raw_fd(fd as i32) };
    /// let address = sockaddr_in(listener.local_addr()?);
    /// let len = size_of_val(&address) as u32;
    /// let fd = types::Fd(client.as_raw_fd());
    /// let connect = opcode::Connect::new(fd, (&raw const address).cast(), len);
    /// assert_eq!(unsafe { run(connect.build()) }?, 0);
    /// assert_eq!(client.peer_addr()?, listener.local_addr()?);
    /// # Ok::<(), io::Error>(())
    /// ```
    Connect = IORING_OP_CONNECT -> Entry;
    new { fd: [file], addr: [*const libc::sockaddr], addrlen: [libc::socklen_t] }
    set {}
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.addr = op.addr as u64;
        sqe.off = op.addrlen.into();
        sqe.done()
    }
}

opcode! {
    /// Accepts a connection, as `accept4(2)` does.
    ///
    /// `addr` and `addrlen` receive the peer's address and its length in bytes; both may be null.
    /// With `file_index` the connection is put into a slot of the registered files and gets no
    /// descriptor.
    ///
    /// - Result: the descriptor; for a slot that was chosen 0, and for one that the kernel chose
    ///   its number.
    /// - Errors: ECONNABORTED, EMFILE, ENFILE, EINVAL if the socket does not listen or for a slot
    ///   with `SOCK_CLOEXEC`.
    /// - Since Linux 5.5; into a slot since Linux 5.15. Man pages `io_uring_prep_accept(3)`,
    ///   `io_uring_prep_accept_direct(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let client = TcpStream::connect(listener.local_addr()?)?;
    /// let fd = types::Fd(listener.as_raw_fd());
    /// let accept = opcode::Accept::new(fd, ptr::null_mut(), ptr::null_mut());
    /// let fd = unsafe { run(accept.flags(libc::SOCK_CLOEXEC).build()) }?;
    /// let server = unsafe { TcpStream::from_raw_fd(fd as i32) };
    /// assert_eq!(server.peer_addr()?, client.local_addr()?);
    /// # Ok::<(), io::Error>(())
    /// ```
    Accept = IORING_OP_ACCEPT -> Entry;
    new { fd: [file], addr: [*mut libc::sockaddr], addrlen: [*mut libc::socklen_t] }
    set {
        /// The registered slot to put the connection into.
        file_index: Option<types::DestinationSlot> = None,
        /// `SOCK_NONBLOCK`, `SOCK_CLOEXEC`
        flags: i32 = 0,
        /// `IORING_ACCEPT_DONTWAIT` (fail with EAGAIN if no connection waits) and
        /// `IORING_ACCEPT_POLL_FIRST`. Since Linux 6.10.
        ioprio: u16 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.addr = op.addr as u64;
        sqe.off = op.addrlen as u64;
        sqe.op_flags = op.flags as u32;
        sqe.ioprio = op.ioprio;
        sqe.slot(op.file_index);
        sqe.done()
    }
}

opcode! {
    /// Accepts connections until it is cancelled: a multishot accept.
    ///
    /// Each connection is a completion. The last completion comes without
    /// [`more`](crate::cqueue::more). The peers' addresses are not reported: ask `getpeername(2)`.
    ///
    /// - Result: the descriptor; with `allocate_file_index` the slot of the registered files.
    /// - Errors: those of [`Accept`]; each of them ends the request.
    /// - Since Linux 5.19. Man pages `io_uring_prep_multishot_accept(3)`,
    ///   `io_uring_prep_multishot_accept_direct(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(5, 19) { return Ok(()); }
    /// let listener = TcpListener::bind("127.0.0.1:0")?;
    /// let _clients = [0; 2].map(|_| TcpStream::connect(listener.local_addr().unwrap()));
    /// let mut ring = IoUring::new(8)?;
    /// let accept = opcode::AcceptMulti::new(types::Fd(listener.as_raw_fd()));
    /// for done in [unsafe { run_on(&mut ring, accept.build()) }?, next(&mut ring)?] {
    ///     assert!(cqueue::more(done.flags()));
    ///     drop(unsafe { TcpStream::from_raw_fd(done.result()) });
    /// }
    /// # Ok::<(), io::Error>(())
    /// ```
    AcceptMulti = IORING_OP_ACCEPT -> Entry;
    new { fd: [file] }
    set {
        /// Put the connections into free slots of the registered files.
        allocate_file_index: bool = false,
        /// `SOCK_NONBLOCK`, `SOCK_CLOEXEC`
        flags: i32 = 0,
        /// `IORING_ACCEPT_POLL_FIRST`: wait before the first try. Since Linux 6.10.
        ioprio: u16 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.op_flags = op.flags as u32;
        sqe.ioprio = op.ioprio | sys::IORING_ACCEPT_MULTISHOT as u16;
        sqe.slot(op.allocate_file_index.then(types::DestinationSlot::auto_target));
        sqe.done()
    }
}

opcode! {
    /// Shuts down one or both directions of a connection, as `shutdown(2)` does.
    ///
    /// `how` is `SHUT_RD`, `SHUT_WR` or `SHUT_RDWR`.
    ///
    /// - Result: 0.
    /// - Errors: ENOTCONN, ENOTSOCK, EINVAL.
    /// - Since Linux 5.11. Man page `io_uring_prep_shutdown(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(5, 11) { return Ok(()); }
    /// let (a, b) = UnixStream::pair()?;
    /// let shutdown = opcode::Shutdown::new(types::Fd(a.as_raw_fd()), libc::SHUT_WR);
    /// assert_eq!(unsafe { run(shutdown.build()) }?, 0);
    /// assert_eq!((&b).read(&mut [0; 1])?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    Shutdown = IORING_OP_SHUTDOWN -> Entry;
    new { fd: [file], how: [i32] }
    set {}
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.len = op.how as u32;
        sqe.done()
    }
}
