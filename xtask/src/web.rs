//! The tab's build: WebAssembly from `web` and `web/prose`, one bundle with the editor, the shell page, and compressed copies, all in `web/dist`.

mod bundle;
mod compress;
mod first_load;
mod fold;
mod order;
mod parts;
mod paths;
mod release;
mod renumber;
mod shell;
mod wasm;

pub(crate) use wasm::build_replica;

use crate::inputs;
use crate::project::{Profile, root};
use anyhow::Context as _;
use std::fs;

/// Builds `web/dist`, unless it is there already from the same sources in the same profile.
pub(crate) fn build(profile: Profile) -> anyhow::Result<()> {
    let root = root();
    let stamp_file = root.join(inputs::STAMP);
    bundle::install()?;
    let stamp = stamp(profile)?;
    if fs::read_to_string(&stamp_file).is_ok_and(|found| found == stamp) {
        return Ok(());
    }
    let bindgen = wasm::build(profile)?;
    // Only now, since this takes moments and the step before it minutes: a debug server goes on serving what is there.
    let dist = root.join("web/dist");
    if dist.exists() {
        fs::remove_dir_all(&dist).context("clearing web/dist")?;
    }
    fs::create_dir_all(&dist)?;
    parts::build(profile, &bindgen)?;
    let bundle = bundle::build(profile, &bindgen, &dist)?;
    let icons = release::icons(&dist)?;
    let release = release_name(profile, &stamp);
    // The first is the one that the page names.
    shell::build(&bundle, &icons[0].1, release, &dist)?;
    release::manifest(&icons, &dist)?;
    release::worker(release, &dist)?;
    if profile == Profile::Release {
        compress::build(&dist)?;
        first_load::check(&bundle, &dist)?;
    }
    // Last, so that a build that was cut short is not taken for a whole one.
    fs::write(stamp_file, stamp)?;
    Ok(())
}

fn stamp(profile: Profile) -> anyhow::Result<String> {
    let digest = inputs::digest(&root()).context("reading the sources of the tab")?;
    Ok(format!("{} {digest}\n", profile.wasm()))
}

/// Enough of the digest of the sources to tell releases apart; nothing in a build for development.
fn release_name(profile: Profile, stamp: &str) -> &str {
    let digest = stamp.rsplit(' ').next().unwrap_or(stamp);
    match profile {
        Profile::Dev => "",
        Profile::Release => &digest[..16],
    }
}
