//! Operations on a path.

use super::{Operation, Refusal};
use std::ffi::CString;
use std::mem::{size_of, MaybeUninit};
use uring::opcode;
use uring::types::{self, Fd};
use uring_engine::{Encoded, Payload};

pub(super) fn openat(operation: &Operation) -> Result<Encoded, Refusal> {
    let (path, request) = (operation.path()?, &operation.request);
    let entry = opcode::OpenAt::new(Fd(request.fd), path.as_ptr())
        .flags(request.op_flags as i32)
        .mode(request.len);
    Ok(Encoded::with(entry.build(), path))
}

/// A path the kernel reads and the structure it fills.
struct StatxMemory {
    path: CString,
    result: Box<libc::statx>,
}

impl Payload for StatxMemory {
    fn output(&self) -> &[u8] {
        let start = std::ptr::from_ref(&*self.result).cast();
        // SAFETY: the box was zeroed when made, so all its bytes are initialised; the kernel has
        // finished with it when the engine gives the payload back.
        unsafe { std::slice::from_raw_parts(start, size_of::<libc::statx>()) }
    }
}

pub(super) fn statx(operation: &Operation) -> Result<Encoded, Refusal> {
    let request = &operation.request;
    // SAFETY: struct statx is plain integers, for which zero is a value.
    let zeroed = unsafe { MaybeUninit::<libc::statx>::zeroed().assume_init() };
    let mut memory = StatxMemory { path: operation.path()?, result: Box::new(zeroed) };
    let result = std::ptr::from_mut(&mut *memory.result).cast::<types::statx>();
    let entry = opcode::Statx::new(Fd(request.fd), memory.path.as_ptr(), result)
        .flags(request.op_flags as i32)
        .mask(request.len);
    Ok(Encoded::with(entry.build(), memory))
}
