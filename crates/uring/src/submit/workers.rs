//! The kernel's worker threads ("io-wq") that take what would block.

use std::io;

use super::Submitter;
use crate::sys;

impl Submitter<'_> {
    /// Says on which CPUs the workers of this ring may run. Since Linux 5.14.
    pub fn register_iowq_aff(&self, cpu_set: &libc::cpu_set_t) -> io::Result<()> {
        let len = size_of::<libc::cpu_set_t>() as u32;
        // SAFETY: the set is `len` bytes and is read during the call.
        unsafe { self.register(sys::IORING_REGISTER_IOWQ_AFF, cpu_set, len).map(drop) }
    }

    /// Lets the workers run where this thread may run again. Since Linux 5.14.
    pub fn unregister_iowq_aff(&self) -> io::Result<()> {
        self.register_plain(sys::IORING_UNREGISTER_IOWQ_AFF, 0).map(drop)
    }

    /// Limits the workers per NUMA node: `max[0]` for work that ends by itself (files), `max[1]`
    /// for work that may never end (sockets). 0 leaves a limit alone; the previous limits are
    /// written back. Since Linux 5.15.
    pub fn register_iowq_max_workers(&self, max: &mut [u32; 2]) -> io::Result<()> {
        let opcode = sys::IORING_REGISTER_IOWQ_MAX_WORKERS;
        // SAFETY: both words are there and writable.
        unsafe { self.register(opcode, max.as_mut_ptr().cast_const(), 2).map(drop) }
    }
}
