//! The digest of everything that the tab is built from.
//!
//! The build leaves the digest beside what it built, and a build whose digest is already there does nothing. The server's build script includes
//! this same file, so that a release never embeds a tab built from other sources than its own.

use sha2::{Digest as _, Sha256};
use std::io;
use std::path::{Path, PathBuf};

/// Files and folders, from the workspace's folder, whose content decides what the tab becomes.
pub(crate) const INPUTS: &[&str] = &[
    ".cargo/config.toml",
    "Cargo.lock",
    "Cargo.toml",
    "rust-toolchain.toml",
    "shared/Cargo.toml",
    "shared/src",
    "web/Cargo.toml",
    "web/build.rs",
    "web/icons",
    "web/index.html",
    "web/locale",
    "web/manifest.webmanifest",
    "web/prose/Cargo.toml",
    "web/prose/src",
    "web/src",
    "web/style",
    "web/editor/package.json",
    "web/editor/package-lock.json",
    "web/editor/src",
    "web/editor/tsconfig.json",
    "web/worker",
    "xtask/src/web",
    "xtask/src/web.rs",
];

/// Where the build leaves its stamp, from the workspace's folder.
pub(crate) const STAMP: &str = "web/dist/.stamp";

/// SHA-256, in hexadecimal, over the names and contents of all inputs.
pub(crate) fn digest(root: &Path) -> io::Result<String> {
    let mut files = Vec::new();
    for input in INPUTS {
        collect(&root.join(input), &mut files)?;
    }
    files.sort();
    let mut hasher = Sha256::new();
    for file in files {
        let name = file
            .strip_prefix(root)
            .unwrap_or(&file)
            .to_string_lossy()
            .replace('\\', "/");
        let content = std::fs::read(&file)?;
        hasher.update(format!("{name}\0{}\0", content.len()));
        hasher.update(content);
    }
    Ok(hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect())
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            collect(&entry?.path(), files)?;
        }
    } else if path.is_file() {
        files.push(path.to_path_buf());
    }
    Ok(())
}
