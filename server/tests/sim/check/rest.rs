//! What has to hold at rest, and after everything has been read again from disk.

use super::{Violation, ensure};
use crate::disk::DocumentFile;
use crate::ops::presences_of_others;
use crate::plan::{DOCUMENTS, Op, Plan, TABS};
use crate::tab::{Expected, Tab};
use crate::world::{ROOM, World, document_id};
use server::collab::document::Document as Machine;
use server::collab::machine::Machine as _;
use shared::error::ErrorCode;
use shared::id::{ClientId, Seq};
use shared::limits::MESSAGES_RECENT;
use shared::session::{Document, LinkState, Place, Room};
use std::collections::BTreeMap;

/// Nothing is under way any more, and everybody has everything.
pub(crate) fn is_at_rest(world: &World) -> Result<(), String> {
    let server = world.server.as_ref().ok_or("the server is down")?;
    if !world.disk.is_quiet() || !server.is_quiet() {
        return Err("something is being read, written or sent".to_owned());
    }
    if world.visits > 0 {
        return Err("somebody is about to come".to_owned());
    }
    if world.rescues > 0 {
        return Err("somebody is about to look for what a restored server has no more".to_owned());
    }
    for tab in &world.tabs {
        let name = &tab.user.name;
        if !tab.is_alive {
            return Err(format!("a tab of {name} is gone"));
        }
        let is_open = |number| tab.session.document(document_id(number)).is_some();
        if !(0..DOCUMENTS).all(is_open) {
            return Err(format!("{name} is about to open a document"));
        }
        if tab.session.creations().count() > 0 {
            return Err(format!("{name} has documents that are not made"));
        }
        if !tab.session.is_kept() {
            return Err(format!("the device of {name} is written to"));
        }
        if tab.session.link() != LinkState::Up {
            return Err(format!("{name} is not connected: {:?}", tab.session.link()));
        }
        let mut connections = tab.carriers.connections().into_iter();
        if !connections.any(|connection| server.connections.contains_key(&connection)) {
            return Err(format!("{name} has yet to find out that they are not connected"));
        }
        for (id, document) in tab.session.documents() {
            let Some(file) = world.disk.documents.get(&id) else {
                return Err(format!("{name} is about to leave a document"));
            };
            if file.is_held_whole() && document.closed_reason() == Some(ErrorCode::Quarantined) {
                continue;
            }
            let level = document.is_level() && document.is_loaded() && !document.has_untaken_text();
            if !level || document.held() != file.readable() || document.unsaved() > 0 {
                return Err(format!("{name} is not level: {}", describe(document, file)));
            }
        }
        let room = tab.session.room(ROOM).ok_or("the room is not open")?;
        let head = world.disk.rooms[&ROOM].messages.len() as u64;
        let unsent = room.unsent().filter(|unsent| !unsent.is_lost()).count();
        if !room.is_level() || room.head_seq() != Seq(head) || unsent > 0 {
            return Err(format!(
                "{name} has {} of {head} messages, unsent {:?}",
                room.head_seq(),
                room.unsent().map(|unsent| unsent.progress).collect::<Vec<_>>()
            ));
        }
    }
    Ok(())
}

fn describe(document: &Document, file: &DocumentFile) -> String {
    format!(
        "{:?}, holds {} of {}, {} edits pending, loaded {}",
        document.save_state(),
        document.held(),
        file.readable(),
        document.unsaved(),
        document.is_loaded()
    )
}

/// Everybody sees the same, and what the server has in memory is what it has on disk.
pub(crate) fn at_rest(world: &World) -> Result<(), Violation> {
    let server = world.server.as_ref().expect("rest was reached");
    for (id, file) in &world.disk.documents {
        let stored = file.readable_state();
        ensure(!stored.is_waiting(), "what is stored is whole", || format!("{id:?}"))?;
        for tab in &world.tabs {
            let Some(document) = tab.session.document(*id) else {
                continue;
            };
            if document.closed_reason().is_some() {
                // Not a character of it may be read.
                let waits = document.unsaved();
                ensure(waits == 0, "what is refused is set aside", || {
                    format!("{waits} edits of {}", tab.user.name)
                })?;
                continue;
            }
            let replica = document.replica();
            let name = &tab.user.name;
            ensure(
                replica.text() == stored.text(),
                "all replicas have the same text",
                || name.clone(),
            )?;
            ensure(
                tab.editors[id] == stored.text(),
                "all editors show the same text",
                || name.clone(),
            )?;
            ensure(
                replica.state_vector() == stored.state_vector(),
                "all state vectors are equal",
                || name.clone(),
            )?;
            ensure(
                replica.delete_set() == stored.delete_set(),
                "all delete sets are equal",
                || name.clone(),
            )?;
            ensure(
                !replica.is_waiting(),
                "nothing waits for an update that never comes",
                || name.clone(),
            )?;
        }
        if let Some(machine) = server.documents.get(id) {
            memory_is_disk(machine, file)?;
        }
    }
    let stored = &world.disk.rooms[&ROOM].messages;
    for tab in &world.tabs {
        let room = tab.session.room(ROOM).expect("rest was reached");
        room_is_disk(tab, room, stored, world.counters.restores)?;
    }
    if let Some(room) = server.rooms.get(&ROOM) {
        ensure(room.head().0 == stored.len() as u64, "memory equals disk", || {
            format!("room at {}", room.head())
        })?;
    }
    Ok(())
}

