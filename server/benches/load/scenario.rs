//! The scenarios: steady typing, typing faster until it no longer keeps up, and sockets that only wait.

use crate::client::{self, Socket, Typist, mark, open};
use crate::measure;
use crate::server_process::{Account, ServerProcess};
use anyhow::Result;
use bytes::Bytes;
use futures_util::stream::SplitSink;
use futures_util::{SinkExt as _, StreamExt as _};
use shared::id::ClientId;
use shared::wire::{ClientFrame, Codec, ServerFrame};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

const TYPISTS: u32 = 10;
const EDITS_MAX: usize = 1 << 18;

/// When each edit of each typist was sent, nanoseconds since the start. Shared without a lock: readers outnumber writers by far.
struct Sent {
    start: Instant,
    at: Vec<Box<[AtomicU64]>>,
    measuring: AtomicBool,
}

impl Sent {
    fn new() -> Self {
        let row = || (0..EDITS_MAX).map(|_| AtomicU64::new(0)).collect();
        Self {
            start: Instant::now(),
            at: (0..=TYPISTS).map(|_| row()).collect(),
            measuring: AtomicBool::new(false),
        }
    }

    fn slot(&self, client: u32, clock: u32) -> Option<&AtomicU64> {
        self.at.get(client as usize)?.get(clock as usize)
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_nanos()).unwrap_or(u64::MAX)
    }
}

/// What the readers saw in one stretch of time.
#[derive(Default)]
struct Seen {
    latencies: Vec<Duration>,
    bytes: u64,
}

/// A server or the relay with everybody connected.
struct Crowd {
    process: ServerProcess,
    data: Option<tempfile::TempDir>,
    sent: Arc<Sent>,
    typists: Vec<(Typist, SplitSink<Socket, Message>)>,
    readers: JoinSet<Seen>,
    stop: tokio::sync::watch::Sender<bool>,
}

impl Crowd {
    async fn on_server(connections: u32) -> Result<Self> {
        let data = tempfile::tempdir()?;
        let process = ServerProcess::start(data.path())?;
        let account = Account::create(&process).await?;
        Self::gather(process, Some(data), Some(&account), connections).await
    }

    async fn on_relay(connections: u32) -> Result<Self> {
        Self::gather(ServerProcess::relay()?, None, None, connections).await
    }

    async fn gather(
        process: ServerProcess,
        data: Option<tempfile::TempDir>,
        account: Option<&Account>,
        connections: u32,
    ) -> Result<Self> {
        let sent = Arc::new(Sent::new());
        let (stop, stopped) = tokio::sync::watch::channel(false);
        let (mut typists, mut readers) = (Vec::new(), JoinSet::new());
        for client in 1..=connections {
            let mut socket = if let Some(account) = account {
                client::connect(&process.socket_url(), Some(&account.token)).await?
            } else {
                client::connect(&format!("ws://{}", process.address), None).await?
            };
            if let Some(account) = account {
                open(&mut socket, account, ClientId(client), None).await?;
            }
            let (sink, mut source) = socket.split();
            if client <= TYPISTS {
                typists.push((Typist::new(ClientId(client)), sink));
            } else {
                // Dropping half of a socket would close it.
                std::mem::forget(sink);
            }
            let (sent, mut stopped) = (Arc::clone(&sent), stopped.clone());
            readers.spawn(async move {
                let mut seen = Seen::default();
                loop {
                    let message = tokio::select! {
                        _ = stopped.changed() => return seen,
                        message = source.next() => message,
                    };
                    let Some(Ok(message)) = message else { return seen };
                    let Message::Binary(bytes) = message else { continue };
                    if sent.measuring.load(Ordering::Relaxed) {
                        note(&sent, &bytes, &mut seen);
                    }
                }
            });
        }
        Ok(Self {
            process,
            data,
            sent,
            typists,
            readers,
            stop,
        })
    }

    /// Everybody types at `rate` edits a second for `time`; answers how many edits were made.
    async fn type_for(&mut self, rate: f64, time: Duration) -> Result<u64> {
        let mut typing = JoinSet::new();
        let period = Duration::from_secs_f64(1.0 / rate);
        for (index, (mut typist, mut sink)) in self.typists.drain(..).enumerate() {
            let sent = Arc::clone(&self.sent);
            let offset = period.mul_f64(index as f64 / f64::from(TYPISTS));
            typing.spawn(async move {
                let client = u32::try_from(index + 1)?;
                let mut beat = tokio::time::interval_at(tokio::time::Instant::now() + offset, period);
                let end = Instant::now() + time;
                let mut count = 0_u64;
                while Instant::now() < end {
                    beat.tick().await;
                    let (clock, frame) = typist.edit()?;
                    if let Some(slot) = sent.slot(client, clock) {
                        slot.store(sent.now(), Ordering::Relaxed);
                    }
                    sink.send(Message::Binary(frame)).await?;
                    count += 1;
                }
                anyhow::Ok((typist, sink, count))
            });
        }
        let mut edits = 0;
        while let Some(done) = typing.join_next().await {
            let (typist, sink, count) = done??;
            self.typists.push((typist, sink));
            edits += count;
        }
        Ok(edits)
    }

    /// Ends the readers and gathers what they saw.
    async fn finish(mut self) -> (Seen, ServerProcess, Option<tempfile::TempDir>) {
        self.stop.send_replace(true);
        let mut all = Seen::default();
        while let Some(Ok(seen)) = self.readers.join_next().await {
            all.latencies.extend(seen.latencies);
            all.bytes += seen.bytes;
        }
        (all, self.process, self.data)
    }
}

