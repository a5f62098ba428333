//! The format in which older rows of a document's log are kept for good: who wrote what, when.
//!
//! A segment holds rows without gaps. Its bytes are
//!
//! | bytes | what |
//! |---|---|
//! | 1 | version of the format: 1 |
//! | 4 | length of the columns, little-endian |
//! | 4 | CRC-32 of the columns, little-endian |
//! | rest | the columns, deflated ([RFC 1951](https://www.rfc-editor.org/rfc/rfc1951)) |
//!
//! and the columns are `Columns` in [postcard](https://postcard.jamesmunns.com/wire-format): numbers as varints, signed ones zigzag, lists behind
//! their length. What rises by the same step from row to row is kept as the difference to what was expected, so that it is zero nearly
//! everywhere and costs next to nothing. A later version of the format gets another number; this one stays readable.

use bytes::Bytes;
use flate2::Compression;
use flate2::read::DeflateDecoder;
use flate2::write::DeflateEncoder;
use serde::{Deserialize, Serialize};
use shared::id::{ClientId, ClientSeq, Seq, UnixMs, UserId};
use shared::limits::UPDATE_BYTES_MAX;
use std::collections::BTreeMap;
use std::io::{Read as _, Write as _};

const VERSION: u8 = 1;

/// Version, length and checksum.
const HEAD_BYTES: usize = 9;

/// Rows in one segment. Reading any row inflates its whole segment: a few milliseconds for this many keystrokes.
const ROWS_MAX: usize = 8_192;

/// Bytes of updates in one segment, unless a single one is larger.
const UPDATES_BYTES_MAX: usize = 1 << 20;

/// Length of the columns that is believed before they are inflated: the updates, and at most 64 bytes beside each.
const COLUMNS_BYTES_MAX: usize = UPDATES_BYTES_MAX + UPDATE_BYTES_MAX + ROWS_MAX * 64;

/// A row of the log, as history keeps it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogRow {
    pub seq: Seq,
    pub client_id: ClientId,
    pub client_seq: ClientSeq,
    pub user: UserId,
    pub at: UnixMs,
    pub bytes: Bytes,
}

/// Rows of the log in one piece.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub first: Seq,
    pub last: Seq,
    /// In the format of this module.
    pub bytes: Vec<u8>,
}

