//! `cargo xtask quickstart`: from a bare machine to a first run.
//!
//! - In: this machine, and `examples/quickstart`.
//! - Out: the example, built; what to look at.
//! - Not here: what the example shows (its own README).

use std::process::Command;

use anyhow::Result;

use crate::{components, setup, shell};

/// Sets up, builds, compiles the stock recipes ahead and runs the example where it lies.
pub(crate) fn run() -> Result<()> {
    let way = setup::ready()?;
    components::build_examples(&way)?;
    shell::run(shell::cargo("build").args(["--workspace"]))?;
    let buildout = shell::target().join("debug/buildout");
    let example = shell::root().join("examples/quickstart");
    shell::run(Command::new(&buildout).args(["cache", "warm"]))?;
    shell::run(Command::new(&buildout).current_dir(&example))?;
    eprintln!(
        "\nexamples/quickstart is built. Look at what it made, change an option, and run it again:\n\
         \x20   cd examples/quickstart\n\
         \x20   head etc/*\n\
         \x20   ../../target/debug/buildout settings.toml:workers=2 plan\n\
         \x20   ../../target/debug/buildout settings.toml:workers=2\n\
         Its README.md goes on from there."
    );
    Ok(())
}
