//! The places of an entry that several operations share under different names.
//!
//! The kernel's structure is full of unions. Here it is flat, so that nothing is unsafe, and these
//! functions put the smaller members of a union where they belong, on either byte order.

use crate::sys::{io_uring_attr_pi, io_uring_sqe, IORING_RW_ATTR_FLAG_PI};
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

    /// `attr_ptr` and `attr_type_mask`: protection information.
    #[inline]
    pub(crate) fn attribute(&mut self, pi: *const io_uring_attr_pi) {
        if !pi.is_null() {
            self.addr3 = pi as u64;
            self.pad2 = IORING_RW_ATTR_FLAG_PI.into();
        }
    }

    /// The entry.
    #[inline]
    pub(crate) fn done(self) -> Entry {
        Entry(self)
    }
}
