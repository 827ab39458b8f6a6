//! The embedder's side of submission: the entry of a staged slot. The engine asks for it as late as
//! possible, right before the entry is pushed, because an address of a garbage-collected buffer is
//! valid only until user code runs again.

use crate::{Payload, Slots};
use std::time::Duration;
use uring::squeue::Entry;

/// An operation ready to be pushed.
pub struct Encoded {
    /// The entry. The engine sets `user_data`, adds link flags and may add `IOSQE_ASYNC`. Link flags,
    /// `IOSQE_IO_DRAIN` and `IOSQE_CQE_SKIP_SUCCESS` are refused with EINVAL.
    pub entry: Entry,
    /// Memory that the entry points at and that has to live as long as the operation.
    pub payload: Option<Box<dyn Payload>>,
    /// Bytes that the kernel may copy while it takes the entry (a cached read's length, say); 0
    /// for an operation that copies nothing worth counting. A turn copies no more than
    /// [`limits::TURN_BYTES`](crate::limits), and one operation of more than
    /// [`limits::INLINE_BYTES`](crate::limits) is handed to the kernel's workers.
    pub bytes: u32,
}

impl Encoded {
    /// Returns an entry that owns no memory.
    #[inline]
    pub fn bare(entry: Entry) -> Encoded {
        Encoded { entry, payload: None, bytes: 0 }
    }

    /// Returns an entry with the memory that it points at.
    #[inline]
    pub fn with<P: Payload>(entry: Entry, payload: P) -> Encoded {
        Encoded { entry, payload: Some(Box::new(payload)), bytes: 0 }
    }
}

/// Makes entries for staged slots.
pub trait Encode {
    /// Returns the entry of `slot`, or the negative errno that the operation is refused with. `slots`
    /// has the tokens of other operations (a cancel needs its target's).
    fn encode(&mut self, slot: u32, slots: &Slots) -> Result<Encoded, i32>;

    /// Returns the time limit of `slot`, which was staged as [`Marks::TIMED`](crate::Marks::TIMED).
    /// It is counted from when the operation is started, or has to wait at a barrier. Called once
    /// for each operation, at a barrier before [`encode`](Encode::encode).
    fn limit(&mut self, slot: u32) -> Duration;
}
