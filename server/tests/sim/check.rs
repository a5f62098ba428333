//! What has to hold: at every step here, and at rest (`check/rest.rs`).

mod rest;

pub(crate) use rest::{after_reload, at_rest, is_at_rest, nothing_is_there_twice, presence_is_right};

use crate::counters::Counters;
use crate::disk::Disk;
use crate::queues::Told;
use crate::tab::Tab;
use shared::error::ErrorCode;
use shared::id::{DocumentId, Seq};
use shared::session::{Event, Place, SaveState};
use shared::wire::{OpenedTarget, ServerFrame};
use std::collections::BTreeSet;
use std::fmt::Display;

/// A check that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{check}: {detail}")]
pub(crate) struct Violation {
    pub(crate) check: &'static str,
    detail: String,
}

impl Violation {
    pub(crate) fn new(check: &'static str, detail: impl Display) -> Self {
        Self {
            check,
            detail: detail.to_string(),
        }
    }
}

fn ensure(holds: bool, check: &'static str, detail: impl FnOnce() -> String) -> Result<(), Violation> {
    if holds {
        Ok(())
    } else {
        Err(Violation::new(check, detail()))
    }
}

/// After every write.
pub(crate) fn disk(disk: &Disk) -> Result<(), Violation> {
    ensure(
        disk.of_ended == 0,
        "nothing of an ended login session is stored",
        || format!("{} updates and messages", disk.of_ended),
    )?;
    for (id, file) in &disk.documents {
        ensure(
            file.past_hold == 0,
            "nothing is stored in a document that is held",
            || format!("{} updates of {id:?}", file.past_hold),
        )?;
        let foreign = file.foreign;
        ensure(foreign == 0, "nobody writes as somebody else", || {
            format!("{foreign} updates of {id:?}")
        })?;
        ensure(file.is_contiguous(), "sequence numbers are contiguous", || {
            format!("{id:?}")
        })?;
    }
    let made: BTreeSet<_> = disk.made.iter().collect();
    ensure(made.len() == disk.made.len(), "each document is made once", || {
        format!("{:?}", disk.made)
    })?;
    for file in disk.rooms.values() {
        let contiguous = file
            .messages
            .iter()
            .zip(1..)
            .all(|(message, seq)| message.seq == Seq(seq));
        ensure(contiguous, "chat has no gaps", || {
            format!("{} messages", file.messages.len())
        })?;
        let nonces: BTreeSet<_> = file.messages.iter().map(|message| message.nonce).collect();
        ensure(
            nonces.len() == file.messages.len(),
            "each message is stored once",
            || format!("{} messages with {} nonces", file.messages.len(), nonces.len()),
        )?;
    }
    Ok(())
}

/// Everything the server puts into a queue, at that moment.
pub(crate) fn told(told: &Told, disk: &Disk) -> Result<(), Violation> {
    let Told { user, opened, frame } = told;
    if disk.role(*user).is_none() && !matches!(frame, ServerFrame::Closed { .. }) {
        return Err(Violation::new(
            "nothing is delivered after a revocation",
            format!("{frame:?}"),
        ));
    }
    let file = match opened.place {
        Place::Document(id) => match disk.documents.get(&id) {
            Some(file) => file,
            None => {
                let is_refused = matches!(frame, ServerFrame::Closed { .. });
                return ensure(is_refused, "nothing is told before it is stored", || {
                    format!("{frame:?}")
                });
            }
        },
        Place::Room(id) => {
            let ServerFrame::Said { message, .. } = frame else {
                return Ok(());
            };
            let stored = disk.rooms[&id].messages.iter().any(|stored| stored == message);
            return ensure(stored, "nothing is told before it is stored", || format!("{message:?}"));
        }
    };
    let through = match frame {
        ServerFrame::Remote { seq, .. } => Some(*seq),
        ServerFrame::Catchup { through_seq, .. } => Some(*through_seq),
        ServerFrame::Opened { head_seq, .. } => Some(*head_seq),
        _ => None,
    };
    if let (Some(through), Some(held)) = (through, file.hold_told) {
        ensure(through <= held, "nothing past a hold is told", || {
            format!("{through}, and held at {held}")
        })?;
    }
    let saved = opened.client_id.map_or(0, |client_id| file.saved_through(client_id));
    match frame {
        ServerFrame::Remote { seq, .. } | ServerFrame::Catchup { through_seq: seq, .. } => {
            ensure(*seq <= file.head, "nothing is told before it is stored", || {
                format!("{seq} of {}", file.head)
            })
        }
        ServerFrame::Saved { client_seq, seq, .. } => ensure(
            client_seq.0 <= saved && *seq <= file.head,
            "what is acknowledged is on disk",
            || format!("saved {client_seq} at {seq}, stored {saved} at {}", file.head),
        ),
        ServerFrame::Opened {
            target: OpenedTarget::Document { saved_through, .. },
            ..
        } => ensure(saved_through.0 <= saved, "what is acknowledged is on disk", || {
            format!("opened with {saved_through}, stored {saved}")
        }),
        _ => Ok(()),
    }
}

