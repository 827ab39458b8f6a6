//! The metadata of many paths, with the fields that Node's `stat` asks for.

use std::ffi::CString;
use std::io;

use io_uring::{opcode, types};

use super::{entries, listed};
use crate::checksum::Checksum;
use crate::protocol::Request;
use crate::ring;
use crate::run::{exactly, run, Progress, Queue, Unit};

const MASK: u32 = libc::STATX_BASIC_STATS | libc::STATX_BTIME;

struct Statx {
    paths: Vec<CString>,
    next: usize,
    answers: Box<[libc::statx]>,
    checksum: Checksum,
}

impl Unit for Statx {
    fn start(&mut self, slot: usize, queue: &mut Queue<'_, '_>) {
        let path = self.paths[self.next].as_ptr();
        self.next = (self.next + 1) % self.paths.len();
        let answer: *mut libc::statx = &mut self.answers[slot];
        let cwd = types::Fd(libc::AT_FDCWD);
        queue.push(slot, 0, opcode::Statx::new(cwd, path, answer.cast()).mask(MASK).build());
    }

    fn advance(
        &mut self,
        slot: usize,
        _: u32,
        result: i32,
        _: &mut Queue<'_, '_>,
    ) -> io::Result<Progress> {
        exactly(result, 0)?;
        self.checksum.add_number(self.answers[slot].stx_size as u32);
        Ok(Progress::Done)
    }
}

pub fn perform(request: &Request) -> io::Result<(f64, u32)> {
    let mut ring = ring::open(entries(request.depth))?;
    // SAFETY: a statx is plain numbers, for which zeros are values.
    let empty: libc::statx = unsafe { std::mem::zeroed() };
    let mut unit = Statx {
        paths: listed(&request.file)?,
        next: 0,
        answers: vec![empty; request.depth].into_boxed_slice(),
        checksum: Checksum::new(request.check),
    };
    let seconds = run(&mut ring, &mut unit, request.depth, request.count)?;
    Ok((seconds, unit.checksum.sum()))
}
