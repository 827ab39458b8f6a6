//! Pipes: making them, and moving data through them without a copy to user space.

use crate::squeue::Entry;
use crate::types::{self, sealed::Target};

opcode! {
    /// Moves bytes between a pipe and a file, as `splice(2)` does.
    ///
    /// `len` is in bytes. The offset of a pipe must be -1. The request always runs on a worker
    /// thread.
    ///
    /// - Result: the number of bytes moved; 0 at the end of the file.
    /// - Errors: EINVAL if neither end is a pipe or the file cannot be spliced, ESPIPE for an
    ///   offset of a pipe, EBADF.
    /// - Since Linux 5.7. Man page `io_uring_prep_splice(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let file = scratch()?.file("f", b"0123456789")?;
    /// let (mut reader, writer) = pipe()?;
    /// let (from, to) = (types::Fd(file.as_raw_fd()), types::Fd(writer.as_raw_fd()));
    /// assert_eq!(unsafe { run(opcode::Splice::new(from, 2, to, -1, 4).build()) }?, 4);
    /// let mut moved = [0; 4];
    /// reader.read_exact(&mut moved)?;
    /// assert_eq!(&moved, b"2345");
    /// # Ok::<(), io::Error>(())
    /// ```
    Splice = IORING_OP_SPLICE -> Entry;
    new { fd_in: [file], off_in: [i64], fd_out: [file], off_out: [i64], len: [u32] }
    set {
        /// `SPLICE_F_*`
        flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd_out);
        sqe.len = op.len;
        sqe.off = op.off_out as u64;
        sqe.addr = op.off_in as u64;
        sqe.op_flags = op.flags;
        sqe.splice_from(op.fd_in);
        sqe.done()
    }
}

opcode! {
    /// Copies bytes from one pipe to another without consuming them, as `tee(2)` does.
    ///
    /// `len` is in bytes. The request always runs on a worker thread.
    ///
    /// - Result: the number of bytes copied.
    /// - Errors: EINVAL if one end is no pipe or both are the same, EBADF.
    /// - Since Linux 5.8. Man page `io_uring_prep_tee(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let ((reader, mut source), (mut copy, writer)) = (pipe()?, pipe()?);
    /// source.write_all(b"twice")?;
    /// let (from, to) = (types::Fd(reader.as_raw_fd()), types::Fd(writer.as_raw_fd()));
    /// assert_eq!(unsafe { run(opcode::Tee::new(from, to, 5).build()) }?, 5);
    /// copy.read_exact(&mut [0; 5])?;
    /// # Ok::<(), io::Error>(())
    /// ```
    Tee = IORING_OP_TEE -> Entry;
    new { fd_in: [file], fd_out: [file], len: [u32] }
    set {
        /// `SPLICE_F_*`
        flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd_out);
        sqe.len = op.len;
        sqe.op_flags = op.flags;
        sqe.splice_from(op.fd_in);
        sqe.done()
    }
}

opcode! {
    /// Creates a pipe, as `pipe2(2)` does.
    ///
    /// `fds` receives two numbers, the reading end first. With `file_index` the ends are put into
    /// slots of the registered files: a chosen slot n takes n and n + 1. For chosen slots, kernels
    /// up to Linux 6.18.15 at least write 0 to `fds`.
    ///
    /// - Result: 0.
    /// - Errors: EMFILE, ENFILE, EFAULT, EINVAL.
    /// - Since Linux 6.16. Man pages `io_uring_prep_pipe(3)`, `io_uring_prep_pipe_direct(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 16) { return Ok(()); }
    /// let mut ends = [-1; 2];
    /// let make = opcode::Pipe::new(ends.as_mut_ptr()).flags(libc::O_CLOEXEC as u32);
    /// unsafe { run(make.build()) }?;
    /// let [mut reader, mut writer] = ends.map(|end| unsafe { File::from_raw_fd(end) });
    /// writer.write_all(b"x")?;
    /// reader.read_exact(&mut [0; 1])?;
    /// # Ok::<(), io::Error>(())
    /// ```
    Pipe = IORING_OP_PIPE -> Entry;
    new { fds: [*mut std::os::fd::RawFd] }
    set {
        /// `O_CLOEXEC`, `O_NONBLOCK`, `O_DIRECT`
        flags: u32 = 0,
        /// The registered slots to put the ends into.
        file_index: Option<types::DestinationSlot> = None,
    }
    encode |op, sqe| {
        sqe.addr = op.fds as u64;
        sqe.op_flags = op.flags;
        sqe.slot(op.file_index);
        sqe.done()
    }
}

impl crate::sys::io_uring_sqe {
    /// `splice_fd_in`, and `SPLICE_F_FD_IN_FIXED` for a registered slot.
    #[inline]
    fn splice_from(&mut self, source: Target) {
        match source {
            Target::Fd(fd) => self.file_index = fd as u32,
            Target::Fixed(slot) => {
                self.file_index = slot;
                self.op_flags |= crate::sys::SPLICE_F_FD_IN_FIXED;
            }
        }
    }
}