/// After everything that a tab hears or does.
pub(crate) fn tab(tab: &Tab, disk: &Disk) -> Result<(), Violation> {
    for (id, document) in tab.session.documents() {
        let gaps = document.gaps();
        ensure(gaps == 0, "the server leaves nothing out", || {
            format!("{gaps} gaps in {id:?} of {}", tab.user.name)
        })?;
        let honest = document.save_state() != SaveState::Saved || document.unsaved() == 0;
        ensure(honest, "the screen never lies", || {
            format!("{} edits of {}", document.outbox().len(), tab.user.name)
        })?;
        let is_made = disk.made_ever.contains(&id);
        ensure(
            is_made || document.save_state() != SaveState::Saved,
            "the screen never lies",
            || format!("{id:?} of {} is not made", tab.user.name),
        )?;
        let Some(file) = disk.documents.get(&id) else { continue };
        if document.epoch() == Some(file.epoch) {
            let saved_through = document.outbox().saved_through();
            let stored = file.saved_through(document.replica().client_id());
            ensure(saved_through.0 <= stored, "what is acknowledged is on disk", || {
                format!("{} believes {saved_through}, stored {stored}", tab.user.name)
            })?;
            ensure(
                document.held() <= file.head,
                "nothing is told before it is stored",
                || format!("{} holds {} of {}", tab.user.name, document.held(), file.head),
            )?;
        }
    }
    for (_, room) in tab.session.rooms() {
        ensure(room.gaps() == 0, "the server leaves nothing out", || {
            format!("in the room of {}", tab.user.name)
        })?;
    }
    Ok(())
}

/// What the server may answer to people who did nothing wrong.
pub(crate) fn event(event: &Event, counters: &Counters, disk: &Disk) -> Result<(), Violation> {
    let is_held = disk.holds > 0;
    let explained = |code: ErrorCode| match code {
        ErrorCode::EpochChanged => counters.restores > 0,
        ErrorCode::ClientIdTaken => counters.steals > 0,
        ErrorCode::ReadOnly | ErrorCode::NotAllowed => counters.revocations > 0,
        ErrorCode::Quarantined => is_held,
        // It was not made, or the backup is from before that.
        ErrorCode::NotFound => counters.not_made > 0 || counters.restores > 0,
        _ => false,
    };
    match event {
        Event::SetAside { reason: code, .. } | Event::Closed { code, .. } | Event::SayFailed { code, .. } => {
            ensure(explained(*code), "honest people are not refused", || {
                format!("{event:?}").chars().take(300).collect()
            })
        }
        _ => Ok(()),
    }
}

/// A tab learns that a document is gone. Whatever the server had acknowledged of it is kept aside: here nobody deletes anything.
pub(crate) fn is_rescued(tab: &Tab, id: DocumentId) -> Result<(), Violation> {
    let Some(document) = tab.session.document(id).filter(|document| document.held() > Seq(0)) else {
        return Ok(());
    };
    let text = document.replica().text();
    let mut copies = tab.asides_in_memory.iter().filter(|copy| copy.id.document == id);
    let is_rescued = text.is_empty() || copies.any(|copy| copy.text == text || document.has_untaken_text());
    ensure(is_rescued, "what a restored server has no more is rescued", || {
        format!("{id:?} of {}", tab.user.name)
    })
}
