//! Resizing a ring in use (`IORING_REGISTER_RESIZE_RINGS`, Linux 6.13).
//!
//! Owns the order of the steps: every check comes before the kernel swaps the rings, because that
//! cannot be undone. Promises that the new queues contain all queued entries and unread
//! completions. Never relies on the kernel's copy of them: the first kernels that could resize
//! copied entries of 128 and of 32 bytes as if they had half that size. Proven by
//! `tests/kernel/resize.rs` and `tests/kernel/resize_sizes.rs`.

use std::io;

use crate::memory::RingMemory;
use crate::sys::{self, io_uring_params};
use crate::{cqueue, squeue, IoUring};

/// The most submission entries that the kernel allows.
const ENTRIES_MAX: u32 = 32768;

/// Returns the offset of the submission queue's index array: the first cache line after the
/// completions. For 32-byte completions the kernel doubles the size of the header and the
/// completions together.
///
/// Kernels up to at least 6.18 do not report the offset after a resize.
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
    /// Queued entries and unread completions are kept. Sizes are rounded up to powers of two. If
    /// `cq_entries` is 0, the completion queue gets twice the size of the submission queue. On a
    /// ring created with [`setup_clamp`](crate::Builder::setup_clamp), sizes above the limits are
    /// reduced to these.
    ///
    /// ```no_run
    /// let mut ring: uring::IoUring =
    ///     uring::IoUring::builder().setup_single_issuer().setup_defer_taskrun().build(64)?;
    /// ring.resize(1024, 4096)?;
    /// assert_eq!(ring.params().cq_entries(), 4096);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// - EINVAL: the ring was created without `setup_defer_taskrun`, lies in memory that this
    ///   process provided, or has no descriptor; or a size is invalid.
    ///
    /// - EOVERFLOW: the pending entries or completions do not fit.
    ///
    /// - EOPNOTSUPP: the kernel's layout of the ring is unknown.
    ///
    /// - ENOMEM: the new memory could not be mapped. The ring must be dropped. After all other
    ///   errors it is unchanged.
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
        // Nothing reads the old memory once the queues are replaced.
        self.sq = sq;
        self.cq = cq;
        self.memory = memory;
        self.params.0 = params;
        Ok(())
    }

    /// Refuses a resize that would leave the ring unusable.
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
