//! `buildout plan [PART…]`: what `install` would do. Writes nothing in the buildout directory.

use super::Done;
use super::request::{Asked, set_threshold};
use crate::diagnostic::Exit;
use crate::report::Report;
use crate::report::plan::PlanShown;
use crate::run;

pub(super) fn run(asked: &Asked, parts: &[String], report: &mut Report) -> Done {
    let request = asked.run(asked.configuration()?, parts)?;
    let configuration = run::load(&request.configuration, report)?;
    set_threshold(&configuration, report)?;
    let settings = asked.settings(&request.configuration.project, report);
    let buildout = run::resolve(configuration, settings, &request, report)?;
    let (plan, buildout) = run::plan(buildout, &request, report)?;
    let shown = PlanShown::of(&plan, &buildout.configuration.sources);
    report.result("plan", &shown.text(&asked.started_in, asked.arguments.verbosity > 0), &shown)?;
    Ok(Exit::Done)
}
