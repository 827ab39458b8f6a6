//! From a JavaScript value to the structure that an entry points at.

use super::scratch::Scratch;
use crate::generated::layout::Request;
use crate::js::{Js, View};
use napi::sys;
use uring::types::Timespec;

/// A refusal before the kernel: the negative errno of the operation's row.
pub type Refusal = i32;

/// What was memory of so many bytes when the operation was called is not any more: it was detached
/// or resized.
pub const GONE: Refusal = -libc::EFAULT;

/// No character of UTF-8 is longer.
const CHARACTER_MAX: usize = 4;

/// An array of iovecs for the buffers in `array`, which must have `total` bytes together: address
/// and number of iovecs.
pub fn iovecs(
    js: Js,
    array: sys::napi_value,
    total: u32,
    scratch: &mut Scratch,
) -> Result<(u64, u32), Refusal> {
    let count = js.length(array).ok_or(GONE)?;
    let start = scratch.take(count as usize * size_of::<libc::iovec>()).cast::<libc::iovec>();
    let mut bytes = 0_usize;
    for index in 0..count {
        let view = js.element(array, index).and_then(|value| js.view(value)).ok_or(GONE)?;
        let iovec = libc::iovec { iov_base: view.pointer.cast(), iov_len: view.bytes };
        // SAFETY: room for `count` iovecs was taken.
        unsafe { start.add(index as usize).write(iovec) };
        bytes = bytes.saturating_add(view.bytes);
    }
    if bytes != total as usize {
        return Err(GONE);
    }
    Ok((start as u64, count))
}

/// A path: a string's UTF-8 or a Uint8Array's bytes, with a terminating NUL.
pub fn path(js: Js, value: sys::napi_value, scratch: &mut Scratch) -> Result<u64, Refusal> {
    let (start, room) = (scratch.start(), scratch.room());
    // SAFETY: the slot has this much room.
    let Some(written) = (unsafe { js.write_string(value, start, room) }) else {
        let view = js.view(value).ok_or(-libc::EINVAL)?;
        return bytes(view, scratch);
    };
    let whole = written + CHARACTER_MAX < room;
    if whole || (room > 0 && js.string_bytes(value) == Some(written)) {
        scratch.keep(written + 1);
        return without_nul(start, written);
    }
    let length = js.string_bytes(value).ok_or(-libc::EINVAL)?;
    let start = scratch.take(length + 1);
    // SAFETY: length + 1 bytes were taken.
    let written = unsafe { js.write_string(value, start, length + 1) };
    without_nul(start, written.ok_or(-libc::EINVAL)?)
}

/// The bytes of a view and a terminating NUL.
fn bytes(view: View, scratch: &mut Scratch) -> Result<u64, Refusal> {
    let start = scratch.take(view.bytes + 1);
    // SAFETY: the view was looked up just now and no JavaScript has run since; bytes + 1 were taken.
    unsafe {
        if view.bytes > 0 {
            std::ptr::copy_nonoverlapping(view.pointer, start, view.bytes);
        }
        start.add(view.bytes).write(0);
    }
    without_nul(start, view.bytes)
}

/// The address of a path, if none of its bytes is NUL: the kernel would stop there.
fn without_nul(start: *mut u8, bytes: usize) -> Result<u64, Refusal> {
    // SAFETY: all of them were written.
    let path = unsafe { std::slice::from_raw_parts(start, bytes) };
    if path.contains(&0) {
        return Err(-libc::EINVAL);
    }
    Ok(start as u64)
}

/// A time, from the request's `addr` (seconds) and `len` (nanoseconds).
pub fn timespec(request: &Request, scratch: &mut Scratch) -> u64 {
    let time = Timespec::new().sec(request.addr).nsec(request.len);
    let start = scratch.take(size_of::<Timespec>()).cast::<Timespec>();
    // SAFETY: room for a timespec was taken, aligned.
    unsafe { start.write(time) };
    start as u64
}
