//! What is counted and measured, for `GET /metrics`.

use crate::actor::materializer::{self, ChildEnd};
use crate::actor::pace::SlowedBy;
use crate::actor::{hub, writer};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;
use shared::error::ErrorCode;

/// Every metric of the program.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    /// Open TCP connections.
    pub connections: Gauge,
    /// Open sockets, by endpoint.
    pub sockets: Family<Endpoint, Gauge>,
    /// Edits by what became of them: `stored`, or the code they were refused with.
    pub updates: Family<Outcome, Counter>,
    /// From the start of a transaction to the end of its sync, seconds.
    pub commit_seconds: Histogram,
    /// From the arrival of an edit to its `Saved`, seconds.
    pub ack_seconds: Histogram,
    /// Updates in one transaction.
    pub batch_updates: Histogram,
    /// Size of the file of SQLite's write-ahead log. It grows while somebody reads for long, and is cut when it is begun anew.
    pub wal_bytes: Gauge,
    /// Bytes waiting to be sent to clients.
    pub queue_bytes: Gauge,
    /// Closed sockets, by why.
    pub socket_closes: Family<Outcome, Counter>,
    /// Frames that had to wait, by what for: `connection`, `account` or `target`.
    pub slowed: Family<Outcome, Counter>,
    /// Child processes of the materializer by what became of them.
    pub materializations: Family<Outcome, Counter>,
    /// Time that one child process took, seconds.
    pub materialize_seconds: Histogram,
    /// Clients that held more of a document than the server: something was lost.
    pub regressions: Counter,
    /// Documents that were found damaged.
    pub quarantines: Counter,
    /// Snapshots that were passed over since their bytes are not the ones that were written.
    pub snapshots_damaged: Counter,
}

/// Label: what became of something.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Outcome {
    /// `stored`, `ok`, what became of a child process, or an error code.
    pub result: &'static str,
}

/// Label: which socket.
#[derive(Clone, Debug, Hash, PartialEq, Eq, EncodeLabelSet)]
pub struct Endpoint {
    /// `ws` or `yjs`.
    pub endpoint: &'static str,
}

impl Default for Metrics {
    fn default() -> Self {
        // 0.1 ms to 13 s.
        let seconds = || Histogram::new(exponential_buckets(0.0001, 2.0, 18));
        let mut metrics = Self {
            registry: Registry::with_prefix("inkling"),
            connections: Gauge::default(),
            sockets: Family::default(),
            updates: Family::default(),
            commit_seconds: seconds(),
            ack_seconds: seconds(),
            batch_updates: Histogram::new(exponential_buckets(1.0, 2.0, 10)),
            wal_bytes: Gauge::default(),
            queue_bytes: Gauge::default(),
            socket_closes: Family::default(),
            slowed: Family::default(),
            materializations: Family::default(),
            materialize_seconds: seconds(),
            regressions: Counter::default(),
            quarantines: Counter::default(),
            snapshots_damaged: Counter::default(),
        };
        let registry = &mut metrics.registry;
        registry.register("connections", "Open TCP connections", metrics.connections.clone());
        registry.register("sockets", "Open sockets", metrics.sockets.clone());
        registry.register("socket_closes", "Closed sockets by why", metrics.socket_closes.clone());
        registry.register("updates", "Edits by what became of them", metrics.updates.clone());
        registry.register(
            "commit_seconds",
            "From the start of a transaction to the end of its sync",
            metrics.commit_seconds.clone(),
        );
        registry.register(
            "ack_seconds",
            "From an edit's arrival to its Saved",
            metrics.ack_seconds.clone(),
        );
        registry.register(
            "batch_updates",
            "Updates in one transaction",
            metrics.batch_updates.clone(),
        );
        registry.register(
            "wal_bytes",
            "Size of the write-ahead log of the database",
            metrics.wal_bytes.clone(),
        );
        registry.register(
            "queue_bytes",
            "Bytes waiting to be sent to clients",
            metrics.queue_bytes.clone(),
        );
        registry.register("slowed", "Frames that had to wait, by what for", metrics.slowed.clone());
        registry.register(
            "materializations",
            "Child processes of the materializer by what became of them",
            metrics.materializations.clone(),
        );
        registry.register(
            "materialize_seconds",
            "Time of one child process of the materializer",
            metrics.materialize_seconds.clone(),
        );
        registry.register(
            "regressions",
            "Clients ahead of the server",
            metrics.regressions.clone(),
        );
        registry.register(
            "quarantines",
            "Documents that were found damaged",
            metrics.quarantines.clone(),
        );
        registry.register(
            "snapshot_damaged",
            "Damaged snapshots that were met and passed over",
            metrics.snapshots_damaged.clone(),
        );
        metrics
    }
}

impl Metrics {
    /// In the OpenMetrics text format, which Prometheus reads.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("writing into a string cannot fail");
        text
    }
}

impl writer::Observer for Metrics {
    fn committed(&self, _jobs: usize, updates: usize, seconds: f64) {
        self.commit_seconds.observe(seconds);
        // A batch holds far fewer than 2^32 updates.
        self.batch_updates
            .observe(f64::from(u32::try_from(updates).unwrap_or(u32::MAX)));
    }
}

impl hub::Observer for Metrics {
    fn edit_stored(&self, seconds: f64) {
        self.updates.get_or_create(&Outcome { result: "stored" }).inc();
        self.ack_seconds.observe(seconds);
    }

    fn edit_refused(&self, code: ErrorCode) {
        self.updates.get_or_create(&Outcome { result: code.as_str() }).inc();
    }

    fn regression(&self) {
        self.regressions.inc();
    }

    fn quarantined(&self) {
        self.quarantines.inc();
    }

    fn slowed(&self, by: SlowedBy) {
        let result = match by {
            SlowedBy::Connection => "connection",
            SlowedBy::Account => "account",
            SlowedBy::Target => "target",
        };
        self.slowed.get_or_create(&Outcome { result }).inc();
    }

    fn snapshot_damaged(&self) {
        self.snapshots_damaged.inc();
    }
}

impl materializer::Observer for Metrics {
    fn child_ended(&self, end: ChildEnd, seconds: f64) {
        let result = match end {
            ChildEnd::Answered => "ok",
            ChildEnd::Refused => "refused",
            ChildEnd::Died => "died",
            ChildEnd::TimedOut => "timed_out",
            ChildEnd::NotStarted => "not_started",
        };
        self.materializations.get_or_create(&Outcome { result }).inc();
        self.materialize_seconds.observe(seconds);
    }
}
