//! `buildout audit [PART]…`: what was allowed and denied in this directory; and the lines that a run adds to the log.

use std::time::{Duration, SystemTime};

use super::Done;
use super::request::Asked;
use crate::audit;
use crate::diagnostic::{Diagnostic, Exit};
use crate::event::Reporter as _;
use crate::plan::Aim;
use crate::recipe::Settings;
use crate::report::Report;
use crate::report::audit::AuditShown;
use crate::run;
use crate::source::SourceMap;

impl Asked {
    /// Looks whether `--audit FILE` can be written, before there is anything to write.
    ///
    /// # Errors
    ///
    /// It cannot.
    pub(super) fn check_audit(&self) -> Result<(), Diagnostic> {
        let Some(file) = &self.arguments.audit else { return Ok(()) };
        let file = self.started_in.join(self.home_in(file));
        audit::append_to(&file, "").map_err(|error| {
            Diagnostic::error("audit", format!("Cannot write {file}: {error}")).exit(Exit::Usage)
        })
    }

    /// Writes down what a run decided. That it cannot be written is said, and fails no run, but for a file that was named.
    ///
    /// # Errors
    ///
    /// `--audit FILE` cannot be written.
    pub(super) fn write_audit(&self, request: &run::Request, report: &mut Report) -> Result<(), Diagnostic> {
        let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO);
        let lines = request.surroundings.audit.lines(now.as_secs(), request.surroundings.grants.directory());
        if lines.is_empty() {
            return Ok(());
        }
        if let Some(file) = &self.arguments.audit {
            let file = self.started_in.join(self.home_in(file));
            audit::append_to(&file, &lines).map_err(|error| {
                Diagnostic::error("audit", format!("Cannot write {file}: {error}")).exit(Exit::Usage)
            })?;
        }
        // Without a state directory nothing was installed either.
        let Some(state) = request.state.as_ref().filter(|state| state.is_dir()) else { return Ok(()) };
        if let Err(error) = audit::append(state, &lines) {
            let notice =
                Diagnostic::notice("audit", format!("what was allowed is not written down: {error}"));
            report.diagnostic(&notice, &SourceMap::default());
        }
        Ok(())
    }
}

pub(super) fn run(asked: &Asked, parts: &[String], report: &mut Report) -> Done {
    let request = asked.request(&Aim::everything())?;
    let configuration = asked.load_to_follow(&request, report)?;
    let buildout = run::settle(configuration, Settings::default(), &request, report)?;
    let installed = run::known(&buildout, &request, report)?;
    let wanted = |part: Option<&String>| parts.is_empty() || part.is_some_and(|part| parts.contains(part));
    let lines = match &request.state {
        Some(state) => audit::read(state).map_err(|error| {
            Diagnostic::error("audit", format!("Cannot read what was written down in {state}: {error}"))
        })?,
        None => Vec::new(),
    };
    let here = request.surroundings.grants.directory();
    let lines: Vec<_> =
        lines.into_iter().filter(|line| line.directory == here && wanted(line.entry.part.as_ref())).collect();
    let known = installed.known.iter().filter(|(part, _)| wanted(Some(part)));
    let outputs = known.flat_map(|(part, known)| {
        known.contents.iter().map(|(path, digest)| (part.clone(), path.clone(), digest.to_string()))
    });
    let shown = AuditShown::of(&lines, outputs);
    report.result("audit", &shown.text(), &shown)?;
    Ok(Exit::Done)
}
