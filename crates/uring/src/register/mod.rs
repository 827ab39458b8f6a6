//! What registrations take and give.

mod probe;

use std::os::fd::RawFd;

use crate::sys;
pub use probe::Probe;

/// In [`register_files_update`](crate::Submitter::register_files_update): leave this slot alone.
pub const SKIP_FILE: RawFd = sys::IORING_REGISTER_FILES_SKIP;
