//! The registered buffers of a ring. They are the addon's own memory, known by their index: the
//! kernel may use it whatever JavaScript does with the views.

use crate::js::View;
use crate::memory::{Memory, PAGE};
use std::sync::Arc;

/// `count` buffers of `size` bytes, each beginning on a page.
pub struct Registered {
    pub memory: Arc<Memory>,
    count: usize,
    size: usize,
    stride: usize,
}

impl Registered {
    /// Allocates the buffers. `Err` is an errno.
    pub fn new(count: usize, size: usize) -> Result<Registered, i32> {
        let stride = size.checked_next_multiple_of(PAGE).ok_or(libc::ENOMEM)?;
        let bytes = stride.checked_mul(count).ok_or(libc::ENOMEM)?;
        Ok(Registered { memory: Memory::new(bytes)?, count, size, stride })
    }

    /// Buffer number `index`, whole.
    #[inline]
    pub fn buffer(&self, index: u16) -> Option<View> {
        let index = usize::from(index);
        let pointer = self.memory.start().wrapping_add(index * self.stride);
        (index < self.count).then_some(View { pointer, bytes: self.size })
    }

    /// The bytes of all of them together.
    pub fn bytes(&self) -> usize {
        self.count * self.stride
    }

    /// The buffers as io_uring_register_buffers(3) takes them.
    pub fn iovecs(&self) -> Vec<libc::iovec> {
        let iovec = |view: View| libc::iovec { iov_base: view.pointer.cast(), iov_len: view.bytes };
        (0..=u16::MAX).map_while(|index| self.buffer(index)).map(iovec).collect()
    }
}
