//! Messages to other rings.

use crate::squeue::Entry;
use crate::{sys, types};

opcode! {
    /// Posts a completion on another ring: its result and user data are given here. Since Linux
    /// 5.18, with completion flags since Linux 6.3.
    ///
    /// The result here is 0; EBADFD when the target is disabled or no ring at all. Without a ring
    /// to send from, [`send_msg_ring`](crate::register::send_msg_ring) does the same.
    MsgRingData = IORING_OP_MSG_RING -> Entry;
    new { ring_fd: [dirfd], result: [i32], user_data: [u64], user_flags: [Option<u32>] }
    set {
        /// `IORING_MSG_RING_*`
        opcode_flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.fd = op.ring_fd;
        sqe.addr = sys::IORING_MSG_DATA.into();
        sqe.len = op.result as u32;
        sqe.off = op.user_data;
        sqe.op_flags = op.opcode_flags;
        if let Some(flags) = op.user_flags {
            sqe.file_index = flags;
            sqe.op_flags |= sys::IORING_MSG_RING_FLAGS_PASS;
        }
        sqe.done()
    }
}

opcode! {
    /// Puts one of this ring's registered files into another ring's table as well, and posts a
    /// completion there. Since Linux 6.0.
    ///
    /// The result here is 0, or the slot where the target chose it. EINVAL when both rings are the
    /// same, EBADF for an empty slot, otherwise as for [`MsgRingData`].
    MsgRingSendFd = IORING_OP_MSG_RING -> Entry;
    new {
        ring_fd: [dirfd],
        fixed_slot_src: [types::Fixed],
        dest_slot_index: [types::DestinationSlot],
        user_data: [u64],
    }
    set {
        /// `IORING_MSG_RING_CQE_SKIP`: post no completion there.
        opcode_flags: u32 = 0,
    }
    encode |op, sqe| {
        sqe.fd = op.ring_fd;
        sqe.addr = sys::IORING_MSG_SEND_FD.into();
        sqe.off = op.user_data;
        sqe.addr3 = op.fixed_slot_src.0.into();
        sqe.slot(Some(op.dest_slot_index));
        sqe.op_flags = op.opcode_flags;
        sqe.done()
    }
}
