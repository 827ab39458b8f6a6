//! A group of provided buffers that owns its memory.
//!
//! Owns the ring and the buffers, and tracks which of them the kernel has. Promises that the bytes
//! of a completion are accessible only until its buffer is put back, that in an incremental ring
//! each piece starts where the last one ended, and that a failed request loses no buffer. Never
//! returns a buffer that the kernel may write to. Proven by `tests/kernel/buf_group.rs` and
//! `tests/kernel/buf_group_workers.rs`.

use std::collections::VecDeque;
use std::fmt::{self, Debug, Formatter};
use std::io;

use super::{BufRing, BufRingOptions};
use crate::memory::Region;
use crate::squeue::{Entry, Flags};
use crate::types::sealed::UseFixed;
use crate::{cqueue, opcode, Submitter};

/// Buffers of one size in a ring of provided buffers. Since Linux 5.19.
pub struct BufGroup {
    ring: BufRing,
    memory: Region,
    size: u32,
    /// How many bytes of each buffer were taken. In an incremental ring, the next piece starts
    /// there.
    filled: Vec<u32>,
    /// How many pieces of each buffer were taken and not yet put back.
    open: Vec<u32>,
    /// Whether the last piece of each buffer was taken, so that the kernel no longer uses it.
    ended: Vec<bool>,
    /// The buffer that is, or was last, in each place of the ring.
    in_place: Vec<u16>,
    /// The place of each buffer.
    place_of: Vec<u16>,
    /// In a bundle that was taken, the buffer after each one.
    after: Vec<u16>,
    /// The bundles of several buffers that were taken and not yet put back: result, flags, number
    /// of buffers.
    bundles: VecDeque<(i32, u32, usize)>,
    /// The place after the last one that the kernel can see.
    next_place: u16,
}

impl BufGroup {
    /// Allocates `entries` buffers of `size` bytes each, and provides all of them to the kernel.
    ///
    /// # Errors
    ///
    /// As for [`BufRing::register`]; EINVAL for buffers of 0 bytes, and for more bytes than can be
    /// addressed.
    pub fn register(
        submitter: &Submitter<'_>,
        entries: u16,
        size: u32,
        bgid: u16,
        options: BufRingOptions,
    ) -> io::Result<BufGroup> {
        let len = usize::from(entries).checked_mul(size as usize).unwrap_or(0);
        if len == 0 {
            return Err(io::Error::from_raw_os_error(libc::EINVAL));
        }
        let memory = Region::anonymous(len, 0)?;
        let ring = BufRing::register(submitter, entries, bgid, options)?;
        let count = usize::from(entries);
        let mut group = BufGroup {
            ring,
            memory,
            size,
            filled: vec![0; count],
            open: vec![0; count],
            ended: vec![false; count],
            in_place: vec![0; count],
            place_of: vec![0; count],
            after: vec![0; count],
            bundles: VecDeque::new(),
            next_place: 0,
        };
        for bid in 0..entries {
            group.offer(bid, bid);
        }
        group.advance(entries);
        Ok(group)
    }

    /// Returns an entry that receives from a socket into a buffer of this group.
    ///
    /// ```no_run
    /// use std::os::fd::AsRawFd;
    /// use uring::register::{BufGroup, BufRingOptions};
    /// use uring::{types, IoUring};
    ///
    /// let mut ring = IoUring::new(8)?;
    /// let socket = std::net::TcpStream::connect("127.0.0.1:7")?;
    /// let mut group = BufGroup::register(&ring.submitter(), 16, 4096, 0, BufRingOptions::new())?;
    /// let recv = group.recv(types::Fd(socket.as_raw_fd()));
    /// // SAFETY: the group keeps its buffers for as long as the kernel may write to them.
    /// unsafe { ring.submission().push(&recv) }.expect("the queue is empty");
    /// ring.submit_and_wait(1)?;
    /// let done = ring.completion().next().expect("one completion was waited for");
    /// // SAFETY: the completion is that of an entry of this group.
    /// if let Some((_, bytes)) = unsafe { group.take(done.result(), done.flags()) } {
    ///     println!("{} bytes", bytes.len());
    /// }
    /// group.put(done.result(), done.flags());
    /// # Ok::<(), std::io::Error>(())
    /// ```
    #[must_use]
    pub fn recv(&self, fd: impl UseFixed) -> Entry {
        let recv = opcode::Recv::new(fd, std::ptr::null_mut(), 0).buf_group(self.ring.bgid());
        recv.build().flags(Flags::BUFFER_SELECT)
    }

