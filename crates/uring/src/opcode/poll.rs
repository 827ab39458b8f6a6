//! Waiting until a file is ready.

use crate::squeue::Entry;
use crate::sys;

opcode! {
    /// Waits until a file is ready, as `poll(2)` does.
    ///
    /// `flags` holds the events to wait for (`POLL*`); POLLERR and POLLHUP always count. With
    /// `multi` (Linux 5.13) the request completes for each new event until it is
    /// [removed](PollRemove) or fails; its last completion comes without
    /// [`more`](crate::cqueue::more).
    ///
    /// - Result: the events.
    /// - Errors: EBADF, ECANCELED when it was removed, EPERM for a file that cannot be polled.
    /// - Since Linux 5.1; with 32 bits of events since Linux 5.9. Man pages
    ///   `io_uring_prep_poll_add(3)`, `io_uring_prep_poll_multishot(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let (reader, mut writer) = pipe()?;
    /// writer.write_all(b"x")?;
    /// let poll = opcode::PollAdd::new(types::Fd(reader.as_raw_fd()), libc::POLLIN as u32);
    /// assert_eq!(unsafe { run(poll.build()) }? as i16, libc::POLLIN);
    /// # Ok::<(), io::Error>(())
    /// ```
    PollAdd = IORING_OP_POLL_ADD -> Entry;
    new { fd: [file], flags: [u32] }
    set {
        /// Complete repeatedly.
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
    /// Removes a poll request, named by its user data. The poll itself completes with ECANCELED.
    ///
    /// - Result: 0.
    /// - Errors: ENOENT if there is no such poll, EALREADY if it is just completing.
    /// - Since Linux 5.1. Man page `io_uring_prep_poll_remove(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let (reader, _writer) = pipe()?;
    /// let mut ring = IoUring::new(8)?;
    /// let poll = opcode::PollAdd::new(types::Fd(reader.as_raw_fd()), libc::POLLIN as u32);
    /// let remove = opcode::PollRemove::new(42).build();
    /// let entries = [poll.build().user_data(42), remove];
    /// unsafe { ring.submission().push_multiple(&entries) }.expect("the queue has room");
    /// ring.submit_and_wait(2)?;
    /// let mut results: Vec<i32> = ring.completion().map(|done| done.result()).collect();
    /// results.sort();
    /// assert_eq!(results, [-libc::ECANCELED, 0]);
    /// # Ok::<(), io::Error>(())
    /// ```
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
    /// Changes the events of a poll request, its user data, or both. The poll is named by its user
    /// data.
    ///
    /// With neither of them the entry is that of a [`PollRemove`].
    ///
    /// - Result: 0.
    /// - Errors: ENOENT if there is no such poll, EALREADY if it is just completing, EINVAL for
    ///   `multi` alone.
    /// - Since Linux 5.13. Man page `io_uring_prep_poll_update(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(5, 13) { return Ok(()); }
    /// let (_reader, writer) = pipe()?;
    /// let mut ring = IoUring::new(8)?;
    /// let poll = opcode::PollAdd::new(types::Fd(writer.as_raw_fd()), libc::POLLPRI as u32);
    /// let update = opcode::PollUpdate::new(42).events(Some(libc::POLLOUT as u32));
    /// let entries = [poll.build().user_data(42), update.build()];
    /// unsafe { ring.submission().push_multiple(&entries) }.expect("the queue has room");
    /// ring.submit_and_wait(2)?;
    /// let poll = ring.completion().find(|done| done.user_data() == 42).expect("it completes");
    /// assert_eq!(poll.result() as i16, libc::POLLOUT);
    /// # Ok::<(), io::Error>(())
    /// ```
    PollUpdate = IORING_OP_POLL_REMOVE -> Entry;
    new { user_data: [u64] }
    set {
        /// The new events.
        events: Option<u32> = None,
        /// The new user data.
        new_user_data: Option<u64> = None,
        /// Accepted together with new events or user data, without effect: a poll repeats if it was
        /// created with [`PollAdd::multi`].
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
