//! Cancelling requests.

use crate::squeue::Entry;
use crate::types;

opcode! {
    /// Cancels the first request with this user data. That request completes with ECANCELED, with
    /// EINTR where it was running on a worker thread, or with its own result where it was faster.
    ///
    /// - Result: 0.
    /// - Errors: ENOENT if there is no such request, EALREADY if it is running and may not be
    ///   stoppable.
    /// - Since Linux 5.5. Man page `io_uring_prep_cancel64(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let (mut ring, time) = (IoUring::new(8)?, types::Timespec::new().sec(1000));
    /// let timer = opcode::Timeout::new(&raw const time).build().user_data(42);
    /// let cancel = opcode::AsyncCancel::new(42).build();
    /// unsafe { ring.submission().push_multiple(&[timer, cancel]) }.expect("the queue has room");
    /// ring.submit_and_wait(2)?;
    /// let mut results: Vec<i32> = ring.completion().map(|done| done.result()).collect();
    /// results.sort();
    /// assert_eq!(results, [-libc::ECANCELED, 0]);
    /// # Ok::<(), io::Error>(())
    /// ```
    AsyncCancel = IORING_OP_ASYNC_CANCEL -> Entry;
    new { user_data: [u64] }
    set {}
    encode |op, sqe| {
        sqe.fd = -1;
        sqe.addr = op.user_data;
        sqe.done()
    }
}

opcode! {
    /// Cancels the requests that a [`CancelBuilder`](crate::types::CancelBuilder) describes: by
    /// user data, by file, by operation, or all.
    ///
    /// - Result: 0; with [`all`](crate::types::CancelBuilder::all) or
    ///   [`any`](crate::types::CancelBuilder::any) the number of requests.
    /// - Errors: as for [`AsyncCancel`].
    /// - Since Linux 5.19. Man pages `io_uring_prep_cancel(3)`, `io_uring_prep_cancel_fd(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(5, 19) { return Ok(()); }
    /// let (mut ring, (reader, _writer)) = (IoUring::new(8)?, pipe()?);
    /// let fd = types::Fd(reader.as_raw_fd());
    /// let poll = opcode::PollAdd::new(fd, libc::POLLIN as u32).build();
    /// let polls = [poll.clone(), poll];
    /// unsafe { ring.submission().push_multiple(&polls) }.expect("the queue has room");
    /// ring.submit()?;
    /// let cancel = opcode::AsyncCancel2::new(types::CancelBuilder::fd(fd).all()).build();
    /// unsafe { ring.submission().push(&cancel.user_data(1)) }.expect("the queue has room");
    /// ring.submit_and_wait(3)?;
    /// let cancel = ring.completion().find(|done| done.user_data() == 1).expect("it completes");
    /// assert_eq!(cancel.result(), 2);
    /// # Ok::<(), io::Error>(())
    /// ```
    AsyncCancel2 = IORING_OP_ASYNC_CANCEL -> Entry;
    new { builder: [types::CancelBuilder] }
    set {}
    encode |op, sqe| {
        sqe.fd = op.builder.to_fd();
        sqe.addr = op.builder.user_data.unwrap_or(0);
        sqe.len = op.builder.opcode.map_or(0, u32::from);
        sqe.op_flags = op.builder.flags.bits();
        sqe.done()
    }
}
