//! Memory regions, and the wait arguments in them.

use std::io;

use super::{as_many, of_a_wait, EnterFlags, Submitter};
use crate::sys;

/// One wait argument.
const REG_WAIT: usize = size_of::<sys::io_uring_reg_wait>();

impl Submitter<'_> {
    /// Registers a memory region. A ring can have one, which cannot be unregistered. Since Linux
    /// 6.13.
    ///
    /// `flags` is `IORING_MEM_REGION_REG_WAIT_ARG` for a region of wait arguments, which must be
    /// registered while the ring is disabled. [`WaitRegion`](crate::register::WaitRegion) owns such
    /// a region.
    ///
    /// # Errors
    ///
    /// EBUSY if the ring has a region; EINVAL for wait arguments on an enabled ring.
    ///
    /// # Safety
    ///
    /// Memory that the caller provides (`IORING_MEM_REGION_TYPE_USER`) must stay valid for as long
    /// as the ring.
    pub unsafe fn register_region(
        &self,
        region: &mut sys::io_uring_region_desc,
        flags: u64,
    ) -> io::Result<()> {
        let arg = sys::io_uring_mem_region_reg {
            region_uptr: std::ptr::from_mut(region) as u64,
            flags,
            resv: [0; 2],
        };
        // SAFETY: the description is live and writable, and the caller vouches for the memory that
        // it names.
        unsafe { self.register(sys::IORING_REGISTER_MEM_REGION, &arg, 1).map(drop) }
    }

    /// Submits and waits with the wait argument `index` of the registered region, which the kernel
    /// need not copy. Since Linux 6.13.
    ///
    /// # Errors
    ///
    /// ETIME if the timeout expires, EFAULT for an index outside the region, EINVAL without a
    /// region.
    pub fn submit_and_wait_reg(&self, want: usize, index: u32) -> io::Result<usize> {
        self.submit_and_wait_reg_with_flags(want, index, EnterFlags::empty())
    }

    /// Does the same as [`submit_and_wait_reg`](Self::submit_and_wait_reg), with the flags of
    /// [`submit_with_args_and_flags`](Self::submit_with_args_and_flags).
    ///
    /// # Errors
    ///
    /// As for those functions.
    pub fn submit_and_wait_reg_with_flags(
        &self,
        want: usize,
        index: u32,
        flags: EnterFlags,
    ) -> io::Result<usize> {
        let extra = of_a_wait(flags)?;
        let offset = (index as usize).saturating_mul(REG_WAIT);
        let flags = EnterFlags::GETEVENTS | EnterFlags::EXT_ARG | EnterFlags::EXT_ARG_REG;
        let flags = flags.bits() | extra | self.plan(want).unwrap_or(0);
        let arg = std::ptr::without_provenance(offset);
        // SAFETY: the argument is an offset, not a pointer, and the kernel checks it against the
        // region's size.
        unsafe { self.enter_raw(self.sq.len(), as_many(want), flags, arg, REG_WAIT) }
    }
}
