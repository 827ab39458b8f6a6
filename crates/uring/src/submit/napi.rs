//! Busy polling of network queues.

use std::io;

use super::Submitter;
use crate::sys::{self, io_uring_napi};
use crate::types::Napi;

impl Submitter<'_> {
    /// Switches busy polling on and writes the previous settings into `napi`: make a new one for
    /// the next call. Since Linux 6.9, with tracking since Linux 6.13. EINVAL for rings that poll
    /// for completions.
    pub fn register_napi(&self, napi: &mut Napi) -> io::Result<()> {
        let arg = &raw mut napi.0;
        // SAFETY: the structure is live and writable.
        unsafe { self.register(sys::IORING_REGISTER_NAPI, arg.cast_const(), 1).map(drop) }
    }

    /// Switches busy polling off and writes the settings that ended into `napi`. Since Linux 6.9.
    pub fn unregister_napi(&self, napi: &mut Napi) -> io::Result<()> {
        let arg = &raw mut napi.0;
        // SAFETY: the structure is live and writable.
        unsafe { self.register(sys::IORING_UNREGISTER_NAPI, arg.cast_const(), 1).map(drop) }
    }

    /// Adds a queue to a ring with static tracking: the id that `SO_INCOMING_NAPI_ID` names.
    /// EINVAL without a device behind it or without static tracking. Since Linux 6.13.
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
