//! From Rust to WebAssembly and the JavaScript that loads it.

use super::fold::fold;
use super::order::order;
use super::paths::BuilderPaths;
use crate::project::{Profile, call, cargo, root, sysroot, target};
use anyhow::Context as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

const TRIPLE: &str = "wasm32-unknown-unknown";

/// The tab's program, and the one that it loads to read Markdown. Built one after the other: together, cargo would give the first what only
/// the second wants.
const PACKAGES: [&str; 2] = ["web", "prose"];

/// Who loads a program.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Loader {
    Browser,
    Node,
}

/// Builds the programs and answers the folder with `NAME.js` and `NAME_bg.wasm` of each.
pub(super) fn build(profile: Profile) -> anyhow::Result<PathBuf> {
    add_target()?;
    let output = target().join("xtask").join(profile.wasm());
    for package in PACKAGES {
        build_one(package, profile, Loader::Browser, &output)?;
    }
    Ok(output)
}

/// Builds the replicas that a test drives, in the way of the tab's program, and answers the script that loads them.
pub(crate) fn build_replica() -> anyhow::Result<PathBuf> {
    const PACKAGE: &str = "replica";
    add_target()?;
    let output = target().join("xtask").join(PACKAGE);
    build_one(PACKAGE, Profile::Release, Loader::Node, &output)?;
    Ok(output.join(PACKAGE).with_extension("js"))
}

fn build_one(package: &str, profile: Profile, loader: Loader, output: &Path) -> anyhow::Result<()> {
    let cargo_profile = profile.wasm();
    let mut build = cargo();
    build.args(["build", "--package", package, "--lib"]);
    build.args(["--target", TRIPLE, "--profile", cargo_profile]);
    let paths = BuilderPaths::find()?;
    if profile == Profile::Release {
        // Joined by cargo to the flags of `.cargo/config.toml`.
        build.arg("--config");
        build.arg(format!("target.{TRIPLE}.rustflags={:?}", paths.remapping()));
    }
    call(&mut build)?;
    let input = target()
        .join(TRIPLE)
        .join(cargo_profile)
        .join(format!("{package}.wasm"));
    let mut bindgen = Bindgen::new();
    match loader {
        Loader::Browser => bindgen.web(true)?.omit_default_module_path(true),
        Loader::Node => bindgen.nodejs(true)?,
    };
    bindgen.typescript(false).remove_producers_section(true);
    // Names make a panic's trace readable and are a third of the file.
    bindgen.remove_name_section(profile == Profile::Release);
    bindgen
        .input_path(&input)
        .generate(output)
        .with_context(|| format!("binding {package}.wasm"))?;
    if profile == Profile::Release {
        let program = output.join(format!("{package}_bg.wasm"));
        fs::write(&program, order(&fold(&fs::read(&program)?)?)?)?;
        paths.check(&program)?;
    }
    Ok(())
}

/// `rust-toolchain.toml` names the target, and is not heeded where automatic installs are off.
fn add_target() -> anyhow::Result<()> {
    if sysroot()?.join("lib/rustlib").join(TRIPLE).join("lib").is_dir() {
        return Ok(());
    }
    call(
        Command::new("rustup")
            .args(["target", "add", TRIPLE])
            .current_dir(root()),
    )
}
