//! Open files apart from reading and writing: synchronising, space, advice, closing, registering.

use crate::squeue::Entry;
use crate::types::{self, sealed::Target};

opcode! {
    /// Writes a file's data and metadata to the storage, as `fsync(2)` does.
    ///
    /// Requests of one ring run in any order. An `Fsync` covers a write that has completed, or one
    /// that it is [linked](crate::squeue::Flags::IO_LINK) behind.
    ///
    /// - Result: 0.
    /// - Errors: EBADF, EIO, ENOSPC, EDQUOT, EINVAL if the file cannot be synchronised.
    /// - Since Linux 5.1. Man page `io_uring_prep_fsync(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let file = scratch()?.file("f", b"data")?;
    /// let fd = types::Fd(file.as_raw_fd());
    /// let sync = opcode::Fsync::new(fd).flags(types::FsyncFlags::DATASYNC);
    /// assert_eq!(unsafe { run(sync.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    Fsync = IORING_OP_FSYNC -> Entry;
    new { fd: [file] }
    set {
        /// The start of the range; 0 with a `len` of 0 is the whole file.
        offset: u64 = 0,
        /// The length of the range, in bytes.
        len: u32 = 0,
        /// Whether to leave metadata out.
        flags: types::FsyncFlags = types::FsyncFlags::empty(),
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.off = op.offset;
        sqe.len = op.len;
        sqe.op_flags = op.flags.bits();
        sqe.done()
    }
}

opcode! {
    /// Starts or awaits the write-back of a part of a file, without metadata, as
    /// `sync_file_range(2)` does.
    ///
    /// `len` is in bytes; 0 reaches to the end of the file.
    ///
    /// - Result: 0.
    /// - Errors: EBADF, EIO, ENOSPC, EINVAL, ESPIPE for a file without a position.
    /// - Since Linux 5.2. Man page `io_uring_prep_sync_file_range(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let file = scratch()?.file("f", b"data")?;
    /// let sync = opcode::SyncFileRange::new(types::Fd(file.as_raw_fd()), 4)
    ///     .flags(libc::SYNC_FILE_RANGE_WRITE);
    /// assert_eq!(unsafe { run(sync.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    SyncFileRange = IORING_OP_SYNC_FILE_RANGE -> Entry;
    new { fd: [file], len: [u32] }
    set {
        /// The start of the range, in bytes.
        offset: u64 = 0,
        /// `SYNC_FILE_RANGE_*`
        flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.off = op.offset;
        sqe.len = op.len;
        sqe.op_flags = op.flags;
        sqe.done()
    }
}

opcode! {
    /// Allocates, frees or zeroes space of a file, as `fallocate(2)` does.
    ///
    /// `len` is in bytes. The request always runs on a worker thread.
    ///
    /// - Result: 0.
    /// - Errors: EBADF, EFBIG, ENOSPC, EINVAL, EOPNOTSUPP if the file system lacks the mode.
    /// - Since Linux 5.6. Man page `io_uring_prep_fallocate(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let file = scratch()?.file("f", b"")?;
    /// let allocate = opcode::Fallocate::new(types::Fd(file.as_raw_fd()), 8192);
    /// assert_eq!(unsafe { run(allocate.build()) }?, 0);
    /// assert_eq!(file.metadata()?.len(), 8192);
    /// # Ok::<(), io::Error>(())
    /// ```
    Fallocate = IORING_OP_FALLOCATE -> Entry;
    new { fd: [file], len: [u64] }
    set {
        /// The start of the range, in bytes.
        offset: u64 = 0,
        /// `FALLOC_FL_*`
        mode: i32 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.addr = op.len;
        sqe.len = op.mode as u32;
        sqe.off = op.offset;
        sqe.done()
    }
}

opcode! {
    /// Sets the length of a file, as `ftruncate(2)` does.
    ///
    /// `len` is in bytes. The request always runs on a worker thread.
    ///
    /// - Result: 0.
    /// - Errors: EBADF or EINVAL if the file is not open for writing, EFBIG, EPERM.
    /// - Since Linux 6.9. Man page `io_uring_prep_ftruncate(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 9) { return Ok(()); }
    /// let file = scratch()?.file("f", b"0123456789")?;
    /// let truncate = opcode::Ftruncate::new(types::Fd(file.as_raw_fd()), 4);
    /// assert_eq!(unsafe { run(truncate.build()) }?, 0);
    /// assert_eq!(file.metadata()?.len(), 4);
    /// # Ok::<(), io::Error>(())
    /// ```
    Ftruncate = IORING_OP_FTRUNCATE -> Entry;
    new { fd: [file], len: [u64] }
    set {}
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.off = op.len;
        sqe.done()
    }
}

opcode! {
    /// Announces how a part of a file will be used, as `posix_fadvise(2)` does.
    ///
    /// `len` is in bytes; 0 reaches to the end of the file. Only its low 32 bits count: every
    /// kernel takes it so. [`Fadvise64`] has no such limit. `advice` is one of `POSIX_FADV_*`.
    ///
    /// - Result: 0.
    /// - Errors: EBADF, EINVAL, ESPIPE for a pipe.
    /// - Since Linux 5.6. Man page `io_uring_prep_fadvise(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let file = File::open("/proc/self/exe")?;
    /// let fd = types::Fd(file.as_raw_fd());
    /// let advise = opcode::Fadvise::new(fd, 4096, libc::POSIX_FADV_WILLNEED);
    /// assert_eq!(unsafe { run(advise.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    Fadvise = IORING_OP_FADVISE -> Entry;
    new { fd: [file], len: [libc::off_t], advice: [i32] }
    set {
        /// The start of the range, in bytes.
        offset: u64 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.len = op.len as u32;
        sqe.off = op.offset;
        sqe.op_flags = op.advice as u32;
        sqe.done()
    }
}

