//! `buildout annotate [SECTION…]`: every option with where it comes from. Writes nothing.

use super::Done;
use super::request::Asked;
use crate::config::{Lost, Section, Value};
use crate::diagnostic::{Diagnostic, Exit, nearest};
use crate::event::Reporter;
use crate::plan::Aim;
use crate::report::Report;
use crate::report::annotate::{Annotated, Steps};
use crate::run;

pub(super) fn run(asked: &Asked, sections: &[String], report: &mut Report) -> Done {
    let request = asked.request(&Aim::everything())?;
    let mut configuration = asked.load(&request, report)?;
    run::tell_rest(&mut configuration, report);
    let all: Vec<_> = configuration.names().filter_map(|name| configuration.section(name)).collect();
    for name in sections.iter().filter(|name| !configuration.has(name)) {
        let warning =
            Diagnostic::warning("unknown-section", format!("There is no section [{name}] to annotate"));
        let warning = match nearest(name, configuration.names()) {
            Some(near) => warning.help(format!("did you mean `{near}`?")),
            None => warning,
        };
        report.diagnostic(&warning, &configuration.sources);
    }
    let wanted =
        |section: &&&Section| sections.is_empty() || sections.iter().any(|name| **name == *section.name);
    let values = all.iter().filter(wanted).flat_map(|section| section.iter()).map(|(_, value)| value);
    if let Some(warning) = lost(values) {
        report.diagnostic(&warning, &configuration.sources);
    }
    let verbose = asked.arguments.verbosity != 0;
    let steps = if verbose || asked.arguments.json { Steps::All } else { Steps::Recent };
    let annotated = Annotated::of(all, sections, steps, &configuration.opaque, &configuration.sources);
    let text = match asked.arguments.json {
        true => String::new(),
        false => annotated.text(configuration.directory(), verbose),
    };
    report.result("annotate", &text, &annotated)?;
    Ok(Exit::Done)
}

/// So many lost increments are shown.
const MOST_LOST: usize = 20;

/// Warns of increments that the order of files takes back.
///
/// Source: `semantics.md` 4.2: zc.buildout reads a file once for each way that leads to it, and says nothing.
fn lost<'v>(values: impl Iterator<Item = &'v Value>) -> Option<Diagnostic> {
    let mut lost: Vec<Lost> = values.flat_map(Value::lost).collect();
    lost.sort_by_key(|lost| lost.at);
    lost.dedup();
    let warning = Diagnostic::warning(
        "lost-increment",
        "Increments are lost: what sets the option is extended on two ways, and read again after them",
    );
    let mut warning =
        warning.help("increment in the file that extends both, or let one of them extend the other");
    for one in lost.iter().take(MOST_LOST) {
        warning = warning.at(one.at, "lost");
        if warning.labels.iter().all(|label| label.span != one.by) {
            warning = warning.at(one.by, "set again here");
        }
    }
    if let more @ 1.. = lost.len().saturating_sub(MOST_LOST) {
        warning = warning.note(format!("and {more} more"));
    }
    (!lost.is_empty()).then_some(warning)
}
