//! Operations that do nothing.

use crate::squeue::{Entry, Entry128};

opcode! {
    /// Does nothing and completes: for measurements and tests.
    ///
    /// - Result: 0, or what `IORING_NOP_INJECT_RESULT` injects.
    /// - Errors: with flags EBADF or EFAULT for a file or a buffer that is not there, EINVAL for
    ///   flags that the kernel lacks.
    /// - Since Linux 5.1. Man page `io_uring_prep_nop(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// assert_eq!(unsafe { run(opcode::Nop::new().build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    Nop = IORING_OP_NOP -> Entry;
    new {}
    set {
        /// `IORING_NOP_*`: what to look up or to return. Since Linux 6.10.
        nop_flags: u32 = 0,
        /// The result, with `IORING_NOP_INJECT_RESULT`. Since Linux 6.10.
        result: i32 = 0,
        /// The descriptor or slot to look up, with `IORING_NOP_FILE`. Since Linux 6.13.
        fd: i32 = -1,
        /// The registered buffer to look up, with `IORING_NOP_FIXED_BUFFER`. Since Linux 6.13.
        buf_index: u16 = 0,
        /// The second half of the completion, with `IORING_NOP_CQE32`.
        /// Since Linux 6.18.
        big_cqe: [u64; 2] = [0; 2],
    }
    encode |op, sqe| {
        sqe.fd = op.fd;
        sqe.op_flags = op.nop_flags;
        sqe.len = op.result as u32;
        sqe.buf_index = op.buf_index;
        [sqe.off, sqe.addr] = op.big_cqe;
        sqe.done()
    }
}

opcode! {
    /// [`Nop`] as an entry of 128 bytes. On a ring of mixed entries it takes two slots.
    ///
    /// - Result and errors: as for [`Nop`].
    /// - Since Linux 6.19. Man page `io_uring_prep_nop128(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 19) { return Ok(()); }
    /// let mut ring = IoUring::<squeue::Entry128>::builder().build(4)?;
    /// let nop = opcode::Nop128::new().build();
    /// unsafe { ring.submission().push(&nop) }.expect("the queue has room");
    /// ring.submit_and_wait(1)?;
    /// assert_eq!(ring.completion().next().map(|done| done.result()), Some(0));
    /// # Ok::<(), io::Error>(())
    /// ```
    Nop128 = IORING_OP_NOP128 -> Entry128;
    new {}
    set {
        /// `IORING_NOP_*`: what to look up or to return.
        nop_flags: u32 = 0,
        /// The result, with `IORING_NOP_INJECT_RESULT`.
        result: i32 = 0,
        /// The descriptor or slot to look up, with `IORING_NOP_FILE`.
        fd: i32 = -1,
        /// The registered buffer to look up, with `IORING_NOP_FIXED_BUFFER`.
        buf_index: u16 = 0,
        /// The second half of the completion, with `IORING_NOP_CQE32`.
        big_cqe: [u64; 2] = [0; 2],
    }
    encode |op, sqe| {
        sqe.fd = op.fd;
        sqe.op_flags = op.nop_flags;
        sqe.len = op.result as u32;
        sqe.buf_index = op.buf_index;
        [sqe.off, sqe.addr] = op.big_cqe;
        sqe.done().into()
    }
}
