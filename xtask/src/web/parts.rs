//! Programs that run apart from the tab's page, each a file of its own. The page knows them by their addresses.

use super::bundle::esbuild;
use crate::project::{Profile, call};
use std::path::Path;

/// Their sources in the package of the editor, and what they are called beside the tab's program.
const PARTS: [(&str, &str); 1] = [("src/drawn/formula.worker.ts", "formula.part.js")];

/// Bundles them into the folder from which the tab's bundle takes what is made for it.
pub(super) fn build(profile: Profile, into: &Path) -> anyhow::Result<()> {
    for (source, name) in PARTS {
        let mut bundling = esbuild();
        bundling
            .args([source, "--bundle", "--format=iife", "--target=es2022"])
            .arg("--log-level=warning")
            .arg(format!("--outfile={}", into.join(name).display()));
        if profile == Profile::Release {
            bundling.arg("--minify");
        }
        call(&mut bundling)?;
    }
    Ok(())
}
