//! Appending to a document's log and a room's conversation, with what has to be checked in the same transaction.

use crate::collab::effect::{AppendError, AppendUpdates, Appended, Credential, NewMessage, NewUpdate, Replica};
use crate::db::log::{self, Standing};
use crate::db::{DbError, credentials, members, messages};
use shared::error::ErrorCode;
use shared::id::{ClientId, ClientSeq, DocumentId, RoomId, UnixMs, UserId};
use shared::wire::Message;
use sqlx::SqliteConnection;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

/// All checks come before the first write, so that a refused batch has changed nothing.
pub(super) async fn updates(
    connection: &mut SqliteConnection,
    id: DocumentId,
    batch: AppendUpdates,
    now: UnixMs,
) -> Result<Result<Appended, AppendError>, DbError> {
    let Some(first) = batch.updates.first() else {
        return Ok(Ok(Vec::new()));
    };
    let Some(standing) = log::standing(connection, id, first, now).await? else {
        return Ok(Err(AppendError::Gone));
    };
    let head = standing.head;
    if head.epoch != batch.epoch || head.seq != batch.after {
        return Ok(Err(AppendError::Conflict));
    }

    let mut standings = BTreeMap::from([(key(first), standing)]);
    let mut refused: BTreeMap<UserId, ErrorCode> = BTreeMap::new();
    let mut replicas: BTreeMap<ClientId, Replica> = BTreeMap::new();
    let mut verdicts = Vec::with_capacity(batch.updates.len());
    for update in &batch.updates {
        let standing = match standings.get(&key(update)) {
            Some(standing) => *standing,
            None => {
                let Some(standing) = log::standing(connection, id, update, now).await? else {
                    return Ok(Err(AppendError::Gone));
                };
                standings.insert(key(update), standing);
                standing
            }
        };
        let verdict = match standing.role {
            _ if head.quarantined => Err(ErrorCode::Quarantined),
            // What the person sent later may build on it, though it came in with something else.
            _ if refused.contains_key(&update.user) => Err(refused[&update.user]),
            _ if !standing.is_valid => Err(ErrorCode::NotSignedIn),
            None => Err(ErrorCode::NotAllowed),
            Some(role) if !role.may_write() => Err(ErrorCode::ReadOnly),
            Some(_) => Ok(()),
        };
        verdicts.push(verdict);
        if let Err(code) = verdict {
            refused.insert(update.user, code);
            continue;
        }
        for &(client_id, clock) in &update.clocks {
            let Some(replica) = replica(connection, &mut replicas, id, client_id, update, &standing).await? else {
                return Ok(Err(AppendError::Conflict));
            };
            replica.clock = replica.clock.max(clock);
        }
        // A replica that only deletes has no clock to move, but its edits are numbered all the same.
        if update.client_seq > ClientSeq(0) {
            let Some(replica) = replica(connection, &mut replicas, id, update.client_id, update, &standing).await?
            else {
                return Ok(Err(AppendError::Conflict));
            };
            replica.last_client_seq = replica.last_client_seq.max(update.client_seq);
        }
    }

    let mut seq = head.seq;
    let mut at = None;
    let mut appended = Vec::with_capacity(verdicts.len());
    for (update, verdict) in batch.updates.iter().zip(verdicts) {
        appended.push(match verdict {
            Ok(()) => {
                seq = seq.next();
                at = at.max(Some(update.at));
                log::insert_update(connection, id, seq, update).await?;
                Ok(seq)
            }
            Err(code) => Err(code),
        });
    }
    for replica in replicas.values() {
        log::put_replica(connection, id, replica).await?;
    }
    if let Some(at) = at {
        log::set_head(connection, id, head.room_id, seq, at).await?;
    }
    Ok(Ok(appended))
}

/// What the standing of somebody who appends depends on.
const fn key(update: &NewUpdate) -> (UserId, Credential, ClientId) {
    (update.user, update.credential, update.client_id)
}

/// The replica as this batch leaves it so far; none when it is somebody else's: the gate knew another owner than is stored.
async fn replica<'a>(
    connection: &mut SqliteConnection,
    replicas: &'a mut BTreeMap<ClientId, Replica>,
    id: DocumentId,
    client_id: ClientId,
    update: &NewUpdate,
    standing: &Standing,
) -> Result<Option<&'a mut Replica>, DbError> {
    let replica = match replicas.entry(client_id) {
        Entry::Occupied(entry) => entry.into_mut(),
        Entry::Vacant(entry) => {
            let owner = if client_id == update.client_id {
                standing.owner
            } else {
                log::replica_owner(connection, id, client_id).await?
            };
            entry.insert(Replica {
                client_id,
                owner: owner.unwrap_or(update.user),
                clock: 0,
                last_client_seq: ClientSeq(0),
            })
        }
    };
    Ok((replica.owner == update.user).then_some(replica))
}

pub(super) async fn message(
    connection: &mut SqliteConnection,
    room: RoomId,
    message: NewMessage,
    now: UnixMs,
) -> Result<Result<Result<Message, ErrorCode>, AppendError>, DbError> {
    let role = members::role(connection, message.author, room).await?;
    let valid = credentials::is_valid(connection, message.credential, now).await?;
    let refusal = match role {
        _ if !valid => Some(ErrorCode::NotSignedIn),
        None => Some(ErrorCode::NotAllowed),
        Some(role) if !role.may_write() => Some(ErrorCode::ReadOnly),
        Some(_) => None,
    };
    if let Some(code) = refusal {
        return Ok(Ok(Err(code)));
    }
    if let Some(stored) = messages::with_nonce(connection, room, message.author, message.nonce).await? {
        return Ok(Ok(Ok(stored)));
    }
    Ok(Ok(Ok(messages::insert(connection, room, &message).await?)))
}