opcode! {
    /// [`Fadvise`] with a length of 64 bits.
    ///
    /// - Result and errors: as for [`Fadvise`].
    /// - Since Linux 6.10 or 6.11. Older kernels see a length of 0, which reaches to the end. Man
    ///   page `io_uring_prep_fadvise64(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let file = File::open("/proc/self/exe")?;
    /// let fd = types::Fd(file.as_raw_fd());
    /// let advise = opcode::Fadvise64::new(fd, 8 << 30, libc::POSIX_FADV_SEQUENTIAL);
    /// assert_eq!(unsafe { run(advise.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    Fadvise64 = IORING_OP_FADVISE -> Entry;
    new { fd: [file], len: [u64], advice: [i32] }
    set {
        /// The start of the range, in bytes.
        offset: u64 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.addr = op.len;
        sqe.off = op.offset;
        sqe.op_flags = op.advice as u32;
        sqe.done()
    }
}

opcode! {
    /// Closes a descriptor, as `close(2)` does, or empties a slot of the registered files.
    ///
    /// - Result: 0.
    /// - Errors: EBADF if the descriptor is not open or is a ring, or if the slot is empty, ENXIO
    ///   if no files are registered, EINVAL for a slot outside of the table.
    /// - Since Linux 5.6; for a slot since Linux 5.15. Man pages `io_uring_prep_close(3)`,
    ///   `io_uring_prep_close_direct(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// use std::os::fd::IntoRawFd;
    /// let file = File::open("/proc/self/comm")?;
    /// let close = opcode::Close::new(types::Fd(file.into_raw_fd()));
    /// assert_eq!(unsafe { run(close.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    Close = IORING_OP_CLOSE -> Entry;
    new { fd: [file] }
    set {}
    encode |op, sqe| {
        match op.fd {
            Target::Fd(fd) => sqe.fd = fd,
            // Counted from 1. The highest slot would wrap to 0, which means "by descriptor" and
            // would close descriptor 0: keep it out of range instead, so that the kernel refuses.
            Target::Fixed(slot) => sqe.file_index = slot.saturating_add(1),
        }
        sqe.done()
    }
}

opcode! {
    /// Replaces registered files, as
    /// [`register_files_update`](crate::Submitter::register_files_update) does.
    ///
    /// `fds` points at `len` descriptors, for the slots from `offset` on; -1 empties a slot. With
    /// an offset of -1 (`IORING_FILE_INDEX_ALLOC`, Linux 5.19) the kernel chooses free slots and
    /// writes their numbers over the descriptors, whatever the type of the pointer.
    ///
    /// - Result: the number of slots that were updated.
    /// - Errors: ENXIO if no files are registered, EINVAL for slots outside of the table, EBADF,
    ///   ENFILE if no slot is free.
    /// - Since Linux 5.6. Man page `io_uring_prep_files_update(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let mut ring = IoUring::new(8)?;
    /// ring.submitter().register_files(&[-1, -1])?;
    /// let file = File::open("/proc/self/comm")?;
    /// let fds = [file.as_raw_fd()];
    /// let update = opcode::FilesUpdate::new(fds.as_ptr(), 1).offset(1);
    /// assert_eq!(unsafe { run_on(&mut ring, update.build()) }?.result(), 1);
    /// let mut buf = [0; 16];
    /// let read = opcode::Read::new(types::Fixed(1), buf.as_mut_ptr(), 16);
    /// assert!(unsafe { run_on(&mut ring, read.build()) }?.result() > 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    FilesUpdate = IORING_OP_FILES_UPDATE -> Entry;
    new { fds: [*const std::os::fd::RawFd], len: [u32] }
    set {
        /// The first slot.
        offset: i32 = 0,
    }
    encode |op, sqe| {
        sqe.fd = -1;
        sqe.addr = op.fds as u64;
        sqe.len = op.len;
        sqe.off = op.offset as u64;
        sqe.done()
    }
}

opcode! {
    /// Creates a descriptor for a registered file.
    ///
    /// The descriptor is close-on-exec unless `file_flags` is `IORING_FIXED_FD_NO_CLOEXEC`. The
    /// slot stays as it is.
    ///
    /// - Result: the new descriptor.
    /// - Errors: EBADF for an empty slot, EMFILE, EPERM for a request with a personality.
    /// - Since Linux 6.8. Man page `io_uring_prep_fixed_fd_install(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(6, 8) { return Ok(()); }
    /// let mut ring = IoUring::new(8)?;
    /// ring.submitter().register_files(&[File::open("/proc/self/comm")?.as_raw_fd()])?;
    /// let install = opcode::FixedFdInstall::new(types::Fixed(0), 0);
    /// let fd = unsafe { run_on(&mut ring, install.build()) }?.result();
    /// let file = unsafe { File::from_raw_fd(fd) };
    /// assert!(!io::read_to_string(file)?.is_empty());
    /// # Ok::<(), io::Error>(())
    /// ```
    FixedFdInstall = IORING_OP_FIXED_FD_INSTALL -> Entry;
    new { fd: [types::Fixed], file_flags: [u32] }
    set {}
    encode |op, sqe| {
        sqe.target(Target::Fixed(op.fd.0));
        sqe.op_flags = op.file_flags;
        sqe.done()
    }
}
