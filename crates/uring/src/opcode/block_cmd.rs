//! Commands of block devices (`IORING_OP_URING_CMD` with `BLOCK_URING_CMD_*`).

use crate::squeue::Entry;
use crate::sys;

opcode! {
    /// Discards a range of a block device. Its content is lost.
    ///
    /// `start` and `len` are in bytes and must be aligned to the device's blocks.
    ///
    /// - Result: 0.
    /// - Errors: EINVAL if the range is not aligned, EOPNOTSUPP if the device cannot, EBADF if it
    ///   is not open for writing.
    /// - Since Linux 6.12. Man page `io_uring_prep_cmd_discard(3)`.
    ///
    /// ```no_run
    #[doc = include_str!("prelude.txt")]
    /// let device = File::options().write(true).open("/dev/vdb")?;
    /// let discard = opcode::BlockDiscard::new(types::Fd(device.as_raw_fd()), 0, 1 << 20);
    /// assert_eq!(unsafe { run(discard.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    BlockDiscard = IORING_OP_URING_CMD -> Entry;
    new { fd: [file], start: [u64], len: [u64] }
    set {}
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.cmd_op(sys::BLOCK_URING_CMD_DISCARD);
        sqe.addr = op.start;
        sqe.addr3 = op.len;
        sqe.done()
    }
}

opcode! {
    /// Resets every zone of a zoned block device. Its content is lost.
    ///
    /// - Result: 0.
    /// - Errors: EOPNOTSUPP if the device has no zones, EBADF if it is not open for writing.
    /// - First seen in the merge window of Linux 7.3. Man page
    ///   `io_uring_prep_cmd_zone_reset_all(3)`.
    ///
    /// ```no_run
    #[doc = include_str!("prelude.txt")]
    /// let device = File::options().write(true).open("/dev/nvme0n2")?;
    /// let reset = opcode::BlockZoneResetAll::new(types::Fd(device.as_raw_fd()));
    /// assert_eq!(unsafe { run(reset.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    BlockZoneResetAll = IORING_OP_URING_CMD -> Entry;
    new { fd: [file] }
    set {}
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.cmd_op(sys::BLOCK_URING_CMD_ZONE_RESET_ALL);
        sqe.done()
    }
}
