//! Buffers whose memory was looked up right before the turn that submits them. A raw call with
//! several values as arguments costs a tenth of fetching each from an array; what a turn could not
//! submit is looked up again, from the array, in the turn that does.

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
    pub fn new(slots: usize) -> Lending {
        Lending { by_slot: vec![None; slots], turn: 0 }
    }

    pub fn grow(&mut self, slots: usize) {
        self.by_slot.resize(slots, None);
    }

    /// Looks the memory of `value` up for the operation in `slot`.
    #[inline]
    pub fn lend(&mut self, js: Js, slot: u32, value: sys::napi_value) {
        if let Some(place) = self.by_slot.get_mut(slot as usize) {
            *place = js.view(value).map(|view| Lent { view, turn: self.turn });
        }
    }

    /// What was looked up for `slot`, if it was for this turn.
    #[inline]
    pub fn view(&self, slot: u32) -> Option<View> {
        let lent = (*self.by_slot.get(slot as usize)?)?;
        (lent.turn == self.turn).then_some(lent.view)
    }

    /// The turn is over: JavaScript may run, and no look-up holds any more.
    #[inline]
    pub fn end_turn(&mut self) {
        self.turn += 1;
    }
}
