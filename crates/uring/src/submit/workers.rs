//! The kernel's worker threads ("io-wq"), which run requests that would block.

use std::io;

use super::Submitter;
use crate::sys;

impl Submitter<'_> {
    /// Sets the CPUs on which the workers of this ring may run. Since Linux 5.14.
    pub fn register_iowq_aff(&self, cpu_set: &libc::cpu_set_t) -> io::Result<()> {
        let len = size_of::<libc::cpu_set_t>() as u32;
        // SAFETY: the set is `len` bytes and is read during the call.
        unsafe { self.register(sys::IORING_REGISTER_IOWQ_AFF, cpu_set, len).map(drop) }
    }

    /// Resets the CPUs of the workers to those of this thread. Since Linux 5.14.
    pub fn unregister_iowq_aff(&self) -> io::Result<()> {
        self.register_plain(sys::IORING_UNREGISTER_IOWQ_AFF, 0).map(drop)
    }

    /// Limits the number of workers per NUMA node: `max[0]` for bounded work (files), `max[1]` for
    /// unbounded work (sockets). 0 leaves a limit unchanged. The kernel writes the previous limits
    /// into `max`. Since Linux 5.15.
    ///
    /// ```no_run
    /// let ring = uring::IoUring::new(4)?;
    /// let mut max = [2, 0];
    /// ring.submitter().register_iowq_max_workers(&mut max)?;
    /// println!("before: {} for files, {} for sockets", max[0], max[1]);
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn register_iowq_max_workers(&self, max: &mut [u32; 2]) -> io::Result<()> {
        let opcode = sys::IORING_REGISTER_IOWQ_MAX_WORKERS;
        // SAFETY: both words are live and writable.
        unsafe { self.register(opcode, max.as_mut_ptr().cast_const(), 2).map(drop) }
    }
}
