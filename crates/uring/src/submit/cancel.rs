//! Synchronous cancellation.

use std::io;

use super::Submitter;
use crate::sys;
use crate::types::{CancelBuilder, Timespec};

/// The kernel's value for "no timeout".
const FOREVER: sys::__kernel_timespec = sys::__kernel_timespec { tv_sec: -1, tv_nsec: -1 };

impl Submitter<'_> {
    /// Cancels the requests that `builder` describes, and waits until they have ended, for at most
    /// `timeout`. Does not affect entries that were not submitted yet. Since Linux 6.0, by
    /// operation since Linux 6.6.
    ///
    /// # Errors
    ///
    /// ENOENT if no request matches, ETIME after `timeout`, EINVAL.
    pub fn register_sync_cancel(
        &self,
        timeout: Option<Timespec>,
        builder: CancelBuilder,
    ) -> io::Result<()> {
        self.sync_cancel(timeout, builder).map(drop)
    }

    /// Does the same as [`register_sync_cancel`](Self::register_sync_cancel). Returns the number of
    /// cancelled requests for `all` and `any`, else 0.
    ///
    /// ```no_run
    /// use uring::types::CancelBuilder;
    ///
    /// let ring = uring::IoUring::new(4)?;
    /// let cancelled = ring.submitter().sync_cancel(None, CancelBuilder::any())?;
    /// println!("{cancelled} requests were cancelled");
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn sync_cancel(
        &self,
        timeout: Option<Timespec>,
        builder: CancelBuilder,
    ) -> io::Result<usize> {
        let arg = sys::io_uring_sync_cancel_reg {
            addr: builder.user_data.unwrap_or(0),
            fd: builder.to_fd(),
            flags: builder.flags.bits(),
            timeout: timeout.map_or(FOREVER, |span| span.0),
            opcode: builder.opcode.unwrap_or(0),
            ..Default::default()
        };
        // SAFETY: the structure is read during the call.
        let count = unsafe { self.register(sys::IORING_REGISTER_SYNC_CANCEL, &arg, 1)? };
        Ok(count as usize)
    }
}
