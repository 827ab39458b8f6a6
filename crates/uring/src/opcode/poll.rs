//! Waiting until a file is ready.

use crate::squeue::Entry;
use crate::sys;

opcode! {
    /// Completes when one of the events is there, see `poll(2)`. Since Linux 5.1; with 32 bits of
    /// events since Linux 5.9. The result is the mask of events.
    ///
    /// With `multi` (Linux 5.13) it completes again for each new event, edge by edge after the
    /// first; the last completion comes without [`more`](crate::cqueue::more).
    PollAdd = IORING_OP_POLL_ADD -> Entry;
    new { fd: [file], flags: [u32] }
    set {
        /// Complete again and again.
        multi: bool = false,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.len = if op.multi { sys::IORING_POLL_ADD_MULTI } else { 0 };
        sqe.poll_events(op.flags);
        sqe.done()
    }
}

opcode! {
    /// Takes a poll back. Since Linux 5.1. The result is 0, -ENOENT or -EALREADY; the poll itself
    /// completes with -ECANCELED.
    PollRemove = IORING_OP_POLL_REMOVE -> Entry;
    new { user_data: [u64] }
    set {}
    encode |op, sqe| {
        sqe.fd = -1;
        sqe.addr = op.user_data;
        sqe.done()
    }
}

opcode! {
    /// Changes a poll: its events, its user data, or both. Since Linux 5.13. The result is 0,
    /// -ENOENT or -EALREADY.
    PollUpdate = IORING_OP_POLL_REMOVE -> Entry;
    new { user_data: [u64] }
    set {
        /// The new events.
        events: Option<u32> = None,
        /// The new user data.
        new_user_data: Option<u64> = None,
        /// Taken beside new events or user data (EINVAL alone), but without effect so far: a poll
        /// repeats if it was made to.
        multi: bool = false,
    }
    encode |op, sqe| {
        sqe.fd = -1;
        sqe.addr = op.user_data;
        if let Some(events) = op.events {
            sqe.len |= sys::IORING_POLL_UPDATE_EVENTS;
            sqe.poll_events(events);
        }
        if let Some(user_data) = op.new_user_data {
            sqe.len |= sys::IORING_POLL_UPDATE_USER_DATA;
            sqe.off = user_data;
        }
        if op.multi {
            sqe.len |= sys::IORING_POLL_ADD_MULTI;
        }
        sqe.done()
    }
}
