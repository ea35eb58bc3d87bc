//! What a user is told for each mistake that a configuration or a command line can have: the whole text, and the same for programs.
//!
//! - In: configurations that are wrong.
//! - Out: what stands on both streams, with a stable code in what programs get.
//! - Not here: what recipes do wrong (`guests`), several mistakes in many files at once (the room `config`).
//!
//! | file | mistakes in |
//! |---|---|
//! | `files` | the lines of a file |
//! | `conditions` | `[section : condition]` |
//! | `assembling` | `extends`, `versions`, assignments |
//! | `macros` | `<=` |
//! | `references` | `${section:option}` |
//! | `settings` | the options of `[buildout]` |
//! | `parts` | `parts` and `recipe` |
//! | `strays` | what became part of a value and was not meant to |
//! | `command_line` | what is typed |

mod assembling;
mod command_line;
mod conditions;
mod files;
mod macros;
mod parts;
mod references;
mod settings;
mod strays;

use buildout_tests::{Run, Site};

/// Everything that a person is told by a run with these arguments, then everything that a program is told.
fn told(site: &Site, arguments: &[&str]) -> String {
    let shown = |run: Run| {
        let exit = run.exit.expect("no signal ends a run");
        format!("exit {exit}\n{}{}", run.stdout, run.stderr)
    };
    let with_json: Vec<&str> = ["--json"].iter().chain(arguments).copied().collect();
    format!("{}-- with --json: {}", shown(site.run(arguments)), shown(site.run(&with_json)))
}

/// The same for a run that installs everything of this configuration.
fn told_of(configuration: &str) -> String {
    told(&Site::new(configuration), &[])
}
