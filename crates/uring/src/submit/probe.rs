//! Probing the kernel's operations.

use std::io;

use super::Submitter;
use crate::register::Probe;
use crate::sys;

impl Submitter<'_> {
    /// Fills `probe` with the operations of this kernel. Since Linux 5.6.
    pub fn register_probe(&self, probe: &mut Probe) -> io::Result<()> {
        probe.clear();
        let arg = probe.as_mut_ptr();
        // SAFETY: the probe has room for as many operations as the call says.
        unsafe {
            self.register(sys::IORING_REGISTER_PROBE, arg.cast_const(), Probe::COUNT as u32)
                .map(drop)
        }
    }
}
