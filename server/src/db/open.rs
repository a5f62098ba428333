//! Opening the data directory: the lock, the migrations with a copy before them, and the connections.

use super::copy::{copy_into, server_epoch};
use super::{DbError, Reader, checkpoint, from_sql};
use crate::partial::Partial;
use rustix::fs::FlockOperation;
use shared::id::Epoch;
use sqlx::migrate::{Migrate as _, MigrateError, Migrator};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{ConnectOptions as _, Connection as _, SqliteConnection};
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Earlier versions can lose a commit around a checkpoint.
pub const SQLITE_VERSION_MIN: (u32, u32, u32) = (3, 51, 3);

/// Connections that read. Each may be behind one slow query; the cache of each costs up to 2 MB.
const READERS_MAX: u32 = 8;

pub(super) static MIGRATIONS: Migrator = sqlx::migrate!("../migrations");

/// Locked by whoever works on the data directory.
pub(crate) const LOCK: &str = "inkling.lock";

/// How often the lock is tried for, and how long after one try the next one comes. A child that a server was just starting when it was killed has the
/// lock until it becomes another program, which on a busy machine takes its time.
const LOCK_TRIES: u32 = 21;
const LOCK_PAUSE: Duration = Duration::from_millis(50);

/// What a migrated data directory opens to.
#[derive(Debug)]
pub struct Database {
    /// For everybody.
    pub reader: Reader,
    /// For the writer task.
    pub storage: Storage,
    /// What is made now begins in it.
    pub epoch: Epoch,
}

/// The one connection that writes, the one that moves what it wrote into the database file, and the lock that makes them the only ones.
#[derive(Debug)]
pub struct Storage {
    pub(crate) connection: SqliteConnection,
    pub(crate) checkpointer: SqliteConnection,
    pub(crate) lock: File,
}

/// Why a data directory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another server has it.
    #[error("the data directory {0} is in use by another server")]
    InUse(PathBuf),
    /// It cannot be made, read or written.
    #[error("the data directory {0} cannot be used: {1}")]
    Unusable(PathBuf, #[source] io::Error),
    /// A later release wrote it.
    #[error("the data was written by a newer release (step {0}); this one cannot read it")]
    Newer(i64),
    /// SQLite or a migration failed.
    #[error("the database could not be opened: {0}")]
    Sqlite(#[from] sqlx::Error),
    /// The bundled SQLite is not the one that was reviewed.
    #[error("SQLite {0} is too old")]
    SqliteTooOld(String),
}

impl From<MigrateError> for OpenError {
    fn from(error: MigrateError) -> Self {
        Self::Sqlite(error.into())
    }
}

impl Database {
    /// Opens `directory`, making what is missing.
    pub async fn open(directory: &Path) -> Result<Self, OpenError> {
        let unusable = |error: io::Error| OpenError::Unusable(directory.to_path_buf(), error);
        let lock = claim(directory)?;
        let path = directory.join("inkling.db");
        // SQLite would only say "unable to open database file".
        File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(unusable)?;

        let options = SqliteConnectOptions::new()
            .filename(&path)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .log_statements("trace".parse().expect("a level's name"));
        let mut connection = options.clone().connect().await?;
        check_version(&mut connection).await?;
        migrate(&MIGRATIONS, &mut connection, &path).await?;
        let epoch = Epoch(from_sql(server_epoch(&mut connection).await?));
        checkpoint::leave_to_another(&mut connection).await?;
        let checkpointer = options.clone().connect().await?;

        let pool = SqlitePoolOptions::new()
            .max_connections(READERS_MAX)
            .connect_with(options.pragma("query_only", "on"))
            .await?;
        Ok(Self {
            reader: Reader { pool },
            storage: Storage {
                connection,
                checkpointer,
                lock,
            },
            epoch,
        })
    }
}

/// Makes the directory if it is not there, and keeps everybody else off it for as long as the file is open.
pub(crate) fn claim(directory: &Path) -> Result<File, OpenError> {
    make_directory(directory).map_err(|error| OpenError::Unusable(directory.to_path_buf(), error))?;
    lock(directory)
}

fn make_directory(directory: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    // Others on the machine have no business with password hashes and private documents.
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(directory)
}

fn lock(directory: &Path) -> Result<File, OpenError> {
    let unusable = |error: io::Error| OpenError::Unusable(directory.to_path_buf(), error);
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(directory.join(LOCK))
        .map_err(unusable)?;
    for left in (0..LOCK_TRIES).rev() {
        match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(file),
            Err(rustix::io::Errno::WOULDBLOCK) if left > 0 => std::thread::sleep(LOCK_PAUSE),
            Err(rustix::io::Errno::WOULDBLOCK) => break,
            Err(error) => return Err(unusable(error.into())),
        }
    }
    Err(OpenError::InUse(directory.to_path_buf()))
}

async fn check_version(connection: &mut SqliteConnection) -> Result<(), OpenError> {
    let version: String = sqlx::query_scalar("select sqlite_version()")
        .fetch_one(connection)
        .await?;
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut part = || parts.next().unwrap_or(0);
    if (part(), part(), part()) < SQLITE_VERSION_MIN {
        return Err(OpenError::SqliteTooOld(version));
    }
    Ok(())
}

