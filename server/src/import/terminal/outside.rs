//! Through a running server: the file as it is, or the folder as an archive that is packed while it is sent.

use super::{Import, Refused, Telling};
use crate::archive::{self, Content, Entry};
use crate::doctor::line::{Line as Way, LineError};
use crate::http::import::Line;
use crate::import::LeftOut;
use crate::import::package::Package;
use bytes::Bytes;
use futures_util::StreamExt as _;
use http_body_util::{BodyExt as _, StreamBody};
use hyper::Method;
use hyper::body::Frame;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use shared::api::{List, Room};
use std::fs::File;
use std::io;
use std::path::Path;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_util::io::ReaderStream;
use url::Url;

/// A piece of what is sent has gone after this long at the latest.
const PIECE_MAX: Duration = Duration::from_mins(5);

const CHUNK_BYTES: usize = 64 << 10;

pub(super) async fn run(import: &Import, url: &Url, token: &str, telling: &mut Telling) -> Result<(), Refused> {
    let way = Way::new(url.clone(), token);
    let way = way.ok_or_else(|| Refused::new(2, "the token has characters that no token has"))?;
    let room = room(&way, &import.room).await?;
    let Sending { name, body, left_out } = sending(&import.path)?;
    for (path, why) in left_out {
        telling.hear(Line::left_out(path, why));
    }
    let name = utf8_percent_encode(&name, NON_ALPHANUMERIC);
    let path = format!("/api/v1/rooms/{room}/import?name={name}&id={}", telling.id);
    let answer = way.send(Method::POST, &path, body).await;
    let answer = answer.map_err(|error| unreachable(&way, &error))?;
    let status = answer.status();
    let mut body = answer.into_body();
    let mut waiting = Vec::new();
    while let Some(frame) = body.frame().await {
        // What comes after a broken connection is told by what did not come.
        let Ok(frame) = frame else { break };
        waiting.extend_from_slice(&frame.into_data().unwrap_or_default());
        if status.is_success() {
            hear(&mut waiting, telling);
        }
    }
    if status.is_success() {
        return Ok(());
    }
    let told: Option<shared::api::Failure> = serde_json::from_slice(&waiting).ok();
    let message = told.map_or_else(|| format!("the answer is {status}"), |told| told.error.message);
    Err(Refused::new(1, message))
}

/// Takes whole lines out of what has come.
fn hear(waiting: &mut Vec<u8>, telling: &mut Telling) {
    while let Some(end) = waiting.iter().position(|byte| *byte == b'\n') {
        let line: Vec<u8> = waiting.drain(..=end).collect();
        // A kind of line that is not known says nothing here.
        if let Ok(line) = serde_json::from_slice::<Line>(&line) {
            telling.hear(line);
        }
    }
}

/// The room of this name or id.
async fn room(way: &Way, wanted: &str) -> Result<String, Refused> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/api/v1/rooms?limit=100{cursor}");
        let page = way.get(Method::GET, &path, Bytes::new()).await;
        let page = page.map_err(|error| unreachable(way, &error))?;
        let page: List<Room> = serde_json::from_slice(&page).map_err(|error| unreachable(way, &error.into()))?;
        let named = page
            .items
            .into_iter()
            .filter(|room| room.id.to_string() == wanted || room.name == wanted);
        found.extend(named.map(|room| room.id.to_string()));
        match page.next {
            Some(next) => cursor = format!("&cursor={}", utf8_percent_encode(&next, NON_ALPHANUMERIC)),
            None => break,
        }
    }
    match &found[..] {
        [room] => Ok(room.clone()),
        [] => Err(Refused::new(
            2,
            format!("there is no room {wanted:?}, or whoever the token is of is no member"),
        )),
        several => Err(Refused::new(
            2,
            format!(
                "several rooms are called {wanted:?}; name one by its id: {}",
                several.join(", ")
            ),
        )),
    }
}

fn unreachable(way: &Way, error: &LineError) -> Refused {
    let advice = match error {
        LineError::Refused(401) => " The token is not taken: make one under Settings, Tokens.",
        _ => "",
    };
    Refused::new(1, format!("{} cannot be asked: {error}.{advice}", way.origin()))
}

type Body = http_body_util::combinators::UnsyncBoxBody<Bytes, io::Error>;

/// What is sent, what it is called, and what is no part of it.
struct Sending {
    name: String,
    body: Body,
    left_out: Vec<(String, LeftOut)>,
}

fn sending(path: &Path) -> Result<Sending, Refused> {
    let shown = path.display();
    let unreadable = |error: &dyn std::fmt::Display| Refused::new(2, format!("{shown}: {error}"));
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("files");
    if !path.is_dir() {
        let file = File::open(path).map_err(|error| unreadable(&error))?;
        let pieces = ReaderStream::with_capacity(tokio::fs::File::from_std(file), CHUNK_BYTES);
        let body = StreamBody::new(pieces.map(|piece| piece.map(Frame::data))).boxed_unsync();
        return Ok(Sending {
            name: name.to_owned(),
            body,
            left_out: Vec::new(),
        });
    }
    let package = Package::folder(path).map_err(|error| unreadable(&error))?;
    let (entries, to_pack) = mpsc::channel::<Entry>(1);
    let (chunks, packed) = mpsc::channel(2);
    archive::stream(to_pack, chunks, PIECE_MAX);
    let (root, files, left_out) = (path.to_owned(), package.files, package.left_out);
    tokio::spawn(async move {
        for file in files {
            let entry = File::open(root.join(&file.path)).map(|opened| (file.path, Content::File(opened)));
            let is_last = entry.is_err();
            if entries.send(entry).await.is_err() || is_last {
                return;
            }
        }
    });
    let pieces = futures_util::stream::unfold(packed, async |mut packed| {
        let piece: archive::Chunk = packed.recv().await?;
        Some((piece.map(Frame::data), packed))
    });
    let body = StreamBody::new(Box::pin(pieces)).boxed_unsync();
    Ok(Sending {
        name: format!("{name}.zip"),
        body,
        left_out,
    })
}