/// No more text is stored than was typed: whatever was sent again, under whatever name, stands there once.
pub(crate) fn nothing_is_there_twice(world: &World, plan: &Plan) -> Result<(), Violation> {
    // What is taken back and brought again is made anew each time.
    let takes_back = |(_, op): &(u64, Op)| matches!(op, Op::Undo { .. } | Op::Redo { .. });
    if plan.ops.iter().any(takes_back) {
        return Ok(());
    }
    for (id, file) in &world.disk.documents {
        let typed: u64 = world.tabs.iter().filter_map(|tab| tab.typed.get(id)).sum();
        let stored: u64 = file
            .materialize()
            .state_vector()
            .values()
            .map(|units| u64::from(*units))
            .sum();
        ensure(stored <= typed, "nothing is there twice", || {
            format!("{stored} units stored, {typed} typed")
        })?;
    }
    Ok(())
}

fn room_is_disk(tab: &Tab, room: &Room, stored: &[shared::wire::Message], restores: u64) -> Result<(), Violation> {
    let name = &tab.user.name;
    let same = room
        .messages()
        .all(|message| stored.iter().any(|stored| stored == message));
    ensure(same, "everybody has one order of messages", || name.clone())?;
    let all = stored.len() as u64 > MESSAGES_RECENT || room.messages().count() == stored.len();
    ensure(all, "chat has no gaps", || {
        format!("{name} has {} of {}", room.messages().count(), stored.len())
    })?;
    let positions: BTreeMap<_, _> = stored.iter().map(|message| (message.nonce, message.seq)).collect();
    let mut last = Seq(0);
    for (nonce, expected) in &tab.said {
        let position = positions.get(nonce).copied();
        ensure(
            position.is_some() || *expected == Expected::Either,
            "each message is stored once",
            || format!("{nonce:?} of {name} is not stored"),
        )?;
        // Whoever says something again after a refusal says it later. And of what a restored backup has lost, each tab of a person says
        // again what it has not heard the answer to.
        let in_order = position.is_none_or(|position| position > last) || tab.says_failed > 0 || restores > 0;
        ensure(in_order, "messages are stored in the order they were said", || {
            format!("{nonce:?} of {name}")
        })?;
        last = position.unwrap_or(last);
    }
    Ok(())
}

fn memory_is_disk(machine: &Machine, file: &DocumentFile) -> Result<(), Violation> {
    ensure(machine.head() == file.readable(), "memory equals disk", || {
        format!("{} and {}", machine.head(), file.readable())
    })?;
    let memory: BTreeMap<ClientId, u32> = machine.state_vector().collect();
    let clocks = file.replicas.values().map(|replica| (replica.client_id, replica.clock));
    let disk: BTreeMap<_, _> = clocks.filter(|(_, clock)| *clock > 0).collect();
    ensure(memory == disk, "memory equals disk", || {
        format!("{memory:?} and {disk:?}")
    })?;
    let stored = file.materialize().state_vector();
    ensure(stored == disk, "clocks are those of the text", || {
        format!("{stored:?} and {disk:?}")
    })?;
    ensure(!machine.is_full(), "queues keep their limits", || {
        "a document is full at rest".to_owned()
    })
}

/// Everybody who is somewhere is seen there by the others, once, and nobody else is.
pub(crate) fn presence_is_right(world: &World) -> Result<(), String> {
    for (number, tab) in world.tabs.iter().enumerate().take(TABS) {
        let documents = tab
            .session
            .documents()
            .map(|(id, document)| (Place::Document(id), document.people().count()));
        let rooms = tab
            .session
            .rooms()
            .map(|(id, room)| (Place::Room(id), room.people().count()));
        for (place, seen) in documents.chain(rooms) {
            let there = presences_of_others(world, number, place);
            if tab.session.link() == LinkState::Up && tab.is_in(place) && seen != there {
                return Err(format!("{} sees {seen} of {there} in {place:?}", tab.user.name));
            }
        }
    }
    Ok(())
}

/// The server has crashed at rest: everything is still there.
pub(crate) fn after_reload(world: &World) -> Result<(), Violation> {
    for (id, file) in &world.disk.documents {
        let state = world.disk.document_state(*id).expect("it is there");
        memory_is_disk(&Machine::new(&state), file)?;
        let Some(document) = world.tabs[0].session.document(*id) else {
            // Whoever finds nothing that they may read leaves, and comes back when that may be otherwise.
            let may_be_left = world.disk.made.contains(id) || file.is_held_whole();
            ensure(may_be_left, "the first tab stays", || format!("{id:?}"))?;
            continue;
        };
        let same = document.closed_reason().is_some() || document.replica().text() == file.readable_state().text();
        ensure(same, "a reload shows the same text", || format!("{id:?}"))?;
    }
    Ok(())
}
