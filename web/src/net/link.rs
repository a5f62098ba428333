//! Frames over plain HTTP: what is said goes out in numbered posts, what is told comes in by [`super::listen`].

use super::carriers::Carrier;
use super::events::EventStream;
use super::listen;
use super::shell::Shell;
use super::timer::sleep;
use crate::crash;
use crate::json;
use bytes::Bytes;
use gloo_net::http::{Method, RequestBuilder, Response};
use js_sys::Uint8Array;
use leptos::prelude::window;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use shared::api::Failure;
use shared::bundle;
use shared::error::ErrorCode;
use shared::session::{Disconnect, Rung};
use shared::wire::{Codec, UNDERSTOOD};
use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::{Rc, Weak};
use wasm_bindgen_futures::spawn_local;
use web_sys::AbortController;

/// Frames and bytes in one post. A frame that is larger goes alone.
const POST_FRAMES_MAX: usize = 256;
const POST_BYTES_MAX: usize = 256 * 1024;

/// What was told and not acknowledged by the way is acknowledged by a post of its own, bytes. The server keeps four times as much.
const UNACKNOWLEDGED_BYTES_MAX: usize = 256 * 1024;

/// The same in frames.
const UNACKNOWLEDGED_FRAMES_MAX: u32 = 256;

/// Pauses before a request that broke is made again, milliseconds. The session gives up before there are many.
const RETRY_MS_MIN: i32 = 250;
const RETRY_MS_MAX: i32 = 4_000;

/// One link, open or opening.
pub(super) struct Link(Rc<Inner>);

/// What the requests of a link share.
pub(super) struct Inner {
    shell: Weak<Shell>,
    rung: Rung,
    secret: RefCell<Option<String>>,
    /// Said, and not known to have been taken.
    said: RefCell<VecDeque<Bytes>>,
    /// The number of the first of them.
    first: Cell<u64>,
    posting: Cell<bool>,
    /// The number of the last frame that was told.
    told: Cell<u64>,
    unacknowledged_bytes: Cell<usize>,
    unacknowledged_frames: Cell<u32>,
    events: RefCell<Option<EventStream>>,
    ended: Cell<bool>,
    abort: Option<AbortController>,
}

#[derive(Deserialize)]
struct Opened {
    link: String,
}

#[derive(Deserialize)]
struct Over {
    close: u16,
}

impl Link {
    /// Begins to open a link on this rung.
    pub(super) fn open(shell: &Weak<Shell>, rung: Rung) -> Self {
        let inner = Rc::new(Inner {
            shell: shell.clone(),
            rung,
            secret: RefCell::default(),
            said: RefCell::default(),
            first: Cell::new(1),
            posting: Cell::new(false),
            told: Cell::new(0),
            unacknowledged_bytes: Cell::new(0),
            unacknowledged_frames: Cell::new(0),
            events: RefCell::default(),
            ended: Cell::new(false),
            // Without one, requests of a link that was dropped end by themselves a little later.
            abort: AbortController::new().ok(),
        });
        spawn_local(open(inner.clone()));
        Self(inner)
    }
}

impl Carrier for Link {
    fn send(&self, frame: &[u8]) {
        self.0.said.borrow_mut().push_back(Bytes::copy_from_slice(frame));
        self.0.post();
    }

    fn leave(&self) {
        if let Some(secret) = &*self.0.secret.borrow() {
            // Where it is not allowed, the server finds out in half a minute.
            drop(window().navigator().send_beacon(&format!("/link/{secret}/close")));
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if !self.0.ended.replace(true) {
            self.leave();
        }
        drop(self.0.events.take());
        if let Some(abort) = &self.0.abort {
            abort.abort();
        }
    }
}

async fn read<T: DeserializeOwned>(response: Response) -> Option<T> {
    json::read(&response.text().await.ok()?)
}

async fn open(inner: Rc<Inner>) {
    let path = format!("/link?codec={}&{UNDERSTOOD}", Codec::Binary.subprotocol());
    let opened = match inner.attempt(Method::POST, &path, None).await {
        Ok(Some(response)) => read::<Opened>(response).await,
        // Another rung, or the next attempt, does as well as a repetition.
        Ok(None) => None,
        Err(reason) => return inner.end(reason),
    };
    let Some(Opened { link }) = opened else {
        return inner.end(Disconnect::Lost);
    };
    inner.secret.replace(Some(link));
    if inner.has_ended() {
        // Dropped while the server made it.
        return Link(inner).leave();
    }
    spawn_local(listen::run(inner.clone()));
    inner.post();
}

impl Inner {
    /// The path of a request about this link.
    pub(super) fn path(&self, rest: &str) -> String {
        let secret = self.secret.borrow();
        format!("/link/{}/{rest}", secret.as_deref().unwrap_or_default())
    }

    /// Which way it is.
    pub(super) const fn rung(&self) -> Rung {
        self.rung
    }

    /// The stream that tells, from now on; none when it is asked instead. Of a link that was dropped meanwhile there is none.
    pub(super) fn listen_to(&self, events: Option<EventStream>) {
        let events = events.filter(|_| !self.has_ended());
        drop(self.events.replace(events));
    }

