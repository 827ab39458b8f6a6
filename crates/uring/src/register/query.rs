//! Asking the kernel what it knows, without a ring. Since Linux 6.18; EINVAL before.

use std::io;

use super::ringless::NO_RING;
use crate::sys::{self, io_uring_query_hdr};
use crate::syscall;

/// How many operations, and which flags, this kernel has (`IO_URING_QUERY_OPCODES`).
pub fn query_opcodes() -> io::Result<sys::io_uring_query_opcode> {
    // SAFETY: the structure belongs to the query.
    unsafe { query(sys::IO_URING_QUERY_OPCODES) }
}

/// What zero-copy receive offers (`IO_URING_QUERY_ZCRX`). Since Linux 6.19.
pub fn query_zcrx() -> io::Result<sys::io_uring_query_zcrx> {
    // SAFETY: the structure belongs to the query.
    unsafe { query(sys::IO_URING_QUERY_ZCRX) }
}

/// The header of ring memory (`IO_URING_QUERY_SCQ`). Since Linux 6.19.
pub fn query_scq() -> io::Result<sys::io_uring_query_scq> {
    // SAFETY: the structure belongs to the query.
    unsafe { query(sys::IO_URING_QUERY_SCQ) }
}

/// The events of zero-copy receive (`IO_URING_QUERY_ZCRX_EVENT`). Since Linux 7.2.
pub fn query_zcrx_event() -> io::Result<sys::io_uring_query_zcrx_event> {
    // SAFETY: the structure belongs to the query.
    unsafe { query(sys::IO_URING_QUERY_ZCRX_EVENT) }
}

/// Asks one question. What the kernel does not fill stays zero.
///
/// # Safety
///
/// `T` must be the structure of the question.
unsafe fn query<T: Default>(op: u32) -> io::Result<T> {
    let mut data = T::default();
    let mut header = io_uring_query_hdr {
        query_data: &raw mut data as u64,
        query_op: op,
        size: size_of::<T>() as u32,
        ..Default::default()
    };
    // SAFETY: header and data are live and writable, and the header says how long the data is.
    unsafe { query_chain(&mut header)? };
    match header.result {
        0 => Ok(data),
        errno => Err(io::Error::from_raw_os_error(-errno)),
    }
}

/// Asks a chain of questions, linked by `next_entry`. Each header gets its own `result`, and its
/// `size` becomes what kernel and caller both know.
///
/// # Safety
///
/// Every header of the chain, and the data that it names, must be live and writable.
pub unsafe fn query_chain(first: &mut io_uring_query_hdr) -> io::Result<()> {
    let arg = std::ptr::from_mut(first).cast_const().cast();
    // SAFETY: the caller vouches for the chain. The kernel wants 0 as the count here.
    unsafe { syscall::register(NO_RING, sys::IORING_REGISTER_QUERY, arg, 0).map(drop) }
}
