//! `cargo xtask setup`: brings a bare machine to where it can compile recipes.
//!
//! - In: this machine, and which way to go if one is asked for.
//! - Out: a [`Way`] to make components. Quick when nothing is missing.
//! - Not here: choosing among what is there (`toolchain`).

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;

use anyhow::{Context as _, Error, Result, bail, ensure};

use crate::shell;
use crate::toolchain::{Compiler, SYSTEM_RUSTC, TARGET, WASM_RUSTC, Way};

/// Debian's compiler, the sources of its standard library, and the C library for wasm.
const PACKAGES: [&str; 3] = ["rustc-web", "rust-web-src", "wasi-libc"];

/// Who brings the compiler.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Source {
    /// rustup adds the target to the running toolchain.
    Rustup,
    /// apt installs Debian's own compiler.
    Debian,
}

impl FromStr for Source {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text {
            "rustup" => Ok(Self::Rustup),
            "debian" => Ok(Self::Debian),
            other => bail!("`--way` is `rustup` or `debian`, not `{other}`"),
        }
    }
}

/// The command: sets up and says what was found.
pub(crate) fn run(source: Option<Source>) -> Result<()> {
    let way = match source {
        None => ready()?,
        Some(source) => {
            bring(source)?;
            from(source)?
        }
    };
    eprintln!("ready: {way}");
    if source == Some(Source::Debian) && Compiler::running().is_some_and(|running| running.has_target) {
        eprintln!(
            "the running toolchain has the target too; to use Debian's, set {WASM_RUSTC}={SYSTEM_RUSTC}"
        );
    }
    Ok(())
}

/// Returns the way to make components, after bringing what is missing.
pub(crate) fn ready() -> Result<Way> {
    // A compiler that was named is the user's own affair.
    if let Ok(way) = Way::find() {
        return Ok(way);
    }
    if env::var_os(WASM_RUSTC).is_none() {
        for source in sources(shell::on_path("rustup").is_some(), shell::on_path("apt-get").is_some()) {
            eprintln!("no compiler for {TARGET} yet");
            match bring(source) {
                Ok(()) => break,
                Err(error) => eprintln!("{error:#}"),
            }
        }
    }
    Ok(Way::find()?)
}

/// Who could bring a compiler, the cheaper one first.
fn sources(rustup: bool, apt: bool) -> Vec<Source> {
    [(rustup, Source::Rustup), (apt, Source::Debian)]
        .into_iter()
        .filter_map(|(there, source)| there.then_some(source))
        .collect()
}

/// Has `source` bring what is missing of it.
fn bring(source: Source) -> Result<()> {
    if from(source).is_ok() {
        return Ok(());
    }
    match source {
        Source::Rustup => shell::run(Command::new("rustup").args(["target", "add", TARGET])),
        Source::Debian => {
            let update = || shell::run(&mut apt(&["update", "--quiet"])?);
            let install = || {
                let install = [
                    "install",
                    "--quiet",
                    "--yes",
                    "--no-install-recommends",
                    "--option",
                    "DPkg::Lock::Timeout=300",
                ];
                shell::run(&mut apt(&[&install[..], &PACKAGES[..]].concat())?)
            };
            if !lists_are_there() {
                update()?;
                return install();
            }
            // Lists may be too old to find what they name.
            install().or_else(|_| update().and_then(|()| install()))
        }
    }
}

/// The way that `source` offers, if it has brought everything.
fn from(source: Source) -> Result<Way> {
    let running = Compiler::running().context("the running toolchain's `rustc` does not start")?;
    let way = match source {
        Source::Rustup => {
            ensure!(running.has_target, "the running toolchain has no target {TARGET}");
            Way::choose(None, Some(running), None)
        }
        Source::Debian => {
            let system = Compiler::system().with_context(|| format!("{SYSTEM_RUSTC} is not there"))?;
            Way::choose(Some(system), Some(running), None)
        }
    };
    Ok(way?)
}

/// An `apt-get` that asks nothing, through sudo where we are not root.
fn apt(arguments: &[&str]) -> Result<Command> {
    let root = shell::output(Command::new("id").arg("-u"))? == "0";
    let mut command = match (root, shell::on_path("sudo")) {
        (true, _) => Command::new("env"),
        (false, Some(sudo)) => {
            let mut command = Command::new(sudo);
            command.arg("env");
            command
        }
        (false, None) => {
            bail!("installing {} needs root; type: apt-get install {}", PACKAGES[0], PACKAGES.join(" "))
        }
    };
    // sudo clears the environment, so the variable goes behind it.
    command.arg("DEBIAN_FRONTEND=noninteractive").arg("apt-get").args(arguments);
    Ok(command)
}

/// Whether apt knows any package: a fresh image comes without lists.
fn lists_are_there() -> bool {
    fs::read_dir(Path::new("/var/lib/apt/lists")).is_ok_and(|entries| {
        entries.flatten().any(|entry| entry.file_name().to_string_lossy().contains("_Packages"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rustup_is_asked_before_apt_and_only_what_is_there_is_asked() {
        assert_eq!(sources(true, true), [Source::Rustup, Source::Debian]);
        assert_eq!(sources(false, true), [Source::Debian]);
        assert_eq!(sources(false, false), []);
    }

    #[test]
    fn a_way_that_does_not_exist_is_refused() {
        let error = "brew".parse::<Source>().unwrap_err().to_string();
        assert_eq!(error, "`--way` is `rustup` or `debian`, not `brew`");
    }
}
