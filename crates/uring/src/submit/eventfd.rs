//! An eventfd that is signalled for completions.

use std::io;
use std::os::fd::RawFd;

use super::Submitter;
use crate::sys;

impl Submitter<'_> {
    /// Registers an eventfd, which the kernel signals for every completion. EBUSY if one is
    /// registered already, EBADF or EINVAL for a descriptor that is not an eventfd. Since Linux
    /// 5.2.
    pub fn register_eventfd(&self, eventfd: RawFd) -> io::Result<()> {
        // SAFETY: the number is read during the call.
        unsafe { self.register(sys::IORING_REGISTER_EVENTFD, &raw const eventfd, 1).map(drop) }
    }

    /// Registers an eventfd, which the kernel signals only for completions that a worker posts, and
    /// not for those of a submit or of a poll. Since Linux 5.6.
    pub fn register_eventfd_async(&self, eventfd: RawFd) -> io::Result<()> {
        let opcode = sys::IORING_REGISTER_EVENTFD_ASYNC;
        // SAFETY: the number is read during the call.
        unsafe { self.register(opcode, &raw const eventfd, 1).map(drop) }
    }

    /// Unregisters the eventfd. ENXIO if none is registered. Since Linux 5.2.
    pub fn unregister_eventfd(&self) -> io::Result<()> {
        self.register_plain(sys::IORING_UNREGISTER_EVENTFD, 0).map(drop)
    }
}
