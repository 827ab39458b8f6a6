//! What may stand where an operation wants a file.

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

/// Where only a descriptor will do.
pub trait UseFd: Sized {
    /// The descriptor.
    fn fd(self) -> RawFd;
}

/// Where a registered slot will do as well.
pub trait UseFixed: Sized {
    /// The file.
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
