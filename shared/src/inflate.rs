//! Unpacks what the server has deflated (RFC 1951).
//!
//! Written to be small, since it is downloaded before anything can be typed: a symbol is found bit by bit, by counting codes (section 3.2.2 of the RFC
//! makes them canonical), without tables of them.

/// The bytes are not a deflated stream, or not one of the size that was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not deflated bytes of this size")]
pub struct BadPack;

/// Longest code of a symbol, bits.
const CODE_BITS_MAX: usize = 15;

/// Symbols of literals and lengths; there are fewer of all others.
const SYMBOLS_MAX: usize = 288;

/// A deflated byte stands for at most so many: one bit for a length of 258, another for its distance.
const RATIO_MAX: usize = 1_032;

/// In which order the lengths of the codes of code lengths stand (3.2.7).
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The one stream that `packed` is, of exactly `size` bytes. Takes memory for what is there and not for what is declared: however large `size` is, no
/// more than a fixed multiple of `packed`.
pub fn inflate(packed: &[u8], size: usize) -> Result<Vec<u8>, BadPack> {
    let mut out = Vec::with_capacity(size.min(packed.len().saturating_mul(RATIO_MAX)));
    let mut bits = Bits {
        bytes: packed.iter(),
        held: 0,
        count: 0,
    };
    loop {
        let is_last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => stored(&mut bits, &mut out, size)?,
            1 => coded(&mut bits, &mut out, size, &fixed_literals(), &Code::new(&[5; 30])?)?,
            2 => {
                let (literals, distances) = codes(&mut bits)?;
                coded(&mut bits, &mut out, size, &literals, &distances)?;
            }
            _ => return Err(BadPack),
        }
        if is_last {
            let is_whole = out.len() == size && bits.bytes.len() == 0;
            return if is_whole { Ok(out) } else { Err(BadPack) };
        }
    }
}

/// The bits that are left, the lowest of each byte first.
struct Bits<'a> {
    bytes: std::slice::Iter<'a, u8>,
    held: usize,
    count: usize,
}

impl Bits<'_> {
    /// The next bits, 16 at most.
    fn take(&mut self, count: usize) -> Result<usize, BadPack> {
        while self.count < count {
            let byte = self.bytes.next().ok_or(BadPack)?;
            self.held |= usize::from(*byte) << self.count;
            self.count += 8;
        }
        let taken = self.held & ((1 << count) - 1);
        self.held >>= count;
        self.count -= count;
        Ok(taken)
    }
}

/// A canonical code: how many symbols have codes of each length, and the symbols in the order of their codes.
struct Code {
    counts: [usize; CODE_BITS_MAX + 1],
    symbols: [u16; SYMBOLS_MAX],
}

impl Code {
    /// From the length of each symbol's code; those of length 0 have none.
    fn new(lengths: &[u8]) -> Result<Self, BadPack> {
        let mut code = Self {
            counts: [0; CODE_BITS_MAX + 1],
            symbols: [0; SYMBOLS_MAX],
        };
        for length in lengths {
            code.counts[usize::from(*length)] += 1;
        }
        code.counts[0] = 0;
        let (mut places, mut place, mut free) = ([0; CODE_BITS_MAX + 1], 0, 1);
        for (first, count) in places.iter_mut().zip(code.counts).skip(1) {
            *first = place;
            place += count;
            // More codes than there can be would have two meanings.
            free = usize::checked_sub(2 * free, count).ok_or(BadPack)?;
        }
        for (symbol, length) in (0..).zip(lengths) {
            if *length > 0 {
                let place = &mut places[usize::from(*length)];
                code.symbols[*place] = symbol;
                *place += 1;
            }
        }
        Ok(code)
    }

    fn symbol(&self, bits: &mut Bits<'_>) -> Result<usize, BadPack> {
        let (mut code, mut first, mut place) = (0, 0, 0);
        for count in &self.counts[1..] {
            code = 2 * code + bits.take(1)?;
            first *= 2;
            if code < first + count {
                return Ok(usize::from(self.symbols[place + code - first]));
            }
            first += count;
            place += count;
        }
        Err(BadPack)
    }
}

/// The code of literals and lengths that needs no telling (3.2.6).
fn fixed_literals() -> Code {
    let mut lengths = [8; SYMBOLS_MAX];
    lengths[144..256].fill(9);
    lengths[256..280].fill(7);
    Code::new(&lengths).unwrap_or_else(|_| unreachable!("there are as many codes as there can be"))
}

