//! Commands that go straight to a driver (`IORING_OP_URING_CMD`).
//!
//! ```sh
//! cargo run --example passthrough -- /dev/ng0n1   # asks an NVMe drive who it is
//! cargo run --example passthrough                 # asks a TCP socket how much waits in it
//! ```
//!
//! The first form needs the character device of an NVMe namespace, and permission to open it. The
//! second one runs on Linux 6.6 and newer, because sockets accept such commands as well.

#![allow(clippy::print_stdout)]

use std::fs::File;
use std::io::{self, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::AsRawFd;

use uring::{cqueue, opcode, squeue, sys, types, IoUring};

/// The size of a controller's identification.
const IDENTIFY: usize = 4096;

/// Returns the model of an NVMe drive, by the admin command Identify Controller.
pub fn model(device: &File) -> io::Result<String> {
    let mut answer = vec![0u8; IDENTIFY];
    let command = sys::nvme_uring_cmd {
        opcode: 6, // identify
        addr: answer.as_mut_ptr() as u64,
        data_len: IDENTIFY as u32,
        cdw10: 1, // the controller
        ..Default::default()
    };
    let mut payload = [0; 80];
    // SAFETY: the structure is 72 bytes of plain integers.
    payload[..72]
        .copy_from_slice(&unsafe { std::mem::transmute::<sys::nvme_uring_cmd, [u8; 72]>(command) });

    // NVMe commands take 80 bytes of the entry, and their completions have two results.
    let mut ring = IoUring::<squeue::Entry128, cqueue::Entry32>::builder().build(1)?;
    let fd = types::Fd(device.as_raw_fd());
    let entry = opcode::UringCmd80::new(fd, sys::NVME_URING_CMD_ADMIN).cmd(payload).build();
    // SAFETY: the answer and the device outlive the wait below. If that fails, the answer is
    // leaked.
    unsafe { ring.submission().push(&entry) }.expect("the queue is empty");
    if let Err(error) = ring.submit_and_wait(1) {
        std::mem::forget(answer);
        return Err(error);
    }
    let done = ring.completion().next().expect("a completion was waited for");
    match done.result() {
        0 => Ok(String::from_utf8_lossy(&answer[24..64]).trim().to_owned()),
        status @ 1.. => Err(io::Error::other(format!("the drive answered {status:#x}"))),
        error => Err(io::Error::from_raw_os_error(-error)),
    }
}

/// Returns the number of bytes that wait to be received from a socket.
pub fn waiting(socket: &TcpStream) -> io::Result<usize> {
    let mut ring = IoUring::new(1)?;
    let fd = types::Fd(socket.as_raw_fd());
    let entry = opcode::UringCmd16::new(fd, sys::SOCKET_URING_OP_SIOCINQ).build();
    // SAFETY: the command points at nothing.
    unsafe { ring.submission().push(&entry) }.expect("the queue is empty");
    ring.submit_and_wait(1)?;
    let done = ring.completion().next().expect("a completion was waited for");
    usize::try_from(done.result()).map_err(|_| io::Error::from_raw_os_error(-done.result()))
}

fn main() -> io::Result<()> {
    if let Some(path) = std::env::args_os().nth(1) {
        println!("{}", model(&File::open(path)?)?);
        return Ok(());
    }
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut client = TcpStream::connect(listener.local_addr()?)?;
    let (server, _) = listener.accept()?;
    client.write_all(b"hello")?;
    server.peek(&mut [0; 5])?;
    println!("{} bytes wait", waiting(&server)?);
    Ok(())
}
