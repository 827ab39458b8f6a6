//! Reading and writing files with registered buffers.

use crate::squeue::Entry;
use crate::sys;

opcode! {
    /// Reads from a file into a registered buffer.
    ///
    /// `buf` and `len` (bytes) name memory inside the buffer that is registered in slot
    /// `buf_index`, see [`register_buffers`](crate::Submitter::register_buffers).
    ///
    /// - Result: as for [`Read`](super::Read).
    /// - Errors: those of [`Read`](super::Read); EFAULT if the memory does not lie inside the
    ///   buffer, or if the slot is empty.
    /// - Since Linux 5.1. Man page `io_uring_prep_read_fixed(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let file = scratch()?.file("f", b"0123456789")?;
    /// let mut ring = IoUring::new(8)?;
    /// let mut memory = vec![0; 4096];
    /// let iov = libc::iovec { iov_base: memory.as_mut_ptr().cast(), iov_len: memory.len() };
    /// unsafe { ring.submitter().register_buffers(&[iov]) }?;
    /// let fd = types::Fd(file.as_raw_fd());
    /// let read = opcode::ReadFixed::new(fd, memory.as_mut_ptr(), 4096, 0);
    /// assert_eq!(unsafe { run_on(&mut ring, read.build()) }?.result(), 10);
    /// assert_eq!(&memory[..10], b"0123456789");
    /// # Ok::<(), io::Error>(())
    /// ```
    ReadFixed = IORING_OP_READ_FIXED -> Entry;
    new { fd: [file], buf: [*mut u8], len: [u32], buf_index: [u16] }
    set {
        /// The I/O priority, see `ioprio_set(2)`.
        ioprio: u16 = 0,
        /// The offset in the file, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
        /// `RWF_*`, see `preadv2(2)`.
        rw_flags: i32 = 0,
        /// Protection information, `IORING_FEAT_RW_ATTR`. Since Linux 6.14.
        pi: *const sys::io_uring_attr_pi = std::ptr::null(),
    }
    encode |op, sqe| {
        sqe.transfer(op.fd, op.buf as u64, op.len, op.offset);
        sqe.conditions(op.ioprio, op.rw_flags, op.pi);
        sqe.buf_index = op.buf_index;
        sqe.done()
    }
}

opcode! {
    /// Writes from a registered buffer to a file.
    ///
    /// `buf` and `len` (bytes) name memory inside the buffer that is registered in slot
    /// `buf_index`, see [`register_buffers`](crate::Submitter::register_buffers).
    ///
    /// - Result: as for [`Write`](super::Write).
    /// - Errors: those of [`Write`](super::Write); EFAULT if the memory does not lie inside the
    ///   buffer, or if the slot is empty.
    /// - Since Linux 5.1. Man page `io_uring_prep_write_fixed(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let file = scratch()?.file("f", b"")?;
    /// let mut ring = IoUring::new(8)?;
    /// let mut memory = vec![b'x'; 4096];
    /// let iov = libc::iovec { iov_base: memory.as_mut_ptr().cast(), iov_len: memory.len() };
    /// unsafe { ring.submitter().register_buffers(&[iov]) }?;
    /// let write = opcode::WriteFixed::new(types::Fd(file.as_raw_fd()), memory.as_ptr(), 3, 0);
    /// assert_eq!(unsafe { run_on(&mut ring, write.build()) }?.result(), 3);
    /// assert_eq!(io::read_to_string(&file)?, "xxx");
    /// # Ok::<(), io::Error>(())
    /// ```
    WriteFixed = IORING_OP_WRITE_FIXED -> Entry;
    new { fd: [file], buf: [*const u8], len: [u32], buf_index: [u16] }
    set {
        /// The I/O priority, see `ioprio_set(2)`.
        ioprio: u16 = 0,
        /// The offset in the file, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
        /// `RWF_*`, see `pwritev2(2)`.
        rw_flags: i32 = 0,
        /// The write stream, 0 for none. Since Linux 6.16; older kernels ignore it.
        write_stream: u8 = 0,
        /// Protection information, `IORING_FEAT_RW_ATTR`. Since Linux 6.14.
        pi: *const sys::io_uring_attr_pi = std::ptr::null(),
    }
    encode |op, sqe| {
        sqe.transfer(op.fd, op.buf as u64, op.len, op.offset);
        sqe.conditions(op.ioprio, op.rw_flags, op.pi);
        sqe.buf_index = op.buf_index;
        sqe.write_stream(op.write_stream);
        sqe.done()
    }
}

