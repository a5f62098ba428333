//! What becomes of each frame of the server.

use super::event::{Event, Place};
use super::slot::{Out, Phase, Slot};
use super::{Document, Room, Session};
use crate::error::ErrorCode;
use crate::id::Channel;
use crate::wire::{ServerFrame, Subject, VERSION};

/// What a channel is open for.
enum Opened<'a> {
    Document(&'a mut Document),
    Room(&'a mut Room),
}

impl Opened<'_> {
    const fn slot(&mut self) -> &mut Slot {
        match self {
            Self::Document(document) => &mut document.slot,
            Self::Room(room) => &mut room.slot,
        }
    }
}

impl Session {
    pub(super) fn dispatch(&mut self, now_ms: u64, frame: ServerFrame) {
        match frame {
            ServerFrame::Welcome { version, user, limits } => {
                if version != VERSION {
                    self.link.stop(Some(ErrorCode::UnsupportedVersion));
                    return self.lose();
                }
                // Somebody else has signed in at this browser. Nothing of what waits here is theirs.
                if self.out.user.is_some_and(|mine| mine != user.id) {
                    self.link.stop(Some(ErrorCode::NotSignedIn));
                    return self.lose();
                }
                self.link.handle_welcome(now_ms);
                self.out.up = true;
                self.out.event(Event::Welcomed { user, limits });
            }
            ServerFrame::ServerEpoch { epoch } => {
                self.out.server_epoch = Some(epoch);
                self.out.event(Event::ServerEpoch { epoch });
            }
            ServerFrame::GoingAway { after_ms } => {
                self.link.handle_going_away(now_ms, u64::from(after_ms));
                self.out.event(Event::GoingAway { after_ms });
            }
            ServerFrame::Pong { heads } => {
                self.link.handle_pong();
                for (channel, head) in heads {
                    self.on_channel(channel, |opened, out| match opened {
                        Opened::Document(document) => document.handle_pong(head, out),
                        Opened::Room(room) => room.handle_pong(head, out),
                    });
                }
            }
            ServerFrame::Opened {
                channel,
                role,
                epoch,
                head_seq,
                target,
            } => {
                self.on_channel(channel, |opened, out| match opened {
                    Opened::Document(document) if document.slot.phase() == Phase::Opening(channel) => {
                        document.handle_opened(now_ms, role, epoch, head_seq, &target, out);
                    }
                    Opened::Room(room) if room.slot.phase() == Phase::Opening(channel) => {
                        room.handle_opened(now_ms, role, epoch, head_seq, &target, out);
                    }
                    _ => {}
                });
            }
            ServerFrame::Packed { channel, size } => self.on_channel(channel, |opened, out| {
                if let Opened::Document(document) = opened {
                    document.handle_packed(size, out);
                }
            }),
            ServerFrame::Catchup {
                channel,
                through_seq,
                part,
                last,
            } => self.on_channel(channel, |opened, out| {
                if let Opened::Document(document) = opened {
                    document.handle_catchup(through_seq, &part.0, last, out);
                }
            }),
            ServerFrame::Remote { channel, seq, update } => self.on_channel(channel, |opened, out| {
                if let Opened::Document(document) = opened {
                    document.handle_remote(seq, update.0, out);
                }
            }),
            ServerFrame::Saved {
                channel,
                client_seq,
                seq,
            } => self.on_channel(channel, |opened, out| {
                if let Opened::Document(document) = opened {
                    document.handle_saved(client_seq, seq, out);
                }
            }),
            ServerFrame::Refused {
                channel,
                subject,
                code,
                retryable,
            } => {
                self.on_channel(channel, |opened, out| match (opened, subject) {
                    (Opened::Document(document), Some(Subject::Edit(_))) => {
                        document.handle_refused_edit(now_ms, code, retryable, out);
                    }
                    (Opened::Room(room), subject) => room.handle_refused(now_ms, subject, code, retryable, out),
                    // A caret that was not relayed is replaced by the next one.
                    (Opened::Document(_), Some(Subject::Presence | Subject::Message(_)) | None) => {}
                });
            }
            ServerFrame::Presence {
                channel,
                peer,
                user,
                state,
            } => self.on_channel(channel, |opened, out| {
                if let Opened::Room(room) = opened
                    && state.is_some()
                {
                    room.learn_name(&user);
                }
                opened.slot().handle_presence(peer, user, state, out);
            }),
            ServerFrame::Said { channel, message } => self.on_channel(channel, |opened, out| {
                if let Opened::Room(room) = opened {
                    room.handle_said(message, out);
                }
            }),
            ServerFrame::Closed {
                channel,
                code,
                retryable,
            } => self.on_channel(channel, |opened, out| {
                out.forget(channel);
                // Nobody here asked for it, so a missing reason is the server's bug; opening again mends what can be.
                let (code, retryable) = code.map_or((ErrorCode::Internal, true), |code| (code, retryable));
                match opened {
                    Opened::Document(document) => document.handle_closed(now_ms, code, retryable, out),
                    Opened::Room(room) => room.handle_closed(now_ms, code, retryable, out),
                }
            }),
            ServerFrame::ReadThrough { channel, seq } => self.on_channel(channel, |opened, out| {
                if let Opened::Room(room) = opened {
                    room.handle_read_through(seq, out);
                }
            }),
            ServerFrame::Changed { channel, change } => self.on_channel(channel, |opened, out| {
                out.event(Event::Changed {
                    place: opened.slot().place,
                    change,
                });
            }),
        }
    }

    /// Frames for channels that this side has left are still under way when the server answers; they mean nothing any more.
    fn on_channel(&mut self, channel: Channel, handle: impl FnOnce(&mut Opened<'_>, &mut Out)) {
        let opened = match self.out.place(channel) {
            Some(Place::Document(id)) => self.documents.get_mut(&id).map(Opened::Document),
            Some(Place::Room(id)) => self.rooms.get_mut(&id).map(Opened::Room),
            None => None,
        };
        if let Some(mut opened) = opened {
            handle(&mut opened, &mut self.out);
        }
    }
}
