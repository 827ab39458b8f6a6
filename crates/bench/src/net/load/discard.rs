//! Chunks one way on every connection, as fast as the server takes them.
//!
//! Owns the connections. Promises that a connection ends with the server's word that it has
//! received every byte, and with `check` also the right checksum. Never counts a chunk before the
//! kernel has taken all of it. Proven by `tests/net.rs`.

use std::io;
use std::net::{Shutdown, TcpStream};
use std::os::fd::AsRawFd;

use crc32fast::Hasher;
use uring::{opcode, types};

use super::{Load, Request};
use crate::net::ring::{Completion, Ring, Step};
use crate::net::serve::{answer, Served, ANSWER};

struct Connection {
    stream: TcpStream,
    sent: u64,
    hasher: Hasher,
    answer: Box<[u8; ANSWER]>,
}

/// The load.
pub struct Discard {
    connections: Vec<Connection>,
    chunk: Box<[u8]>,
    check: bool,
    units: u64,
    answered: usize,
}

impl Discard {
    /// Opens every connection.
    pub fn connect(request: &Request) -> io::Result<Self> {
        let connect = |_| {
            let stream = TcpStream::connect(request.address())?;
            stream.set_nodelay(true)?;
            Ok(Connection { stream, sent: 0, hasher: Hasher::new(), answer: Box::default() })
        };
        Ok(Discard {
            connections: (0..request.connections).map(connect).collect::<io::Result<_>>()?,
            chunk: (0..request.size).map(|at| (at * 7 + (at >> 8)) as u8).collect(),
            check: request.check,
            units: 0,
            answered: 0,
        })
    }

    fn send(&mut self, slot: u32, ring: &mut Ring) -> io::Result<()> {
        let file = types::Fd(self.connections[slot as usize].stream.as_raw_fd());
        let send = opcode::Send::new(file, self.chunk.as_ptr(), self.chunk.len() as u32)
            .flags(libc::MSG_WAITALL | libc::MSG_NOSIGNAL);
        ring.push(send.build(), Step::Send, slot)
    }

    fn sent_one(&mut self, done: Completion) -> io::Result<()> {
        if done.checked()? as usize != self.chunk.len() {
            return Err(io::Error::other("a send was cut short"));
        }
        let connection = &mut self.connections[done.slot as usize];
        connection.sent += self.chunk.len() as u64;
        if self.check {
            connection.hasher.update(&self.chunk);
        }
        self.units += 1;
        Ok(())
    }

    /// Says that this was all, and waits for the answer.
    fn end(&mut self, slot: u32, ring: &mut Ring) -> io::Result<()> {
        let connection = &mut self.connections[slot as usize];
        connection.stream.shutdown(Shutdown::Write)?;
        let file = types::Fd(connection.stream.as_raw_fd());
        let receive = opcode::Recv::new(file, connection.answer.as_mut_ptr(), ANSWER as u32)
            .flags(libc::MSG_WAITALL);
        ring.push(receive.build(), Step::Receive, slot)
    }

    fn compare(&mut self, done: Completion) -> io::Result<()> {
        let connection = &mut self.connections[done.slot as usize];
        let checksum = if self.check { connection.hasher.clone().finalize() } else { 0 };
        let length = done.checked()? as usize;
        if length != ANSWER || *connection.answer != answer(connection.sent, checksum) {
            return Err(io::Error::other("the server has not received what was sent"));
        }
        self.answered += 1;
        Ok(())
    }
}

impl Load for Discard {
    fn start(&mut self, ring: &mut Ring) -> io::Result<()> {
        (0..self.connections.len() as u32).try_for_each(|slot| self.send(slot, ring))
    }

    #[inline]
    fn completed(&mut self, done: Completion, ring: &mut Ring, goes_on: bool) -> io::Result<()> {
        if done.step == Step::Receive {
            return self.compare(done);
        }
        self.sent_one(done)?;
        if goes_on {
            self.send(done.slot, ring)
        } else {
            self.end(done.slot, ring)
        }
    }

    fn units(&self) -> u64 {
        self.units
    }

    fn unfinished(&self) -> usize {
        self.connections.len() - self.answered
    }

    fn finish(&mut self, _: &mut Ring) -> io::Result<()> {
        Ok(())
    }

    fn sent(&self) -> Served {
        let bytes = self.connections.iter().map(|connection| connection.sent).sum();
        Served { arrivals: self.connections.len() as u64, bytes }
    }
}
