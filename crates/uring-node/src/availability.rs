//! Whether this process can use io_uring: a ring is opened and a NOP completed.

use napi_derive::napi;
use std::io;
use uring_engine::limits::ENTRIES_DEFAULT;
use uring_engine::{open, Kernel, Ring, Setup};

/// A ring with the default number of entries: kernels before 5.15 size the thread's pool of workers
/// for good by its first ring, which this may be (`workers` of the engine).
fn trial() -> io::Result<Ring> {
    open(Setup::new(ENTRIES_DEFAULT, None))
}

/// Opens a ring and completes one NOP. Returns 0, or the errno that it failed with.
#[napi]
pub fn probe() -> i32 {
    let mut ring = match trial() {
        Ok(ring) => ring,
        Err(error) => return error.raw_os_error().unwrap_or(libc::EIO),
    };
    let nop = uring::opcode::Nop::new().build().user_data(1);
    // SAFETY: a fresh ring has room, and a NOP points at nothing.
    unsafe { ring.push(&nop) };
    if let Err(errno) = ring.enter() {
        return errno;
    }
    match ring.pop() {
        Some(completion) if completion.result >= 0 => 0,
        Some(completion) => -completion.result,
        None => libc::ETIME,
    }
}

/// The opcodes this kernel supports (IORING_REGISTER_PROBE), or a negative errno.
#[napi]
pub fn supported_opcodes() -> napi::Either<Vec<u32>, i32> {
    let ring = match trial() {
        Ok(ring) => ring,
        Err(error) => return napi::Either::B(-error.raw_os_error().unwrap_or(libc::EIO)),
    };
    let mut probe = uring::Probe::new();
    match ring.submitter().register_probe(&mut probe) {
        Ok(()) => {
            let supported = (0..=255u8).filter(|&opcode| probe.is_supported(opcode));
            napi::Either::A(supported.map(u32::from).collect())
        }
        Err(error) => napi::Either::B(-error.raw_os_error().unwrap_or(libc::EIO)),
    }
}
