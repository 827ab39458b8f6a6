//! Giving a ring new sizes while it lives. Since Linux 6.13, for rings with deferred task work.

use std::io;

use crate::memory::RingMemory;
use crate::sys::{self, io_uring_params};
use crate::{cqueue, squeue, IoUring};

/// Where the index array lies. Kernels up to 6.18 at least leave this out of their answer to a
/// resize; taken for an offset, the 0 would put the array over the queues' heads and tails. It
/// follows the completions, on the next cache line.
fn array_offset<C>(params: &io_uring_params) -> u32 {
    const CACHE_LINE: u32 = 64;
    let cqes = params.cq_entries * size_of::<C>() as u32;
    (params.cq_off.cqes + cqes).next_multiple_of(CACHE_LINE)
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> IoUring<S, C> {
    /// Gives both queues new sizes. Entries that are queued, and completions that have not been
    /// read, move along. Sizes are rounded up to powers of two; 0 for `cq_entries` means twice
    /// the submission queue's.
    ///
    /// # Errors
    ///
    /// EINVAL for rings without `setup_defer_taskrun`, for rings in memory of the caller's and
    /// for impossible sizes; EOVERFLOW when what is pending does not fit. The ring is unchanged
    /// then. Should the new memory not get mapped (ENOMEM), the ring is of no use any more.
    pub fn resize(&mut self, sq_entries: u32, cq_entries: u32) -> io::Result<()> {
        if self.has(sys::IORING_SETUP_NO_MMAP) {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        let slots = sq_entries.checked_next_power_of_two().unwrap_or(u32::MAX);
        if self.sq.rewinds() && self.sq.len() > slots {
            // The kernel does not know of them.
            return Err(io::Error::from_raw_os_error(libc::EOVERFLOW));
        }
        let flags = if cq_entries == 0 { 0 } else { sys::IORING_SETUP_CQSIZE };
        let mut params = io_uring_params { sq_entries, cq_entries, flags, ..Default::default() };
        let arg = &raw mut params;
        let opcode = sys::IORING_REGISTER_RESIZE_RINGS;
        // SAFETY: the structure is live and writable.
        unsafe { self.submitter().register(opcode, arg.cast_const(), 1)? };

        params.flags = self.params.0.flags;
        params.features = self.params.0.features;
        if !self.has(sys::IORING_SETUP_NO_SQARRAY) && params.sq_off.array == 0 {
            params.sq_off.array = array_offset::<C>(&params);
        }
        let memory = RingMemory::map(self.fd.raw(), &params)?;
        let sq = squeue::Inner::new(&memory, &params)?;
        let cq = cqueue::Inner::new(&memory, &params)?;
        sq.adopt(&self.sq);
        // Nothing looks at the old memory once the queues are replaced.
        self.sq = sq;
        self.cq = cq;
        self.memory = memory;
        self.params.0 = params;
        Ok(())
    }
}
