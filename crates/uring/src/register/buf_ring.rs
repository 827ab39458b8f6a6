//! A ring of provided buffers.
//!
//! Owns the ring's memory, not the buffers. Promises that a buffer becomes visible to the kernel
//! only with [`BufRing::advance`], and that the tail, which lies inside the first place, is never
//! overwritten by adding. Never frees what the kernel still reads: the kernel holds the pages.
//! Proven by `tests/kernel/buf_ring.rs`.

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::memory::Region;
use crate::sys::{self, io_uring_buf, io_uring_buf_reg};
use crate::Submitter;

/// A registered ring of provided buffers. Since Linux 5.19.
pub struct BufRing {
    memory: Region,
    entries: u16,
    tail: u16,
    bgid: u16,
    flags: u16,
}

/// How a [`BufRing`] is made.
#[derive(Debug, Clone, Copy, Default)]
pub struct BufRingOptions {
    flags: u16,
    min_left: u32,
    may_fall_back: bool,
}

impl BufRingOptions {
    /// Memory of this process, each buffer used once.
    pub fn new() -> Self {
        Self::default()
    }

    /// Lets the kernel allocate the ring (`IOU_PBUF_RING_MMAP`). Since Linux 6.4.
    #[must_use]
    pub fn kernel_memory(mut self) -> Self {
        self.flags |= sys::IOU_PBUF_RING_MMAP as u16;
        self
    }

    /// Lets the kernel fill a buffer piece by piece (`IOU_PBUF_RING_INC`). Since Linux 6.12.
    #[must_use]
    pub fn incremental(mut self) -> Self {
        self.flags |= sys::IOU_PBUF_RING_INC as u16;
        self
    }

    /// As [`incremental`](Self::incremental), but makes a plain ring where the kernel cannot;
    /// [`BufRing::is_incremental`] tells.
    #[must_use]
    pub fn incremental_or_plain(mut self) -> Self {
        self.may_fall_back = true;
        self.incremental()
    }

    /// Retires a buffer that has fewer bytes left than this. Only for incremental rings, since
    /// Linux 7.1 and stable kernels from 6.12 on.
    #[must_use]
    pub fn min_left(mut self, bytes: u32) -> Self {
        self.min_left = bytes;
        self
    }
}