/// The codes that a block tells (3.2.7).
fn codes(bits: &mut Bits<'_>) -> Result<(Code, Code), BadPack> {
    let literals = bits.take(5)? + 257;
    let distances = bits.take(5)? + 1;
    let told = bits.take(4)? + 4;
    let mut lengths = [0; 19];
    for place in &ORDER[..told] {
        lengths[*place] = low_byte(bits.take(3)?);
    }
    let of_lengths = Code::new(&lengths)?;
    let mut lengths = [0_u8; SYMBOLS_MAX + 32];
    let mut at = 0;
    while at < literals + distances {
        let (length, times) = match of_lengths.symbol(bits)? {
            16 => (*lengths.get(at.wrapping_sub(1)).ok_or(BadPack)?, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            18 => (0, 11 + bits.take(7)?),
            length => (low_byte(length), 1),
        };
        let end = at + times;
        if end > literals + distances {
            return Err(BadPack);
        }
        lengths[at..end].fill(length);
        at = end;
    }
    if literals > SYMBOLS_MAX - 2 {
        return Err(BadPack);
    }
    Ok((
        Code::new(&lengths[..literals])?,
        Code::new(&lengths[literals..literals + distances])?,
    ))
}

/// A block as it is (3.2.4).
fn stored(bits: &mut Bits<'_>, out: &mut Vec<u8>, size: usize) -> Result<(), BadPack> {
    // The rest of the byte says nothing. No whole byte is held: no more was taken than needed.
    (bits.held, bits.count) = (0, 0);
    let len = bits.take(16)?;
    if bits.take(16)? != len ^ 0xffff || len > size - out.len() {
        return Err(BadPack);
    }
    let (copied, rest) = bits.bytes.as_slice().split_at_checked(len).ok_or(BadPack)?;
    out.extend_from_slice(copied);
    bits.bytes = rest.iter();
    Ok(())
}

/// A block of literals, and of lengths and distances back (3.2.5).
fn coded(
    bits: &mut Bits<'_>,
    out: &mut Vec<u8>,
    size: usize,
    literals: &Code,
    distances: &Code,
) -> Result<(), BadPack> {
    loop {
        let symbol = literals.symbol(bits)?;
        if symbol == 256 {
            return Ok(());
        }
        if out.len() == size {
            return Err(BadPack);
        }
        if symbol < 256 {
            out.push(low_byte(symbol));
            continue;
        }
        let len = match symbol - 257 {
            28 => 258,
            symbol @ ..28 => 3 + stretched(symbol, 4, bits)?,
            _ => return Err(BadPack),
        };
        let distance = match distances.symbol(bits)? {
            symbol @ ..30 => 1 + stretched(symbol, 2, bits)?,
            _ => return Err(BadPack),
        };
        let from = out.len().checked_sub(distance).ok_or(BadPack)?;
        if len > size - out.len() {
            return Err(BadPack);
        }
        // What is copied may be what this copy writes.
        for at in from..from + len {
            out.push(out[at]);
        }
    }
}

/// What a symbol of a length or distance stands for, less the smallest one: `group` symbols share each number of extra bits, and the first two groups
/// have none.
fn stretched(symbol: usize, group: usize, bits: &mut Bits<'_>) -> Result<usize, BadPack> {
    let extra = (symbol / group).saturating_sub(1);
    let base = if symbol < group {
        symbol
    } else {
        (group + symbol % group) << extra
    };
    Ok(base + bits.take(extra)?)
}

const fn low_byte(number: usize) -> u8 {
    number.to_le_bytes()[0]
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use proptest::prelude::*;
    use std::io::Write as _;

    fn deflated(bytes: &[u8], level: u32) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::new(level));
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn blocks_of_each_kind_are_unpacked() {
        // Stored, with fixed codes, and with codes of their own; the RFC's bits by hand for the first two.
        assert_eq!(inflate(&[1, 2, 0, 0xfd, 0xff, b'a', b'b'], 2).unwrap(), b"ab");
        assert_eq!(inflate(&[0x4b, 0x4c, 0x04, 0x01, 0x00], 6).unwrap(), b"aaaaaa");
        let text: String = (0..2_000).map(|n| format!("{n} words, ")).collect();
        assert_eq!(
            inflate(&deflated(text.as_bytes(), 6), text.len()).unwrap(),
            text.as_bytes()
        );
    }

    #[test]
    fn what_unpacks_to_more_than_was_told_is_refused_and_takes_no_memory() {
        let bomb = deflated(&vec![0; 4 << 20], 9);
        assert!(bomb.len() < 8_192);
        assert_eq!(inflate(&bomb, 1_000), Err(BadPack));
        assert_eq!(inflate(&bomb, usize::MAX >> 1), Err(BadPack));
        assert_eq!(inflate(&bomb, 4 << 20).unwrap().len(), 4 << 20);
        assert_eq!(inflate(&[], 1 << 40), Err(BadPack));
    }

    #[test]
    fn codes_with_two_meanings_are_refused() {
        assert!(Code::new(&[1, 1, 1]).is_err());
        assert!(Code::new(&[15; 288]).is_ok());
    }

    proptest! {
        #[test]
        fn what_is_deflated_is_unpacked_and_cut_short_it_is_refused(
            pieces in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..300), 1..40usize), 0..12),
            level in 0..=9u32,
            cut in any::<prop::sample::Index>(),
        ) {
            let bytes: Vec<u8> = pieces.iter().flat_map(|(piece, times)| piece.repeat(*times)).collect();
            let packed = deflated(&bytes, level);
            prop_assert_eq!(inflate(&packed, bytes.len()).unwrap(), bytes.clone());
            prop_assert_eq!(inflate(&packed, bytes.len() + 1), Err(BadPack));
            prop_assert_eq!(inflate(&packed[..cut.index(packed.len())], bytes.len()), Err(BadPack));
        }

        #[test]
        fn arbitrary_bytes_are_refused_or_of_the_size_told(bytes in prop::collection::vec(any::<u8>(), 0..200), size in 0..2_000usize) {
            if let Ok(out) = inflate(&bytes, size) {
                prop_assert_eq!(out.len(), size);
            }
        }
    }
}
