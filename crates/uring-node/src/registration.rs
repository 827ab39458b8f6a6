//! Registering buffers and descriptors with a ring, as JavaScript calls it.

use crate::handed_out;
use crate::registered::Registered;
use crate::ring::NativeRing;
use napi::bindgen_prelude::*;
use napi_derive::napi;
use std::sync::Arc;

#[napi]
impl NativeRing {
    /// Allocates and registers `count` buffers of `size` bytes each (IORING_REGISTER_BUFFERS).
    /// Returns one ArrayBuffer that holds all of them, each beginning on a page, or a negative
    /// errno.
    #[napi(ts_return_type = "ArrayBuffer | number")]
    pub fn register_buffers<'env>(
        &self,
        env: Env,
        count: u32,
        size: u32,
    ) -> Result<Either<Unknown<'env>, i32>> {
        let buffers = match Registered::new(count as usize, size as usize) {
            Ok(buffers) => buffers,
            Err(errno) => return Ok(Either::B(-errno)),
        };
        let iovecs = buffers.iovecs();
        let registered = self.state.with_engine(|engine| {
            // SAFETY: the engine keeps the memory until it is unregistered or the ring is gone.
            unsafe { engine.kernel().submitter().register_buffers(&iovecs) }.map_err(errno_of)?;
            engine.keep(Box::new(Arc::clone(&buffers.memory)));
            Ok(())
        });
        if let Ok(Err(errno)) | Err(errno) = registered {
            return Ok(Either::B(-errno));
        }
        let value = handed_out::array_buffer(env.raw(), &buffers.memory, buffers.bytes());
        self.state.registered.replace(Some(buffers));
        let value = value.map_err(|status| Error::new(Status::from(status), "no ArrayBuffer"))?;
        // SAFETY: a value of the running call.
        Ok(Either::A(unsafe { Unknown::from_napi_value(env.raw(), value)? }))
    }

    /// Unregisters the buffers. Views of them stay valid memory. Returns 0 or an errno, EBUSY while
    /// operations are in flight.
    #[napi]
    pub fn unregister_buffers(&self) -> i32 {
        flatten(self.state.with_engine(|engine| {
            if engine.live() > 0 {
                return Err(libc::EBUSY);
            }
            engine.kernel().submitter().unregister_buffers().map_err(errno_of)?;
            engine.forget_kept();
            self.state.registered.replace(None);
            Ok(())
        }))
    }

    /// Registers descriptors (IORING_REGISTER_FILES). Returns 0 or an errno.
    #[napi]
    pub fn register_files(&self, fds: Vec<i32>) -> i32 {
        flatten(self.state.with_engine(|engine| {
            engine.kernel().submitter().register_files(&fds).map_err(errno_of)
        }))
    }

    /// Unregisters the descriptors. Returns 0 or an errno.
    #[napi]
    pub fn unregister_files(&self) -> i32 {
        flatten(
            self.state.with_engine(|engine| {
                engine.kernel().submitter().unregister_files().map_err(errno_of)
            }),
        )
    }
}

fn errno_of(error: std::io::Error) -> i32 {
    error.raw_os_error().unwrap_or(libc::EIO)
}

/// 0, or the errno of whichever step failed.
fn flatten(result: std::result::Result<std::result::Result<(), i32>, i32>) -> i32 {
    result.and_then(|inner| inner).err().unwrap_or(0)
}
