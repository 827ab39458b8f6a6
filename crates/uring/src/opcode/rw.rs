//! Reading and writing files, into and from memory of any kind.

use crate::squeue::Entry;
use crate::sys;

opcode! {
    /// Reads from a file into memory, as `pread(2)` does.
    ///
    /// `buf` and `len` (bytes) name the memory to fill. With the flag
    /// [`BUFFER_SELECT`](crate::squeue::Flags::BUFFER_SELECT) the kernel chooses a buffer of
    /// `buf_group` instead and ignores `buf`.
    ///
    /// - Result: the number of bytes read, which can be fewer than `len`; 0 at the end of the file.
    /// - Errors: EBADF if the file is not open for reading, EISDIR, EFAULT, EINVAL, EIO, ENOBUFS if
    ///   the group is empty.
    /// - Since Linux 5.6. Man page `io_uring_prep_read(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let file = scratch()?.file("f", b"0123456789")?;
    /// let mut buf = [0; 4];
    /// let read = opcode::Read::new(types::Fd(file.as_raw_fd()), buf.as_mut_ptr(), 4).offset(3);
    /// assert_eq!(unsafe { run(read.build()) }?, 4);
    /// assert_eq!(&buf, b"3456");
    /// # Ok::<(), io::Error>(())
    /// ```
    Read = IORING_OP_READ -> Entry;
    new { fd: [file], buf: [*mut u8], len: [u32] }
    set {
        /// The offset in the file, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
        /// The I/O priority, see `ioprio_set(2)`.
        ioprio: u16 = 0,
        /// `RWF_*`, see `preadv2(2)`.
        rw_flags: i32 = 0,
        /// The group to choose a buffer from, with the flag `BUFFER_SELECT`.
        buf_group: u16 = 0,
        /// Protection information, `IORING_FEAT_RW_ATTR`. Since Linux 6.14.
        pi: *const sys::io_uring_attr_pi = std::ptr::null(),
    }
    encode |op, sqe| {
        sqe.transfer(op.fd, op.buf as u64, op.len, op.offset);
        sqe.conditions(op.ioprio, op.rw_flags, op.pi);
        sqe.buf_index = op.buf_group;
        sqe.done()
    }
}

opcode! {
    /// Writes memory to a file, as `pwrite(2)` does.
    ///
    /// `buf` and `len` (bytes) name the memory to write.
    ///
    /// - Result: the number of bytes written, which can be fewer than `len`.
    /// - Errors: EBADF if the file is not open for writing, ENOSPC, EDQUOT, EFBIG, EPIPE, EFAULT,
    ///   EIO.
    /// - Since Linux 5.6. Man page `io_uring_prep_write(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let file = scratch()?.file("f", b"0123456789")?;
    /// let write = opcode::Write::new(types::Fd(file.as_raw_fd()), b"abc".as_ptr(), 3).offset(2);
    /// assert_eq!(unsafe { run(write.build()) }?, 3);
    /// assert_eq!(io::read_to_string(&file)?, "01abc56789");
    /// # Ok::<(), io::Error>(())
    /// ```
    Write = IORING_OP_WRITE -> Entry;
    new { fd: [file], buf: [*const u8], len: [u32] }
    set {
        /// The offset in the file, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
        /// The I/O priority, see `ioprio_set(2)`.
        ioprio: u16 = 0,
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
        sqe.write_stream(op.write_stream);
        sqe.done()
    }
}

