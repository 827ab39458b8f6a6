//! A group of provided buffers that owns its memory and keeps the books.
//!
//! Owns ring and buffers. Promises that the bytes of a completion are shown at most until its
//! buffer is put back, and that in an incremental ring each piece starts where the last one ended.
//! Never hands out a buffer that the kernel may write to. Proven by `tests/kernel/buf_group.rs`.

use std::io;

use super::{BufRing, BufRingOptions};
use crate::memory::Region;
use crate::{cqueue, Submitter};

/// Buffers of one size in a ring of provided buffers. Since Linux 5.19.
pub struct BufGroup {
    ring: BufRing,
    memory: Region,
    size: u32,
    /// In an incremental ring: how far each buffer has been filled.
    filled: Vec<u32>,
    /// Which buffers a completion has named and nobody has put back.
    taken: Vec<bool>,
}

impl BufGroup {
    /// Makes `entries` buffers of `size` bytes each and hands them all to the kernel.
    ///
    /// # Errors
    ///
    /// As for [`BufRing::register`]; EINVAL for buffers of no size.
    pub fn register(
        submitter: &Submitter<'_>,
        entries: u16,
        size: u32,
        bgid: u16,
        options: BufRingOptions,
    ) -> io::Result<BufGroup> {
        if size == 0 {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        let memory = Region::anonymous(usize::from(entries) * size as usize, 0)?;
        let ring = BufRing::register(submitter, entries, bgid, options)?;
        let count = usize::from(entries);
        let mut group =
            BufGroup { ring, memory, size, filled: vec![0; count], taken: vec![false; count] };
        for bid in 0..entries {
            group.offer(bid, bid);
        }
        // SAFETY: all places have just been filled.
        unsafe { group.ring.advance(entries) };
        Ok(group)
    }

    /// Writes a whole buffer into the ring.
    fn offer(&mut self, bid: u16, ahead: u16) {
        let at = usize::from(bid) * self.size as usize;
        // SAFETY: the buffer lies in memory that this group owns and lends to nobody while the
        // kernel has it; `Drop` leaks the memory unless the group was unregistered.
        unsafe {
            let addr = self.memory.as_ptr().add(at);
            self.ring.add(addr, self.size, bid, ahead);
        }
    }

    /// The bytes that a completion brought, and the buffer's id; nothing where it names none of
    /// this group's buffers or reports an error.
    ///
    /// For a bundle these are the bytes of the first buffer only; see
    /// [`bundle`](Self::bundle).
    ///
    /// # Safety
    ///
    /// Result and flags must be those of a completion of a request that used this group, each
    /// taken once: other buffers may be written by the kernel meanwhile.
    pub unsafe fn take(&mut self, result: i32, flags: u32) -> Option<(u16, &[u8])> {
        let bid = cqueue::buffer_select(flags)?;
        let from = *self.filled.get(usize::from(bid))?;
        let len = u32::try_from(result).ok()?.min(self.size - from);
        self.taken[usize::from(bid)] = true;
        let at = usize::from(bid) * self.size as usize + from as usize;
        // SAFETY: the place lies inside buffer `bid`; the kernel has written it and, as the
        // completion has come, does not write it again before it is put back.
        let bytes =
            unsafe { std::slice::from_raw_parts(self.memory.as_ptr().add(at), len as usize) };
        Some((bid, bytes))
    }

    /// How many buffers, from the named one on, a bundle of `result` bytes has filled.
    pub fn bundle(&self, result: i32) -> u16 {
        let bytes = u32::try_from(result).unwrap_or(0);
        bytes.div_ceil(self.size).min(self.ring.entries().into()) as u16
    }

    /// Puts the buffer of a completion back, once its bytes are used. In an incremental ring a
    /// buffer that gets filled further is only moved on. Nothing happens for a buffer that was
    /// not [taken](Self::take) or is back already.
    pub fn put(&mut self, result: i32, flags: u32) {
        let Some(bid) = cqueue::buffer_select(flags) else { return };
        let index = usize::from(bid);
        if !self.taken.get(index).copied().unwrap_or(false) {
            return;
        }
        self.taken[index] = false;
        if self.ring.is_incremental() && cqueue::buffer_more(flags) {
            let len = u32::try_from(result).unwrap_or(0);
            self.filled[index] = (self.filled[index] + len).min(self.size);
            return;
        }
        self.filled[index] = 0;
        self.offer(bid, 0);
        // SAFETY: the place has just been filled.
        unsafe { self.ring.advance(1) };
    }

    /// The ring.
    pub fn ring(&self) -> &BufRing {
        &self.ring
    }

    /// Drops the registration and the buffers.
    ///
    /// # Safety
    ///
    /// No request that uses the group may be in flight: the kernel may still fill a buffer that it
    /// has already picked.
    pub unsafe fn unregister(mut self, submitter: &Submitter<'_>) -> io::Result<()> {
        submitter.unregister_buf_ring(self.ring.bgid())?;
        self.memory.reclaim();
        Ok(())
    }
}

impl Drop for BufGroup {
    fn drop(&mut self) {
        // The kernel may still write to the buffers: better to lose memory than to corrupt it.
        self.memory.leak_unless_reclaimed();
    }
}
