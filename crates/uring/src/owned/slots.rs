//! The table of operations in flight.
//!
//! Owns everything that an operation's entry points at, from its start to its completion. Promises
//! that a token names one operation and no later one of the same slot. Never drops what the kernel
//! may use: see [`Held`]. Proven by `tests/kernel/owned.rs` and the tests below.

use std::sync::Arc;

use super::buffer::Held;
use super::Handle;
use crate::types::Timespec;

/// Names one operation of a ring: returned when it is started, and found in its
/// [`Completion`](super::Completion).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Token(u64);

impl Token {
    fn new(index: usize, generation: u32) -> Token {
        Token(u64::from(generation) << 32 | index as u64)
    }

    pub(super) fn from_user_data(user_data: u64) -> Token {
        Token(user_data)
    }

    pub(super) fn user_data(self) -> u64 {
        self.0
    }

    fn index(self) -> usize {
        self.0 as u32 as usize
    }

    fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }
}

/// What a result means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number of bytes, or 0.
    Count,
    /// A descriptor.
    Accept,
    /// ETIME when it was successful.
    Timeout,
}

/// What an operation keeps alive.
pub(super) struct Operation<B> {
    pub(super) kind: Kind,
    pub(super) buffer: Option<Held<B>>,
    pub(super) time: Option<Held<Box<Timespec>>>,
    /// Kept open, because the number of a closed file can become that of another one.
    pub(super) file: Option<Arc<dyn Handle>>,
}

impl<B> Operation<B> {
    pub(super) fn new(kind: Kind) -> Self {
        Operation { kind, buffer: None, time: None, file: None }
    }

    /// Frees everything but the buffer, and returns that. The kernel is done with it all.
    pub(super) fn release(self) -> Option<B> {
        drop(self.time.map(Held::into_inner));
        self.buffer.map(Held::into_inner)
    }
}

struct Slot<B> {
    generation: u32,
    operation: Option<Operation<B>>,
}

pub(super) struct Slots<B> {
    slots: Vec<Slot<B>>,
    free: Vec<usize>,
}

impl<B> Slots<B> {
    pub(super) fn new() -> Self {
        Slots { slots: Vec::new(), free: Vec::new() }
    }

    /// Returns the number of operations in flight.
    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(super) fn insert(&mut self, operation: Operation<B>) -> Token {
        let index = self.free.pop().unwrap_or_else(|| {
            // The highest index is left to entries of the ring itself.
            assert!(self.slots.len() < u32::MAX as usize, "2^32 operations are in flight");
            self.slots.push(Slot { generation: 0, operation: None });
            self.slots.len() - 1
        });
        let slot = &mut self.slots[index];
        slot.operation = Some(operation);
        Token::new(index, slot.generation)
    }

    pub(super) fn contains(&self, token: Token) -> bool {
        self.slots
            .get(token.index())
            .is_some_and(|slot| slot.generation == token.generation() && slot.operation.is_some())
    }

    /// Takes an operation out, once its completion has come.
    pub(super) fn remove(&mut self, token: Token) -> Option<Operation<B>> {
        if !self.contains(token) {
            return None;
        }
        let slot = &mut self.slots[token.index()];
        slot.generation = slot.generation.wrapping_add(1);
        self.free.push(token.index());
        slot.operation.take()
    }

    /// Returns the operations in flight.
    pub(super) fn tokens(&self) -> Vec<Token> {
        let live = |(index, slot): (usize, &Slot<B>)| {
            slot.operation.as_ref().map(|_| Token::new(index, slot.generation))
        };
        self.slots.iter().enumerate().filter_map(live).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_names_one_operation_of_its_slot() {
        let mut slots = Slots::<Vec<u8>>::new();
        let first = slots.insert(Operation::new(Kind::Count));
        assert!(slots.remove(first).is_some());
        let second = slots.insert(Operation::new(Kind::Count));
        assert_eq!(first.index(), second.index());
        assert!(slots.remove(first).is_none());
        assert_eq!((slots.len(), slots.tokens()), (1, vec![second]));
        assert!(slots.remove(second).is_some());
        assert!(slots.remove(Token(u64::MAX)).is_none());
        assert_eq!(slots.len(), 0);
    }
}