opcode! {
    /// Reads from a file into several buffers, as `preadv2(2)` does.
    ///
    /// `iovec` points at `len` elements.
    ///
    /// - Result and errors: as for [`Read`]; EINVAL for more than 1024 elements.
    /// - Since Linux 5.1. Man pages `io_uring_prep_readv(3)`, `io_uring_prep_readv2(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let file = scratch()?.file("f", b"headbody")?;
    /// let (mut head, mut body) = ([0; 4], [0; 4]);
    /// let iov = [&mut head, &mut body]
    ///     .map(|part| libc::iovec { iov_base: part.as_mut_ptr().cast(), iov_len: 4 });
    /// let read = opcode::Readv::new(types::Fd(file.as_raw_fd()), iov.as_ptr(), 2);
    /// assert_eq!(unsafe { run(read.build()) }?, 8);
    /// assert_eq!((&head, &body), (b"head", b"body"));
    /// # Ok::<(), io::Error>(())
    /// ```
    Readv = IORING_OP_READV -> Entry;
    new { fd: [file], iovec: [*const libc::iovec], len: [u32] }
    set {
        /// The I/O priority, see `ioprio_set(2)`.
        ioprio: u16 = 0,
        /// The offset in the file, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
        /// `RWF_*`, see `preadv2(2)`.
        rw_flags: i32 = 0,
        /// The group to choose a buffer from, with the flag `BUFFER_SELECT`; `len` must be 1.
        buf_group: u16 = 0,
        /// Protection information, `IORING_FEAT_RW_ATTR`. Since Linux 6.14.
        pi: *const sys::io_uring_attr_pi = std::ptr::null(),
    }
    encode |op, sqe| {
        sqe.transfer(op.fd, op.iovec as u64, op.len, op.offset);
        sqe.conditions(op.ioprio, op.rw_flags, op.pi);
        sqe.buf_index = op.buf_group;
        sqe.done()
    }
}

opcode! {
    /// Writes several buffers to a file, as `pwritev2(2)` does.
    ///
    /// `iovec` points at `len` elements.
    ///
    /// - Result and errors: as for [`Write`]; EINVAL for more than 1024 elements.
    /// - Since Linux 5.1. Man pages `io_uring_prep_writev(3)`, `io_uring_prep_writev2(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let file = scratch()?.file("f", b"")?;
    /// let iov = [b"head", b"body"]
    ///     .map(|part| libc::iovec { iov_base: part.as_ptr().cast_mut().cast(), iov_len: 4 });
    /// let write = opcode::Writev::new(types::Fd(file.as_raw_fd()), iov.as_ptr(), 2);
    /// assert_eq!(unsafe { run(write.build()) }?, 8);
    /// assert_eq!(io::read_to_string(&file)?, "headbody");
    /// # Ok::<(), io::Error>(())
    /// ```
    Writev = IORING_OP_WRITEV -> Entry;
    new { fd: [file], iovec: [*const libc::iovec], len: [u32] }
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
        sqe.transfer(op.fd, op.iovec as u64, op.len, op.offset);
        sqe.conditions(op.ioprio, op.rw_flags, op.pi);
        sqe.write_stream(op.write_stream);
        sqe.done()
    }
}

opcode! {
    /// Reads again and again into buffers of a group: a multishot read, for files that can be
    /// polled.
    ///
    /// Each completion [names its buffer](crate::cqueue::buffer_select). The last one comes without
    /// [`more`](crate::cqueue::more): at the end of the file, after an error, or when the group is
    /// empty. `len` must be 0: the size of the buffer is the limit.
    ///
    /// - Result: the number of bytes read; 0 at the end of the file.
    /// - Errors: those of [`Read`]; EINVAL if `len` is not 0, EBADFD if the file cannot be polled,
    ///   ENOBUFS if the group is empty.
    /// - Since Linux 6.7. Man page `io_uring_prep_read_multishot(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 7) { return Ok(()); }
    /// let (reader, mut writer) = pipe()?;
    /// let mut ring = IoUring::new(8)?;
    /// let mut group = BufGroup::register(&ring.submitter(), 8, 64, 1, BufRingOptions::new())?;
    /// writer.write_all(b"first")?;
    /// let read = opcode::ReadMulti::new(types::Fd(reader.as_raw_fd()), 0, 1);
    /// let done = unsafe { run_on(&mut ring, read.build()) }?;
    /// assert!(cqueue::more(done.flags()));
    /// let (_, bytes) = unsafe { group.take(done.result(), done.flags()) }.expect("a buffer");
    /// assert_eq!(bytes, b"first");
    /// # Ok::<(), io::Error>(())
    /// ```
    ReadMulti = IORING_OP_READ_MULTISHOT -> Entry;
    new { fd: [file], len: [u32], buf_group: [u16] }
    set {
        /// The offset in the file, in bytes; `u64::MAX` is the file's own position.
        offset: u64 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.len = op.len;
        sqe.off = op.offset;
        sqe.select_buffer(op.buf_group);
        sqe.done()
    }
}
