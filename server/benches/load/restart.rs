//! A restart under many tabs: how long it takes until all of them are live again, and what that costs.
//!
//! Half of them share twenty documents, the others have one of their own. Each does what a tab does: it comes back when `GoingAway` told it to, or
//! after a wait drawn from a ceiling that doubles, and resumes where it was.

use crate::client::{self, Typist, open, receive};
use crate::measure;
use crate::server_process::{Account, ServerProcess};
use anyhow::{Context as _, Result};
use futures_util::SinkExt as _;
use shared::id::{ClientId, Epoch};
use shared::wire::{Resume, ServerFrame};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;

const SHARED_DOCUMENTS: u32 = 20;

/// Edits that each tab makes before the restart.
const EDITS: u32 = 5;

/// Sockets opened at the same time before the restart.
const AT_ONCE: usize = 50;

/// No tab is waited for longer.
const PATIENCE: Duration = Duration::from_secs(120);

/// One tab's way back.
struct Return {
    /// From the end of the old socket to the open channel of the new one.
    away: Duration,
    /// From the moment that the new server was ready to the open channel; nothing for whoever came before it was said to be.
    after_ready: Duration,
    attempts: u32,
}

pub(crate) async fn under_sockets(count: u32) -> Result<()> {
    println!(
        "\nrestart under {count} sockets, each with an open document, half of them in {SHARED_DOCUMENTS} shared ones"
    );
    let data = tempfile::tempdir()?;
    let server = ServerProcess::start(data.path())?;
    let account = Account::create(&server).await?;
    let mut documents = Vec::new();
    for _ in 0..SHARED_DOCUMENTS + count / 2 {
        documents.push(account.with_another_document(&server).await?);
    }
    let places = (0..count).map(|tab| {
        let place = if tab % 2 == 0 {
            tab / 2 % SHARED_DOCUMENTS
        } else {
            SHARED_DOCUMENTS + tab / 2
        };
        documents[place as usize].clone()
    });
    let places: Vec<Account> = places.collect();
    let server = go_round("asked to stop", server, data.path(), &places, 0, ServerProcess::stop).await?;
    let server = go_round("killed", server, data.path(), &places, count, ServerProcess::kill).await?;
    server.stop()
}

/// Everybody comes, the server ends in some way and is started again, and everybody comes back.
async fn go_round(
    way: &str,
    server: ServerProcess,
    data: &Path,
    places: &[Account],
    replicas: u32,
    end: impl FnOnce(ServerProcess) -> Result<()> + Send + 'static,
) -> Result<ServerProcess> {
    let url = Arc::new(server.socket_url());
    let (ready, is_ready) = watch::channel(None::<Instant>);
    let (came, mut here) = watch::channel(0_usize);
    let entering = Arc::new(tokio::sync::Semaphore::new(AT_ONCE));
    let mut tabs = JoinSet::new();
    for (number, place) in (1_u32..).zip(places) {
        let (url, place, is_ready) = (Arc::clone(&url), place.clone(), is_ready.clone());
        let (came, entering) = (came.clone(), Arc::clone(&entering));
        tabs.spawn(async move {
            let number = number + replicas;
            let tab = Tab { url, place, number };
            let turn = entering.acquire().await?;
            let mut socket = tab.enter(None).await?;
            let resume = tab.write(&mut socket).await?;
            drop(turn);
            came.send_modify(|here| *here += 1);
            let mut told = None;
            while let Ok(frame) = receive(&mut socket).await {
                if let ServerFrame::GoingAway { after_ms } = frame {
                    told = Some(Instant::now() + Duration::from_millis(after_ms.into()));
                }
            }
            drop(socket);
            tab.come_back(resume, told, &is_ready).await
        });
    }
    drop((came, is_ready));
    here.wait_for(|here| *here == places.len()).await?;
    let address = server.address.clone();
    let began = Instant::now();
    tokio::task::spawn_blocking(move || end(server)).await??;
    let stopped = began.elapsed();
    let folder = data.to_path_buf();
    let server = tokio::task::spawn_blocking(move || ServerProcess::start_at(&address, &folder)).await??;
    let started = began.elapsed() - stopped;
    ready.send_replace(Some(Instant::now()));
    let mut returns = Vec::new();
    while let Some(tab) = tokio::time::timeout(PATIENCE, tabs.join_next())
        .await
        .context("a tab is lost")?
    {
        returns.push(tab??);
    }
    let cpu = measure::cpu(server.pid())?;
    let attempts: u32 = returns.iter().map(|tab| tab.attempts).sum();
    let mut away: Vec<_> = returns.iter().map(|tab| tab.away).collect();
    let all = returns
        .iter()
        .map(|tab| tab.after_ready)
        .max()
        .context("there are tabs")?;
    let [p50, _, p99] = measure::percentiles(&mut away);
    let longest = away.last().map_or(0.0, Duration::as_secs_f64);
    println!(
        "{way:>13}: ended in {:.2} s, ready again after {:.2} s, all {} live {:.2} s later; away p50 {:.2} s, p99 {:.2} s, longest {longest:.2} s; \
         {attempts} attempts, server cpu {:.2} s, {:.0} MB",
        stopped.as_secs_f64(),
        started.as_secs_f64(),
        returns.len(),
        all.as_secs_f64(),
        p50 / 1e3,
        p99 / 1e3,
        cpu.as_secs_f64(),
        measure::rss(server.pid())? as f64 / 1e6,
    );
    Ok(server)
}

