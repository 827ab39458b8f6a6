//! Rings in memory that this process provides (`IORING_SETUP_NO_MMAP`, Linux 6.5).
//!
//! Owns the memory that it allocates, and borrows the memory that the caller provides. Promises
//! that the memory is large enough for the layout of the kernel. Never guesses offsets: they come
//! from the kernel. Proven by `tests/kernel/no_mmap.rs`.

use std::io;
use std::ptr::NonNull;

use crate::fd::RingFd;
use crate::fork::Origin;
use crate::memory::{Region, RingMemory};
use crate::register::page_size;
use crate::sys::{self, io_uring_params};
use crate::{cqueue, squeue, syscall, Builder, IoUring};

/// More than the size of the words before the completions, on every architecture.
const HEADER: usize = 256;
/// A size of huge pages that most architectures have.
const HUGE_PAGE: usize = 2 << 20;
/// The flag for `mmap(2)`: the logarithm of the size, from bit 26 on. Not every C library defines
/// it.
const MAP_HUGE_2MB: i32 = (HUGE_PAGE.trailing_zeros() as i32) << 26;
const ENTRIES_MAX: u32 = 32768;

/// The memory that a ring needs, in bytes, for [`Builder::build_with_memory`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemorySize {
    /// The two rings, rounded up to pages.
    pub rings: usize,
    /// The submission entries, rounded up to pages.
    pub sqes: usize,
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> Builder<S, C> {
    /// Returns how much memory a ring of this size needs.
    ///
    /// ```
    /// let size = uring::IoUring::<uring::squeue::Entry>::builder().memory_size(8)?;
    /// assert!(size.sqes >= 8 * 64 && size.rings >= 16 * 16);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// EINVAL for a size that the kernel refuses.
    pub fn memory_size(&self, entries: u32) -> io::Result<MemorySize> {
        let invalid = || io::Error::from_raw_os_error(libc::EINVAL);
        let flags = self.params.flags;
        let clamp = flags & sys::IORING_SETUP_CLAMP != 0;
        let limit = |entries: u32, max: u32| match entries {
            0 => Err(invalid()),
            _ if entries <= max => Ok(entries.next_power_of_two() as usize),
            _ if clamp => Ok(max as usize),
            _ => Err(invalid()),
        };
        let sq = limit(entries, ENTRIES_MAX)?;
        let cq = match flags & sys::IORING_SETUP_CQSIZE {
            0 => 2 * sq,
            _ => limit(self.params.cq_entries, 2 * ENTRIES_MAX)?,
        };
        let rings = HEADER + cq * size_of::<C>() + sq * size_of::<u32>() + HEADER;
        let page = page_size();
        Ok(MemorySize {
            rings: rings.next_multiple_of(page),
            sqes: (sq * size_of::<S>()).next_multiple_of(page),
        })
    }

    /// Creates the ring in memory that this process allocates. Kernels before 6.10 need physically
    /// contiguous memory: if they refuse several pages, a huge page is tried.
    ///
    /// ```no_run
    /// let ring: uring::IoUring = uring::IoUring::builder().build_no_mmap(8)?;
    /// assert!(ring.params().is_setup_no_mmap());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`build`](Self::build); ENOMEM if a huge page is needed and none is available.
    pub fn build_no_mmap(&self, entries: u32) -> io::Result<IoUring<S, C>> {
        match self.allocate(entries, false) {
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
                self.allocate(entries, true).map_err(|_| error)
            }
            result => result,
        }
    }

    /// Creates the ring in huge pages of 2 MiB, which need fewer entries in the page tables and the
    /// TLB.
    ///
    /// # Errors
    ///
    /// As for [`build`](Self::build); ENOMEM if no huge page is available, EINVAL if the machine
    /// has none of this size.
    pub fn build_huge_pages(&self, entries: u32) -> io::Result<IoUring<S, C>> {
        self.allocate(entries, true)
    }

    fn allocate(&self, entries: u32, huge: bool) -> io::Result<IoUring<S, C>> {
        let size = self.memory_size(entries)?;
        let allocate = |len: usize| match huge {
            // The size is given explicitly, because the machine's default may be another one.
            true => {
                let flags = libc::MAP_HUGETLB | MAP_HUGE_2MB;
                Region::anonymous(len.next_multiple_of(HUGE_PAGE), flags)
            }
            false => Region::anonymous(len, 0),
        };
        self.set_up(entries, allocate(size.rings)?, allocate(size.sqes)?, self.only_in()?)
    }

    /// Creates the ring in memory that the caller provides. Both pieces must be page-aligned and
    /// zeroed. The caller decides with `madvise(2)` whether forked children inherit them:
    /// [`dontfork`](Self::dontfork) has no effect here.
    ///
    /// # Errors
    ///
    /// As for [`build`](Self::build); EINVAL if the memory is too small or not aligned.
    ///
    /// # Safety
    ///
    /// The memory must stay valid, and nothing else may access it, until the kernel has released
    /// the ring, which is after the [`IoUring`] is dropped. No call reports that moment: keep the
    /// memory until the process ends.
    pub unsafe fn build_with_memory(
        &self,
        entries: u32,
        rings: NonNull<[u8]>,
        sqes: NonNull<[u8]>,
    ) -> io::Result<IoUring<S, C>> {
        let need = self.memory_size(entries)?;
        let aligned = |memory: NonNull<[u8]>| memory.cast::<u8>().addr().get() % page_size() == 0;
        if rings.len() < need.rings || sqes.len() < need.sqes || !aligned(rings) || !aligned(sqes) {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        let rings = Region::lent(rings.cast(), rings.len());
        let sqes = Region::lent(sqes.cast(), sqes.len());
        self.set_up(entries, rings, sqes, None)
    }

    fn set_up(
        &self,
        entries: u32,
        rings: Region,
        sqes: Region,
        only_in: Option<Origin>,
    ) -> io::Result<IoUring<S, C>> {
        self.check_entry_types()?;
        let mut params: io_uring_params = self.params;
        params.flags |= sys::IORING_SETUP_NO_MMAP;
        params.cq_off.user_addr = rings.as_ptr() as u64;
        params.sq_off.user_addr = sqes.as_ptr() as u64;
        let fd = syscall::setup(entries, &mut params)?;
        let fd = if params.flags & sys::IORING_SETUP_REGISTERED_FD_ONLY != 0 {
            RingFd::registered_only(fd)?
        } else {
            // SAFETY: the kernel has just created this descriptor for this call.
            unsafe { RingFd::owned(fd, params.features)? }
        };
        IoUring::assemble(fd, RingMemory::given(rings, sqes), params, only_in)
    }
}
