//! Registering the ring's own descriptor, which saves a lookup at every enter.

use std::io;

use super::Submitter;
use crate::sys::{self, io_uring_rsrc_update};

impl Submitter<'_> {
    /// Registers the ring's descriptor with the calling thread. Since Linux 5.18.
    ///
    /// The ring stores the index. Afterwards every enter on this thread uses it, and so does every
    /// registration if the kernel has `IORING_FEAT_REG_REG_RING`. Other threads use the plain
    /// descriptor. Dropping the ring on this thread unregisters the index. If another thread drops
    /// the ring, it stays open until this thread ends.
    ///
    /// ```no_run
    /// let ring = uring::IoUring::new(4)?;
    /// ring.submitter().register_ring_fd()?;
    /// ring.submit()?; // by the index
    /// # Ok::<(), std::io::Error>(())
    /// ```
    ///
    /// # Errors
    ///
    /// EEXIST if the ring is registered already, on any thread; EBUSY if the thread's 16 indices
    /// are taken.
    pub fn register_ring_fd(&mut self) -> io::Result<()> {
        self.fd.remember(|| {
            let mut arg =
                io_uring_rsrc_update { offset: u32::MAX, resv: 0, data: self.fd.raw() as u64 };
            let place = &raw mut arg;
            // SAFETY: the structure is live and writable, and the kernel writes the index into it.
            unsafe { self.register(sys::IORING_REGISTER_RING_FDS, place.cast_const(), 1)? };
            Ok(arg.offset)
        })
    }

    /// Unregisters the ring's descriptor. EINVAL if this thread has not registered it: no thread
    /// can unregister the index of another, so call this before the ring moves to another thread. A
    /// ring that has only an index is closed by this. Since Linux 5.18.
    pub fn unregister_ring_fd(&mut self) -> io::Result<()> {
        self.fd.forget(|index| {
            let arg = io_uring_rsrc_update { offset: index, resv: 0, data: 0 };
            // SAFETY: the structure is read during the call.
            unsafe { self.register(sys::IORING_UNREGISTER_RING_FDS, &arg, 1).map(drop) }
        })
    }
}
