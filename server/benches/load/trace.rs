//! A real editing history, written through the server and opened cold after a restart.
//!
//! The file is gzipped JSON in the form of the public editing traces: `{"endContent", "txns": [{"patches": [[at, deleted, "inserted"]]}]}`.

use crate::client::{self, CHANNEL, message, open, receive};
use crate::measure;
use crate::server_process::{Account, ServerProcess};
use anyhow::{Context as _, Result, ensure};
use futures_util::{SinkExt as _, StreamExt as _};
use serde::Deserialize;
use shared::id::{ClientId, ClientSeq, DocumentId, Seq};
use shared::inflate::inflate;
use shared::replica::{Replica, Splice};
use shared::wire::{ClientFrame, PACK, ServerFrame};
use std::path::Path;
use std::time::{Duration, Instant};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Trace {
    end_content: String,
    txns: Vec<Transaction>,
}

#[derive(Deserialize)]
struct Transaction {
    patches: Vec<(u32, u32, String)>,
}

/// How long compaction may take to settle after a restart, seconds.
const SETTLE_SECONDS_MAX: u32 = 30;

/// Edits sent ahead of their acknowledgement: enough to fill the server's batches.
const AHEAD: u64 = 2_000;

pub(crate) async fn cold_open(path: &Path) -> Result<()> {
    // The standard tool unpacks it: a decompressor for one file in one benchmark is not worth a dependency.
    let unpacked = std::process::Command::new("gzip")
        .arg("-dc")
        .arg(path)
        .output()
        .context("gzip")?;
    ensure!(unpacked.status.success(), "{} cannot be unpacked", path.display());
    let trace: Trace = serde_json::from_slice(&unpacked.stdout)?;
    let data = tempfile::tempdir()?;
    let server = ServerProcess::start(data.path())?;
    let account = Account::create(&server).await?;
    let started = Instant::now();
    write(&server, &account, &trace).await?;
    let written = started.elapsed();
    server.stop()?;

    println!(
        "\ncold open of {} edits, each its own transaction (written in {:.1} s)",
        trace.txns.len(),
        written.as_secs_f64()
    );
    let server = ServerProcess::start(data.path())?;
    let mut before = fetch("at once", &server, &account, &trace).await?;
    // The restart came in the middle of compaction, which is made up for while nobody is there. Two equal sizes: it has settled.
    for _ in 0..SETTLE_SECONDS_MAX {
        tokio::time::sleep(Duration::from_secs(1)).await;
        let now = fetch("settling", &server, &account, &trace).await?;
        if std::mem::replace(&mut before, now) == now {
            break;
        }
    }
    server.stop()?;
    let server = ServerProcess::start(data.path())?;
    for attempt in ["cold", "again"] {
        fetch(attempt, &server, &account, &trace).await?;
    }
    server.stop()?;
    print_history(data.path(), account.document).await
}

/// What keeping every edit costs, beside the snapshots.
async fn print_history(data: &Path, document: DocumentId) -> Result<()> {
    let reader = server::db::Reader::beside(&data.join("inkling.db")).await?;
    let segments = reader.segments(document).await?;
    let last = segments.last().map_or(Seq(0), |(segment, _)| segment.last);
    let kept: usize = segments.iter().map(|(segment, _)| segment.bytes.len()).sum();
    let began = Instant::now();
    let rows = reader.history(document, Seq(1)..=last).await?;
    let took = began.elapsed();
    let updates: usize = rows.iter().map(|row| row.bytes.len()).sum();
    let edits = rows.len() as f64;
    println!(
        "  history: {edits} edits in {} segments, {:.2} bytes an edit (their updates alone: {:.2}), all read in {:.0} ms",
        segments.len(),
        kept as f64 / edits,
        updates as f64 / edits,
        took.as_secs_f64() * 1e3
    );
    Ok(())
}

