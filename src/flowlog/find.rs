//! Finding one of two bytes in many, eight at a time: most of a log is text between quotes, which has to be skipped fast.

const LOW: u64 = 0x0101_0101_0101_0101;
const HIGH: u64 = 0x8080_8080_8080_8080;

/// Where the first of two bytes is.
#[inline]
pub(super) fn either(bytes: &[u8], one: u8, other: u8) -> Option<usize> {
    let (one_each, other_each) = (LOW * u64::from(one), LOW * u64::from(other));
    // A byte of zeros borrows from the one above it; the lowest such byte is never wrong.
    let zero = |word: u64| word.wrapping_sub(LOW) & !word & HIGH;
    let mut words = bytes.chunks_exact(8);
    let mut at = 0;
    for eight in &mut words {
        let word = u64::from_le_bytes(eight.try_into().unwrap_or_default());
        let found = zero(word ^ one_each) | zero(word ^ other_each);
        if found != 0 {
            return Some(at + found.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    words.remainder().iter().position(|byte| *byte == one || *byte == other).map(|rest| at + rest)
}

/// Calls with the place of every one of a byte, ascending, until it is told to stop.
#[inline]
pub(super) fn each(bytes: &[u8], one: u8, mut found: impl FnMut(usize) -> bool) {
    let each = LOW * u64::from(one);
    for at in (0..bytes.len()).step_by(8) {
        let eight = match bytes[at..].first_chunk::<8>() {
            Some(eight) => *eight,
            None => {
                // Filled up with what is not looked for.
                let mut eight = [!one; 8];
                eight[..bytes.len() - at].copy_from_slice(&bytes[at..]);
                eight
            }
        };
        let other = u64::from_le_bytes(eight) ^ each;
        // The high bit of every byte that is zero, and of no other: nothing is carried from one to the next.
        let mut zero = !(((other & !HIGH) + !HIGH) | other | !HIGH);
        while zero != 0 {
            if !found(at + zero.trailing_zeros() as usize / 8) {
                return;
            }
            zero &= zero - 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{each, either};

    #[test]
    fn finds_each_that_a_loop_finds() {
        let bytes: Vec<u8> = (0..=255).chain((0..64).map(|at| at * 4)).chain([44; 9]).collect();
        for start in 0..40 {
            for one in [b',', 0, 1, 127, 128, 129, 255] {
                let bytes = &bytes[start * 3..];
                let slow: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at] == one).collect();
                let mut found = Vec::new();
                each(bytes, one, |at| {
                    found.push(at);
                    true
                });
                assert_eq!(found, slow);
                found.clear();
                each(bytes, one, |at| {
                    found.push(at);
                    found.len() < 2
                });
                assert_eq!(found, slow[..slow.len().min(2)]);
            }
        }
    }

    #[test]
    fn finds_what_a_loop_finds() {
        let bytes: Vec<u8> = (0..=255).chain((0..64).map(|at| at * 4)).collect();
        for start in 0..40 {
            for (one, other) in [(b'"', b'\\'), (0, 255), (7, 7), (128, 129), (b',', b'\n')] {
                let bytes = &bytes[start * 3..];
                let slow = bytes.iter().position(|byte| *byte == one || *byte == other);
                assert_eq!(either(bytes, one, other), slow);
            }
        }
        assert_eq!(either(b"", b'"', b'\\'), None);
        assert_eq!(either(b"abcdefghijk", b'"', b'\\'), None);
    }
}
