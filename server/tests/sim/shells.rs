//! Between the machines and the world: carries out what sessions and the server's process ask for.

use crate::check::{self, Violation};
use crate::net::Way;
use crate::queues::QUEUE_FRAMES_MAX;
use crate::server::Wanted;
use crate::world::{Happening, World};
use shared::error::ErrorCode;
use shared::session::{Disconnect, Event, LinkState, Place};
use shared::wire::{Role, ServerFrame};
use std::collections::BTreeSet;

impl World {
    /// Carries out what a session asks for.
    pub(crate) fn settle_tab(&mut self, number: usize) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        self.settle_carriers(number);
        while let Some(bytes) = self.tabs[number].session.poll_transmit() {
            let Some(connection) = self.tabs[number].carriers.connection() else {
                continue;
            };
            if self.net.requests(connection).is_some() {
                self.say_by_request(connection, bytes);
                continue;
            }
            if let Some(at_ms) = self.net.send(connection, Way::ToServer, now_ms, &mut self.rng) {
                self.clock.at(
                    at_ms,
                    Happening::Arrives {
                        connection,
                        way: Way::ToServer,
                        bytes,
                    },
                );
            }
        }
        while let Some(event) = self.tabs[number].session.poll_event() {
            self.hear(number, &event)?;
        }
        self.keep(number);
        self.ask_for_document(number);
        let tab = &mut self.tabs[number];
        if let Some(at_ms) = tab.session.poll_deadline().filter(|at_ms| tab.timer_ms != Some(*at_ms)) {
            tab.timer_ms = Some(at_ms);
            self.clock.at(at_ms, Happening::TabTimer { tab: number, at_ms });
        }
        check::tab(tab, &self.disk)?;
        self.check_past_holds(number)
    }

    pub(crate) fn hear(&mut self, number: usize, event: &Event) -> Result<(), Violation> {
        check::event(event, &self.counters, &self.disk)?;
        match *event {
            Event::Text { document } => {
                let wait_ms = self.rng.below(40);
                self.clock.after(wait_ms, Happening::Frame { tab: number, document });
            }
            Event::SetAside { ref copy, reason, .. } => {
                self.counters.set_asides += 1;
                self.counters.held_rescued += u64::from(reason == ErrorCode::Quarantined);
                self.counters.rescued += u64::from(!self.disk.documents.contains_key(&copy.id.document));
                self.tabs[number].asides_in_memory.push(copy.clone());
            }
            Event::Closed {
                place: Place::Document(id),
                code: ErrorCode::NotFound,
            } => {
                check::is_rescued(&self.tabs[number], id)?;
                let life = self.tabs[number].life;
                self.clock.after(20, Happening::Leave { tab: number, life, id });
            }
            Event::Closed {
                code: ErrorCode::NotAllowed,
                ..
            } => self.let_in_late(number),
            Event::Messages { .. } => self.notice_lost(number),
            Event::ServerEpoch { epoch } => {
                self.look_for_lost(number, epoch);
                self.plan_to_come_back(number);
            }
            Event::DealtWith { nonce, .. } => self.tell_dealt_with(number, nonce),
            Event::Said { .. } => self.counters.messages += 1,
            Event::SayFailed { .. } => {
                self.tabs[number].says_failed += 1;
                self.let_in_late(number);
            }
            Event::Link(LinkState::Stopped(code)) if code != ErrorCode::NotSignedIn || self.counters.sign_outs == 0 => {
                return Err(Violation::new("nobody is sent away for good", code));
            }
            _ => {}
        }
        Ok(())
    }

    /// Somebody may have been let in again before they heard that they were not.
    fn let_in_late(&mut self, number: usize) {
        if self.disk.role(self.tabs[number].user.id) == Some(Role::Editor) {
            let user = self.tabs[number].device;
            self.clock.after(20, Happening::LetIn { user });
        }
    }

    /// Carries out what the server's process asks for, and puts on the wire what fits.
    pub(crate) fn settle_server(&mut self) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        let Some(server) = &mut self.server else { return Ok(()) };
        let mut links = BTreeSet::new();
        server.settle(&mut self.rng);
        loop {
            let mut moved = false;
            for (id, connection) in &mut server.connections {
                while self.net.has_room(*id, Way::ToTab)
                    && let Some(frame) = connection.queue.pop_front()
                {
                    moved = true;
                    let codec = self
                        .net
                        .wire(*id)
                        .map(|wire| self.tabs[wire.tab].codec)
                        .expect("it has room");
                    let bytes = codec.encode::<ServerFrame>(&frame);
                    if let Some(link) = self.net.requests(*id) {
                        link.keep(bytes);
                        links.insert(*id);
                    } else if let Some(at_ms) = self.net.send(*id, Way::ToTab, now_ms, &mut self.rng) {
                        self.clock.at(
                            at_ms,
                            Happening::Arrives {
                                connection: *id,
                                way: Way::ToTab,
                                bytes,
                            },
                        );
                    }
                }
            }
            server.settle(&mut self.rng);
            if !moved {
                break;
            }
        }
        for told in std::mem::take(&mut server.told) {
            check::told(&told, &self.disk)?;
        }
        if server.counters.queue_longest > QUEUE_FRAMES_MAX + 1 {
            return Err(Violation::new(
                "queues keep their limits",
                server.counters.queue_longest,
            ));
        }
        if let Some(at_ms) = server.deadline().map(|at_ms| at_ms.max(now_ms))
            && self.timer_ms.is_none_or(|timer_ms| at_ms < timer_ms)
        {
            self.timer_ms = Some(at_ms);
            self.clock.at(at_ms, Happening::ServerTimer { run: self.run });
        }
        let wanted = std::mem::take(&mut server.wanted);
        for wanted in wanted {
            match wanted {
                Wanted::Disk(request) => {
                    let (number, at_ms) = self.disk.submit(request, now_ms, &mut self.rng);
                    self.clock.at(at_ms, Happening::Done { run: self.run, number });
                }
                Wanted::Close(connection, code) => self.hang_up(connection, Disconnect::Code(code)),
                Wanted::Drop(place) => self.clock.after(5, Happening::ServerGone { run: self.run, place }),
            }
        }
        links.into_iter().try_for_each(|id| self.tell(id))
    }
}
