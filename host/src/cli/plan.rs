//! `buildout plan [--check] [PART…]`: what `install` would do, or with `--uninstall` what `uninstall` would. Writes nothing in the
//! buildout directory.

use super::Done;
use super::request::Asked;
use crate::diagnostic::Exit;
use crate::plan::Aim;
use crate::report::Report;
use crate::report::plan::PlanShown;
use crate::run;

pub(super) fn run(asked: &Asked, aim: &Aim, check: bool, report: &mut Report) -> Done {
    let request = asked.request(aim)?;
    let configuration = asked.load_to_follow(&request, report)?;
    let settings = asked.settings(&request.configuration.project, report);
    let buildout = run::resolve(configuration, settings, &request, report)?;
    let planned = run::plan(buildout, &request, report)?;
    let shown = PlanShown::of(
        &planned.adoption,
        &planned.plan,
        &planned.going,
        &planned.buildout.configuration.sources,
    );
    report.result("plan", &shown.text(&asked.started_in, asked.arguments.verbosity > 0), &shown)?;
    let changes = !planned.plan.is_nothing() || !planned.adoption.parts.is_empty();
    planned.check()?;
    Ok(if check && changes { Exit::Changes } else { Exit::Done })
}
