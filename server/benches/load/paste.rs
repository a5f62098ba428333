//! What ten megabytes pasted into one document cost somebody who types into another one.

use crate::client::{self, CHANNEL, Socket, Typist, message, open, receive};
use crate::measure;
use crate::server_process::{Account, ServerProcess};
use anyhow::{Context as _, Result, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use shared::id::{ClientId, ClientSeq};
use shared::replica::{Replica, Splice};
use shared::wire::{ClientFrame, ServerFrame};
use std::time::{Duration, Instant};
use tokio_tungstenite::tungstenite::Message;

/// How much is pasted.
const PASTE_BYTES: usize = 10 << 20;

/// Characters in one edit: as much as a tab puts into one.
const PIECE: usize = shared::limits::INSERT_UNITS_MAX;

/// Pieces that wait for the server.
const AHEAD: u64 = 8;

/// Pastes, each into a document of its own.
const ROUNDS: u32 = 5;

/// How long one types before the first paste, to compare with.
const QUIET: Duration = Duration::from_secs(8);

/// How long one goes on after each paste: what is worked out of it is stored meanwhile.
const AFTER: Duration = Duration::from_secs(3);

/// Between an acknowledgement and the next edit.
const PAUSE: Duration = Duration::from_millis(5);

pub(crate) async fn beside_typing() -> Result<()> {
    let data = tempfile::tempdir()?;
    let server = ServerProcess::start(data.path())?;
    let account = Account::create(&server).await?;
    let mut socket = client::connect(&server.socket_url(), Some(&account.token)).await?;
    open(&mut socket, &account, ClientId(1), None).await?;
    let mut typist = Typist::new(ClientId(1));
    let mut quiet = Vec::new();
    let began = Instant::now();
    while began.elapsed() < QUIET {
        quiet.push(type_one(&mut socket, &mut typist).await?);
    }
    let (mut during, mut after, mut took) = (Vec::new(), Vec::new(), Duration::ZERO);
    for _ in 0..ROUNDS {
        let target = account.with_another_document(&server).await?;
        let mut receiver = client::connect(&server.socket_url(), Some(&target.token)).await?;
        open(&mut receiver, &target, ClientId(3), None).await?;
        let mut paster = client::connect(&server.socket_url(), Some(&target.token)).await?;
        open(&mut paster, &target, ClientId(2), None).await?;
        let pieces = pieces(ClientId(2))?;
        let receiving = tokio::spawn(async move { while let Some(Ok(_)) = receiver.next().await {} });
        let pasting = tokio::spawn(paste(paster, pieces));
        while !pasting.is_finished() {
            during.push(type_one(&mut socket, &mut typist).await?);
        }
        took += pasting.await??;
        let ended = Instant::now();
        while ended.elapsed() < AFTER {
            after.push(type_one(&mut socket, &mut typist).await?);
        }
        receiving.abort();
    }
    println!(
        "\npaste of {:.1} MB into one document, {ROUNDS} times, {:.2} s each, beside somebody who types into another",
        PASTE_BYTES as f64 / 1e6,
        took.as_secs_f64() / f64::from(ROUNDS)
    );
    let [_, _, quiet_p99] = measure::percentiles(&mut quiet.clone());
    for (when, times) in [("before", &mut quiet), ("during", &mut during), ("after", &mut after)] {
        let [p50, p95, p99] = measure::percentiles(times);
        let longest = times.last().map_or(0.0, |time| time.as_secs_f64() * 1e3);
        println!(
            "{when:>7}: {:>5} edits, from sent to Saved p50 {p50:.1} ms, p95 {p95:.1} ms, p99 {p99:.1} ms ({:.1} x), longest {longest:.1} ms",
            times.len(),
            p99 / quiet_p99,
        );
    }
    server.stop()
}

/// How long one edit takes until it is saved, after a pause as between two keys: what is measured is an edit, and not how many fit.
pub(crate) async fn type_one(socket: &mut Socket, typist: &mut Typist) -> Result<Duration> {
    tokio::time::sleep(PAUSE).await;
    let (clock, frame) = typist.edit()?;
    let began = Instant::now();
    socket.send(Message::Binary(frame)).await?;
    loop {
        match receive(socket).await? {
            ServerFrame::Saved { client_seq, .. } if client_seq.0 == u64::from(clock) + 1 => {
                return Ok(began.elapsed());
            }
            ServerFrame::Refused { code, .. } => anyhow::bail!("refused: {code}"),
            _ => {}
        }
    }
}

/// The edits of one paste, worked out beforehand: the client's processor time is not what is measured.
fn pieces(client_id: ClientId) -> Result<Vec<Message>> {
    let mut replica = Replica::new(client_id);
    let mut pieces = Vec::new();
    for (number, client_seq) in (0..u32::try_from(PASTE_BYTES / PIECE)?).zip(1..) {
        let at = number * u32::try_from(PIECE)?;
        let splice = Splice {
            from: at,
            to: at,
            insert: words(number),
        };
        for update in replica.edit(&[splice], 0, None)? {
            pieces.push(message(&ClientFrame::Edit {
                channel: CHANNEL,
                client_seq: ClientSeq(client_seq),
                update: update.into(),
            }));
        }
    }
    ensure!(pieces.len() == PASTE_BYTES / PIECE, "one edit a piece");
    Ok(pieces)
}

/// Sends the pieces as fast as they are stored; answers how long that took.
async fn paste(mut socket: Socket, pieces: Vec<Message>) -> Result<Duration> {
    let began = Instant::now();
    let last = u64::try_from(pieces.len())?;
    let (mut sent, mut saved) = (0, 0);
    let mut pieces = pieces.into_iter();
    while saved < last {
        while sent < last && sent < saved + AHEAD {
            socket.send(pieces.next().context("as many as there are")?).await?;
            sent += 1;
        }
        match receive(&mut socket).await? {
            ServerFrame::Saved { client_seq, .. } => saved = client_seq.0,
            ServerFrame::Refused { code, .. } => anyhow::bail!("refused: {code}"),
            _ => {}
        }
    }
    Ok(began.elapsed())
}

/// Text of one piece, unlike that of any other. Numbers from a linear congruential generator (Numerical Recipes) stand for words.
fn words(mut state: u32) -> String {
    let mut text = String::with_capacity(PIECE + 16);
    while text.len() < PIECE {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push_str(&(state >> 8).to_string());
        text.push(if state >> 28 == 0 { '\n' } else { ' ' });
    }
    text.truncate(PIECE);
    text
}
