//! A client without a socket: frames over plain HTTP requests, as a tab behind a proxy that lets no WebSocket through.

use super::{Answer, Browser};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use reqwest::{Method, RequestBuilder, Response};
use shared::wire::{ClientFrame, Codec, ServerFrame};
use std::collections::VecDeque;
use std::time::Duration;

/// A test fails rather than hang.
const PATIENCE: Duration = Duration::from_secs(20);

/// One link, and how far it has come.
pub struct LinkClient {
    pub browser: Browser,
    pub codec: Codec,
    /// In the path of every request.
    pub secret: String,
    /// The number of the next frame to be posted.
    pub first: u64,
    /// The number of the last frame that was told.
    pub after: u64,
    told: VecDeque<ServerFrame>,
}

impl LinkClient {
    /// Asks for a link; the answer as it came.
    pub async fn ask(browser: &Browser, codec: Codec) -> Answer {
        let path = format!("/link?codec={}", codec.subprotocol());
        Answer::to(of_a_page(browser.request(Method::POST, &path), browser)).await
    }

    /// Opens a link.
    pub async fn open(browser: &Browser, codec: Codec) -> Self {
        let opened = Self::ask(browser, codec).await.expect(201);
        Self {
            browser: browser.clone(),
            codec,
            secret: opened["link"].as_str().unwrap().to_owned(),
            first: 1,
            after: 0,
            told: VecDeque::new(),
        }
    }

    /// A request about this link, of a page of the server's own.
    pub fn request(&self, method: Method, rest: &str) -> RequestBuilder {
        let path = format!("/link/{}{rest}", self.secret);
        of_a_page(self.browser.request(method, &path), &self.browser)
    }

    /// A body of these frames.
    pub fn body(&self, frames: &[ClientFrame]) -> Bytes {
        let frames: Vec<_> = frames.iter().map(|frame| self.codec.encode(frame)).collect();
        match self.codec {
            Codec::Binary => shared::bundle::write(frames),
            Codec::Json => frames.join(&b'\n').into(),
        }
    }

    /// Posts a body as the frames from `first` on.
    pub async fn post(&self, first: u64, body: Bytes) -> Answer {
        let rest = format!("/frames?first={first}&ack={}", self.after);
        Answer::to(self.request(Method::POST, &rest).body(body)).await
    }

    /// Says these frames.
    pub async fn send(&mut self, frames: &[ClientFrame]) {
        self.post(self.first, self.body(frames)).await.expect(204);
        self.first += u64::try_from(frames.len()).unwrap();
    }

    /// What one poll for what follows `after` is answered.
    pub async fn poll(&self, after: u64) -> Answer {
        Answer::to(self.request(Method::GET, &format!("/poll?after={after}"))).await
    }

    /// The frames that one poll tells.
    pub async fn poll_frames(&self, after: u64) -> Vec<ServerFrame> {
        self.frames_of(&format!("/poll?after={after}")).await
    }

    /// The frames that are there already, from a poll that waits for none.
    pub async fn frames_there(&self, after: u64) -> Vec<ServerFrame> {
        let rest = format!("/poll?after={after}&wait=0");
        let in_time = tokio::time::timeout(PATIENCE, self.frames_of(&rest)).await;
        in_time.expect("it is answered before a poll that waits would be")
    }

    async fn frames_of(&self, rest: &str) -> Vec<ServerFrame> {
        let response = self.request(Method::GET, rest).send().await;
        let response = response.unwrap();
        assert_eq!(response.status(), 200);
        let body = response.bytes().await.unwrap();
        let frames = match self.codec {
            Codec::Binary => shared::bundle::read(&body).unwrap(),
            Codec::Json => body
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
                .map(Bytes::copy_from_slice)
                .collect(),
        };
        let decoded = frames.iter().map(|frame| self.codec.decode(frame).unwrap());
        decoded.collect()
    }

    /// The next frame, by polling.
    pub async fn next(&mut self) -> ServerFrame {
        let waiting = async {
            while self.told.is_empty() {
                let frames = self.poll_frames(self.after).await;
                self.after += u64::try_from(frames.len()).unwrap();
                self.told.extend(frames);
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, waiting).await;
        in_time.expect("the server says something");
        self.told.pop_front().unwrap()
    }

    /// The next frame that `wanted` makes something of; others are dropped.
    pub async fn until<T>(&mut self, wanted: impl Fn(&ServerFrame) -> Option<T>) -> T {
        loop {
            if let Some(found) = wanted(&self.next().await) {
                return found;
            }
        }
    }

    /// Polls to the end: its close code.
    pub async fn closed(&mut self) -> u64 {
        loop {
            let answer = self.poll(self.after).await;
            if answer.status == 410 {
                return answer.body["close"].as_u64().unwrap();
            }
            assert_eq!(answer.status, 200, "{}", answer.body);
            let frames = self.poll_frames(self.after).await;
            self.after += u64::try_from(frames.len()).unwrap();
        }
    }

    /// Listens to events.
    pub async fn events(&self, after: u64) -> Events {
        let request = self.request(Method::GET, &format!("/events?after={after}"));
        let response = request.send().await.unwrap();
        assert_eq!(response.status(), 200);
        Events {
            response,
            codec: self.codec,
            text: String::new(),
        }
    }
}

/// What a browser sends along with every request of a page.
fn of_a_page(request: RequestBuilder, browser: &Browser) -> RequestBuilder {
    request.header("origin", &browser.url)
}

/// A stream of server-sent events.
pub struct Events {
    pub response: Response,
    codec: Codec,
    text: String,
}

/// One event.
#[derive(Debug, PartialEq)]
pub enum Event {
    /// A frame and its number.
    Frame(u64, ServerFrame),
    /// The close code.
    Close(u16),
    /// The stream broke off, or another one took its place.
    Broken,
}

impl Events {
    /// The next event.
    pub async fn next(&mut self) -> Event {
        loop {
            if let Some((event, rest)) = self.text.split_once("\n\n") {
                let event = event.to_owned();
                self.text = rest.to_owned();
                match self.read(&event) {
                    Some(event) => return event,
                    None => continue,
                }
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
            match chunk.expect("the server says something") {
                Ok(Some(chunk)) => self.text.push_str(std::str::from_utf8(&chunk).unwrap()),
                Ok(None) | Err(_) => return Event::Broken,
            }
        }
    }

    fn read(&self, event: &str) -> Option<Event> {
        let field = |name: &str| {
            event
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
        };
        let data = field("data")?;
        if field("event") == Some("close") {
            return Some(Event::Close(data.split(' ').next()?.parse().unwrap()));
        }
        let frame = match self.codec {
            Codec::Binary => self.codec.decode(&BASE64.decode(data).unwrap()),
            Codec::Json => self.codec.decode(data.as_bytes()),
        };
        Some(Event::Frame(field("id")?.parse().unwrap(), frame.unwrap()))
    }
}
