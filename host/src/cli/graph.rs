//! `buildout graph [PART…] [--format=…]`: which parts there are and what they need. Writes nothing.

use super::Done;
use super::request::Asked;
use crate::diagnostic::Exit;
use crate::plan::Aim;
use crate::report::Report;
use crate::report::graph::{Format, GraphShown};
use crate::run;

pub(super) fn run(asked: &Asked, parts: &[String], format: Format, report: &mut Report) -> Done {
    let request = asked.request(&Aim::Installed { only: parts.to_vec(), with_needs: false, force: false })?;
    let configuration = asked.load_to_follow(&request, report)?;
    let settings = asked.settings(&request.configuration.project, report);
    let buildout = run::resolve(configuration, settings, &request, report)?;
    let shown = GraphShown::of(&buildout);
    report.result("graph", &shown.text(format), &shown)?;
    Ok(Exit::Done)
}
