//! A clock on the wall that is set while people type and talk. Debian's `libfaketime` tells the program another time, and leaves alone the clock that only
//! goes forward.

use super::*;
use serde_json::json;
use std::path::PathBuf;

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
    let mut command = command(directory.path());
    command
        .env("LD_PRELOAD", library)
        .env("DONT_FAKE_MONOTONIC", "1")
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_TIMESTAMP_FILE", &clock);
    let server = Inkling::spawn(command).await;
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
