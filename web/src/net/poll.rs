//! What a link is told, by asking: each request is answered as soon as there is something.

use super::link::Inner;
use bytes::Bytes;
use gloo_net::http::Method;
use shared::bundle;
use shared::session::Disconnect;
use std::rc::Rc;

/// Asks again and again until the link ends.
pub(super) async fn run(inner: Rc<Inner>) {
    while !inner.has_ended() {
        let after = inner.told();
        inner.acknowledged();
        let Some(response) = inner.request(Method::GET, &format!("poll?after={after}"), None).await else {
            return;
        };
        // A body that broke off is asked for again.
        let Ok(body) = response.binary().await else { continue };
        let Ok(frames) = bundle::read(&Bytes::from(body)) else {
            return inner.end(Disconnect::Lost);
        };
        for (number, frame) in (after + 1..).zip(frames) {
            inner.handle_told(number, frame.to_vec());
        }
    }
}
