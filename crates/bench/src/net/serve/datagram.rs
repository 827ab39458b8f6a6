//! A UDP server: multishot recvmsg into a buffer group, each datagram answered by a sendmsg out of
//! the buffer that it was received into.
//!
//! Owns the group and one message header per buffer. Promises that a buffer is put back when its
//! answer is sent. Never copies a byte. Proven by `tests/net.rs`.

use std::io;
use std::os::fd::AsRawFd;

use socket2::Socket;
use uring::opcode;
use uring::types::{self, RecvMsgOut};

use super::{Options, Served, Service};
use crate::net::pool::{Pool, GROUP};
use crate::net::ring::{Completion, Ring, Step};

/// The header of an answer, and the one range of memory that it points at.
struct Answer {
    message: libc::msghdr,
    payload: libc::iovec,
}

pub struct Datagram {
    socket: types::Fd,
    pool: Pool,
    /// Says how much room a sender's address has in a buffer.
    request: Box<libc::msghdr>,
    /// By buffer, at addresses that never change.
    answers: Box<[Answer]>,
    /// The receive ended for want of a buffer.
    starved: bool,
    served: Served,
}

impl Datagram {
    pub fn new(ring: &Ring, socket: &Socket, options: &Options) -> io::Result<Self> {
        let mut request = Box::new(empty_message());
        request.msg_namelen = size_of::<libc::sockaddr_in>() as u32;
        let answers = (0..options.buffers).map(|_| Answer {
            message: empty_message(),
            payload: libc::iovec { iov_base: std::ptr::null_mut(), iov_len: 0 },
        });
        Ok(Datagram {
            socket: types::Fd(socket.as_raw_fd()),
            pool: Pool::new(ring, options.buffers, options.buffer_size)?,
            request,
            answers: answers.collect(),
            starved: false,
            served: Served::default(),
        })
    }

    fn received(&mut self, done: Completion, ring: &mut Ring) -> io::Result<()> {
        if done.result == -libc::ENOBUFS {
            self.starved = true;
            return Ok(());
        }
        if !done.more() {
            self.start(ring)?;
        }
        let length = done.checked()? as usize;
        let buffer =
            done.buffer().ok_or_else(|| io::Error::other("a datagram without a buffer"))?;
        let message = RecvMsgOut::parse(self.pool.bytes(buffer, length), &self.request)
            .map_err(|()| io::Error::other("a buffer too small for a datagram"))?;
        if message.is_payload_truncated() {
            return Err(io::Error::other("a datagram that is larger than a buffer"));
        }
        let (name, payload) = (message.name_data(), message.payload_data());
        self.served.arrivals += 1;
        self.served.bytes += payload.len() as u64;

        let answer = &mut self.answers[usize::from(buffer)];
        answer.payload.iov_base = payload.as_ptr().cast_mut().cast();
        answer.payload.iov_len = payload.len();
        answer.message.msg_name = name.as_ptr().cast_mut().cast();
        answer.message.msg_namelen = name.len() as u32;
        answer.message.msg_iov = &raw mut answer.payload;
        answer.message.msg_iovlen = 1;
        let send = opcode::SendMsg::new(self.socket, &raw const answer.message);
        ring.push(send.build(), Step::Send, buffer.into())
    }
}

impl Service for Datagram {
    fn start(&mut self, ring: &mut Ring) -> io::Result<()> {
        let receive = opcode::RecvMsgMulti::new(self.socket, &raw const *self.request, GROUP);
        ring.push(receive.build(), Step::Receive, 0)
    }

    #[inline]
    fn completed(&mut self, done: Completion, ring: &mut Ring) -> io::Result<()> {
        if done.step == Step::Receive {
            return self.received(done, ring);
        }
        done.checked()?;
        self.pool.put_back(done.slot as u16);
        Ok(())
    }

    #[inline]
    fn turn_ended(&mut self, ring: &mut Ring) -> io::Result<()> {
        // while there is no buffer to put back, an answer in flight brings the next turn
        if self.pool.publish() && self.starved {
            self.starved = false;
            self.start(ring)?;
        }
        Ok(())
    }

    fn served(&self) -> Served {
        self.served
    }
}

fn empty_message() -> libc::msghdr {
    // SAFETY: a message of no name, no data and no control data is all zeros.
    unsafe { std::mem::zeroed() }
}
