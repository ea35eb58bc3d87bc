//! `-D`: after an error its section is shown, and whatever else is asked for on standard input.
//!
//! - In: a run that stopped, lines of standard input, from a person or from a script.
//! - Out: an answer to each line, as a result; the end of the input ends it.
//! - Not here: the error itself, which is told before, with all that is known about it.
//!
//! Rules: zc.buildout 6, `-D`, which starts Python's debugger; here nothing can be changed.

use std::io::{self, BufRead as _, IsTerminal as _};

use camino::Utf8Path;

use crate::config::Section;
use crate::diagnostic::Diagnostic;
use crate::event::Reporter as _;
use crate::report::inspect::SectionShown;
use crate::report::{Report, query};
use crate::resolve::Buildout;
use crate::run::Stopped;

const HELP: &str = "\
[SECTION]       a section, with the values that it has now
SECTION:OPTION  one value
sections        the names of all sections
error           the error once more
quit            the end; so does the end of the input
";

/// Answers questions about the run until nobody asks any more. Unattended, only a script can ask.
///
/// # Errors
///
/// Standard input cannot be read, or standard output cannot be written.
pub(super) fn inspect(
    stopped: &Stopped,
    directory: &Utf8Path,
    unattended: bool,
    report: &mut Report,
) -> io::Result<()> {
    let Some(buildout) = &stopped.buildout else { return Ok(()) };
    let asking = Asking { stopped, buildout, directory };
    if let Some(section) = asking.failing() {
        asking.section(section, report)?;
    }
    let mut input = io::stdin().lock();
    let person = input.is_terminal();
    if person && unattended {
        return Ok(());
    }
    if person {
        report.prompt("`help` lists what can be asked.\n");
    }
    let mut line = String::new();
    loop {
        if person {
            report.prompt("buildout> ");
        }
        line.clear();
        if input.read_line(&mut line)? == 0 {
            return Ok(());
        }
        match line.trim() {
            "" => {}
            "quit" | "exit" | "q" => return Ok(()),
            "help" | "?" => report.result("help", HELP, &HELP)?,
            "error" => {
                stopped.diagnostics.iter().for_each(|error| report.diagnostic(error, &stopped.sources))
            }
            "sections" => {
                let names: Vec<&str> = buildout.configuration.names().collect();
                report.result("sections", &(names.join("\n") + "\n"), &names)?;
            }
            asked => asking.answer(asked, report)?,
        }
    }
}

/// What questions are about.
struct Asking<'a> {
    stopped: &'a Stopped,
    buildout: &'a Buildout,
    directory: &'a Utf8Path,
}

impl Asking<'_> {
    /// The section at which the run stopped: the innermost that is named by what was being done.
    fn failing(&self) -> Option<&str> {
        let doing = &self.stopped.diagnostics.first()?.doing;
        doing.iter().rev().find_map(|activity| {
            let what = activity.strip_suffix('.')?;
            let verbs = [
                "Getting section ",
                "Initializing section ",
                "Getting option ",
                "Installing ",
                "Updating ",
                "Uninstalling ",
            ];
            let name = verbs.iter().find_map(|verb| what.strip_prefix(verb))?;
            let name = if what.starts_with("Getting option ") { name.split(':').next()? } else { name };
            (self.buildout.section(name).is_some() || self.buildout.configuration.has(name)).then_some(name)
        })
    }

    fn answer(&self, asked: &str, report: &mut Report) -> io::Result<()> {
        let name = asked.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
        match (name, asked.split_once(':')) {
            (None, Some((section, option))) => self.option(section.trim(), option.trim(), report),
            (name, _) => self.section(name.unwrap_or(asked).trim(), report),
        }
    }

    fn section(&self, name: &str, report: &mut Report) -> io::Result<()> {
        match SectionShown::of(self.buildout, &self.stopped.sources, name) {
            Some(shown) => report.result("section", &shown.text(self.directory), &shown),
            None => self.unknown(name, "", report),
        }
    }

    fn option(&self, section: &str, option: &str, report: &mut Report) -> io::Result<()> {
        let shown = SectionShown::of(self.buildout, &self.stopped.sources, section);
        match shown.as_ref().and_then(|shown| shown.option(option)) {
            Some(shown) => report.result("option", &shown.text(self.directory), shown),
            None => self.unknown(section, option, report),
        }
    }

    /// Says what is not there, with the nearest that is.
    fn unknown(&self, section: &str, option: &str, report: &mut Report) -> io::Result<()> {
        let configuration = &self.buildout.configuration;
        let all: Vec<&Section> = configuration.names().filter_map(|name| configuration.raw(name)).collect();
        let error = match query::find(all, section, option) {
            Err(error) => error.diagnostic(),
            Ok(_) => Diagnostic::error("unknown-option", format!("Key not found: {option}")),
        };
        report.diagnostic(&error, &self.stopped.sources);
        Ok(())
    }
}
