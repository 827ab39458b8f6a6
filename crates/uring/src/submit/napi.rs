//! Busy polling of network queues.

use std::io;

use super::Submitter;
use crate::sys::{self, io_uring_napi};
use crate::types::Napi;

impl Submitter<'_> {
    /// Enables busy polling, and writes the previous settings into `napi`. Create a new value for
    /// the next call. EINVAL for rings that poll for completions. Since Linux 6.9, with tracking
    /// since Linux 6.13.
    ///
    /// ```no_run
    /// use uring::types::Napi;
    ///
    /// let ring = uring::IoUring::new(4)?;
    /// let mut napi = Napi::new().set_busy_poll_timeout(50);
    /// ring.submitter().register_napi(&mut napi)?;
    /// assert_eq!(napi.busy_poll_timeout(), 0); // the setting before the call
    /// # Ok::<(), std::io::Error>(())
    /// ```
    pub fn register_napi(&self, napi: &mut Napi) -> io::Result<()> {
        let arg = &raw mut napi.0;
        // SAFETY: the structure is live and writable.
        unsafe { self.register(sys::IORING_REGISTER_NAPI, arg.cast_const(), 1).map(drop) }
    }

    /// Disables busy polling, and writes the previous settings into `napi`. Since Linux 6.9.
    pub fn unregister_napi(&self, napi: &mut Napi) -> io::Result<()> {
        let arg = &raw mut napi.0;
        // SAFETY: the structure is live and writable.
        unsafe { self.register(sys::IORING_UNREGISTER_NAPI, arg.cast_const(), 1).map(drop) }
    }

    /// Adds a queue to a ring with static tracking, by the id that `SO_INCOMING_NAPI_ID` reports.
    /// EINVAL for an id without a device, and without static tracking. Since Linux 6.13.
    pub fn register_napi_add_id(&self, napi_id: u32) -> io::Result<()> {
        self.napi_static(sys::IO_URING_NAPI_STATIC_ADD_ID, napi_id)
    }

    /// Removes a queue from a ring with static tracking. Since Linux 6.13.
    pub fn register_napi_del_id(&self, napi_id: u32) -> io::Result<()> {
        self.napi_static(sys::IO_URING_NAPI_STATIC_DEL_ID, napi_id)
    }

    fn napi_static(&self, op: u32, napi_id: u32) -> io::Result<()> {
        let mut arg = io_uring_napi { opcode: op as u8, op_param: napi_id, ..Default::default() };
        let arg = &raw mut arg;
        // SAFETY: the structure is live and writable.
        unsafe { self.register(sys::IORING_REGISTER_NAPI, arg.cast_const(), 1).map(drop) }
    }
}
