//! The clocks of waits.

/// The clock of waits with a timeout, for
/// [`register_clock`](crate::Submitter::register_clock).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum ClockId {
    /// Does not count while the machine is suspended. The default.
    Monotonic = libc::CLOCK_MONOTONIC as u32,
    /// Counts while the machine is suspended, too.
    Boottime = libc::CLOCK_BOOTTIME as u32,
}
