//! One element of a ring of provided buffers.

use crate::sys::io_uring_buf;

/// One element of a ring of provided buffers (`struct io_uring_buf`), for programs that manage the
/// ring themselves. [`BufRing`](crate::register::BufRing) manages it for its user.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
#[repr(transparent)]
pub struct BufRingEntry(pub(crate) io_uring_buf);

#[allow(clippy::len_without_is_empty)]
impl BufRingEntry {
    /// Sets the buffer's address.
    pub fn set_addr(&mut self, addr: u64) {
        self.0.addr = addr;
    }

    /// Returns the buffer's address.
    pub fn addr(&self) -> u64 {
        self.0.addr
    }

    /// Sets the buffer's length, in bytes.
    pub fn set_len(&mut self, len: u32) {
        self.0.len = len;
    }

    /// Returns the buffer's length, in bytes.
    pub fn len(&self) -> u32 {
        self.0.len
    }

    /// Sets the id that completions will name.
    pub fn set_bid(&mut self, bid: u16) {
        self.0.bid = bid;
    }

    /// Returns the id that completions name.
    pub fn bid(&self) -> u16 {
        self.0.bid
    }

    /// Returns the address of the ring's tail, which lies in unused bytes of the first element.
    ///
    /// # Safety
    ///
    /// `ring_base` must point at the first element of a ring of buffers.
    pub unsafe fn tail(ring_base: *const BufRingEntry) -> *const u16 {
        // SAFETY: the caller vouches for the pointer; only an address is computed.
        unsafe { &raw const (*ring_base).0.resv }
    }
}
