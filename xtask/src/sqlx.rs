//! Renews `.sqlx`, against which the queries of the server are checked at compile time.

use anyhow::{Context as _, ensure};
use std::path::Path;
use std::process::{Command, Stdio};
use std::{fs, io};

/// Makes a scratch database from the migrations and lets the compiler describe every query against it.
pub(crate) fn renew() -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .context("the package lies in the workspace")?;
    let scratch = root.join("target/sqlx-scratch.db");
    remove_if_there(&scratch)?;
    let mut migrations: Vec<_> = fs::read_dir(root.join("migrations"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<io::Result<_>>()?;
    migrations.sort();
    for migration in migrations {
        let status = Command::new("sqlite3")
            .arg("-bail")
            .arg(&scratch)
            .stdin(Stdio::from(fs::File::open(&migration)?))
            .status()
            .context("sqlite3 has to be installed")?;
        ensure!(status.success(), "{} does not run", migration.display());
    }

    let described = root.join(".sqlx");
    fs::create_dir_all(&described)?;
    for entry in fs::read_dir(&described)? {
        fs::remove_file(entry?.path())?;
    }
    // The macros run only when the crate is compiled.
    fs::File::open(root.join("server/src/lib.rs"))?.set_modified(std::time::SystemTime::now())?;
    let status = Command::new(env!("CARGO"))
        .args(["check", "--package", "server", "--lib"])
        .current_dir(root)
        .env("DATABASE_URL", format!("sqlite://{}", scratch.display()))
        .env("SQLX_OFFLINE", "false")
        .env("SQLX_OFFLINE_DIR", &described)
        .status()?;
    ensure!(status.success(), "the queries could not be checked");
    Ok(())
}

fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        other => other,
    }
}