/// Runs what is missing, each step in a transaction, after a copy of the database as the release before left it.
async fn migrate(steps: &Migrator, connection: &mut SqliteConnection, path: &Path) -> Result<(), OpenError> {
    let table = steps.table_name.as_ref();
    connection.ensure_migrations_table(table).await?;
    let applied = connection.list_applied_migrations(table).await?;
    for step in &applied {
        let Some(known) = steps.iter().find(|known| known.version == step.version) else {
            return Err(OpenError::Newer(step.version));
        };
        if known.checksum != step.checksum {
            return Err(MigrateError::VersionMismatch(step.version).into());
        }
    }
    let mut is_copied = applied.is_empty();
    for step in steps.iter() {
        if applied.iter().any(|done| done.version == step.version) {
            continue;
        }
        if !is_copied {
            copy(connection, path, step.version).await?;
            is_copied = true;
        }
        tracing::info!(step = step.version, name = %step.description, "storage.migrating");
        connection.apply(table, step).await?;
    }
    Ok(())
}

/// The name of the copy that is made before a step.
fn copy_name(step: i64) -> String {
    format!("inkling.before-{step}.db")
}

/// The step that a file of this name was copied before.
pub(crate) fn copied_before(name: &str) -> Option<i64> {
    let step = name.strip_prefix("inkling.before-")?.strip_suffix(".db")?;
    step.parse().ok()
}

/// On the disk, and under its name, before this returns: it has to be there after a power cut in the middle of the step that follows.
async fn copy(connection: &mut SqliteConnection, database: &Path, step: i64) -> Result<(), OpenError> {
    let name = copy_name(step);
    let to = database.with_file_name(&name);
    let unusable = |error: io::Error| OpenError::Unusable(to.clone(), error);
    let folder = database.parent().filter(|folder| *folder != Path::new(""));
    let partial = Partial::begin(folder.unwrap_or(Path::new(".")), &name).map_err(unusable)?;
    copy_into(connection, partial.path())
        .await
        .map_err(|error| match error {
            DbError::Sqlite(error) => OpenError::Sqlite(error),
            error => OpenError::Unusable(to.clone(), io::Error::other(error)),
        })?;
    // One of that name is left by a start that was interrupted; the database is still as it was then.
    partial.finish(&to).map_err(unusable)
}

/// Writes the log into the database file and lets go of the lock.
pub(crate) async fn close(connection: SqliteConnection, lock: File) -> Result<(), sqlx::Error> {
    connection.close().await?;
    drop(lock);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use sqlx::migrate::{Migration, MigrationType};

    fn steps(texts: &[&'static str]) -> Migrator {
        let step = |(version, text): (i64, &&'static str)| {
            Migration::new(
                version,
                "step".into(),
                MigrationType::Simple,
                sqlx::SqlStr::from_static(text),
                false,
            )
        };
        Migrator::with_migrations((1..).zip(texts).map(step).collect())
    }

    async fn connect(path: &Path) -> SqliteConnection {
        SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .connect()
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn before_the_first_new_step_the_data_is_copied_as_it_was() {
        let directory = tempfile::TempDir::new().unwrap();
        let path = directory.path().join("inkling.db");
        let mut connection = connect(&path).await;
        let first = "create table notes (body text not null) strict";
        migrate(&steps(&[first]), &mut connection, &path).await.unwrap();
        sqlx::query("insert into notes values ('kept')")
            .execute(&mut connection)
            .await
            .unwrap();
        let copied = directory.path().join("inkling.before-2.db");
        assert!(!copied.exists(), "there was nothing to copy");

        let both = steps(&[first, "drop table notes", "create table marks (at integer) strict"]);
        migrate(&both, &mut connection, &path).await.unwrap();
        let between = directory.path().join("inkling.before-3.db");
        assert!(!between.exists(), "no release left the data like that");
        assert!(
            sqlx::query("select body from notes")
                .fetch_one(&mut connection)
                .await
                .is_err()
        );
        let mut copy = connect(&copied).await;
        let body: String = sqlx::query_scalar("select body from notes")
            .fetch_one(&mut copy)
            .await
            .unwrap();
        assert_eq!(body, "kept");
        // Done is done.
        migrate(&both, &mut connection, &path).await.unwrap();
        let newer = migrate(&steps(&[first]), &mut connection, &path).await;
        assert!(matches!(newer, Err(OpenError::Newer(2))), "{newer:?}");
        assert_eq!(copied_before(&copy_name(2)), Some(2));
        assert_eq!(copied_before("inkling.db"), None);
    }

    #[tokio::test]
    async fn a_step_that_fails_changes_nothing() {
        let directory = tempfile::TempDir::new().unwrap();
        let path = directory.path().join("inkling.db");
        let mut connection = connect(&path).await;
        let broken = steps(&["create table notes (body text) strict; insert into nowhere values (1)"]);
        assert!(migrate(&broken, &mut connection, &path).await.is_err());
        let mended = steps(&["create table notes (body text) strict"]);
        migrate(&mended, &mut connection, &path).await.unwrap();
    }
}
