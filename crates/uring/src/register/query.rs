//! Asking the kernel what it supports, without a ring. Since Linux 6.18; EINVAL before.

use std::io;

use super::ringless::NO_RING;
use crate::sys::{self, io_uring_query_hdr};
use crate::syscall;

/// Returns the numbers of operations and the flags that the kernel has (`IO_URING_QUERY_OPCODES`).
///
/// ```
/// if let Ok(answer) = uring::register::query_opcodes() {
///     assert!(answer.nr_request_opcodes > u32::from(uring::opcode::Read::CODE));
/// }
/// ```
pub fn query_opcodes() -> io::Result<sys::io_uring_query_opcode> {
    // SAFETY: the structure belongs to this query.
    unsafe { query(sys::IO_URING_QUERY_OPCODES) }
}

/// Returns the properties of zero-copy receive (`IO_URING_QUERY_ZCRX`). Since Linux 6.19.
pub fn query_zcrx() -> io::Result<sys::io_uring_query_zcrx> {
    // SAFETY: the structure belongs to this query.
    unsafe { query(sys::IO_URING_QUERY_ZCRX) }
}

/// Returns the header of ring memory (`IO_URING_QUERY_SCQ`). Since Linux 6.19.
pub fn query_scq() -> io::Result<sys::io_uring_query_scq> {
    // SAFETY: the structure belongs to this query.
    unsafe { query(sys::IO_URING_QUERY_SCQ) }
}

/// Returns the events of zero-copy receive (`IO_URING_QUERY_ZCRX_EVENT`). Since Linux 7.2.
pub fn query_zcrx_event() -> io::Result<sys::io_uring_query_zcrx_event> {
    // SAFETY: the structure belongs to this query.
    unsafe { query(sys::IO_URING_QUERY_ZCRX_EVENT) }
}

/// Runs one query. Fields that the kernel does not fill in stay zero.
///
/// # Safety
///
/// `T` must be the structure that belongs to `op`.
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

/// Runs a chain of queries, linked by `next_entry`. The kernel sets the `result` of each header,
/// and reduces its `size` to what kernel and caller both know.
///
/// # Safety
///
/// Every header of the chain, and the data that it names, must be live and writable.
pub unsafe fn query_chain(first: &mut io_uring_query_hdr) -> io::Result<()> {
    let arg = std::ptr::from_mut(first).cast_const().cast();
    // SAFETY: the caller vouches for the chain. The kernel wants 0 as the count here.
    unsafe { syscall::register(NO_RING, sys::IORING_REGISTER_QUERY, arg, 0).map(drop) }
}