impl BufRing {
    /// Makes a ring of `entries` places and registers it as group `bgid`.
    ///
    /// # Errors
    ///
    /// EINVAL for a size that is no power of two or above 32768 and for options that the kernel
    /// lacks, EEXIST for a group that exists, ENOMEM.
    pub fn register(
        submitter: &Submitter<'_>,
        entries: u16,
        bgid: u16,
        options: BufRingOptions,
    ) -> io::Result<BufRing> {
        if !entries.is_power_of_two() || u32::from(entries) > 32768 {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        match Self::try_register(submitter, entries, bgid, options) {
            Err(error) if options.may_fall_back && error.raw_os_error() == Some(libc::EINVAL) => {
                let flags = options.flags & !(sys::IOU_PBUF_RING_INC as u16);
                let plain = BufRingOptions { flags, min_left: 0, may_fall_back: false };
                Self::try_register(submitter, entries, bgid, plain)
            }
            result => result,
        }
    }

    fn try_register(
        submitter: &Submitter<'_>,
        entries: u16,
        bgid: u16,
        options: BufRingOptions,
    ) -> io::Result<BufRing> {
        let len = usize::from(entries) * size_of::<io_uring_buf>();
        let mut arg = io_uring_buf_reg {
            ring_entries: entries.into(),
            bgid,
            flags: options.flags,
            min_left: options.min_left,
            ..Default::default()
        };
        if options.flags & sys::IOU_PBUF_RING_MMAP as u16 == 0 {
            let memory = Region::anonymous(len, 0)?;
            arg.ring_addr = memory.as_ptr() as u64;
            // SAFETY: the memory is `len` bytes and the kernel takes its own hold of the pages; no
            // buffer is in the ring yet.
            unsafe { submitter.register_buf_ring_raw(&mut arg)? };
            return Ok(BufRing { memory, entries, tail: 0, bgid, flags: options.flags });
        }
        // SAFETY: the kernel allocates the memory, and no buffer is in the ring yet.
        unsafe { submitter.register_buf_ring_raw(&mut arg)? };
        let place = u64::from(sys::IORING_OFF_PBUF_RING) | u64::from(bgid) << PBUF_SHIFT;
        match Region::map(submitter.raw_fd(), place, len) {
            Ok(memory) => Ok(BufRing { memory, entries, tail: 0, bgid, flags: options.flags }),
            Err(error) => {
                submitter.unregister_buf_ring(bgid)?;
                Err(error)
            }
        }
    }

    /// Drops the registration and the memory. Requests that use the group then say ENOBUFS.
    pub fn unregister(self, submitter: &Submitter<'_>) -> io::Result<()> {
        submitter.unregister_buf_ring(self.bgid)
    }

    /// Writes a buffer into the place `ahead` of the tail. The kernel sees it with
    /// [`advance`](Self::advance).
    ///
    /// # Safety
    ///
    /// The memory must stay valid and untouched from `advance` on until a completion names `bid`
    /// (and, in an incremental ring, says that no more comes), or the group is unregistered and
    /// its requests are done. No more than [`entries`](Self::entries) buffers may be in the ring.
    #[inline]
    pub unsafe fn add(&mut self, addr: *mut u8, len: u32, bid: u16, ahead: u16) {
        let index = self.tail.wrapping_add(ahead) & (self.entries - 1);
        // SAFETY: the index is below `entries`. Field by field, because the last one of the first
        // place is the tail.
        unsafe {
            let place = self.memory.as_ptr().cast::<io_uring_buf>().add(index.into());
            (&raw mut (*place).addr).write(addr as u64);
            (&raw mut (*place).len).write(len);
            (&raw mut (*place).bid).write(bid);
        }
    }

    /// Shows the next `count` added buffers to the kernel.
    ///
    /// # Safety
    ///
    /// Each of those places must have been filled with [`add`](Self::add) since it was last shown:
    /// what stands there otherwise is a buffer of long ago.
    #[inline]
    pub unsafe fn advance(&mut self, count: u16) {
        self.tail = self.tail.wrapping_add(count);
        // SAFETY: the tail lies in the first place, which is aligned for it.
        unsafe {
            let place = self.memory.as_ptr().cast::<io_uring_buf>();
            (*(&raw mut (*place).resv).cast::<AtomicU16>()).store(self.tail, Ordering::Release);
        }
    }

    /// Gives back the completions that were read and shows buffers, in one go.
    ///
    /// # Safety
    ///
    /// As for [`advance`](Self::advance).
    #[inline]
    pub unsafe fn cq_advance<E: crate::cqueue::EntryMarker>(
        &mut self,
        completions: &mut crate::CompletionQueue<'_, E>,
        buffers: u16,
    ) {
        // SAFETY: the caller has filled the places.
        unsafe { self.advance(buffers) };
        completions.sync();
    }

    /// How many shown buffers the kernel has not taken yet. Since Linux 6.8.
    pub fn available(&self, submitter: &Submitter<'_>) -> io::Result<u16> {
        Ok(self.tail.wrapping_sub(submitter.buf_ring_head(self.bgid)?))
    }

    /// The number of places.
    pub fn entries(&self) -> u16 {
        self.entries
    }

    /// The group.
    pub fn bgid(&self) -> u16 {
        self.bgid
    }

    /// Whether the kernel fills buffers piece by piece.
    pub fn is_incremental(&self) -> bool {
        self.flags & sys::IOU_PBUF_RING_INC as u16 != 0
    }
}

impl Debug for BufRing {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("BufRing")
            .field("bgid", &self.bgid)
            .field("entries", &self.entries)
            .field("is_incremental", &self.is_incremental())
            .finish_non_exhaustive()
    }
}

/// How far the group is shifted in a mapping's offset.
const PBUF_SHIFT: u32 = sys::IORING_OFF_PBUF_SHIFT;
