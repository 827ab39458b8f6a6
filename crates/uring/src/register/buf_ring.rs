//! A ring of provided buffers.
//!
//! Owns the ring's memory, not the buffers. Promises that a buffer becomes visible to the kernel
//! only with [`BufRing::advance`], and that adding a buffer does not overwrite the tail, which lies
//! inside the first place. Never frees memory that the kernel still reads: the kernel pins the
//! pages. Proven by `tests/kernel/buf_ring.rs`.

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::sync::atomic::{AtomicU16, Ordering};

use crate::memory::Region;
use crate::sys::{self, io_uring_buf, io_uring_buf_reg};
use crate::Submitter;

/// A registered ring of provided buffers. Since Linux 5.19.
///
/// ```
/// use uring::register::{BufRing, BufRingOptions};
///
/// let ring = uring::IoUring::new(4)?;
/// let mut buffer = vec![0; 4096];
/// match BufRing::register(&ring.submitter(), 1, 0, BufRingOptions::new()) {
///     Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {} // older than Linux 5.19
///     group => {
///         let mut group = group?;
///         // SAFETY: the buffer outlives the group, and no request uses it.
///         unsafe {
///             group.add(buffer.as_mut_ptr(), 4096, 0, 0);
///             group.advance(1);
///         }
///         group.unregister(&ring.submitter())?;
///     }
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct BufRing {
    memory: Region,
    entries: u16,
    tail: u16,
    bgid: u16,
    flags: u16,
}

/// The options of a [`BufRing`].
#[derive(Debug, Clone, Copy, Default)]
pub struct BufRingOptions {
    flags: u16,
    min_left: u32,
    may_fall_back: bool,
}

impl BufRingOptions {
    /// Returns the default options: the ring lies in memory of this process, and each buffer is
    /// used once.
    pub fn new() -> Self {
        Self::default()
    }

    /// Makes the kernel allocate the ring (`IOU_PBUF_RING_MMAP`). Since Linux 6.4.
    #[must_use]
    pub fn kernel_memory(mut self) -> Self {
        self.flags |= sys::IOU_PBUF_RING_MMAP as u16;
        self
    }

    /// Makes the kernel fill each buffer in several pieces (`IOU_PBUF_RING_INC`). Since Linux 6.12.
    #[must_use]
    pub fn incremental(mut self) -> Self {
        self.flags |= sys::IOU_PBUF_RING_INC as u16;
        self
    }

    /// Does the same as [`incremental`](Self::incremental), or creates a plain ring if the kernel
    /// does not support that: see [`BufRing::is_incremental`].
    #[must_use]
    pub fn incremental_or_plain(mut self) -> Self {
        self.may_fall_back = true;
        self.incremental()
    }

    /// Sets how many bytes must be left in a buffer for the kernel to use it further. Only for
    /// incremental rings. Since Linux 7.1, and in stable kernels from 6.12 on.
    #[must_use]
    pub fn min_left(mut self, bytes: u32) -> Self {
        self.min_left = bytes;
        self
    }
}

impl BufRing {
    /// Creates a ring of `entries` places, and registers it as group `bgid`.
    ///
    /// # Errors
    ///
    /// EINVAL for a size that is not a power of two or above 32768, and for options that the kernel
    /// lacks; EEXIST for a group that exists; ENOMEM.
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
            // SAFETY: the memory is `len` bytes, the kernel pins its pages, and no buffer is in the
            // ring yet.
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

    /// Unregisters the ring and frees its memory. Later requests that use the group fail with
    /// ENOBUFS.
    pub fn unregister(self, submitter: &Submitter<'_>) -> io::Result<()> {
        submitter.unregister_buf_ring(self.bgid)
    }

    /// Writes a buffer into the place `ahead` places after the tail. [`advance`](Self::advance)
    /// makes it visible to the kernel.
    ///
    /// # Safety
    ///
    /// From `advance` on, the memory must stay valid and must not be accessed until a completion
    /// names `bid` (in an incremental ring, the last one that does), or until the group was
    /// unregistered and its requests have completed. No more than [`entries`](Self::entries)
    /// buffers may be in the ring.
    #[inline]
    pub unsafe fn add(&mut self, addr: *mut u8, len: u32, bid: u16, ahead: u16) {
        let index = self.tail.wrapping_add(ahead) & (self.entries - 1);
        // SAFETY: the index is below `entries`. The fields are written one by one, because the last
        // field of the first place is the tail.
        unsafe {
            let place = self.memory.as_ptr().cast::<io_uring_buf>().add(index.into());
            (&raw mut (*place).addr).write(addr as u64);
            (&raw mut (*place).len).write(len);
            (&raw mut (*place).bid).write(bid);
        }
    }

    /// Makes the next `count` added buffers visible to the kernel.
    ///
    /// # Safety
    ///
    /// Each of those places must have been filled with [`add`](Self::add) since it was last made
    /// visible. Otherwise it still names an old buffer.
    #[inline]
    pub unsafe fn advance(&mut self, count: u16) {
        self.tail = self.tail.wrapping_add(count);
        // SAFETY: the tail lies in the first place, which is aligned for it.
        unsafe {
            let place = self.memory.as_ptr().cast::<io_uring_buf>();
            (*(&raw mut (*place).resv).cast::<AtomicU16>()).store(self.tail, Ordering::Release);
        }
    }

    /// Makes buffers visible, and returns the slots of consumed completions to the kernel.
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

    /// Returns how many visible buffers the kernel has not taken yet. Since Linux 6.8.
    pub fn available(&self, submitter: &Submitter<'_>) -> io::Result<u16> {
        Ok(self.tail.wrapping_sub(submitter.buf_ring_head(self.bgid)?))
    }

    /// Returns the number of places.
    pub fn entries(&self) -> u16 {
        self.entries
    }

    /// Returns the number of the group.
    pub fn bgid(&self) -> u16 {
        self.bgid
    }

    /// Returns whether the kernel fills each buffer in several pieces.
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

/// The shift of the group's number in the offset of its mapping.
const PBUF_SHIFT: u32 = sys::IORING_OFF_PBUF_SHIFT;
