//! `cargo xtask`: the chores of this repository.
//!
//! - In: one command.
//! - Out: its exit code; what it runs is shown as `$ …` on standard error.
//! - Not here: anything that a user of buildout needs.

mod bench;
mod check;
mod components;
mod dist;
mod fuzz;
/// The names in a manifest, as `host/build.rs` reads them.
#[path = "../../build/manifest.rs"]
mod manifest;
mod oracle;
mod quickstart;
mod setup;
mod shell;
/// What `host/build.rs` embeds; here for its tests.
#[cfg(test)]
#[path = "../../build/stock.rs"]
#[allow(dead_code, reason = "building them is left to `host/build.rs`")]
mod stock;
mod tier;
/// How `host/build.rs` compiles for wasm; the chores do it the same way.
#[path = "../../build/toolchain.rs"]
mod toolchain;
mod venv;

use std::env;
use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
Usage: cargo xtask COMMAND

  setup [--way rustup|debian]  brings what compiles recipes: the target wasm32-wasip2, or Debian's packages
  quickstart                   sets up, builds, and runs examples/quickstart
  test [--tier TIER] [-- ARGS] sets up and runs every test; ARGS go to `cargo test`. TIER (strict, landlock): fails where
                               this machine cannot confine programs as strongly
  torture [-- ARGS]            the sweeps and races of the tests, whole: every byte, every step, every error
  oracle [--cases FILE --expected DIR] [--only GLOB] [--all] [--explained]
                               compares what is built with the recorded answers of the real zc.buildout
  oracle --record [--only GLOB]
                               asks the real zc.buildout again, and says which answers have changed
  fuzz TARGET [--minutes N | --keep]
                               looks for bytes that break a law of a room; --keep renews the corpus
  bench [--runs N] [--only WORD]
                               compares with zc.buildout and writes host/bench/README.md; with WORD, measures only
                               cases whose names hold it (`sandbox`: what the sandbox costs) and writes nothing
  dist                         makes the release binary, which carries the native code of the stock recipes";

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result<()> {
    match arguments {
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            Ok(())
        }
        ["setup"] => setup::run(None),
        ["setup", "--way", way] => setup::run(Some(way.parse()?)),
        ["quickstart"] => quickstart::run(),
        ["test"] => check::run(&[], None),
        ["test", "--", rest @ ..] => check::run(rest, None),
        ["test", "--tier", tier] => check::run(&[], Some(tier)),
        ["test", "--tier", tier, "--", rest @ ..] => check::run(rest, Some(tier)),
        ["torture"] => check::torture(&[]),
        ["torture", "--", rest @ ..] => check::torture(rest),
        ["bench"] => bench::run(bench::RUNS, None),
        ["bench", "--only", word] => bench::run(bench::RUNS, Some(word)),
        ["bench", "--runs", runs] => bench::run(runs.parse()?, None),
        ["bench", "--runs", runs, "--only", word] => bench::run(runs.parse()?, Some(word)),
        ["oracle", rest @ ..] => oracle::run(rest),
        ["fuzz", rest @ ..] => fuzz::run(rest),
        ["dist"] => dist::run(),
        other => bail!("no such command: `{}`\n\n{USAGE}", other.join(" ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_command_is_answered_with_all_commands() {
        let error = run(&["tset"]).unwrap_err().to_string();
        assert_eq!(error, format!("no such command: `tset`\n\n{USAGE}"));
    }
}
