//! What can happen, and to whom it is brought.

use super::*;

#[derive(Debug)]
pub(crate) enum Happening {
    Op(Op),
    /// An attempt to connect comes to its end.
    Reached {
        tab: usize,
        attempt: u64,
    },
    Arrives {
        connection: ConnectionId,
        way: Way,
        bytes: Bytes,
    },
    /// A tab learns that its connection is gone.
    TabLoses {
        tab: usize,
        connection: ConnectionId,
        reason: Disconnect,
    },
    /// One way of a request on a connection that is no socket.
    Leg {
        connection: ConnectionId,
        leg: Leg,
    },
    LadderTimer {
        tab: usize,
        at_ms: u64,
    },
    /// The server learns that a connection is gone.
    ServerLoses {
        connection: ConnectionId,
    },
    TabTimer {
        tab: usize,
        at_ms: u64,
    },
    Frame {
        tab: usize,
        document: DocumentId,
    },
    Type {
        tab: usize,
        document: DocumentId,
        left: u32,
    },
    Done {
        run: u64,
        number: u64,
    },
    ServerTimer {
        run: u64,
    },
    ServerGone {
        run: u64,
        place: Place,
    },
    IdleCheck {
        run: u64,
        connection: ConnectionId,
    },
    Crash {
        run: u64,
        down_ms: u64,
    },
    ServerUp {
        run: u64,
    },
    LetIn {
        user: usize,
    },
    /// The server closes a connection whose login session has ended.
    SignedOut {
        connection: ConnectionId,
    },
    /// Somebody who was told that they are not signed in signs in again.
    SignIn {
        tab: usize,
    },
    /// The store of a tab has done its transaction.
    Kept {
        tab: usize,
        life: TabId,
    },
    /// The store of a tab takes something again.
    StoreAgain {
        tab: usize,
        life: TabId,
    },
    /// A document that was left is opened again.
    OpenAgain {
        tab: usize,
        life: TabId,
        id: DocumentId,
        client_id: ClientId,
    },
    /// The server is told of a document that a tab has made.
    Asked {
        asking: Asking,
        by: UserId,
        credential: Credential,
    },
    /// A tab hears what became of that.
    Answered {
        asking: Asking,
        answer: Answered,
    },
    /// Somebody who found a document that another has made has come and written.
    Visited,
    /// A tab looks at a copy of what the server may have no more.
    Rescue {
        tab: usize,
        life: TabId,
        id: DocumentId,
    },
    /// A tab leaves a document that is not there.
    Leave {
        tab: usize,
        life: TabId,
        id: DocumentId,
    },
    /// Those who have a document open hear that it is held.
    Held {
        run: u64,
        id: DocumentId,
        epoch: Epoch,
        after: Seq,
    },
    /// A tab comes back to documents of which nothing could be read.
    ComeBack {
        tab: usize,
        life: TabId,
    },
    /// The person sees to messages that a restored backup lost.
    Deal {
        tab: usize,
        life: TabId,
    },
    /// A tab hears what the person has dealt with in another.
    DealtWith {
        tab: usize,
        life: TabId,
        nonce: Nonce,
    },
    /// A tab that was gone is opened again.
    TabBack {
        tab: usize,
        life: TabId,
    },
}

