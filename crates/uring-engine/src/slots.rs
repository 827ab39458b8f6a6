//! The table of operations. A slot is claimed by index when an operation is staged, and freed with
//! a new generation by the operation's last row; in between it owns the operation's memory. The
//! embedder chooses the index and keeps its own tables under the same number; the table only
//! refuses a slot that is taken.

use crate::backlog::Lane;
use crate::engine::StageError;
use crate::guards::Guards;
use crate::token::{Kind, Token, GENERATION_MASK};
use crate::{Marks, Payload};
use std::time::Duration;

/// Where a slot's operation stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum State {
    Free,
    /// In the backlog: not encoded, unknown to the kernel.
    Queued,
    /// Settled without the kernel: its row is still to be handed out.
    Refused,
    /// Pushed: the kernel may touch its memory.
    InKernel,
}

/// In [`Slot::outstanding`]: the operation's own final completion.
pub(crate) const OPERATION: u8 = 1;
/// In [`Slot::outstanding`]: the guard's.
pub(crate) const GUARD: u8 = 2;

/// What every operation has. It is small because a batch goes through all of its slots twice.
pub(crate) struct Slot {
    pub state: State,
    pub marks: Marks,
    /// The last completions still to come. A set, not a count: a second completion of one entry
    /// must not be taken for the completion of the other (R18).
    pub outstanding: u8,
    /// Cancels of the operation that ended with ENOENT or EALREADY.
    pub misses: u8,
    /// Its [`Extras`] are in use.
    has_extras: bool,
    /// Where it waits while it is in the backlog.
    pub lane: Lane,
    pub generation: u32,
}

/// What few operations have.
#[derive(Default)]
pub(crate) struct Extras {
    /// The next member of the chain.
    pub follower: Option<Token>,
    /// The result of the operation's last row, and the flags of its last completion: the row may
    /// have to wait for the guard's completion, the result for a notification.
    pub result: i32,
    pub flags: u32,
    pub payload: Option<Box<dyn Payload>>,
    /// When its time limit passes, for an operation that waits at a barrier.
    pub date: Duration,
}

impl Slot {
    const FREE: Slot = Slot {
        state: State::Free,
        marks: Marks::NONE,
        outstanding: 0,
        misses: 0,
        has_extras: false,
        lane: Lane::Single,
        generation: 0,
    };

    /// Ends the operation and moves the generation on.
    #[inline(always)]
    fn free(&mut self) {
        self.state = State::Free;
        self.outstanding = 0;
        self.generation = (self.generation + 1) & GENERATION_MASK;
    }

    /// Returns how many submission queue entries the operation takes.
    #[inline]
    pub fn entries(&self) -> usize {
        1 + usize::from(self.marks.has(Marks::TIMED))
    }
}

/// The table.
pub struct Slots {
    table: Vec<Slot>,
    /// By slot, as the table.
    extras: Vec<Extras>,
    pub(crate) guards: Guards,
    /// Slots that are not free.
    pub(crate) live: usize,
}

impl Slots {
    pub(crate) fn new() -> Slots {
        Slots { table: Vec::new(), extras: Vec::new(), guards: Guards::default(), live: 0 }
    }

    /// Makes the table hold at least `count` slots. Payloads are boxed and guards have memory that
    /// stays in place, so nothing the kernel sees moves.
    pub(crate) fn grow(&mut self, count: u32) {
        let count = count.min(crate::limits::SLOTS_MAX) as usize;
        if count > self.table.len() {
            self.table.resize_with(count, || Slot::FREE);
            self.extras.resize_with(count, Extras::default);
        }
    }

    /// Returns how many slots the table holds.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Returns true for a table without slots.
    pub fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    #[inline]
    pub(crate) fn get(&self, slot: u32) -> Option<&Slot> {
        self.table.get(slot as usize)
    }

    #[inline]
    pub(crate) fn get_mut(&mut self, slot: u32) -> Option<&mut Slot> {
        self.table.get_mut(slot as usize)
    }

    /// Takes a free slot for an operation that is staged, and returns the operation's token.
    #[inline(always)]
    pub(crate) fn claim(
        &mut self,
        slot: u32,
        marks: Marks,
        state: State,
    ) -> Result<Token, StageError> {
        let place = self.get_mut(slot).ok_or(StageError::NoSuchSlot)?;
        if place.state != State::Free {
            return Err(StageError::SlotTaken);
        }
        place.state = state;
        place.marks = marks;
        place.outstanding = OPERATION;
        place.misses = 0;
        let token = Token::new(Kind::Operation, place.generation, slot);
        self.live += 1;
        Ok(token)
    }

    /// Returns the extras of the operation in `slot`, which must exist.
    pub(crate) fn extras_mut(&mut self, slot: u32) -> &mut Extras {
        self.table[slot as usize].has_extras = true;
        &mut self.extras[slot as usize]
    }

    /// Notes where the operation in `slot` stands.
    #[inline]
    pub(crate) fn set_state(&mut self, slot: u32, state: State) {
        if let Some(place) = self.get_mut(slot) {
            place.state = state;
        }
    }

    /// Returns the token of the operation in `slot`, if one is staged or in flight there.
    pub fn token(&self, slot: u32) -> Option<Token> {
        let state = self.get(slot)?;
        (state.state != State::Free).then(|| Token::new(Kind::Operation, state.generation, slot))
    }

    /// Frees the slot of a plain operation that the kernel has and that owns no memory. Returns false,
    /// and changes nothing, when the token is of anything else.
    #[inline(always)]
    pub(crate) fn release_plain(&mut self, token: Token) -> bool {
        let Some(place) = self.get_mut(token.slot()) else { return false };
        let plain = place.state == State::InKernel && place.marks.is_plain() && !place.has_extras;
        if !plain || !token.is_operation(place.generation) {
            return false;
        }
        place.free();
        self.live -= 1;
        true
    }

    /// Returns the slot of an operation that the kernel has, by any of its tokens.
    #[inline]
    pub(crate) fn in_kernel_mut(&mut self, token: Token) -> Option<&mut Slot> {
        let place = self.table.get_mut(token.slot() as usize)?;
        let live = place.state == State::InKernel && place.generation == token.generation();
        live.then_some(place)
    }

    /// Frees a slot, moves its generation on and returns the operation's memory.
    #[inline]
    pub(crate) fn release(&mut self, slot: u32) -> Option<Box<dyn Payload>> {
        let freed = &mut self.table[slot as usize];
        debug_assert!(freed.state != State::Free, "slot {slot} freed twice");
        freed.free();
        self.live -= 1;
        if !std::mem::take(&mut freed.has_extras) {
            return None;
        }
        std::mem::take(&mut self.extras[slot as usize]).payload
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Makes the slot look like one with an operation in the backlog.
    fn take(slots: &mut Slots, slot: u32) -> Token {
        slots.table[slot as usize].state = State::Queued;
        slots.live += 1;
        slots.token(slot).expect("it is taken")
    }

    #[test]
    fn r17_a_generation_wraps_without_touching_the_kind() {
        let mut slots = Slots::new();
        slots.grow(2);
        slots.table[1].generation = GENERATION_MASK;
        let last = take(&mut slots, 1);
        assert_eq!((last.generation(), last.kind()), (GENERATION_MASK, Kind::Operation));
        slots.release(1);
        let first = take(&mut slots, 1);
        assert_eq!((first.generation(), first.slot()), (0, 1));
        assert_ne!(first, last, "a stale completion is told from a fresh one");
        assert_eq!(slots.token(0), None, "a free slot has no token");
    }
}
