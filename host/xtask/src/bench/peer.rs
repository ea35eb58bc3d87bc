//! The real zc.buildout, in a virtual environment of its own.
//!
//! - In: Python, and the registry that pip is set up for.
//! - Out: its `buildout` command, with a recipe `mkdir` like ours beside it.
//! - Not here: running it (`cases`).

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::{shell, venv};

/// Makes the environment unless it is there, and returns the command.
pub(super) fn install(venv: &Path) -> Result<PathBuf> {
    let buildout = venv::ready(venv)?;
    let pip = venv.join("bin/pip");
    // Without isolation it is built with the setuptools that zc.buildout brought, and nothing is fetched.
    let egg = shell::root().join("host/bench/mkdir-egg");
    let local =
        ["install", "--quiet", "--no-index", "--no-build-isolation", "--no-deps", "--force-reinstall"];
    // A copy, as setuptools leaves its working files beside the sources.
    let copy = venv.join("mkdir-egg");
    copy_egg(&egg, &copy)?;
    shell::run(Command::new(&pip).args(local).arg(copy))?;
    Ok(buildout)
}

fn copy_egg(from: &Path, to: &Path) -> Result<()> {
    std::fs::create_dir_all(to.join("src"))?;
    for file in ["pyproject.toml", "src/mkdir_recipe.py"] {
        std::fs::copy(from.join(file), to.join(file)).with_context(|| format!("copying {file}"))?;
    }
    Ok(())
}
