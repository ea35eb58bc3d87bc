//! `buildout permissions [PART]…`: what each part needs, has and lacks. Installs nothing.

use super::Done;
use super::request::Asked;
use crate::diagnostic::Exit;
use crate::plan::Aim;
use crate::report::Report;
use crate::report::permissions::Permissions;
use crate::run;

pub(super) fn run(asked: &Asked, parts: &[String], report: &mut Report) -> Done {
    let request = asked.request(&Aim::everything())?;
    let configuration = asked.load_to_follow(&request, report)?;
    let settings = asked.settings(&request.configuration.project, report);
    let shown = match run::resolve(configuration, settings, &request, report) {
        Ok(buildout) => Permissions::of(&buildout, &buildout.configuration.sources, parts),
        Err(stopped) => match &stopped.buildout {
            Some(buildout) if !buildout.missing.is_empty() => {
                Permissions::of(buildout, &stopped.sources, parts)
            }
            _ => return Err(stopped.into()),
        },
    };
    report.result("permissions", &shown.text(&asked.started_in), &shown)?;
    Ok(Exit::Done)
}
