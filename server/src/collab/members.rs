//! Who is in a document or room at the moment, and where they are: what both machines share.

use super::effect::{Credential, Delivered, Effect, MemberId};
use super::plant::Plant;
use shared::error::ErrorCode;
use shared::id::{Channel, PeerId, UnixMs, UserId};
use shared::limits::PRESENCE_INTERVAL_MS;
use shared::wire::{Person, PresenceState, Role, ServerFrame};
use std::collections::{BTreeMap, VecDeque};

/// A frame's channel before it is filled in for its receiver.
const ANY: Channel = Channel(0);

/// One opened channel. `own` is what the kind of target keeps about it.
#[derive(Debug)]
pub(super) struct Member<T> {
    pub(super) user: Person,
    pub(super) credential: Credential,
    pub(super) role: Role,
    pub(super) peer: PeerId,
    presence: Option<PresenceState>,
    pub(super) own: T,
}

/// The members, and the presences that have changed since they were last told.
///
/// Presence is gathered: the first change is told at once, later ones together, at most every
/// [`PRESENCE_INTERVAL_MS`]. So many carets cost each receiver one write a beat.
#[derive(Debug)]
pub(super) struct Members<T> {
    by_id: BTreeMap<MemberId, Member<T>>,
    peers_made: u32,
    untold: BTreeMap<PeerId, Untold>,
    told_at: Option<UnixMs>,
}

#[derive(Debug)]
struct Untold {
    from: MemberId,
    user: Person,
    state: Option<PresenceState>,
}

impl<T> Members<T> {
    pub(super) const fn new() -> Self {
        Self {
            by_id: BTreeMap::new(),
            peers_made: 0,
            untold: BTreeMap::new(),
            told_at: None,
        }
    }

    pub(super) fn get(&self, id: MemberId) -> Option<&Member<T>> {
        self.by_id.get(&id)
    }

