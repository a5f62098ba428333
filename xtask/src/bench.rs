//! `cargo xtask bench`: load on the release build, on sockets and in a browser. Prints; asserts no time.

use crate::project::{self, Profile};
use anyhow::Result;
use std::process::Command;

pub(crate) fn chore(arguments: &[String]) -> Result<()> {
    crate::build::build(Profile::Release)?;
    let mut arguments = arguments.to_vec();
    let at = arguments.iter().position(|argument| argument == "--trace");
    let trace = at.and_then(|at| arguments.get_mut(at + 1));
    // Whoever is called runs in another folder.
    let trace = trace.map(|file| -> Result<_> {
        let absolute = std::path::absolute(&*file)?;
        *file = absolute.to_string_lossy().into_owned();
        Ok(absolute)
    });
    let trace = trace.transpose()?;
    let mut load = project::cargo();
    load.args(["bench", "--locked", "--package", "server", "--bench", "load", "--"])
        .args(&arguments);
    project::call(&mut load)?;
    let is_all = arguments.len() == if at.is_some() { 2 } else { 0 };
    if is_all || arguments.iter().any(|name| name == "browser") {
        let chromium = crate::chromium::find_or_install()?;
        let e2e = project::root().join("e2e");
        project::call(
            Command::new("npm")
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                .current_dir(&e2e),
        )?;
        let mut browser = Command::new("npm");
        browser
            .args(["run", "bench"])
            .env("INKLING_CHROMIUM", chromium)
            .current_dir(&e2e);
        if let Some(file) = trace {
            browser.env("INKLING_TRACE", file);
        }
        project::call(&mut browser)?;
    }
    Ok(())
}
