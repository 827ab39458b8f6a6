//! Zero-copy receive: registering and controlling a queue of a network card.

use std::io;

use super::Submitter;
use crate::sys;

impl Submitter<'_> {
    /// Registers a receive queue of a network card, for [`RecvZc`](crate::opcode::RecvZc). Needs
    /// CAP_NET_ADMIN, a card with header split and flow steering, and a ring with deferred task
    /// work and 32-byte completions. Since Linux 6.15.
    ///
    /// The kernel writes the id, the offsets of the refill ring and the area's token into the
    /// structures. [`Zcrx`](crate::register::Zcrx) owns such a queue.
    ///
    /// # Errors
    ///
    /// EPERM, EINVAL, EOPNOTSUPP if the card or its driver does not support this.
    ///
    /// # Safety
    ///
    /// `reg` must point at a writable description of an area and of a region, and the memory that
    /// these name must stay valid for as long as the ring.
    pub unsafe fn register_ifq(&self, reg: &mut sys::io_uring_zcrx_ifq_reg) -> io::Result<()> {
        let arg = std::ptr::from_mut(reg);
        // SAFETY: the structure is live and writable, and the caller vouches for the memory that it
        // names.
        unsafe { self.register(sys::IORING_REGISTER_ZCRX_IFQ, arg.cast_const(), 1).map(drop) }
    }

    /// Controls such a queue, with the kernel's structure. Since Linux 6.19.
    ///
    /// # Safety
    ///
    /// The structure must point at the memory that its operation expects.
    pub unsafe fn zcrx_ctrl(&self, ctrl: &mut sys::zcrx_ctrl) -> io::Result<()> {
        let arg = std::ptr::from_mut(ctrl);
        // SAFETY: the structure is live and writable, and the caller vouches for the memory that it
        // names. The kernel requires the count 0.
        unsafe { self.register(sys::IORING_REGISTER_ZCRX_CTRL, arg.cast_const(), 0).map(drop) }
    }

    /// Makes the kernel take the returned buffers out of the refill ring. Since Linux 6.19.
    pub fn zcrx_flush_refill(&self, zcrx_id: u32) -> io::Result<()> {
        let op = sys::ZCRX_CTRL_FLUSH_RQ;
        let mut ctrl = sys::zcrx_ctrl { zcrx_id, op, ..Default::default() };
        // SAFETY: a flush points at nothing.
        unsafe { self.zcrx_ctrl(&mut ctrl) }
    }

    /// Returns a descriptor with which another ring can share the queue. Since Linux 6.19.
    pub fn zcrx_export(&self, zcrx_id: u32) -> io::Result<std::os::fd::OwnedFd> {
        let op = sys::ZCRX_CTRL_EXPORT;
        let mut ctrl = sys::zcrx_ctrl { zcrx_id, op, ..Default::default() };
        // SAFETY: an export points at nothing, and on success the descriptor is new and owned by
        // the caller.
        unsafe {
            self.zcrx_ctrl(&mut ctrl)?;
            let fd = i32::from_ne_bytes(first_word(ctrl.arg[0]));
            Ok(std::os::fd::FromRawFd::from_raw_fd(fd))
        }
    }

    /// Makes the kernel report an event (`ZCRX_EVENT_*`) once more. Since Linux 7.2.
    pub fn zcrx_arm_event(&self, zcrx_id: u32, event_type: u32) -> io::Result<()> {
        let [a, b, c, d] = event_type.to_ne_bytes();
        let word = u64::from_ne_bytes([a, b, c, d, 0, 0, 0, 0]);
        let op = sys::ZCRX_CTRL_ARM_EVENT;
        let mut ctrl =
            sys::zcrx_ctrl { zcrx_id, op, arg: [word, 0, 0, 0, 0, 0], ..Default::default() };
        // SAFETY: the argument is a number.
        unsafe { self.zcrx_ctrl(&mut ctrl) }
    }

    /// Adds a further area of memory to the queue. First seen in the merge window of Linux 7.3.
    ///
    /// # Safety
    ///
    /// The memory that the area names must stay valid for as long as the ring.
    pub unsafe fn zcrx_add_area(
        &self,
        zcrx_id: u32,
        area: &mut sys::io_uring_zcrx_area_reg,
    ) -> io::Result<()> {
        let pointer = std::ptr::from_mut(area) as u64;
        let op = sys::ZCRX_CTRL_ADD_AREA;
        let mut ctrl =
            sys::zcrx_ctrl { zcrx_id, op, arg: [pointer, 0, 0, 0, 0, 0], ..Default::default() };
        // SAFETY: the area is live and writable, and the caller vouches for its memory.
        unsafe { self.zcrx_ctrl(&mut ctrl) }
    }
}

/// Returns the first four bytes in memory.
fn first_word(word: u64) -> [u8; 4] {
    let [a, b, c, d, ..] = word.to_ne_bytes();
    [a, b, c, d]
}
