//! What is done with an open file besides reading and writing.

use crate::squeue::Entry;
use crate::types::{self, sealed::Target};

opcode! {
    /// Writes a file's data, and its metadata, to the storage, see `fsync(2)`. Since Linux 5.1.
    ///
    /// Waits for nothing that is still in flight: link it behind the write it is meant for.
    Fsync = IORING_OP_FSYNC -> Entry;
    new { fd: [file] }
    set {
        /// Where the range starts; 0 with a `len` of 0 is the whole file.
        offset: u64 = 0,
        /// How long the range is, in bytes.
        len: u32 = 0,
        /// Whether metadata counts.
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
    /// Writes a range of a file to the storage, without metadata, see `sync_file_range(2)`.
    /// Since Linux 5.2.
    SyncFileRange = IORING_OP_SYNC_FILE_RANGE -> Entry;
    new { fd: [file], len: [u32] }
    set {
        /// Where the range starts, in bytes.
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
    /// Reserves, frees or zeroes space of a file, see `fallocate(2)`. Since Linux 5.6. Always runs
    /// on a worker.
    Fallocate = IORING_OP_FALLOCATE -> Entry;
    new { fd: [file], len: [u64] }
    set {
        /// Where the range starts, in bytes.
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
    /// Gives a file a new length, see `ftruncate(2)`. Since Linux 6.9.
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
    /// Says how a file will be used, see `posix_fadvise(2)`. Since Linux 5.6.
    ///
    /// `len` is cut to 32 bits, as every kernel takes it; [`Fadvise64`] has no such limit.
    Fadvise = IORING_OP_FADVISE -> Entry;
    new { fd: [file], len: [libc::off_t], advice: [i32] }
    set {
        /// Where the range starts, in bytes.
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
    /// [`Fadvise`] with a length of 64 bits. Since Linux 6.10 or 6.11.
    Fadvise64 = IORING_OP_FADVISE -> Entry;
    new { fd: [file], len: [u64], advice: [i32] }
    set {
        /// Where the range starts, in bytes.
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
    /// Closes a descriptor, or empties a registered slot (Linux 5.15). Since Linux 5.6. EBADF for a
    /// ring.
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
    /// Replaces registered files, see
    /// [`register_files_update`](crate::Submitter::register_files_update). Since Linux 5.6. The
    /// result is the number of slots that were handled.
    ///
    /// With an offset of -1 (`IORING_FILE_INDEX_ALLOC`, Linux 5.19) the kernel chooses free slots
    /// and writes their numbers over the descriptors, whatever the type of the pointer.
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
    /// Gives a registered slot a descriptor of its own. Since Linux 6.8. The result is the
    /// descriptor, close-on-exec unless `IORING_FIXED_FD_NO_CLOEXEC` is set.
    FixedFdInstall = IORING_OP_FIXED_FD_INSTALL -> Entry;
    new { fd: [types::Fixed], file_flags: [u32] }
    set {}
    encode |op, sqe| {
        sqe.target(Target::Fixed(op.fd.0));
        sqe.op_flags = op.file_flags;
        sqe.done()
    }
}
