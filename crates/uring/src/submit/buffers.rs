//! Registered ("fixed") buffers, which are pinned once and used by index.
//!
//! Owns nothing: the kernel keeps its own references to the pages. Never lets safe code name
//! memory that the kernel may write to. Proven by `tests/kernel/fixed_buffers.rs`.

use std::io;

use super::Submitter;
use crate::sys;
use crate::types::CloneBuffersFlags;

const RSRC_REGISTER: u32 = size_of::<sys::io_uring_rsrc_register>() as u32;
const RSRC_UPDATE2: u32 = size_of::<sys::io_uring_rsrc_update2>() as u32;

impl Submitter<'_> {
    /// Registers at most 16384 buffers, for fixed reads and writes. An element with address and
    /// length 0 is an empty slot (Linux 5.13). Since Linux 5.1.
    ///
    /// ```
    /// use std::os::fd::AsRawFd;
    /// use uring::{opcode, types, IoUring};
    ///
    /// let mut ring = IoUring::new(4)?;
    /// let file = std::fs::File::open("/proc/self/comm")?;
    /// let mut buf = vec![0; 1024];
    /// let iovec = libc::iovec { iov_base: buf.as_mut_ptr().cast(), iov_len: buf.len() };
    /// // SAFETY: the buffer lives until it is unregistered.
    /// unsafe { ring.submitter().register_buffers(&[iovec])? };
    /// let read = opcode::ReadFixed::new(types::Fd(file.as_raw_fd()), buf.as_mut_ptr(), 1024, 0);
    /// // SAFETY: the buffer and the file live until the completion has arrived.
    /// unsafe { ring.submission().push(&read.build()) }.expect("the queue is empty");
    /// ring.submit_and_wait(1)?;
    /// assert!(ring.completion().next().is_some_and(|done| done.result() > 0));
    /// ring.submitter().unregister_buffers()?;
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// ENOMEM above `RLIMIT_MEMLOCK`, EFAULT, EBUSY if buffers are registered already, EINVAL.
    ///
    /// # Safety
    ///
    /// The memory must stay valid until it was unregistered and all requests that use it have
    /// completed.
    pub unsafe fn register_buffers(&self, bufs: &[libc::iovec]) -> io::Result<()> {
        // SAFETY: the slice is read during the call, and the caller vouches for the memory that it
        // names.
        unsafe {
            self.register(sys::IORING_REGISTER_BUFFERS, bufs.as_ptr(), bufs.len() as u32).map(drop)
        }
    }

    /// Registers buffers with tags. When the kernel has released a buffer whose tag is not 0, it
    /// posts a completion with the tag as user data. Since Linux 5.13.
    ///
    /// # Safety
    ///
    /// As for [`register_buffers`](Self::register_buffers).
    pub unsafe fn register_buffers2(&self, bufs: &[libc::iovec], tags: &[u64]) -> io::Result<()> {
        let arg = sys::io_uring_rsrc_register {
            nr: bufs.len().min(tags.len()) as u32,
            data: bufs.as_ptr() as u64,
            tags: tags.as_ptr() as u64,
            ..Default::default()
        };
        // SAFETY: both slices hold `nr` items, and the caller vouches for the memory that they
        // name.
        unsafe { self.register(sys::IORING_REGISTER_BUFFERS2, &arg, RSRC_REGISTER).map(drop) }
    }

    /// Replaces registered buffers from slot `offset` on. Since Linux 5.13.
    ///
    /// # Safety
    ///
    /// As for [`register_buffers`](Self::register_buffers).
    pub unsafe fn register_buffers_update(
        &self,
        offset: u32,
        bufs: &[libc::iovec],
        tags: Option<&[u64]>,
    ) -> io::Result<()> {
        // SAFETY: as for the function that is called.
        unsafe { self.register_buffers_update_counted(offset, bufs, tags) }.map(drop)
    }

    /// Does the same as [`register_buffers_update`](Self::register_buffers_update), and returns how
    /// many slots were replaced before an error.
    ///
    /// # Safety
    ///
    /// As for [`register_buffers`](Self::register_buffers).
    pub unsafe fn register_buffers_update_counted(
        &self,
        offset: u32,
        bufs: &[libc::iovec],
        tags: Option<&[u64]>,
    ) -> io::Result<usize> {
        let nr = tags.map_or(bufs.len(), |tags| tags.len().min(bufs.len()));
        let arg = sys::io_uring_rsrc_update2 {
            offset,
            data: bufs.as_ptr() as u64,
            tags: tags.map_or(0, |tags| tags.as_ptr() as u64),
            nr: nr as u32,
            ..Default::default()
        };
        // SAFETY: both slices hold `nr` items, and the caller vouches for the memory that they
        // name.
        let count =
            unsafe { self.register(sys::IORING_REGISTER_BUFFERS_UPDATE, &arg, RSRC_UPDATE2)? };
        Ok(count as usize)
    }

    /// Registers a table of `nr` empty buffer slots. Since Linux 5.19.
    pub fn register_buffers_sparse(&self, nr: u32) -> io::Result<()> {
        let arg = sys::io_uring_rsrc_register {
            nr,
            flags: sys::IORING_RSRC_REGISTER_SPARSE,
            ..Default::default()
        };
        // SAFETY: a sparse registration names no memory.
        unsafe { self.register(sys::IORING_REGISTER_BUFFERS2, &arg, RSRC_REGISTER).map(drop) }
    }

    /// Unregisters all buffers. The kernel releases buffers in use when their requests have
    /// completed. ENXIO if none are registered. Since Linux 5.1.
    pub fn unregister_buffers(&self) -> io::Result<()> {
        self.register_plain(sys::IORING_UNREGISTER_BUFFERS, 0).map(drop)
    }

    /// Registers all buffers of another ring of this process with this ring as well. EBUSY if this
    /// ring has buffers. Since Linux 6.12.
    pub fn register_buffers_clone(&self, src_fd: std::os::fd::RawFd) -> io::Result<()> {
        self.register_buffers_clone_offset(src_fd, 0, 0, 0, CloneBuffersFlags::empty())
    }

    /// Registers `nr` buffers of another ring (0 means all), from its slot `src_off` on, with this
    /// ring as well, from slot `dst_off` on. Since Linux 6.13.
    pub fn register_buffers_clone_offset(
        &self,
        src_fd: std::os::fd::RawFd,
        src_off: u32,
        dst_off: u32,
        nr: u32,
        flags: CloneBuffersFlags,
    ) -> io::Result<()> {
        let arg = sys::io_uring_clone_buffers {
            src_fd: src_fd as u32,
            flags: flags.bits(),
            src_off,
            dst_off,
            nr,
            ..Default::default()
        };
        // SAFETY: the structure is read during the call, and the kernel has pinned the pages
        // already.
        unsafe { self.register(sys::IORING_REGISTER_CLONE_BUFFERS, &arg, 1).map(drop) }
    }
}
