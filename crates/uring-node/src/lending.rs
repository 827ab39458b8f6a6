//! Buffers whose memory was looked up right before the flush that submits them. A call with several
//! values as arguments costs a tenth of fetching each from an array. What a flush leaves in the
//! backlog is looked up again, from the array, when its turn comes.

use crate::js::{Js, View};
use napi::sys;

#[derive(Clone, Copy)]
struct Lent {
    view: View,
    /// The turn for which the look-up holds.
    turn: u64,
}

/// The look-ups of the coming turn, by slot.
pub struct Lending {
    by_slot: Vec<Option<Lent>>,
    turn: u64,
}

impl Lending {
    /// Room for the look-ups of so many slots.
    pub fn new(slots: usize) -> Lending {
        Lending { by_slot: vec![None; slots], turn: 0 }
    }

    /// Makes room for more slots.
    pub fn grow(&mut self, slots: usize) {
        self.by_slot.resize(slots, None);
    }

    /// Looks up the memory of `value` for the operation in `slot`.
    #[inline]
    pub fn lend(&mut self, js: Js, slot: u32, value: sys::napi_value) {
        if let Some(place) = self.by_slot.get_mut(slot as usize) {
            *place = js.view(value).map(|view| Lent { view, turn: self.turn });
        }
    }

    /// What was looked up for `slot` in this turn.
    #[inline]
    pub fn view(&self, slot: u32) -> Option<View> {
        let lent = (*self.by_slot.get(slot as usize)?)?;
        (lent.turn == self.turn).then_some(lent.view)
    }

    /// Ends the turn: JavaScript may run, and no look-up holds any more.
    #[inline]
    pub fn end_turn(&mut self) {
        self.turn += 1;
    }
}
