//! Write-ahead logs: each writer appends blocks of 4 KiB to its own log. Each write is linked to an
//! fdatasync, which begins when the write has completed.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use io_uring::squeue::Flags;
use io_uring::{opcode, types};

use super::{entries, listed, open_to_write, BLOCK, FILL};
use crate::buffers::Buffers;
use crate::protocol::Request;
use crate::ring;
use crate::run::{exactly, run, Progress, Queue, Unit};

const WRITE: u32 = 0;
const SYNC: u32 = 1;

struct WriteFdatasync {
    logs: Vec<File>,
    written: Vec<u32>,
    blocks: u32,
    buffers: Buffers,
}

impl Unit for WriteFdatasync {
    fn start(&mut self, slot: usize, queue: &mut Queue<'_, '_>) {
        let fd = types::Fd(self.logs[slot].as_raw_fd());
        let (address, size) = (self.buffers.address(slot), self.buffers.size());
        let position = u64::from(self.written[slot] % self.blocks) * BLOCK as u64;
        self.written[slot] = self.written[slot].wrapping_add(1);
        let write = opcode::Write::new(fd, address, size).offset(position).build();
        queue.push(slot, WRITE, write.flags(Flags::IO_LINK));
        let sync = opcode::Fsync::new(fd).flags(types::FsyncFlags::DATASYNC).build();
        queue.push(slot, SYNC, sync);
    }

    fn advance(
        &mut self,
        _: usize,
        step: u32,
        result: i32,
        _: &mut Queue<'_, '_>,
    ) -> io::Result<Progress> {
        if step == WRITE {
            exactly(result, self.buffers.size())?;
            return Ok(Progress::Busy);
        }
        exactly(result, 0)?;
        Ok(Progress::Done)
    }
}

pub fn perform(request: &Request) -> io::Result<(f64, u32)> {
    let mut ring = ring::open(entries(request.depth))?;
    let paths = listed(&request.file)?;
    if paths.len() < request.depth || request.blocks == 0 {
        return Err(io::Error::other("every writer needs a log with blocks"));
    }
    let logs: io::Result<Vec<File>> = paths
        .iter()
        .map(|path| open_to_write(Path::new(OsStr::from_bytes(path.to_bytes()))))
        .collect();
    let mut unit = WriteFdatasync {
        logs: logs?,
        written: vec![0; request.depth],
        blocks: request.blocks,
        buffers: Buffers::new(request.depth, BLOCK),
    };
    unit.buffers.fill(FILL);
    Ok((run(&mut ring, &mut unit, request.depth, request.count)?, 0))
}
