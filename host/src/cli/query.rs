//! `buildout query [--raw] [SECTION:]OPTION`: one value, as a recipe would read it or as it was written. Writes nothing.

use super::request::Asked;
use super::{Done, Failed};
use crate::config::{Configuration, OPAQUE};
use crate::diagnostic::Exit;
use crate::plan::Aim;
use crate::report::{Report, query};
use crate::resolve::Looked;
use crate::run;

/// The value with everything replaced.
pub(super) fn run(asked: &Asked, section: &str, option: &str, report: &mut Report) -> Done {
    let looked = look(asked, section, option, report)?;
    let traces = looked.traces.expect("`look` fails if there is no such option");
    let text = query::text(section, option, &traces[0].value, asked.arguments.verbosity != 0);
    report.result("query", &text, &traces[0].value)?;
    Ok(Exit::Done)
}

/// The value with nothing replaced.
pub(super) fn raw(asked: &Asked, section: &str, option: &str, report: &mut Report) -> Done {
    let request = asked.request(&Aim::everything())?;
    let mut configuration = asked.load(&request, report)?;
    run::tell_rest(&mut configuration, report);
    let value = written(&configuration, section, option)?.to_owned();
    let text = query::text(section, option, &value, asked.arguments.verbosity != 0);
    report.raw_result("query", &text, &value)?;
    Ok(Exit::Done)
}

/// Looks at an option that is there.
pub(super) fn look(
    asked: &Asked,
    section: &str,
    option: &str,
    report: &mut Report,
) -> Result<Looked, Failed> {
    let request = asked.request(&Aim::everything())?;
    let mut configuration = asked.load(&request, report)?;
    if !configuration.has(section) {
        run::tell_rest(&mut configuration, report);
        written(&configuration, section, option)?;
    }
    let settings =
        |report: &mut dyn crate::event::Reporter| asked.settings(&request.configuration.project, report);
    let looked = run::look(configuration, settings, &request, (section, option), report)?;
    if looked.traces.is_none() {
        let live = looked.buildout.section(section).expect("it was looked up");
        let configuration = &looked.buildout.configuration;
        let named = configuration.section(option).filter(|_| section == "buildout");
        return Err(query::no_option(section, option, live.names(), named).diagnostic().into());
    }
    Ok(looked)
}

fn written<'c>(configuration: &'c Configuration, section: &str, option: &str) -> Result<&'c str, Failed> {
    let all: Vec<_> = configuration.names().filter_map(|name| configuration.raw(name)).collect();
    let value = query::find(all, section, option).map_err(|error| error.diagnostic())?;
    Ok(if configuration.opaque.hides(option, value) { OPAQUE } else { value.text() })
}
