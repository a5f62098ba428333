//! The one page: `web/index.html` with the hashed names filled in.

use super::bundle::Bundle;
use crate::project::root;
use anyhow::{Context as _, ensure};
use std::fs;
use std::path::Path;

pub(super) fn build(bundle: &Bundle, icon: &str, release: &str, dist: &Path) -> anyhow::Result<()> {
    let mut page = fs::read_to_string(root().join("web/index.html")).context("reading web/index.html")?;
    let names = [
        ("boot", bundle.boot.as_str()),
        ("theme", &bundle.theme),
        ("style", &bundle.style),
        ("wasm", &bundle.wasm),
        ("icon", icon),
        ("release", release),
    ];
    for (place, path) in names {
        let mark = format!("{{{{{place}}}}}");
        ensure!(page.contains(&mark), "web/index.html has no place for {mark}");
        page = page.replace(&mark, path);
    }
    fs::write(dist.join("index.html"), page)?;
    Ok(())
}
