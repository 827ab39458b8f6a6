//! One file per row of the benchmark; `bench/works/` has the same rows in JavaScript.

mod nop;
mod read;
mod small_files;
mod statx;
mod write;
mod write_fdatasync;

use std::ffi::CString;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::protocol::{Reply, Request, Work};

/// Bytes per read and write.
pub const BLOCK: usize = 4096;

/// The byte that every written block is full of; the harness looks for it afterwards.
pub const FILL: u8 = 0x5a;

/// Carries out one request.
pub fn perform(request: &Request) -> io::Result<Reply> {
    if request.depth == 0 {
        return Err(io::Error::other("a depth of 0 would never finish"));
    }
    let (seconds, checksum) = match request.work {
        Work::Nop => nop::perform(request)?,
        Work::ReadCached => read::perform(request, 0)?,
        Work::ReadDirect => read::perform(request, libc::O_DIRECT)?,
        Work::Write => write::perform(request)?,
        Work::SmallFiles => small_files::perform(request)?,
        Work::WriteFdatasync => write_fdatasync::perform(request)?,
        Work::Statx => statx::perform(request)?,
    };
    Ok(Reply::Done { per_second: request.count as f64 / seconds, seconds, checksum })
}

/// Ring entries for `depth` slots with at most two operations queued by each.
fn entries(depth: usize) -> u32 {
    ((depth * 2) as u32).next_power_of_two().max(256)
}

fn open_to_read(path: &Path, flags: i32) -> io::Result<File> {
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

fn open_to_write(path: &Path) -> io::Result<File> {
    OpenOptions::new().write(true).open(path)
}

/// The paths that a list file names, as the kernel wants them.
fn listed(list: &Path) -> io::Result<Vec<CString>> {
    let text = fs::read_to_string(list)?;
    let paths: Result<Vec<_>, _> = text.lines().map(CString::new).collect();
    match paths {
        Ok(paths) if !paths.is_empty() => Ok(paths),
        Ok(_) => Err(io::Error::other("the list is empty")),
        Err(error) => Err(io::Error::other(error)),
    }
}
