//! The ring's own descriptor as a registered index, which spares a lookup at every enter.

use std::io;

use super::Submitter;
use crate::sys::{self, io_uring_rsrc_update};

impl Submitter<'_> {
    /// Registers the ring's descriptor with the calling thread. Since Linux 5.18.
    ///
    /// The ring remembers it: from now on enter, and where the kernel can
    /// (`IORING_FEAT_REG_REG_RING`) every registration, uses the index on this thread and the plain
    /// descriptor on any other. Dropping the ring on this thread gives the index back; dropped on
    /// another one, the ring stays open until this thread ends.
    ///
    /// # Errors
    ///
    /// EEXIST when it is registered already, by whichever thread; EBUSY when the thread's 16 places
    /// are taken.
    pub fn register_ring_fd(&mut self) -> io::Result<()> {
        self.fd.remember(|| {
            let mut arg =
                io_uring_rsrc_update { offset: u32::MAX, resv: 0, data: self.fd.raw() as u64 };
            let place = &raw mut arg;
            // SAFETY: the structure is live and writable; the kernel writes the index into it.
            unsafe { self.register(sys::IORING_REGISTER_RING_FDS, place.cast_const(), 1)? };
            Ok(arg.offset)
        })
    }

    /// Drops the registration. EINVAL when this thread has none: no thread can drop another's, so
    /// do this before the ring moves on. A ring without a descriptor is gone then. Since Linux
    /// 5.18.
    pub fn unregister_ring_fd(&mut self) -> io::Result<()> {
        self.fd.forget(|index| {
            let arg = io_uring_rsrc_update { offset: index, resv: 0, data: 0 };
            // SAFETY: the structure is read during the call.
            unsafe { self.register(sys::IORING_UNREGISTER_RING_FDS, &arg, 1).map(drop) }
        })
    }
}
