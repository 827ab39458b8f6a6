//! Timeouts: as requests of their own, and as limits of linked requests.

use crate::squeue::Entry;
use crate::{sys, types};

opcode! {
    /// Completes after a time, or after `count` other completions.
    ///
    /// `timespec` is copied when the request is submitted. With `count` 0, the default, it is a
    /// timer.
    ///
    /// - Result: 0 when the count is reached.
    /// - Errors: ETIME when the time is over, ECANCELED when it was removed, EINVAL for an invalid
    ///   time.
    /// - Since Linux 5.4. Man page `io_uring_prep_timeout(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let time = types::Timespec::from(std::time::Duration::from_millis(1));
    /// let over = unsafe { run(opcode::Timeout::new(&raw const time).build()) }.unwrap_err();
    /// assert_eq!(over.raw_os_error(), Some(libc::ETIME));
    /// # Ok::<(), io::Error>(())
    /// ```
    Timeout = IORING_OP_TIMEOUT -> Entry;
    new { timespec: [*const types::Timespec] }
    set {
        /// The number of completions to wait for or, with `MULTISHOT`, of times to complete.
        count: u32 = 0,
        /// The clock, and whether the time is a span or a point.
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
    /// [`Timeout`] with the time in the entry itself, in nanoseconds.
    ///
    /// - Result and errors: as for [`Timeout`]; EINVAL above `i64::MAX`.
    /// - Since Linux 7.1. Man page `io_uring_prep_timeout(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(7, 1) { return Ok(()); }
    /// let over = unsafe { run(opcode::TimeoutImmediate::new(1_000_000).build()) }.unwrap_err();
    /// assert_eq!(over.raw_os_error(), Some(libc::ETIME));
    /// # Ok::<(), io::Error>(())
    /// ```
    TimeoutImmediate = IORING_OP_TIMEOUT -> Entry;
    new { nanoseconds: [u64] }
    set {
        /// The number of completions to wait for or, with `MULTISHOT`, of times to complete.
        count: u32 = 0,
        /// The clock, and whether the time is a span or a point.
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
    /// Removes a [`Timeout`], named by its user data, which then completes with ECANCELED.
    ///
    /// - Result: 0.
    /// - Errors: ENOENT if there is no such timeout, EALREADY or EBUSY if it is just completing.
    /// - Since Linux 5.5. Man page `io_uring_prep_timeout_remove(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let (mut ring, time) = (IoUring::new(8)?, types::Timespec::new().sec(1000));
    /// let timer = opcode::Timeout::new(&raw const time).build().user_data(42);
    /// let remove = opcode::TimeoutRemove::new(42).build();
    /// unsafe { ring.submission().push_multiple(&[timer, remove]) }.expect("the queue has room");
    /// ring.submit_and_wait(2)?;
    /// let timer = ring.completion().find(|done| done.user_data() == 42).expect("it completes");
    /// assert_eq!(timer.result(), -libc::ECANCELED);
    /// # Ok::<(), io::Error>(())
    /// ```
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
    /// Sets a [`Timeout`], named by its user data, to a new time. With the flag
    /// `LINK_TIMEOUT_UPDATE` it is a [`LinkTimeout`]'s.
    ///
    /// `timespec` is copied when the request is submitted. The clock stays the timeout's own.
    ///
    /// - Result: 0.
    /// - Errors: as for [`TimeoutRemove`]; EINVAL for an invalid time, or for a clock.
    /// - Since Linux 5.11; for a linked timeout since Linux 5.15. Man page
    ///   `io_uring_prep_timeout_update(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(5, 11) { return Ok(()); }
    /// let (mut ring, time) = (IoUring::new(8)?, types::Timespec::new().sec(1000));
    /// let timer = opcode::Timeout::new(&raw const time).build().user_data(42);
    /// let soon = types::Timespec::new().nsec(1_000_000);
    /// let update = opcode::TimeoutUpdate::new(42, &raw const soon).build();
    /// unsafe { ring.submission().push_multiple(&[timer, update]) }.expect("the queue has room");
    /// ring.submit_and_wait(2)?;
    /// let timer = ring.completion().find(|done| done.user_data() == 42).expect("it completes");
    /// assert_eq!(timer.result(), -libc::ETIME);
    /// # Ok::<(), io::Error>(())
    /// ```
    TimeoutUpdate = IORING_OP_TIMEOUT_REMOVE -> Entry;
    new { user_data: [u64], timespec: [*const types::Timespec] }
    set {
        /// `ABS` and `LINK_TIMEOUT_UPDATE`. EINVAL for a clock: the timeout keeps its own.
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
    /// [`TimeoutUpdate`] with the time in the entry itself, in nanoseconds.
    ///
    /// - Result and errors: as for [`TimeoutUpdate`]; EINVAL above `i64::MAX`.
    /// - Since Linux 7.1. Man page `io_uring_prep_timeout_update(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(7, 1) { return Ok(()); }
    /// let (mut ring, time) = (IoUring::new(8)?, types::Timespec::new().sec(1000));
    /// let timer = opcode::Timeout::new(&raw const time).build().user_data(42);
    /// let update = opcode::TimeoutUpdateImmediate::new(42, 1_000_000).build();
    /// unsafe { ring.submission().push_multiple(&[timer, update]) }.expect("the queue has room");
    /// ring.submit_and_wait(2)?;
    /// let timer = ring.completion().find(|done| done.user_data() == 42).expect("it completes");
    /// assert_eq!(timer.result(), -libc::ETIME);
    /// # Ok::<(), io::Error>(())
    /// ```
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
    /// Limits the time of the request in front of it, which it cancels when the time is over.
    ///
    /// Its entry must directly follow one with [`IO_LINK`](crate::squeue::Flags::IO_LINK).
    /// `timespec` is copied when the request is submitted.
    ///
    /// - Result: never 0 or more.
    /// - Errors: ETIME if it has cancelled the request, ECANCELED if that was faster, ENOENT if
    ///   that was just completing, EALREADY if that cannot be cancelled, EINVAL for an entry that
    ///   follows no link.
    /// - Since Linux 5.5. Man page `io_uring_prep_link_timeout(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let (mut ring, (reader, _writer), mut buf) = (IoUring::new(8)?, pipe()?, [0; 8]);
    /// let time = types::Timespec::new().nsec(1_000_000);
    /// let read = opcode::Read::new(types::Fd(reader.as_raw_fd()), buf.as_mut_ptr(), 8).build();
    /// let limit = opcode::LinkTimeout::new(&raw const time).build().user_data(42);
    /// let entries = [read.flags(squeue::Flags::IO_LINK), limit];
    /// unsafe { ring.submission().push_multiple(&entries) }.expect("the queue has room");
    /// ring.submit_and_wait(2)?;
    /// let limit = ring.completion().find(|done| done.user_data() == 42).expect("it completes");
    /// assert_eq!(limit.result(), -libc::ETIME);
    /// # Ok::<(), io::Error>(())
    /// ```
    LinkTimeout = IORING_OP_LINK_TIMEOUT -> Entry;
    new { timespec: [*const types::Timespec] }
    set {
        /// The clock, and whether the time is a span or a point.
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
    /// [`LinkTimeout`] with the time in the entry itself, in nanoseconds.
    ///
    /// - Result and errors: as for [`LinkTimeout`]; EINVAL above `i64::MAX`.
    /// - Since Linux 7.1. Man page `io_uring_prep_link_timeout(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(7, 1) { return Ok(()); }
    /// let mut ring = IoUring::new(8)?;
    /// let nop = opcode::Nop::new().build().flags(squeue::Flags::IO_LINK);
    /// let limit = opcode::LinkTimeoutImmediate::new(1_000_000).build().user_data(42);
    /// unsafe { ring.submission().push_multiple(&[nop, limit]) }.expect("the queue has room");
    /// ring.submit_and_wait(2)?;
    /// let limit = ring.completion().find(|done| done.user_data() == 42).expect("it completes");
    /// assert_eq!(limit.result(), -libc::ECANCELED);
    /// # Ok::<(), io::Error>(())
    /// ```
    LinkTimeoutImmediate = IORING_OP_LINK_TIMEOUT -> Entry;
    new { nanoseconds: [u64] }
    set {
        /// The clock, and whether the time is a span or a point.
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
