//! Buffers and files registered with a ring. Registered buffers are the addon's own memory: the
//! kernel may write to them whatever JavaScript does with the views.

use crate::js::View;
use crate::memory::Memory;
use crate::ring::NativeRing;
use napi::bindgen_prelude::*;
use napi_derive::napi;
use std::rc::Rc;

/// The registered buffers of a ring: `count` of `size` bytes, `stride` apart.
pub struct Registered {
    memory: Rc<Memory>,
    count: usize,
    size: usize,
    stride: usize,
}

impl Registered {
    fn new(count: usize, size: usize) -> std::result::Result<Registered, i32> {
        let stride = size.next_multiple_of(4096);
        Ok(Registered { memory: Memory::new(stride * count)?, count, size, stride })
    }

    /// Buffer number `index`, whole.
    #[inline]
    pub fn buffer(&self, index: u16) -> Option<View> {
        let index = usize::from(index);
        let pointer = self.memory.start().wrapping_add(index * self.stride);
        (index < self.count).then_some(View { pointer, bytes: self.size })
    }

    fn bytes(&self) -> usize {
        self.count * self.stride
    }
}

#[napi]
impl NativeRing {
    /// Registers `count` buffers of `size` bytes each (IORING_REGISTER_BUFFERS). Gives one
    /// ArrayBuffer that holds all of them, each starting on a page, or a negative errno.
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
        let iovec = |view: View| libc::iovec { iov_base: view.pointer.cast(), iov_len: view.bytes };
        let views = (0..=u16::MAX).map_while(|index| buffers.buffer(index));
        let iovecs: Vec<libc::iovec> = views.map(iovec).collect();
        let registered = self.state.with_engine(|engine| {
            // SAFETY: the engine keeps the memory until it is unregistered or the ring is gone.
            unsafe { engine.kernel().submitter().register_buffers(&iovecs) }.map_err(errno_of)?;
            engine.keep(Box::new(Rc::clone(&buffers.memory)));
            Ok(())
        });
        if let Ok(Err(errno)) | Err(errno) = registered {
            return Ok(Either::B(-errno));
        }
        let value = buffers.memory.array_buffer(env.raw(), buffers.bytes());
        self.state.registered.replace(Some(buffers));
        let value = value.map_err(|status| Error::new(Status::from(status), "no ArrayBuffer"))?;
        // SAFETY: a value of the running call.
        Ok(Either::A(unsafe { Unknown::from_napi_value(env.raw(), value)? }))
    }

    /// Gives the registered buffers back to the kernel; views of them stay valid memory. The
    /// facade calls this only while nothing is in flight. Gives an errno.
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

    /// Registers descriptors (IORING_REGISTER_FILES). Gives an errno.
    #[napi]
    pub fn register_files(&self, fds: Vec<i32>) -> i32 {
        flatten(self.state.with_engine(|engine| {
            engine.kernel().submitter().register_files(&fds).map_err(errno_of)
        }))
    }

    /// Takes the registered descriptors back. Gives an errno.
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
