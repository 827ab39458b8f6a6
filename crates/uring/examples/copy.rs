//! Copies a file: each read is linked to the write of the same bytes, and many pairs are in flight.
//!
//! ```sh
//! cargo run --example copy -- FROM TO
//! ```
//!
//! The kernel starts a linked write after its read has transferred all bytes, without returning to
//! the program in between. A short read cancels the write (ECANCELED). After a short read or a
//! short write, the rest of the chunk is copied by a further pair.

use std::fs::File;
use std::io;
use std::os::fd::AsRawFd;

use uring::{opcode, squeue, types, IoUring};

/// The bytes of one pair.
const CHUNK: u32 = 128 * 1024;
/// The number of pairs in flight.
const PAIRS: usize = 16;

/// A part of the file, and the buffer for it.
pub struct Chunk {
    /// The offset of the rest.
    pub offset: u64,
    /// The length of the rest.
    pub left: u32,
    /// The length of the pair in flight.
    pub len: u32,
    buffer: Vec<u8>,
    /// The results of the pair in flight that have arrived.
    results: [Option<i32>; 2],
}

impl Chunk {
    /// A chunk that was not started.
    pub fn new(offset: u64, len: u32) -> Self {
        Chunk { offset, left: len, len, buffer: vec![0; len as usize], results: [None; 2] }
    }

    /// Takes the results of a pair, and returns the number of bytes copied. The next pair, if
    /// anything is left, has the length that this one leaves in `len`.
    pub fn completed(&mut self, read: i32, write: i32) -> io::Result<u32> {
        if read == -libc::ECANCELED {
            // older kernels refuse a pair as a whole, and report the reason for the write
            check(write)?;
        }
        let read = check(read)?;
        if read < self.len {
            // The file has become shorter. Copy only what is left of it.
            self.len = read;
            self.left = if read == 0 { 0 } else { self.left };
            return Ok(0);
        }
        let written = check(write)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        self.offset += u64::from(written);
        self.left -= written;
        self.len = self.left;
        Ok(written)
    }
}

fn check(result: i32) -> io::Result<u32> {
    u32::try_from(result).map_err(|_| io::Error::from_raw_os_error(-result))
}

/// A copy in progress.
struct Copy<'a> {
    ring: IoUring,
    files: [&'a File; 2],
    chunks: Vec<Chunk>,
    in_flight: usize,
}

/// Copies `size` bytes, or up to the end of a shorter file. Returns the number of bytes.
pub fn copy(from: &File, to: &File, size: u64) -> io::Result<u64> {
    let ring = IoUring::new(2 * PAIRS as u32)?;
    let mut copy = Copy { ring, files: [from, to], chunks: Vec::new(), in_flight: 0 };
    copy.run(size)
}

impl Drop for Copy<'_> {
    /// The buffers are not freed while the kernel uses them, even after an error.
    fn drop(&mut self) {
        while self.in_flight > 0 {
            if self.wait().is_err() {
                return std::mem::forget(std::mem::take(&mut self.chunks));
            }
        }
    }
}

impl Copy<'_> {
    fn run(&mut self, size: u64) -> io::Result<u64> {
        let (mut copied, mut next) = (0, 0);
        while next < size && self.chunks.len() < PAIRS {
            let len = (size - next).min(CHUNK.into()) as u32;
            self.chunks.push(Chunk::new(next, len));
            next += u64::from(len);
            self.start(self.chunks.len() - 1);
        }
        while self.in_flight > 0 {
            for (at, read, write) in self.wait()? {
                let chunk = &mut self.chunks[at];
                copied += u64::from(chunk.completed(read, write)?);
                if chunk.left == 0 && next < size {
                    let len = (size - next).min(CHUNK.into()) as u32;
                    (chunk.offset, chunk.left, chunk.len) = (next, len, len);
                    next += u64::from(len);
                }
                if chunk.left > 0 {
                    self.start(at);
                }
            }
        }
        Ok(copied)
    }

    /// Pushes the pair of a chunk.
    fn start(&mut self, at: usize) {
        let chunk = &mut self.chunks[at];
        let (memory, len) = (chunk.buffer.as_mut_ptr(), chunk.len);
        let [from, to] = self.files.map(|file| types::Fd(file.as_raw_fd()));
        let read = opcode::Read::new(from, memory, len).offset(chunk.offset).build();
        let write = opcode::Write::new(to, memory, len).offset(chunk.offset).build();
        let pair = [
            read.flags(squeue::Flags::IO_LINK).user_data(2 * at as u64),
            write.user_data(2 * at as u64 + 1),
        ];
        // SAFETY: the buffer is kept, and not used again, until both have completed; the files are
        // borrowed for as long as the copy exists.
        unsafe { self.ring.submission().push_multiple(&pair) }.expect("a place for every pair");
        self.in_flight += 1;
    }

    /// Waits, and returns the pairs that have completed: chunk, result of the read, of the write.
    fn wait(&mut self) -> io::Result<Vec<(usize, i32, i32)>> {
        match self.ring.submit_and_wait(1) {
            Err(error) if error.kind() != io::ErrorKind::Interrupted => return Err(error),
            _ => {}
        }
        let mut pairs = Vec::new();
        for done in self.ring.completion() {
            let (at, which) = (done.user_data() as usize / 2, done.user_data() as usize % 2);
            let results = &mut self.chunks[at].results;
            results[which] = Some(done.result());
            if let [Some(read), Some(write)] = *results {
                *results = [None; 2];
                pairs.push((at, read, write));
                self.in_flight -= 1;
            }
        }
        Ok(pairs)
    }
}

fn main() -> io::Result<()> {
    let paths: Vec<_> = std::env::args_os().skip(1).collect();
    let [from, to] = &paths[..] else {
        return Err(io::Error::other("usage: copy FROM TO"));
    };
    let (from, to) = (File::open(from)?, File::create(to)?);
    copy(&from, &to, from.metadata()?.len()).map(drop)
}
