//! Memory of operations of the ring itself: times, and other operations' tokens.

use super::{Operation, Refusal};
use uring::types::Timespec;
use uring_engine::{Encoded, Payload, Slots};

struct TimespecMemory(Box<Timespec>);

impl Payload for TimespecMemory {}

/// A time, which the operation owns.
pub(super) fn timespec(operation: &Operation) -> Result<Encoded, Refusal> {
    let request = operation.request;
    let time = Timespec::new().sec(request.addr).nsec(request.len);
    let memory = TimespecMemory(Box::new(time));
    let entry = request.entry_of(std::ptr::from_ref(&*memory.0) as u64, 1);
    Ok(Encoded::with(entry, memory))
}

/// The token of another operation of this ring: never a number that JavaScript made up.
pub(super) fn target(operation: &Operation, slots: &Slots) -> Result<Encoded, Refusal> {
    let target = u32::try_from(operation.request.addr).map_err(|_| -libc::EINVAL)?;
    let token = slots.token(target).ok_or(-libc::ENOENT)?;
    Ok(Encoded::bare(operation.request.entry(token.user_data())))
}
