//! Closes sockets when the login session or token that let them in expires: one task with the earliest expiry before it, and no timer a socket.

use super::{Hub, now};
use shared::id::UnixMs;
use std::time::Duration;

/// Longest sleep. The clock on the wall may be set, and goes on while the machine sleeps: that is noticed within this time. What such a socket writes
/// is refused at once: that is checked where it is stored.
const SLEEP_MAX: Duration = Duration::from_secs(60);

/// Pause after storage could not say whether a credential was used meanwhile.
const READ_AGAIN: Duration = Duration::from_secs(1);

/// Runs until the server stops.
pub(super) async fn watch(hub: Hub) {
    loop {
        let next = hub.connections().next_expiry();
        let pause = next.map_or(SLEEP_MAX, |at| {
            Duration::from_millis(at.0.saturating_sub(now().0)).min(SLEEP_MAX)
        });
        tokio::select! {
            () = hub.0.stopping.cancelled() => return,
            () = hub.0.expiry_moved.notified() => {}
            // Until the first expires; a bound, since the clock may be set meanwhile.
            () = tokio::time::sleep(pause) => close_expired(&hub, now()).await,
        }
    }
}

async fn close_expired(hub: &Hub, now: UnixMs) {
    loop {
        // Let go of before the question to storage.
        let due = hub.connections().take_expired(now);
        let Some(credential) = due else { return };
        // Use moves the expiry of a login session.
        match hub.reader().expiry(credential).await {
            Ok(Some(Some(at))) if at > now => hub.connections().expires(at, credential),
            Ok(Some(None)) => {}
            Ok(_) => hub.end_credential(credential),
            Err(error) => {
                tracing::error!(%error, "connection.expiry_unreadable");
                hub.connections().expires(now, credential);
                // It stays due, so that without a pause the next question would follow at once, for as long as storage cannot answer. A stop waits
                // for it: one second, and only then.
                tokio::time::sleep(READ_AGAIN).await;
                return;
            }
        }
    }
}
