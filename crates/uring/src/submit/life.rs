//! Restricting and enabling a ring, and its clock.

use std::io;

use super::Submitter;
use crate::register::Restriction;
use crate::sys;
use crate::types::ClockId;

impl Submitter<'_> {
    /// Restricts the ring to what the list allows. Everything else fails with EACCES. Cannot be
    /// undone. Since Linux 5.10.
    ///
    /// # Errors
    ///
    /// EBADFD if the ring is not disabled, EBUSY if it is restricted already.
    pub fn register_restrictions(&self, res: &mut [Restriction]) -> io::Result<()> {
        let opcode = sys::IORING_REGISTER_RESTRICTIONS;
        // SAFETY: the slice is read during the call.
        unsafe { self.register(opcode, res.as_ptr(), res.len() as u32).map(drop) }
    }

    /// Enables a ring that was created disabled. With `setup_single_issuer`, the calling thread
    /// becomes the only one that may submit. EBADFD if the ring is enabled already. Since Linux
    /// 5.10.
    pub fn register_enable_rings(&self) -> io::Result<()> {
        self.register_plain(sys::IORING_REGISTER_ENABLE_RINGS, 0).map(drop)
    }

    /// Sets the clock of waits with a timeout. Since Linux 6.12.
    pub fn register_clock(&self, clock: ClockId) -> io::Result<()> {
        let arg = sys::io_uring_clock_register { clockid: clock as u32, resv: [0; 3] };
        // SAFETY: the structure is read during the call. The kernel wants 0 as the count here.
        unsafe { self.register(sys::IORING_REGISTER_CLOCK, &arg, 0).map(drop) }
    }

    /// Adds a filter program for the requests of this ring. Filters cannot be removed, and each
    /// further one can only forbid more. Since Linux 7.0.
    ///
    /// # Errors
    ///
    /// EACCES without `no_new_privs` or CAP_SYS_ADMIN; EMSGSIZE if the size of the payload differs
    /// from the kernel's, which `filter` then holds.
    pub fn register_bpf_filter(&self, filter: &mut crate::register::BpfFilter) -> io::Result<()> {
        let arg = filter.argument();
        // SAFETY: the structure is live and writable, and points at the program that the filter
        // owns.
        unsafe { self.register(sys::IORING_REGISTER_BPF_FILTER, arg.cast_const(), 1).map(drop) }
    }
}
