//! `cargo xtask dist`: the release binary.
//!
//! - In: the sources.
//! - Out: `target/dist/bundle/buildout`, which carries the native code of the stock recipes, and its manual pages in `man1`.
//! - Not here: how code is appended and found again (`buildout cache bundle`).

use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::{setup, shell};

/// What only a binary with fault points reads.
const FAULT: &[u8] = b"BUILDOUT_FAULT";

/// Builds with the profile `dist`, has the binary compile its recipes for the baseline CPU, and tries the result.
pub(crate) fn run() -> Result<()> {
    setup::ready()?;
    shell::run(shell::cargo("build").args(["--locked", "--profile", "dist", "--package", "buildout"]))?;
    let built = shell::target().join("dist/buildout");
    let has_faults = fs::read(&built)?.windows(FAULT.len()).any(|bytes| bytes == FAULT);
    ensure!(!has_faults, "{} was built with the feature `faults`, which is for tests", built.display());
    // In a folder of its own: a second run must not bundle what is bundled already.
    let folder = shell::target().join("dist/bundle");
    let bundled = folder.join("buildout");
    fs::create_dir_all(&folder)?;
    shell::run(Command::new(&built).args(["cache", "bundle", "--output"]).arg(&bundled))?;
    let pages = folder.join("man1");
    fs::create_dir_all(&pages)?;
    shell::run(Command::new(&bundled).args(["man", "--output"]).arg(&pages))?;
    let version = shell::output(Command::new(&bundled).arg("--version"))?;
    let megabytes = |path| fs::metadata(path).map(|file| file.len() as f64 / 1e6);
    println!("{version}: {}", bundled.display());
    println!(
        "{:.1} MB, {:.1} MB without the code of the stock recipes",
        megabytes(&bundled)?,
        megabytes(&built)?
    );
    Ok(())
}
