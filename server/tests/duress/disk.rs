//! A disk that fails beneath people who type.

use super::*;

/// A sync that fails is never tried again: nothing is called saved any more, people are told, and a restart goes on from what was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fails_ends_the_server_and_takes_back_nothing_it_acknowledged() {
    if std::process::Command::new("strace").arg("-V").output().is_err() {
        eprintln!(
            "SKIPPED: failing disks are not tested, since there is no strace here (Debian: apt-get install strace)"
        );
        return;
    }
    for (call, first) in [("fsync", 12), ("fsync", 60), ("pwrite64", 150), ("pwrite64", 411)] {
        let directory = TempDir::new().unwrap();
        let place = Place::prepare(directory.path(), 3).await;
        let server = Inkling::spawn(command_with_broken_disk(call, first, directory.path())).await;
        let (saved, _) = watch::channel(0);
        let (_never, ended) = watch::channel(false);
        let mut typists = place.typists(server.address(), &saved);
        // Whoever comes when the disk has failed has nothing to tell of.
        join_all(typists.iter_mut().map(|typist| typist.tab.until(WholeTab::is_loaded))).await;
        let typing = join_all(typists.iter_mut().map(|typist| typist.types_until(&ended, is_stuck)));
        let (endings, end) = tokio::join!(typing, timeout(2 * STOP_MAX, server.end()));
        let end = end.expect("it ends");
        assert_eq!(end.code, Some(5), "{call} {first}: {end:?}");
        let told = |ending: &Ending| match ending {
            Ending::Stuck(SaveState::Waiting { edits, .. } | SaveState::Offline { edits, .. }) => *edits > 0,
            _ => false,
        };
        assert!(
            endings.iter().all(told),
            "a tab does not say that its edits are not stored: {endings:?}"
        );
        let acknowledged = *saved.borrow();
        assert!(acknowledged > 0, "{call} {first} proves nothing");

        let server = Inkling::start(directory.path()).await;
        for typist in &mut typists {
            typist.tab.moves_to_address(server.address());
        }
        let all = all_have_all(&mut typists, &server, &place).await;
        println!("{call} fails from the {first}th on: {acknowledged} of {all} edits acknowledged before, 0 lost");
    }
}

fn is_stuck(tab: &WholeTab) -> bool {
    matches!(tab.save_state(), SaveState::Waiting { .. } | SaveState::Offline { .. })
}
