//! The kinds of files that operations accept.

use std::os::fd::RawFd;

use super::{Fd, Fixed};

/// A file as an entry names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// A descriptor.
    Fd(RawFd),
    /// A slot of the registered files.
    Fixed(u32),
}

/// What operations accept that need a descriptor.
pub trait UseFd: Sized {
    /// Returns the descriptor.
    fn fd(self) -> RawFd;
}

/// What operations accept that take a descriptor or a registered slot.
pub trait UseFixed: Sized {
    /// Returns the file.
    fn target(self) -> Target;
}

impl UseFd for Fd {
    #[inline]
    fn fd(self) -> RawFd {
        self.0
    }
}

impl UseFixed for Fd {
    #[inline]
    fn target(self) -> Target {
        Target::Fd(self.0)
    }
}

impl UseFixed for Fixed {
    #[inline]
    fn target(self) -> Target {
        Target::Fixed(self.0)
    }
}
