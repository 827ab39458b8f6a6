//! The places of an entry that several operations use, some under different names.
//!
//! The kernel's structure has many unions. Here it is flat, so that no access is unsafe; these
//! functions put the smaller members of a union into place, on either byte order.

use crate::sys::{
    io_uring_attr_pi, io_uring_sqe, IORING_RECVSEND_FIXED_BUF, IORING_RW_ATTR_FLAG_PI,
};
use crate::types::sealed::Target;
use crate::types::DestinationSlot;
use crate::{squeue::Entry, squeue::Flags};

impl io_uring_sqe {
    /// `fd`, and `IOSQE_FIXED_FILE` for a registered slot.
    #[inline]
    pub(crate) fn target(&mut self, target: Target) {
        match target {
            Target::Fd(fd) => self.fd = fd,
            Target::Fixed(slot) => {
                self.fd = slot as i32;
                self.flags |= Flags::FIXED_FILE.bits();
            }
        }
    }

    /// `file_index`: 0 is a descriptor, else a slot.
    #[inline]
    pub(crate) fn slot(&mut self, slot: Option<DestinationSlot>) {
        self.file_index = slot.map_or(0, DestinationSlot::kernel_index_arg);
    }

    /// `buf_group` with `IOSQE_BUFFER_SELECT`.
    #[inline]
    pub(crate) fn select_buffer(&mut self, group: u16) {
        self.buf_index = group;
        self.flags |= Flags::BUFFER_SELECT.bits();
    }

    /// `write_stream`: the first byte of the place at 44.
    #[inline]
    pub(crate) fn write_stream(&mut self, stream: u8) {
        self.file_index = u32::from_ne_bytes([stream, 0, 0, 0]);
    }

    /// `poll32_events`: on big endian the halves are swapped, as the kernel wants them.
    #[inline]
    pub(crate) fn poll_events(&mut self, events: u32) {
        self.op_flags = if cfg!(target_endian = "big") { events.rotate_left(16) } else { events };
    }

    /// `addr2` and `addr_len`, the first half of the place at 44.
    #[inline]
    pub(crate) fn destination(&mut self, address: *const libc::sockaddr, len: libc::socklen_t) {
        self.off = address as u64;
        let [a, b] = (len as u16).to_ne_bytes();
        self.file_index = u32::from_ne_bytes([a, b, 0, 0]);
    }

    /// `buf_index` with `IORING_RECVSEND_FIXED_BUF`.
    #[inline]
    pub(crate) fn fixed_buffer(&mut self, index: Option<u16>) {
        if let Some(index) = index {
            self.buf_index = index;
            self.ioprio |= IORING_RECVSEND_FIXED_BUF as u16;
        }
    }

    /// `cmd_op`, the first half of the place at 8.
    #[inline]
    pub(crate) fn cmd_op(&mut self, op: u32) {
        self.off = two_words(op, 0);
    }

    /// `level` and `optname`, the halves of the place at 16.
    #[inline]
    pub(crate) fn option(&mut self, level: u32, optname: u32) {
        self.addr = two_words(level, optname);
    }

    /// `fd`, `addr`, `len` and `off` of a read or a write.
    #[inline]
    pub(crate) fn transfer(&mut self, file: Target, addr: u64, len: u32, offset: u64) {
        self.target(file);
        self.addr = addr;
        self.len = len;
        self.off = offset;
    }

    /// `ioprio`, `rw_flags`, and protection information in `attr_ptr` and `attr_type_mask`.
    #[inline]
    pub(crate) fn conditions(&mut self, ioprio: u16, flags: i32, pi: *const io_uring_attr_pi) {
        self.ioprio = ioprio;
        self.op_flags = flags as u32;
        if !pi.is_null() {
            self.addr3 = pi as u64;
            self.pad2 = IORING_RW_ATTR_FLAG_PI.into();
        }
    }

    /// Returns the entry.
    #[inline]
    pub(crate) fn done(self) -> Entry {
        Entry(self)
    }
}

/// Returns two 32-bit members of a 64-bit place, in the order of memory.
#[inline]
fn two_words(first: u32, second: u32) -> u64 {
    let [a, b, c, d] = first.to_ne_bytes();
    let [e, f, g, h] = second.to_ne_bytes();
    u64::from_ne_bytes([a, b, c, d, e, f, g, h])
}
