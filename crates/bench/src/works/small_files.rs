//! Whole small files, one after the other from a list: open, read, close.

use std::ffi::CString;
use std::io;

use io_uring::{opcode, types};

use super::{entries, listed};
use crate::buffers::Buffers;
use crate::checksum::Checksum;
use crate::protocol::Request;
use crate::ring;
use crate::run::{checked, exactly, run, Progress, Queue, Unit};

/// One byte more than the largest file: a read that leaves room has seen the end.
const ROOM: usize = 16 * 1024 + 1;

const OPEN: u32 = 0;
const READ: u32 = 1;
const CLOSE: u32 = 2;

struct SmallFiles {
    paths: Vec<CString>,
    next: usize,
    opened: Vec<i32>,
    buffers: Buffers,
    checksum: Checksum,
}

impl Unit for SmallFiles {
    fn start(&mut self, slot: usize, queue: &mut Queue<'_, '_>) {
        let path = self.paths[self.next].as_ptr();
        self.next = (self.next + 1) % self.paths.len();
        let cwd = types::Fd(libc::AT_FDCWD);
        let flags = libc::O_RDONLY | libc::O_CLOEXEC;
        queue.push(slot, OPEN, opcode::OpenAt::new(cwd, path).flags(flags).build());
    }

    fn advance(
        &mut self,
        slot: usize,
        step: u32,
        result: i32,
        queue: &mut Queue<'_, '_>,
    ) -> io::Result<Progress> {
        match step {
            OPEN => {
                self.opened[slot] = checked(result)? as i32;
                let fd = types::Fd(self.opened[slot]);
                let (address, size) = (self.buffers.address(slot), self.buffers.size());
                queue.push(slot, READ, opcode::Read::new(fd, address, size).build());
                Ok(Progress::Busy)
            }
            READ => {
                let length = checked(result)?;
                if length == self.buffers.size() {
                    return Err(io::Error::other("a file larger than the largest"));
                }
                self.checksum.add_bytes(self.buffers.bytes(slot, length as usize));
                let fd = types::Fd(self.opened[slot]);
                queue.push(slot, CLOSE, opcode::Close::new(fd).build());
                Ok(Progress::Busy)
            }
            _ => {
                exactly(result, 0)?;
                Ok(Progress::Done)
            }
        }
    }
}

pub fn perform(request: &Request) -> io::Result<(f64, u32)> {
    let mut ring = ring::open(entries(request.depth))?;
    let mut files = SmallFiles {
        paths: listed(&request.file)?,
        next: 0,
        opened: vec![-1; request.depth],
        buffers: Buffers::new(request.depth, ROOM),
        checksum: Checksum::new(request.check),
    };
    let seconds = run(&mut ring, &mut files, request.depth, request.count)?;
    Ok((seconds, files.checksum.sum()))
}
