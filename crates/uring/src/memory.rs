//! The memory that the ring and the kernel share.
//!
//! Owns the mappings and unmaps them once. Promises exact sizes (Linux 5.10 refuses a mapping that
//! is longer than the ring) and, on request, that forked children do not have the mappings. In such
//! a child other memory may lie at the same addresses. Never returns a place outside a mapping.
//! Proven by `tests/kernel/setup.rs`, `tests/kernel/fork.rs` and the kernel matrix.

use std::io;
use std::ptr::NonNull;

use crate::fork::Origin;
use crate::sys::{self, io_uring_params};

/// One mapping, or memory that the caller provides for as long as the ring exists.
pub(crate) struct Region {
    address: NonNull<u8>,
    len: usize,
    owned: bool,
    reclaimed: bool,
    /// The only process that has this mapping. `None` if forked children inherit it.
    only_in: Option<Origin>,
}

// SAFETY: a mapping belongs to the process, not to a thread. The region returns pointers into it,
// and reading or writing through them needs an unsafe block of its own.
unsafe impl Send for Region {}
// SAFETY: as above. A shared reference to a region changes nothing in it.
unsafe impl Sync for Region {}

impl Region {
    /// Maps `len` bytes of a ring descriptor, from `offset` on.
    pub(crate) fn map(fd: i32, offset: u64, len: usize) -> io::Result<Region> {
        Self::mmap(len, libc::MAP_SHARED | libc::MAP_POPULATE, fd, offset)
    }

    /// Maps zeroed memory.
    pub(crate) fn anonymous(len: usize, extra_flags: i32) -> io::Result<Region> {
        let flags = libc::MAP_SHARED | libc::MAP_ANONYMOUS | libc::MAP_POPULATE | extra_flags;
        Self::mmap(len, flags, -1, 0)
    }

    fn mmap(len: usize, flags: i32, fd: i32, offset: u64) -> io::Result<Region> {
        let prot = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: the kernel chooses the address, so that no existing mapping is replaced.
        let address = unsafe {
            libc::mmap(std::ptr::null_mut(), len, prot, flags, fd, offset as libc::off_t)
        };
        if address == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        let address = NonNull::new(address.cast()).ok_or(io::ErrorKind::OutOfMemory)?;
        Ok(Region { address, len, owned: true, reclaimed: false, only_in: None })
    }

    /// Wraps memory that the caller owns.
    pub(crate) fn lent(address: NonNull<u8>, len: usize) -> Region {
        Region { address, len, owned: false, reclaimed: false, only_in: None }
    }

    /// Keeps the mapping from children that are forked from now on (`MADV_DONTFORK`).
    fn confine(&mut self, process: Origin) -> io::Result<()> {
        let address = self.address.as_ptr().cast();
        // SAFETY: the range is this mapping, and the advice changes nothing in this process.
        match unsafe { libc::madvise(address, self.len, libc::MADV_DONTFORK) } {
            0 => self.only_in = Some(process),
            _ => return Err(io::Error::last_os_error()),
        }
        Ok(())
    }

    /// Allows the drop to unmap the memory, because nothing uses it any more.
    pub(crate) fn reclaim(&mut self) {
        self.reclaimed = true;
    }

    /// Leaks the memory unless it was [reclaimed](Self::reclaim): something may still use it.
    pub(crate) fn leak_unless_reclaimed(&mut self) {
        self.owned = self.owned && self.reclaimed;
    }

    /// Returns the start of the region.
    pub(crate) fn as_ptr(&self) -> *mut u8 {
        self.address.as_ptr()
    }

    /// Returns the length of the region in bytes.
    pub(crate) fn len(&self) -> usize {
        self.len
    }

    /// Returns the address of the `len` bytes at `offset`. EFAULT unless all of them lie inside the
    /// region.
    pub(crate) fn at(&self, offset: usize, len: usize) -> io::Result<*mut u8> {
        match offset.checked_add(len) {
            // SAFETY: the offset lies inside the region.
            Some(end) if end <= self.len => Ok(unsafe { self.address.as_ptr().add(offset) }),
            _ => Err(io::Error::from_raw_os_error(libc::EFAULT)),
        }
    }
}

impl Drop for Region {
    fn drop(&mut self) {
        if self.owned && self.only_in.is_none_or(Origin::is_here) {
            // SAFETY: this process created the mapping, and nothing that points into it outlives
            // its owner.
            unsafe { libc::munmap(self.address.as_ptr().cast(), self.len) };
        }
    }
}

/// The ring memory of one ring.
pub(crate) struct RingMemory {
    /// The SQ ring, and the CQ ring as well if the kernel puts both into one mapping.
    sq: Region,
    /// The CQ ring, if it has a mapping of its own.
    cq: Option<Region>,
    /// The submission entries.
    sqes: Region,
    /// The only process that has the memory. `None` if forked children inherit it.
    only_in: Option<Origin>,
}

/// The sizes of a ring's parts, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sizes {
    pub(crate) sq: usize,
    pub(crate) cq: usize,
    pub(crate) sqes: usize,
}

