//! Carries out what a plan says, mends the world when the plan is over, and sends everybody home.

use crate::check::Violation;
use crate::plan::{Op, TABS, USERS};
use crate::tab::{Expected, draw_client_id, login_session};
use crate::world::{Happening, ROOM, World, document_id, user_id};
use server::collab::effect::ConnectionId;
use shared::id::{Channel, ClientId, ClientSeq, DocumentId, Seq};
use shared::replica::{Replica, Splice};
use shared::session::{Disconnect, KeptDocument, Place};
use shared::wire::{ClientFrame, Role, Target};

/// From the end of a login session to the end of its connection: long enough for edits to be in between.
const SIGN_OUT_MS: u64 = 40;

impl World {
    pub(crate) fn carry_out(&mut self, op: Op) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        match op {
            Op::Insert {
                tab,
                document,
                at,
                text,
            } => self.write(tab, document_id(document), at, 0, &text)?,
            Op::Delete {
                tab,
                document,
                at,
                units,
            } => self.write(tab, document_id(document), at, units, "")?,
            Op::Burst { tab, document, edits } => {
                self.clock.after(
                    1,
                    Happening::Type {
                        tab,
                        document: document_id(document),
                        left: edits,
                    },
                );
            }
            Op::Undo { tab, document } => {
                self.tabs[tab]
                    .undo(now_ms, document_id(document))
                    .map_err(edit_violation)?;
            }
            Op::Redo { tab, document } => {
                self.tabs[tab]
                    .redo(now_ms, document_id(document))
                    .map_err(edit_violation)?;
            }
            Op::Caret { tab, document, at } => self.tabs[tab].set_caret(now_ms, document_id(document), at),
            Op::Say { tab } => self.tabs[tab].say(now_ms, ROOM, &mut self.rng),
            Op::Read { tab } => {
                let head = self.tabs[tab]
                    .session
                    .room(ROOM)
                    .map_or(Seq(0), shared::session::Room::head_seq);
                self.tabs[tab].session.mark_read(now_ms, ROOM, head);
            }
            Op::Reopen { tab, document } => {
                let client_id = draw_client_id(&mut self.rng);
                self.reopen_document(tab, document_id(document), client_id)?;
            }
            Op::Steal { tab, from, document } => {
                let id = document_id(document);
                let stolen = self.tabs[from]
                    .session
                    .document(id)
                    .map(|document| document.replica().client_id());
                if let Some(client_id) = stolen.filter(|_| self.tabs[tab].user.id != self.tabs[from].user.id) {
                    self.counters.steals += 1;
                    if self.tabs[tab].leave_document(now_ms, id) {
                        self.tabs[tab].open_document(now_ms, id, client_id, KeptDocument::default());
                    }
                }
            }
            Op::SayIntoCut { tab } => {
                self.tabs[tab].say(now_ms, ROOM, &mut self.rng);
                self.disk.slow_until(now_ms + 2_000);
                self.clock.after(60, Happening::Op(Op::Cut { tab }));
            }
            Op::Forge { from, document } => self.forge(from, document_id(document))?,
            Op::Cut { tab } => self.cut(tab),
            Op::HalfOpen { tab } => {
                if let Some(connection) = self.tabs[tab].carriers.connection() {
                    self.net.silence(connection);
                }
            }
            Op::Stall { tab, ms } => {
                self.tabs[tab].stalled_until_ms = now_ms + ms;
                for connection in self.tabs[tab].carriers.connections() {
                    self.net.stall(connection, now_ms + ms);
                }
            }
            Op::Offline { tab, ms } => {
                self.tabs[tab].offline_until_ms = now_ms + ms;
                self.cut(tab);
            }
            Op::Wake { tab } => self.tabs[tab].session.handle_wake(now_ms),
            Op::Crash { down_ms } => self.clock.after(0, Happening::Crash { run: self.run, down_ms }),
            Op::GoAway { down_ms } => {
                if let Some(server) = &mut self.server {
                    server.say_goodbye(&mut self.rng);
                    self.clock.after(150, Happening::Crash { run: self.run, down_ms });
                }
            }
            Op::DiskFull { ms } => self.disk.fill_until(now_ms + ms),
            Op::DiskFail => self.disk.fail_next(),
            Op::DiskSlow { ms } => self.disk.slow_until(now_ms + ms),
            Op::Compact { document } => self.compact(document_id(document)),
            Op::Hold { document, back } => self.hold(document, back),
            Op::Revoke { user, ms } => {
                self.counters.revocations += 1;
                self.disk.roles.remove(&user_id(user));
                if let Some(server) = &mut self.server {
                    server.revoke(user_id(user));
                }
                self.clock.after(ms, Happening::LetIn { user });
            }
            Op::Demote { user, ms } => {
                if self.disk.role(user_id(user)).is_some() {
                    self.counters.revocations += 1;
                    self.set_role(user, Role::Viewer);
                    self.clock.after(ms, Happening::LetIn { user });
                }
            }
            Op::SignOut { tab } => {
                self.counters.sign_outs += 1;
                self.disk.ended.insert(self.tabs[tab].credential);
                for connection in self.tabs[tab].carriers.connections() {
                    self.clock.after(SIGN_OUT_MS, Happening::SignedOut { connection });
                }
            }
            Op::TabCrash { tab, down_ms } => self.crash_tab(tab, down_ms),
            Op::DeviceCrash { user, lost, down_ms } => self.crash_device(user, lost, down_ms),
            Op::StoreFail { tab } => self.tabs[tab].store_fails = true,
            Op::Make { tab, offline_ms, edits } => {
                if offline_ms > 0 {
                    self.carry_out(Op::Offline { tab, ms: offline_ms })?;
                }
                self.make_document(tab, edits)?;
            }
            Op::MakeInVain { tab, ms } => {
                let user = self.tabs[tab].device;
                // The first one never loses a right.
                if user > 0 {
                    self.carry_out(Op::Demote { user, ms })?;
                    self.make_document(tab, 5)?;
                }
            }
            Op::Block { tab, rungs, manner, ms } => self.block(tab, rungs, manner, ms),
            Op::MakeAndRestore { tab, edits, ms } => {
                self.disk.back_up();
                self.make_document(tab, edits)?;
                self.clock.after(ms, Happening::Op(Op::Restore));
            }
            Op::Backup => self.disk.back_up(),
            Op::Restore => self.restore()?,
        }
        for tab in 0..TABS {
            self.settle_tab(tab)?;
        }
        self.settle_server()
    }

    pub(crate) fn write(
        &mut self,
        tab: usize,
        document: DocumentId,
        at: u32,
        units: u32,
        insert: &str,
    ) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        self.tabs[tab]
            .write(now_ms, document, at, units, insert)
            .map_err(edit_violation)?;
        self.settle_tab(tab)
    }

    /// The person is an editor again, and comes back to what was closed.
    pub(crate) fn let_in(&mut self, user: usize) -> Result<(), Violation> {
        self.set_role(user, Role::Editor);
        let now_ms = self.clock.now_ms();
        for number in 0..TABS {
            if self.tabs[number].user.id == user_id(user) {
                for id in self.tabs[number].closed_documents() {
                    let client_id = draw_client_id(&mut self.rng);
                    self.reopen_document(number, id, client_id)?;
                }
                let tab = &mut self.tabs[number];
                let has_store = tab.session.has_store();
                let kept = has_store.then(|| self.devices[tab.device].room(ROOM));
                tab.come_back_to_room(now_ms, ROOM, kept.unwrap_or_default());
                self.settle_tab(number)?;
            }
        }
        self.settle_server()
    }

    /// Leaves the document and comes back to it, unless edits would be lost.
    pub(crate) fn reopen_document(
        &mut self,
        number: usize,
        id: DocumentId,
        client_id: ClientId,
    ) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        if !self.tabs[number].leave_document(now_ms, id) {
            return Ok(());
        }
        let life = self.tabs[number].life;
        self.clock.after(
            1,
            Happening::OpenAgain {
                tab: number,
                life,
                id,
                client_id,
            },
        );
        self.settle_tab(number)
    }

    /// Opens a document that was left.
    pub(crate) fn open_again(&mut self, number: usize, id: DocumentId, client_id: ClientId) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        let tab = &mut self.tabs[number];
        if tab.session.document(id).is_some() {
            return Ok(());
        }
        if !tab.session.is_kept() {
            // The store has to have what was written when the document was left, before anything is taken over.
            let life = tab.life;
            let again = Happening::OpenAgain {
                tab: number,
                life,
                id,
                client_id,
            };
            self.clock.after(20, again);
            return Ok(());
        }
        if tab.session.has_store() {
            self.open_kept(number, id, client_id)?;
        } else {
            tab.open_document(now_ms, id, client_id, KeptDocument::default());
        }
        self.settle_tab(number)
    }

    /// Nothing goes wrong any more. What went wrong before still has to be found out by those whom it befell.
    pub(crate) fn heal(&mut self) -> Result<(), Violation> {
        self.disk.heal();
        for tab in &mut self.tabs {
            tab.offline_until_ms = 0;
            tab.stalled_until_ms = 0;
            tab.carriers.unblock();
        }
        for user in 0..USERS {
            self.let_in(user)?;
        }
        Ok(())
    }

    /// One person stays and sees the others go: some say so, some just disappear.
    pub(crate) fn all_but_the_first_leave(&mut self) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        for number in 1..TABS {
            let tab = &mut self.tabs[number];
            tab.presences.clear();
            match number % 3 {
                0 => tab.session.stop(now_ms),
                1 => {
                    for id in tab.session.documents().map(|(id, _)| id).collect::<Vec<_>>() {
                        tab.session.close_document(now_ms, id);
                    }
                    tab.session.close_room(now_ms, ROOM);
                }
                _ => {
                    for connection in tab.carriers.connections() {
                        self.net.silence(connection);
                    }
                    tab.session.stop(now_ms);
                }
            }
            self.settle_tab(number)?;
        }
        Ok(())
    }

    /// Somebody without a session of ours opens the document honestly, and sends an edit in the name of another's replica.
    fn forge(&mut self, from: usize, id: DocumentId) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        let victim = &self.tabs[from];
        let hostile = self.disk.people.values().find(|person| person.id != victim.user.id);
        let (Some(document), Some(hostile), Some(server)) =
            (victim.session.document(id), hostile.cloned(), &mut self.server)
        else {
            return Ok(());
        };
        let name = document.replica().client_id();
        if self.disk.documents[&id].owner(name) != Some(victim.user.id) {
            // Nobody has used it, so anybody may.
            return Ok(());
        }
        let mut replica = Replica::new(name);
        let state = self.disk.documents[&id].materialize().encode_state();
        replica.apply([state]).expect("what is stored can be integrated");
        let insert = Splice {
            from: 0,
            to: 0,
            insert: "forged".to_owned(),
        };
        let forged = replica
            .edit(&[insert], now_ms, None)
            .expect("an insert at the start fits");
        let connection = self.net.name();
        let channel = Channel(1);
        let client_id = draw_client_id(&mut self.rng);
        let target = Target::Document { id, client_id };
        let open = ClientFrame::Open {
            channel,
            target,
            resume: None,
        };
        let edits = forged.into_iter().zip(1..).map(|(update, number)| ClientFrame::Edit {
            channel,
            client_seq: ClientSeq(number),
            update: update.into(),
        });
        // A login session of its own.
        let credential = login_session(TABS, 0);
        server.connect(connection, hostile, credential, now_ms, self.disk.server_epoch);
        for frame in std::iter::once(open).chain(edits) {
            server.handle_frame(connection, frame, now_ms, &self.disk);
        }
        self.counters.forgeries += 1;
        self.settle_server()?;
        if let Some(server) = &mut self.server {
            server.disconnect(connection);
        }
        self.settle_server()
    }

    fn set_role(&mut self, user: usize, role: Role) {
        self.disk.roles.insert(user_id(user), role);
        if let Some(server) = &mut self.server {
            server.change_role(user_id(user), role);
        }
    }

    pub(crate) fn cut(&mut self, tab: usize) {
        for connection in self.tabs[tab].carriers.connections() {
            self.break_off(connection);
        }
    }

    /// A connection breaks, and both sides notice.
    pub(crate) fn break_off(&mut self, connection: ConnectionId) {
        if !self.net.is_silent(connection) {
            if let Some(server) = &mut self.server {
                server.disconnect(connection);
            }
            self.hang_up(connection, Disconnect::Lost);
        }
    }

    fn compact(&mut self, id: DocumentId) {
        if self.server.is_some() {
            let request = crate::disk::Request::Compact(id);
            let (number, at_ms) = self.disk.submit(request, self.clock.now_ms(), &mut self.rng);
            self.clock.at(at_ms, Happening::Done { run: self.run, number });
        }
    }

    fn restore(&mut self) -> Result<(), Violation> {
        let down_before = self.server.is_none();
        self.crash();
        // Another tab of the person may have heard that it is stored, and the device kept it no longer.
        let stored: Vec<_> = self.disk.rooms[&ROOM]
            .messages
            .iter()
            .map(|message| message.nonce)
            .collect();
        let before = self.disk.rooms[&ROOM].messages.clone();
        if self.disk.restore() {
            self.counters.restores += 1;
            self.check_said_is_held(&before)?;
            self.note_lost(before);
            for tab in &mut self.tabs {
                let unsent: Vec<_> = tab
                    .session
                    .room(ROOM)
                    .into_iter()
                    .flat_map(shared::session::Room::unsent)
                    .map(|u| u.nonce)
                    .collect();
                for (nonce, expected) in &mut tab.said {
                    if !unsent.contains(nonce) || stored.contains(nonce) {
                        *expected = Expected::Either;
                    }
                }
            }
        }
        if !down_before {
            self.clock.after(200, Happening::ServerUp { run: self.run });
        }
        Ok(())
    }
}

fn edit_violation(why: String) -> Violation {
    Violation::new("a local edit can be made", why)
}

/// What each tab shows of itself to the others in a place.
pub(crate) fn presences_of_others(world: &World, tab: usize, place: Place) -> usize {
    world
        .tabs
        .iter()
        .enumerate()
        .filter(|(other, shell)| *other != tab && shell.presences.contains_key(&place) && shell.is_in(place))
        .count()
}
