//! A server that closes every connection as soon as it is accepted.

use std::io;
use std::os::fd::AsRawFd;

use socket2::Socket;
use uring::{opcode, types};

use super::{Served, Service};
use crate::net::ring::{Completion, Ring, Step};

pub struct Accept {
    listener: types::Fd,
    accepted: u64,
}

impl Accept {
    pub fn new(listener: &Socket) -> Self {
        Accept { listener: types::Fd(listener.as_raw_fd()), accepted: 0 }
    }
}

impl Service for Accept {
    fn start(&mut self, ring: &mut Ring) -> io::Result<()> {
        ring.push(opcode::AcceptMulti::new(self.listener).build(), Step::Accept, 0)
    }

    #[inline]
    fn completed(&mut self, done: Completion, ring: &mut Ring) -> io::Result<()> {
        let result = done.checked()?;
        if done.step == Step::Accept {
            self.accepted += 1;
            let close = opcode::Close::new(types::Fd(result as i32));
            // nobody waits for it: a completion would only end the next wait too early
            ring.push_silent(close.build(), Step::Close, result)?;
            if !done.more() {
                self.start(ring)?;
            }
        }
        Ok(())
    }

    fn turn_ended(&mut self, _: &mut Ring) -> io::Result<()> {
        Ok(())
    }

    fn served(&self) -> Served {
        Served { arrivals: self.accepted, bytes: 0 }
    }
}
