//! An operation that does nothing: the cost of a submission and its completion.

use std::io;

use io_uring::opcode;

use crate::protocol::Request;
use crate::ring;
use crate::run::{exactly, run, Progress, Queue, Unit};

struct Nop;

impl Unit for Nop {
    #[inline]
    fn start(&mut self, slot: usize, queue: &mut Queue<'_, '_>) {
        queue.push(slot, 0, opcode::Nop::new().build());
    }

    #[inline]
    fn advance(
        &mut self,
        _: usize,
        _: u32,
        result: i32,
        _: &mut Queue<'_, '_>,
    ) -> io::Result<Progress> {
        exactly(result, 0)?;
        Ok(Progress::Done)
    }
}

pub fn perform(request: &Request) -> io::Result<(f64, u32)> {
    let mut ring = ring::open(super::entries(request.depth))?;
    Ok((run(&mut ring, &mut Nop, request.depth, request.count)?, 0))
}
