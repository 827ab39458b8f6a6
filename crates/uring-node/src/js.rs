//! The Node-API calls that run per turn or per operation, raw: a `#[napi]` method costs 265-340 ns,
//! these 10-60 ns. Everything else in the addon is ordinary `#[napi]`.

use napi::sys;
use std::ffi::CString;
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
    /// Element `index` of a JavaScript array.
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

    /// A path: a string's UTF-8 or a typed array's bytes, with a terminating NUL.
    pub fn path(self, value: sys::napi_value) -> Option<CString> {
        if let Some(view) = self.view(value) {
            if view.bytes == 0 {
                return CString::new("").ok();
            }
            // SAFETY: the view was taken just now and no JavaScript has run since.
            let bytes = unsafe { std::slice::from_raw_parts(view.pointer, view.bytes) };
            return CString::new(bytes).ok();
        }
        let mut length = 0;
        // SAFETY: asks only for the length; out-pointer is a local.
        let status = unsafe {
            sys::napi_get_value_string_utf8(self.env, value, ptr::null_mut(), 0, &mut length)
        };
        if status != sys::Status::napi_ok {
            return None;
        }
        let mut bytes = vec![0u8; length + 1];
        // SAFETY: the buffer holds length + 1 bytes, and that is what the call is told.
        let status = unsafe {
            let room = bytes.len();
            let buffer = bytes.as_mut_ptr().cast();
            sys::napi_get_value_string_utf8(self.env, value, buffer, room, &mut length)
        };
        bytes.truncate(length);
        (status == sys::Status::napi_ok).then(|| CString::new(bytes).ok())?
    }
}
