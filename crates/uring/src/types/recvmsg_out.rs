//! The parts of a buffer that a multishot receive of messages has filled.

use crate::sys::io_uring_recvmsg_out;

const HEADER: usize = size_of::<io_uring_recvmsg_out>();

/// A buffer that [`RecvMsgMulti`](crate::opcode::RecvMsgMulti) has filled: a header, the room
/// reserved for the peer's name, the room reserved for control data, then the payload.
#[derive(Debug, Clone, Copy)]
pub struct RecvMsgOut<'buf> {
    header: io_uring_recvmsg_out,
    name_room: usize,
    name: &'buf [u8],
    control: &'buf [u8],
    payload: &'buf [u8],
}

impl<'buf> RecvMsgOut<'buf> {
    /// Finds the parts of a buffer. `msghdr` is the one that was submitted, of which only the
    /// lengths count. The buffer can be passed whole, or up to the completion's result.
    ///
    /// # Errors
    ///
    /// The buffer is too short for the header and the reserved room.
    #[allow(clippy::result_unit_err)]
    pub fn parse(buffer: &'buf [u8], msghdr: &libc::msghdr) -> Result<Self, ()> {
        #[allow(clippy::unnecessary_cast)] // the type differs between C libraries
        let control_room = msghdr.msg_controllen as usize;
        Self::with_rooms(buffer, msghdr.msg_namelen as usize, control_room)
    }

    fn with_rooms(buffer: &'buf [u8], name_room: usize, control_room: usize) -> Result<Self, ()> {
        let (head, rest) = buffer.split_at_checked(HEADER).ok_or(())?;
        let (name, rest) = rest.split_at_checked(name_room).ok_or(())?;
        let (control, payload) = rest.split_at_checked(control_room).ok_or(())?;
        let header = header(head);
        Ok(RecvMsgOut {
            header,
            name_room,
            name: up_to(name, header.namelen),
            control: up_to(control, header.controllen),
            payload: up_to(payload, header.payloadlen),
        })
    }

    /// Returns the length of the peer's name, which is more than [`name_data`](Self::name_data) has
    /// if that was truncated.
    pub fn incoming_name_len(&self) -> u32 {
        self.header.namelen
    }

    /// Returns whether the peer's name was truncated.
    pub fn is_name_data_truncated(&self) -> bool {
        self.header.namelen as usize > self.name_room
    }

    /// Returns the peer's address, as in `msg_name`.
    pub fn name_data(&self) -> &'buf [u8] {
        self.name
    }

    /// Returns the length of the control data.
    pub fn incoming_control_len(&self) -> u32 {
        self.header.controllen
    }

    /// Returns whether the control data was truncated (`MSG_CTRUNC`).
    pub fn is_control_data_truncated(&self) -> bool {
        self.header.flags & libc::MSG_CTRUNC as u32 != 0
    }

    /// Returns the control data, as in `msg_control`.
    pub fn control_data(&self) -> &'buf [u8] {
        self.control
    }

    /// Returns whether the payload was truncated (`MSG_TRUNC`).
    pub fn is_payload_truncated(&self) -> bool {
        self.header.flags & libc::MSG_TRUNC as u32 != 0
    }

    /// Returns the payload.
    pub fn payload_data(&self) -> &'buf [u8] {
        self.payload
    }

    /// Returns the length of the payload.
    pub fn incoming_payload_len(&self) -> u32 {
        self.header.payloadlen
    }

    /// Returns the flags, `MSG_*`, as in `msg_flags`.
    pub fn flags(&self) -> u32 {
        self.header.flags
    }
}

/// Reads the header, which need not be aligned.
fn header(bytes: &[u8]) -> io_uring_recvmsg_out {
    let word = |at: usize| {
        let mut four = [0; 4];
        four.copy_from_slice(&bytes[at..at + 4]);
        u32::from_ne_bytes(four)
    };
    io_uring_recvmsg_out {
        namelen: word(0),
        controllen: word(4),
        payloadlen: word(8),
        flags: word(12),
    }
}

/// Returns the first `len` bytes, or all if there are fewer.
fn up_to(room: &[u8], len: u32) -> &[u8] {
    &room[..room.len().min(len as usize)]
}
