//! Taking apart what a repeated receive of messages put into a buffer.

use crate::sys::io_uring_recvmsg_out;

const HEADER: usize = size_of::<io_uring_recvmsg_out>();

/// A buffer that [`RecvMsgMulti`](crate::opcode::RecvMsgMulti) filled: a header, the room that was
/// asked for the peer's name, the room for control data, then the payload.
#[derive(Debug, Clone, Copy)]
pub struct RecvMsgOut<'buf> {
    header: io_uring_recvmsg_out,
    name_room: usize,
    name: &'buf [u8],
    control: &'buf [u8],
    payload: &'buf [u8],
}

impl<'buf> RecvMsgOut<'buf> {
    /// Takes a buffer apart. `msghdr` is the one that was submitted; only its lengths count. Pass
    /// the buffer cut to the completion's result, or whole.
    ///
    /// # Errors
    ///
    /// When the buffer is too short for the header and the rooms.
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

    /// How long the peer's name was; more than [`name_data`](Self::name_data) has, if cut.
    pub fn incoming_name_len(&self) -> u32 {
        self.header.namelen
    }

    /// Whether the peer's name did not fit its room.
    pub fn is_name_data_truncated(&self) -> bool {
        self.header.namelen as usize > self.name_room
    }

    /// The peer's address, as in `msg_name`.
    pub fn name_data(&self) -> &'buf [u8] {
        self.name
    }

    /// How long the control data was.
    pub fn incoming_control_len(&self) -> u32 {
        self.header.controllen
    }

    /// Whether the control data did not fit its room (`MSG_CTRUNC`).
    pub fn is_control_data_truncated(&self) -> bool {
        self.header.flags & libc::MSG_CTRUNC as u32 != 0
    }

    /// The control data, as in `msg_control`.
    pub fn control_data(&self) -> &'buf [u8] {
        self.control
    }

    /// Whether the payload did not fit the buffer (`MSG_TRUNC`).
    pub fn is_payload_truncated(&self) -> bool {
        self.header.flags & libc::MSG_TRUNC as u32 != 0
    }

    /// The payload.
    pub fn payload_data(&self) -> &'buf [u8] {
        self.payload
    }

    /// How long the payload was.
    pub fn incoming_payload_len(&self) -> u32 {
        self.header.payloadlen
    }

    /// `MSG_*`, as in `msg_flags`.
    pub fn flags(&self) -> u32 {
        self.header.flags
    }
}

/// Reads the header, which may lie at any address.
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

/// What arrived, or all there is room for.
fn up_to(room: &[u8], len: u32) -> &[u8] {
    &room[..room.len().min(len as usize)]
}
