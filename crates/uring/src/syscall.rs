//! The three system calls.
//!
//! Owns nothing. Promises that a refusal comes back as an [`io::Error`] with the kernel's errno.
//! Never retries: EINTR, EAGAIN and EBUSY are the caller's to judge. Proven by every test.

use std::io;

use crate::sys::io_uring_params;

/// `io_uring_setup(2)`: makes a ring and fills in `params`.
pub(crate) fn setup(entries: u32, params: &mut io_uring_params) -> io::Result<i32> {
    let params: *mut io_uring_params = params;
    // SAFETY: `params` is a live, exclusively borrowed structure of the size the kernel expects;
    // memory that it points at (NO_MMAP) was allocated, or vouched for, by who fills it in.
    let ret = unsafe { libc::syscall(libc::SYS_io_uring_setup, entries, params) };
    result(ret)
}

/// `io_uring_enter(2)`: submits, waits, or both.
///
/// # Safety
///
/// `arg` must be what `flags` say it is and `size` its size, and the entries that get submitted
/// must describe memory that stays valid until their completions arrive.
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

/// `io_uring_register(2)`: every registration goes through here.
///
/// # Safety
///
/// `arg` must point at what the operation expects, writable where the kernel writes back.
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
    // The kernel's own return type is a C int for all three calls.
    Ok(ret as i32)
}
