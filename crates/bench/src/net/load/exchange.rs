//! Messages there and back, one at a time on every connection, over TCP or UDP.
//!
//! Owns the connections. Promises that every message differs from the one before, and that every
//! byte of an answer is compared with what was sent. Never has two messages of a connection under
//! way. Proven by `tests/net.rs`.

use std::io;
use std::os::fd::AsRawFd;

use socket2::{Domain, Socket, Type};
use uring::{opcode, types};

use super::{Load, Request, Work};
use crate::net::pool::{Pool, GROUP};
use crate::net::ring::{tag, Completion, Ring, Step};
use crate::net::serve::Served;

const BUFFERS: u16 = 512;

/// Room in front of every message for its number.
const NUMBER: usize = 8;

struct Connection {
    socket: Socket,
    message: Box<[u8]>,
    /// Bytes of the answer that have come.
    answered: usize,
    /// A message is under way, or its answer.
    busy: bool,
}

/// The load.
pub struct Exchange {
    work: Work,
    pool: Pool,
    connections: Vec<Connection>,
    units: u64,
    begun: u64,
}

impl Exchange {
    /// Opens every connection.
    pub fn connect(ring: &Ring, request: &Request) -> io::Result<Self> {
        if request.size < NUMBER {
            return Err(io::Error::other(format!("a message has at least {NUMBER} bytes")));
        }
        let connect = |_| {
            let tcp = request.work == Work::Echo;
            let kind = if tcp { Type::STREAM } else { Type::DGRAM };
            let socket = Socket::new(Domain::IPV4, kind, None)?;
            socket.connect(&request.address().into())?;
            if tcp {
                socket.set_tcp_nodelay(true)?;
            }
            let message: Box<[u8]> = (0..request.size).map(|at| at as u8).collect();
            Ok(Connection { socket, message, answered: 0, busy: false })
        };
        Ok(Exchange {
            work: request.work,
            pool: Pool::new(ring, BUFFERS, request.size.max(4096))?,
            connections: (0..request.connections).map(connect).collect::<io::Result<_>>()?,
            units: 0,
            begun: 0,
        })
    }

    fn begin(&mut self, slot: u32, ring: &mut Ring) -> io::Result<()> {
        self.begun += 1;
        let connection = &mut self.connections[slot as usize];
        connection.message[..NUMBER].copy_from_slice(&self.begun.to_le_bytes());
        connection.answered = 0;
        connection.busy = true;
        let (address, length) = (connection.message.as_ptr(), connection.message.len() as u32);
        let send = opcode::Send::new(file(&connection.socket), address, length)
            .flags(libc::MSG_WAITALL | libc::MSG_NOSIGNAL);
        // the answer shows that it was sent
        ring.push_silent(send.build(), Step::Send, slot)
    }

    fn receive(&mut self, slot: u32, ring: &mut Ring) -> io::Result<()> {
        let connection = &self.connections[slot as usize];
        let receive = opcode::RecvMulti::new(file(&connection.socket), GROUP);
        ring.push(receive.build(), Step::Receive, slot)
    }

    fn received(&mut self, done: Completion, ring: &mut Ring) -> io::Result<()> {
        let connection = &mut self.connections[done.slot as usize];
        if done.result == -libc::ECANCELED {
            return Ok(());
        }
        if done.result != -libc::ENOBUFS {
            let length = done.checked()? as usize;
            let Some(buffer) = done.buffer().filter(|_| length > 0) else {
                return Err(io::Error::other("the server ended a connection"));
            };
            let due = connection.message.get(connection.answered..connection.answered + length);
            if due != Some(self.pool.bytes(buffer, length)) {
                return Err(io::Error::other("the answer is not what was sent"));
            }
            if self.work == Work::Datagram && length != connection.message.len() {
                return Err(io::Error::other("half a datagram"));
            }
            connection.answered += length;
            self.pool.put_back(buffer);
        }
        if !done.more() {
            // a group without a buffer has some again when this turn ends
            self.pool.publish();
            self.receive(done.slot, ring)?;
        }
        Ok(())
    }
}

impl Load for Exchange {
    fn start(&mut self, ring: &mut Ring) -> io::Result<()> {
        for slot in 0..self.connections.len() as u32 {
            self.receive(slot, ring)?;
            self.begin(slot, ring)?;
        }
        Ok(())
    }

    #[inline]
    fn completed(&mut self, done: Completion, ring: &mut Ring, goes_on: bool) -> io::Result<()> {
        match done.step {
            Step::Receive => self.received(done, ring)?,
            Step::Send => {
                done.checked()?;
                return Err(io::Error::other("a send was cut short"));
            }
            _ => return done.checked().map(drop),
        }
        let connection = &mut self.connections[done.slot as usize];
        let answered = connection.answered == connection.message.len();
        if connection.busy && answered {
            connection.busy = false;
            self.units += 1;
            if goes_on {
                self.begin(done.slot, ring)?;
            }
        }
        Ok(())
    }

    #[inline]
    fn turn_ended(&mut self) {
        self.pool.publish();
    }

    fn units(&self) -> u64 {
        self.units
    }

    fn unfinished(&self) -> usize {
        (self.begun - self.units) as usize
    }

    fn finish(&mut self, ring: &mut Ring) -> io::Result<()> {
        for slot in 0..self.connections.len() as u32 {
            let cancel = opcode::AsyncCancel::new(tag(Step::Receive, slot));
            ring.push(cancel.build(), Step::Cancel, slot)?;
        }
        Ok(())
    }

    fn sent(&self) -> Served {
        let size = self.connections.first().map_or(0, |connection| connection.message.len());
        let bytes = self.begun * size as u64;
        match self.work {
            Work::Datagram => Served { arrivals: self.begun, bytes },
            _ => Served { arrivals: self.connections.len() as u64, bytes },
        }
    }
}

fn file(socket: &Socket) -> types::Fd {
    types::Fd(socket.as_raw_fd())
}
