//! What a browser needs to install the tab and to start it without a network: icons, the manifest, and the worker with the list of all files.

use super::bundle::esbuild;
use crate::project::{call, root};
use anyhow::Context as _;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::Path;

/// Pictures of the tab in `web/icons`, by the names that the page and the manifest have for them.
const ICONS: [&str; 3] = ["icon-192", "icon-512", "icon-maskable"];

/// Where the worker and the manifest are: names that stay, so that browsers find the next release under them.
const MANIFEST: &str = "manifest.webmanifest";
const WORKER: &str = "worker.js";

/// Copies the icons, each with a name that says its content, and answers their paths on the site.
pub(super) fn icons(dist: &Path) -> anyhow::Result<Vec<(&'static str, String)>> {
    let copy = |name: &'static str| {
        let picture = root().join("web/icons").join(name).with_extension("png");
        let content = fs::read(&picture).with_context(|| format!("reading {}", picture.display()))?;
        let path = format!("/assets/{name}-{}.png", &sha256(&content)[..8].to_uppercase());
        fs::write(dist.join(path.trim_start_matches('/')), content)?;
        Ok((name, path))
    };
    ICONS.into_iter().map(copy).collect()
}

/// Writes the manifest.
pub(super) fn manifest(icons: &[(&str, String)], dist: &Path) -> anyhow::Result<()> {
    let source = root().join("web").join(MANIFEST);
    let mut manifest = fs::read_to_string(&source).with_context(|| format!("reading {}", source.display()))?;
    for (name, path) in icons {
        manifest = manifest.replace(&format!("{{{{{name}}}}}"), path);
    }
    fs::write(dist.join(MANIFEST), manifest)?;
    Ok(())
}

/// Bundles the worker, which knows the release, all its files, and what the page has to be. A build for development has no release: its worker
/// holds nothing, so that what is built next is what is seen.
pub(super) fn worker(release: &str, dist: &Path) -> anyhow::Result<()> {
    let mut files = vec![format!("/{MANIFEST}")];
    for entry in fs::read_dir(dist.join("assets"))? {
        let name = entry?.file_name();
        files.push(format!("/assets/{}", name.to_string_lossy()));
    }
    files.sort();
    if release.is_empty() {
        files.clear();
    }
    let (later, files): (Vec<_>, Vec<_>) = files.into_iter().partition(|path| is_for_later(path));
    let page = sha256(&fs::read(dist.join("index.html"))?);
    let mut bundling = esbuild();
    bundling
        .args(["../worker/worker.ts", "--bundle", "--format=iife", "--minify"])
        .args(["--target=es2022", "--log-level=warning"])
        .arg(format!("--define:RELEASE={release:?}"))
        .arg(format!("--define:PAGE_HASH={page:?}"))
        .arg(format!("--define:FILES={files:?}"))
        .arg(format!("--define:LATER={later:?}"))
        .arg(format!("--outfile={}", dist.join(WORKER).display()));
    call(&mut bundling)
}

/// Whether a file is fetched and kept only when somebody needs it: most texts have no formula in them, and what draws those is large.
fn is_for_later(path: &str) -> bool {
    path.ends_with(".woff2") || path.contains(".part-")
}

fn sha256(content: &[u8]) -> String {
    Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}
