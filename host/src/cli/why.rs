//! `buildout why [SECTION:]OPTION`: where a value comes from, step by step. Writes nothing.

use super::request::Asked;
use super::{Done, query};
use crate::diagnostic::Exit;
use crate::report::Report;
use crate::report::why::Why;

pub(super) fn run(asked: &Asked, section: &str, option: &str, report: &mut Report) -> Done {
    let looked = query::look(asked, section, option, report)?;
    let traces = looked.traces.expect("`look` fails if there is no such option");
    let why = Why::of(&traces, &looked.buildout.configuration.sources);
    report.result("why", &why.text(&asked.started_in), &why)?;
    Ok(Exit::Done)
}