    /// Returns an entry that receives from a socket repeatedly, each time into a buffer of this
    /// group, until a completion without [`more`](cqueue::more). Since Linux 6.0.
    ///
    /// The request ends with ENOBUFS if no buffer is left. [`put`](Self::put) some back, then push
    /// the entry again.
    #[must_use]
    pub fn recv_multishot(&self, fd: impl UseFixed) -> Entry {
        opcode::RecvMulti::new(fd, self.ring.bgid()).build()
    }

    /// Writes a whole buffer into the place `ahead` of the ring's tail.
    fn offer(&mut self, bid: u16, ahead: u16) {
        let place = self.next_place.wrapping_add(ahead) & (self.ring.entries() - 1);
        self.in_place[usize::from(place)] = bid;
        self.place_of[usize::from(bid)] = place;
        let at = usize::from(bid) * self.size as usize;
        // SAFETY: the buffer lies in memory that this group owns and does not access while the
        // kernel has it. `Drop` leaks the memory unless the group was unregistered.
        unsafe {
            let addr = self.memory.as_ptr().add(at);
            self.ring.add(addr, self.size, bid, ahead);
        }
    }

    /// Makes the next `count` places, which have just been filled, visible to the kernel.
    fn advance(&mut self, count: u16) {
        self.next_place = self.next_place.wrapping_add(count);
        // SAFETY: the callers have filled the places.
        unsafe { self.ring.advance(count) };
    }

    /// Returns the buffer that `flags` name, if it belongs to this group.
    fn named(&self, flags: u32) -> Option<u16> {
        cqueue::buffer_select(flags).filter(|bid| *bid < self.ring.entries())
    }

    /// Returns the pieces that `result` bytes fill, from the buffer that `flags` name on: buffer
    /// id, first byte and length of each.
    fn pieces(&self, result: i32, flags: u32) -> Vec<(u16, u32, u32)> {
        let mut pieces = Vec::new();
        let (Some(mut bid), Ok(mut left)) = (self.named(flags), u32::try_from(result)) else {
            return pieces;
        };
        for _ in 0..self.ring.entries() {
            let from = self.filled[usize::from(bid)];
            let len = left.min(self.size - from);
            pieces.push((bid, from, len));
            left -= len;
            if left == 0 {
                break;
            }
            bid = self.behind(bid);
        }
        pieces
    }

    /// Returns the buffer after another one in the ring, which need not have the next id.
    fn behind(&self, bid: u16) -> u16 {
        let place = self.place_of[usize::from(bid)].wrapping_add(1) & (self.ring.entries() - 1);
        self.in_place[usize::from(place)]
    }

    /// Returns the buffer's id and the bytes of a completion. For a bundle, returns the first
    /// buffer: see [`take_bundle`](Self::take_bundle).
    ///
    /// Returns `None` if the completion names no buffer of this group or reports an error. A failed
    /// request can use up a buffer, which this call provides to the kernel again. So call it for
    /// every completion, including failed ones.
    ///
    /// # Safety
    ///
    /// `result` and `flags` must be those of a completion of a request that used this group.
    /// Completions must be taken once each and in order, because the kernel may write to other
    /// buffers at the same time. Several may be taken before the first one is put back. The request
    /// must not use `MSG_TRUNC`, with which the result counts more bytes than were stored.
    ///
    /// In an incremental group, the request must be one that [`recv`](Self::recv) or
    /// [`recv_multishot`](Self::recv_multishot) has built, or another receive from a socket with
    /// length 0. In a worker (`IOSQE_ASYNC`) and for regular files, the kernel consumes the
    /// requested length, whatever the result is, and does not report this.
    pub unsafe fn take(&mut self, result: i32, flags: u32) -> Option<(u16, &[u8])> {
        // SAFETY: the caller vouches for the completion.
        unsafe { self.take_bundle(result, flags) }.into_iter().next()
    }

    /// Returns the bytes of a whole buffer, or `None` if the group has no buffer with this id.
    ///
    /// # Safety
    ///
    /// The kernel must not be able to write to the buffer: it was taken and not put back, and in an
    /// incremental group its last piece was taken.
    pub unsafe fn get_by_id(&self, bid: u16) -> Option<&[u8]> {
        let size = self.size as usize;
        let at = self.memory.at(usize::from(bid) * size, size).ok()?;
        // SAFETY: the buffer lies in memory that this group owns, and the caller vouches that the
        // kernel does not write to it.
        (bid < self.ring.entries()).then(|| unsafe { std::slice::from_raw_parts(at, size) })
    }

