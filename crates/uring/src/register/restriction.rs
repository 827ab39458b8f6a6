//! What a restricted ring is allowed to do.

use std::fmt::{self, Debug, Formatter};

use crate::sys::{self, io_uring_restriction};

/// One permission, for
/// [`register_restrictions`](crate::Submitter::register_restrictions). Since Linux 5.10.
///
/// ```
/// use uring::register::Restriction;
/// use uring::{opcode, IoUring};
///
/// let ring: IoUring = IoUring::builder().setup_r_disabled().build(4)?;
/// ring.submitter().register_restrictions(&mut [Restriction::sqe_op(opcode::Read::CODE)])?;
/// ring.submitter().register_enable_rings()?; // from now on it only reads
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Restriction(io_uring_restriction);

impl Restriction {
    fn new(kind: u32, arg: u8) -> Restriction {
        Restriction(io_uring_restriction { opcode: kind as u16, arg, ..Default::default() })
    }

    /// Allows a registration, one of `IORING_REGISTER_*`.
    pub fn register_op(op: u8) -> Restriction {
        Self::new(sys::IORING_RESTRICTION_REGISTER_OP, op)
    }

    /// Allows an operation, named by the `CODE` of its builder.
    pub fn sqe_op(op: u8) -> Restriction {
        Self::new(sys::IORING_RESTRICTION_SQE_OP, op)
    }

    /// Allows these [flags](crate::squeue::Flags) of entries.
    pub fn sqe_flags_allowed(flags: u8) -> Restriction {
        Self::new(sys::IORING_RESTRICTION_SQE_FLAGS_ALLOWED, flags)
    }

    /// Requires these [flags](crate::squeue::Flags) of every entry.
    pub fn sqe_flags_required(flags: u8) -> Restriction {
        Self::new(sys::IORING_RESTRICTION_SQE_FLAGS_REQUIRED, flags)
    }

    pub(crate) fn as_raw(&self) -> &io_uring_restriction {
        &self.0
    }
}

impl Debug for Restriction {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.debug_struct("Restriction")
            .field("opcode", &self.0.opcode)
            .field("arg", &self.0.arg)
            .finish()
    }
}
