//! A fast hash for small keys of the program's own making: numbers of classes, nodes and sets. Not for keys that come
//! from outside one by one: it does not defend itself against keys chosen to collide.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map with that hash.
pub(in crate::net) type Map<K, V> = HashMap<K, V, BuildHasherDefault<Fast>>;

/// One multiplication and one rotation a word.
#[derive(Clone, Copy, Default)]
pub(in crate::net) struct Fast(u64);

const ODD: u64 = 0x9e37_79b9_7f4a_7c15;

/// A word mixed into a state.
pub(in crate::net) fn mixed(state: u64, word: u64) -> u64 {
    (state.rotate_left(23) ^ word).wrapping_mul(ODD)
}

/// The bits of a state spread evenly.
pub(in crate::net) fn spread(state: u64) -> u64 {
    let state = (state ^ (state >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    state ^ (state >> 32)
}

impl Hasher for Fast {
    fn finish(&self) -> u64 {
        spread(self.0)
    }

    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.write_u64(u64::from_le_bytes(word.try_into().unwrap_or_default()));
        }
        for byte in words.remainder() {
            self.0 = mixed(self.0, u64::from(*byte));
        }
    }

    fn write_u8(&mut self, number: u8) {
        self.0 = mixed(self.0, u64::from(number));
    }

    fn write_u32(&mut self, number: u32) {
        self.0 = mixed(self.0, u64::from(number));
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = mixed(self.0, number);
    }

    fn write_usize(&mut self, number: usize) {
        self.0 = mixed(self.0, number as u64);
    }
}
