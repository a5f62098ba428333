//! What a tab finds in its device's store when it comes, and what of that it takes over.

use super::event::SetAside;
use super::keep::{AsideId, AsideRow, FORMAT, Head, KeyRange, RoomHead, TabId, UnsentRow, decode, encode, key};
use super::plant::Plant;
use super::room::Progress;
use crate::error::ErrorCode;
use crate::id::{ClientId, ClientSeq, DocumentId, Epoch, Nonce, RoomId, UnixMs};
use crate::replica::Steps;
use crate::sorted::{SortedSet, sort_by};
use crate::wire::Message;
use bytes::Bytes;
use litemap::LiteMap;

/// What copies may take on a device, bytes. Beyond it those that were opened longest ago go, unless they hold work that the server
/// does not have.
pub const COPIES_BYTES_MAX: u64 = 256 << 20;

/// Rows as the store gives them: ascending keys with their values.
pub type Rows = Vec<(Bytes, Bytes)>;

/// Where the facts about a document's copies stand.
#[must_use]
pub fn document_heads(document: DocumentId) -> KeyRange {
    key::below(&key::heads(document))
}

/// Where a document's copies stand.
#[must_use]
pub fn document_rows(document: DocumentId) -> KeyRange {
    key::below(&key::replicas(document))
}

/// Where the facts about all copies stand.
#[must_use]
pub fn all_heads() -> KeyRange {
    key::below(&Bytes::from_static(&[key::HEAD]))
}

/// Where everything kept of a room's conversation stands.
#[must_use]
pub fn room_rows(room: RoomId) -> KeyRange {
    key::below(&key::in_room(room))
}

/// Where everything kept of all rooms stands.
#[must_use]
pub fn all_room_rows() -> KeyRange {
    key::below(&Bytes::from_static(&[key::ROOM]))
}

/// Where the copies stand that were kept aside.
#[must_use]
pub fn aside_rows() -> KeyRange {
    key::below(&Bytes::from_static(&[key::ASIDE]))
}

/// Where the documents stand that the server does not know of yet.
#[must_use]
pub fn creation_rows() -> KeyRange {
    key::below(&Bytes::from_static(&[key::CREATION]))
}

/// One replica as some tab left it.
#[derive(Clone, Debug)]
pub(super) struct KeptReplica {
    pub(super) client_id: ClientId,
    pub(super) head: Head,
    pub(super) copy: Option<Bytes>,
    /// Bundles of others' updates, with the numbers of their rows.
    pub(super) others: Vec<(u64, Bytes)>,
    pub(super) edits: LiteMap<ClientSeq, Bytes>,
    /// What the person can take back.
    pub(super) steps: Steps,
}

impl KeptReplica {
    /// The edits that the server may not have, as far as they follow what it was known to have without a gap.
    pub(super) fn pending(&self) -> Vec<Bytes> {
        (self.head.facts.saved_through.0 + 1..)
            .map_while(|n| self.edits.get(&ClientSeq(n)).cloned())
            .collect()
    }

    /// The edits that the server may not have, whether or not some between them are missing.
    pub(super) fn unsaved(&self) -> impl Iterator<Item = (&ClientSeq, &Bytes)> {
        let saved = self.head.facts.saved_through;
        self.edits.iter().skip_while(move |(seq, _)| **seq <= saved)
    }

    /// Whether there is a copy, and no edit is missing among those that follow it.
    pub(super) fn is_whole(&self) -> bool {
        self.copy.is_some() && self.unsaved().count() == self.pending().len()
    }

    /// Whether the server may lack something of it.
    pub(super) fn has_pending(&self) -> bool {
        self.edits.contains_key(&self.head.facts.saved_through.next())
    }
}

/// What the store held of a document and this tab has taken over, the copy that it goes on with first.
#[derive(Clone, Debug, Default)]
pub struct KeptDocument {
    pub(super) replicas: Vec<KeptReplica>,
    /// When the document is opened.
    pub opened_at: UnixMs,
}

/// What of a document's copies a tab takes over: those that no living tab writes to. The puts make that known to other tabs, and must be
/// in the store before the copies are used; nobody else may look at the same heads between their reading and these puts.
#[must_use]
pub fn claim_document(heads: &Rows, mine: TabId, living: &[TabId]) -> (Vec<ClientId>, Rows) {
    let mut claimed = Vec::new();
    let mut puts = Rows::new();
    for (found, value) in heads {
        let (Some((_, client_id)), Some(mut head)) = (key::read_head(found), decode::<Head>(value)) else {
            continue;
        };
        let lives = head.tab.is_some_and(|tab| tab != mine && living.contains(&tab));
        if head.format != FORMAT || lives && !Plant::LivingTakenOver.is_planted() {
            continue;
        }
        head.tab = Some(mine);
        puts.push((found.clone(), encode(&head)));
        claimed.push(client_id);
    }
    (claimed, puts)
}

