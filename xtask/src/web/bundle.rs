//! npm and esbuild: TypeScript, the WebAssembly loader and the style sheets become files with hashed names.

use crate::project::{Profile, call, root};
use anyhow::Context as _;
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
    /// All style sheets.
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

/// Bundles into `dist/assets`.
pub(super) fn build(profile: Profile, bindgen: &Path, dist: &Path) -> anyhow::Result<Bundle> {
    let metafile = bindgen.join("bundle.json");
    let mut esbuild = esbuild();
    esbuild
        .args(["src/boot.ts", "src/theme.ts", "../style/main.css"])
        .args([
            "--bundle",
            "--format=esm",
            "--splitting",
            "--target=es2022",
            "--log-level=warning",
        ])
        .args([
            "--entry-names=assets/[name]-[hash]",
            "--chunk-names=assets/[name]-[hash]",
        ])
        .args([
            "--asset-names=assets/[name]-[hash]",
            "--loader:.wasm=file",
            "--loader:.ftl=text",
            "--public-path=/",
        ])
        .args([
            "--alias:inkling-editor=./src/index.ts",
            "--alias:@codemirror/lang-html=./src/html.ts",
            "--alias:@codemirror/autocomplete=./src/no-completion.ts",
        ])
        .arg(format!("--alias:inkling-tab={}", bindgen.display()))
        .arg(format!("--outdir={}", dist.display()))
        .arg(format!("--metafile={}", metafile.display()));
    match profile {
        Profile::Dev => esbuild.arg("--sourcemap=linked"),
        Profile::Release => esbuild.arg("--minify"),
    };
    call(&mut esbuild)?;
    let metafile: Metafile = serde_json::from_slice(&fs::read(&metafile)?).context("reading esbuild's metafile")?;
    let by_entry = |entry: &str| find(&metafile, entry, |output| output.entry_point.as_deref() == Some(entry));
    let wasm = metafile
        .outputs
        .keys()
        .find(|name| site_path(name).starts_with("/assets/web_bg-") && name.ends_with(".wasm"))
        .context("esbuild wrote no WebAssembly")?;
    let imported = imported_at_once(&metafile, "src/boot.ts");
    Ok(Bundle {
        imported: imported.into_iter().map(site_path).collect(),
        boot: by_entry("src/boot.ts")?,
        theme: by_entry("src/theme.ts")?,
        style: by_entry("../style/main.css")?,
        wasm: site_path(wasm),
    })
}

fn find(metafile: &Metafile, what: &str, is_it: impl Fn(&Output) -> bool) -> anyhow::Result<String> {
    let found = metafile.outputs.iter().find(|(_, output)| is_it(output));
    let (name, _) = found.with_context(|| format!("esbuild wrote nothing for {what}"))?;
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
