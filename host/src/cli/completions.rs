//! `buildout completions SHELL`: what the shell needs to complete commands and options.

use clap_complete::Shell;

use super::{Done, help};
use crate::diagnostic::Exit;
use crate::report::Report;

pub(super) fn run(shell: Shell, report: &mut Report) -> Done {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut help::described(true), "buildout", &mut script);
    let script = String::from_utf8(script).expect("our own words are text");
    report.result("completions", &script, &script)?;
    Ok(Exit::Done)
}
