//! Registration of rings of provided buffers. [`BufRing`](crate::register::BufRing) owns such a
//! ring.

use std::io;

use super::Submitter;
use crate::sys;

impl Submitter<'_> {
    /// Registers a ring of provided buffers. See
    /// [`register_buf_ring_with_flags`](Self::register_buf_ring_with_flags).
    ///
    /// # Safety
    ///
    /// As for that function.
    #[deprecated = "use register_buf_ring_with_flags"]
    pub unsafe fn register_buf_ring(
        &self,
        ring_addr: u64,
        ring_entries: u16,
        bgid: u16,
    ) -> io::Result<()> {
        // SAFETY: the caller vouches for the memory.
        unsafe { self.register_buf_ring_with_flags(ring_addr, ring_entries, bgid, 0) }
    }

    /// Registers a ring of `ring_entries` provided buffers as group `bgid`. Since Linux 5.19.
    /// `flags` are `IOU_PBUF_RING_*`: `MMAP` since Linux 6.4, `INC` since Linux 6.12.
    ///
    /// # Errors
    ///
    /// EINVAL for an address that is not page-aligned and for a size that is no power of two or
    /// above 32768, EEXIST for a group that exists, EFAULT.
    ///
    /// # Safety
    ///
    /// The ring, and every buffer that is put into it, must stay valid until the group is
    /// unregistered or the kernel has released the io_uring.
    pub unsafe fn register_buf_ring_with_flags(
        &self,
        ring_addr: u64,
        ring_entries: u16,
        bgid: u16,
        flags: u16,
    ) -> io::Result<()> {
        let mut arg = sys::io_uring_buf_reg {
            ring_addr,
            ring_entries: ring_entries.into(),
            bgid,
            flags,
            ..Default::default()
        };
        // SAFETY: the caller vouches for the memory.
        unsafe { self.register_buf_ring_raw(&mut arg) }
    }

    /// Registers a ring of provided buffers from the kernel's structure, including `min_left`
    /// (Linux 7.1, and stable kernels from 6.12 on).
    ///
    /// # Safety
    ///
    /// As for [`register_buf_ring_with_flags`](Self::register_buf_ring_with_flags).
    pub unsafe fn register_buf_ring_raw(&self, arg: &mut sys::io_uring_buf_reg) -> io::Result<()> {
        let arg = std::ptr::from_mut(arg);
        // SAFETY: the structure is live and writable, and the caller vouches for the memory that it
        // names.
        unsafe { self.register(sys::IORING_REGISTER_PBUF_RING, arg.cast_const(), 1).map(drop) }
    }

    /// Unregisters a ring of provided buffers. Since Linux 5.19.
    ///
    /// # Errors
    ///
    /// ENOENT for an unknown group, EINVAL for a group from
    /// [`ProvideBuffers`](crate::opcode::ProvideBuffers).
    pub fn unregister_buf_ring(&self, bgid: u16) -> io::Result<()> {
        let arg = sys::io_uring_buf_reg { bgid, ..Default::default() };
        // SAFETY: the structure is read during the call.
        unsafe { self.register(sys::IORING_UNREGISTER_PBUF_RING, &arg, 1).map(drop) }
    }

    /// Returns how far the kernel has read a ring of provided buffers. Since Linux 6.8.
    pub fn buf_ring_head(&self, bgid: u16) -> io::Result<u16> {
        let mut arg = sys::io_uring_buf_status { buf_group: bgid.into(), head: 0, resv: [0; 8] };
        let place = &raw mut arg;
        // SAFETY: the structure is live and writable.
        unsafe { self.register(sys::IORING_REGISTER_PBUF_STATUS, place.cast_const(), 1)? };
        // The kernel keeps the head as a 16-bit number.
        Ok(arg.head as u16)
    }
}
