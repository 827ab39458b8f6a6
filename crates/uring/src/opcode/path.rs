//! Operations that name files by path.

use std::os::raw::c_char;

use crate::squeue::Entry;
use crate::sys::open_how;
use crate::types;

opcode! {
    /// Opens a file, see `openat(2)`. Since Linux 5.6, into a slot since Linux 5.15.
    ///
    /// The result is a descriptor; 0 for a chosen slot, the slot for a free one. A slot excludes
    /// `O_CLOEXEC` (EINVAL).
    OpenAt = IORING_OP_OPENAT -> Entry;
    new { dirfd: [dirfd], pathname: [*const c_char] }
    set {
        /// The registered slot to open into.
        file_index: Option<types::DestinationSlot> = None,
        /// `O_*`
        flags: i32 = 0,
        /// The mode of a file that gets created.
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
    /// Opens a file with restrictions on how the path resolves, see `openat2(2)`. Since Linux 5.6.
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
    /// Describes a file, see `statx(2)`. Since Linux 5.6. Always runs on a worker.
    Statx = IORING_OP_STATX -> Entry;
    new { dirfd: [dirfd], pathname: [*const c_char], statxbuf: [*mut types::statx] }
    set {
        /// `AT_*`
        flags: i32 = 0,
        /// `STATX_*`: what is wanted.
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
    /// Renames a file, see `renameat2(2)`. Since Linux 5.11.
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
    /// Removes a name, or with `AT_REMOVEDIR` a directory, see `unlinkat(2)`. Since Linux 5.11.
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
    /// Makes a directory, see `mkdirat(2)`. Since Linux 5.15.
    MkDirAt = IORING_OP_MKDIRAT -> Entry;
    new { dirfd: [dirfd], pathname: [*const c_char] }
    set {
        /// The mode, cut by the process's umask.
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
    /// Makes a symbolic link, see `symlinkat(2)`. Since Linux 5.15.
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
    /// Makes a hard link, see `linkat(2)`. Since Linux 5.15.
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
