//! Keeps the folders of whoever builds out of what is shipped: panics name their source files, and those lie in somebody's home.

use crate::project::{root, sysroot};
use anyhow::{Context as _, ensure};
use std::fs;
use std::path::{Path, PathBuf};

/// Where the sources lie on the machine that builds.
pub(super) struct BuilderPaths {
    workspace: PathBuf,
    cargo_home: PathBuf,
    sysroot: PathBuf,
    /// Holds one folder a registry, whose name is that of its host.
    registries: Vec<PathBuf>,
}

impl BuilderPaths {
    pub(super) fn find() -> anyhow::Result<Self> {
        let cargo_home = std::env::var_os("CARGO_HOME")
            .map(PathBuf::from)
            .or_else(|| Some(std::env::home_dir()?.join(".cargo")))
            .context("there is neither CARGO_HOME nor a home folder")?;
        let mut registries = Vec::new();
        let sources = cargo_home.join("registry/src");
        if sources.is_dir() {
            for entry in fs::read_dir(&sources)? {
                registries.push(entry?.path());
            }
        }
        registries.sort();
        Ok(Self {
            workspace: root(),
            cargo_home,
            sysroot: sysroot()?,
            registries,
        })
    }

    /// Flags for rustc that shorten paths; of several that fit a path, the last counts.
    pub(super) fn remapping(&self) -> Vec<String> {
        let folders = [
            (&self.workspace, ""),
            (&self.cargo_home, "cargo"),
            (&self.sysroot, "rust"),
        ];
        let registries = self.registries.iter().map(|registry| (registry, ""));
        folders
            .into_iter()
            .chain(registries)
            .map(|(from, to)| format!("--remap-path-prefix={}={to}", from.display()))
            .collect()
    }

    /// An error if a file names one of the folders.
    pub(super) fn check(&self, file: &Path) -> anyhow::Result<()> {
        let content = fs::read(file)?;
        // A home of `/` is in every path there is.
        let home = std::env::home_dir().filter(|home| home.parent().is_some());
        for folder in [&self.workspace, &self.cargo_home, &self.sysroot]
            .into_iter()
            .chain(&home)
        {
            let name = folder.to_string_lossy();
            let found = content.windows(name.len()).any(|window| window == name.as_bytes());
            ensure!(!found, "{} names {name}, a folder of this machine", file.display());
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_names_a_folder_of_its_builder_is_refused() -> anyhow::Result<()> {
        let paths = BuilderPaths::find()?;
        let file = std::env::temp_dir().join(format!("inkling-paths-{}", std::process::id()));
        fs::write(&file, "\0asm tachys-0.2/src/dom.rs")?;
        let clean = paths.check(&file);
        fs::write(&file, format!("\0asm {}/src/dom.rs", root().display()))?;
        let named = paths.check(&file);
        fs::remove_file(&file)?;
        clean?;
        assert!(named.is_err());
        Ok(())
    }
}
