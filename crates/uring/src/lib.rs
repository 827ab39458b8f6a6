//! io_uring over raw system calls.
//!
//! The crate has the names and shapes of the `io-uring` crate 0.7, so that a program moves by
//! renaming its dependency, and covers the whole kernel interface through Linux 7.2.
//!
//! - [`owned`] runs operations that own their buffers, without `unsafe`.
//! - [`IoUring`] takes entries, which the builders of [`opcode`] make, and returns completions.
//! - [`register`] has what is registered with a ring: buffers, files, restrictions, filters.
//! - [`sys`] has the kernel's own numbers and structures.
//!
//! ```
//! use std::os::fd::AsRawFd;
//! use uring::{opcode, types, IoUring};
//!
//! let mut ring = IoUring::new(8)?;
//! let file = std::fs::File::open("/proc/self/comm")?;
//! let mut buf = vec![0; 1024];
//! let read = opcode::Read::new(types::Fd(file.as_raw_fd()), buf.as_mut_ptr(), buf.len() as u32)
//!     .build()
//!     .user_data(42);
//! // SAFETY: the buffer and the file live until the completion has arrived.
//! unsafe { ring.submission().push(&read) }.expect("the queue is empty");
//! ring.submit_and_wait(1)?;
//! let done = ring.completion().next().expect("one completion was waited for");
//! assert_eq!(done.user_data(), 42);
//! assert!(done.result() > 0);
//! # Ok::<(), std::io::Error>(())
//! ```
//!
//! # Safety
//!
//! Creating an entry is safe. Pushing it is unsafe: the caller must guarantee that everything that
//! the entry points at stays valid, and in place, until the request's *last* completion.
//! Registering memory that the kernel may write to is unsafe for the same reason.

#![deny(missing_docs, missing_debug_implementations)]

mod builder;
pub mod cqueue;
#[cfg(test)]
mod fake;
mod fd;
mod fork;
mod generated;
mod local;
mod memory;
mod no_mmap;
pub mod opcode;
pub mod owned;
mod parameters;
#[cfg(test)]
mod queue_tests;
pub mod register;
mod resize;
mod ring;
pub mod squeue;
mod submit;
mod syscall;
pub mod types;
mod util;

/// The kernel's own numbers and structures, generated from the project's table.
pub mod sys {
    pub use crate::generated::*;
}

pub use builder::Builder;
pub use cqueue::{CompletionQueue, CompletionStatus};
pub use local::LocalRing;
pub use no_mmap::MemorySize;
pub use parameters::Parameters;
pub use register::Probe;
pub use ring::IoUring;
pub use squeue::SubmissionQueue;
pub use submit::{EnterFlags, Submitter};

/// The examples of the README are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
