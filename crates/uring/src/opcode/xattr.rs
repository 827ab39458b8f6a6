//! Extended attributes, see `xattr(7)`.

use std::os::raw::{c_char, c_void};

use crate::squeue::Entry;

opcode! {
    /// Reads an attribute of a path, see `getxattr(2)`. Since Linux 5.19. Always runs on a worker.
    ///
    /// The result is the attribute's length in bytes, also where `len` is 0 and nothing is
    /// written; ERANGE where `len` is too short, ENODATA without such an attribute.
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
    /// Writes an attribute of a path, see `setxattr(2)`. Since Linux 5.19. Always runs on a worker.
    ///
    /// EOPNOTSUPP where the file system has no attributes, EEXIST and ENODATA as the flags say.
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
    /// Reads an attribute of an open file, see `fgetxattr(2)`. Since Linux 5.19. Results and errors
    /// are those of [`GetXattr`].
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
    /// Writes an attribute of an open file, see `fsetxattr(2)`. Since Linux 5.19. Results and
    /// errors are those of [`SetXattr`].
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
