//! Operations on the ring itself: nothing, time, cancellation.

use super::{Operation, Refusal};
use uring::opcode;
use uring::types::{TimeoutFlags, Timespec};
use uring_engine::{Encoded, Payload, Slots};

#[inline]
pub(super) fn nop() -> Result<Encoded, Refusal> {
    Ok(Encoded::bare(opcode::Nop::new().build()))
}

struct TimeoutMemory(Box<Timespec>);

impl Payload for TimeoutMemory {}

/// Seconds are in `addr`, nanoseconds in `len`, the count of completions in `off`.
pub(super) fn timeout(operation: &Operation) -> Result<Encoded, Refusal> {
    let request = &operation.request;
    let memory = TimeoutMemory(Box::new(Timespec::new().sec(request.addr).nsec(request.len)));
    let entry = opcode::Timeout::new(&*memory.0)
        .count(request.off as u32)
        .flags(TimeoutFlags::from_bits_retain(request.op_flags));
    Ok(Encoded::with(entry.build(), memory))
}

/// Cancels the operation in slot `addr`.
pub(super) fn cancel(operation: &Operation, slots: &Slots) -> Result<Encoded, Refusal> {
    let target = u32::try_from(operation.request.addr).map_err(|_| -libc::EINVAL)?;
    let token = slots.token(target).ok_or(-libc::ENOENT)?;
    Ok(Encoded::bare(opcode::AsyncCancel::new(token.user_data()).build()))
}
