//! Commands that a file's driver understands. The typed ones are in `socket_cmd` and `block_cmd`.

use crate::squeue::{Entry, Entry128};
use crate::sys::{self, io_uring_sqe};

opcode! {
    /// A command for the driver of a file, with 16 bytes of payload. Since Linux 5.19.
    ///
    /// What it means, and what its bytes and its result hold, is up to the driver: ublk and btrfs
    /// take such commands. EOPNOTSUPP where the file has no commands or not this one. A second
    /// result lies in the first word of [`big_cqe`](crate::cqueue::Entry32::big_cqe), on rings with
    /// 32-byte completions.
    UringCmd16 = IORING_OP_URING_CMD -> Entry;
    new { fd: [file], cmd_op: [u32] }
    set {
        /// The registered buffer that the command works on. Since Linux 6.1.
        buf_index: Option<u16> = None,
        /// The payload.
        cmd: [u8; 16] = [0; 16],
        /// The address, for drivers that want one.
        addr: Option<u64> = None,
        /// The length that goes with the address.
        len: u32 = 0,
        /// Complete again and again, with buffers of this group. Since Linux 6.18; not with
        /// `buf_index`.
        multishot_group: Option<u16> = None,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.cmd_op(op.cmd_op);
        sqe.addr = op.addr.unwrap_or(0);
        sqe.len = op.len;
        sqe.command(&op.cmd);
        sqe.command_buffer(op.buf_index, op.multishot_group);
        sqe.done()
    }
}

opcode! {
    /// [`UringCmd16`] with 80 bytes of payload, for rings of 128-byte entries. Since Linux 5.19.
    /// NVMe (`sys::nvme_uring_cmd`) and FUSE take such commands.
    UringCmd80 = IORING_OP_URING_CMD -> Entry128;
    new { fd: [file], cmd_op: [u32] }
    set {
        /// The registered buffer that the command works on. Since Linux 6.1.
        buf_index: Option<u16> = None,
        /// The payload.
        cmd: [u8; 80] = [0; 80],
        /// The address, for drivers that want one.
        addr: Option<u64> = None,
        /// The length that goes with the address.
        len: u32 = 0,
        /// Complete again and again, with buffers of this group. Since Linux 6.18.
        multishot_group: Option<u16> = None,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.cmd_op(op.cmd_op);
        sqe.addr = op.addr.unwrap_or(0);
        sqe.len = op.len;
        sqe.command_buffer(op.buf_index, op.multishot_group);
        big(sqe, &op.cmd)
    }
}

opcode! {
    /// [`UringCmd80`] under the number that rings of mixed entries want. Since Linux 6.19. Takes
    /// two slots there.
    UringCmd128 = IORING_OP_URING_CMD128 -> Entry128;
    new { fd: [file], cmd_op: [u32] }
    set {
        /// The registered buffer that the command works on.
        buf_index: Option<u16> = None,
        /// The payload.
        cmd: [u8; 80] = [0; 80],
        /// The address, for drivers that want one.
        addr: Option<u64> = None,
        /// The length that goes with the address.
        len: u32 = 0,
        /// Complete again and again, with buffers of this group.
        multishot_group: Option<u16> = None,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.cmd_op(op.cmd_op);
        sqe.addr = op.addr.unwrap_or(0);
        sqe.len = op.len;
        sqe.command_buffer(op.buf_index, op.multishot_group);
        big(sqe, &op.cmd)
    }
}

impl io_uring_sqe {
    /// `cmd`, the 16 bytes at 48.
    #[inline]
    fn command(&mut self, cmd: &[u8; 16]) {
        let [low, high]: [[u8; 8]; 2] = halves(cmd);
        self.addr3 = u64::from_ne_bytes(low);
        self.pad2 = u64::from_ne_bytes(high);
    }

    /// The buffer of a command, by slot or by group.
    #[inline]
    fn command_buffer(&mut self, index: Option<u16>, group: Option<u16>) {
        if let Some(index) = index {
            self.buf_index = index;
            self.op_flags |= sys::IORING_URING_CMD_FIXED;
        }
        if let Some(group) = group {
            self.select_buffer(group);
            self.op_flags |= sys::IORING_URING_CMD_MULTISHOT;
        }
    }
}

/// 16 bytes as two times 8.
fn halves(bytes: &[u8; 16]) -> [[u8; 8]; 2] {
    let (mut low, mut high) = ([0; 8], [0; 8]);
    low.copy_from_slice(&bytes[..8]);
    high.copy_from_slice(&bytes[8..]);
    [low, high]
}

/// The payload of 80 bytes starts in the first half and fills the second.
fn big(mut sqe: io_uring_sqe, cmd: &[u8; 80]) -> Entry128 {
    let (mut first, mut second) = ([0; 16], [0; 64]);
    first.copy_from_slice(&cmd[..16]);
    second.copy_from_slice(&cmd[16..]);
    sqe.command(&first);
    Entry128(Entry(sqe), second)
}
