//! Memory that the addon owns and JavaScript sees.
//!
//! A [`Memory`] is page aligned, zeroed, and shared by count: each ArrayBuffer over it holds a share,
//! the ring that uses it another. Whatever JavaScript does to the ArrayBuffer, the bytes stay where
//! they are until the last share is dropped. Buffers that users hold, and can move to another
//! thread, are made by `handed_out.rs`.

use napi::sys;
use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::sync::Arc;

/// The page size that mappings and registered buffers are rounded up to.
pub const PAGE: usize = 4096;

/// An anonymous mapping.
pub struct Memory {
    start: NonNull<u8>,
    bytes: usize,
}

// SAFETY: the mapping belongs to no thread. Nothing in here reads or writes through the pointer;
// who does (the tables, the kernel, JavaScript) says why that is sound.
unsafe impl Send for Memory {}
// SAFETY: as above.
unsafe impl Sync for Memory {}

impl Memory {
    /// Maps `bytes` zeroed bytes, rounded up to whole pages. `Err` is the errno of mmap(2).
    pub fn new(bytes: usize) -> Result<Arc<Memory>, i32> {
        let bytes = bytes.max(1).checked_next_multiple_of(PAGE).ok_or(libc::ENOMEM)?;
        // SAFETY: a fresh anonymous mapping touches nothing that exists.
        let start = unsafe {
            libc::mmap(
                ptr::null_mut(),
                bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS,
                -1,
                0,
            )
        };
        if start == libc::MAP_FAILED {
            return Err(std::io::Error::last_os_error().raw_os_error().unwrap_or(libc::ENOMEM));
        }
        let start = NonNull::new(start.cast()).ok_or(libc::ENOMEM)?;
        Ok(Arc::new(Memory { start, bytes }))
    }

    /// The first byte.
    pub fn start(&self) -> *mut u8 {
        self.start.as_ptr()
    }

    /// The size in bytes, whole pages.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Makes an ArrayBuffer over the first `length` bytes, which holds a share of the memory. For
    /// memory that only the facade sees and never moves to another thread.
    pub fn array_buffer(
        self: &Arc<Memory>,
        env: sys::napi_env,
        length: usize,
    ) -> Result<sys::napi_value, sys::napi_status> {
        debug_assert!(length <= self.bytes);
        let share = Arc::into_raw(Arc::clone(self)).cast::<c_void>().cast_mut();
        // SAFETY: the memory is mapped for `length` bytes for as long as the share lives, and
        // drop_share takes the share back once.
        let made = unsafe { external(env, self.start(), length, drop_share, share) };
        made.inspect_err(|_| {
            // SAFETY: the call failed, so the finalizer will not take the share back.
            drop(unsafe { Arc::from_raw(share.cast::<Memory>()) });
        })
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, whole, and this was its last share.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.bytes) };
    }
}

/// A finalizer of Node-API.
pub type Finalizer = unsafe extern "C" fn(sys::napi_env, *mut c_void, *mut c_void);

/// Makes an ArrayBuffer over memory of ours. When it fails, the finalizer is not called.
///
/// # Safety
/// `data` is valid for `length` bytes until the finalizer has run with `hint`.
pub unsafe fn external(
    env: sys::napi_env,
    data: *mut u8,
    length: usize,
    finalizer: Finalizer,
    hint: *mut c_void,
) -> Result<sys::napi_value, sys::napi_status> {
    let mut value = ptr::null_mut();
    // SAFETY: the caller vouches for the memory; the out-pointer is a local.
    let status = unsafe {
        let finalizer = Some(finalizer);
        sys::napi_create_external_arraybuffer(env, data.cast(), length, finalizer, hint, &mut value)
    };
    if status == sys::Status::napi_ok {
        Ok(value)
    } else {
        Err(status)
    }
}

unsafe extern "C" fn drop_share(_env: sys::napi_env, _data: *mut c_void, share: *mut c_void) {
    // SAFETY: `share` came from Arc::into_raw in array_buffer and is taken back exactly once.
    drop(unsafe { Arc::from_raw(share.cast::<Memory>()) });
}
