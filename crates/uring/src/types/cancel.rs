//! What a cancellation looks for.

use super::sealed::{Target, UseFixed};
use super::AsyncCancelFlags;

/// What a cancellation matches: requests by user data, by file, by operation, or any.
///
/// Used by [`AsyncCancel2`](crate::opcode::AsyncCancel2) and by
/// [`register_sync_cancel`](crate::Submitter::register_sync_cancel).
///
/// ```
/// use uring::types::{CancelBuilder, Fd, Fixed};
///
/// CancelBuilder::any();
/// CancelBuilder::user_data(42).all();
/// CancelBuilder::fd(Fixed(3));
/// CancelBuilder::fd(Fd(3)).op(uring::opcode::Read::CODE).all();
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CancelBuilder {
    pub(crate) flags: AsyncCancelFlags,
    pub(crate) user_data: Option<u64>,
    pub(crate) fd: Option<Target>,
    pub(crate) opcode: Option<u8>,
}

impl CancelBuilder {
    const fn with(flags: AsyncCancelFlags) -> Self {
        CancelBuilder { flags, user_data: None, fd: None, opcode: None }
    }

    /// Matches every request of the ring, or every one that meets the criteria added. The
    /// completion's result is their number. Since Linux 5.19.
    pub const fn any() -> Self {
        Self::with(AsyncCancelFlags::ANY)
    }

    /// Matches the first request with this user data. Since Linux 5.5.
    pub const fn user_data(user_data: u64) -> Self {
        let mut builder = Self::with(AsyncCancelFlags::empty());
        builder.user_data = Some(user_data);
        builder
    }

    /// Matches the first request on this file. Since Linux 5.19; for a registered slot since Linux
    /// 6.0.
    pub fn fd(fd: impl UseFixed) -> Self {
        let target = fd.target();
        let mut builder = Self::with(AsyncCancelFlags::FD);
        if matches!(target, Target::Fixed(_)) {
            builder.flags.insert(AsyncCancelFlags::FD_FIXED);
        }
        builder.fd = Some(target);
        builder
    }

    /// Matches the first request of this operation. Since Linux 6.6.
    pub const fn opcode(opcode: u8) -> Self {
        let mut builder = Self::with(AsyncCancelFlags::OP);
        builder.opcode = Some(opcode);
        builder
    }

    /// Adds a criterion: the operation. Since Linux 6.6.
    #[must_use]
    pub fn op(mut self, opcode: u8) -> Self {
        self.every_match();
        self.flags.insert(AsyncCancelFlags::OP);
        // Once a criterion is named, the user data only counts when it is named too.
        if self.user_data.is_some() {
            self.flags.insert(AsyncCancelFlags::USERDATA);
        }
        self.opcode = Some(opcode);
        self
    }

    /// Adds a criterion: the user data. Since Linux 6.6 together with another criterion.
    #[must_use]
    pub fn and_user_data(mut self, user_data: u64) -> Self {
        self.every_match();
        // Alone it counts without the flag, which older kernels do not know.
        if self.flags.intersects(AsyncCancelFlags::FD.union(AsyncCancelFlags::OP)) {
            self.flags.insert(AsyncCancelFlags::USERDATA);
        }
        self.user_data = Some(user_data);
        self
    }

    /// Cancels every match, not just the first. The completion's result is their number. Since
    /// Linux 5.19.
    #[must_use]
    pub fn all(mut self) -> Self {
        self.flags.insert(AsyncCancelFlags::ALL);
        self
    }

    /// Called before a criterion is added. Together with "any" the kernel refuses criteria or, in a
    /// synchronous cancellation, ignores them: "any" becomes "all that match".
    fn every_match(&mut self) {
        if self.flags.contains(AsyncCancelFlags::ANY) {
            self.flags.remove(AsyncCancelFlags::ANY);
            self.flags.insert(AsyncCancelFlags::ALL);
        }
    }

    pub(crate) fn to_fd(self) -> i32 {
        match self.fd {
            Some(Target::Fd(fd)) => fd,
            Some(Target::Fixed(slot)) => slot as i32,
            None => -1,
        }
    }
}
