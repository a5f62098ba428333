//! Backups that were cut short or changed.

use super::*;

#[tokio::test]
async fn a_backup_that_is_killed_leaves_nothing_that_restore_takes() {
    const KILLS: usize = 12;
    const TRIES_MAX: usize = 300;
    let story = Story::begin().await;
    for n in 0..6 {
        story.put(format!("{n}: {}", "soup of the day\n".repeat(100_000))).await;
    }
    let elsewhere = TempDir::new().unwrap();
    let folder = elsewhere.path().join("backups");
    std::fs::create_dir(&folder).unwrap();
    let began = Instant::now();
    backup(story.directory.path(), &folder).await.ended(0);
    let mut takes = began.elapsed();
    let mut cut_short = 0;
    for n in 0.. {
        if cut_short == KILLS {
            break;
        }
        assert!(n < TRIES_MAX, "{cut_short} of {n} were cut short");
        let began = Instant::now();
        // Another name each time: the moment of the first is only as exact as a second.
        let target = folder.join(format!("{n}.backup"));
        let arguments = [
            OsStr::new("backup"),
            target.as_os_str(),
            OsStr::new("--data-dir"),
            story.directory.path().as_os_str(),
        ];
        let mut child = subcommand(arguments).stdout(Stdio::null()).spawn().unwrap();
        let lives = takes.mul_f64(rand::rng().random_range(0.0..1.1));
        if timeout(lives, child.wait()).await.is_err() {
            child.kill().await.unwrap();
            cut_short += 1;
        } else {
            // The first was slow to start, or the machine has become quicker: later kills are to hit all the same.
            takes = takes.min(began.elapsed());
        }
        for file in files(&folder) {
            let data = elsewhere.path().join("data");
            let taken = restore(&file, &data).await;
            let name = file.file_name().unwrap().to_string_lossy().into_owned();
            if name.ends_with(".backup") {
                taken.ended(0);
                std::fs::remove_dir_all(&data).unwrap();
                std::fs::remove_file(&file).unwrap();
            } else if taken.code == Some(0) {
                // Killed between its last byte and its name: all of it is there.
                verify_data(&data).await.ended(0);
                std::fs::remove_dir_all(&data).unwrap();
            } else {
                taken.ended(5);
                assert!(!data.exists(), "nothing is left of {name}");
            }
        }
    }
    // One that is not killed clears away after those that were.
    let last = folder.join("3.backup");
    std::fs::write(folder.join("3.backup.partial"), "half").unwrap();
    backup(story.directory.path(), &last).await.ended(0);
    assert!(!folder.join("3.backup.partial").exists());
    println!("{KILLS} backups, {cut_short} killed");
}

#[tokio::test]
async fn a_backup_that_is_not_what_was_written_is_refused_and_nothing_is_left() {
    let story = Story::begin().await;
    story.put("soup of the day\n".repeat(1000)).await;
    let elsewhere = TempDir::new().unwrap();
    let file = elsewhere.path().join("a.backup");
    backup(story.directory.path(), &file).await.ended(0);
    let good = std::fs::read(&file).unwrap();
    let manifest_at = good.len() - 20 - usize::from(u16::from_le_bytes([good[good.len() - 20], good[good.len() - 19]]));
    let changed = |at: usize| {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        bytes
    };
    let spoiled = [
        ("a page", changed(good.len() / 2)),
        ("its first byte", changed(0)),
        ("the checksum", changed(manifest_at + 100)),
        ("the manifest", changed(manifest_at)),
        ("the end", changed(good.len() - 20)),
        ("cut short", good[..good.len() - 1].to_vec()),
        ("cut in half", good[..good.len() / 2].to_vec()),
        ("more than it was", [&good[..], b"x"].concat()),
        ("doubled", [&good[..], &good[..]].concat()),
        ("nothing", Vec::new()),
    ];
    let data = elsewhere.path().join("data");
    for (what, bytes) in spoiled {
        std::fs::write(&file, bytes).unwrap();
        let said = restore(&file, &data).await.ended(5);
        assert!(said.contains("a.backup is damaged"), "{what}: {said}");
        assert!(!data.exists(), "{what}");
        verify(&file).await.ended(5);
    }
    // Of a later release: of another form, or with a later step.
    let mut later = good.clone();
    *later.last_mut().unwrap() = b'9';
    let manifest: Value = serde_json::from_slice(&good[manifest_at..good.len() - 20]).unwrap();
    let mut stepped = manifest.clone();
    stepped["step"] = json!(9000);
    let stepped = serde_json::to_vec(&stepped).unwrap();
    let len = u32::try_from(stepped.len()).unwrap().to_le_bytes();
    let stepped = [&good[..manifest_at], &stepped, &len, b"inkling-backup-2"].concat();
    for bytes in [later, stepped] {
        std::fs::write(&file, bytes).unwrap();
        let said = restore(&file, &data).await.ended(4);
        assert!(said.contains("newer release"), "{said}");
        assert!(!data.exists());
    }
    std::fs::write(&file, good).unwrap();
    std::fs::create_dir(&data).unwrap();
    std::fs::write(data.join("diary"), "mine").unwrap();
    let said = restore(&file, &data).await.ended(2);
    assert!(said.contains("--data-dir") && said.contains("diary"), "{said}");
    std::fs::remove_file(data.join("diary")).unwrap();
    restore(&file, &data).await.ended(0);
    let said = restore(&file, &data).await.ended(2);
    assert!(said.contains("inkling.db is there"), "{said}");
}
