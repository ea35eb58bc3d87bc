//! `buildout init`: a configuration to begin with, then the standard directories.
//!
//! Rules: zc.buildout 6, `main` and `Buildout.init`: what is there is never written over.

use std::io::{ErrorKind, Write as _};

use super::request::Asked;
use super::{Done, Failed, bootstrap};
use crate::diagnostic::Diagnostic;
use crate::event::{Event, Reporter as _};
use crate::report::Report;

/// What is written.
const CONFIGURATION: &str = "\
# What there shall be in this directory. `buildout` makes it so; `buildout plan` shows beforehand what it would do.

[buildout]
# The parts, in the order in which they are made; each has a section of its name.
# Take one out, and the next run removes what it made.
parts =
    hello

# A part is made by a recipe. `buildout recipe list` shows which there are, `buildout recipe describe template` what one takes.
[hello]
recipe = template
output = ${buildout:parts-directory}/hello.txt
inline =
    Hello, ${settings:name}!

# A section without a recipe holds values that others refer to, as `${settings:name}` above.
# One run can have another value: `buildout settings:name=you`.
[settings]
name = world
";

pub(super) fn run(asked: &Asked, report: &mut Report) -> Done {
    let file = asked.file()?;
    let failed = |error: std::io::Error| -> Failed {
        let message = match error.kind() {
            ErrorKind::AlreadyExists => format!("'{file}' already exists."),
            _ => format!("Cannot write {file}: {error}"),
        };
        Diagnostic::error("init", message).doing("Initializing.").into()
    };
    let mut made = std::fs::OpenOptions::new().write(true).create_new(true).open(&file).map_err(failed)?;
    report.event(&Event::CreatingFile { path: file.to_string() });
    made.write_all(CONFIGURATION.as_bytes()).map_err(failed)?;
    bootstrap::run(asked, report)
}
