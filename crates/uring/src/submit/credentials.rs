//! Registered credentials for requests.

use std::io;

use super::Submitter;
use crate::sys;

impl Submitter<'_> {
    /// Registers the calling thread's credentials, and returns the id for
    /// [`Entry::personality`](crate::squeue::Entry::personality). Since Linux 5.6.
    pub fn register_personality(&self) -> io::Result<u16> {
        let id = self.register_plain(sys::IORING_REGISTER_PERSONALITY, 0)?;
        // The kernel's ids are 1 to 65535.
        Ok(id as u16)
    }

    /// Unregisters credentials. EINVAL for an unknown id. Since Linux 5.6.
    pub fn unregister_personality(&self, personality: u16) -> io::Result<()> {
        let opcode = sys::IORING_UNREGISTER_PERSONALITY;
        self.register_plain(opcode, personality.into()).map(drop)
    }
}
