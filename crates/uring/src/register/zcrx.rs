//! Zero-copy receive: a queue of a network interface, with its memory and its refill ring.
//!
//! Owns the area that the card writes to, and the ring through which buffers return to the card.
//! Promises to return only data of its own area, and not to overwrite an entry of the refill ring
//! that the kernel has not taken. Never returns a buffer by itself. Proven by the tests below, and
//! by `tests/kernel/zcrx.rs` with a queue without a card (Linux 7.1). Not tested with a card.

use std::fmt::{self, Debug, Formatter};
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::cqueue;
use crate::memory::Region;
use crate::register::wait_region::page_size;
use crate::sys::{self, io_uring_zcrx_rqe};
use crate::Submitter;

/// A receive queue of a network card, for [`RecvZc`](crate::opcode::RecvZc). Since Linux 6.15.
///
/// ```no_run
/// use uring::register::{Zcrx, ZcrxOptions};
/// use uring::{cqueue, opcode, squeue, types, IoUring};
///
/// let mut ring = IoUring::<squeue::Entry, cqueue::Entry32>::builder()
///     .setup_single_issuer()
///     .setup_defer_taskrun()
///     .build(64)?;
/// let options = ZcrxOptions {
///     if_idx: 2,
///     if_rxq: 0,
///     rq_entries: 1024,
///     area_len: 16 << 20,
///     rx_buf_len: 0,
///     flags: 0,
/// };
/// let mut queue = Zcrx::register(&ring.submitter(), options)?;
/// let socket = types::Fd(3); // a connected TCP socket whose packets arrive in this queue
/// let recv = opcode::RecvZc::new(socket, 0).ifq(queue.id()).build();
/// // SAFETY: the queue outlives the request.
/// unsafe { ring.submission().push(&recv) }.expect("the queue is empty");
/// ring.submit_and_wait(1)?;
/// for done in ring.completion() {
///     // SAFETY: the completion is one of this queue, and its data is not used after `recycle`.
///     unsafe {
///         if let Some(bytes) = queue.data(&done) {
///             println!("{} bytes", bytes.len());
///             queue.recycle(&done)?;
///         }
///     }
/// }
/// # Ok::<(), std::io::Error>(())
/// ```
pub struct Zcrx {
    area: Region,
    ring: Region,
    id: u32,
    token: u64,
    rqes: u32,
    head_at: u32,
    tail_at: u32,
    mask: u32,
    tail: u32,
}

/// The options of [`Zcrx::register`].
#[derive(Debug, Clone, Copy)]
pub struct ZcrxOptions {
    /// The index of the interface, from `if_nametoindex(3)`.
    pub if_idx: u32,
    /// The receive queue.
    pub if_rxq: u32,
    /// The number of entries of the refill ring: a power of two, at most 32768.
    pub rq_entries: u32,
    /// The size of the area in bytes, rounded up to pages.
    pub area_len: usize,
    /// The size of the card's buffers in bytes, 0 for its default. Since Linux 7.0.
    pub rx_buf_len: u32,
    /// `ZCRX_REG_*`. With `ZCRX_REG_NODEV` (Linux 7.1), no card is needed.
    pub flags: u32,
}

/// The kernel's limit.
const RQ_ENTRIES_MAX: u32 = 32768;

impl Zcrx {
    /// Allocates the area and the refill ring, and registers the queue.
    ///
    /// # Errors
    ///
    /// As for [`register_ifq`](Submitter::register_ifq).
    pub fn register(submitter: &Submitter<'_>, options: ZcrxOptions) -> io::Result<Zcrx> {
        let page = page_size();
        let invalid = || io::Error::from_raw_os_error(libc::EINVAL);
        if !options.rq_entries.is_power_of_two() || options.rq_entries > RQ_ENTRIES_MAX {
            return Err(invalid());
        }
        let area_len = options.area_len.checked_next_multiple_of(page).ok_or_else(invalid)?;
        let area = Region::anonymous(area_len, 0)?;
        let rqes = options.rq_entries as usize * size_of::<io_uring_zcrx_rqe>();
        // One page more, for the head and tail words before the entries.
        let ring = Region::anonymous(rqes.next_multiple_of(page) + page, 0)?;
        let mut area_reg = sys::io_uring_zcrx_area_reg {
            addr: area.as_ptr() as u64,
            len: area.len() as u64,
            ..Default::default()
        };
        let mut region = sys::io_uring_region_desc {
            user_addr: ring.as_ptr() as u64,
            size: ring.len() as u64,
            flags: sys::IORING_MEM_REGION_TYPE_USER,
            ..Default::default()
        };
        let mut reg = sys::io_uring_zcrx_ifq_reg {
            if_idx: options.if_idx,
            if_rxq: options.if_rxq,
            rq_entries: options.rq_entries,
            flags: options.flags,
            area_ptr: &raw mut area_reg as u64,
            region_ptr: &raw mut region as u64,
            rx_buf_len: options.rx_buf_len,
            ..Default::default()
        };
        // SAFETY: both descriptions are live and writable, and the kernel pins the pages that they
        // name.
        unsafe { submitter.register_ifq(&mut reg)? };
        let offsets = reg.offsets;
        ring.at(offsets.rqes as usize, rqes)?;
        ring.at(offsets.head as usize, size_of::<u32>())?;
        ring.at(offsets.tail as usize, size_of::<u32>())?;
        Ok(Zcrx {
            area,
            ring,
            id: reg.zcrx_id,
            token: area_reg.rq_area_token,
            rqes: offsets.rqes,
            head_at: offsets.head,
            tail_at: offsets.tail,
            // From the checked number, not from the one that the kernel has written.
            mask: options.rq_entries - 1,
            tail: 0,
        })
    }

