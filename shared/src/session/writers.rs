//! As whom a document's edits are brought to the server: replicas of tabs that are gone first, the tab's own last.

use super::keeper::Store;
use super::outbox::Outbox;
use crate::id::{ClientId, ClientSeq};
use bytes::Bytes;
use std::collections::VecDeque;

/// Edits of tabs that are gone are sent under the names and numbers that they had, so that what the server has of them already is told
/// from what it has not. One replica at a time has the channel. Own edits come last: they may build on the others'.
#[derive(Debug, Default)]
pub(super) struct Writers {
    gone: VecDeque<Gone>,
    /// Of the tab itself.
    pub(super) own: Outbox,
}

/// The replica of a tab that is gone, with edits that the server may not have. Nothing is added to them.
#[derive(Debug)]
pub(super) struct Gone {
    pub(super) client_id: ClientId,
    pub(super) outbox: Outbox,
}

impl Writers {
    pub(super) fn add_gone(&mut self, client_id: ClientId, outbox: Outbox) {
        self.gone.push_back(Gone { client_id, outbox });
    }

    /// The one that has the channel, when it is not the tab's own.
    pub(super) fn gone_in_front(&self) -> Option<ClientId> {
        self.gone.front().map(|gone| gone.client_id)
    }

    /// What is sent on the channel.
    pub(super) fn front(&self) -> &Outbox {
        self.gone.front().map_or(&self.own, |gone| &gone.outbox)
    }

    pub(super) fn front_mut(&mut self) -> &mut Outbox {
        self.gone.front_mut().map_or(&mut self.own, |gone| &mut gone.outbox)
    }

    /// The replica in front, once the server has all of it: the channel is for the next one then.
    pub(super) fn take_done(&mut self) -> Option<ClientId> {
        let done = self.gone.pop_front_if(|gone| gone.outbox.is_empty())?;
        Some(done.client_id)
    }

    /// How many edits the server does not have.
    pub(super) fn len(&self) -> usize {
        self.own.len() + self.gone.iter().map(|gone| gone.outbox.len()).sum::<usize>()
    }

    /// How many of them the tab's store has.
    pub(super) fn durable(&self) -> usize {
        self.own.durable() + self.gone.iter().map(|gone| gone.outbox.len()).sum::<usize>()
    }

    /// All of them, in the order in which they are sent.
    pub(super) fn pending(&self, own: ClientId) -> Vec<(ClientId, ClientSeq, Bytes)> {
        let gone = self.gone.iter().map(|gone| (gone.client_id, &gone.outbox));
        gone.chain(std::iter::once((own, &self.own)))
            .flat_map(|(client_id, outbox)| {
                let pending = outbox.pending();
                pending.map(move |(client_seq, update)| (client_id, client_seq, update.clone()))
            })
            .collect()
    }

    /// The names of the replicas that are gone.
    pub(super) fn gone(&self) -> impl Iterator<Item = ClientId> {
        self.gone.iter().map(|gone| gone.client_id)
    }

    /// Nothing waits any more; the tab's own replica is another one.
    pub(super) fn begin_anew(&mut self, store: Store) {
        self.gone.clear();
        self.own = Outbox::new(store);
    }

    /// The tab's store is of no use any more.
    pub(super) fn lose_store(&mut self) {
        self.own.lose_store();
        for gone in &mut self.gone {
            gone.outbox.lose_store();
        }
    }
}
