//! One update against what is known: two passes over its bytes, the first for form and clocks, the second for origins.

use super::structs::{Id, Item};
use super::{Gate, GateError, Passed};
use bytes::Bytes;
use shared::id::{ClientId, UserId};
use shared::lib0::{Cursor, put_number};
use shared::limits::{DOCUMENT_REPLICAS_MAX, DOCUMENT_UNITS_MAX, UPDATE_BYTES_MAX, UPDATE_CLIENTS_MAX};

/// The part of one client's structs that goes beyond the log.
struct Addition<'a> {
    client: ClientId,
    /// Where the log ends, and this goes on.
    known: u32,
    /// Where this ends.
    end: u32,
    /// How many structs go beyond `known`.
    count: u32,
    /// The first of them. It may begin below `known`.
    first: Item<'a>,
    first_clock: u32,
    /// The bytes of the first, of those after it, and the end.
    first_at: usize,
    rest_at: usize,
    end_at: usize,
}

/// See [`Gate::check`].
pub(super) fn check(gate: &Gate, user: UserId, update: &Bytes) -> Result<Passed, GateError> {
    if update.len() > UPDATE_BYTES_MAX {
        return Err(GateError::TooLarge);
    }
    let mut cursor = Cursor::new(update, 0);
    let (additions, whole) = read_sections(gate, user, &mut cursor)?;
    let deletions_at = cursor.at();
    let (mut deletes, mut repeats) = (false, false);
    read_deletions(
        &mut cursor,
        |client| match additions.iter().find(|a| a.client == client) {
            Some(addition) => addition.end,
            None => gate.clock(user, client),
        },
        |client, start, end| {
            if gate.deleted.contains(client, start, end) {
                repeats = true;
            } else {
                deletes = true;
            }
        },
    )?;
    cursor.end()?;
    check_room(gate, &additions)?;
    check_origins(gate, user, update, &additions)?;
    let drops_deletions = repeats && !deletes;
    let bytes = if whole && !drops_deletions {
        update.clone()
    } else {
        let deletions = if drops_deletions { &[0] } else { &update[deletions_at..] };
        write(update, &additions, deletions)
    };
    Ok(Passed {
        bytes,
        clocks: additions.iter().map(|a| (a.client, a.end)).collect(),
        deletes,
    })
}

/// Calls `each` with every range that an update deletes. The update has passed.
pub(super) fn deletions_of(update: &[u8], each: impl FnMut(ClientId, u32, u32)) -> Result<(), GateError> {
    let mut cursor = Cursor::new(update, 0);
    for _ in 0..cursor.number()? {
        let count = cursor.number()?;
        let _client_and_clock = (cursor.number()?, cursor.number()?);
        for _ in 0..count {
            Item::read(&mut cursor)?;
        }
    }
    read_deletions(&mut cursor, |_| u32::MAX, each)
}

/// All that goes beyond the log, and whether nothing else is there.
fn read_sections<'a>(
    gate: &Gate,
    user: UserId,
    cursor: &mut Cursor<'a>,
) -> Result<(Vec<Addition<'a>>, bool), GateError> {
    let mut additions: Vec<Addition<'a>> = Vec::new();
    let mut whole = true;
    for _ in 0..cursor.number()? {
        let count = cursor.number()?;
        if count == 0 {
            return Err(cursor.malformed("a client without structs").into());
        }
        let client = ClientId(cursor.number()?);
        let begin = cursor.number()?;
        let known = gate.clock(user, client);
        let Some(addition) = read_section(cursor, count, client, begin, known)? else {
            whole = false;
            continue;
        };
        gate.owns(user, client)?;
        if begin > known {
            return Err(GateError::Gap {
                client,
                clock: begin,
                known,
            });
        }
        if additions.iter().any(|a| a.client == client) {
            return Err(cursor.malformed("a client twice").into());
        }
        if additions.len() == UPDATE_CLIENTS_MAX {
            return Err(GateError::TooManyReplicas);
        }
        whole &= begin == known;
        additions.push(addition);
    }
    Ok((additions, whole))
}

/// One client's structs: the part beyond `known`, if there is one.
fn read_section<'a>(
    cursor: &mut Cursor<'a>,
    count: u32,
    client: ClientId,
    begin: u32,
    known: u32,
) -> Result<Option<Addition<'a>>, GateError> {
    let mut clock = begin;
    let mut addition: Option<Addition<'a>> = None;
    for left in (1..=count).rev() {
        let first_at = cursor.at();
        let item = Item::read(cursor)?;
        let end = u32::try_from(u64::from(clock) + item.content.len())
            .map_err(|_| cursor.malformed("a clock over 32 bits"))?;
        match &mut addition {
            Some(addition) => addition.end = end,
            None if end <= known => {}
            None => {
                let rest_at = cursor.at();
                let (count, first, first_clock) = (left, item, clock);
                addition = Some(Addition {
                    client,
                    known,
                    end,
                    count,
                    first,
                    first_clock,
                    first_at,
                    rest_at,
                    end_at: rest_at,
                });
            }
        }
        clock = end;
    }
    if let Some(addition) = &mut addition {
        addition.end_at = cursor.at();
    }
    Ok(addition)
}

