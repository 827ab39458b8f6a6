//! The operations that a kernel has.

use std::fmt::{self, Debug, Formatter};

use crate::sys::{self, io_uring_probe, io_uring_probe_op};

/// The operations of a kernel, from
/// [`register_probe`](crate::Submitter::register_probe).
///
/// ```
/// let ring = uring::IoUring::new(1)?;
/// let mut probe = uring::Probe::new();
/// ring.submitter().register_probe(&mut probe)?;
/// assert!(probe.is_supported(uring::opcode::Read::CODE));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone)]
#[repr(C)]
pub struct Probe {
    head: io_uring_probe,
    ops: [io_uring_probe_op; Probe::COUNT],
}

impl Probe {
    /// The number of operations that a probe has room for.
    pub(crate) const COUNT: usize = 256;

    /// Returns a probe that supports nothing, to be filled in.
    pub fn new() -> Probe {
        Probe { head: Default::default(), ops: [Default::default(); Probe::COUNT] }
    }

    /// Returns whether the kernel has an operation, named by the `CODE` of its builder.
    pub fn is_supported(&self, opcode: u8) -> bool {
        let op = &self.ops[usize::from(opcode)];
        opcode <= self.head.last_op && u32::from(op.flags) & sys::IO_URING_OP_SUPPORTED != 0
    }

    /// Returns the highest number of an operation that the kernel knows.
    pub fn last_op(&self) -> u8 {
        self.head.last_op
    }

    /// The kernel refuses a probe that is not zero.
    pub(crate) fn clear(&mut self) {
        *self = Probe::new();
    }

    pub(crate) fn as_mut_ptr(&mut self) -> *mut Probe {
        self
    }
}

impl Default for Probe {
    fn default() -> Probe {
        Probe::new()
    }
}

impl Debug for Probe {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let codes = 0..=self.head.last_op;
        f.debug_set().entries(codes.filter(|code| self.is_supported(*code))).finish()
    }
}
