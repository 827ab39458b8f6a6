//! Short connections: connect, wait for the server to close, close.
//!
//! Owns the connections. Promises that a connection counts only when the server has closed it in
//! order. Resets its own side then, so that no connection is left in TIME_WAIT, which would slow
//! down the ones to come. Proven by `tests/net.rs`.

use std::io;
use std::net::{SocketAddr, TcpStream};
use std::os::fd::AsRawFd;
use std::time::Duration;

use socket2::SockRef;
use uring::{opcode, types};

use super::{Load, Request};
use crate::net::ring::{Completion, Ring, Step};
use crate::net::serve::Served;

/// The load.
pub struct Accept {
    address: SocketAddr,
    connections: Vec<Option<TcpStream>>,
    byte: Box<u8>,
    begun: u64,
    units: u64,
}

impl Accept {
    pub fn new(request: &Request) -> Self {
        Accept {
            address: request.address(),
            connections: (0..request.connections).map(|_| None).collect(),
            byte: Box::new(0),
            begun: 0,
            units: 0,
        }
    }

    fn begin(&mut self, slot: u32, ring: &mut Ring) -> io::Result<()> {
        let stream = TcpStream::connect(self.address)?;
        SockRef::from(&stream).set_linger(Some(Duration::ZERO))?;
        let file = types::Fd(stream.as_raw_fd());
        self.connections[slot as usize] = Some(stream);
        self.begun += 1;
        ring.push(opcode::Recv::new(file, &raw mut *self.byte, 1).build(), Step::Receive, slot)
    }
}

impl Load for Accept {
    fn start(&mut self, ring: &mut Ring) -> io::Result<()> {
        (0..self.connections.len() as u32).try_for_each(|slot| self.begin(slot, ring))
    }

    #[inline]
    fn completed(&mut self, done: Completion, ring: &mut Ring, goes_on: bool) -> io::Result<()> {
        if done.checked()? != 0 {
            return Err(io::Error::other("a byte where the end of a connection was due"));
        }
        self.connections[done.slot as usize] = None;
        self.units += 1;
        if goes_on {
            self.begin(done.slot, ring)?;
        }
        Ok(())
    }

    fn units(&self) -> u64 {
        self.units
    }

    fn unfinished(&self) -> usize {
        (self.begun - self.units) as usize
    }

    fn finish(&mut self, _: &mut Ring) -> io::Result<()> {
        Ok(())
    }

    fn sent(&self) -> Served {
        Served { arrivals: self.begun, bytes: 0 }
    }
}