    /// Returns all buffers that a completion of a bundle filled, in order.
    ///
    /// # Safety
    ///
    /// As for [`take`](Self::take).
    pub unsafe fn take_bundle(&mut self, result: i32, flags: u32) -> Vec<(u16, &[u8])> {
        if result < 0 {
            self.put_unused(flags);
        }
        let pieces = self.pieces(result, flags);
        // Other buffers may get into these places before this bundle is put back, so its order is
        // stored.
        for pair in pieces.windows(2) {
            self.after[usize::from(pair[0].0)] = pair[1].0;
        }
        if pieces.len() > 1 {
            self.bundles.push_back((result, flags, pieces.len()));
        }
        let goes_on = self.ring.is_incremental() && cqueue::buffer_more(flags);
        for (index, (bid, from, len)) in pieces.iter().enumerate() {
            let at = usize::from(*bid);
            self.filled[at] = from + len;
            self.open[at] += 1;
            self.ended[at] = !goes_on || index + 1 < pieces.len();
        }
        let bytes = |(bid, from, len): (u16, u32, u32)| {
            let at = usize::from(bid) * self.size as usize + from as usize;
            // SAFETY: the bytes lie inside buffer `bid`. The kernel has written them, and does not
            // write there again before the buffer is put back.
            let bytes =
                unsafe { std::slice::from_raw_parts(self.memory.as_ptr().add(at), len as usize) };
            (bid, bytes)
        };
        pieces.into_iter().map(bytes).collect()
    }

    /// Provides the buffers of a completion to the kernel again, after their bytes were used. In an
    /// incremental ring the kernel gets a buffer back after all its pieces were put back. Does
    /// nothing for buffers that were not [taken](Self::take) or were put back already, and for
    /// errors.
    pub fn put(&mut self, result: i32, flags: u32) {
        let Some(mut bid) = self.named(flags).filter(|_| result >= 0) else { return };
        let same = |bundle: &(i32, u32, usize)| (bundle.0, bundle.1) == (result, flags);
        let bundle = self.bundles.iter().position(same);
        let count = bundle.and_then(|at| self.bundles.remove(at)).map_or(1, |bundle| bundle.2);
        for _ in 0..count {
            // Read first: putting a piece back can change the order.
            let next = self.after[usize::from(bid)];
            self.put_piece(bid);
            bid = next;
        }
    }

    fn put_piece(&mut self, bid: u16) {
        let at = usize::from(bid);
        self.open[at] = match self.open[at] {
            0 => return,
            open => open - 1,
        };
        self.put_when_done(bid);
    }

    /// Puts the buffer of a failed request back. The completion names a buffer only if the request
    /// has used it up. Otherwise the kernel has kept it for the next request.
    fn put_unused(&mut self, flags: u32) {
        let Some(bid) = self.named(flags) else { return };
        if !(self.ring.is_incremental() && cqueue::buffer_more(flags)) {
            self.ended[usize::from(bid)] = true;
            self.put_when_done(bid);
        }
    }

    /// Puts a buffer back if the kernel no longer uses it and all its pieces were put back.
    fn put_when_done(&mut self, bid: u16) {
        let at = usize::from(bid);
        if self.open[at] == 0 && std::mem::take(&mut self.ended[at]) {
            self.filled[at] = 0;
            self.offer(bid, 0);
            self.advance(1);
        }
    }

    /// Returns the ring of buffers.
    pub fn ring(&self) -> &BufRing {
        &self.ring
    }

    /// Unregisters the group and frees the buffers.
    ///
    /// # Safety
    ///
    /// `submitter` must belong to the ring with which the group was registered, and no request that
    /// uses the group may be in flight: the kernel may still fill a buffer that it has already
    /// chosen.
    pub unsafe fn unregister(mut self, submitter: &Submitter<'_>) -> io::Result<()> {
        submitter.unregister_buf_ring(self.ring.bgid())?;
        self.memory.reclaim();
        Ok(())
    }
}

impl Debug for BufGroup {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut group = f.debug_struct("BufGroup");
        group.field("ring", &self.ring).field("size", &self.size).finish_non_exhaustive()
    }
}

impl Drop for BufGroup {
    fn drop(&mut self) {
        // The kernel may still write to the buffers, so the memory is leaked unless it was
        // unregistered.
        self.memory.leak_unless_reclaimed();
    }
}
