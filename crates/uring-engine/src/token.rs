//! The `user_data` of an entry, which its completions bring back: a slot, the slot's generation, and
//! which of its entries this is. Never a pointer: a forged or stale value is recognised and does no
//! harm.

/// Which entry a completion belongs to.
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

/// Generations wrap at 30 bits: a stale completion is taken for a live one only after 2^30 reuses
/// of its slot.
pub(crate) const GENERATION_MASK: u32 = (1 << 30) - 1;

impl Token {
    /// Returns the token of one entry of `slot` in `generation`.
    #[inline]
    pub fn new(kind: Kind, generation: u32, slot: u32) -> Token {
        let generation = u64::from(generation & GENERATION_MASK);
        Token((kind as u64) << 62 | generation << 32 | u64::from(slot))
    }

    /// Returns the token in a completion's `user_data`, unchecked.
    #[inline]
    pub fn from_user_data(user_data: u64) -> Token {
        Token(user_data)
    }

    /// Returns the value for `sqe.user_data`.
    #[inline]
    pub fn user_data(self) -> u64 {
        self.0
    }

    /// Returns the slot's index, unchecked.
    #[inline]
    pub fn slot(self) -> u32 {
        self.0 as u32
    }

    /// Returns the slot's generation when the entry was made.
    #[inline]
    pub fn generation(self) -> u32 {
        (self.0 >> 32) as u32 & GENERATION_MASK
    }

    /// Returns true for the token of an operation in `generation`, whatever its slot.
    #[inline]
    pub(crate) fn is_operation(self, generation: u32) -> bool {
        self.0 >> 32 == (Kind::Operation as u64) << 30 | u64::from(generation)
    }

    /// Returns the kind.
    #[inline]
    pub fn kind(self) -> Kind {
        match self.0 >> 62 {
            0 => Kind::Operation,
            1 => Kind::Guard,
            2 => Kind::Cancel,
            _ => Kind::Alarm,
        }
    }

    /// Returns the token of the same slot and generation with another kind.
    #[inline]
    pub fn with_kind(self, kind: Kind) -> Token {
        Token::new(kind, self.generation(), self.slot())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_keeps_its_parts() {
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
