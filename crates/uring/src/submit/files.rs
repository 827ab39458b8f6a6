//! Registered ("fixed") files, which are looked up once and used by index.
//!
//! Owns nothing: the kernel keeps its own references to the files. Never raises a limit of the
//! process. Proven by `tests/kernel/fixed_files.rs`.

use std::io;
use std::os::fd::RawFd;

use super::Submitter;
use crate::sys;

const RSRC_REGISTER: u32 = size_of::<sys::io_uring_rsrc_register>() as u32;
const RSRC_UPDATE2: u32 = size_of::<sys::io_uring_rsrc_update2>() as u32;

impl Submitter<'_> {
    /// Registers files. -1 is an empty slot. Since Linux 5.1.
    ///
    /// ```
    /// use std::os::fd::AsRawFd;
    /// use uring::{opcode, types, IoUring};
    ///
    /// let mut ring = IoUring::new(4)?;
    /// let file = std::fs::File::open("/proc/self/comm")?;
    /// ring.submitter().register_files(&[file.as_raw_fd()])?;
    /// drop(file); // the kernel has its own reference
    /// let mut buf = [0; 64];
    /// let read = opcode::Read::new(types::Fixed(0), buf.as_mut_ptr(), 64).build();
    /// // SAFETY: the buffer lives until the completion has arrived.
    /// unsafe { ring.submission().push(&read) }.expect("the queue is empty");
    /// ring.submit_and_wait(1)?;
    /// assert!(ring.completion().next().is_some_and(|done| done.result() > 0));
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// EMFILE above `RLIMIT_NOFILE`, EBADF for a descriptor that is not open or is a ring, EBUSY if
    /// files are registered already, EINVAL for an empty slice.
    pub fn register_files(&self, fds: &[RawFd]) -> io::Result<()> {
        // SAFETY: the slice is read during the call.
        unsafe {
            self.register(sys::IORING_REGISTER_FILES, fds.as_ptr(), fds.len() as u32).map(drop)
        }
    }

    /// Registers a table of `nr` empty file slots. Since Linux 5.19.
    pub fn register_files_sparse(&self, nr: u32) -> io::Result<()> {
        let arg = sys::io_uring_rsrc_register {
            nr,
            flags: sys::IORING_RSRC_REGISTER_SPARSE,
            ..Default::default()
        };
        // SAFETY: the structure is read during the call.
        unsafe { self.register(sys::IORING_REGISTER_FILES2, &arg, RSRC_REGISTER).map(drop) }
    }

    /// Registers files with tags. When the kernel has released a file whose tag is not 0, it posts
    /// a completion with the tag as user data. Since Linux 5.13.
    pub fn register_files_tags(&self, fds: &[RawFd], tags: &[u64]) -> io::Result<()> {
        let arg = sys::io_uring_rsrc_register {
            nr: fds.len().min(tags.len()) as u32,
            data: fds.as_ptr() as u64,
            tags: tags.as_ptr() as u64,
            ..Default::default()
        };
        // SAFETY: both slices hold `nr` items and are read during the call.
        unsafe { self.register(sys::IORING_REGISTER_FILES2, &arg, RSRC_REGISTER).map(drop) }
    }

    /// Replaces files from slot `offset` on, and returns the number of processed slots. -1 empties
    /// a slot, [`SKIP_FILE`](crate::register::SKIP_FILE) leaves it unchanged. Since Linux 5.5.
    pub fn register_files_update(&self, offset: u32, fds: &[RawFd]) -> io::Result<usize> {
        let arg = sys::io_uring_rsrc_update { offset, resv: 0, data: fds.as_ptr() as u64 };
        // SAFETY: the slice is read during the call.
        let count =
            unsafe { self.register(sys::IORING_REGISTER_FILES_UPDATE, &arg, fds.len() as u32)? };
        Ok(count as usize)
    }

    /// Does the same as [`register_files_update`](Self::register_files_update), with tags. Since
    /// Linux 5.13.
    pub fn register_files_update_tags(
        &self,
        offset: u32,
        fds: &[RawFd],
        tags: &[u64],
    ) -> io::Result<usize> {
        let arg = sys::io_uring_rsrc_update2 {
            offset,
            data: fds.as_ptr() as u64,
            tags: tags.as_ptr() as u64,
            nr: fds.len().min(tags.len()) as u32,
            ..Default::default()
        };
        // SAFETY: both slices hold `nr` items and are read during the call.
        let count =
            unsafe { self.register(sys::IORING_REGISTER_FILES_UPDATE2, &arg, RSRC_UPDATE2)? };
        Ok(count as usize)
    }

    /// Unregisters all files. ENXIO if none are registered. Since Linux 5.1.
    pub fn unregister_files(&self) -> io::Result<()> {
        self.register_plain(sys::IORING_UNREGISTER_FILES, 0).map(drop)
    }

    /// Limits the slots that the kernel may choose for `IORING_FILE_INDEX_ALLOC` to `len` slots
    /// from `off` on. EINVAL without a file table, and for slots outside the table. Since Linux
    /// 6.0.
    pub fn register_file_alloc_range(&self, off: u32, len: u32) -> io::Result<()> {
        let arg = sys::io_uring_file_index_range { off, len, resv: 0 };
        // SAFETY: the structure is read during the call. The kernel wants 0 as the count here.
        unsafe { self.register(sys::IORING_REGISTER_FILE_ALLOC_RANGE, &arg, 0).map(drop) }
    }
}
