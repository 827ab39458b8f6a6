//! The flags of single operations.

use bitflags::bitflags;

use crate::sys;

bitflags! {
    /// How a timeout counts (`IORING_TIMEOUT_*`). The clock is the monotonic one unless a flag
    /// names another.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub struct TimeoutFlags: u32 {
        /// The time is a point on the clock, not a span. Since Linux 5.5.
        const ABS = sys::IORING_TIMEOUT_ABS;
        /// Count while the machine is suspended, too. Since Linux 5.15.
        const BOOTTIME = sys::IORING_TIMEOUT_BOOTTIME;
        /// Follow the wall clock. Since Linux 5.15.
        const REALTIME = sys::IORING_TIMEOUT_REALTIME;
        /// In an update: the target is a linked timeout. Since Linux 5.15.
        const LINK_TIMEOUT_UPDATE = sys::IORING_LINK_TIMEOUT_UPDATE;
        /// Expiry counts as success: it does not break a chain. The result is still -ETIME.
        /// Since Linux 5.16.
        const ETIME_SUCCESS = sys::IORING_TIMEOUT_ETIME_SUCCESS;
        /// Complete repeatedly, `count` times or, with 0, until removed. EINVAL with
        /// [`ABS`](Self::ABS). Since Linux 6.4.
        const MULTISHOT = sys::IORING_TIMEOUT_MULTISHOT;
        /// The entry holds the time itself, in nanoseconds, in place of an address. Since Linux
        /// 7.1. [`TimeoutImmediate`](crate::opcode::TimeoutImmediate) and its like set it.
        const IMMEDIATE_ARG = sys::IORING_TIMEOUT_IMMEDIATE_ARG;
    }
}

bitflags! {
    /// What [`Fsync`](crate::opcode::Fsync) writes (`IORING_FSYNC_*`).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub struct FsyncFlags: u32 {
        /// Only the data, and what is needed to read it back, see `fdatasync(2)`.
        const DATASYNC = sys::IORING_FSYNC_DATASYNC;
    }
}

bitflags! {
    /// What a cancellation matches (`IORING_ASYNC_CANCEL_*`).
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub(crate) struct AsyncCancelFlags: u32 {
        const ALL = sys::IORING_ASYNC_CANCEL_ALL;
        const FD = sys::IORING_ASYNC_CANCEL_FD;
        const ANY = sys::IORING_ASYNC_CANCEL_ANY;
        const FD_FIXED = sys::IORING_ASYNC_CANCEL_FD_FIXED;
        const USERDATA = sys::IORING_ASYNC_CANCEL_USERDATA;
        const OP = sys::IORING_ASYNC_CANCEL_OP;
    }
}

bitflags! {
    /// How registered buffers are cloned from another ring.
    #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
    pub struct CloneBuffersFlags: u32 {
        /// The source is a registered ring index. Since Linux 6.12.
        const SRC_REGISTERED = sys::IORING_REGISTER_SRC_REGISTERED;
        /// Buffers in the way are replaced. Since Linux 6.13.
        const DST_REPLACE = sys::IORING_REGISTER_DST_REPLACE;
    }
}
