//! One builder per operation; `build` makes the [`squeue::Entry`](crate::squeue::Entry).
//!
//! Owns the encoding: which argument goes to which byte. Promises zeroes everywhere else. Never
//! checks what only the kernel can know. Proven by `tests/encoding.rs` (the same bytes as the
//! `io-uring` crate), `tests/newer_arguments.rs` and a test on the real kernel for each operation.
//!
//! Arguments that an operation cannot go without are given to `new`, the others have setters.
//! `CODE` is the operation's number, for [`Probe::is_supported`](crate::Probe::is_supported). The
//! results and errors are those of the system call of the same name unless said otherwise: an error
//! is a negative result. Every operation answers EINVAL on a kernel that lacks it. Lengths and
//! offsets are in bytes, but those of arrays in elements; paths are C strings, relative to a
//! directory descriptor or to `AT_FDCWD`.

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
pub use send::*;
pub use socket::*;
pub use socket_cmd::*;
pub use splice::*;
pub use timeout::*;
pub use wait::*;
pub use xattr::*;
