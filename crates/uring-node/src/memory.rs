//! Memory that the addon owns and JavaScript sees: the mailbox tables and registered buffers.
//! It is page aligned, zeroed, and shared by count: an ArrayBuffer that looks at it holds one
//! share, the ring that uses it another. Whatever JavaScript does to the ArrayBuffer (transfer,
//! detach, drop), the bytes stay where they are until the last share is gone.

use napi::sys;
use std::ffi::c_void;
use std::ptr::{self, NonNull};
use std::rc::Rc;

/// An anonymous mapping.
pub struct Memory {
    start: NonNull<u8>,
    bytes: usize,
}

impl Memory {
    /// `bytes` zeroed bytes (rounded up to whole pages), or the errno of mmap(2).
    pub fn new(bytes: usize) -> Result<Rc<Memory>, i32> {
        let bytes = bytes.max(1).next_multiple_of(4096);
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
        Ok(Rc::new(Memory { start, bytes }))
    }

    /// The first byte.
    pub fn start(&self) -> *mut u8 {
        self.start.as_ptr()
    }

    /// The size, whole pages.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// An ArrayBuffer over the first `length` bytes. It holds a share of the memory.
    pub fn array_buffer(
        self: &Rc<Memory>,
        env: sys::napi_env,
        length: usize,
    ) -> Result<sys::napi_value, sys::napi_status> {
        debug_assert!(length <= self.bytes);
        let share = Rc::into_raw(Rc::clone(self)).cast::<c_void>().cast_mut();
        let mut value = ptr::null_mut();
        // SAFETY: the memory is mapped for `length` bytes for as long as the share lives, and the
        // finalizer that gives the share back runs on this thread (one environment, one thread).
        let status = unsafe {
            sys::napi_create_external_arraybuffer(
                env,
                self.start().cast(),
                length,
                Some(drop_share),
                share,
                &mut value,
            )
        };
        if status != sys::Status::napi_ok {
            // SAFETY: the call failed, so nobody else will take the share back.
            drop(unsafe { Rc::from_raw(share.cast::<Memory>()) });
            return Err(status);
        }
        Ok(value)
    }
}

impl Drop for Memory {
    fn drop(&mut self) {
        // SAFETY: the mapping is ours, whole, and this was its last share.
        unsafe { libc::munmap(self.start.as_ptr().cast(), self.bytes) };
    }
}

unsafe extern "C" fn drop_share(_env: sys::napi_env, _data: *mut c_void, share: *mut c_void) {
    // SAFETY: `share` came from Rc::into_raw in array_buffer and is taken back exactly once.
    drop(unsafe { Rc::from_raw(share.cast::<Memory>()) });
}
