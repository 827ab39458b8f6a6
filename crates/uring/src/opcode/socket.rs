//! Sockets before data flows: making, naming, accepting, connecting, shutting down.

use crate::squeue::Entry;
use crate::{sys, types};

opcode! {
    /// Makes a socket, see `socket(2)`. Since Linux 5.19. The result is a descriptor; 0 for a
    /// chosen slot, the slot for a free one. A slot excludes `SOCK_CLOEXEC` (EINVAL).
    Socket = IORING_OP_SOCKET -> Entry;
    new { domain: [i32], socket_type: [i32], protocol: [i32] }
    set {
        /// The registered slot to put the socket into.
        file_index: Option<types::DestinationSlot> = None,
        /// Must be 0 so far.
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
    /// Gives a socket its address, see `bind(2)`. Since Linux 6.11.
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
    /// Makes a socket listen, see `listen(2)`. Since Linux 6.11.
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
    /// Connects a socket, see `connect(2)`. Since Linux 5.5.
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
    /// Accepts a connection, see `accept4(2)`. Since Linux 5.5, into a slot since Linux 5.15. The
    /// result is a descriptor; 0 for a chosen slot, the slot for a free one. A slot excludes
    /// `SOCK_CLOEXEC` (EINVAL).
    Accept = IORING_OP_ACCEPT -> Entry;
    new { fd: [file], addr: [*mut libc::sockaddr], addrlen: [*mut libc::socklen_t] }
    set {
        /// The registered slot to put the connection into.
        file_index: Option<types::DestinationSlot> = None,
        /// `SOCK_NONBLOCK`, `SOCK_CLOEXEC`
        flags: i32 = 0,
        /// `IORING_ACCEPT_DONTWAIT` (say EAGAIN where none waits) and `IORING_ACCEPT_POLL_FIRST`.
        /// Since Linux 6.10.
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
    /// Accepts every connection that comes. Since Linux 5.19. The last completion comes without
    /// [`more`](crate::cqueue::more). The peer's address is not given: ask `getpeername(2)`.
    AcceptMulti = IORING_OP_ACCEPT -> Entry;
    new { fd: [file] }
    set {
        /// Put the connections into free slots.
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
    /// Ends one or both directions of a connection, see `shutdown(2)`. Since Linux 5.11.
    Shutdown = IORING_OP_SHUTDOWN -> Entry;
    new { fd: [file], how: [i32] }
    set {}
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.len = op.how as u32;
        sqe.done()
    }
}
