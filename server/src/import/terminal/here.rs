//! Into a data directory that no server has at the moment: with the server's own parts, and nobody let in. Whoever is imported for has a token for
//! as long as it takes, since everything that is stored is stored for somebody who was let in.

use super::{Import, Refused, Telling};
use crate::Server;
use crate::config::Config;
use crate::db::tokens::{self, NewToken};
use crate::http::auth::{Caller, Secret, Via};
use crate::http::import::making::Making;
use crate::http::import::{Form, now};
use crate::import::package::{Package, PackageError};
use crate::upkeep::chosen;
use shared::id::UnixMs;
use std::fs::File;
use std::path::Path;
use tokio::sync::mpsc;
use uuid::Uuid;

/// A token of an import that was killed ends after this long, milliseconds.
const TOKEN_MS: u64 = 24 * 60 * 60 * 1000;

const LINES_QUEUED: usize = 16;

pub(super) async fn run(import: &Import, config: &Config, user: &str, telling: &mut Telling) -> Result<(), Refused> {
    let package = open(&import.path)?;
    let server = Server::closed(config.clone()).await;
    let server = server.map_err(|error| Refused::new(error.exit_code(), error.to_string()))?;
    let made = within(&server, import, user, package, telling).await;
    server.shutdown().await;
    made
}

async fn within(
    server: &Server,
    import: &Import,
    user: &str,
    package: Package,
    telling: &mut Telling,
) -> Result<(), Refused> {
    let app = server.app();
    let broken = |error: &dyn std::fmt::Display| Refused::new(5, format!("the database: {error}"));
    let account = app.reader.password_hash(user).await.map_err(|error| broken(&error))?;
    let account = match account {
        Some((id, _)) => app.reader.user(id).await.map_err(|error| broken(&error))?,
        None => None,
    };
    let account = account.ok_or_else(|| Refused::new(2, format!("there is no account {user:?}")))?;
    let rooms = app.reader.all_rooms().await.map_err(|error| broken(&error))?;
    let rooms = chosen(rooms, Some(&import.room)).map_err(|error| Refused::new(2, error.to_string()))?;
    let (room, name) = rooms.into_iter().next().expect("one was chosen");
    let role = app
        .reader
        .role(account.id, room)
        .await
        .map_err(|error| broken(&error))?;
    match role {
        Some(role) if role.may_write() => {}
        Some(_) => return Err(Refused::new(2, format!("{user} may read in {name:?}, and not write"))),
        None => return Err(Refused::new(2, format!("{user} is no member of {name:?}"))),
    }
    let token = NewToken {
        id: Uuid::now_v7(),
        user_id: account.id,
        secret_hash: Secret::draw("").hash,
        name: "inkling import".to_owned(),
        document: None,
        at: now(),
        expires_at: Some(UnixMs(now().0 + TOKEN_MS)),
    };
    let (owner, id) = (account.id, token.id);
    // One of their own is not in the way of this one.
    let stored = app
        .writer
        .write(move |connection| Box::pin(async move { tokens::insert(connection, &token, u64::MAX).await }));
    stored.await.map_err(|_| Refused::new(5, "nothing can be stored"))?;
    let (lines, mut told) = mpsc::channel(LINES_QUEUED);
    let making = Making {
        app: app.clone(),
        caller: Caller {
            user: account,
            via: Via::Token { id, document: None },
            expires_at: None,
        },
        room,
        id: telling.id,
        lines,
    };
    let listening = async {
        while let Some(line) = told.recv().await {
            telling.hear(line);
        }
    };
    tokio::join!(making.run(package), listening);
    let taken_back = app
        .writer
        .write(move |connection| Box::pin(async move { tokens::delete(connection, owner, id).await }));
    // It ends by itself, too.
    taken_back.await.ok();
    Ok(())
}

/// What lies at a path.
fn open(path: &Path) -> Result<Package, Refused> {
    let shown = path.display();
    let unreadable = |error: &dyn std::fmt::Display| Refused::new(2, format!("{shown}: {error}"));
    if path.is_dir() {
        return Package::folder(path).map_err(|error| unreadable(&error));
    }
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let form = Form::of(name).map_err(|error| unreadable(&error.message.unwrap_or_default()))?;
    let file = File::open(path).map_err(|error| unreadable(&error))?;
    let package = match form {
        Form::Archive => Package::archive(file),
        Form::One => Package::one(name, file).map_err(PackageError::from),
    };
    package.map_err(|error| unreadable(&error))
}
