//! One word of a wait for several.

use crate::sys::futex_waitv;

/// One word to wait for, in [`FutexWaitV`](crate::opcode::FutexWaitV).
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct FutexWaitV(futex_waitv);

impl FutexWaitV {
    /// Returns an element that is all zero.
    pub const fn new() -> Self {
        FutexWaitV(futex_waitv { val: 0, uaddr: 0, flags: 0, reserved: 0 })
    }

    /// Sets the value that the word must have for the wait to start.
    #[must_use]
    pub const fn val(mut self, val: u64) -> Self {
        self.0.val = val;
        self
    }

    /// Sets the address of the word.
    #[must_use]
    pub const fn uaddr(mut self, uaddr: u64) -> Self {
        self.0.uaddr = uaddr;
        self
    }

    /// Sets the flags, `FUTEX2_*`.
    #[must_use]
    pub const fn flags(mut self, flags: u32) -> Self {
        self.0.flags = flags;
        self
    }
}
