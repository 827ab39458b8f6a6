//! Wait arguments that ring and kernel share.
//!
//! Owns the memory, and the signal masks that the arguments point at. Promises that argument `index`
//! is what was last set. Never outlives its use: the kernel holds the pages, and reads a mask during
//! the enter alone. Proven by `tests/kernel/wait_region.rs`.

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::time::Duration;

use crate::memory::Region;
use crate::sys::{self, io_uring_reg_wait, io_uring_region_desc};
use crate::types::Timespec;
use crate::Submitter;

/// Registered wait arguments, for
/// [`submit_and_wait_reg`](Submitter::submit_and_wait_reg). Since Linux 6.13.
pub struct WaitRegion {
    memory: Region,
    /// One for each argument, as the kernel reads it.
    masks: Region,
    count: u32,
}

/// The bytes of a signal mask in the kernel, whatever `sigset_t` is here.
const MASK: usize = 8;

/// More arguments than any ring has threads; the memory for them is taken at once.
const COUNT_MAX: u32 = 1 << 20;

impl WaitRegion {
    /// Makes room for `count` arguments (rounded up to pages) and registers it. The ring must be
    /// disabled still, see [`setup_r_disabled`](crate::Builder::setup_r_disabled).
    ///
    /// # Errors
    ///
    /// EINVAL for an enabled ring, for no argument at all or more than 1,048,576 and before Linux
    /// 6.13, EBUSY for a ring that has a region.
    pub fn register(submitter: &Submitter<'_>, count: u32) -> io::Result<WaitRegion> {
        if count == 0 || count > COUNT_MAX {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        let one = size_of::<io_uring_reg_wait>();
        let len = (count as usize * one).next_multiple_of(page_size());
        let memory = Region::anonymous(len, 0)?;
        let masks = Region::anonymous(len / one * MASK, 0)?;
        let mut description = io_uring_region_desc {
            user_addr: memory.as_ptr() as u64,
            size: len as u64,
            flags: sys::IORING_MEM_REGION_TYPE_USER,
            ..Default::default()
        };
        let kind = u64::from(sys::IORING_MEM_REGION_REG_WAIT_ARG);
        // SAFETY: the memory is `len` bytes, and the kernel takes its own hold of the pages.
        unsafe { submitter.register_region(&mut description, kind)? };
        Ok(WaitRegion { memory, masks, count: (len / one) as u32 })
    }

    /// The number of arguments.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Sets argument `index`: how long to wait at most, and after how many microseconds one
    /// completion is enough. Its signal mask stays.
    ///
    /// # Errors
    ///
    /// EINVAL for an index that is not there.
    pub fn set(
        &mut self,
        index: u32,
        timeout: Option<Duration>,
        min_wait_usec: u32,
    ) -> io::Result<()> {
        self.change(index, |argument| {
            argument.ts = timeout.map_or_else(Timespec::new, Timespec::from).0;
            argument.min_wait_usec = min_wait_usec;
            argument.flags = if timeout.is_some() { sys::IORING_REG_WAIT_TS } else { 0 };
        })
    }

    /// Sets the signal mask with which a wait by argument `index` runs, as `ppoll(2)` does; `None`
    /// leaves the thread's own. The rest of the argument stays.
    ///
    /// # Errors
    ///
    /// EINVAL for an index that is not there.
    pub fn set_sigmask(&mut self, index: u32, sigmask: Option<&libc::sigset_t>) -> io::Result<()> {
        let place = self.masks.at(index as usize * MASK, MASK);
        self.change(index, |argument| {
            (argument.sigmask, argument.sigmask_sz) = (0, 0);
            if let (Some(sigmask), Ok(place)) = (sigmask, place) {
                let len = MASK.min(size_of::<libc::sigset_t>());
                // SAFETY: the place is in our memory, and neither is longer than it or the set.
                unsafe { place.copy_from_nonoverlapping(std::ptr::from_ref(sigmask).cast(), len) };
                (argument.sigmask, argument.sigmask_sz) = (place as u64, MASK as u32);
            }
        })
    }

    fn change(
        &mut self,
        index: u32,
        change: impl FnOnce(&mut io_uring_reg_wait),
    ) -> io::Result<()> {
        if index >= self.count {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        // SAFETY: the index is below the number of arguments that the memory holds. The kernel
        // only reads them.
        unsafe {
            let place = self.memory.as_ptr().cast::<io_uring_reg_wait>().add(index as usize);
            let mut argument = place.read();
            change(&mut argument);
            place.write_volatile(argument);
        }
        Ok(())
    }
}

impl Debug for WaitRegion {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("WaitRegion").field("count", &self.count).finish_non_exhaustive()
    }
}

/// The size of a page, in bytes.
pub(crate) fn page_size() -> usize {
    // SAFETY: sysconf has no preconditions.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).unwrap_or(4096)
}
