//! 4 KiB reads at random positions of one file, through the page cache or past it.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

use io_uring::{opcode, types};

use super::{entries, open_to_read, BLOCK};
use crate::buffers::Buffers;
use crate::checksum::Checksum;
use crate::protocol::Request;
use crate::random::Positions;
use crate::ring;
use crate::run::{exactly, run, Progress, Queue, Unit};

struct Read {
    file: File,
    buffers: Buffers,
    positions: Positions,
    checksum: Checksum,
    fixed: bool,
}

impl Unit for Read {
    #[inline]
    fn start(&mut self, slot: usize, queue: &mut Queue<'_, '_>) {
        let fd = types::Fd(self.file.as_raw_fd());
        let (address, size) = (self.buffers.address(slot), self.buffers.size());
        let position = self.positions.next();
        let entry = if self.fixed {
            opcode::ReadFixed::new(fd, address, size, slot as u16).offset(position).build()
        } else {
            opcode::Read::new(fd, address, size).offset(position).build()
        };
        queue.push(slot, 0, entry);
    }

    #[inline]
    fn advance(
        &mut self,
        slot: usize,
        _: u32,
        result: i32,
        _: &mut Queue<'_, '_>,
    ) -> io::Result<Progress> {
        exactly(result, self.buffers.size())?;
        self.checksum.add_bytes(self.buffers.bytes(slot, BLOCK));
        Ok(Progress::Done)
    }
}

pub fn perform(request: &Request, flags: i32) -> io::Result<(f64, u32)> {
    let mut ring = ring::open(entries(request.depth))?;
    let mut read = Read {
        file: open_to_read(&request.file, flags)?,
        buffers: Buffers::new(request.depth, BLOCK),
        positions: Positions::new(request.blocks, BLOCK),
        checksum: Checksum::new(request.check),
        fixed: request.fixed,
    };
    if request.fixed {
        // SAFETY: the buffers live in `read` until the ring has no operation left.
        unsafe { ring.submitter().register_buffers(&read.buffers.vectors()) }?;
    }
    let seconds = run(&mut ring, &mut read, request.depth, request.count)?;
    drop(ring);
    Ok((seconds, read.checksum.sum()))
}
