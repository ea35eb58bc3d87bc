//! `buildout [install [PART…]]` and `buildout uninstall [PART…]`

use super::Done;
use super::request::Asked;
use crate::diagnostic::Exit;
use crate::plan::Aim;
use crate::report::Report;
use crate::run;

pub(super) fn run(asked: &Asked, aim: &Aim, report: &mut Report) -> Done {
    asked.check_audit()?;
    let mut request = asked.request(aim)?;
    let resolved = asked.resolve_asking(&mut request, report);
    let done = resolved.and_then(|buildout| Ok(run::install(buildout, &request, report)?));
    asked.write_audit(&request, report)?;
    done.map(|_| Exit::Done)
}
