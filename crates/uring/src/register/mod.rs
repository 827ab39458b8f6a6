//! Types for registrations, and helpers that own the memory that they register.
//!
//! Owns the memory of the helpers. Promises not to free memory that the kernel may write to: either
//! the kernel pins it, or it is leaked. Never registers by itself. Proven by a test file for each
//! helper.

mod bpf_filter;
mod buf_group;
mod buf_ring;
mod capabilities;
mod probe;
mod query;
mod restriction;
mod ringless;
mod wait_region;
mod zcrx;

use std::os::fd::RawFd;

use crate::sys;
pub use bpf_filter::BpfFilter;
pub use buf_group::BufGroup;
pub use buf_ring::{BufRing, BufRingOptions};
pub use capabilities::Capabilities;
pub use probe::Probe;
pub use query::{query_chain, query_opcodes, query_scq, query_zcrx, query_zcrx_event};
pub use restriction::Restriction;
pub use ringless::{register_bpf_filter_task, register_task_restrictions, send_msg_ring};
pub(crate) use wait_region::page_size;
pub use wait_region::WaitRegion;
pub use zcrx::{Zcrx, ZcrxOptions};

/// Leaves a slot unchanged, in [`register_files_update`](crate::Submitter::register_files_update).
pub const SKIP_FILE: RawFd = sys::IORING_REGISTER_FILES_SKIP;
