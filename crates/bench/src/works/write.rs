//! 4 KiB writes to random blocks of one file whose blocks are all allocated, through the page cache.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

use io_uring::{opcode, types};

use super::{entries, open_to_write, BLOCK, FILL};
use crate::buffers::Buffers;
use crate::protocol::Request;
use crate::random::Positions;
use crate::ring;
use crate::run::{exactly, run, Progress, Queue, Unit};

struct Write {
    file: File,
    buffers: Buffers,
    positions: Positions,
}

impl Unit for Write {
    #[inline]
    fn start(&mut self, slot: usize, queue: &mut Queue<'_, '_>) {
        let fd = types::Fd(self.file.as_raw_fd());
        let (address, size) = (self.buffers.address(slot), self.buffers.size());
        let position = self.positions.next();
        queue.push(slot, 0, opcode::Write::new(fd, address, size).offset(position).build());
    }

    #[inline]
    fn advance(
        &mut self,
        _: usize,
        _: u32,
        result: i32,
        _: &mut Queue<'_, '_>,
    ) -> io::Result<Progress> {
        exactly(result, self.buffers.size())?;
        Ok(Progress::Done)
    }
}

pub fn perform(request: &Request) -> io::Result<(f64, u32)> {
    let mut ring = ring::open(entries(request.depth))?;
    let mut write = Write {
        file: open_to_write(&request.file)?,
        buffers: Buffers::new(request.depth, BLOCK),
        positions: Positions::new(request.blocks, BLOCK),
    };
    write.buffers.fill(FILL);
    Ok((run(&mut ring, &mut write, request.depth, request.count)?, 0))
}
