//! What a backup of a large database costs somebody who types meanwhile.

use crate::client::{self, Typist, open};
use crate::measure;
use crate::paste::type_one;
use crate::server_process::{Account, ServerProcess, binary};
use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};
use shared::id::ClientId;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

/// Size that the database is filled to.
const DATABASE_BYTES: u64 = 500_000_000;

/// Text of one document: as much as may be sent at once by default.
const TEXT_BYTES: usize = 4_000_000;

/// Documents that are more than enough to fill it.
const DOCUMENTS_MAX: u32 = 300;

/// How long one types before the backup, to compare with.
const QUIET: Duration = Duration::from_secs(10);

/// Compaction of what was filled in has ended when the database has not changed for this long.
const SETTLED: Duration = Duration::from_secs(5);

pub(crate) async fn beside_typing() -> Result<()> {
    let data = tempfile::tempdir()?;
    let server = ServerProcess::start(data.path())?;
    let account = Account::create(&server).await?;
    let bytes = fill(&server, &account, data.path()).await?;
    let mut socket = client::connect(&server.socket_url(), Some(&account.token)).await?;
    open(&mut socket, &account, ClientId(1), None).await?;
    let mut typist = Typist::new(ClientId(1));

    let began = Instant::now();
    let mut quiet = Vec::new();
    while began.elapsed() < QUIET {
        quiet.push(type_one(&mut socket, &mut typist).await?);
    }
    let mut program = tokio::process::Command::new(binary())
        .arg("backup")
        .arg(data.path().join("copy"))
        .arg("--data-dir")
        .arg(data.path())
        .stdout(Stdio::null())
        .spawn()?;
    let began = Instant::now();
    let mut meanwhile = Vec::new();
    let ended = loop {
        meanwhile.push(type_one(&mut socket, &mut typist).await?);
        if let Some(ended) = program.try_wait()? {
            break ended;
        }
    };
    let took = began.elapsed();
    ensure!(ended.success(), "the backup failed");
    println!(
        "\nbackup of {:.0} MB beside somebody who types: {:.1} s",
        bytes as f64 / 1e6,
        took.as_secs_f64()
    );
    for (when, times) in [("before", &mut quiet), ("meanwhile", &mut meanwhile)] {
        let [p50, p95, p99] = measure::percentiles(times);
        let longest = times.last().map_or(0.0, |time| time.as_secs_f64() * 1e3);
        println!(
            "{when:>9}: {} edits, from sent to Saved p50 {p50:.1} ms, p95 {p95:.1} ms, p99 {p99:.1} ms, longest {longest:.1} ms",
            times.len()
        );
    }
    server.stop()
}

/// Writes documents until the database has its size, waits until it rests, and answers the size.
async fn fill(server: &ServerProcess, account: &Account, data: &Path) -> Result<u64> {
    let base = format!("http://{}/api/v1", server.address);
    let http = reqwest::Client::new();
    let ask = |method, path: String| {
        http.request(method, format!("{base}{path}"))
            .bearer_auth(&account.token)
    };
    let known: Value = ask(reqwest::Method::GET, format!("/documents/{}", account.document))
        .send()
        .await?
        .json()
        .await?;
    let room = known["room_id"].as_str().context("a document is in a room")?;
    let size = || -> Result<u64> { Ok(std::fs::metadata(data.join("inkling.db"))?.len()) };
    for n in 0..DOCUMENTS_MAX {
        if size()? >= DATABASE_BYTES {
            break;
        }
        let path = format!("/rooms/{room}/documents");
        let made = ask(reqwest::Method::POST, path)
            .json(&json!({"title": format!("Large {n}")}))
            .send()
            .await?;
        let made: Value = made.error_for_status()?.json().await?;
        let id = made["id"].as_str().context("a document has an id")?;
        let put = ask(reqwest::Method::PUT, format!("/documents/{id}/content")).header("content-type", "text/markdown");
        put.body(words(n)).send().await?.error_for_status()?;
    }
    // The server tells nobody when compaction has ended; that its file has stopped growing shows it.
    let (mut before, mut since) = (size()?, Instant::now());
    while since.elapsed() < SETTLED {
        tokio::time::sleep(SETTLED / 10).await;
        let now = size()?;
        if now != before {
            (before, since) = (now, Instant::now());
        }
    }
    ensure!(before >= DATABASE_BYTES, "{before} bytes are fewer than wanted");
    Ok(before)
}

/// Text that is another one for each document.
fn words(mut state: u32) -> String {
    let mut text = String::with_capacity(TEXT_BYTES + 16);
    while text.len() < TEXT_BYTES {
        // Numbers from a linear congruential generator (Numerical Recipes) stand for words.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text.push_str(&(state >> 8).to_string());
        text.push(if state >> 28 == 0 { '\n' } else { ' ' });
    }
    text.truncate(TEXT_BYTES);
    text
}
