//! Small things that several modules share.

/// Keeps the entry traits closed: the ring's memory only fits the kernel's own entry sizes.
pub trait Sealed {}
