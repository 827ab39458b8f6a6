//! Time as io_uring takes it: 64 bits of seconds and of nanoseconds on every architecture.

use std::time::Duration;

use crate::sys::__kernel_timespec;

/// A span of time, or a point in time.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Timespec(pub(crate) __kernel_timespec);

impl Timespec {
    /// Returns a time of zero.
    #[inline]
    pub const fn new() -> Self {
        Timespec(__kernel_timespec { tv_sec: 0, tv_nsec: 0 })
    }

    /// Sets the seconds. The kernel refuses values above `i64::MAX` (EINVAL).
    #[inline]
    #[must_use]
    pub const fn sec(mut self, sec: u64) -> Self {
        self.0.tv_sec = sec as i64;
        self
    }

    /// Sets the nanoseconds. The kernel refuses 1,000,000,000 and more (EINVAL).
    #[inline]
    #[must_use]
    pub const fn nsec(mut self, nsec: u32) -> Self {
        self.0.tv_nsec = nsec as i64;
        self
    }
}

/// A span that is longer than the kernel can count (2^63 seconds) becomes the longest.
impl From<Duration> for Timespec {
    fn from(span: Duration) -> Self {
        let seconds = span.as_secs().min(i64::MAX as u64);
        Timespec::new().sec(seconds).nsec(span.subsec_nanos())
    }
}
