//! Extended attributes, see `xattr(7)`.

use std::os::raw::{c_char, c_void};

use crate::squeue::Entry;

opcode! {
    /// Reads an extended attribute of a path, as `getxattr(2)` does.
    ///
    /// `name` and `path` are C strings; `value` and `len` (bytes) name the memory for the value.
    /// The request always runs on a worker thread.
    ///
    /// - Result: the length of the value in bytes, also if `len` is 0 and nothing is written.
    /// - Errors: ENODATA if there is no such attribute, ERANGE if `len` is too small, EOPNOTSUPP if
    ///   the file system has no attributes.
    /// - Since Linux 5.19. Man page `io_uring_prep_getxattr(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(5, 19) { return Ok(()); }
    /// let (mut value, path) = ([0u8; 64], c"/proc/self/exe");
    /// let at = value.as_mut_ptr().cast();
    /// let get = opcode::GetXattr::new(c"user.none".as_ptr(), at, path.as_ptr(), 64);
    /// let error = unsafe { run(get.build()) }.unwrap_err().raw_os_error();
    /// assert!(matches!(error, Some(libc::ENODATA | libc::EOPNOTSUPP)));
    /// # Ok::<(), io::Error>(())
    /// ```
    GetXattr = IORING_OP_GETXATTR -> Entry;
    new { name: [*const c_char], value: [*mut c_void], path: [*const c_char], len: [u32] }
    set {}
    encode |op, sqe| {
        sqe.addr = op.name as u64;
        sqe.len = op.len;
        sqe.off = op.value as u64;
        sqe.addr3 = op.path as u64;
        sqe.done()
    }
}

opcode! {
    /// Sets an extended attribute of a path, as `setxattr(2)` does.
    ///
    /// `name` and `path` are C strings; `value` and `len` (bytes) name the value. The request
    /// always runs on a worker thread.
    ///
    /// - Result: 0.
    /// - Errors: EEXIST with `XATTR_CREATE`, ENODATA with `XATTR_REPLACE`, EOPNOTSUPP if the file
    ///   system has no attributes, ENOSPC, EPERM.
    /// - Since Linux 5.19. Man page `io_uring_prep_setxattr(3)`.
    ///
    /// ```no_run
    #[doc = include_str!("prelude.txt")]
    /// let (name, value, path) = (c"user.kind", b"text", c"notes");
    /// let set = opcode::SetXattr::new(name.as_ptr(), value.as_ptr().cast(), path.as_ptr(), 4);
    /// assert_eq!(unsafe { run(set.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    SetXattr = IORING_OP_SETXATTR -> Entry;
    new { name: [*const c_char], value: [*const c_void], path: [*const c_char], len: [u32] }
    set {
        /// `XATTR_CREATE`, `XATTR_REPLACE`
        flags: i32 = 0,
    }
    encode |op, sqe| {
        sqe.addr = op.name as u64;
        sqe.len = op.len;
        sqe.off = op.value as u64;
        sqe.addr3 = op.path as u64;
        sqe.op_flags = op.flags as u32;
        sqe.done()
    }
}

opcode! {
    /// Reads an extended attribute of an open file, as `fgetxattr(2)` does.
    ///
    /// - Result and errors: as for [`GetXattr`]; EBADF.
    /// - Since Linux 5.19. Man page `io_uring_prep_fgetxattr(3)`.
    ///
    /// ```
    #[doc = include_str!("prelude.txt")]
    /// # if older(5, 19) { return Ok(()); }
    /// let file = scratch()?.file("f", b"")?;
    /// let fd = types::Fd(file.as_raw_fd());
    /// let get = opcode::FGetXattr::new(fd, c"user.none".as_ptr(), ptr::null_mut(), 0);
    /// let error = unsafe { run(get.build()) }.unwrap_err().raw_os_error();
    /// assert!(matches!(error, Some(libc::ENODATA | libc::EOPNOTSUPP)));
    /// # Ok::<(), io::Error>(())
    /// ```
    FGetXattr = IORING_OP_FGETXATTR -> Entry;
    new { fd: [file], name: [*const c_char], value: [*mut c_void], len: [u32] }
    set {}
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.addr = op.name as u64;
        sqe.len = op.len;
        sqe.off = op.value as u64;
        sqe.done()
    }
}

opcode! {
    /// Sets an extended attribute of an open file, as `fsetxattr(2)` does.
    ///
    /// - Result and errors: as for [`SetXattr`]; EBADF.
    /// - Since Linux 5.19. Man page `io_uring_prep_fsetxattr(3)`.
    ///
    /// ```no_run
    #[doc = include_str!("prelude.txt")]
    /// let file = File::open("notes")?;
    /// let (fd, name, value) = (types::Fd(file.as_raw_fd()), c"user.kind", b"text");
    /// let set = opcode::FSetXattr::new(fd, name.as_ptr(), value.as_ptr().cast(), 4);
    /// assert_eq!(unsafe { run(set.build()) }?, 0);
    /// # Ok::<(), io::Error>(())
    /// ```
    FSetXattr = IORING_OP_FSETXATTR -> Entry;
    new { fd: [file], name: [*const c_char], value: [*const c_void], len: [u32] }
    set {
        /// `XATTR_CREATE`, `XATTR_REPLACE`
        flags: i32 = 0,
    }
    encode |op, sqe| {
        sqe.target(op.fd);
        sqe.addr = op.name as u64;
        sqe.len = op.len;
        sqe.off = op.value as u64;
        sqe.op_flags = op.flags as u32;
        sqe.done()
    }
}
