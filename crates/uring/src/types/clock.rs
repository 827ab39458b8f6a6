//! The clocks that a wait can run on.

/// The clock of waits with a timeout, for
/// [`register_clock`](crate::Submitter::register_clock).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u32)]
pub enum ClockId {
    /// Stands still while the machine is suspended. The default.
    Monotonic = libc::CLOCK_MONOTONIC as u32,
    /// Goes on while the machine is suspended.
    Boottime = libc::CLOCK_BOOTTIME as u32,
}
