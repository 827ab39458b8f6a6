//! The engine's counters. After every turn `staged == settled + live`, which debug builds assert.

/// Totals of an engine since it was made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Operations staged.
    pub staged: u64,
    /// Operations whose last completion was taken, or that never reached the kernel.
    pub settled: u64,
    /// Entries the kernel consumed, guards and cancels included.
    pub submitted: u64,
    /// Completions taken off the completion queue.
    pub completions: u64,
    /// Calls of `io_uring_enter`.
    pub enters: u64,
    /// Turns that ended because the kernel had no room (EAGAIN, EBUSY).
    pub stalls: u64,
    /// Completions that named no operation in flight.
    pub suspect: u64,
}
