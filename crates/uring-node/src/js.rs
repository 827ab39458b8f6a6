//! The Node-API calls that run per turn or per operation, raw: a `#[napi]` method costs five to ten
//! times as much (ARCHITECTURE.md has the measurement). Everything else is ordinary `#[napi]`.
//!
//! None of them runs JavaScript: an element is read only from arrays that the facade made itself,
//! without holes or a prototype, so that no getter and no proxy is asked; views and strings are read from
//! V8's own fields.

use napi::sys;
use std::ptr;

/// A Node-API environment and the handle scope of the call that is running.
#[derive(Clone, Copy)]
pub struct Js {
    pub env: sys::napi_env,
}

/// A view's memory at this moment. Valid until JavaScript runs again.
#[derive(Clone, Copy, Debug)]
pub struct View {
    pub pointer: *mut u8,
    pub bytes: usize,
}

impl Js {
    /// Element `index` of an array that the facade made.
    #[inline]
    pub fn element(self, array: sys::napi_value, index: u32) -> Option<sys::napi_value> {
        let mut value = ptr::null_mut();
        // SAFETY: env and array belong to the running call; out-pointer is a local.
        let status = unsafe { sys::napi_get_element(self.env, array, index, &mut value) };
        (status == sys::Status::napi_ok).then_some(value)
    }

    /// The memory behind a Uint8Array, or `None` for anything that is no typed array. A detached
    /// one has no bytes. (Of a wider typed array this sees fewer bytes than it has, never more:
    /// asking for the element type costs more than the rest of the call.)
    #[inline]
    pub fn view(self, value: sys::napi_value) -> Option<View> {
        let (mut length, mut data) = (0, ptr::null_mut());
        // SAFETY: env and value belong to the running call; out-pointers are locals or null.
        let status = unsafe {
            sys::napi_get_typedarray_info(
                self.env,
                value,
                ptr::null_mut(),
                &mut length,
                &mut data,
                ptr::null_mut(),
                ptr::null_mut(),
            )
        };
        let bytes = if data.is_null() { 0 } else { length };
        (status == sys::Status::napi_ok).then_some(View { pointer: data.cast(), bytes })
    }

    /// The length of a JavaScript array.
    pub fn length(self, array: sys::napi_value) -> Option<u32> {
        let mut length = 0;
        // SAFETY: env and array belong to the running call; out-pointer is a local.
        let status = unsafe { sys::napi_get_array_length(self.env, array, &mut length) };
        (status == sys::Status::napi_ok).then_some(length)
    }

    /// Writes as much of a string's UTF-8 as fits, and a NUL, to `into`. Returns the bytes written
    /// without the NUL, or `None` for anything that is no string.
    ///
    /// # Safety
    /// `into` is valid for writes of `room` bytes, at least one.
    pub unsafe fn write_string(
        self,
        value: sys::napi_value,
        into: *mut u8,
        room: usize,
    ) -> Option<usize> {
        let mut written = 0;
        // SAFETY: env and value belong to the running call; the caller vouches for the room.
        let status = unsafe {
            sys::napi_get_value_string_utf8(self.env, value, into.cast(), room, &mut written)
        };
        (status == sys::Status::napi_ok).then_some(written)
    }

    /// The bytes of a string's UTF-8, without a NUL.
    pub fn string_bytes(self, value: sys::napi_value) -> Option<usize> {
        let (mut length, none) = (0, ptr::null_mut());
        // SAFETY: asks only for the length; out-pointer is a local.
        let status =
            unsafe { sys::napi_get_value_string_utf8(self.env, value, none, 0, &mut length) };
        (status == sys::Status::napi_ok).then_some(length)
    }
}
