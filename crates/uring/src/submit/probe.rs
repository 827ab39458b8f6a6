//! Asking the kernel which operations it has.

use std::io;

use super::Submitter;
use crate::register::Probe;
use crate::sys;

impl Submitter<'_> {
    /// Fills `probe` with the operations of this kernel. Since Linux 5.6.
    pub fn register_probe(&self, probe: &mut Probe) -> io::Result<()> {
        probe.clear();
        let arg = probe.as_mut_ptr();
        // SAFETY: the probe has room for the number of operations that is passed.
        unsafe {
            self.register(sys::IORING_REGISTER_PROBE, arg.cast_const(), Probe::COUNT as u32)
                .map(drop)
        }
    }
}
