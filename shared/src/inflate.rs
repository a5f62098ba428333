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

/// The one stream that `packed` is, of exactly `size` bytes.
pub fn inflate(packed: &[u8], size: usize) -> Result<Vec<u8>, BadPack> {
    let mut inflater = Inflater::new(size);
    inflater.push(packed)?;
    inflater.finish()
}

/// Unpacks a stream while it arrives, so that nothing waits for all of it at its end. Takes memory for what is there and not for what is declared: however
/// large `size` is, no more than a fixed multiple of what was pushed.
#[derive(Debug)]
pub struct Inflater {
    size: usize,
    out: Vec<u8>,
    /// What has come and cannot be read before more has.
    rest: Vec<u8>,
    held: usize,
    count: usize,
    at: At,
}

/// What comes next.
#[derive(Debug)]
enum At {
    Block,
    /// A symbol of a block with these codes of literals and distances.
    Symbol {
        is_last: bool,
        codes: Box<(Code, Code)>,
    },
    /// Nothing.
    End,
}

impl Inflater {
    /// For a stream of exactly `size` bytes.
    #[must_use]
    pub const fn new(size: usize) -> Self {
        Self {
            size,
            out: Vec::new(),
            rest: Vec::new(),
            held: 0,
            count: 0,
            at: At::Block,
        }
    }

    /// The next part of the stream, wherever it was cut.
    pub fn push(&mut self, part: &[u8]) -> Result<(), BadPack> {
        if self.out.capacity() == 0 {
            self.out
                .reserve_exact(self.size.min(part.len().saturating_mul(RATIO_MAX)));
        }
        let mut bytes = std::mem::take(&mut self.rest);
        bytes.extend_from_slice(part);
        let mut bits = Bits {
            bytes: bytes.iter(),
            held: self.held,
            count: self.count,
        };
        while !matches!(self.at, At::End) {
            let before = bits.clone();
            match self.step(&mut bits) {
                Ok(()) => {}
                Err(Stop::Short) => {
                    bits = before;
                    break;
                }
                Err(Stop::Bad) => return Err(BadPack),
            }
        }
        (self.held, self.count) = (bits.held, bits.count);
        self.rest = bits.bytes.as_slice().to_vec();
        let is_too_much = matches!(self.at, At::End) && !self.rest.is_empty();
        if is_too_much { Err(BadPack) } else { Ok(()) }
    }

    /// All of it.
    pub fn finish(self) -> Result<Vec<u8>, BadPack> {
        let is_whole = matches!(self.at, At::End) && self.out.len() == self.size;
        if is_whole { Ok(self.out) } else { Err(BadPack) }
    }

    /// Reads one thing. Where there are too few bits for it nothing has happened, but that some of them were taken.
    fn step(&mut self, bits: &mut Bits<'_>) -> Result<(), Stop> {
        match &self.at {
            At::Block => {
                let is_last = bits.take(1)? == 1;
                let codes = match bits.take(2)? {
                    0 => {
                        stored(bits, &mut self.out, self.size)?;
                        self.at = if is_last { At::End } else { At::Block };
                        return Ok(());
                    }
                    1 => (fixed_literals(), Code::new(&[5; 30])?),
                    2 => codes(bits)?,
                    _ => return Err(Stop::Bad),
                };
                self.at = At::Symbol {
                    is_last,
                    codes: Box::new(codes),
                };
            }
            At::Symbol { is_last, codes } => {
                let (literals, distances) = &**codes;
                if symbol(bits, &mut self.out, self.size, literals, distances)? == Block::Ends {
                    self.at = if *is_last { At::End } else { At::Block };
                }
            }
            At::End => {}
        }
        Ok(())
    }
}

/// Why there is no more to be read.
enum Stop {
    /// More bytes are needed.
    Short,
    /// They are not a deflated stream.
    Bad,
}

impl From<BadPack> for Stop {
    fn from(_: BadPack) -> Self {
        Self::Bad
    }
}

