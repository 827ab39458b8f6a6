//! Epoll instances.

use crate::squeue::Entry;
use crate::types;

opcode! {
    /// Adds, changes or removes a file of an epoll instance, as `epoll_ctl(2)` does.
    ///
    /// `op` is one of `EPOLL_CTL_*`; `ev` points at a [`libc::epoll_event`], which is copied when
    /// the request is submitted.
    ///
    /// - Result: 0.
    /// - Errors: EEXIST, ENOENT, EBADF, EPERM for a file that cannot be polled, EINVAL.
    /// - Since Linux 5.6. Man page `io_uring_prep_epoll_ctl(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let epoll = unsafe { OwnedFd::from_raw_fd(libc::epoll_create1(libc::EPOLL_CLOEXEC)) };
    /// let (reader, _writer) = pipe()?;
    /// let event = libc::epoll_event { events: libc::EPOLLIN as u32, u64: 42 };
    /// let (ep, fd) = (types::Fd(epoll.as_raw_fd()), types::Fd(reader.as_raw_fd()));
    /// let add = opcode::EpollCtl::new(ep, fd, libc::EPOLL_CTL_ADD, (&raw const event).cast());
    /// assert_eq!(unsafe { run(add.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
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
    /// Waits for events of an epoll instance, as `epoll_wait(2)` does. A
    /// [`LinkTimeout`](crate::opcode::LinkTimeout) limits the wait.
    ///
    /// `events` points at room for `max_events` elements of type [`libc::epoll_event`].
    ///
    /// - Result: the number of events.
    /// - Errors: EBADF, EINVAL for no room, EFAULT.
    /// - Since Linux 6.15. Man page `io_uring_prep_epoll_wait(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 15) { return Ok(()); }
    /// let epoll = unsafe { OwnedFd::from_raw_fd(libc::epoll_create1(libc::EPOLL_CLOEXEC)) };
    /// let (_reader, writer) = pipe()?;
    /// let event = libc::epoll_event { events: libc::EPOLLOUT as u32, u64: 42 };
    /// let (ep, fd) = (types::Fd(epoll.as_raw_fd()), types::Fd(writer.as_raw_fd()));
    /// let add = opcode::EpollCtl::new(ep, fd, libc::EPOLL_CTL_ADD, (&raw const event).cast());
    /// unsafe { run(add.build()) }?;
    /// let mut events = [libc::epoll_event { events: 0, u64: 0 }; 4];
    /// let wait = opcode::EpollWait::new(ep, events.as_mut_ptr().cast(), 4);
    /// assert_eq!(unsafe { run(wait.build()) }?, 1);
    /// assert_eq!({ events[0].u64 }, 42);
    /// # Ok::<(), io::Error>(())
    /// ```
    EpollWait = IORING_OP_EPOLL_WAIT -> Entry;
    new { fd: [file], events: [*mut types::epoll_event], max_events: [u32] }
    set {
        /// Reserved by the kernel: must be 0.
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
