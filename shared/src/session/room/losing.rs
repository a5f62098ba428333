//! Own messages that the server had, and has no more since it was put back to an older state: they wait for the person, who alone says them again.

use super::{Progress, Room, Unsent};
use crate::error::ErrorCode;
use crate::id::{Epoch, Seq};
use crate::session::event::Event;
use crate::session::plant::Plant;
use crate::session::slot::Out;
use crate::wire::Message;
use litemap::LiteMap;

/// Which messages of the history that began the server was asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Asked {
    /// Those that everybody gets who comes.
    #[default]
    Latest,
    /// All since the oldest that may be lost, as far back as it tells any.
    SinceOldest,
}

impl Room {
    /// Another history begins. What this tab knew of the one before is looked through when the new one is here.
    pub(super) fn leave_history(&mut self) {
        self.asked = Asked::Latest;
        let messages = std::mem::take(&mut self.messages).into_iter();
        if let Some(epoch) = self.epoch {
            self.former.extend(messages.map(|(_, message)| (epoch, message)));
        }
    }

    /// When the messages of the present history are here: finds out which own ones of histories before it the server has lost. Each of those is the
    /// same as this one up to the last message that stands in both. Where none does, too little of the new one is here, and more is asked for, once;
    /// what cannot be told then counts as lost: to say it again does no harm, since the server answers with what it has by that name.
    pub(super) fn look_for_lost(&mut self, out: &mut Out) {
        if self.former.is_empty() || !self.is_level() {
            return;
        }
        let is_same = |message: &Message| {
            let now = self.messages.get(&message.seq);
            now.is_some_and(|now| now.id == message.id)
        };
        // There may be several histories: of two backups that were restored, a tab that comes may have heard of neither.
        let mut common: LiteMap<Epoch, Seq> = LiteMap::new();
        for (epoch, message) in self.former.iter().filter(|(_, message)| is_same(message)) {
            let last = common.get(epoch).copied().unwrap_or_default();
            common.insert(*epoch, last.max(message.seq));
        }
        let is_here = |message: &Message| self.messages.values().any(|now| now.nonce == message.nonce);
        let lost: Vec<_> = self
            .former
            .iter()
            .filter(|(epoch, message)| Some(&message.seq) > common.get(epoch))
            .map(|(_, message)| message)
            .filter(|message| Some(message.author.id) == out.user)
            .filter(|message| !is_here(message) && !self.dealt.contains(&message.nonce))
            .cloned()
            .collect();
        let first = self.messages.first().map_or(self.head_seq.next(), |(seq, _)| *seq);
        if let Some(oldest) = lost.iter().map(|message| message.seq).min()
            && oldest < first
            && self.asked == Asked::Latest
        {
            self.asked = Asked::SinceOldest;
            self.held = Seq(oldest.0.saturating_sub(1));
            return self.slot.reopen(out);
        }
        let former = std::mem::take(&mut self.former);
        self.forget_former(&former, out);
        let waiting = std::mem::take(&mut self.unsent);
        for Message { nonce, body, .. } in lost.into_iter().filter(|_| !Plant::LostMessageLetGo.is_planted()) {
            let is_there = |unsent: &Unsent| unsent.nonce == nonce;
            if !waiting.iter().chain(&self.unsent).any(is_there) {
                let progress = Progress::Failed(ErrorCode::EpochChanged);
                self.unsent.push_back(Unsent { nonce, body, progress });
                self.note_unsent(nonce, out);
            }
        }
        self.unsent.extend(waiting);
        out.event(Event::Messages { room: self.id });
    }
}
