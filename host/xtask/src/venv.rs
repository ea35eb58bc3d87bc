//! The real zc.buildout, in a virtual environment.
//!
//! - In: Python, and the registry that pip is set up for.
//! - Out: a folder with `bin/buildout`.
//! - Not here: what is done with it (`bench`, `oracle`).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::shell;

/// The newest release, which is what a user would get.
pub(crate) const REQUIREMENT: &str = "zc.buildout==6.0.1";

/// Makes the environment unless it is there, and returns the command.
pub(crate) fn ready(folder: &Path) -> Result<PathBuf> {
    let python = shell::on_path("python3").context("zc.buildout needs `python3`")?;
    let buildout = folder.join("bin/buildout");
    if !buildout.is_file() {
        shell::run(Command::new(python).args(["-m", "venv", "--clear"]).arg(folder))?;
        shell::run(Command::new(folder.join("bin/pip")).args(["install", "--quiet", REQUIREMENT]))?;
    }
    Ok(buildout)
}
