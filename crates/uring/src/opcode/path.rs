//! Operations that name files by path.

use std::os::raw::c_char;

use crate::squeue::Entry;
use crate::sys::open_how;
use crate::types;

opcode! {
    /// Opens a file, as `openat(2)` does.
    ///
    /// `pathname` is a C string, relative to `dirfd` or, with `AT_FDCWD`, to the working directory.
    /// With `file_index` the file is put into a slot of the registered files and gets no
    /// descriptor.
    ///
    /// - Result: the descriptor; for a slot that was chosen 0, and for one that the kernel chose
    ///   its number.
    /// - Errors: those of the call; EINVAL for a slot with `O_CLOEXEC`, ENXIO or EINVAL if there is
    ///   no such slot, ENFILE if none is free.
    /// - Since Linux 5.6; into a slot since Linux 5.15. Man pages `io_uring_prep_openat(3)`,
    ///   `io_uring_prep_openat_direct(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let (here, path) = (types::Fd(libc::AT_FDCWD), c"/proc/self/comm");
    /// let open = opcode::OpenAt::new(here, path.as_ptr()).flags(libc::O_CLOEXEC);
    /// let fd = unsafe { run(open.build()) }?;
    /// let file = unsafe { File::from_raw_fd(fd as i32) };
    /// assert!(!io::read_to_string(file)?.is_empty());
    /// # Ok::<(), io::Error>(())
    /// ```
    OpenAt = IORING_OP_OPENAT -> Entry;
    new { dirfd: [dirfd], pathname: [*const c_char] }
    set {
        /// The registered slot to open into.
        file_index: Option<types::DestinationSlot> = None,
        /// `O_*`
        flags: i32 = 0,
        /// The mode of a file that is created.
        mode: libc::mode_t = 0,
    }
    encode |op, sqe| {
        sqe.fd = op.dirfd;
        sqe.addr = op.pathname as u64;
        sqe.len = op.mode;
        sqe.op_flags = op.flags as u32;
        sqe.slot(op.file_index);
        sqe.done()
    }
}

opcode! {
    /// Opens a file with restrictions on how its path resolves, as `openat2(2)` does.
    ///
    /// `pathname` is a C string, relative to `dirfd`. `how` holds flags, mode and `RESOLVE_*`.
    ///
    /// - Result: as for [`OpenAt`].
    /// - Errors: those of [`OpenAt`]; EXDEV or ELOOP if the path breaks a restriction, EAGAIN if
    ///   that could not be told because of a concurrent rename.
    /// - Since Linux 5.6. Man pages `io_uring_prep_openat2(3)`, `io_uring_prep_openat2_direct(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let dir = scratch()?;
    /// let how = types::OpenHow::new().resolve(libc::RESOLVE_BENEATH);
    /// let dirfd = types::Fd(dir.as_raw_fd());
    /// let open = opcode::OpenAt2::new(dirfd, c"../escape".as_ptr(), &raw const how);
    /// let refused = unsafe { run(open.build()) }.unwrap_err();
    /// assert_eq!(refused.raw_os_error(), Some(libc::EXDEV));
    /// # Ok::<(), io::Error>(())
    /// ```
    OpenAt2 = IORING_OP_OPENAT2 -> Entry;
    new { dirfd: [dirfd], pathname: [*const c_char], how: [*const types::OpenHow] }
    set {
        /// The registered slot to open into. Since Linux 5.15.
        file_index: Option<types::DestinationSlot> = None,
    }
    encode |op, sqe| {
        sqe.fd = op.dirfd;
        sqe.addr = op.pathname as u64;
        sqe.len = size_of::<open_how>() as u32;
        sqe.off = op.how as u64;
        sqe.slot(op.file_index);
        sqe.done()
    }
}

