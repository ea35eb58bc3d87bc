//! `buildout query [SECTION:]OPTION`: one value, as it was written. Writes nothing.

use super::Done;
use super::request::Asked;
use crate::diagnostic::Exit;
use crate::report::{Report, query};
use crate::run;

pub(super) fn run(asked: &Asked, section: &str, option: &str, report: &mut Report) -> Done {
    let configuration = run::load(&asked.configuration()?, report)?;
    let all: Vec<_> = configuration.names().filter_map(|name| configuration.raw(name)).collect();
    let value = query::find(all, section, option).map_err(|error| error.diagnostic())?.text().to_owned();
    let text = query::text(section, option, &value, asked.arguments.verbosity != 0);
    report.result("query", &text, &value)?;
    Ok(Exit::Done)
}
