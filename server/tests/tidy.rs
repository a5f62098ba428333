//! The shape of the house, kept: who may import whom, where SQL and the CRDT library may appear, how long a file may be.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the server lies in the workspace")
        .to_owned()
}

/// Every source file below `folder` with one of the endings, as (path from the root, text).
fn sources(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.expect("the folder can be listed").path();
            let name = path
                .file_name()
                .expect("entries have names")
                .to_string_lossy()
                .into_owned();
            if path.is_dir() {
                if !["node_modules", "dist", "target", "test-results"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if endings.iter().any(|ending| name.ends_with(ending)) {
                let text = std::fs::read_to_string(&path).expect("sources are UTF-8");
                let path = path
                    .strip_prefix(root())
                    .expect("it lies below the root")
                    .to_string_lossy()
                    .into_owned();
                found.push((path, text));
            }
        }
    }
    assert!(
        !found.is_empty(),
        "{folder} has no sources: is the test looking in the right place?"
    );
    found
}

/// The code of a file: what stands before its unit tests, without comments.
fn code(text: &str) -> String {
    let text = text
        .split("#[cfg(test)]")
        .next()
        .expect("split yields at least one part");
    text.lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Asserts that no file which `scope` selects holds one of the `words`.
fn none_holds(files: &[(String, String)], scope: impl Fn(&str) -> bool, words: &[&str], why: &str) {
    let mut offences = Vec::new();
    // Unit tests in files of their own may look at whatever they test against.
    let is_test = |path: &str| path.ends_with("/tests.rs") || path.contains("/tests/");
    for (path, text) in files.iter().filter(|(path, _)| scope(path) && !is_test(path)) {
        let code = code(text);
        offences.extend(
            words
                .iter()
                .filter(|word| code.contains(**word))
                .map(|word| format!("{path} has `{word}`")),
        );
    }
    assert!(offences.is_empty(), "{why}:\n{}", offences.join("\n"));
}

#[test]
fn sql_stands_only_in_db() {
    let files = sources("server/src", &[".rs"]);
    let scope = |path: &str| !path.starts_with("server/src/db");
    none_holds(
        &files,
        scope,
        &["query!(", "query_as!(", "query_scalar!(", "sqlx::query("],
        "SQL belongs in db",
    );
}

#[test]
fn only_the_replica_knows_the_crdt_library() {
    let mut files = sources("server/src", &[".rs"]);
    files.extend(sources("shared/src", &[".rs"]));
    files.extend(sources("web/src", &[".rs"]));
    let scope = |path: &str| !path.starts_with("shared/src/replica");
    none_holds(&files, scope, &["yrs::"], "yrs belongs in shared::replica");
}

#[test]
fn in_the_server_only_the_materialize_child_integrates_updates() {
    let files = sources("server/src", &[".rs"]);
    let scope = |path: &str| !path.starts_with("server/src/materialize");
    none_holds(
        &files,
        scope,
        &["shared::replica", "replica::Replica"],
        "the serving process is opaque to the CRDT",
    );
}

#[test]
fn the_pure_parts_read_no_clock_draw_no_number_and_do_no_io() {
    let mut files = sources("shared/src", &[".rs"]);
    files.extend(
        sources("server/src", &[".rs"])
            .into_iter()
            .filter(|(path, _)| path.starts_with("server/src/collab")),
    );
    let words = [
        "tokio::",
        "Instant::now",
        "SystemTime",
        "std::fs",
        "std::net",
        "rand::",
        "getrandom",
        "now_v7",
        "new_v4",
    ];
    none_holds(
        &files,
        |_| true,
        &words,
        "time, randomness and ids are arguments in the pure parts",
    );
}

#[test]
fn imports_run_one_way() {
    let files = sources("server/src", &[".rs"]);
    let within = |folder: &'static str| move |path: &str| path.starts_with(folder);
    none_holds(
        &files,
        within("server/src/collab"),
        &["crate::actor", "crate::db", "crate::http"],
        "collab imports shared and std",
    );
    none_holds(
        &files,
        within("server/src/db"),
        &["crate::actor", "crate::http"],
        "db is imported, it imports nobody above it",
    );
    none_holds(
        &files,
        within("server/src/actor"),
        &["crate::http"],
        "nobody imports http",
    );
    none_holds(
        &sources("shared/src", &[".rs"]),
        |_| true,
        &["server::", "web::"],
        "shared imports nobody",
    );
}

#[test]
fn a_file_is_one_idea() {
    const LINES_MAX: usize = 600;
    let mut long = Vec::new();
    for folder in ["server/src", "shared/src", "web", "xtask/src", "e2e", "fuzz"] {
        for (path, text) in sources(folder, &[".rs", ".ts", ".css"]) {
            let lines = text.split("#[cfg(test)]").next().map_or(0, |code| code.lines().count());
            if lines > LINES_MAX {
                long.push(format!("{path}: {lines} lines"));
            }
            if path.ends_with(".rs") {
                assert!(
                    text.starts_with("//!"),
                    "{path} does not say in its first line what it is"
                );
            }
        }
    }
    assert!(
        long.is_empty(),
        "above {LINES_MAX} lines there is a seam:\n{}",
        long.join("\n")
    );
}

#[test]
fn lock_files_name_no_download_address() {
    for path in ["e2e/package-lock.json", "web/editor/package-lock.json"] {
        let text = std::fs::read_to_string(root().join(path)).expect("the lock file is committed");
        assert!(!text.contains("\"resolved\""), "{path} names download addresses");
    }
}

#[test]
fn every_sentence_of_the_doctor_is_in_its_catalogue_and_used() {
    let catalogue =
        std::fs::read_to_string(root().join("web/locale/doctor.en.ftl")).expect("the doctor has a catalogue");
    let names: Vec<_> = catalogue
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split_once(" = ").map(|(name, _)| name))
        .collect();
    let mut code = String::new();
    for folder in ["server/src/doctor", "server/src/http/doctor", "web/editor/src/doctor"] {
        code.extend(sources(folder, &[".rs", ".ts"]).into_iter().map(|(_, text)| text));
    }
    let quoted = |name: &str| code.contains(&format!("\"{name}\""));
    for name in &names {
        // Titles stand for checks that have sentences, outcomes are words of their own.
        let is_used = match name.strip_prefix("check-") {
            Some(check) => names.iter().any(|name| name.starts_with(&format!("{check}-"))),
            None => quoted(name),
        };
        assert!(is_used, "`{name}` is not used");
    }
    for check in names.iter().filter_map(|name| name.strip_prefix("check-")) {
        for (at, _) in code.match_indices(&format!("\"{check}-")) {
            let name = code[at + 1..].split('"').next().expect("a literal ends");
            assert!(names.contains(&name), "`{name}` is not in the catalogue");
        }
    }
}

#[test]
fn every_guarantee_names_a_test_that_exists() {
    let readme = std::fs::read_to_string(root().join("README.md")).expect("there is a README");
    let table = readme
        .split("## Guarantees")
        .nth(1)
        .and_then(|rest| rest.split("\n## ").next());
    let rows: Vec<_> = table
        .expect("the README has guarantees")
        .lines()
        .filter(|line| line.contains("` in `"))
        .collect();
    assert!(!rows.is_empty(), "the guarantees name their tests");
    for row in rows {
        let mut quoted: Vec<_> = row.split('`').skip(1).step_by(2).collect();
        let path = quoted.pop().expect("a row ends with the file");
        let text = std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        for name in quoted {
            assert!(text.contains(name), "{path} has no test {name}");
        }
    }
}
