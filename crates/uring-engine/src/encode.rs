//! The embedder's side of submission: turning a staged slot into an entry. It is asked as late as
//! possible, right before the entry is pushed, so that an address taken from a garbage-collected
//! buffer is as young as it can be.

use crate::{Payload, Slots};
use uring::squeue::Entry;
use uring::types::Timespec;

/// An operation ready to be pushed.
pub struct Encoded {
    /// The entry. The engine adds `user_data` and link flags; all else is the encoder's.
    pub entry: Entry,
    /// Memory the entry points at that lives as long as the operation.
    pub payload: Option<Box<dyn Payload>>,
    /// The time limit, for a slot staged as [timed](crate::Marks::TIMED).
    pub guard: Option<Timespec>,
}

impl Encoded {
    /// An entry that points at nothing of ours.
    #[inline]
    pub fn bare(entry: Entry) -> Encoded {
        Encoded { entry, payload: None, guard: None }
    }

    /// An entry and the memory it points at.
    #[inline]
    pub fn with<P: Payload>(entry: Entry, payload: P) -> Encoded {
        Encoded { entry, payload: Some(Box::new(payload)), guard: None }
    }
}

/// Makes entries for staged slots.
pub trait Encode {
    /// The entry of `slot`, or the negative errno the operation is refused with. `slots` answers
    /// which tokens other operations carry (a cancel needs its target's).
    fn encode(&mut self, slot: u32, slots: &Slots) -> Result<Encoded, i32>;
}