opcode! {
    /// Describes a file, as `statx(2)` does.
    ///
    /// `pathname` is a C string, relative to `dirfd`; with `AT_EMPTY_PATH` and an empty path,
    /// `dirfd` itself is described. The kernel writes a `struct libc::statx` to `statxbuf`. The
    /// request always runs on a worker thread.
    ///
    /// - Result: 0.
    /// - Errors: ENOENT, ENOTDIR, EACCES, ELOOP, EFAULT, EINVAL.
    /// - Since Linux 5.6. Man page `io_uring_prep_statx(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// let file = scratch()?.file("f", b"12345")?;
    /// let mut about = std::mem::MaybeUninit::<libc::statx>::zeroed();
    /// let at = about.as_mut_ptr().cast();
    /// let statx = opcode::Statx::new(types::Fd(file.as_raw_fd()), c"".as_ptr(), at)
    ///     .flags(libc::AT_EMPTY_PATH)
    ///     .mask(libc::STATX_SIZE);
    /// unsafe { run(statx.build()) }?;
    /// assert_eq!(unsafe { about.assume_init() }.stx_size, 5);
    /// # Ok::<(), io::Error>(())
    /// ```
    Statx = IORING_OP_STATX -> Entry;
    new { dirfd: [dirfd], pathname: [*const c_char], statxbuf: [*mut types::statx] }
    set {
        /// `AT_*`
        flags: i32 = 0,
        /// `STATX_*`: the fields to fill in.
        mask: u32 = 0,
    }
    encode |op, sqe| {
        sqe.fd = op.dirfd;
        sqe.addr = op.pathname as u64;
        sqe.len = op.mask;
        sqe.off = op.statxbuf as u64;
        sqe.op_flags = op.flags as u32;
        sqe.done()
    }
}

opcode! {
    /// Renames a file, as `renameat2(2)` does.
    ///
    /// Both paths are C strings, each relative to its directory.
    ///
    /// - Result: 0.
    /// - Errors: ENOENT, EEXIST with `RENAME_NOREPLACE`, EXDEV, ENOTEMPTY, EACCES.
    /// - Since Linux 5.11. Man page `io_uring_prep_renameat(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(5, 11) { return Ok(()); }
    /// let dir = scratch()?;
    /// dir.file("old", b"")?;
    /// let fd = types::Fd(dir.as_raw_fd());
    /// let rename = opcode::RenameAt::new(fd, c"old".as_ptr(), fd, c"new".as_ptr());
    /// assert_eq!(unsafe { run(rename.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    RenameAt = IORING_OP_RENAMEAT -> Entry;
    new {
        olddirfd: [dirfd],
        oldpath: [*const c_char],
        newdirfd: [dirfd],
        newpath: [*const c_char],
    }
    set {
        /// `RENAME_*`
        flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.fd = op.olddirfd;
        sqe.addr = op.oldpath as u64;
        sqe.len = op.newdirfd as u32;
        sqe.off = op.newpath as u64;
        sqe.op_flags = op.flags;
        sqe.done()
    }
}

opcode! {
    /// Removes a name, or with `AT_REMOVEDIR` a directory, as `unlinkat(2)` does.
    ///
    /// `pathname` is a C string, relative to `dirfd`.
    ///
    /// - Result: 0.
    /// - Errors: ENOENT, EISDIR, ENOTDIR, ENOTEMPTY, EACCES, EBUSY.
    /// - Since Linux 5.11. Man page `io_uring_prep_unlinkat(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(5, 11) { return Ok(()); }
    /// let dir = scratch()?;
    /// dir.file("f", b"")?;
    /// let unlink = opcode::UnlinkAt::new(types::Fd(dir.as_raw_fd()), c"f".as_ptr());
    /// assert_eq!(unsafe { run(unlink.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    UnlinkAt = IORING_OP_UNLINKAT -> Entry;
    new { dirfd: [dirfd], pathname: [*const c_char] }
    set {
        /// `AT_REMOVEDIR` or 0.
        flags: i32 = 0,
    }
    encode |op, sqe| {
        sqe.fd = op.dirfd;
        sqe.addr = op.pathname as u64;
        sqe.op_flags = op.flags as u32;
        sqe.done()
    }
}

