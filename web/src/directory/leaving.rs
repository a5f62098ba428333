//! Signing out while the server does not answer: nothing of the person stays in this browser, and the server hears of it as soon as it answers.

use super::{Directory, start_anew};
use crate::api::{self, Answer};
use crate::store::Account;
use leptos::prelude::*;
use shared::error::ErrorCode;
use std::time::Duration;

/// Set from the moment somebody signs out until the server has ended their login session, whose cookie no script can remove.
const LEAVING_KEY: &str = "inkling.leaving";

/// The server is told again after this long.
const AGAIN: Duration = Duration::from_secs(5);

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}

/// Whether the server does not know yet that this browser has signed out.
pub(super) fn is_leaving() -> bool {
    // Where nothing can be read, nothing was written either.
    storage().is_some_and(|storage| matches!(storage.get_item(LEAVING_KEY), Ok(Some(_))))
}

/// This browser signs out without the server. False where it could not remember that: then the cookie would sign the person in again.
pub(super) fn begin_leaving() -> bool {
    storage().is_some_and(|storage| storage.set_item(LEAVING_KEY, "1").is_ok())
}

impl Directory {
    /// Tells the server, if it does not know yet. Nobody else signs in before that.
    pub async fn finish_leaving(self) -> Answer<()> {
        if !is_leaving() {
            return Ok(());
        }
        match api::logout().await {
            Err(error) if !matches!(error.code(), Some(ErrorCode::NotSignedIn | ErrorCode::SignedOut)) => Err(error),
            _ => {
                if let Some(storage) = storage() {
                    // Removing fails for nothing that can be read.
                    drop(storage.remove_item(LEAVING_KEY));
                }
                self.leaving.set(false);
                Ok(())
            }
        }
    }

    /// Asks again who is signed in, which tells the server first.
    pub(super) fn leave_again(self) {
        set_timeout(move || self.refresh_account(), AGAIN);
    }

    /// Another tab has signed this browser out: this one shows nothing of the person any more.
    pub(super) fn leave_with_others(self) {
        let heard = window_event_listener_untyped("storage", move |_| {
            let signed_in = |account: &Account| matches!(account, Account::SignedIn(_));
            if is_leaving() && self.store.account.with_untracked(signed_in) {
                start_anew(Some("/sign-in"));
            }
        });
        // For as long as the tab lives.
        std::mem::forget(heard);
    }
}
