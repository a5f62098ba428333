//! From Rust to WebAssembly and the JavaScript that loads it.

use crate::project::{Profile, call, cargo, root, target};
use anyhow::Context as _;
use std::path::PathBuf;
use std::process::Command;
use wasm_bindgen_cli_support::Bindgen;

const TRIPLE: &str = "wasm32-unknown-unknown";

/// Builds `web` and answers the folder with `web.js` and `web_bg.wasm`.
pub(super) fn build(profile: Profile) -> anyhow::Result<PathBuf> {
    add_target()?;
    let cargo_profile = profile.wasm();
    call(cargo().args([
        "build",
        "--package",
        "web",
        "--lib",
        "--target",
        TRIPLE,
        "--profile",
        cargo_profile,
    ]))?;
    let input = target().join(TRIPLE).join(cargo_profile).join("web.wasm");
    let output = target().join("xtask").join(cargo_profile);
    let mut bindgen = Bindgen::new();
    bindgen
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_producers_section(true);
    // Names make a panic's trace readable and are a third of the file.
    bindgen.remove_name_section(profile == Profile::Release);
    bindgen
        .input_path(&input)
        .generate(&output)
        .context("binding the WebAssembly")?;
    Ok(output)
}

/// `rust-toolchain.toml` names the target, and is not heeded where automatic installs are off.
fn add_target() -> anyhow::Result<()> {
    let sysroot = Command::new("rustc")
        .args(["--print", "sysroot"])
        .current_dir(root())
        .output();
    let sysroot = sysroot.context("cannot start rustc")?.stdout;
    let sysroot = PathBuf::from(String::from_utf8(sysroot)?.trim());
    if sysroot.join("lib/rustlib").join(TRIPLE).join("lib").is_dir() {
        return Ok(());
    }
    call(
        Command::new("rustup")
            .args(["target", "add", TRIPLE])
            .current_dir(root()),
    )
}
