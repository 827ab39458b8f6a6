//! One builder per operation; `build` makes the [`squeue::Entry`](crate::squeue::Entry).
//!
//! Owns the encoding: which argument goes into which byte. Promises that all other bytes are zero.
//! Never checks what only the kernel can know. Proven by `tests/encoding.rs` (the same bytes as the
//! `io-uring` crate), `tests/newer_arguments.rs` and a test on the real kernel for each operation.
//!
//! `new` takes the arguments that an operation needs; setters take the others. `CODE` is the
//! operation's number, for [`Probe::is_supported`](crate::Probe::is_supported). Lengths and offsets
//! are in bytes unless they count elements. Paths are C strings, relative to a directory descriptor
//! or, with `AT_FDCWD`, to the working directory.
//!
//! A completion's result is 0 or more on success and a negative errno on failure; the lists of
//! errors name those that a program may want to handle. Every operation fails with EINVAL on a
//! kernel that lacks it.
//!
//! # Examples
//!
//! The example of each operation uses a few functions that are not shown:
//!
//! - `unsafe fn run(entry) -> io::Result<u32>` pushes one entry to a new ring, submits it, and
//!   waits for its completion. It returns the result. What the entry points at must live that long.
//! - `unsafe fn run_on(&mut ring, entry) -> io::Result<cqueue::Entry>` does the same on a given
//!   ring and returns the completion; `next(&mut ring)` waits for another one.
//! - `pipe()` and `tcp_pair()` return two connected ends, `scratch()` an empty directory.
//!
//! In full, an operation is run like this:
//!
//! ```
//! use std::os::fd::AsRawFd;
//! use uring::{opcode, types, IoUring};
//!
//! let mut ring = IoUring::new(8)?;
//! let file = std::fs::File::open("/proc/self/comm")?;
//! let mut buf = [0; 64];
//! let read = opcode::Read::new(types::Fd(file.as_raw_fd()), buf.as_mut_ptr(), 64).build();
//! // SAFETY: the file and the buffer live until the completion has arrived.
//! unsafe { ring.submission().push(&read) }.expect("the queue is empty");
//! ring.submit_and_wait(1)?;
//! let done = ring.completion().next().expect("a completion was waited for");
//! assert!(done.result() > 0);
//! # Ok::<(), std::io::Error>(())
//! ```

#[macro_use]
mod builder;
mod sqe;

mod block_cmd;
mod buffers;
mod cancel;
mod cmd;
mod epoll;
mod file;
mod misc;
mod msg;
mod path;
mod poll;
mod recv;
mod rw;
mod rw_fixed;
mod send;
mod socket;
mod socket_cmd;
mod splice;
mod timeout;
mod wait;
mod xattr;

pub use block_cmd::*;
pub use buffers::*;
pub use cancel::*;
pub use cmd::*;
pub use epoll::*;
pub use file::*;
pub use misc::*;
pub use msg::*;
pub use path::*;
pub use poll::*;
pub use recv::*;
pub use rw::*;
pub use rw_fixed::*;
pub use send::*;
pub use socket::*;
pub use socket_cmd::*;
pub use splice::*;
pub use timeout::*;
pub use wait::*;
pub use xattr::*;
