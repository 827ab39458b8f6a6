//! Busy polling of network queues.

use crate::sys::{self, io_uring_napi};

/// How the kernel finds the network queues to poll. Since Linux 6.13.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NapiTracking {
    /// From the sockets that the ring uses.
    Dynamic,
    /// From [`register_napi_add_id`](crate::Submitter::register_napi_add_id).
    Static,
    /// Not at all. Only the kernel reports it; to set it fails with EINVAL.
    /// [`unregister_napi`](crate::Submitter::unregister_napi) ends the polling.
    Inactive,
}

impl NapiTracking {
    const fn op_param(self) -> u32 {
        match self {
            NapiTracking::Dynamic => sys::IO_URING_NAPI_TRACKING_DYNAMIC,
            NapiTracking::Static => sys::IO_URING_NAPI_TRACKING_STATIC,
            NapiTracking::Inactive => sys::IO_URING_NAPI_TRACKING_INACTIVE,
        }
    }
}

/// Settings of busy polling, for [`register_napi`](crate::Submitter::register_napi), which writes
/// the previous settings into it. Since Linux 6.9.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct Napi(pub(crate) io_uring_napi);

impl Napi {
    /// Returns settings without busy polling, with dynamic tracking.
    pub const fn new() -> Self {
        Napi(io_uring_napi {
            busy_poll_to: 0,
            prefer_busy_poll: 0,
            opcode: sys::IO_URING_NAPI_REGISTER_OP as u8,
            pad: [0; 2],
            op_param: sys::IO_URING_NAPI_TRACKING_DYNAMIC,
            resv: 0,
        })
    }

    /// Sets how long to poll, in microseconds. Newer kernels limit it to 10 ms.
    #[must_use]
    pub const fn set_busy_poll_timeout(mut self, micros: u32) -> Self {
        self.0.busy_poll_to = micros;
        self
    }

    /// Sets whether interrupts stay off while the kernel polls.
    #[must_use]
    pub const fn set_prefer_busy_poll(mut self, enabled: bool) -> Self {
        self.0.prefer_busy_poll = enabled as u8;
        self
    }

    /// Sets how the queues are found.
    #[must_use]
    pub const fn set_tracking(mut self, strategy: NapiTracking) -> Self {
        self.0.op_param = strategy.op_param();
        self
    }

    /// Returns how long to poll, in microseconds.
    pub const fn busy_poll_timeout(&self) -> u32 {
        self.0.busy_poll_to
    }

    /// Returns whether interrupts stay off while the kernel polls.
    pub const fn prefer_busy_poll(&self) -> bool {
        self.0.prefer_busy_poll != 0
    }

    /// Returns how the queues are found, or `None` for a strategy that is not known here.
    pub const fn tracking(&self) -> Option<NapiTracking> {
        match self.0.op_param {
            sys::IO_URING_NAPI_TRACKING_DYNAMIC => Some(NapiTracking::Dynamic),
            sys::IO_URING_NAPI_TRACKING_STATIC => Some(NapiTracking::Static),
            sys::IO_URING_NAPI_TRACKING_INACTIVE => Some(NapiTracking::Inactive),
            _ => None,
        }
    }
}

impl Default for Napi {
    fn default() -> Self {
        Napi::new()
    }
}
