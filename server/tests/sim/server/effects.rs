//! Carries out what the machines ask for.

use super::*;

impl Server {
    /// Carries out everything the machines ask for. Call after every input.
    pub(crate) fn settle(&mut self, rng: &mut Rng) {
        loop {
            self.feed_bundles();
            self.carry_out_all(rng);
            for member in std::mem::take(&mut self.closing) {
                self.leave(member);
            }
            if !self.end_slow_consumers() {
                return;
            }
        }
    }

    fn carry_out_all(&mut self, rng: &mut Rng) {
        for id in self.documents.keys().copied().collect::<Vec<_>>() {
            let poll = |server: &mut Self| server.documents.get_mut(&id).and_then(Document::poll_effect);
            while let Some(ask) = self.next_ask(Place::Document(id), poll, rng) {
                self.wanted.push_back(Wanted::Disk(match ask {
                    DocumentAsk::Append(append) => Request::Append(id, append),
                    DocumentAsk::ReadBundle {
                        to,
                        peer,
                        after,
                        through,
                    } => Request::Bundle {
                        document: id,
                        to,
                        peer,
                        after,
                        through,
                    },
                    DocumentAsk::CompactionDue { .. } => Request::Compact(id),
                }));
            }
        }
        for id in self.rooms.keys().copied().collect::<Vec<_>>() {
            let poll = |server: &mut Self| server.rooms.get_mut(&id).and_then(Room::poll_effect);
            while let Some(ask) = self.next_ask(Place::Room(id), poll, rng) {
                self.wanted.push_back(Wanted::Disk(match ask {
                    RoomAsk::Append(message) => Request::Message(id, message),
                    RoomAsk::MarkRead { user, seq } => Request::MarkRead(id, user, seq),
                }));
            }
        }
    }

    /// Carries out what one machine wants, up to what it asks of the disk.
    fn next_ask<Ask>(
        &mut self,
        place: Place,
        poll: impl Fn(&mut Self) -> Option<Effect<Ask>>,
        rng: &mut Rng,
    ) -> Option<Ask> {
        while let Some(effect) = poll(self) {
            if let Some(ask) = self.carry_out(place, effect, rng) {
                return Some(ask);
            }
        }
        None
    }

    fn carry_out<Ask>(&mut self, place: Place, effect: Effect<Ask>, rng: &mut Rng) -> Option<Ask> {
        match effect {
            Effect::Send { to, frame } => self.enqueue(to.connection, frame),
            Effect::Deliver { to, frames } => {
                for member in to {
                    for Delivered { frame, except } in &frames {
                        if *except != Some(member) {
                            self.enqueue(member.connection, for_channel(frame.clone(), member.channel));
                        }
                    }
                }
            }
            Effect::Left { member } => self.leave(member),
            Effect::Ask(ask) => return Some(ask),
            // A shell may keep an idle machine for a while.
            Effect::Idle if rng.below(2) == 0 => {}
            Effect::Idle | Effect::Stop => {
                match place {
                    Place::Document(id) => {
                        self.documents.remove(&id);
                        self.document_hub.closing(id);
                    }
                    Place::Room(id) => {
                        self.rooms.remove(&id);
                        self.room_hub.closing(id);
                    }
                }
                self.wanted.push_back(Wanted::Drop(place));
            }
        }
        None
    }
}
