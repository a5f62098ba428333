//! What runs apart from the tab's page: programs, each a file of its own, and the page in which diagrams are drawn. The tab knows them by their
//! addresses.

use super::bundle::esbuild;
use crate::project::{Profile, call};
use anyhow::Context as _;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::Path;

/// What Mermaid brings along and is left out: a layout as large as a third of the rest, and what draws formulas once more.
const LEFT_OUT: [&str; 2] = [
    "--alias:elkjs/lib/elk.bundled.js=./src/drawn/no-elk.ts",
    "--alias:katex=./src/drawn/no-katex.ts",
];

/// Bundles them into the folder from which the tab's bundle takes what is made for it.
pub(super) fn build(profile: Profile, into: &Path) -> anyhow::Result<()> {
    bundle(
        profile,
        "src/drawn/formula.worker.ts",
        &[],
        &into.join("formula.part.js"),
    )?;
    let program = into.join("diagram.part.js");
    bundle(profile, "src/drawn/diagram.program.ts", &LEFT_OUT, &program)?;
    let script = into.join("diagram.frame.js");
    bundle(profile, "src/drawn/diagram.frame.ts", &[], &script)?;
    let page = page(&fs::read_to_string(&script)?, &fs::read_to_string(&program)?);
    fs::write(into.join("diagram.part.html"), page).context("writing the page for diagrams")
}

fn bundle(profile: Profile, source: &str, options: &[&str], output: &Path) -> anyhow::Result<()> {
    let mut bundling = esbuild();
    bundling
        .args([
            source,
            "--bundle",
            "--format=iife",
            "--target=es2022",
            "--charset=ascii",
        ])
        .arg("--log-level=warning")
        .args(options)
        .arg(format!("--outfile={}", output.display()));
    if profile == Profile::Release {
        bundling.arg("--minify");
    }
    call(&mut bundling)
}

/// The page with its script in it, since a page of no site gets no file of this one without a network. It runs that script, and the program
/// that it is handed, and no other: both by their content.
fn page(script: &str, program: &str) -> String {
    let [script_hash, program_hash] = [script, program].map(|text| BASE64.encode(Sha256::digest(text)));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"content-security-policy\" content=\"default-src 'none'; \
         script-src 'sha256-{script_hash}' 'sha256-{program_hash}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n\
         <title>Diagrams</title>\n</head>\n<body>\n<script>{script}</script>\n</body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_for_diagrams_runs_two_scripts_by_their_content_and_loads_nothing() {
        let page = page("here()", "draw()");
        let policy = page.split("content=\"").nth(1).and_then(|rest| rest.split('"').next());
        let hash = |text: &str| BASE64.encode(Sha256::digest(text));
        assert_eq!(
            policy,
            Some(
                format!(
                    "default-src 'none'; script-src 'sha256-{}' 'sha256-{}'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
                    hash("here()"),
                    hash("draw()")
                )
                .as_str()
            )
        );
        assert!(page.contains("<script>here()</script>"));
    }
}
