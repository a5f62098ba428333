//! What a link is told, by asking.

use super::link::Inner;
use bytes::Bytes;
use gloo_net::http::Method;
use shared::bundle;
use shared::session::Disconnect;
use std::rc::Rc;

/// How long the server may wait for something to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// It answers at once.
    None,
    /// As long as it likes.
    Long,
}

/// Asks once, for what came after what was told before.
pub(super) async fn once(inner: &Rc<Inner>, patience: Patience) {
    let after = inner.told();
    inner.acknowledged();
    let wait = match patience {
        Patience::None => "&wait=0",
        Patience::Long => "",
    };
    let Some(response) = inner
        .request(Method::GET, &format!("poll?after={after}{wait}"), None)
        .await
    else {
        return;
    };
    // A body that broke off is asked for again.
    let Ok(body) = response.binary().await else { return };
    let Ok(frames) = bundle::read(&Bytes::from(body)) else {
        return inner.end(Disconnect::Lost);
    };
    for (number, frame) in (after + 1..).zip(frames) {
        inner.handle_told(number, frame.to_vec());
    }
}
