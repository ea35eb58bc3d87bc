//! `buildout [install [PART…]]` and `buildout uninstall [PART…]`

use super::Done;
use super::request::{Asked, shows_everything};
use crate::diagnostic::Exit;
use crate::plan::Aim;
use crate::report::Report;
use crate::run;

pub(super) fn run(asked: &Asked, aim: &Aim, report: &mut Report) -> Done {
    let request = asked.request(aim)?;
    let configuration = asked.load_to_follow(&request, report)?;
    let everything = shows_everything(&configuration);
    let settings = asked.settings(&request.configuration.project, report);
    let buildout = run::resolve(configuration, settings, &request, report)?;
    if everything {
        report.configuration_data(&buildout);
    }
    run::install(buildout, &request, report)?;
    Ok(Exit::Done)
}
