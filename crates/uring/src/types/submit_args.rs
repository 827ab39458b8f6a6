//! The arguments of a submit that waits.

use std::marker::PhantomData;

use super::Timespec;
use crate::sys::io_uring_getevents_arg;

/// The size of the kernel's signal set, which is not that of `sigset_t`.
const KERNEL_SIGSET: u32 = 8;

/// The arguments of [`submit_with_args`](crate::Submitter::submit_with_args): a timeout, a signal
/// mask, a minimum wait. It borrows what it refers to:
///
/// ```compile_fail
/// use uring::types::{SubmitArgs, Timespec};
///
/// let mut args = SubmitArgs::new();
/// {
///     let ts = Timespec::new();
///     args = args.timespec(&ts);
/// }
/// drop(args);
/// ```
#[derive(Debug, Default, Clone, Copy)]
#[repr(transparent)]
pub struct SubmitArgs<'prev: 'now, 'now> {
    pub(crate) args: io_uring_getevents_arg,
    prev: PhantomData<&'prev ()>,
    now: PhantomData<&'now ()>,
}

impl<'prev, 'now> SubmitArgs<'prev, 'now> {
    /// Returns arguments for a wait without limits.
    #[inline]
    pub const fn new() -> SubmitArgs<'static, 'static> {
        SubmitArgs {
            args: io_uring_getevents_arg { sigmask: 0, sigmask_sz: 0, min_wait_usec: 0, ts: 0 },
            prev: PhantomData,
            now: PhantomData,
        }
    }

    /// Waits with this signal mask, as `ppoll(2)` does. Since Linux 5.11.
    #[inline]
    #[must_use]
    pub fn sigmask<'new>(mut self, sigmask: &'new libc::sigset_t) -> SubmitArgs<'now, 'new> {
        self.args.sigmask = std::ptr::from_ref(sigmask) as u64;
        self.args.sigmask_sz = KERNEL_SIGSET;
        SubmitArgs { args: self.args, prev: self.now, now: PhantomData }
    }

    /// Sets the time after which one completion is enough, in microseconds. Since Linux 6.12
    /// (`IORING_FEAT_MIN_TIMEOUT`, EINVAL without it).
    #[inline]
    #[must_use]
    pub fn min_wait_usec(mut self, min_wait_usec: u32) -> Self {
        self.args.min_wait_usec = min_wait_usec;
        self
    }

    /// Limits the wait, which then ends with ETIME. Since Linux 5.11.
    #[inline]
    #[must_use]
    pub fn timespec<'new>(mut self, timespec: &'new Timespec) -> SubmitArgs<'now, 'new> {
        self.args.ts = std::ptr::from_ref(timespec) as u64;
        SubmitArgs { args: self.args, prev: self.now, now: PhantomData }
    }
}
