//! The flags of `io_uring_enter(2)`.

use bitflags::bitflags;

use crate::sys;

bitflags! {
    /// The flags of `io_uring_enter(2)` (`IORING_ENTER_*`).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub struct EnterFlags: u32 {
        /// Waits for completions, and runs deferred task work.
        const GETEVENTS = sys::IORING_ENTER_GETEVENTS;
        /// Wakes the polling thread.
        const SQ_WAKEUP = sys::IORING_ENTER_SQ_WAKEUP;
        /// Waits for room in the submission queue. Since Linux 5.10.
        const SQ_WAIT = sys::IORING_ENTER_SQ_WAIT;
        /// The argument is a `struct io_uring_getevents_arg`. Since Linux 5.11.
        const EXT_ARG = sys::IORING_ENTER_EXT_ARG;
        /// The descriptor is a registered index. Since Linux 5.18.
        const REGISTERED_RING = sys::IORING_ENTER_REGISTERED_RING;
        /// The timeout is an absolute time. Since Linux 6.12.
        const ABS_TIMER = sys::IORING_ENTER_ABS_TIMER;
        /// The argument is an offset into the registered wait region. Since Linux 6.13.
        const EXT_ARG_REG = sys::IORING_ENTER_EXT_ARG_REG;
        /// The wait does not count as iowait. Since Linux 6.15.
        const NO_IOWAIT = sys::IORING_ENTER_NO_IOWAIT;
    }
}