impl Sizes {
    /// Computes the sizes from the offsets that the kernel has filled in.
    pub(crate) fn of(params: &io_uring_params) -> Sizes {
        let sq_entries = params.sq_entries as usize;
        let no_array = params.flags & sys::IORING_SETUP_NO_SQARRAY != 0;
        let array = if no_array { 0 } else { sq_entries * size_of::<u32>() };
        let sqe = 64 << u32::from(params.flags & sys::IORING_SETUP_SQE128 != 0);
        let cqe = 16 << u32::from(params.flags & sys::IORING_SETUP_CQE32 != 0);
        Sizes {
            sq: params.sq_off.array as usize + array,
            cq: params.cq_off.cqes as usize + params.cq_entries as usize * cqe,
            sqes: sq_entries * sqe,
        }
    }
}

impl RingMemory {
    /// Maps the memory that the kernel has allocated.
    pub(crate) fn map(fd: i32, params: &io_uring_params) -> io::Result<RingMemory> {
        let sizes = Sizes::of(params);
        let sqes = Region::map(fd, sys::IORING_OFF_SQES.into(), sizes.sqes)?;
        if params.features & sys::IORING_FEAT_SINGLE_MMAP != 0 {
            let both = sizes.sq.max(sizes.cq);
            let sq = Region::map(fd, sys::IORING_OFF_SQ_RING.into(), both)?;
            return Ok(RingMemory { sq, cq: None, sqes, only_in: None });
        }
        let sq = Region::map(fd, sys::IORING_OFF_SQ_RING.into(), sizes.sq)?;
        let cq = Region::map(fd, sys::IORING_OFF_CQ_RING.into(), sizes.cq)?;
        Ok(RingMemory { sq, cq: Some(cq), sqes, only_in: None })
    }

    /// Uses memory that the kernel was told of at setup (`IORING_SETUP_NO_MMAP`).
    pub(crate) fn given(rings: Region, sqes: Region) -> RingMemory {
        RingMemory { sq: rings, cq: None, sqes, only_in: None }
    }

    /// Keeps the memory from children that are forked from now on.
    pub(crate) fn confine(&mut self, process: Origin) -> io::Result<()> {
        for region in [&mut self.sq, &mut self.sqes].into_iter().chain(&mut self.cq) {
            region.confine(process)?;
        }
        self.only_in = Some(process);
        Ok(())
    }

    /// Returns the only process that has the memory, if it is kept from forked children.
    pub(crate) fn only_in(&self) -> Option<Origin> {
        self.only_in
    }

    /// Returns whether the current process has the memory.
    #[inline]
    pub(crate) fn is_here(&self) -> bool {
        self.only_in.is_none_or(Origin::is_here)
    }

    /// Returns the region of the SQ ring.
    pub(crate) fn sq(&self) -> &Region {
        &self.sq
    }

    /// Returns the region of the CQ ring.
    pub(crate) fn cq(&self) -> &Region {
        self.cq.as_ref().unwrap_or(&self.sq)
    }

    /// Returns the region of the submission entries.
    pub(crate) fn sqes(&self) -> &Region {
        &self.sqes
    }
}

/// The slots of one queue: two values that the compiler can keep in registers.
pub(crate) struct Slots<E> {
    first: *mut E,
    mask: u32,
}

// SAFETY: the memory belongs to the process, not to a thread. Only addresses are computed here, and
// using one needs an unsafe block of its own.
unsafe impl<E> Send for Slots<E> {}
// SAFETY: as above.
unsafe impl<E> Sync for Slots<E> {}

impl<E> Slots<E> {
    /// Creates the slots of a queue: `mask + 1` of them, from `first` on, all in ring memory.
    #[inline]
    pub(crate) fn new(first: *mut E, mask: u32) -> Self {
        Slots { first, mask }
    }

    /// Returns the address of the slot at a position.
    #[inline]
    pub(crate) fn place(&self, position: u32) -> *mut E {
        let index = (position & self.mask) as usize;
        // SAFETY: the index is at most `mask`. In a forked child that does not have the ring it is
        // 0, which needs no memory.
        unsafe { self.first.add(index) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The kernel itself reports the mapping's flags: "dc" means "do not copy on fork".
    #[test]
    fn mappings_are_kept_from_forked_children_on_request() {
        // Of two sizes, so that the kernel does not merge them into one mapping.
        let (inherited, mut kept) =
            (Region::anonymous(4096, 0).unwrap(), Region::anonymous(8192, 0).unwrap());
        kept.confine(Origin::here().unwrap()).unwrap();
        for (region, expected) in [(inherited, false), (kept, true)] {
            let start = format!("{:x}-", region.as_ptr() as usize);
            let maps = std::fs::read_to_string("/proc/self/smaps").unwrap();
            let ours = maps.lines().skip_while(|line| !line.starts_with(&start));
            let flags = ours.skip(1).find(|line| line.starts_with("VmFlags:")).unwrap();
            assert_eq!(flags.contains(" dc"), expected, "{flags}");
        }
    }

    #[test]
    fn places_outside_of_a_region_are_refused() {
        let region = Region::anonymous(4096, 0).unwrap();
        assert!(region.at(0, 4096).is_ok() && region.at(4096, 0).is_ok());
        for (offset, len) in [(0, 4097), (4096, 1), (usize::MAX, 2), (1, usize::MAX)] {
            assert_eq!(region.at(offset, len).unwrap_err().raw_os_error(), Some(libc::EFAULT));
        }
    }
}
