//! Timeouts: on their own, and on the request before.

use crate::squeue::Entry;
use crate::{sys, types};

opcode! {
    /// Completes after a time, or after `count` other completions. Since Linux 5.4.
    ///
    /// The result is -ETIME when the time is over and 0 when the count is reached. With `count` 0
    /// it is a plain timer. Man page `io_uring_prep_timeout(3)`.
    Timeout = IORING_OP_TIMEOUT -> Entry;
    new { timespec: [*const types::Timespec] }
    set {
        /// The completions to wait for, or with `MULTISHOT` how often to fire.
        count: u32 = 0,
        /// The clock, and what the time means.
        flags: types::TimeoutFlags = types::TimeoutFlags::empty(),
    }
    encode |op, sqe| {
        sqe.fd = -1;
        sqe.addr = op.timespec as u64;
        sqe.len = 1;
        sqe.off = op.count.into();
        sqe.op_flags = op.flags.bits();
        sqe.done()
    }
}

opcode! {
    /// [`Timeout`] with the time inside the entry, in nanoseconds. Since Linux 7.1. EINVAL above
    /// `i64::MAX`.
    TimeoutImmediate = IORING_OP_TIMEOUT -> Entry;
    new { nanoseconds: [u64] }
    set {
        /// The completions to wait for, or with `MULTISHOT` how often to fire.
        count: u32 = 0,
        /// The clock, and what the time means.
        flags: types::TimeoutFlags = types::TimeoutFlags::empty(),
    }
    encode |op, sqe| {
        sqe.fd = -1;
        sqe.addr = op.nanoseconds;
        sqe.len = 1;
        sqe.off = op.count.into();
        sqe.op_flags = op.flags.bits() | sys::IORING_TIMEOUT_IMMEDIATE_ARG;
        sqe.done()
    }
}

opcode! {
    /// Takes a timeout back. Since Linux 5.5.
    ///
    /// The result is 0, -ENOENT, or -EALREADY when it is just firing; the timeout itself completes
    /// with -ECANCELED.
    TimeoutRemove = IORING_OP_TIMEOUT_REMOVE -> Entry;
    new { user_data: [u64] }
    set {}
    encode |op, sqe| {
        sqe.fd = -1;
        sqe.addr = op.user_data;
        sqe.done()
    }
}

opcode! {
    /// Gives a timeout a new time. Since Linux 5.11, for a linked one (with the flag
    /// `LINK_TIMEOUT_UPDATE`) since Linux 5.15.
    TimeoutUpdate = IORING_OP_TIMEOUT_REMOVE -> Entry;
    new { user_data: [u64], timespec: [*const types::Timespec] }
    set {
        /// `ABS` and `LINK_TIMEOUT_UPDATE`. The clock stays that of the timeout: EINVAL for one.
        flags: types::TimeoutFlags = types::TimeoutFlags::empty(),
    }
    encode |op, sqe| {
        sqe.fd = -1;
        sqe.addr = op.user_data;
        sqe.off = op.timespec as u64;
        sqe.op_flags = op.flags.bits() | sys::IORING_TIMEOUT_UPDATE;
        sqe.done()
    }
}

opcode! {
    /// [`TimeoutUpdate`] with the time inside the entry, in nanoseconds. Since Linux 7.1. EINVAL
    /// above `i64::MAX`.
    TimeoutUpdateImmediate = IORING_OP_TIMEOUT_REMOVE -> Entry;
    new { user_data: [u64], nanoseconds: [u64] }
    set {
        /// `ABS` and `LINK_TIMEOUT_UPDATE`.
        flags: types::TimeoutFlags = types::TimeoutFlags::empty(),
    }
    encode |op, sqe| {
        sqe.fd = -1;
        sqe.addr = op.user_data;
        sqe.off = op.nanoseconds;
        sqe.op_flags =
            op.flags.bits() | sys::IORING_TIMEOUT_UPDATE | sys::IORING_TIMEOUT_IMMEDIATE_ARG;
        sqe.done()
    }
}

opcode! {
    /// Cancels the request before it when that takes too long. Since Linux 5.5.
    ///
    /// Must directly follow an entry with `IO_LINK`, or the kernel says EINVAL. The result is
    /// -ETIME when it struck, -ECANCELED when the request was faster, -ENOENT when it was already
    /// gone. Man page `io_uring_prep_link_timeout(3)`.
    LinkTimeout = IORING_OP_LINK_TIMEOUT -> Entry;
    new { timespec: [*const types::Timespec] }
    set {
        /// The clock, and what the time means.
        flags: types::TimeoutFlags = types::TimeoutFlags::empty(),
    }
    encode |op, sqe| {
        sqe.fd = -1;
        sqe.addr = op.timespec as u64;
        sqe.len = 1;
        sqe.op_flags = op.flags.bits();
        sqe.done()
    }
}

opcode! {
    /// [`LinkTimeout`] with the time inside the entry, in nanoseconds. Since Linux 7.1. EINVAL
    /// above `i64::MAX`.
    LinkTimeoutImmediate = IORING_OP_LINK_TIMEOUT -> Entry;
    new { nanoseconds: [u64] }
    set {
        /// The clock, and what the time means.
        flags: types::TimeoutFlags = types::TimeoutFlags::empty(),
    }
    encode |op, sqe| {
        sqe.fd = -1;
        sqe.addr = op.nanoseconds;
        sqe.len = 1;
        sqe.op_flags = op.flags.bits() | sys::IORING_TIMEOUT_IMMEDIATE_ARG;
        sqe.done()
    }
}