struct Tab {
    url: Arc<String>,
    place: Account,
    number: u32,
}

impl Tab {
    /// Connects and opens the document.
    async fn enter(&self, resume: Option<Resume>) -> Result<client::Socket> {
        let mut socket = client::connect(&self.url, Some(&self.place.token)).await?;
        open(&mut socket, &self.place, ClientId(self.number), resume).await?;
        Ok(socket)
    }

    /// Makes some edits; what to resume from the next time.
    async fn write(&self, socket: &mut client::Socket) -> Result<Option<Resume>> {
        let mut typist = Typist::new(ClientId(self.number));
        for _ in 0..EDITS {
            let (_, frame) = typist.edit()?;
            socket.send(Message::Binary(frame)).await?;
        }
        loop {
            match receive(socket).await? {
                ServerFrame::Saved { client_seq, seq, .. } if client_seq.0 == u64::from(EDITS) => {
                    return Ok(Some(Resume {
                        epoch: Epoch(1),
                        after: seq,
                    }));
                }
                ServerFrame::Refused { code, .. } => anyhow::bail!("refused: {code}"),
                _ => {}
            }
        }
    }

    async fn come_back(
        &self,
        resume: Option<Resume>,
        told: Option<Instant>,
        is_ready: &watch::Receiver<Option<Instant>>,
    ) -> Result<Return> {
        let lost = Instant::now();
        if let Some(at) = told {
            // As tabs do: it comes back when it was told to.
            tokio::time::sleep_until(at.into()).await;
        }
        let mut attempts = 0;
        loop {
            attempts += 1;
            if let Ok(socket) = self.enter(resume).await {
                let live = Instant::now();
                // Stays until the other ones are there too, as far as the server is concerned.
                std::mem::forget(socket);
                let ready = *is_ready.borrow();
                return Ok(Return {
                    away: live - lost,
                    after_ready: ready.map_or(Duration::ZERO, |at| live.saturating_duration_since(at)),
                    attempts,
                });
            }
            let ceiling = (250_u64 << attempts.min(8)).min(30_000);
            let spread = u64::from(self.number.wrapping_mul(2_654_435_761).rotate_left(attempts)) % (ceiling + 1);
            // As tabs do: a pause with full jitter, that grows.
            tokio::time::sleep(Duration::from_millis(spread)).await;
        }
    }
}
