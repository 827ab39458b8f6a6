//! Commands that a file's driver understands. The typed ones are in `socket_cmd` and `block_cmd`.

use crate::squeue::{Entry, Entry128};
use crate::sys::{self, io_uring_sqe};

opcode! {
    /// Passes a command to the driver of a file, with 16 bytes of payload.
    ///
    /// The driver defines what `cmd_op`, the payload and the result mean; ublk and btrfs have such
    /// commands. A second result lies in the first word of
    /// [`big_cqe`](crate::cqueue::Entry32::big_cqe), on rings with 32-byte completions.
    ///
    /// - Result: the driver's.
    /// - Errors: EOPNOTSUPP if the file has no commands, or not this one; the driver's.
    /// - Since Linux 5.19. Man page `io_uring_prep_uring_cmd(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 6) { return Ok(()); }
    /// let (a, _b) = tcp_pair()?;
    /// let fd = types::Fd(a.as_raw_fd());
    /// let command = opcode::UringCmd16::new(fd, sys::SOCKET_URING_OP_SIOCINQ);
    /// assert_eq!(unsafe { run(command.build()) }?, 0, "nothing waits to be received");
    /// # Ok::<(), io::Error>(())
    /// ```
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
        /// Complete repeatedly, with buffers of this group. Since Linux 6.18; not with
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
    /// [`UringCmd16`] with 80 bytes of payload, for rings of 128-byte entries. NVMe and FUSE have
    /// such commands.
    ///
    /// - Result and errors: as for [`UringCmd16`].
    /// - Since Linux 5.19. Man page `io_uring_prep_uring_cmd(3)`.
    ///
    /// ```no_run
    #[doc = include_str!("prelude.txt")]
    /// let device = File::open("/dev/ng0n1")?;
    /// let mut ring = IoUring::<squeue::Entry128, cqueue::Entry32>::builder().build(4)?;
    /// let mut block = [0u8; 4096];
    /// let read = sys::nvme_uring_cmd {
    ///     opcode: 2,
    ///     nsid: 1,
    ///     addr: block.as_mut_ptr() as u64,
    ///     data_len: 4096,
    ///     cdw12: 7, // 8 blocks of 512 bytes
    ///     ..Default::default()
    /// };
    /// let mut cmd = [0; 80];
    /// let bytes: [u8; 72] = unsafe { std::mem::transmute(read) };
    /// cmd[..72].copy_from_slice(&bytes);
    /// let fd = types::Fd(device.as_raw_fd());
    /// let entry = opcode::UringCmd80::new(fd, sys::NVME_URING_CMD_IO).cmd(cmd).build();
    /// unsafe { ring.submission().push(&entry) }.expect("the queue has room");
    /// ring.submit_and_wait(1)?;
    /// # Ok::<(), io::Error>(())
    /// ```
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
        /// Complete repeatedly, with buffers of this group. Since Linux 6.18.
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
    /// [`UringCmd80`] under the number that rings of mixed entries need, where it takes two slots.
    ///
    /// - Result and errors: as for [`UringCmd16`].
    /// - Since Linux 6.19. Man page `io_uring_prep_uring_cmd128(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 19) { return Ok(()); }
    /// let (a, _b) = tcp_pair()?;
    /// let mut ring = IoUring::<squeue::Entry128>::builder().build(4)?;
    /// let fd = types::Fd(a.as_raw_fd());
    /// let entry = opcode::UringCmd128::new(fd, sys::SOCKET_URING_OP_SIOCINQ).build();
    /// unsafe { ring.submission().push(&entry) }.expect("the queue has room");
    /// ring.submit_and_wait(1)?;
    /// assert_eq!(ring.completion().next().map(|done| done.result()), Some(0));
    /// # Ok::<(), io::Error>(())
    /// ```
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
        /// Complete repeatedly, with buffers of this group.
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
