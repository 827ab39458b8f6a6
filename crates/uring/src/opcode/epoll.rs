//! Epoll instances through the ring.

use crate::squeue::Entry;
use crate::types;

opcode! {
    /// Adds, changes or removes a file of an epoll instance, see `epoll_ctl(2)`. Since Linux 5.6.
    EpollCtl = IORING_OP_EPOLL_CTL -> Entry;
    new { epfd: [file], fd: [dirfd], op: [i32], ev: [*const types::epoll_event] }
    set {}
    encode |op, sqe| {
        sqe.target(op.epfd);
        sqe.addr = op.ev as u64;
        sqe.len = op.op as u32;
        sqe.off = op.fd as u64;
        sqe.done()
    }
}

opcode! {
    /// Waits for events of an epoll instance, see `epoll_wait(2)`. Since Linux 6.15. The result is
    /// the number of events. It has no timeout: link one.
    EpollWait = IORING_OP_EPOLL_WAIT -> Entry;
    new { fd: [file], events: [*mut types::epoll_event], max_events: [u32] }
    set {
        /// Must be 0 so far.
        flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.addr = op.events as u64;
        sqe.len = op.max_events;
        sqe.op_flags = op.flags;
        sqe.done()
    }
}
