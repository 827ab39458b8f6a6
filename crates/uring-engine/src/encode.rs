//! The embedder's side of submission: turning a staged slot into an entry. It is asked as late as
//! possible, right before the entry is pushed, so that an address taken from a garbage-collected
//! buffer is as young as it can be.

use crate::{Payload, Slots};
use std::time::Duration;
use uring::squeue::Entry;

/// An operation ready to be pushed.
pub struct Encoded {
    /// The entry. The engine adds `user_data` and link flags; all else is the encoder's.
    pub entry: Entry,
    /// Memory the entry points at that lives as long as the operation.
    pub payload: Option<Box<dyn Payload>>,
    /// Bytes that the kernel may copy while it takes the entry (a cached read's length, say); 0
    /// for an operation that copies nothing worth counting. A turn copies no more than
    /// [`limits::TURN_BYTES`](crate::limits), and one operation of more than
    /// [`limits::INLINE_BYTES`](crate::limits) is handed to the kernel's workers.
    pub bytes: u32,
}

impl Encoded {
    /// An entry that points at nothing of ours.
    #[inline]
    pub fn bare(entry: Entry) -> Encoded {
        Encoded { entry, payload: None, bytes: 0 }
    }

    /// An entry and the memory it points at.
    #[inline]
    pub fn with<P: Payload>(entry: Entry, payload: P) -> Encoded {
        Encoded { entry, payload: Some(Box::new(payload)), bytes: 0 }
    }
}

/// Makes entries for staged slots.
pub trait Encode {
    /// The entry of `slot`, or the negative errno the operation is refused with. `slots` answers
    /// which tokens other operations carry (a cancel needs its target's).
    fn encode(&mut self, slot: u32, slots: &Slots) -> Result<Encoded, i32>;

    /// The time limit of `slot`, which was staged as [`Marks::TIMED`](crate::Marks::TIMED).
    /// Counted from the moment the operation is submitted, or has to wait at a barrier.
    fn limit(&mut self, slot: u32) -> Duration;
}
