//! The completion of an operation.
//!
//! Owns the buffer and the descriptor until they are taken. Promises to close a descriptor that is
//! not taken. Never interprets a result beyond that. Proven by `tests/kernel/owned.rs`.

use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

use super::slots::{Kind, Operation, Token};

/// The result of one operation, and everything that was moved into it.
#[derive(Debug)]
#[non_exhaustive]
pub struct Completion<B = Vec<u8>> {
    /// The operation, as it was named when it was started.
    pub token: Token,
    /// The number of bytes, which can be fewer than were asked for, and is 0 at the end of a file
    /// or a connection. 0 for operations that transfer nothing.
    ///
    /// The errors are those of the operation, and of [`cancel`](super::Ring::cancel).
    pub result: io::Result<u32>,
    /// The buffer of a transfer, whatever the result. Its length is unchanged.
    pub buffer: Option<B>,
    /// The connection of an accept that was successful.
    pub accepted: Option<OwnedFd>,
}

impl<B> Completion<B> {
    /// Reads a result. The kernel is done with `operation`.
    pub(super) fn new(token: Token, operation: Operation<B>, result: i32) -> Self {
        let mut accepted = None;
        let result = match (operation.kind, u32::try_from(result)) {
            (Kind::Accept, Ok(_)) => {
                // SAFETY: the kernel has created this descriptor for this operation.
                accepted = Some(unsafe { OwnedFd::from_raw_fd(result) });
                Ok(0)
            }
            (_, Ok(count)) => Ok(count),
            (Kind::Timeout, Err(_)) if result == -libc::ETIME => Ok(0),
            (_, Err(_)) => Err(io::Error::from_raw_os_error(-result)),
        };
        Completion { token, result, buffer: operation.release(), accepted }
    }
}
