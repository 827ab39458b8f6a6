//! Cancelling and waiting for it in one call.

use std::io;

use super::Submitter;
use crate::sys;
use crate::types::{CancelBuilder, Timespec};

/// The kernel's way to say "no timeout".
const FOREVER: sys::__kernel_timespec = sys::__kernel_timespec { tv_sec: -1, tv_nsec: -1 };

impl Submitter<'_> {
    /// Cancels what `builder` describes and waits until it is gone, at most `timeout`. Since Linux
    /// 6.0, by operation since Linux 6.6. Entries that were not submitted yet are not looked at.
    ///
    /// # Errors
    ///
    /// ENOENT when nothing matched, ETIME when it took too long, EINVAL.
    pub fn register_sync_cancel(
        &self,
        timeout: Option<Timespec>,
        builder: CancelBuilder,
    ) -> io::Result<()> {
        self.sync_cancel(timeout, builder).map(drop)
    }

    /// [`register_sync_cancel`](Self::register_sync_cancel) that gives the number of requests for
    /// `all` and `any`, else 0.
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
