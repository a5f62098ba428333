//! `cargo xtask bench`: load on the release build, on sockets and in a browser. Prints; asserts no time.
//!
//! `bench browser` runs all that is measured in a browser, and `bench browser NAME…` only `e2e/bench/NAME.bench.ts`.

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
    let in_browser = arguments.iter().position(|name| name == "browser");
    if is_all || in_browser.is_some() {
        let chromium = crate::chromium::find_or_install()?;
        let e2e = project::root().join("e2e");
        project::call(
            Command::new("npm")
                .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])
                .current_dir(&e2e),
        )?;
        let mut browser = Command::new("npm");
        browser
            .args(["run", "bench", "--"])
            .args(benches(&arguments[in_browser.map_or(arguments.len(), |at| at + 1)..]))
            .env("INKLING_CHROMIUM", chromium)
            .current_dir(&e2e);
        if let Some(file) = trace {
            browser.env("INKLING_TRACE", file);
        }
        project::call(&mut browser)?;
    }
    Ok(())
}

/// The files that are named, up to an option.
fn benches(names: &[String]) -> Vec<String> {
    let named = names.iter().take_while(|name| !name.starts_with("--"));
    named.map(|name| format!("/{name}.bench.ts")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_behind_browser_choose_files_and_options_are_none() {
        let names = ["shapes", "drawn", "--trace", "a.json.gz"].map(ToOwned::to_owned);
        assert_eq!(benches(&names), ["/shapes.bench.ts", "/drawn.bench.ts"]);
        assert!(benches(&names[2..]).is_empty());
    }
}