/// Notes one delivery: the server's `Remote`, or the typist's own frame through the relay.
fn note(sent: &Sent, bytes: &Bytes, seen: &mut Seen) {
    let update = match Codec::Binary.decode(bytes) {
        Ok(ServerFrame::Remote { update, .. }) => update,
        _ => match Codec::Binary.decode(bytes) {
            Ok(ClientFrame::Edit { update, .. }) => update,
            _ => return,
        },
    };
    let Some(slot) = mark(&update.0).and_then(|(client, clock)| sent.slot(client, clock)) else {
        return;
    };
    seen.latencies.push(Duration::from_nanos(
        sent.now().saturating_sub(slot.load(Ordering::Relaxed)),
    ));
    seen.bytes += bytes.len() as u64;
}

/// Ten people type at 5 edits a second; 10, 50 and 200 are connected.
pub(crate) async fn typing() -> Result<()> {
    println!("\none document, {TYPISTS} typists at 5 edits/s, 10 s");
    println!(
        "{:>7} {:>5} {:>9} {:>8} {:>8} {:>8} {:>14} {:>7} {:>9} {:>8}",
        "program",
        "conns",
        "delivered",
        "p50 ms",
        "p95 ms",
        "p99 ms",
        "cpu s/M deliv.",
        "B/deliv",
        "B/edit db",
        "RSS MB"
    );
    for connections in [10, 50, 200] {
        for relay in [false, true] {
            let mut crowd = if relay {
                Crowd::on_relay(connections).await?
            } else {
                Crowd::on_server(connections).await?
            };
            crowd.type_for(5.0, Duration::from_secs(1)).await?;
            let before = measure::cpu(crowd.process.pid())?;
            let stored_before = crowd.data.as_ref().map_or(0, |data| stored_bytes(data.path()));
            crowd.sent.measuring.store(true, Ordering::Relaxed);
            let edits = crowd.type_for(5.0, Duration::from_secs(10)).await?;
            let (mut seen, process, data) = crowd.finish().await;
            let used = measure::cpu(process.pid())?.saturating_sub(before);
            let rss = measure::rss(process.pid())?;
            process.stop()?;
            let stored = data.map_or(0, |data| stored_bytes(data.path()).saturating_sub(stored_before));
            let count = seen.latencies.len().max(1);
            let [p50, p95, p99] = measure::percentiles(&mut seen.latencies);
            println!(
                "{:>7} {connections:>5} {count:>9} {p50:>8.2} {p95:>8.2} {p99:>8.2} {:>14.2} {:>7} {:>9} {:>8.1}",
                if relay { "relay" } else { "inkling" },
                used.as_secs_f64() * 1e6 / count as f64,
                seen.bytes / count as u64,
                stored / edits.max(1),
                rss as f64 / 1e6,
            );
        }
    }
    Ok(())
}

/// Bytes of all files below the data directory.
fn stored_bytes(folder: &std::path::Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return 0;
    };
    entries
        .flatten()
        .filter_map(|entry| entry.metadata().ok())
        .filter(std::fs::Metadata::is_file)
        .map(|file| file.len())
        .sum()
}

/// Typing gets faster until p99 passes 100 ms.
pub(crate) async fn saturation() -> Result<()> {
    println!("\nsaturation: 200 connections, {TYPISTS} typists, 3 s a step, until p99 passes 100 ms");
    println!(
        "{:>7} {:>8} {:>13} {:>8} {:>8} {:>14}",
        "program", "edits/s", "deliveries/s", "p50 ms", "p99 ms", "cpu s/M deliv."
    );
    for relay in [false, true] {
        for step in 0..10 {
            let rate = 5.0 * f64::from(1 << step);
            let mut crowd = if relay {
                Crowd::on_relay(200).await?
            } else {
                Crowd::on_server(200).await?
            };
            crowd.sent.measuring.store(true, Ordering::Relaxed);
            let before = measure::cpu(crowd.process.pid())?;
            let started = Instant::now();
            let edits = crowd.type_for(rate, Duration::from_secs(3)).await?;
            let elapsed = started.elapsed().as_secs_f64();
            let (mut seen, process, _data) = crowd.finish().await;
            let used = measure::cpu(process.pid())?.saturating_sub(before);
            let count = seen.latencies.len();
            let [p50, _, p99] = measure::percentiles(&mut seen.latencies);
            println!(
                "{:>7} {:>8.0} {:>13.0} {p50:>8.2} {p99:>8.2} {:>14.2}",
                if relay { "relay" } else { "inkling" },
                edits as f64 / elapsed,
                count as f64 / elapsed,
                used.as_secs_f64() * 1e6 / count.max(1) as f64,
            );
            if p99.is_nan() || p99 > 100.0 {
                break;
            }
        }
    }
    Ok(())
}

/// Sockets that signed in and wait.
pub(crate) async fn idle(connections: u64) -> Result<()> {
    let data = tempfile::tempdir()?;
    let process = ServerProcess::start(data.path())?;
    let fresh = measure::rss(process.pid())?;
    let account = Account::create(&process).await?;
    let before = measure::rss(process.pid())?;
    let mut sockets = Vec::new();
    for _ in 0..connections {
        let mut socket = client::connect(&process.socket_url(), Some(&account.token)).await?;
        client::receive(&mut socket).await?;
        sockets.push(socket);
    }
    let after = measure::rss(process.pid())?;
    println!(
        "\nidle: the process {:.1} MB at its start, {:.1} MB after an account was made",
        fresh as f64 / 1e6,
        before as f64 / 1e6
    );
    println!(
        "{connections} idle connections: {:.1} MB, {:.2} KB each",
        after as f64 / 1e6,
        (after.saturating_sub(before) / connections) as f64 / 1e3
    );
    Ok(())
}
