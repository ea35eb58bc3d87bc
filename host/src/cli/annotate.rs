//! `buildout annotate [SECTION…]`: every option with where it comes from. Writes nothing.

use super::Done;
use super::request::Asked;
use crate::diagnostic::{Diagnostic, Exit, nearest};
use crate::event::Reporter;
use crate::plan::Aim;
use crate::report::Report;
use crate::report::annotate::Annotated;
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
    let annotated = Annotated::of(all, sections, &configuration.opaque, &configuration.sources);
    let verbose = asked.arguments.verbosity != 0;
    report.result("annotate", &annotated.text(configuration.directory(), verbose), &annotated)?;
    Ok(Exit::Done)
}
