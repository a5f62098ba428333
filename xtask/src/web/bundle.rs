//! npm and esbuild: TypeScript, the WebAssembly loader and the style sheets become files with hashed names.

use crate::project::{Profile, call, root};
use anyhow::{Context as _, ensure};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the page has to name, each as a path from the root of the site.
pub(super) struct Bundle {
    /// Starts the tab.
    pub(super) boot: String,
    /// Sets the theme before the first paint.
    pub(super) theme: String,
    /// The style sheet that every page begins with.
    pub(super) style: String,
    /// The tab's program.
    pub(super) wasm: String,
    /// Scripts that starting imports at once, not counting `boot` itself.
    pub(super) imported: Vec<String>,
}

/// The part of esbuild's metafile that is read.
#[derive(serde::Deserialize)]
struct Metafile {
    outputs: BTreeMap<String, Output>,
}

#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Output {
    entry_point: Option<String>,
    #[serde(default)]
    imports: Vec<Import>,
}

#[derive(serde::Deserialize)]
struct Import {
    path: String,
    kind: String,
}

/// esbuild, called from the folder of its package.
pub(super) fn esbuild() -> Command {
    let mut esbuild = Command::new(package().join("node_modules/.bin/esbuild"));
    esbuild.current_dir(package());
    esbuild
}

fn package() -> PathBuf {
    root().join("web/editor")
}

/// Installs what the lock file names, unless that is what is installed.
pub(super) fn install() -> anyhow::Result<()> {
    let lock = fs::read(package().join("package-lock.json")).context("reading web/editor/package-lock.json")?;
    let installed = package().join("node_modules/.installed-lock.json");
    if fs::read(&installed).is_ok_and(|found| found == lock) {
        return Ok(());
    }
    call(
        Command::new("npm")
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
            .current_dir(package()),
    )?;
    fs::write(installed, lock)?;
    Ok(())
}

/// Style sheets in `web/style/parts`, each of which comes with a part of the tab that is loaded later.
const PARTS: [&str; 4] = ["administration", "commands", "editor", "looks"];

/// Bundles into `dist/assets`.
pub(super) fn build(profile: Profile, bindgen: &Path, dist: &Path) -> anyhow::Result<Bundle> {
    // First, since the scripts have to know what the sheets are called.
    let mut styling = bundling(profile, dist);
    styling.arg("../style/main.css");
    styling.args(PARTS.map(|part| format!("../style/parts/{part}.css")));
    let sheets = run(styling, &bindgen.join("sheets.json"))?;
    let mut scripting = bundling(profile, dist);
    scripting
        .args(["src/boot.ts", "src/theme.ts", "--format=esm", "--splitting"])
        .args([
            "--loader:.wasm=file",
            "--loader:.woff2=file",
            "--loader:.part.js=file",
            "--loader:.part.html=file",
        ])
        .args(["--loader:.ftl=text", "--public-path=/"])
        .args([
            "--alias:inkling-editor=./src/index.ts",
            "--alias:@codemirror/lang-html=./src/html.ts",
            "--alias:@codemirror/autocomplete=./src/no-completion.ts",
        ])
        .arg(format!("--alias:inkling-tab={}", bindgen.display()));
    for part in PARTS {
        let sheet = entry(&sheets, &format!("../style/parts/{part}.css"))?;
        scripting.arg(format!("--define:SHEETS.{part}={sheet:?}"));
    }
    let scripts = run(scripting, &bindgen.join("bundle.json"))?;
    let wasm = scripts
        .outputs
        .keys()
        .find(|name| site_path(name).starts_with("/assets/web_bg-") && name.ends_with(".wasm"))
        .context("esbuild wrote no WebAssembly")?;
    // It has to have run before the first paint, and a script that imports waits.
    ensure!(
        imported_at_once(&scripts, "src/theme.ts").is_empty(),
        "src/theme.ts imports a chunk"
    );
    let imported = imported_at_once(&scripts, "src/boot.ts");
    Ok(Bundle {
        imported: imported.into_iter().map(site_path).collect(),
        boot: entry(&scripts, "src/boot.ts")?,
        theme: entry(&scripts, "src/theme.ts")?,
        style: entry(&sheets, "../style/main.css")?,
        wasm: site_path(wasm),
    })
}

/// What both calls of esbuild have in common.
fn bundling(profile: Profile, dist: &Path) -> Command {
    let mut esbuild = esbuild();
    esbuild
        .args(["--bundle", "--target=es2022", "--log-level=warning"])
        .args([
            "--entry-names=assets/[name]-[hash]",
            "--chunk-names=assets/[name]-[hash]",
            "--asset-names=assets/[name]-[hash]",
        ])
        .arg(format!("--outdir={}", dist.display()))
        .arg(match profile {
            Profile::Dev => "--sourcemap=linked",
            Profile::Release => "--minify",
        });
    esbuild
}

/// Runs esbuild and answers what it says it wrote.
fn run(mut esbuild: Command, metafile: &Path) -> anyhow::Result<Metafile> {
    call(esbuild.arg(format!("--metafile={}", metafile.display())))?;
    serde_json::from_slice(&fs::read(metafile)?).context("reading esbuild's metafile")
}

/// The path of what an entry point became.
fn entry(metafile: &Metafile, entry: &str) -> anyhow::Result<String> {
    let is_it = |output: &Output| output.entry_point.as_deref() == Some(entry);
    let found = metafile.outputs.iter().find(|(_, output)| is_it(output));
    let (name, _) = found.with_context(|| format!("esbuild wrote nothing for {entry}"))?;
    Ok(site_path(name))
}

/// What an entry's script imports by statement, directly or through others; what it may import later is left out.
fn imported_at_once<'a>(metafile: &'a Metafile, entry: &str) -> BTreeSet<&'a str> {
    let of_entry = |output: &&Output| output.entry_point.as_deref() == Some(entry);
    let mut waiting: Vec<&Output> = metafile.outputs.values().filter(of_entry).collect();
    let mut found = BTreeSet::new();
    while let Some(output) = waiting.pop() {
        for import in output.imports.iter().filter(|import| import.kind == "import-statement") {
            if found.insert(import.path.as_str()) {
                waiting.extend(metafile.outputs.get(&import.path));
            }
        }
    }
    found
}

/// esbuild names its outputs from its own folder; the site serves them from `/assets`.
fn site_path(output: &str) -> String {
    let name = output.rsplit('/').next().unwrap_or(output);
    format!("/assets/{name}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_starting_imports_is_followed_and_what_comes_later_is_not() {
        let metafile: Metafile = serde_json::from_str(
            r#"{"outputs": {
                "boot.js": {"entryPoint": "src/boot.ts", "imports": [
                    {"path": "glue.js", "kind": "import-statement"}, {"path": "editor.js", "kind": "dynamic-import"}]},
                "glue.js": {"imports": [{"path": "base.js", "kind": "import-statement"}]},
                "base.js": {"imports": [{"path": "glue.js", "kind": "import-statement"}]},
                "editor.js": {"imports": [{"path": "markdown.js", "kind": "import-statement"}]},
                "markdown.js": {}
            }}"#,
        )
        .expect("as esbuild writes it");
        let imported = imported_at_once(&metafile, "src/boot.ts");
        assert_eq!(imported.into_iter().collect::<Vec<_>>(), ["base.js", "glue.js"]);
    }
}
