//! Deeds with native programs.
//!
//! `start [in=DIR] [env=NAME=VALUE] [reads=PATH] [limit=SECONDS] PROGRAM ARGUMENT… [-- LAST ARGUMENT]` has its output told,
//! `capture` shows what it got itself.

use crate::bindings::buildout::recipe::process::{self, Command, Output};
use crate::bindings::buildout::recipe::types::Error;
use crate::{Deed, Words};

/// Performs a deed of this file; none if it is not one.
pub(crate) fn deed(verb: &str, words: &Words<'_>) -> Option<Deed> {
    match verb {
        "start" => Some(run(words, Output::Log)),
        "capture" => Some(run(words, Output::Capture)),
        "find" => Some(process::find(words.text()).map(|found| println!("{}: {found:?}", words.text()))),
        _ => None,
    }
}

fn run(words: &Words<'_>, output: Output) -> Deed {
    let command = command(words, output)?;
    let ended = process::run(&command)?;
    if output == Output::Capture {
        println!("output {:?}, errors {:?}", short(&ended.output), short(&ended.errors));
    }
    if ended.status != 0 {
        println!("status {}", ended.status);
    }
    Ok(())
}

/// Long texts by their length.
fn short(text: &str) -> String {
    if text.len() > 1000 { format!("{} bytes", text.len()) } else { text.to_owned() }
}

fn command(words: &Words<'_>, output: Output) -> Result<Command, Error> {
    let (plain, last) = match words.text().split_once(" -- ") {
        Some((plain, last)) => (plain, Some(last)),
        None => (words.text(), None),
    };
    let mut command = Command {
        program: String::new(),
        arguments: Vec::new(),
        directory: words.play.path("parts/a")?,
        environment: Vec::new(),
        reads: Vec::new(),
        output,
        time_limit: 0,
    };
    for word in plain.split_whitespace() {
        match word.split_once('=').filter(|_| command.program.is_empty()) {
            Some(("in", path)) => command.directory = words.play.path(path)?,
            Some(("reads", path)) => command.reads.push(words.play.path(path)?),
            Some(("limit", seconds)) => command.time_limit = seconds.parse().expect("a number"),
            Some(("env", set)) => {
                let (name, value) = set.split_once('=').unwrap_or((set, ""));
                command.environment.push((name.to_owned(), value.to_owned()));
            }
            _ if command.program.is_empty() => command.program = word.to_owned(),
            _ => command.arguments.push(word.to_owned()),
        }
    }
    command.arguments.extend(last.map(str::to_owned));
    Ok(command)
}
