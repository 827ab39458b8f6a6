//! One page-aligned buffer per slot, in a single allocation.

use std::alloc::{alloc_zeroed, dealloc, handle_alloc_error, Layout};
use std::ptr::NonNull;

const PAGE: usize = 4096;

/// `count` buffers of `size` bytes each; every one begins on a page boundary.
#[derive(Debug)]
pub struct Buffers {
    memory: NonNull<u8>,
    layout: Layout,
    stride: usize,
    size: usize,
}

impl Buffers {
    pub fn new(count: usize, size: usize) -> Self {
        assert!(count > 0 && size > 0, "an empty allocation has no address");
        let stride = size.next_multiple_of(PAGE);
        let layout = Layout::from_size_align(count * stride, PAGE).expect("buffers fit in memory");
        // SAFETY: the layout is not empty, as asserted above.
        let memory = unsafe { alloc_zeroed(layout) };
        let memory = NonNull::new(memory).unwrap_or_else(|| handle_alloc_error(layout));
        Buffers { memory, layout, stride, size }
    }

    /// Bytes in each buffer.
    pub fn size(&self) -> u32 {
        self.size as u32
    }

    /// Where the buffer of `slot` begins, for the kernel.
    pub fn address(&self, slot: usize) -> *mut u8 {
        assert!((slot + 1) * self.stride <= self.layout.size(), "slot {slot} has no buffer");
        // SAFETY: the assertion keeps the whole buffer inside the allocation.
        unsafe { self.memory.as_ptr().add(slot * self.stride) }
    }

    /// The first `length` bytes of a buffer that no operation is using.
    pub fn bytes(&self, slot: usize, length: usize) -> &[u8] {
        assert!(length <= self.size, "{length} bytes of a {} byte buffer", self.size);
        // SAFETY: inside the allocation, initialised when it was made; the caller's operation on
        // this slot has completed, so nobody writes.
        unsafe { std::slice::from_raw_parts(self.address(slot), length) }
    }

    /// Sets every byte, before any operation begins.
    pub fn fill(&mut self, byte: u8) {
        // SAFETY: the allocation is exclusively ours while `self` is borrowed mutably.
        unsafe { self.memory.as_ptr().write_bytes(byte, self.layout.size()) };
    }

    /// All of them, for registration.
    pub fn vectors(&self) -> Vec<libc::iovec> {
        (0..self.layout.size() / self.stride)
            .map(|slot| libc::iovec { iov_base: self.address(slot).cast(), iov_len: self.size })
            .collect()
    }
}

impl Drop for Buffers {
    fn drop(&mut self) {
        // SAFETY: the same pointer and layout as at the allocation; `run` returns only when no
        // operation is in flight.
        unsafe { dealloc(self.memory.as_ptr(), self.layout) };
    }
}