impl World {
    pub(super) fn happen(&mut self, happening: Happening) -> Result<(), Violation> {
        let now_ms = self.clock.now_ms();
        match happening {
            Happening::Op(op) => {
                self.note("op", &format!("{op:?}"));
                self.carry_out(op)
            }
            Happening::Reached { tab, attempt } => self.reached(tab, attempt),
            Happening::Arrives { connection, way, bytes } => self.arrive(connection, way, &bytes),
            Happening::TabLoses {
                tab,
                connection,
                reason,
            } => self.tab_loses(tab, connection, reason),
            Happening::Leg { connection, leg } => {
                self.note("leg", &format!("{leg:?}"));
                self.leg_arrives(connection, leg)
            }
            Happening::LadderTimer { tab, at_ms } if self.tabs[tab].carriers.timer_ms == Some(at_ms) => {
                self.ladder_timeout(tab)
            }
            Happening::ServerLoses { connection } => {
                self.net.remove(connection);
                if let Some(server) = &mut self.server {
                    server.disconnect(connection);
                }
                self.settle_server()
            }
            Happening::TabTimer { tab, at_ms } if self.tabs[tab].timer_ms == Some(at_ms) => {
                self.tabs[tab].timer_ms = None;
                self.tabs[tab].session.handle_timeout(now_ms);
                self.settle_tab(tab)
            }
            Happening::Frame { tab, document } => {
                if self.tabs[tab].session.take_in(now_ms, document) {
                    // Taken in by one frame, and shown by a later one.
                    let wait_ms = 1 + self.rng.below(16);
                    self.clock.after(wait_ms, Happening::Frame { tab, document });
                } else {
                    self.tabs[tab]
                        .frame(now_ms, document)
                        .map_err(|why| Violation::new("the editor shows the replica", why))?;
                }
                self.settle_tab(tab)
            }
            Happening::Type { tab, document, left } => {
                let at = u32::try_from(self.rng.below(1 << 20)).expect("small");
                self.write(tab, document, at, 0, "typing")?;
                if left > 1 {
                    let wait_ms = 2 + self.rng.below(8);
                    self.clock.after(
                        wait_ms,
                        Happening::Type {
                            tab,
                            document,
                            left: left - 1,
                        },
                    );
                }
                Ok(())
            }
            Happening::Done { run, number } if run == self.run => self.done(number),
            Happening::ServerTimer { run } if run == self.run => {
                self.timer_ms = None;
                if let Some(server) = &mut self.server {
                    server.handle_timeout(now_ms);
                }
                self.settle_server()
            }
            Happening::ServerGone { run, place } if run == self.run => {
                if let Some(server) = &mut self.server {
                    server.gone(place);
                }
                self.settle_server()
            }
            Happening::IdleCheck { run, connection } if run == self.run => self.check_idle(connection),
            Happening::Crash { run, down_ms } if run == self.run && self.server.is_some() => {
                self.crash();
                self.clock.after(down_ms, Happening::ServerUp { run: self.run });
                Ok(())
            }
            Happening::ServerUp { run } if run == self.run && self.server.is_none() => {
                self.server = Some(Server::default());
                Ok(())
            }
            Happening::LetIn { user } => self.let_in(user),
            Happening::SignedOut { connection } => {
                if let Some(server) = &mut self.server {
                    server.disconnect(connection);
                }
                self.hang_up(connection, NOT_SIGNED_IN);
                self.settle_server()
            }
            Happening::SignIn { tab } => {
                if self.disk.ended.contains(&self.tabs[tab].credential) {
                    self.tabs[tab].credential = login_session(tab, self.counters.sign_outs);
                }
                if self.tabs[tab].is_alive {
                    self.tabs[tab].session.start(now_ms);
                }
                self.settle_tab(tab)
            }
            Happening::Kept { tab, life } if self.tabs[tab].life == life && self.tabs[tab].is_alive => self.kept(tab),
            Happening::StoreAgain { tab, life } if self.tabs[tab].life == life && self.tabs[tab].is_alive => {
                self.store_again(tab)
            }
            Happening::OpenAgain {
                tab,
                life,
                id,
                client_id,
            } if self.tabs[tab].life == life && self.tabs[tab].is_alive => self.open_again(tab, id, client_id),
            Happening::Asked { asking, by, credential } => {
                self.asked(asking, by, credential);
                Ok(())
            }
            Happening::Answered { asking, answer } => self.answered(asking, answer),
            Happening::Visited => {
                self.visits -= 1;
                Ok(())
            }
            Happening::Leave { tab, life, id } if self.tabs[tab].life == life && self.tabs[tab].is_alive => {
                self.leave_closed(tab, id)
            }
            Happening::Rescue { tab, life, id } => {
                self.rescues -= 1;
                let is_there = self.tabs[tab].life == life && self.tabs[tab].is_alive;
                if is_there { self.rescue(tab, id) } else { Ok(()) }
            }
            Happening::Held { run, id, epoch, after } if run == self.run => self.tell_held(id, epoch, after),
            Happening::ComeBack { tab, life } if self.tabs[tab].life == life && self.tabs[tab].is_alive => {
                self.come_back(tab)
            }
            Happening::Deal { tab, life } if self.tabs[tab].life == life && self.tabs[tab].is_alive => {
                self.deal_with_lost(tab);
                self.settle_tab(tab)
            }
            Happening::DealtWith { tab, life, nonce } if self.tabs[tab].life == life && self.tabs[tab].is_alive => {
                self.tabs[tab].session.dealt_with(now_ms, ROOM, nonce);
                self.settle_tab(tab)
            }
            Happening::TabBack { tab, life } if self.tabs[tab].life == life && !self.tabs[tab].is_alive => {
                self.tab_back(tab)
            }
            // News of a connection, an attempt or a process that is history.
            _ => Ok(()),
        }
    }
}
