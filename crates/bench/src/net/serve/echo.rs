//! A conversation that sends everything back, out of the buffers it was received into.

use std::collections::VecDeque;

use super::stream::Conversation;
use super::Options;
use crate::net::pool::Pool;

pub struct Echo {
    /// Buffers that were received and not sent, and how many bytes each has.
    pieces: VecDeque<(u16, u32)>,
}

impl Conversation for Echo {
    fn new(_: &Options) -> Self {
        Echo { pieces: VecDeque::new() }
    }

    #[inline]
    fn received(&mut self, buffer: u16, length: usize, _: &mut Pool) {
        self.pieces.push_back((buffer, length as u32));
    }

    fn ended(&mut self) {}

    #[inline]
    fn outgoing(&self, pool: &Pool) -> Option<(*const u8, u32)> {
        self.pieces.front().map(|&(buffer, length)| (pool.address(buffer).cast_const(), length))
    }

    #[inline]
    fn sent(&mut self, pool: &mut Pool) {
        let (buffer, _) = self.pieces.pop_front().expect("one piece was being sent");
        pool.put_back(buffer);
    }
}