    /// Returns the id, for [`RecvZc::ifq`](crate::opcode::RecvZc::ifq) and for the control calls.
    pub fn id(&self) -> u32 {
        self.id
    }

    /// Returns the data of a completion, or `None` if it reports an error or names data outside the
    /// area.
    ///
    /// # Safety
    ///
    /// The completion must be one of this queue, and must not be recycled yet: the card may write
    /// to recycled buffers.
    pub unsafe fn data(&self, entry: &cqueue::Entry32) -> Option<&[u8]> {
        let len = usize::try_from(entry.result()).ok()?;
        let offset = usize::try_from(entry.big_cqe()[0] & !sys::IORING_ZCRX_AREA_MASK).ok()?;
        let at = self.area.at(offset, len).ok()?;
        // SAFETY: the data lies in the area, and the card does not write there again before it is
        // recycled.
        Some(unsafe { std::slice::from_raw_parts(at, len) })
    }

    /// Returns the buffer of a completion to the card.
    ///
    /// # Errors
    ///
    /// EAGAIN if the refill ring is full. The ring is then unchanged: recycle again after the
    /// kernel has taken some entries, which [`zcrx_flush_refill`](Submitter::zcrx_flush_refill)
    /// makes it do.
    ///
    /// # Safety
    ///
    /// Must be called at most once per completion, after the last use of its data.
    pub unsafe fn recycle(&mut self, entry: &cqueue::Entry32) -> io::Result<()> {
        let rqe = refill_entry(self.token, entry);
        let index = (self.tail & self.mask) as usize;
        // SAFETY: `register` has checked that the ring holds `mask + 1` entries, head and tail.
        unsafe {
            let base = self.ring.as_ptr();
            // Acquire: the kernel has read an entry before it moves the head.
            let head =
                (*base.add(self.head_at as usize).cast::<AtomicU32>()).load(Ordering::Acquire);
            if self.tail.wrapping_sub(head) > self.mask {
                return Err(io::Error::from_raw_os_error(libc::EAGAIN));
            }
            base.add(self.rqes as usize).cast::<io_uring_zcrx_rqe>().add(index).write(rqe);
            self.tail = self.tail.wrapping_add(1);
            let tail = base.add(self.tail_at as usize).cast::<AtomicU32>();
            (*tail).store(self.tail, Ordering::Release);
        }
        Ok(())
    }
}

impl Debug for Zcrx {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mut queue = f.debug_struct("Zcrx");
        queue.field("id", &self.id).field("area_len", &self.area.len()).finish_non_exhaustive()
    }
}

/// Returns the entry of the refill ring for the buffer of a completion.
fn refill_entry(token: u64, entry: &cqueue::Entry32) -> io_uring_zcrx_rqe {
    io_uring_zcrx_rqe {
        off: (entry.big_cqe()[0] & !sys::IORING_ZCRX_AREA_MASK) | token,
        len: entry.result().max(0) as u32,
        pad: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RQES: u32 = 64;

    /// Returns a queue of four entries without a card, with counters just below 2^32.
    fn queue() -> Zcrx {
        let start = u32::MAX - 1;
        let (area, ring) =
            (Region::anonymous(4096, 0).unwrap(), Region::anonymous(4096, 0).unwrap());
        let (head_at, tail_at) = (0, 4);
        let (id, token, rqes, mask, tail) = (0, 0, RQES, 3, start);
        let queue = Zcrx { area, ring, id, token, rqes, head_at, tail_at, mask, tail };
        word(&queue, head_at).store(start, Ordering::Relaxed);
        queue
    }

    fn word(queue: &Zcrx, at: u32) -> &AtomicU32 {
        // SAFETY: `at` checks that the word lies in the ring, which outlives the reference.
        unsafe { &*queue.ring.at(at as usize, 4).unwrap().cast::<AtomicU32>() }
    }

    fn recycle(queue: &mut Zcrx, offset: u64) -> io::Result<()> {
        let cqe = sys::io_uring_cqe { user_data: 1, res: 4096, flags: 0 };
        // SAFETY: no card is there.
        unsafe { queue.recycle(&cqueue::Entry32::from_raw(cqe, [offset, 0])) }
    }

    /// Overwriting an entry that the kernel has not read would lose its buffer.
    #[test]
    fn a_full_refill_ring_takes_no_buffer() {
        let mut queue = queue();
        let (start, first_place) = (queue.tail, RQES + 2 * 16);
        for number in 0..4 {
            recycle(&mut queue, number << 12).unwrap();
        }
        for _ in 0..2 {
            let refusal = recycle(&mut queue, 4 << 12).unwrap_err();
            assert_eq!(refusal.raw_os_error(), Some(libc::EAGAIN));
        }
        assert_eq!(word(&queue, 4).load(Ordering::Relaxed), start.wrapping_add(4));
        assert_eq!(word(&queue, first_place).load(Ordering::Relaxed), 0, "overwritten");
        word(&queue, 0).store(start.wrapping_add(1), Ordering::Release); // the kernel reads one
        recycle(&mut queue, 4 << 12).unwrap();
        assert_eq!(word(&queue, first_place).load(Ordering::Relaxed), 4 << 12);
        recycle(&mut queue, 5 << 12).unwrap_err();
    }

    #[test]
    fn a_refill_entry_joins_the_place_with_the_area_token() {
        let cqe = sys::io_uring_cqe { user_data: 1, res: 1500, flags: 0 };
        let entry = cqueue::Entry32::from_raw(cqe, [(7 << 48) | 0x3000, 0]);
        let rqe = refill_entry(9 << 48, &entry);
        assert_eq!((rqe.off, rqe.len), ((9 << 48) | 0x3000, 1500));
    }
}