/// The deletions, each of units below its client's clock.
fn read_deletions(
    cursor: &mut Cursor<'_>,
    clock_of: impl Fn(ClientId) -> u32,
    mut each: impl FnMut(ClientId, u32, u32),
) -> Result<(), GateError> {
    for _ in 0..cursor.number()? {
        let client = ClientId(cursor.number()?);
        let clock_end = clock_of(client);
        let count = cursor.number()?;
        if count == 0 {
            return Err(cursor.malformed("a client without deletions").into());
        }
        let mut from = 0;
        for _ in 0..count {
            let clock = cursor.number()?;
            let len = cursor.number()?;
            if len == 0 || clock < from {
                return Err(cursor.malformed("an empty deletion, or one out of order").into());
            }
            from = clock.checked_add(len).ok_or(cursor.malformed("a clock over 32 bits"))?;
            if from > clock_end {
                return Err(GateError::UnknownReference {
                    client,
                    clock: clock.max(clock_end),
                });
            }
            each(client, clock, from);
        }
    }
    Ok(())
}

/// Whether the document may take this much more.
fn check_room(gate: &Gate, additions: &[Addition<'_>]) -> Result<(), GateError> {
    let units = additions.iter().map(|a| u64::from(a.end - a.known)).sum::<u64>();
    if units > UPDATE_BYTES_MAX as u64 {
        // Text of so many units would not fit an update. Only deleted lengths get here, which a few bytes can make huge.
        return Err(GateError::TooLarge);
    }
    if gate.units + units > DOCUMENT_UNITS_MAX {
        return Err(GateError::DocumentFull);
    }
    let replicas = additions
        .iter()
        .filter(|a| !gate.replicas.contains_key(&a.client))
        .count();
    if gate.replicas.len() + replicas > DOCUMENT_REPLICAS_MAX {
        return Err(GateError::TooManyReplicas);
    }
    Ok(())
}

/// How far one addition has been followed.
struct Progress<'a> {
    cursor: Cursor<'a>,
    next: Option<Item<'a>>,
    left: u32,
    clock: u32,
}

/// Whether all that is added can be integrated in some order: each client's structs in theirs, each after its origins.
///
/// Goes round the clients and follows each as far as it can. Every round but the last follows at least one struct, and a round
/// costs one look per client, of which there are at most [`UPDATE_CLIENTS_MAX`]: linear in the bytes.
fn check_origins(gate: &Gate, user: UserId, update: &[u8], additions: &[Addition<'_>]) -> Result<(), GateError> {
    let mut progress: Vec<_> = additions
        .iter()
        .map(|a| {
            // What an item hangs on that is known in part is its own known part.
            let origin = if a.first_clock < a.known { None } else { a.first.origin };
            let next = Some(Item { origin, ..a.first });
            Progress {
                cursor: Cursor::new(update, a.rest_at),
                next,
                left: a.count - 1,
                clock: a.first_clock,
            }
        })
        .collect();
    loop {
        let mut moved = false;
        let mut missing = None;
        for i in 0..progress.len() {
            while let Some(item) = progress[i].next {
                let exists = |id: &Id| match additions.iter().position(|a| a.client == id.client) {
                    Some(of) => id.clock < progress[of].clock.max(additions[of].known),
                    None => id.clock < gate.clock(user, id.client),
                };
                if let Some(id) = [item.origin, item.right_origin]
                    .into_iter()
                    .flatten()
                    .find(|id| !exists(id))
                {
                    missing = Some(id);
                    break;
                }
                progress[i].step()?;
                moved = true;
            }
        }
        match missing {
            None => return Ok(()),
            Some(id) if !moved => {
                return Err(GateError::UnknownReference {
                    client: id.client,
                    clock: id.clock,
                });
            }
            Some(_) => {}
        }
    }
}

impl Progress<'_> {
    /// The next struct is integrated; reads the one after it.
    fn step(&mut self) -> Result<(), GateError> {
        if let Some(item) = self.next.take() {
            let len = u32::try_from(item.content.len()).map_err(|_| self.cursor.malformed("a clock over 32 bits"))?;
            self.clock += len;
        }
        if self.left > 0 {
            self.left -= 1;
            self.next = Some(Item::read(&mut self.cursor)?);
        }
        Ok(())
    }
}

/// The update without what is known.
fn write(update: &[u8], additions: &[Addition<'_>], deletions: &[u8]) -> Bytes {
    let number = |n: usize| u32::try_from(n).expect("bounded by the clients one update may add to");
    let mut out = Vec::with_capacity(update.len() + 16 * additions.len());
    put_number(&mut out, number(additions.len()));
    for a in additions {
        put_number(&mut out, a.count);
        put_number(&mut out, a.client.0);
        put_number(&mut out, a.known);
        if a.first_clock < a.known {
            a.first.write_from(
                a.known - a.first_clock,
                Id {
                    client: a.client,
                    clock: a.known - 1,
                },
                &mut out,
            );
            out.extend_from_slice(&update[a.rest_at..a.end_at]);
        } else {
            out.extend_from_slice(&update[a.first_at..a.end_at]);
        }
    }
    out.extend_from_slice(deletions);
    Bytes::from(out)
}
