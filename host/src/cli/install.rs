//! `buildout [install [PART…]]`

use super::Done;
use super::request::{Asked, set_threshold};
use crate::diagnostic::Exit;
use crate::report::Report;
use crate::run;

pub(super) fn run(asked: &Asked, parts: &[String], report: &mut Report) -> Done {
    let request = asked.run(asked.configuration()?, parts)?;
    let configuration = run::load(&request.configuration, report)?;
    set_threshold(&configuration, report)?;
    let settings = asked.settings(&request.configuration.project, report);
    let buildout = run::resolve(configuration, settings, &request, report)?;
    run::install(buildout, &request, report)?;
    Ok(Exit::Done)
}
