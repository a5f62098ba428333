//! What stands in the bytes of an update: Yjs update format v1, of strings in a root.

use crate::id::ClientId;
use crate::lib0::{Cursor, Malformed};

/// A unit of text, by who inserted it and as which.
pub(super) type Unit = (ClientId, u32);

/// A run of units that one client inserted.
pub(super) struct Struct {
    /// Its first unit.
    pub(super) id: Unit,
    pub(super) len: u32,
    /// It is there, and not deleted already.
    pub(super) is_text: bool,
    /// It was inserted right after this unit.
    pub(super) left: Option<Unit>,
    /// It was inserted right before this unit.
    pub(super) right: Option<Unit>,
}

/// The structs of an update. The cursor stands at its deletions then.
pub(super) fn read(cursor: &mut Cursor<'_>) -> Result<Vec<Struct>, Malformed> {
    const GC: u8 = 0;
    const DELETED: u8 = 1;
    const STRING: u8 = 4;
    const SKIP: u8 = 10;
    let mut structs = Vec::new();
    for _ in 0..cursor.number()? {
        let count = cursor.number()?;
        let client = ClientId(cursor.number()?);
        let mut clock = cursor.number()?;
        for _ in 0..count {
            let info = cursor.byte()?;
            let kind = info & 0x1f;
            let (mut left, mut right) = (None, None);
            if !matches!(kind, GC | SKIP) {
                if info & 0x80 != 0 {
                    left = Some((ClientId(cursor.number()?), cursor.number()?));
                }
                if info & 0x40 != 0 {
                    right = Some((ClientId(cursor.number()?), cursor.number()?));
                }
                if info & 0xc0 == 0 {
                    if cursor.number()? != 1 {
                        return Err(cursor.malformed("a parent that is no root"));
                    }
                    cursor.text()?;
                }
            }
            let len = match kind {
                GC | SKIP | DELETED => cursor.number()?,
                STRING => super::units(cursor.text()?),
                _ => return Err(cursor.malformed("content that is no text")),
            };
            structs.push(Struct {
                id: (client, clock),
                len,
                is_text: kind == STRING,
                left,
                right,
            });
            clock += len;
        }
    }
    Ok(structs)
}

/// The deletions of an update, behind its structs: the first unit of each run, and the first behind it.
pub(super) fn read_deletions(cursor: &mut Cursor<'_>) -> Result<Vec<[Unit; 2]>, Malformed> {
    let mut deletions = Vec::new();
    for _ in 0..cursor.number()? {
        let client = ClientId(cursor.number()?);
        for _ in 0..cursor.number()? {
            let (clock, len) = (cursor.number()?, cursor.number()?);
            let end = clock
                .checked_add(len)
                .ok_or(cursor.malformed("a run past all clocks"))?;
            deletions.push([(client, clock), (client, end)]);
        }
    }
    Ok(deletions)
}