    /// The number of the last frame that was told.
    pub(super) const fn told(&self) -> u64 {
        self.told.get()
    }

    /// Whether nothing more is to be done.
    pub(super) fn has_ended(&self) -> bool {
        self.ended.get() || crash::has_crashed()
    }

    /// A frame was told. One that was told before is passed over.
    pub(super) fn handle_told(self: &Rc<Self>, number: u64, frame: Vec<u8>) {
        if self.has_ended() || number <= self.told.get() {
            return;
        }
        if number != self.told.get() + 1 {
            return self.end(Disconnect::Lost);
        }
        self.told.set(number);
        self.unacknowledged_bytes
            .set(self.unacknowledged_bytes.get() + frame.len());
        self.unacknowledged_frames.set(self.unacknowledged_frames.get() + 1);
        if let Some(shell) = self.shell.upgrade() {
            shell.handle_carrier_frame(self.rung, frame);
        }
        self.post();
    }

    /// What was told is acknowledged by a request that asks for more.
    pub(super) fn acknowledged(&self) {
        self.unacknowledged_bytes.set(0);
        self.unacknowledged_frames.set(0);
    }

    /// The link is over.
    pub(super) fn end(&self, reason: Disconnect) {
        if !self.has_ended() {
            self.ended.set(true);
            if let Some(shell) = self.shell.upgrade() {
                shell.handle_carrier_gone(self.rung, reason);
            }
        }
    }

    /// Makes a request until it is answered; none when the link has ended meanwhile.
    pub(super) async fn request(&self, method: Method, rest: &str, body: Option<&Bytes>) -> Option<Response> {
        let mut pause_ms = RETRY_MS_MIN;
        loop {
            let answer = self.attempt(method.clone(), &self.path(rest), body).await;
            if self.has_ended() {
                return None;
            }
            match answer {
                Ok(Some(response)) => return Some(response),
                Ok(None) => {}
                Err(reason) => {
                    self.end(reason);
                    return None;
                }
            }
            sleep(pause_ms).await;
            if self.has_ended() {
                return None;
            }
            pause_ms = (pause_ms * 2).min(RETRY_MS_MAX);
        }
    }

    /// Makes a request once; none when it may be made again.
    async fn attempt(&self, method: Method, path: &str, body: Option<&Bytes>) -> Result<Option<Response>, Disconnect> {
        let signal = self.abort.as_ref().map(AbortController::signal);
        let builder = RequestBuilder::new(path).method(method).abort_signal(signal.as_ref());
        let request = match body {
            Some(body) => builder
                .header("content-type", "application/octet-stream")
                .body(Uint8Array::from(&body[..])),
            None => builder.build(),
        };
        let Ok(request) = request else {
            return Err(Disconnect::Lost);
        };
        let Ok(response) = request.send().await else {
            return Ok(None);
        };
        match response.status() {
            200..300 => Ok(Some(response)),
            410 => {
                let over = read::<Over>(response).await;
                Err(over.map_or(Disconnect::Lost, |over| Disconnect::Code(over.close)))
            }
            // Only in the server's own words: something on the way may say so too.
            401 => {
                let failure = read::<Failure>(response).await;
                let signed_out = failure.is_some_and(|failure| failure.error.code == ErrorCode::NotSignedIn);
                Err(if signed_out {
                    Disconnect::Code(4401)
                } else {
                    Disconnect::Lost
                })
            }
            500.. => Ok(None),
            _ => Err(Disconnect::Lost),
        }
    }

    /// Posts what is to be said or acknowledged, unless a post is under way, which goes on with it.
    fn post(self: &Rc<Self>) {
        if self.has_something_to_post()
            && self.secret.borrow().is_some()
            && !self.has_ended()
            && !self.posting.replace(true)
        {
            spawn_local(post_all(self.clone()));
        }
    }

    fn has_something_to_post(&self) -> bool {
        !self.said.borrow().is_empty()
            || self.unacknowledged_bytes.get() > UNACKNOWLEDGED_BYTES_MAX
            || self.unacknowledged_frames.get() > UNACKNOWLEDGED_FRAMES_MAX
    }

    /// As many frames as one post takes.
    fn next_frames(&self) -> Vec<Bytes> {
        let mut bytes = 0;
        let said = self.said.borrow();
        let fitting = said
            .iter()
            .take(POST_FRAMES_MAX)
            .enumerate()
            .take_while(|(place, frame)| {
                bytes += frame.len();
                *place == 0 || bytes <= POST_BYTES_MAX
            });
        fitting.map(|(_, frame)| frame.clone()).collect()
    }
}

/// One post after the other: while one is under way, what is said gathers for the next.
async fn post_all(inner: Rc<Inner>) {
    while inner.has_something_to_post() && !inner.has_ended() {
        let frames = inner.next_frames();
        let (first, ack) = (inner.first.get(), inner.told());
        inner.acknowledged();
        let rest = format!("frames?first={first}&ack={ack}");
        let posted = inner.request(Method::POST, &rest, Some(&bundle::write(&frames))).await;
        if posted.is_none() {
            break;
        }
        inner.said.borrow_mut().drain(..frames.len());
        inner.first.set(first + frames.len() as u64);
    }
    inner.posting.set(false);
}
