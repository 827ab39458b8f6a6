//! Commands of block devices (`IORING_OP_URING_CMD` with `BLOCK_URING_CMD_*`).

use crate::squeue::Entry;
use crate::sys;

opcode! {
    /// Discards a range of a block device; its content is lost. Since Linux 6.12. EINVAL where the
    /// range is not aligned to the device's blocks, EOPNOTSUPP where the device cannot.
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
    /// Resets every zone of a zoned block device. First seen in the merge window of Linux 7.3.
    BlockZoneResetAll = IORING_OP_URING_CMD -> Entry;
    new { fd: [file] }
    set {}
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.cmd_op(sys::BLOCK_URING_CMD_ZONE_RESET_ALL);
        sqe.done()
    }
}
