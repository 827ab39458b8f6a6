//! What a completion carries back to us: which slot, in which generation, and for which of the
//! slot's entries. Never a pointer, so that a forged or stale value can only be wrong, not deadly.

/// Which of a slot's entries a completion answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The operation itself.
    Operation = 0,
    /// The `LINK_TIMEOUT` that guards the operation.
    Guard = 1,
    /// An `ASYNC_CANCEL` aimed at the operation.
    Cancel = 2,
    /// A `TIMEOUT` of the engine's own, which belongs to no slot.
    Alarm = 3,
}

/// The `user_data` of an entry: slot in bits 0-31, generation in 32-61, kind in 62-63.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token(u64);

/// Generations wrap at 30 bits: a stale completion would have to survive a thousand million
/// reuses of its slot to be taken for a live one.
pub(crate) const GENERATION_MASK: u32 = (1 << 30) - 1;

impl Token {
    /// A token for one entry of `slot` in its present `generation`.
    #[inline]
    pub fn new(kind: Kind, generation: u32, slot: u32) -> Token {
        let generation = u64::from(generation & GENERATION_MASK);
        Token((kind as u64) << 62 | generation << 32 | u64::from(slot))
    }

    /// The token a completion brought, whatever is in it.
    #[inline]
    pub fn from_user_data(user_data: u64) -> Token {
        Token(user_data)
    }

    /// The value that goes into `sqe.user_data`.
    #[inline]
    pub fn user_data(self) -> u64 {
        self.0
    }

    /// The slot's index, unchecked.
    #[inline]
    pub fn slot(self) -> u32 {
        self.0 as u32
    }

    /// The slot's generation when the entry was made.
    #[inline]
    pub fn generation(self) -> u32 {
        (self.0 >> 32) as u32 & GENERATION_MASK
    }

    /// The kind.
    #[inline]
    pub fn kind(self) -> Kind {
        match self.0 >> 62 {
            0 => Kind::Operation,
            1 => Kind::Guard,
            2 => Kind::Cancel,
            _ => Kind::Alarm,
        }
    }

    /// The same slot and generation under another kind.
    #[inline]
    pub fn with_kind(self, kind: Kind) -> Token {
        Token::new(kind, self.generation(), self.slot())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_gives_back_what_went_in() {
        for kind in [Kind::Operation, Kind::Guard, Kind::Cancel, Kind::Alarm] {
            for generation in [0, 1, GENERATION_MASK] {
                for slot in [0, 7, u32::MAX] {
                    let token =
                        Token::from_user_data(Token::new(kind, generation, slot).user_data());
                    assert_eq!(token.kind(), kind);
                    assert_eq!((token.generation(), token.slot()), (generation, slot));
                }
            }
        }
    }
}
