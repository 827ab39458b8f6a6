//! The three system calls.
//!
//! Owns nothing. Promises that a failure is returned as an [`io::Error`] with the kernel's errno.
//! Never retries: the caller decides about EINTR, EAGAIN and EBUSY. Proven by every test.

use std::io;

use crate::sys::io_uring_params;

/// Calls `io_uring_setup(2)`, which creates a ring and fills in `params`.
pub(crate) fn setup(entries: u32, params: &mut io_uring_params) -> io::Result<i32> {
    let params: *mut io_uring_params = params;
    // SAFETY: `params` is a live, exclusively borrowed structure of the size that the kernel
    // expects. The callers allocate the memory that it points at (NO_MMAP), or have it vouched for.
    let ret = unsafe { libc::syscall(libc::SYS_io_uring_setup, entries, params) };
    result(ret)
}

/// Calls `io_uring_enter(2)`, which submits, waits, or both.
///
/// # Safety
///
/// `arg` must be of the type that `flags` announce, and `size` its size. The submitted entries must
/// refer to memory that stays valid until their last completions.
#[inline]
pub(crate) unsafe fn enter(
    fd: i32,
    to_submit: u32,
    min_complete: u32,
    flags: u32,
    arg: *const libc::c_void,
    size: usize,
) -> io::Result<usize> {
    // SAFETY: the caller vouches for `arg` and for the entries.
    let ret = unsafe {
        libc::syscall(libc::SYS_io_uring_enter, fd, to_submit, min_complete, flags, arg, size)
    };
    if ret < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(ret as usize)
}

/// Calls `io_uring_register(2)`.
///
/// # Safety
///
/// `arg` must point at the structure that the operation expects, writable if the kernel writes to
/// it.
pub(crate) unsafe fn register(
    fd: i32,
    opcode: u32,
    arg: *const libc::c_void,
    nr_args: u32,
) -> io::Result<i32> {
    // SAFETY: the caller vouches for `arg`.
    let ret = unsafe { libc::syscall(libc::SYS_io_uring_register, fd, opcode, arg, nr_args) };
    result(ret)
}

#[inline]
fn result(ret: libc::c_long) -> io::Result<i32> {
    if ret < 0 {
        return Err(io::Error::last_os_error());
    }
    // The kernel returns a C int from both calls.
    Ok(ret as i32)
}
