//! A server of TCP connections: multishot accept, multishot receive from one buffer group, send.
//!
//! Owns the connections and the group. Promises that a connection has at most one send in flight,
//! that it is closed when it has ended and everything is sent, and that receives which the group
//! had no buffer for start again with the next buffer that is put back. Never copies a byte.
//! Proven by `tests/net.rs`, with every kind of conversation and with groups of two buffers.

use std::io;
use std::os::fd::AsRawFd;

use socket2::Socket;
use uring::{opcode, types};

use super::{Options, Served, Service};
use crate::net::pool::{Pool, GROUP};
use crate::net::ring::{Completion, Ring, Step};

/// What one connection is told, and says.
pub trait Conversation {
    /// A connection was accepted.
    fn new(options: &Options) -> Self;

    /// The peer sent `length` bytes. The buffer is the conversation's to put back.
    fn received(&mut self, buffer: u16, length: usize, pool: &mut Pool);

    /// The peer has sent everything.
    fn ended(&mut self);

    /// The next bytes to send: where they are, and how many.
    fn outgoing(&self, pool: &Pool) -> Option<(*const u8, u32)>;

    /// They are sent.
    fn sent(&mut self, pool: &mut Pool);
}

struct Connection<C> {
    conversation: C,
    receiving: bool,
    sending: bool,
    ended: bool,
}

/// The server.
pub struct Stream<C> {
    listener: types::Fd,
    options: Options,
    pool: Pool,
    /// By descriptor. Boxed, because what a conversation sends may lie inside it.
    connections: Vec<Option<Box<Connection<C>>>>,
    /// Descriptors whose receive ended for want of a buffer.
    starved: Vec<u32>,
    served: Served,
}

impl<C: Conversation> Stream<C> {
    pub fn new(ring: &Ring, listener: &Socket, options: &Options) -> io::Result<Self> {
        Ok(Stream {
            listener: types::Fd(listener.as_raw_fd()),
            options: options.clone(),
            pool: Pool::new(ring, options.buffers, options.buffer_size)?,
            connections: Vec::new(),
            starved: Vec::new(),
            served: Served::default(),
        })
    }

    fn accepted(&mut self, done: Completion, ring: &mut Ring) -> io::Result<()> {
        let fd = done.checked()?;
        if self.connections.len() <= fd as usize {
            self.connections.resize_with(fd as usize + 1, || None);
        }
        self.connections[fd as usize] = Some(Box::new(Connection {
            conversation: C::new(&self.options),
            receiving: true,
            sending: false,
            ended: false,
        }));
        self.served.arrivals += 1;
        receive(fd, ring)?;
        if !done.more() {
            self.start(ring)?;
        }
        Ok(())
    }

    fn received(&mut self, done: Completion, ring: &mut Ring) -> io::Result<()> {
        let fd = done.slot;
        let connection = connection(&mut self.connections, fd);
        connection.receiving = done.more();
        match (done.result, done.buffer()) {
            (length @ 1.., Some(buffer)) => {
                self.served.bytes += length as u64;
                connection.conversation.received(buffer, length as usize, &mut self.pool);
            }
            (result, buffer) => {
                if let Some(buffer) = buffer {
                    self.pool.put_back(buffer);
                }
                match -result {
                    libc::ENOBUFS => {}
                    0 | libc::ECONNRESET => {
                        connection.ended = true;
                        connection.conversation.ended();
                    }
                    errno => return Err(io::Error::from_raw_os_error(errno)),
                }
            }
        }
        if !connection.receiving && !connection.ended {
            if done.result == -libc::ENOBUFS {
                self.starved.push(fd);
            } else {
                connection.receiving = true;
                receive(fd, ring)?;
            }
        }
        self.go_on(fd, ring)
    }

    fn sent(&mut self, done: Completion, ring: &mut Ring) -> io::Result<()> {
        let connection = connection(&mut self.connections, done.slot);
        let due = connection.conversation.outgoing(&self.pool).map(|(_, length)| length);
        if done.checked()? != due.unwrap_or(0) {
            return Err(io::Error::other("a send was cut short"));
        }
        connection.conversation.sent(&mut self.pool);
        connection.sending = false;
        self.go_on(done.slot, ring)
    }

    /// Sends what is next, or closes the connection when nothing will be.
    fn go_on(&mut self, fd: u32, ring: &mut Ring) -> io::Result<()> {
        let connection = connection(&mut self.connections, fd);
        if connection.sending {
            return Ok(());
        }
        let file = types::Fd(fd as i32);
        if let Some((address, length)) = connection.conversation.outgoing(&self.pool) {
            connection.sending = true;
            let send = opcode::Send::new(file, address, length)
                .flags(libc::MSG_WAITALL | libc::MSG_NOSIGNAL);
            return ring.push(send.build(), Step::Send, fd);
        }
        if connection.ended && !connection.receiving {
            self.connections[fd as usize] = None;
            return ring.push(opcode::Close::new(file).build(), Step::Close, fd);
        }
        Ok(())
    }
}

impl<C: Conversation> Service for Stream<C> {
    fn start(&mut self, ring: &mut Ring) -> io::Result<()> {
        ring.push(opcode::AcceptMulti::new(self.listener).build(), Step::Accept, 0)
    }

    #[inline]
    fn completed(&mut self, done: Completion, ring: &mut Ring) -> io::Result<()> {
        match done.step {
            Step::Receive => self.received(done, ring),
            Step::Send => self.sent(done, ring),
            Step::Accept => self.accepted(done, ring),
            _ => done.checked().map(drop),
        }
    }

    #[inline]
    fn turn_ended(&mut self, ring: &mut Ring) -> io::Result<()> {
        if self.pool.publish() {
            for fd in self.starved.drain(..) {
                connection(&mut self.connections, fd).receiving = true;
                receive(fd, ring)?;
            }
        }
        Ok(())
    }

    fn served(&self) -> Served {
        self.served
    }
}

fn receive(fd: u32, ring: &mut Ring) -> io::Result<()> {
    let receive = opcode::RecvMulti::new(types::Fd(fd as i32), GROUP);
    ring.push(receive.build(), Step::Receive, fd)
}

#[inline]
fn connection<C>(connections: &mut [Option<Box<Connection<C>>>], fd: u32) -> &mut Connection<C> {
    connections[fd as usize].as_mut().expect("a connection is closed after its last completion")
}
