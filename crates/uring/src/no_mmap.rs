//! Rings in memory that this process provides (`IORING_SETUP_NO_MMAP`, Linux 6.5).
//!
//! Owns memory that it allocates, borrows memory that it is given. Promises that the memory is
//! large enough for what the kernel will lay out in it. Never guesses offsets: they come from the
//! kernel. Proven by `tests/kernel/no_mmap.rs`.

use std::io;
use std::ptr::NonNull;

use crate::fd::RingFd;
use crate::fork::Origin;
use crate::memory::{Region, RingMemory};
use crate::register::page_size;
use crate::sys::{self, io_uring_params};
use crate::{cqueue, squeue, syscall, Builder, IoUring};

/// More than the words before the completions take on any architecture.
const HEADER: usize = 256;
/// The size of a huge page, one that most architectures have.
const HUGE_PAGE: usize = 2 << 20;
/// The same for `mmap(2)`: the number of bits, from bit 26 on. Not every C library names it.
const MAP_HUGE_2MB: i32 = (HUGE_PAGE.trailing_zeros() as i32) << 26;
const ENTRIES_MAX: u32 = 32768;

/// How many bytes a ring needs, for [`Builder::build_with_memory`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemorySize {
    /// The two rings, rounded up to pages.
    pub rings: usize,
    /// The submission entries, rounded up to pages.
    pub sqes: usize,
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> Builder<S, C> {
    /// How many bytes a ring of this size needs.
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

    /// Makes the ring in memory that this process allocates. Kernels before 6.10 want it in one
    /// piece: where several pages are refused, huge pages are tried.
    ///
    /// # Errors
    ///
    /// As for [`build`](Self::build); ENOMEM where no huge page is to be had.
    pub fn build_no_mmap(&self, entries: u32) -> io::Result<IoUring<S, C>> {
        match self.allocate(entries, false) {
            Err(error) if error.raw_os_error() == Some(libc::EINVAL) => {
                self.allocate(entries, true).map_err(|_| error)
            }
            result => result,
        }
    }

    /// Makes the ring in huge pages of 2 MiB, which spares the kernel and the CPU's page tables.
    ///
    /// # Errors
    ///
    /// As for [`build`](Self::build); ENOMEM where no huge page is to be had, EINVAL where there
    /// are none of this size.
    pub fn build_huge_pages(&self, entries: u32) -> io::Result<IoUring<S, C>> {
        self.allocate(entries, true)
    }

    fn allocate(&self, entries: u32, huge: bool) -> io::Result<IoUring<S, C>> {
        let size = self.memory_size(entries)?;
        let allocate = |len: usize| match huge {
            // The size is asked for: the machine's default may be another one.
            true => {
                let flags = libc::MAP_HUGETLB | MAP_HUGE_2MB;
                Region::anonymous(len.next_multiple_of(HUGE_PAGE), flags)
            }
            false => Region::anonymous(len, 0),
        };
        self.set_up(entries, allocate(size.rings)?, allocate(size.sqes)?, self.only_in()?)
    }

    /// Makes the ring in memory of the caller's, both pieces page-aligned and zeroed. Whether
    /// forked children inherit it is the caller's to say, with `madvise(2)`:
    /// [`dontfork`](Self::dontfork) changes nothing here.
    ///
    /// # Errors
    ///
    /// As for [`build`](Self::build); EINVAL for memory that is too small or not aligned.
    ///
    /// # Safety
    ///
    /// Nobody else may touch the memory, and it must stay valid, until the kernel has let go of
    /// the ring, which is later than the drop of the [`IoUring`]: never free it, or keep it until
    /// the process ends.
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
            // SAFETY: the kernel has just made this descriptor for us.
            unsafe { RingFd::owned(fd, params.features)? }
        };
        IoUring::assemble(fd, RingMemory::given(rings, sqes), params, only_in)
    }
}
