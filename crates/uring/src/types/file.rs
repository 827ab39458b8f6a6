//! Files: descriptors, registered slots, and how files are opened.

use std::num::NonZeroU32;
use std::os::fd::RawFd;

use crate::sys::{self, open_how};

/// A file descriptor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Fd(pub RawFd);

/// A slot of the registered files, see
/// [`register_files`](crate::Submitter::register_files). Since Linux 5.1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct Fixed(pub u32);

/// Stands for [`struct libc::statx`](struct@libc::statx): cast a pointer to that one.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Debug)]
pub struct statx {
    _opaque: (),
}

/// Stands for [`libc::epoll_event`]: cast a pointer to that one.
#[repr(C)]
#[allow(non_camel_case_types)]
#[derive(Debug)]
pub struct epoll_event {
    _opaque: (),
}

/// The slot of the registered files that receives a new file, instead of a descriptor. Since Linux
/// 5.15.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DestinationSlot {
    argument: NonZeroU32,
}

/// `IORING_FILE_INDEX_ALLOC`
const ALLOC: NonZeroU32 = NonZeroU32::new(sys::IORING_FILE_INDEX_ALLOC).unwrap();

impl DestinationSlot {
    /// Lets the kernel choose a free slot. The completion's result is its number, or ENFILE if no
    /// slot is free. Since Linux 5.19.
    pub const fn auto_target() -> Self {
        DestinationSlot { argument: ALLOC }
    }

    /// Chooses a slot. The file in it is replaced. The completion's result is 0.
    ///
    /// # Errors
    ///
    /// Returns the number if it is above `u32::MAX - 2`.
    pub const fn try_from_slot_target(target: u32) -> Result<Self, u32> {
        match NonZeroU32::new(target.wrapping_add(1)) {
            Some(argument) if argument.get() < ALLOC.get() => Ok(DestinationSlot { argument }),
            _ => Err(target),
        }
    }

    /// Returns the number in the kernel's encoding.
    #[inline]
    pub(crate) const fn kernel_index_arg(self) -> u32 {
        self.argument.get()
    }
}

/// How [`OpenAt2`](crate::opcode::OpenAt2) opens a file: `struct open_how`, see `openat2(2)`.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct OpenHow(open_how);

impl OpenHow {
    /// Opens read-only, without restrictions.
    pub const fn new() -> Self {
        OpenHow(open_how { flags: 0, mode: 0, resolve: 0 })
    }

    /// Sets the `O_*` flags.
    #[must_use]
    pub const fn flags(mut self, flags: u64) -> Self {
        self.0.flags = flags;
        self
    }

    /// Sets the mode of a file that is created; must be 0 otherwise.
    #[must_use]
    pub const fn mode(mut self, mode: u64) -> Self {
        self.0.mode = mode;
        self
    }

    /// Sets the `RESOLVE_*` flags.
    #[must_use]
    pub const fn resolve(mut self, resolve: u64) -> Self {
        self.0.resolve = resolve;
        self
    }
}