/// The bits that are left, the lowest of each byte first.
#[derive(Clone)]
struct Bits<'a> {
    bytes: std::slice::Iter<'a, u8>,
    held: usize,
    count: usize,
}

impl Bits<'_> {
    /// The next bits, 16 at most.
    fn take(&mut self, count: usize) -> Result<usize, Stop> {
        while self.count < count {
            let byte = self.bytes.next().ok_or(Stop::Short)?;
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
#[derive(Debug)]
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

    fn symbol(&self, bits: &mut Bits<'_>) -> Result<usize, Stop> {
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
        Err(Stop::Bad)
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
fn codes(bits: &mut Bits<'_>) -> Result<(Code, Code), Stop> {
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
            16 => (*lengths.get(at.wrapping_sub(1)).ok_or(Stop::Bad)?, 3 + bits.take(2)?),
            17 => (0, 3 + bits.take(3)?),
            18 => (0, 11 + bits.take(7)?),
            length => (low_byte(length), 1),
        };
        let end = at + times;
        if end > literals + distances {
            return Err(Stop::Bad);
        }
        lengths[at..end].fill(length);
        at = end;
    }
    if literals > SYMBOLS_MAX - 2 {
        return Err(Stop::Bad);
    }
    Ok((
        Code::new(&lengths[..literals])?,
        Code::new(&lengths[literals..literals + distances])?,
    ))
}

/// A block as it is (3.2.4).
fn stored(bits: &mut Bits<'_>, out: &mut Vec<u8>, size: usize) -> Result<(), Stop> {
    // The rest of the byte says nothing. No whole byte is held: no more was taken than needed.
    (bits.held, bits.count) = (0, 0);
    let len = bits.take(16)?;
    if bits.take(16)? != len ^ 0xffff || len > size - out.len() {
        return Err(Stop::Bad);
    }
    let (copied, rest) = bits.bytes.as_slice().split_at_checked(len).ok_or(Stop::Short)?;
    out.extend_from_slice(copied);
    bits.bytes = rest.iter();
    Ok(())
}

/// Whether a block goes on behind a symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Block {
    GoesOn,
    Ends,
}

/// A literal, or a length and a distance back (3.2.5).
fn symbol(
    bits: &mut Bits<'_>,
    out: &mut Vec<u8>,
    size: usize,
    literals: &Code,
    distances: &Code,
) -> Result<Block, Stop> {
    let symbol = literals.symbol(bits)?;
    if symbol == 256 {
        return Ok(Block::Ends);
    }
    if out.len() == size {
        return Err(Stop::Bad);
    }
    if symbol < 256 {
        out.push(low_byte(symbol));
        return Ok(Block::GoesOn);
    }
    let len = match symbol - 257 {
        28 => 258,
        symbol @ ..28 => 3 + stretched(symbol, 4, bits)?,
        _ => return Err(Stop::Bad),
    };
    let distance = match distances.symbol(bits)? {
        symbol @ ..30 => 1 + stretched(symbol, 2, bits)?,
        _ => return Err(Stop::Bad),
    };
    let from = out.len().checked_sub(distance).ok_or(Stop::Bad)?;
    if len > size - out.len() {
        return Err(Stop::Bad);
    }
    // What is copied may be what this copy writes.
    for at in from..from + len {
        out.push(out[at]);
    }
    Ok(Block::GoesOn)
}

/// What a symbol of a length or distance stands for, less the smallest one: `group` symbols share each number of extra bits, and the first two groups
/// have none.
fn stretched(symbol: usize, group: usize, bits: &mut Bits<'_>) -> Result<usize, Stop> {
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
            let mut inflater = Inflater::new(bytes.len());
            for part in packed.chunks(1 + cut.index(packed.len())) {
                inflater.push(part).unwrap();
            }
            prop_assert_eq!(inflater.finish().unwrap(), bytes.clone());
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
