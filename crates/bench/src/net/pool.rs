//! The group of provided buffers that receives take theirs from.
//!
//! Owns buffers and buffer ring. Promises that buffers which were put back become the kernel's
//! together, with [`Pool::publish`]. Never lends bytes of a buffer that the kernel has. Proven by
//! `tests/net.rs`, with groups of two buffers.

use std::io;

use uring::register::{BufRing, BufRingOptions};

use super::ring::Ring;
use crate::buffers::Buffers;

/// The id of the only group of a ring.
pub const GROUP: u16 = 0;

/// Buffers of one size in one group.
pub struct Pool {
    buffers: Buffers,
    ring: BufRing,
    /// Buffers that were put back and that the kernel has not been shown.
    returned: u16,
}

impl Pool {
    /// Makes `count` buffers, a power of two, and hands them all to the kernel.
    pub fn new(ring: &Ring, count: u16, size: usize) -> io::Result<Pool> {
        let options = BufRingOptions::new();
        let ring = BufRing::register(&ring.submitter(), count, GROUP, options)?;
        let mut pool = Pool { buffers: Buffers::new(count.into(), size), ring, returned: 0 };
        for buffer in 0..count {
            pool.put_back(buffer);
        }
        pool.publish();
        Ok(pool)
    }

    /// Where a buffer begins.
    pub fn address(&self, buffer: u16) -> *mut u8 {
        self.buffers.address(buffer.into())
    }

    /// The first `length` bytes of a buffer that a completion named and nobody has put back.
    pub fn bytes(&self, buffer: u16, length: usize) -> &[u8] {
        self.buffers.bytes(buffer.into(), length)
    }

    /// Puts back a buffer that a completion named, once its bytes are used.
    #[inline]
    pub fn put_back(&mut self, buffer: u16) {
        let (address, size) = (self.address(buffer), self.buffers.size());
        // SAFETY: the buffer lives as long as the group, and is put back once per completion, so
        // that the ring never holds more than there are.
        unsafe { self.ring.add(address, size, buffer, self.returned) };
        self.returned += 1;
    }

    /// Shows the kernel what was put back. Returns whether that was anything.
    #[inline]
    pub fn publish(&mut self) -> bool {
        let count = std::mem::take(&mut self.returned);
        // SAFETY: `put_back` has filled this many places since the last time.
        unsafe { self.ring.advance(count) };
        count > 0
    }
}
