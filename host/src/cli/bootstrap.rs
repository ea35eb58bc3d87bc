//! `buildout bootstrap`: the directories that every buildout has are made, and nothing else.
//!
//! Rules: zc.buildout 6, `Buildout.bootstrap`. Ours: no recipe is asked and nothing is deleted; there is no start script, as one
//! program serves every buildout.

use super::Done;
use super::request::Asked;
use crate::diagnostic::Exit;
use crate::plan::Aim;
use crate::recipe::Settings;
use crate::report::Report;
use crate::run;

pub(super) fn run(asked: &Asked, report: &mut Report) -> Done {
    let request = asked.request(&Aim::everything())?;
    let configuration = asked.load_to_follow(&request, report)?;
    let buildout = run::settle(configuration, Settings::default(), &request, report)?;
    run::bootstrap(buildout, &request, report)?;
    Ok(Exit::Done)
}
