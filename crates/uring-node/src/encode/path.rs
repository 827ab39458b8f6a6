//! Memory of operations on a path.

use super::{Operation, Refusal};
use std::ffi::CString;
use std::mem::{size_of, MaybeUninit};
use uring_engine::{Encoded, Payload};

/// A path, which the operation owns.
pub(super) fn path(operation: &Operation) -> Result<Encoded, Refusal> {
    let path = operation.path()?;
    let entry = operation.request.entry(path.as_ptr() as u64);
    Ok(Encoded::with(entry, path))
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

/// A path and a structure to fill, which the operation owns.
pub(super) fn path_and_statx(operation: &Operation) -> Result<Encoded, Refusal> {
    // SAFETY: struct statx is plain integers, for which zero is a value.
    let zeroed = unsafe { MaybeUninit::<libc::statx>::zeroed().assume_init() };
    let mut memory = StatxMemory { path: operation.path()?, result: Box::new(zeroed) };
    let result = std::ptr::from_mut(&mut *memory.result) as u64;
    let entry = operation.request.entry_with_off(memory.path.as_ptr() as u64, result);
    Ok(Encoded::with(entry, memory))
}