impl KeptDocument {
    /// Puts together what [`claim_document`] claimed. Rows of other replicas are left alone.
    #[must_use]
    pub fn read(claimed: &[ClientId], heads: &Rows, rows: Rows, opened_at: UnixMs) -> Self {
        let mut replicas: LiteMap<ClientId, KeptReplica> = LiteMap::new();
        for (found, value) in heads {
            if let (Some((_, client_id)), Some(head)) = (key::read_head(found), decode::<Head>(value))
                && claimed.contains(&client_id)
            {
                let replica = KeptReplica {
                    client_id,
                    head,
                    copy: None,
                    others: Vec::new(),
                    edits: LiteMap::new(),
                    steps: Steps::new(),
                };
                replicas.insert(client_id, replica);
            }
        }
        for (found, value) in rows {
            let Some((client_id, kind, n)) = key::read_row(&found) else {
                continue;
            };
            let Some(replica) = replicas.get_mut(&client_id) else {
                continue;
            };
            match kind {
                key::COPY => replica.copy = Some(value),
                key::OTHERS => replica.others.push((n, value)),
                key::EDIT => drop(replica.edits.insert(ClientSeq(n), value)),
                key::STEPS => replica.steps.push((n, value)),
                _ => {}
            }
        }
        let mut replicas: Vec<_> = replicas.into_iter().map(|(_, replica)| replica).collect();
        // The one that no other builds on is gone on with: its edits are sent last.
        let newness = |replica: &KeptReplica| (replica.head.facts.epoch, replica.head.order, replica.head.opened_at);
        sort_by(&mut replicas, |a, b| newness(b).cmp(&newness(a)));
        Self { replicas, opened_at }
    }

    /// Whether there is nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.replicas.is_empty()
    }
}

/// What the store held of a room.
#[derive(Clone, Debug, Default)]
pub struct KeptRoom {
    pub(super) head: Option<RoomHead>,
    /// Ascending; each with the history that it is of.
    pub(super) messages: Vec<(Epoch, Message)>,
    /// Those that the server does not have, or has lost.
    pub(super) unsent: Vec<(Nonce, String, Progress)>,
    pub(super) next_order: u64,
}

impl KeptRoom {
    /// Puts the rows of [`room_rows`] together. Several tabs may hold the same unsent message: its nonce sees to it that it is said once.
    #[must_use]
    pub fn read(rows: &Rows) -> Self {
        let mut kept = Self::default();
        let mut unsent: Vec<(u64, Nonce, String, Progress)> = Vec::new();
        for (found, value) in rows {
            match key::read_room_row(found) {
                Some((key::ROOM_HEAD, _)) => {
                    kept.head = decode::<RoomHead>(value).filter(|head| head.format == FORMAT);
                }
                Some((key::MESSAGE, position)) => {
                    if let (Some(epoch), Some(message)) = (key::read_epoch(position), decode::<Message>(value)) {
                        kept.messages.push((epoch, message));
                    }
                }
                Some((kind @ (key::UNSENT | key::LOST), nonce)) => {
                    let (Ok(nonce), Some(row)) = (uuid::Uuid::from_slice(nonce).map(Nonce), decode::<UnsentRow>(value))
                    else {
                        continue;
                    };
                    let progress = match kind {
                        key::LOST if !Plant::LostMessageSaid.is_planted() => Progress::Failed(ErrorCode::EpochChanged),
                        _ => Progress::Waiting,
                    };
                    // The person has asked for it to be said again, and a slower tab noted that it was lost.
                    if unsent.iter().all(|(_, other, ..)| *other != nonce) {
                        unsent.push((row.order, nonce, row.body, progress));
                    }
                }
                _ => {}
            }
        }
        sort_by(&mut unsent, |a, b| a.0.cmp(&b.0));
        kept.next_order = unsent.last().map_or(0, |(order, ..)| order + 1);
        let unsent = unsent.into_iter();
        kept.unsent = unsent
            .map(|(_, nonce, body, progress)| (nonce, body, progress))
            .collect();
        kept
    }
}

/// The copies in the rows of [`aside_rows`], each with its document and why it was kept aside.
#[must_use]
pub fn read_asides(rows: &Rows) -> Vec<(DocumentId, ErrorCode, SetAside)> {
    rows.iter()
        .filter_map(|(_, value)| decode::<AsideRow>(value))
        .filter(|row| row.format == FORMAT)
        .map(|row| (row.copy.id.document, row.reason, row.copy))
        .collect()
}

/// Where one copy kept aside stands: dropped when the person has dealt with it.
#[must_use]
pub fn aside_row(id: AsideId) -> KeyRange {
    key::only(&key::aside(id))
}

/// A message that waits for a room which the person is not in any more: nobody will send it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftMessage {
    /// Where it was to be said.
    pub room: RoomId,
    /// What the room was called.
    pub room_name: Option<String>,
    /// Names it.
    pub nonce: Nonce,
    /// Markdown.
    pub body: String,
}

