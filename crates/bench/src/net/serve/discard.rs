//! A conversation that counts what it receives and answers the end with the count: eight bytes,
//! little-endian, and four of the CRC-32 of everything, 0 where checking is not asked for.

use crc32fast::Hasher;

use super::stream::Conversation;
use super::Options;
use crate::net::pool::Pool;

/// Bytes in the answer.
pub const ANSWER: usize = 12;

pub struct Discard {
    count: u64,
    hasher: Option<Hasher>,
    answer: Option<[u8; ANSWER]>,
}

impl Conversation for Discard {
    fn new(options: &Options) -> Self {
        Discard { count: 0, hasher: options.check.then(Hasher::new), answer: None }
    }

    #[inline]
    fn received(&mut self, buffer: u16, length: usize, pool: &mut Pool) {
        self.count += length as u64;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(pool.bytes(buffer, length));
        }
        pool.put_back(buffer);
    }

    fn ended(&mut self) {
        let checksum = self.hasher.take().map_or(0, Hasher::finalize);
        self.answer = Some(answer(self.count, checksum));
    }

    #[inline]
    fn outgoing(&self, _: &Pool) -> Option<(*const u8, u32)> {
        self.answer.as_ref().map(|bytes| (bytes.as_ptr(), ANSWER as u32))
    }

    fn sent(&mut self, _: &mut Pool) {
        self.answer = None;
    }
}

/// What a connection is told that sent `count` bytes of this checksum.
pub fn answer(count: u64, checksum: u32) -> [u8; ANSWER] {
    let mut bytes = [0; ANSWER];
    bytes[..8].copy_from_slice(&count.to_le_bytes());
    bytes[8..].copy_from_slice(&checksum.to_le_bytes());
    bytes
}
