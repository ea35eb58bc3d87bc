//! `buildout annotate [SECTION…]`: every option with where it comes from. Writes nothing.

use super::Done;
use super::request::Asked;
use crate::diagnostic::Exit;
use crate::report::Report;
use crate::report::annotate::Annotated;
use crate::run;

pub(super) fn run(asked: &Asked, sections: &[String], report: &mut Report) -> Done {
    let configuration = run::load(&asked.configuration()?, report)?;
    let all: Vec<_> = configuration.names().filter_map(|name| configuration.section(name)).collect();
    let annotated = Annotated::of(all, sections, &configuration.sources);
    let verbose = asked.arguments.verbosity != 0;
    report.result("annotate", &annotated.text(configuration.directory(), verbose), &annotated)?;
    Ok(Exit::Done)
}