/// Opens the document as a newcomer does, prints what it took, and answers the size of the bundle.
async fn fetch(attempt: &str, server: &ServerProcess, account: &Account, trace: &Trace) -> Result<usize> {
    let url = format!("{}?{}={}", server.socket_url(), PACK.0, PACK.1);
    let mut socket = client::connect(&url, Some(&account.token)).await?;
    let cpu_before = measure::cpu(server.pid())?;
    let started = Instant::now();
    open(&mut socket, account, ClientId(2), None).await?;
    let opened = started.elapsed();
    let (mut parts, mut size) = (Vec::new(), None);
    loop {
        match receive(&mut socket).await? {
            ServerFrame::Packed { size: told, .. } => size = Some(usize::try_from(told)?),
            ServerFrame::Catchup { part, last, .. } => {
                parts.extend_from_slice(&part.0);
                if last {
                    break;
                }
            }
            _ => {}
        }
    }
    let received = started.elapsed();
    let cpu = measure::cpu(server.pid())?.saturating_sub(cpu_before);
    let sent = parts.len();
    let unpacking = Instant::now();
    let bundle = match size {
        Some(size) => inflate(&parts, size)?,
        None => parts,
    };
    let bundle = bytes::Bytes::from(bundle);
    let unpacked = unpacking.elapsed();
    let replay = Instant::now();
    let mut replica = Replica::new(ClientId(2));
    replica.apply(shared::bundle::read(&bundle)?)?;
    ensure!(
        replica.text() == trace.end_content,
        "the document is not what was written"
    );
    println!(
        "{attempt:>9}: opened {:.1} ms, bundle of {:.0} KB sent as {:.0} KB, whole after {:.1} ms, server cpu {:.0} ms, natively unpacked in {:.1} ms and applied in {:.0} ms",
        opened.as_secs_f64() * 1e3,
        bundle.len() as f64 / 1e3,
        sent as f64 / 1e3,
        received.as_secs_f64() * 1e3,
        cpu.as_secs_f64() * 1e3,
        unpacked.as_secs_f64() * 1e3,
        replay.elapsed().as_secs_f64() * 1e3,
    );
    Ok(bundle.len())
}

async fn write(server: &ServerProcess, account: &Account, trace: &Trace) -> Result<()> {
    let mut socket = client::connect(&server.socket_url(), Some(&account.token)).await?;
    let client_id = ClientId(1);
    open(&mut socket, account, client_id, None).await?;
    let (mut sink, mut source) = socket.split();
    let (acknowledged, mut saved) = tokio::sync::watch::channel(0_u64);
    let reader = tokio::spawn(async move {
        while let Some(Ok(message)) = source.next().await {
            if let tokio_tungstenite::tungstenite::Message::Binary(bytes) = message
                && let Ok(ServerFrame::Saved { client_seq, .. }) = shared::wire::Codec::Binary.decode(&bytes)
            {
                acknowledged.send_replace(client_seq.0);
            }
        }
    });
    let mut replica = Replica::new(client_id);
    let mut sent = 0_u64;
    for (now_ms, transaction) in (0_u64..).zip(&trace.txns) {
        let splices: Vec<Splice> = transaction
            .patches
            .iter()
            .map(|(at, deleted, insert)| Splice {
                from: *at,
                to: at + deleted,
                insert: insert.clone(),
            })
            .collect();
        for update in replica.edit(&splices, now_ms, None)? {
            sent += 1;
            let frame = ClientFrame::Edit {
                channel: CHANNEL,
                client_seq: ClientSeq(sent),
                update: update.into(),
            };
            sink.feed(message(&frame)).await?;
            if sent.is_multiple_of(AHEAD / 4) {
                sink.flush().await?;
                saved.wait_for(|saved| *saved + AHEAD > sent).await?;
            }
        }
    }
    sink.flush().await?;
    saved.wait_for(|saved| *saved == sent).await?;
    reader.abort();
    Ok(())
}
