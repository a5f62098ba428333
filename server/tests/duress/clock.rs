//! A clock on the wall that is set while people type and talk. Debian's `libfaketime` tells the program another time, and leaves alone the clock that only
//! goes forward.

use super::*;
use serde_json::json;
use std::path::PathBuf;
use tokio::process::Command;

/// Set in this order: an hour back, a day forward, more than a document stays that was deleted, and before all of it.
const CLOCKS: [&str; 5] = ["-1h", "+1d", "+40d", "-3d", "+0"];

/// Edits that are acknowledged between two of them.
const SAVED_BETWEEN: usize = 60;

/// None where there is none.
fn library() -> Option<PathBuf> {
    let machines = std::fs::read_dir("/usr/lib").into_iter().flatten();
    let mut paths = machines.filter_map(|machine| Some(machine.ok()?.path().join("faketime/libfaketimeMT.so.1")));
    paths.find(|path| path.exists())
}

/// The program, to which `clock` says how wrong its clock on the wall is.
fn command_with_clock(directory: &Path, library: &Path, clock: &Path) -> Command {
    let mut command = command(directory);
    command
        .env("LD_PRELOAD", library)
        .env("DONT_FAKE_MONOTONIC", "1")
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_TIMESTAMP_FILE", clock);
    command
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_is_set_back_and_forward_stops_and_reorders_nothing() {
    let Some(library) = library() else {
        eprintln!("SKIPPED: a clock that is set is not tested on the program, since there is no libfaketime here");
        return;
    };
    let directory = TempDir::new().unwrap();
    let place = Place::prepare(directory.path(), 3).await;
    let clock = TempDir::new().unwrap();
    let clock = clock.path().join("clock");
    std::fs::write(&clock, "+0").unwrap();
    let server = Inkling::spawn(command_with_clock(directory.path(), &library, &clock)).await;
    let cleo = register(&server.browser(), "cleo").await;
    let messages = format!("/api/v1/rooms/{}/messages", cleo.new_room("Cellar").await);

    let (saved, mut progress) = watch::channel(0);
    let (end, ended) = watch::channel(false);
    let typing = place.typists(server.address(), &saved).into_iter().map(|mut typist| {
        let ended = ended.clone();
        tokio::spawn(async move {
            typist.types_until(&ended, |_| false).await;
            typist
        })
    });
    let typing: Vec<_> = typing.collect();
    let mut ids = Vec::new();
    for set_to in CLOCKS {
        std::fs::write(&clock, set_to).unwrap();
        let goal = *progress.borrow() + SAVED_BETWEEN;
        progress.wait_for(|saved| *saved >= goal).await.unwrap();
        // With a login session from before, which has not expired.
        let said = cleo
            .browser
            .post(&messages, json!({ "body": set_to }))
            .await
            .expect(201);
        ids.push(said["id"].as_str().unwrap().to_owned());
    }
    end.send_replace(true);
    let mut typists: Vec<_> = join_all(typing).await.into_iter().map(Result::unwrap).collect();
    let edits = all_have_all(&mut typists, &server, &place).await;
    assert!(
        typists.iter().all(|typist| typist.tab.connected == 1),
        "nobody was cut off"
    );
    let told = cleo.get(&messages).await.expect(200);
    let bodies = told["items"].as_array().unwrap().iter().map(|message| &message["body"]);
    assert!(bodies.eq(CLOCKS), "{told}");
    assert!(
        ids.is_sorted(),
        "names of messages follow their order all the same: {ids:?}"
    );
    server.signal(Signal::TERM);
    assert_eq!(timeout(STOP_MAX, server.end()).await.unwrap().code, Some(0));
    println!(
        "the clock was set {} times, {edits} edits acknowledged, 0 lost",
        CLOCKS.len()
    );
}

#[tokio::test]
async fn a_program_that_starts_with_a_clock_far_ahead_erases_nothing_that_was_deleted_lately() {
    let Some(library) = library() else {
        eprintln!(
            "SKIPPED: a clock that is wrong at the start is not tried on the program, since there is no libfaketime here"
        );
        return;
    };
    let directory = TempDir::new().unwrap();
    let folder = TempDir::new().unwrap();
    let clock = folder.path().join("clock");
    std::fs::write(&clock, "+0").unwrap();
    let start = async || Inkling::spawn(command_with_clock(directory.path(), &library, &clock)).await;
    let server = start().await;
    let cleo = register(&server.browser(), "cleo").await;
    let document = cleo.new_document(cleo.new_room("Cellar").await, "Soup").await;
    let path = format!("/api/v1/documents/{document}");
    cleo.delete(&path).await.expect(204);
    server.signal(Signal::TERM);
    assert_eq!(timeout(STOP_MAX, server.end()).await.unwrap().code, Some(0));

    std::fs::write(&clock, "+400d").unwrap();
    let server = start().await;
    let browser = server.browser();
    let restore = format!("{path}/restore");
    let login = json!({"username": "cleo", "password": PASSWORD});
    browser.post("/api/v1/login", login.clone()).await.expect(200);
    browser.post(&restore, json!({})).await.refused(404, "not_found");
    // It finds out what time it is.
    std::fs::write(&clock, "+0").unwrap();
    browser.post("/api/v1/login", login).await.expect(200);
    browser.post(&restore, json!({})).await.expect(200);
}