    pub(super) fn get_mut(&mut self, id: MemberId) -> Option<&mut Member<T>> {
        self.by_id.get_mut(&id)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_id.is_empty()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (MemberId, &Member<T>)> {
        self.by_id.iter().map(|(id, member)| (*id, member))
    }

    pub(super) fn ids(&self) -> Vec<MemberId> {
        self.by_id.keys().copied().collect()
    }

    pub(super) fn ids_of(&self, user: UserId) -> Vec<MemberId> {
        self.iter()
            .filter(|(_, member)| member.user.id == user)
            .map(|(id, _)| id)
            .collect()
    }

    /// The person's channels that were opened with another role.
    pub(super) fn ids_of_other_role(&self, user: UserId, role: Role) -> Vec<MemberId> {
        self.iter()
            .filter(|(_, member)| member.user.id == user && member.role != role)
            .map(|(id, _)| id)
            .collect()
    }

    /// Takes in a newcomer. The shell never opens a channel that is open.
    pub(super) fn join(&mut self, id: MemberId, user: Person, credential: Credential, role: Role, own: T) -> PeerId {
        self.peers_made += 1;
        let peer = PeerId(self.peers_made);
        let former = self.by_id.insert(
            id,
            Member {
                user,
                credential,
                role,
                peer,
                presence: None,
                own,
            },
        );
        debug_assert!(former.is_none(), "a channel was opened twice");
        peer
    }

    /// The presences of all others, for a newcomer.
    pub(super) fn presences(&self, newcomer: MemberId) -> Vec<Delivered> {
        self.iter()
            .filter(|(id, _)| *id != newcomer)
            .filter_map(|(_, member)| {
                let state = Some(member.presence?);
                Some(presence_frame(member.peer, member.user.clone(), state, None))
            })
            .collect()
    }

    /// Lets a member go. Its presence, if it had one, is taken back.
    pub(super) fn leave(&mut self, id: MemberId) -> Option<Member<T>> {
        let member = self.by_id.remove(&id)?;
        // Somebody who took it back a moment ago may still have to be told of.
        let was_waiting = self.untold.remove(&member.peer).is_some();
        if (was_waiting || member.presence.is_some()) && !Plant::PresenceKept.is_planted() {
            let untold = Untold {
                from: id,
                user: member.user.clone(),
                state: None,
            };
            self.untold.insert(member.peer, untold);
        }
        Some(member)
    }

    /// Lets a member go and says why, on its channel.
    pub(super) fn close<Ask>(
        &mut self,
        id: MemberId,
        code: Option<ErrorCode>,
        effects: &mut VecDeque<Effect<Ask>>,
    ) -> Option<Member<T>> {
        let member = self.leave(id)?;
        effects.push_back(closed(id, code));
        effects.push_back(Effect::Left { member: id });
        Some(member)
    }

    /// Takes note of where a member is.
    pub(super) fn set_presence(&mut self, id: MemberId, state: Option<PresenceState>) {
        let Some(member) = self.by_id.get_mut(&id) else { return };
        if member.presence == state {
            return;
        }
        member.presence = state;
        let untold = Untold {
            from: id,
            user: member.user.clone(),
            state,
        };
        self.untold.insert(member.peer, untold);
    }

    /// A person is called something else. Where they are is told again, with the name.
    pub(super) fn rename(&mut self, person: &Person) {
        for (id, member) in &mut self.by_id {
            if member.user.id != person.id || member.user.name == person.name {
                continue;
            }
            member.user.name.clone_from(&person.name);
            if let Some(state) = member.presence {
                let untold = Untold {
                    from: *id,
                    user: person.clone(),
                    state: Some(state),
                };
                self.untold.insert(member.peer, untold);
            }
        }
    }

    /// What a person who is here is called.
    pub(super) fn name_of(&self, user: UserId) -> Option<&str> {
        let mut members = self.by_id.values();
        members
            .find(|member| member.user.id == user)
            .map(|member| member.user.name.as_str())
    }

    /// One frame for everybody, with any channel.
    pub(super) fn tell_all<Ask>(&self, frame: ServerFrame, effects: &mut VecDeque<Effect<Ask>>) {
        if !self.is_empty() {
            let frames = vec![Delivered { frame, except: None }];
            effects.push_back(Effect::Deliver { to: self.ids(), frames });
        }
    }

    /// When presence is due to be told, if any waits.
    pub(super) fn deadline(&self) -> Option<UnixMs> {
        if self.untold.is_empty() {
            return None;
        }
        Some(self.told_at.map_or(UnixMs(0), |at| UnixMs(at.0 + PRESENCE_INTERVAL_MS)))
    }

    /// Tells all presence that waits, if it is due. A clock that was set back makes it due.
    pub(super) fn tell_presence<Ask>(&mut self, now: UnixMs, effects: &mut VecDeque<Effect<Ask>>) {
        let clock_set_back = self.told_at.is_some_and(|at| now < at);
        if self.deadline().is_none_or(|due| now < due && !clock_set_back) {
            return;
        }
        self.told_at = Some(now);
        let frames: Vec<_> = std::mem::take(&mut self.untold)
            .into_iter()
            .map(|(peer, untold)| presence_frame(peer, untold.user, untold.state, Some(untold.from)))
            .collect();
        if !self.by_id.is_empty() {
            effects.push_back(Effect::Deliver { to: self.ids(), frames });
        }
    }
}

/// A channel's last frame.
pub(super) fn closed<Ask>(to: MemberId, code: Option<ErrorCode>) -> Effect<Ask> {
    let retryable = code.is_some_and(ErrorCode::is_retryable);
    Effect::Send {
        to,
        frame: ServerFrame::Closed {
            channel: to.channel,
            code,
            retryable,
        },
    }
}

/// A frame for many, before the channel is filled in.
pub(super) const fn any_channel() -> Channel {
    ANY
}

fn presence_frame(peer: PeerId, user: Person, state: Option<PresenceState>, except: Option<MemberId>) -> Delivered {
    Delivered {
        frame: ServerFrame::Presence {
            channel: ANY,
            peer,
            user,
            state,
        },
        except,
    }
}
