//! Messages to other rings.

use crate::squeue::Entry;
use crate::{sys, types};

opcode! {
    /// Posts a completion on another ring, with `result`, `user_data` and, since Linux 6.3,
    /// `user_flags`.
    ///
    /// `ring_fd` is the other ring's descriptor. Without a ring to send from,
    /// [`send_msg_ring`](crate::register::send_msg_ring) does the same.
    ///
    /// - Result: 0.
    /// - Errors: EBADFD if the target is disabled or no ring, EOVERFLOW if there is no memory for
    ///   the completion, EINVAL.
    /// - Since Linux 5.18. Man pages `io_uring_prep_msg_ring(3)`,
    ///   `io_uring_prep_msg_ring_cqe_flags(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(5, 18) { return Ok(()); }
    /// let mut other = IoUring::new(8)?;
    /// let message = opcode::MsgRingData::new(types::Fd(other.as_raw_fd()), 7, 42, None);
    /// assert_eq!(unsafe { run(message.build()) }?, 0);
    /// let done = next(&mut other)?;
    /// assert_eq!((done.result(), done.user_data()), (7, 42));
    /// # Ok::<(), io::Error>(())
    /// ```
    MsgRingData = IORING_OP_MSG_RING -> Entry;
    new { ring_fd: [dirfd], result: [i32], user_data: [u64], user_flags: [Option<u32>] }
    set {
        /// `IORING_MSG_RING_*`
        opcode_flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.fd = op.ring_fd;
        sqe.addr = sys::IORING_MSG_DATA.into();
        sqe.len = op.result as u32;
        sqe.off = op.user_data;
        sqe.op_flags = op.opcode_flags;
        if let Some(flags) = op.user_flags {
            sqe.file_index = flags;
            sqe.op_flags |= sys::IORING_MSG_RING_FLAGS_PASS;
        }
        sqe.done()
    }
}

opcode! {
    /// Puts a registered file into another ring's table as well, and posts a completion with
    /// `user_data` there.
    ///
    /// - Result: 0, or the slot if the kernel chose it.
    /// - Errors: those of [`MsgRingData`]; EBADF for an empty slot, EINVAL if both rings are the
    ///   same, ENXIO or ENFILE if the other ring has no such or no free slot.
    /// - Since Linux 6.0. Man pages `io_uring_prep_msg_ring_fd(3)`,
    ///   `io_uring_prep_msg_ring_fd_alloc(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 0) { return Ok(()); }
    /// let (mut ring, mut other) = (IoUring::new(8)?, IoUring::new(8)?);
    /// ring.submitter().register_files(&[File::open("/proc/self/comm")?.as_raw_fd()])?;
    /// other.submitter().register_files_sparse(4)?;
    /// let (fd, slot) = (types::Fd(other.as_raw_fd()), types::DestinationSlot::auto_target());
    /// let send = opcode::MsgRingSendFd::new(fd, types::Fixed(0), slot, 42);
    /// let slot = unsafe { run_on(&mut ring, send.build()) }?.result();
    /// assert_eq!((slot, next(&mut other)?.user_data()), (0, 42));
    /// # Ok::<(), io::Error>(())
    /// ```
    MsgRingSendFd = IORING_OP_MSG_RING -> Entry;
    new {
        ring_fd: [dirfd],
        fixed_slot_src: [types::Fixed],
        dest_slot_index: [types::DestinationSlot],
        user_data: [u64],
    }
    set {
        /// `IORING_MSG_RING_CQE_SKIP`: post no completion there.
        opcode_flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.fd = op.ring_fd;
        sqe.addr = sys::IORING_MSG_SEND_FD.into();
        sqe.off = op.user_data;
        sqe.addr3 = op.fixed_slot_src.0.into();
        sqe.slot(Some(op.dest_slot_index));
        sqe.op_flags = op.opcode_flags;
        sqe.done()
    }
}
