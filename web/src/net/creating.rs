//! Telling the server of documents that were made without it.

use super::shell::Shell;
use super::timer::now_ms;
use crate::api::{self, ApiError};
use leptos::prelude::Set as _;
use leptos::task::spawn_local;
use shared::api::DocumentCreate;
use shared::error::ErrorCode;
use shared::id::DocumentId;
use shared::session::{Creation, Place};
use shared::wire::Change;

/// Why the server will not make a document, also when it is asked again; none when it may.
fn refusal(error: &ApiError) -> Option<ErrorCode> {
    match error.code()? {
        // Whoever signs in again goes on.
        ErrorCode::NotSignedIn | ErrorCode::SignedOut => None,
        code => (!code.is_retryable()).then_some(code),
    }
}

impl Shell {
    pub(super) fn tell_creations(&self) {
        let creations = self.read_session(|session| session.creations().cloned().collect());
        self.store.creations.set(creations);
    }

    /// Asks the server for the next document that the session wants made.
    pub(super) fn create(&self) {
        let next = self.session.borrow_mut().poll_creation(now_ms());
        let (Some(Creation { id, room, title }), Some(this)) = (next, self.this().upgrade()) else {
            return;
        };
        let user = self.user.get();
        spawn_local(async move {
            let wish = DocumentCreate {
                title,
                content: None,
                id: Some(id),
            };
            let answer = api::create_document(room, &wish).await;
            if this.user.get() != user {
                // It was another session that wanted this.
                return;
            }
            match answer.as_ref().map_err(refusal) {
                Ok(_) => this.with_session(|session, now_ms| session.handle_created(now_ms, id)),
                Err(None) => {
                    this.with_session(|session, now_ms| session.handle_creation_delayed(now_ms, id));
                    return;
                }
                Err(Some(code)) => this.give_creation_up(id, code).await,
            }
            (this.hears)(Place::Room(room), &Change::Documents);
        });
    }

    /// What was written in a document that is not made is kept aside, also when nobody has opened it since.
    async fn give_creation_up(&self, id: DocumentId, code: ErrorCode) {
        if self.read_session(|session| session.document(id).is_none()) {
            self.open_left(id).await;
        }
        self.with_session(|session, now_ms| session.handle_creation_refused(now_ms, id, code));
        self.close_if_done(id);
    }
}
