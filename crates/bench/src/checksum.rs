//! FNV-1a over what was read, and a sum that does not depend on the order of completions.

/// FNV-1a, 32 bits; `bench/checksum.ts` has the same.
pub fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

/// A wrapping sum, switched off for measured runs.
#[derive(Debug)]
pub struct Checksum {
    enabled: bool,
    sum: u32,
}

impl Checksum {
    pub fn new(enabled: bool) -> Self {
        Checksum { enabled, sum: 0 }
    }

    /// Adds the hash of `bytes`, if checking.
    #[inline]
    pub fn add_bytes(&mut self, bytes: &[u8]) {
        if self.enabled {
            self.sum = self.sum.wrapping_add(fnv1a(bytes));
        }
    }

    /// Adds a plain number, if checking.
    #[inline]
    pub fn add_number(&mut self, number: u32) {
        if self.enabled {
            self.sum = self.sum.wrapping_add(number);
        }
    }

    pub fn sum(&self) -> u32 {
        self.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_answers_of_fnv1a() {
        assert_eq!(fnv1a(b""), 0x811c_9dc5);
        assert_eq!(fnv1a(b"a"), 0xe40c_292c);
        assert_eq!(fnv1a(b"foobar"), 0xbf9c_f968);
    }
}
