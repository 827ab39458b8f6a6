//! Prints files: reads without `unsafe`, with the buffers owned by the ring while they are in use.
//!
//! ```sh
//! cargo run --example cat -- FILE...
//! ```

use std::fs::File;
use std::io::{self, Write};
use std::sync::Arc;

use uring::owned::Ring;

const CHUNK: usize = 64 * 1024;

/// Writes the content of a file to `out`, and returns its length.
pub fn cat(file: File, out: &mut impl Write) -> io::Result<u64> {
    let mut ring = Ring::new(2)?;
    let file = Arc::new(file);
    let mut position = 0;
    ring.read(&file, vec![0; CHUNK], position);
    while let Some(done) = ring.wait()? {
        let count = done.result? as usize;
        let buffer = done.buffer.expect("a read brings its buffer back");
        if count > 0 {
            position += count as u64;
            out.write_all(&buffer[..count])?;
            ring.read(&file, buffer, position);
        }
    }
    Ok(position)
}

fn main() -> io::Result<()> {
    for path in std::env::args_os().skip(1) {
        cat(File::open(path)?, &mut io::stdout().lock())?;
    }
    Ok(())
}
