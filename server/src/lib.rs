//! The Inkling server: [`Server`] opens the data, accepts connections, and stops without losing anything.
#![allow(
    missing_docs,
    reason = "a program's own library; modules and invariants are documented, not every field"
)]

pub mod actor;
pub mod archive;
pub mod collab;
pub mod config;
pub mod db;
pub mod doctor;
pub mod error;
pub mod filename;
pub mod files;
pub mod http;
pub mod import;
pub mod log;
pub mod materialize;
pub mod memory;
pub mod metrics;
mod partial;
pub mod password;
pub mod relative;
mod serve;
pub mod upkeep;

use actor::erasing;
use actor::sweeping::Sweeper;
use actor::writer::{self, Writer};
use config::Config;
use db::{Database, OpenError};
use files::Files;
use http::App;
use metrics::Metrics;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

/// Requests and sockets get this long to end by themselves once the server stops; with the rest it stays within ten seconds.
const DRAIN: Duration = Duration::from_secs(7);

/// Documents and rooms get this long to store what was taken.
const STORE: Duration = Duration::from_secs(1);

/// Hints to compact that may wait; a lost one comes again.
const COMPACTIONS_QUEUED: usize = 64;

/// A server on an open data directory and a bound port.
#[derive(Debug)]
pub struct Server {
    app: Arc<App>,
    address: SocketAddr,
    listener: Option<TcpListener>,
    writer: Writer,
    writer_task: JoinHandle<()>,
}

/// Why a server could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The data directory.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The port.
    #[error("--listen: {0}: {1}")]
    Listen(SocketAddr, #[source] std::io::Error),
    /// Passwords cannot be hashed on this machine.
    #[error(transparent)]
    Password(#[from] password::HashError),
}

impl StartError {
    /// The exit code of the program.
    #[must_use]
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Listen(..) => 2,
            Self::Open(OpenError::Newer(_)) => 4,
            Self::Open(_) | Self::Password(_) => 3,
        }
    }
}

impl Server {
    /// Opens the data and binds the port. Nothing is accepted yet.
    pub async fn new(config: Config) -> Result<Self, StartError> {
        let database = Database::open(&config.data_dir).await?;
        let wanted = config.listen;
        let bound = async {
            let listener = TcpListener::bind(wanted).await?;
            Ok((listener.local_addr()?, listener))
        };
        let (address, listener) = bound.await.map_err(|error| StartError::Listen(wanted, error))?;
        Self::on(config, database, address, Some(listener)).await
    }

    /// The same without a port: for work on the data that nobody else is let in for.
    pub async fn closed(config: Config) -> Result<Self, StartError> {
        let database = Database::open(&config.data_dir).await?;
        let address = config.listen;
        Self::on(config, database, address, None).await
    }

    async fn on(
        config: Config,
        database: Database,
        address: SocketAddr,
        listener: Option<TcpListener>,
    ) -> Result<Self, StartError> {
        let files = Files::open(&config.data_dir)
            .await
            .map_err(|error| OpenError::Unusable(config.data_dir.clone(), error))?;
        let metrics = Arc::new(Metrics::default());
        let (writer, writer_task) = writer::start(database.storage, metrics.clone());
        let (compaction, compaction_due) = mpsc::channel(COMPACTIONS_QUEUED);
        let app = App::new(
            config,
            address,
            (database.reader, database.epoch),
            writer.clone(),
            metrics,
            compaction,
            files,
        )?;
        let looking_after = app
            .contents
            .clone()
            .run_compaction(compaction_due, app.stopping.clone());
        app.tasks.spawn(looking_after);
        let erasing = erasing::run(
            app.reader.clone(),
            writer.clone(),
            app.config.limits.deleted_days,
            app.stopping.clone(),
        );
        app.tasks.spawn(erasing);
        let sweeper = Sweeper {
            reader: app.reader.clone(),
            writer: writer.clone(),
            files: app.files.clone(),
            days: app.config.limits.attachment_days,
        };
        app.tasks.spawn(sweeper.run(app.stopping.clone()));
        Ok(Self {
            app: Arc::new(app),
            address,
            listener,
            writer,
            writer_task,
        })
    }

    /// Where it is bound.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What handlers work with.
    #[must_use]
    pub const fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// Begins to accept connections; returns at once.
    pub fn listen(&mut self) {
        if let Some(listener) = self.listener.take() {
            self.app.tasks.spawn(serve::accept(listener, self.app.clone()));
        }
    }

    /// Answers when storage has failed for good: nothing can be saved any more, and the program should end.
    pub async fn failed(&self) {
        self.writer.failed().await;
    }

    /// Stops accepting, lets requests and sockets end, stores what was taken, and closes the data.
    pub async fn shutdown(self) {
        tracing::info!("server.draining");
        self.app.stop();
        self.app.tasks.close();
        if tokio::time::timeout(DRAIN, self.app.tasks.wait()).await.is_err() {
            tracing::warn!(left = self.app.tasks.len(), "server.drain_cut_short");
        }
        if tokio::time::timeout(STORE, self.app.hub.stop()).await.is_err() {
            tracing::error!("server.documents_cut_short");
        }
        self.writer.close();
        if let Err(error) = self.writer_task.await {
            tracing::error!(%error, "writer.panicked");
        }
        tracing::info!("server.stopped");
    }
}
