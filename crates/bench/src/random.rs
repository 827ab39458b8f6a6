//! The sequence of blocks that every column visits: xorshift32 with a fixed seed.

/// Must equal the seed in `bench/random.ts`.
const SEED: u32 = 0x9e37_79b9;

/// Random file positions, a multiple of the block size below `blocks * block`.
#[derive(Debug)]
pub struct Positions {
    state: u32,
    mask: u32,
    block: u64,
}

impl Positions {
    /// `blocks` must be a power of two: a mask is cheaper and fairer than a remainder.
    pub fn new(blocks: u32, block: usize) -> Self {
        assert!(blocks.is_power_of_two(), "{blocks} blocks is no power of two");
        Positions { state: SEED, mask: blocks - 1, block: block as u64 }
    }

    pub fn next(&mut self) -> u64 {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 17;
        self.state ^= self.state << 5;
        u64::from(self.state & self.mask) * self.block
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_block_multiples_below_the_end() {
        let mut positions = Positions::new(8, 4096);
        for _ in 0..1000 {
            let position = positions.next();
            assert!(position < 8 * 4096 && position % 4096 == 0);
        }
    }

    #[test]
    fn the_sequence_is_the_one_of_the_javascript_side() {
        let mut positions = Positions::new(1 << 16, 1);
        let first: Vec<u64> = (0..4).map(|_| positions.next()).collect();
        assert_eq!(first, [17945, 21822, 36666, 43189]);
    }
}
