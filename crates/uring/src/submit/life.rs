//! What a ring may do, from when, and on which clock.

use std::io;

use super::Submitter;
use crate::register::Restriction;
use crate::sys;
use crate::types::ClockId;

impl Submitter<'_> {
    /// Allows only what the list allows, for good; everything else says EACCES. Since Linux 5.10.
    ///
    /// # Errors
    ///
    /// EBADFD for a ring that is not (or no longer) disabled, EBUSY the second time.
    pub fn register_restrictions(&self, res: &mut [Restriction]) -> io::Result<()> {
        let opcode = sys::IORING_REGISTER_RESTRICTIONS;
        // SAFETY: the slice is read during the call.
        unsafe { self.register(opcode, res.as_ptr(), res.len() as u32).map(drop) }
    }

    /// Enables a ring that was made disabled. EBADFD for one that is not. With
    /// `setup_single_issuer` the calling thread becomes the one that may submit. Since Linux 5.10.
    pub fn register_enable_rings(&self) -> io::Result<()> {
        self.register_plain(sys::IORING_REGISTER_ENABLE_RINGS, 0).map(drop)
    }

    /// Chooses the clock of waits with a timeout. Since Linux 6.12.
    pub fn register_clock(&self, clock: ClockId) -> io::Result<()> {
        let arg = sys::io_uring_clock_register { clockid: clock as u32, resv: [0; 3] };
        // SAFETY: the structure is read during the call. The kernel wants 0 as the count here.
        unsafe { self.register(sys::IORING_REGISTER_CLOCK, &arg, 0).map(drop) }
    }

    /// Lets requests of this ring pass through a filter program as well. Since Linux 7.0. Needs
    /// `no_new_privs` or CAP_SYS_ADMIN (EACCES).
    ///
    /// EMSGSIZE where the payload's size differs from the kernel's; `filter` then says the
    /// kernel's. Filters cannot be removed, only narrowed by further ones.
    pub fn register_bpf_filter(&self, filter: &mut crate::register::BpfFilter) -> io::Result<()> {
        let arg = filter.argument();
        // SAFETY: the structure is live and writable, and it points at the program that the filter
        // owns.
        unsafe { self.register(sys::IORING_REGISTER_BPF_FILTER, arg.cast_const(), 1).map(drop) }
    }
}