/// Bytes that are no segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a segment of history {0}")]
pub struct BadSegment(&'static str);

/// What a segment holds, in this order. All lists but `authors` and `updates` have one entry for each row.
#[derive(Serialize, Deserialize)]
struct Columns {
    /// Position of the first row; the others follow without gaps.
    first: u64,
    /// Replicas with the account that wrote as them, in the order of their first row.
    authors: Vec<(ClientId, UserId)>,
    /// Index into `authors`.
    author: Vec<u32>,
    /// The replica's own number of the edit, less one more than that of its row before in this segment (or less one).
    client_seq: Vec<i64>,
    /// Milliseconds since the row before; since 1970 in the first.
    at: Vec<i64>,
    /// Length of the update.
    len: Vec<u32>,
    /// The updates, one after the other.
    updates: Bytes,
}

impl Segment {
    /// Contiguous rows as segments of bounded size, in order. Takes a while for many: not on a thread that serves sockets.
    ///
    /// # Panics
    /// When the rows are not contiguous.
    #[must_use]
    pub fn of(rows: &[LogRow]) -> Vec<Self> {
        assert!(
            rows.windows(2).all(|pair| pair[1].seq == pair[0].seq.next()),
            "history has no gaps"
        );
        let mut segments = Vec::new();
        let mut rest = rows;
        while !rest.is_empty() {
            let mut bytes = 0;
            let fitting = rest.iter().take(ROWS_MAX).take_while(|row| {
                bytes += row.bytes.len();
                bytes <= UPDATES_BYTES_MAX
            });
            let (piece, after) = rest.split_at(fitting.count().max(1));
            segments.push(Self::encode(piece));
            rest = after;
        }
        segments
    }

    /// The rows again.
    pub fn rows(&self) -> Result<Vec<LogRow>, BadSegment> {
        let columns = inflate(&self.bytes)?;
        let columns: Columns =
            postcard::from_bytes(&columns).map_err(|_| BadSegment("has columns of another shape"))?;
        let rows = columns
            .rows()
            .ok_or(BadSegment("has columns that do not fit together"))?;
        let ends = rows.first().zip(rows.last()).map(|(first, last)| (first.seq, last.seq));
        if ends == Some((self.first, self.last)) {
            Ok(rows)
        } else {
            Err(BadSegment("stands at another position"))
        }
    }

    fn encode(rows: &[LogRow]) -> Self {
        let (first, last) = (rows[0].seq, rows[rows.len() - 1].seq);
        let columns = postcard::to_stdvec(&Columns::of(rows)).expect("columns hold nothing that postcard cannot write");
        let len = u32::try_from(columns.len()).expect("segments are bounded");
        let mut bytes = vec![VERSION];
        bytes.extend(len.to_le_bytes());
        bytes.extend(crc32fast::hash(&columns).to_le_bytes());
        let mut deflate = DeflateEncoder::new(bytes, Compression::best());
        let written = deflate.write_all(&columns).and_then(|()| deflate.finish());
        let bytes = written.expect("writing to memory does not fail");
        Self { first, last, bytes }
    }
}

fn inflate(bytes: &[u8]) -> Result<Vec<u8>, BadSegment> {
    let (head, deflated) = bytes.split_at_checked(HEAD_BYTES).ok_or(BadSegment("is cut short"))?;
    if head[0] != VERSION {
        return Err(BadSegment("is of a later format"));
    }
    let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    let len = number(1) as usize;
    if len > COLUMNS_BYTES_MAX {
        return Err(BadSegment("is too long"));
    }
    let mut columns = Vec::new();
    // One byte more than it should be is enough to tell.
    let read = DeflateDecoder::new(deflated)
        .take(len as u64 + 1)
        .read_to_end(&mut columns);
    if read.is_err() || columns.len() != len || crc32fast::hash(&columns) != number(5) {
        return Err(BadSegment("does not hold the bytes that were written"));
    }
    Ok(columns)
}

impl Columns {
    fn of(rows: &[LogRow]) -> Self {
        let mut columns = Self {
            first: rows[0].seq.0,
            authors: Vec::new(),
            author: Vec::new(),
            client_seq: Vec::new(),
            at: Vec::new(),
            len: Vec::new(),
            updates: Bytes::new(),
        };
        let mut indices = BTreeMap::new();
        // Of each author.
        let mut expected = Vec::new();
        let mut before = 0_i64;
        let mut updates = Vec::new();
        for row in rows {
            let author = *indices.entry((row.client_id, row.user)).or_insert_with(|| {
                columns.authors.push((row.client_id, row.user));
                expected.push(1_i64);
                expected.len() - 1
            });
            columns
                .author
                .push(u32::try_from(author).expect("segments are bounded"));
            let (client_seq, at) = (row.client_seq.0.cast_signed(), row.at.0.cast_signed());
            columns.client_seq.push(client_seq.wrapping_sub(expected[author]));
            expected[author] = client_seq.wrapping_add(1);
            columns.at.push(at.wrapping_sub(before));
            before = at;
            columns
                .len
                .push(u32::try_from(row.bytes.len()).expect("updates are bounded"));
            updates.extend_from_slice(&row.bytes);
        }
        columns.updates = updates.into();
        columns
    }

    /// None when the lists are not of one length, or name what is not there.
    fn rows(&self) -> Option<Vec<LogRow>> {
        let count = self.author.len();
        if [self.client_seq.len(), self.at.len(), self.len.len()] != [count; 3] {
            return None;
        }
        let mut expected = vec![1_i64; self.authors.len()];
        let (mut seq, mut before, mut updates) = (self.first, 0_i64, self.updates.clone());
        let mut rows = Vec::with_capacity(count);
        for row in 0..count {
            let author = self.author[row] as usize;
            let (client_id, user) = *self.authors.get(author)?;
            let client_seq = expected[author].wrapping_add(self.client_seq[row]);
            expected[author] = client_seq.wrapping_add(1);
            before = before.wrapping_add(self.at[row]);
            let len = self.len[row] as usize;
            if len > updates.len() {
                return None;
            }
            rows.push(LogRow {
                seq: Seq(seq),
                client_id,
                client_seq: ClientSeq(client_seq.cast_unsigned()),
                user,
                at: UnixMs(before.cast_unsigned()),
                bytes: updates.split_to(len),
            });
            seq = seq.checked_add(1)?;
        }
        updates.is_empty().then_some(rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use uuid::Uuid;

    fn row(seq: u64, bytes: Vec<u8>) -> LogRow {
        LogRow {
            seq: Seq(seq),
            client_id: ClientId(7),
            client_seq: ClientSeq(seq),
            user: UserId(Uuid::from_u128(0xada)),
            at: UnixMs(1_700_000_000_000 + seq),
            bytes: bytes.into(),
        }
    }

    prop_compose! {
        fn any_row()(
            (client, user) in (prop_oneof![0..3_u32, any::<u32>()], 0..3_u128),
            client_seq in prop_oneof![0..9_u64, any::<u64>()],
            at in prop_oneof![1_700_000_000_000..1_700_000_009_000_u64, any::<u64>()],
            bytes in prop::collection::vec(any::<u8>(), 0..40),
        ) -> LogRow {
            LogRow {
                client_id: ClientId(client),
                client_seq: ClientSeq(client_seq),
                user: UserId(Uuid::from_u128(user)),
                at: UnixMs(at),
                ..row(0, bytes)
            }
        }
    }

    proptest! {
        #[test]
        fn rows_come_out_of_segments_as_they_went_in(
            mut rows in prop::collection::vec(any_row(), 0..300),
            first in prop_oneof![Just(1_u64), 1..u64::MAX / 2],
        ) {
            for (row, seq) in rows.iter_mut().zip(first..) {
                row.seq = Seq(seq);
            }
            let segments = Segment::of(&rows);
            let read: Vec<_> = segments.iter().flat_map(|segment| segment.rows().unwrap()).collect();
            prop_assert_eq!(read, rows);
        }

        #[test]
        fn a_segment_with_another_byte_anywhere_is_not_read(at in any::<prop::sample::Index>(), mask in 1..=255_u8) {
            let rows: Vec<_> = (1..50).map(|seq| row(seq, vec![1, 2, 3])).collect();
            let mut segment = Segment::of(&rows).remove(0);
            let at = at.index(segment.bytes.len());
            segment.bytes[at] ^= mask;
            // Deflate has spellings that mean the same; what comes out is never anything else.
            prop_assert!(segment.rows().is_err() || segment.rows().unwrap() == rows);
        }

        #[test]
        fn arbitrary_bytes_are_refused_in_peace(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let segment = Segment { first: Seq(1), last: Seq(1), bytes };
            prop_assert!(segment.rows().is_err());
        }
    }

    #[test]
    fn segments_are_bounded_in_rows_and_in_bytes() {
        let short: Vec<_> = (1..=20_000).map(|seq| row(seq, vec![0])).collect();
        let lens: Vec<_> = Segment::of(&short).iter().map(|s| s.last.0 - s.first.0 + 1).collect();
        assert_eq!(lens, [8_192, 8_192, 3_616]);
        let long: Vec<_> = (1..=3).map(|seq| row(seq, vec![0; UPDATE_BYTES_MAX])).collect();
        let segments = Segment::of(&long);
        assert_eq!(segments.len(), 3);
        assert_eq!(segments[1].rows().unwrap(), long[1..2]);
        assert_eq!(Segment::of(&[]), []);
    }

    #[test]
    fn the_format_stays_as_it_is() {
        let rows = [row(5, b"ab".to_vec()), row(6, b"c".to_vec())];
        let segment = Segment::of(&rows).remove(0);
        let columns = inflate(&segment.bytes).unwrap();
        assert_eq!(segment.bytes[..5], [1, u8::try_from(columns.len()).unwrap(), 0, 0, 0]);
        let user = Uuid::from_u128(0xada);
        let golden = [
            &[5, 1, 7, 16][..],
            user.as_bytes(),
            // Both by the first author; its edits 5 and 6.
            &[2, 0, 0, 2, 8, 0],
            // The time of the first, zigzag, and one millisecond more.
            &[2, 0x8a, 0xa0, 0xab, 0xfe, 0xf9, 0x62, 2],
            &[2, 2, 1, 3, b'a', b'b', b'c'],
        ]
        .concat();
        assert_eq!(columns, golden);
    }

    #[test]
    fn a_thousand_keystrokes_of_one_person_take_little_beside_what_was_typed() {
        let rows: Vec<_> = (1..=1_000).map(|seq| row(seq, vec![7; 30])).collect();
        let bytes = Segment::of(&rows)[0].bytes.len();
        assert!(bytes < 300, "{bytes} bytes for who, when and in which order");
    }
}
