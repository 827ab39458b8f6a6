//! A UDP server: multishot recvmsg into a buffer group, each datagram answered by a send, which costs
//! less than a sendmsg, out of the buffer that it was received into.
//!
//! Owns the group. Promises that a buffer is put back when its answer is sent. Never copies a byte.
//! Proven by `tests/net.rs`.

use std::io;
use std::os::fd::AsRawFd;

use socket2::Socket;
use uring::opcode;
use uring::types::{self, RecvMsgOut};

use super::{Options, Served, Service};
use crate::net::pool::{Pool, GROUP};
use crate::net::ring::{Completion, Ring, Step};

pub struct Datagram {
    socket: types::Fd,
    pool: Pool,
    /// Says how much room a sender's address has in a buffer.
    request: Box<libc::msghdr>,
    /// The receive ended for want of a buffer.
    starved: bool,
    served: Served,
}

impl Datagram {
    pub fn new(ring: &Ring, socket: &Socket, options: &Options) -> io::Result<Self> {
        // SAFETY: a message of no name, no data and no control data is all zeros.
        let mut request = Box::new(unsafe { std::mem::zeroed::<libc::msghdr>() });
        request.msg_namelen = size_of::<libc::sockaddr_in>() as u32;
        Ok(Datagram {
            socket: types::Fd(socket.as_raw_fd()),
            pool: Pool::new(ring, options.buffers, options.buffer_size)?,
            request,
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

        let send = opcode::Send::new(self.socket, payload.as_ptr(), payload.len() as u32)
            .dest_addr(name.as_ptr().cast())
            .dest_addr_len(name.len() as u32);
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