/// The messages in the rows of [`all_room_rows`] that wait for rooms other than these.
#[must_use]
pub fn messages_left(rows: &Rows, listed: &SortedSet<RoomId>) -> Vec<LeftMessage> {
    let mut rooms: LiteMap<RoomId, Rows> = LiteMap::new();
    for (found, value) in rows {
        if let Some(room) = key::read_room(found).filter(|room| !listed.contains(room)) {
            rooms.entry(room).or_default().push((found.clone(), value.clone()));
        }
    }
    let left = rooms.into_iter().flat_map(|(room, rows)| {
        let KeptRoom { head, unsent, .. } = KeptRoom::read(&rows);
        let room_name = head.and_then(|head| head.name);
        unsent.into_iter().map(move |(nonce, body, _)| LeftMessage {
            room,
            room_name: room_name.clone(),
            nonce,
            body,
        })
    });
    left.collect()
}

/// Where a message stands that waits to be said, by itself or by the person.
#[must_use]
pub fn unsent_rows(room: RoomId, nonce: Nonce) -> [KeyRange; 2] {
    [key::UNSENT, key::LOST].map(|kind| key::only(&key::own(room, kind, nonce)))
}

/// What work of this person the store holds that the server may not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unsaved {
    /// Edits of documents.
    pub edits: u64,
    /// Messages.
    pub messages: u64,
    /// Copies kept aside, which nobody will send.
    pub asides: u64,
    /// Files for documents. The tab's program keeps them in a place of their own.
    pub files: u64,
}

/// Counts what waits for the server in all rows of a store.
#[must_use]
pub fn count_unsaved(rows: &Rows) -> Unsaved {
    let mut unsaved = Unsaved::default();
    for (found, value) in rows {
        match found.first() {
            Some(&key::HEAD) => {
                let head = decode::<Head>(value);
                unsaved.edits += head.map_or(0, |head| head.facts.last.0.saturating_sub(head.facts.saved_through.0));
            }
            Some(&key::CREATION) => unsaved.edits += 1,
            Some(&key::ROOM) => {
                let kind = key::read_room_row(found).map(|(kind, _)| kind);
                unsaved.messages += u64::from(matches!(kind, Some(key::UNSENT | key::LOST)));
            }
            Some(&key::ASIDE) => unsaved.asides += 1,
            _ => {}
        }
    }
    unsaved
}

/// The documents of which tabs that are gone have left edits that the server may not have, in the rows of [`all_heads`].
#[must_use]
pub fn left_behind(heads: &Rows, living: &[TabId]) -> Vec<DocumentId> {
    let mut left = Vec::new();
    for (found, value) in heads {
        let (Some((document, _)), Some(head)) = (key::read_head(found), decode::<Head>(value)) else {
            continue;
        };
        let lives = head.tab.is_some_and(|tab| living.contains(&tab));
        if head.format == FORMAT
            && !lives
            && head.facts.last > head.facts.saved_through
            && left.last() != Some(&document)
        {
            left.push(document);
        }
    }
    left
}

/// The documents of which there are copies from before the server was put back to an older state, in the rows of [`all_heads`]: it may have them no more. And
/// whether these are all, none of them being left out since a living tab writes to its copy and will find out by itself.
#[must_use]
pub fn lost_copies(heads: &Rows, now: Epoch, living: &[TabId]) -> (Vec<DocumentId>, bool) {
    let (mut lost, mut all) = (Vec::new(), true);
    for (found, value) in heads {
        let (Some((document, _)), Some(head)) = (key::read_head(found), decode::<Head>(value)) else {
            continue;
        };
        let is_told = head.format == FORMAT && head.facts.epoch != Epoch::UNKNOWN;
        if !is_told || head.facts.epoch >= now || lost.last() == Some(&document) {
            continue;
        }
        if head.tab.is_some_and(|tab| living.contains(&tab)) {
            all = false;
        } else {
            lost.push(document);
        }
    }
    (lost, all)
}

/// The row that says through which epoch of the server all copies have been looked at, with [`lost_copies`].
#[must_use]
pub fn looked_row(epoch: Epoch) -> (Bytes, Bytes) {
    (Bytes::from_static(&[key::LOOKED]), encode(&epoch))
}

/// Where it stands.
#[must_use]
pub fn looked_rows() -> KeyRange {
    key::below(&Bytes::from_static(&[key::LOOKED]))
}

/// What has to go so that all copies together take at most `bytes_max`: those that were opened longest ago, none that a living tab
/// writes to, and none with edits that the server does not have.
#[must_use]
pub fn evict(heads: &Rows, bytes_max: u64, living: &[TabId]) -> Vec<KeyRange> {
    let heads: Vec<_> = heads
        .iter()
        .filter_map(|(found, value)| Some((found, key::read_head(found)?, decode::<Head>(value)?)))
        .collect();
    let mut bytes: u64 = heads.iter().map(|(.., head)| head.bytes).sum();
    let mut free: Vec<_> = heads
        .into_iter()
        .filter(|(.., head)| {
            let lives = head.tab.is_some_and(|tab| living.contains(&tab));
            !lives && head.facts.last <= head.facts.saved_through
        })
        .collect();
    sort_by(&mut free, |(.., a), (.., b)| a.opened_at.cmp(&b.opened_at));
    let mut drops = Vec::new();
    for (found, (document, client_id), head) in free {
        if bytes <= bytes_max {
            break;
        }
        bytes -= head.bytes;
        drops.push(key::only(found));
        drops.push(key::rows(document, client_id));
    }
    drops
}