opcode! {
    /// Creates a directory, as `mkdirat(2)` does.
    ///
    /// `pathname` is a C string, relative to `dirfd`.
    ///
    /// - Result: 0.
    /// - Errors: EEXIST, ENOENT, ENOSPC, EACCES.
    /// - Since Linux 5.15. Man page `io_uring_prep_mkdirat(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(5, 15) { return Ok(()); }
    /// let dir = scratch()?;
    /// let make = opcode::MkDirAt::new(types::Fd(dir.as_raw_fd()), c"new".as_ptr()).mode(0o700);
    /// assert_eq!(unsafe { run(make.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    MkDirAt = IORING_OP_MKDIRAT -> Entry;
    new { dirfd: [dirfd], pathname: [*const c_char] }
    set {
        /// The mode, reduced by the process's umask.
        mode: libc::mode_t = 0,
    }
    encode |op, sqe| {
        sqe.fd = op.dirfd;
        sqe.addr = op.pathname as u64;
        sqe.len = op.mode;
        sqe.done()
    }
}

opcode! {
    /// Creates a symbolic link, as `symlinkat(2)` does.
    ///
    /// `target` is the C string that the link holds; `linkpath` is the link's own path, relative to
    /// `newdirfd`.
    ///
    /// - Result: 0.
    /// - Errors: EEXIST, ENOENT, ENOSPC, EACCES.
    /// - Since Linux 5.15. Man page `io_uring_prep_symlinkat(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(5, 15) { return Ok(()); }
    /// let dir = scratch()?;
    /// let fd = types::Fd(dir.as_raw_fd());
    /// let link = opcode::SymlinkAt::new(fd, c"target".as_ptr(), c"link".as_ptr());
    /// assert_eq!(unsafe { run(link.build()) }?, 0);
    /// assert_eq!(std::fs::read_link(dir.0.join("link"))?.as_os_str(), "target");
    /// # Ok::<(), io::Error>(())
    /// ```
    SymlinkAt = IORING_OP_SYMLINKAT -> Entry;
    new { newdirfd: [dirfd], target: [*const c_char], linkpath: [*const c_char] }
    set {}
    encode |op, sqe| {
        sqe.fd = op.newdirfd;
        sqe.addr = op.target as u64;
        sqe.off = op.linkpath as u64;
        sqe.done()
    }
}

opcode! {
    /// Creates a hard link, as `linkat(2)` does.
    ///
    /// Both paths are C strings, each relative to its directory: the file's first, then the new
    /// name.
    ///
    /// - Result: 0.
    /// - Errors: EEXIST, ENOENT, EXDEV, EMLINK, EPERM, EACCES.
    /// - Since Linux 5.15. Man page `io_uring_prep_linkat(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(5, 15) { return Ok(()); }
    /// let dir = scratch()?;
    /// dir.file("old", b"")?;
    /// let fd = types::Fd(dir.as_raw_fd());
    /// let link = opcode::LinkAt::new(fd, c"old".as_ptr(), fd, c"new".as_ptr());
    /// assert_eq!(unsafe { run(link.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    LinkAt = IORING_OP_LINKAT -> Entry;
    new {
        olddirfd: [dirfd],
        oldpath: [*const c_char],
        newdirfd: [dirfd],
        newpath: [*const c_char],
    }
    set {
        /// `AT_SYMLINK_FOLLOW`, `AT_EMPTY_PATH` or 0.
        flags: i32 = 0,
    }
    encode |op, sqe| {
        sqe.fd = op.olddirfd;
        sqe.addr = op.oldpath as u64;
        sqe.len = op.newdirfd as u32;
        sqe.off = op.newpath as u64;
        sqe.op_flags = op.flags as u32;
        sqe.done()
    }
}
