//! `buildout [install [PART…]]` and `buildout uninstall [PART…]`

use super::Done;
use super::request::{Asked, set_threshold};
use crate::diagnostic::Exit;
use crate::plan::Aim;
use crate::report::Report;
use crate::run;

pub(super) fn run(asked: &Asked, aim: &Aim, report: &mut Report) -> Done {
    let request = asked.run(asked.configuration()?, aim)?;
    let (configuration, threshold) = set_threshold(asked.load(&request, report)?, report)?;
    let settings = asked.settings(&request.configuration.project, report);
    let buildout = run::resolve(configuration, settings, &request, report)?;
    if threshold.shows_everything() {
        report.configuration_data(&buildout);
    }
    run::install(buildout, &request, report)?;
    Ok(Exit::Done)
}
