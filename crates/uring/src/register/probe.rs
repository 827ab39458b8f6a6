//! Which operations a kernel has.

use std::fmt::{self, Debug, Formatter};

use crate::sys::{self, io_uring_probe, io_uring_probe_op};

/// The operations of a kernel, from
/// [`register_probe`](crate::Submitter::register_probe).
#[derive(Clone)]
#[repr(C)]
pub struct Probe {
    head: io_uring_probe,
    ops: [io_uring_probe_op; Probe::COUNT],
}

impl Probe {
    /// The most operations that one probe can describe.
    pub(crate) const COUNT: usize = 256;

    /// A probe of a kernel that has nothing.
    pub fn new() -> Probe {
        Probe { head: Default::default(), ops: [Default::default(); Probe::COUNT] }
    }

    /// Whether the kernel has the operation: pass the `CODE` of a builder.
    pub fn is_supported(&self, opcode: u8) -> bool {
        let op = &self.ops[usize::from(opcode)];
        opcode <= self.head.last_op && u32::from(op.flags) & sys::IO_URING_OP_SUPPORTED != 0
    }

    /// The highest number that this kernel knows.
    pub fn last_op(&self) -> u8 {
        self.head.last_op
    }

    /// The kernel wants zeroes on entry.
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
