//! New sizes for a ring that is in use (`IORING_REGISTER_RESIZE_RINGS`, Linux 6.13).
//!
//! Owns the order of the steps: everything that can be refused is refused before the kernel swaps
//! the rings, because after that there is no way back. Promises that queued entries and unread
//! completions are found in the new queues. Never trusts the kernel's copy of them: the first
//! kernels that could resize copied 128-byte and 32-byte entries as if they had half that size.
//! Proven by `tests/kernel/resize.rs` and `tests/kernel/resize_sizes.rs`.

use std::io;

use crate::memory::RingMemory;
use crate::sys::{self, io_uring_params};
use crate::{cqueue, squeue, IoUring};

/// The most submission entries that the kernel allows.
const ENTRIES_MAX: u32 = 32768;

/// Where the kernel puts the submission queue's index array: on the first cache line behind the
/// completions. The kernel doubles header and completions together for 32-byte completions.
///
/// Kernels up to 6.18 at least leave the offset out of their answer to a resize.
fn array_offset(params: &io_uring_params) -> u32 {
    const CACHE_LINE: u32 = 64;
    let doubled = u32::from(params.flags & sys::IORING_SETUP_CQE32 != 0);
    let end = params.cq_off.cqes + params.cq_entries * size_of::<cqueue::Entry>() as u32;
    (end << doubled).next_multiple_of(CACHE_LINE)
}

fn refused<T>(errno: i32) -> io::Result<T> {
    Err(io::Error::from_raw_os_error(errno))
}

impl<S: squeue::EntryMarker, C: cqueue::EntryMarker> IoUring<S, C> {
    /// Changes the sizes of both queues. Since Linux 6.13.
    ///
    /// Queued entries and unread completions move along. Sizes are rounded up to powers of two.
    /// 0 for `cq_entries` means twice the submission queue's size. On a ring made with
    /// [`setup_clamp`](crate::Builder::setup_clamp), sizes that are too large become the limits.
    ///
    /// # Errors
    ///
    /// The ring is unchanged after EINVAL (a ring without `setup_defer_taskrun`, in memory that
    /// this process provided or without a descriptor, and impossible sizes), EOVERFLOW (what is
    /// pending does not fit) and EOPNOTSUPP (this kernel lays its rings out in an unknown way).
    /// After ENOMEM the new memory could not be mapped, and the ring must be dropped.
    pub fn resize(&mut self, sq_entries: u32, cq_entries: u32) -> io::Result<()> {
        self.check_resize(sq_entries)?;
        let sized = if cq_entries == 0 { 0 } else { sys::IORING_SETUP_CQSIZE };
        let flags = sized | self.params.0.flags & sys::IORING_SETUP_CLAMP;
        let mut params = io_uring_params { sq_entries, cq_entries, flags, ..Default::default() };
        let arg = &raw mut params;
        let opcode = sys::IORING_REGISTER_RESIZE_RINGS;
        // SAFETY: the structure is live and writable.
        unsafe { self.submitter().register(opcode, arg.cast_const(), 1)? };

        params.flags = self.params.0.flags;
        params.features = self.params.0.features;
        if self.has_index_array() && params.sq_off.array == 0 {
            params.sq_off.array = array_offset(&params);
        }
        let mut memory = RingMemory::map(self.fd.raw(), &params)?;
        if let Some(process) = self.memory.only_in() {
            memory.confine(process)?;
        }
        let sq = squeue::Inner::new(&memory, &params)?;
        let cq = cqueue::Inner::new(&memory, &params)?;
        sq.adopt(&self.sq);
        cq.adopt(&self.cq);
        // Nothing looks at the old memory once the queues are replaced.
        self.sq = sq;
        self.cq = cq;
        self.memory = memory;
        self.params.0 = params;
        Ok(())
    }

    /// Refuses what would leave a ring that cannot be used.
    fn check_resize(&self, sq_entries: u32) -> io::Result<()> {
        // The new memory is mapped from the descriptor.
        if self.has(sys::IORING_SETUP_NO_MMAP) || self.fd.raw() < 0 {
            return refused(libc::EINVAL);
        }
        if self.has_index_array() && array_offset(&self.params.0) != self.params.0.sq_off.array {
            return refused(libc::EOPNOTSUPP);
        }
        let slots = sq_entries.checked_next_power_of_two().unwrap_or(u32::MAX).min(ENTRIES_MAX);
        if !self.sq().fits(slots) {
            return refused(libc::EOVERFLOW);
        }
        Ok(())
    }

    fn has_index_array(&self) -> bool {
        !self.has(sys::IORING_SETUP_NO_SQARRAY)
    }
}
