//! Wait arguments in memory that the kernel shares.
//!
//! Owns the memory, and the signal masks to which the arguments point. Promises that argument
//! `index` has the values that were last set. Never frees memory in use: the kernel pins the pages,
//! and reads a mask only during the enter. Proven by `tests/kernel/wait_region.rs`.

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::time::Duration;

use crate::memory::Region;
use crate::sys::{self, io_uring_reg_wait, io_uring_region_desc};
use crate::types::Timespec;
use crate::Submitter;

/// Registered wait arguments, for [`submit_and_wait_reg`](Submitter::submit_and_wait_reg). Since
/// Linux 6.13.
///
/// ```no_run
/// use std::time::Duration;
/// use uring::{register::WaitRegion, IoUring};
///
/// let ring: IoUring = IoUring::builder().setup_r_disabled().build(4)?;
/// let mut waits = WaitRegion::register(&ring.submitter(), 1)?;
/// ring.submitter().register_enable_rings()?;
/// waits.set(0, Some(Duration::from_millis(10)), 0)?;
/// let error = ring.submitter().submit_and_wait_reg(1, 0).expect_err("nothing is in flight");
/// assert_eq!(error.raw_os_error(), Some(libc::ETIME));
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct WaitRegion {
    memory: Region,
    /// One signal mask for each argument, in the kernel's format.
    masks: Region,
    count: u32,
}

/// The size of the kernel's signal mask, which is not that of `sigset_t`.
const MASK: usize = 8;

/// More arguments than a ring has threads. The memory for all of them is allocated at registration.
const COUNT_MAX: u32 = 1 << 20;

impl WaitRegion {
    /// Allocates `count` arguments, rounded up to pages, and registers them. The ring must still be
    /// disabled: see [`setup_r_disabled`](crate::Builder::setup_r_disabled).
    ///
    /// # Errors
    ///
    /// EINVAL for an enabled ring, for a `count` of 0 or above 1,048,576, and before Linux 6.13;
    /// EBUSY if the ring has a region.
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
        // SAFETY: the memory is `len` bytes, and the kernel pins its pages.
        unsafe { submitter.register_region(&mut description, kind)? };
        Ok(WaitRegion { memory, masks, count: (len / one) as u32 })
    }

    /// Returns the number of arguments.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Sets the timeout of argument `index`, and the time in microseconds after which one
    /// completion is enough. Keeps its signal mask.
    ///
    /// # Errors
    ///
    /// EINVAL for an index that is not below [`count`](Self::count).
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

    /// Sets the signal mask of argument `index`, which is in effect during the wait, as in
    /// `ppoll(2)`. With `None`, the thread's own mask stays in effect. Keeps the rest of the
    /// argument.
    ///
    /// # Errors
    ///
    /// EINVAL for an index that is not below [`count`](Self::count).
    pub fn set_sigmask(&mut self, index: u32, sigmask: Option<&libc::sigset_t>) -> io::Result<()> {
        let place = self.masks.at(index as usize * MASK, MASK);
        self.change(index, |argument| {
            (argument.sigmask, argument.sigmask_sz) = (0, 0);
            if let (Some(sigmask), Ok(place)) = (sigmask, place) {
                let len = MASK.min(size_of::<libc::sigset_t>());
                // SAFETY: the address lies in `masks`, and `len` exceeds neither the mask nor the
                // set.
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

/// Returns the size of a page, in bytes.
pub(crate) fn page_size() -> usize {
    // SAFETY: sysconf has no preconditions.
    let size = unsafe { libc::sysconf(libc::_SC_PAGESIZE) };
    usize::try_from(size).unwrap_or(4096)
}
