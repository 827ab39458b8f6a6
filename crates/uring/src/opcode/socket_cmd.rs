//! Commands of sockets (`IORING_OP_URING_CMD` with `SOCKET_URING_OP_*`).

use std::os::raw::c_void;

use crate::squeue::Entry;
use crate::sys;

opcode! {
    /// How many bytes wait to be read, as `SIOCINQ` tells. Since Linux 6.6. EOPNOTSUPP for
    /// `AF_UNIX`.
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
    /// How many bytes wait to be sent, as `SIOCOUTQ` tells. Since Linux 6.6.
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
    /// Reads a socket option, see `getsockopt(2)`. Since Linux 6.7, only of level `SOL_SOCKET`
    /// (EOPNOTSUPP). The result is the option's length.
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
    /// Sets a socket option, see `setsockopt(2)`. Since Linux 6.7.
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
    /// Delivers the transmit timestamps of a socket, one completion each. Since Linux 6.17, on
    /// rings with 32-byte completions.
    ///
    /// The result is the timestamp's key, [`timestamp_type`](crate::cqueue::timestamp_type) and
    /// [`timestamp_hw`](crate::cqueue::timestamp_hw) read the flags, and
    /// [`TxTimestamp::time`](crate::types::TxTimestamp) the second half.
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
    /// The address of a socket, or with `peer` that of the other end, see `getsockname(2)`. Since
    /// Linux 6.19. `addrlen` says how much room there is and gets the address's length.
    GetSockName = IORING_OP_URING_CMD -> Entry;
    new { fd: [file], addr: [*mut libc::sockaddr], addrlen: [*mut libc::socklen_t] }
    set {
        /// Ask for the other end.
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
