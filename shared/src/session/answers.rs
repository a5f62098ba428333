//! Answers of the HTTP API that a tab keeps on its device, so that lists are there without a network: who one is, rooms, documents, members.
//!
//! They are kept as the server wrote them, by the path that was asked. What they say is for the shell.

use super::keep::{AnswerRow, FORMAT, KeyRange, decode, encode, key};
use super::kept::Rows;
use crate::id::UnixMs;
use crate::sorted::sort_by;
use bytes::Bytes;

/// What kept answers may take on a device, bytes: some ten thousand lines of lists. Beyond it those that are oldest go.
pub const ANSWERS_BYTES_MAX: u64 = 8 << 20;

/// Where the answer to a path stands.
#[must_use]
pub fn answer_row(path: &str) -> KeyRange {
    key::only(&key::answer(path))
}

/// Where all of them stand.
#[must_use]
pub fn all_answers() -> KeyRange {
    key::below(&Bytes::from_static(&[key::ANSWER]))
}

/// The row that keeps an answer, page by page.
#[must_use]
pub fn keep_answer(path: &str, at: UnixMs, pages: Vec<String>) -> (Bytes, Bytes) {
    let row = AnswerRow {
        format: FORMAT,
        at,
        pages,
    };
    (key::answer(path), encode(&row))
}

/// The pages in the row of [`answer_row`].
#[must_use]
pub fn read_answer(rows: &Rows) -> Option<Vec<String>> {
    let row: AnswerRow = decode(&rows.first()?.1)?;
    (row.format == FORMAT).then_some(row.pages)
}

/// What has to go of the rows of [`all_answers`] so that they take at most `bytes_max`: those that were kept longest ago.
#[must_use]
pub fn evict_answers(rows: &Rows, bytes_max: u64) -> Vec<KeyRange> {
    let mut rows: Vec<_> = rows
        .iter()
        .map(|(found, value)| {
            let at = decode::<AnswerRow>(value).map_or(UnixMs(0), |row| row.at);
            (at, found, (found.len() + value.len()) as u64)
        })
        .collect();
    sort_by(&mut rows, |a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    let mut bytes: u64 = rows.iter().map(|(.., bytes)| bytes).sum();
    let mut drops = Vec::new();
    for (_, found, row_bytes) in rows {
        if bytes <= bytes_max {
            break;
        }
        bytes -= row_bytes;
        drops.push(key::only(found));
    }
    drops
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(path: &str, at: u64, body: &str) -> (Bytes, Bytes) {
        keep_answer(path, UnixMs(at), vec![body.to_owned()])
    }

    #[test]
    fn an_answer_is_found_by_its_path_and_by_no_other() {
        let (found, _) = kept("/rooms", 1, "");
        let (from, to) = answer_row("/rooms");
        assert!(from <= found && found < to);
        let (other, row) = kept("/rooms/1", 1, "one");
        assert!(other >= to);
        assert_eq!(read_answer(&vec![(other, row)]), Some(vec!["one".to_owned()]));
        assert_eq!(read_answer(&Rows::new()), None);
    }

    #[test]
    fn the_oldest_answers_make_room() {
        let rows = vec![kept("/a", 3, "aaaa"), kept("/b", 1, "bbbb"), kept("/c", 2, "cccc")];
        let one = (rows[0].0.len() + rows[0].1.len()) as u64;
        assert_eq!(evict_answers(&rows, 3 * one), []);
        assert_eq!(evict_answers(&rows, 3 * one - 1), [answer_row("/b")]);
        assert_eq!(evict_answers(&rows, one), [answer_row("/b"), answer_row("/c")]);
    }
}