opcode! {
    /// Reads from a file into several parts of one registered buffer.
    ///
    /// `iovec` points at `len` elements, all inside the buffer of slot `buf_index`.
    ///
    /// - Result and errors: as for [`ReadFixed`].
    /// - Since Linux 6.15. Man page `io_uring_prep_readv_fixed(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 15) { return Ok(()); }
    /// let file = scratch()?.file("f", b"abc")?;
    /// let mut ring = IoUring::new(8)?;
    /// let mut memory = vec![0u8; 4096];
    /// let base = memory.as_mut_ptr();
    /// let part = |at, len| libc::iovec { iov_base: base.wrapping_add(at).cast(), iov_len: len };
    /// unsafe { ring.submitter().register_buffers(&[part(0, 4096)]) }?;
    /// let iov = [part(0, 1), part(1024, 2)];
    /// let read = opcode::ReadvFixed::new(types::Fd(file.as_raw_fd()), iov.as_ptr(), 2, 0);
    /// assert_eq!(unsafe { run_on(&mut ring, read.build()) }?.result(), 3);
    /// # Ok::<(), io::Error>(())
    /// ```
    ReadvFixed = IORING_OP_READV_FIXED -> Entry;
    new { fd: [file], iovec: [*const libc::iovec], len: [u32], buf_index: [u16] }
    set {
        /// The I/O priority, see `ioprio_set(2)`.
        ioprio: u16 = 0,
        /// The offset in the file, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
        /// `RWF_*`, see `preadv2(2)`.
        rw_flags: i32 = 0,
        /// Protection information.
        pi: *const sys::io_uring_attr_pi = std::ptr::null(),
    }
    encode |op, sqe| {
        sqe.transfer(op.fd, op.iovec as u64, op.len, op.offset);
        sqe.conditions(op.ioprio, op.rw_flags, op.pi);
        sqe.buf_index = op.buf_index;
        sqe.done()
    }
}

opcode! {
    /// Writes several parts of one registered buffer to a file.
    ///
    /// `iovec` points at `len` elements, all inside the buffer of slot `buf_index`.
    ///
    /// - Result and errors: as for [`WriteFixed`].
    /// - Since Linux 6.15. Man page `io_uring_prep_writev_fixed(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 15) { return Ok(()); }
    /// let file = scratch()?.file("f", b"")?;
    /// let mut ring = IoUring::new(8)?;
    /// let mut memory = vec![b'x'; 4096];
    /// let base = memory.as_mut_ptr();
    /// let part = |at, len| libc::iovec { iov_base: base.wrapping_add(at).cast(), iov_len: len };
    /// unsafe { ring.submitter().register_buffers(&[part(0, 4096)]) }?;
    /// let iov = [part(0, 1), part(1024, 2)];
    /// let write = opcode::WritevFixed::new(types::Fd(file.as_raw_fd()), iov.as_ptr(), 2, 0);
    /// assert_eq!(unsafe { run_on(&mut ring, write.build()) }?.result(), 3);
    /// # Ok::<(), io::Error>(())
    /// ```
    WritevFixed = IORING_OP_WRITEV_FIXED -> Entry;
    new { fd: [file], iovec: [*const libc::iovec], len: [u32], buf_index: [u16] }
    set {
        /// The I/O priority, see `ioprio_set(2)`.
        ioprio: u16 = 0,
        /// The offset in the file, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
        /// `RWF_*`, see `pwritev2(2)`.
        rw_flags: i32 = 0,
        /// The write stream, 0 for none. Since Linux 6.16; older kernels ignore it.
        write_stream: u8 = 0,
        /// Protection information.
        pi: *const sys::io_uring_attr_pi = std::ptr::null(),
    }
    encode |op, sqe| {
        sqe.transfer(op.fd, op.iovec as u64, op.len, op.offset);
        sqe.conditions(op.ioprio, op.rw_flags, op.pi);
        sqe.buf_index = op.buf_index;
        sqe.write_stream(op.write_stream);
        sqe.done()
    }
}
