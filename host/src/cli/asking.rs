//! Resolving with somebody at the terminal: what is missing can be given on the way.
//!
//! - In: what was asked for, who can be asked.
//! - Out: the buildout, with what was given in this run.
//! - Not here: the question itself (`person`), keeping an answer (`approve`).
//!
//! Rules: `decisions.md` 4.2. The whole table is asked for once; a recipe's `init` sees what was given, so the
//! configuration is resolved anew.

use super::Failed;
use super::person::Person;
use super::request::{Asked, shows_everything};
use crate::access::{Standing, Word};
use crate::diagnostic::{Exit, Severity};
use crate::event::Reporter as _;
use crate::recipe::cancelled;
use crate::report::Report;
use crate::resolve::Buildout;
use crate::run::{self, Stopped};

impl Asked {
    /// Loads and resolves; asks once for each table of what is missing.
    ///
    /// # Errors
    ///
    /// As [`run::resolve`]; or the answer was no.
    pub(super) fn resolve_asking(
        &self,
        request: &mut run::Request,
        report: &mut Report,
    ) -> Result<Buildout, Failed> {
        loop {
            let configuration = self.load_to_follow(request, report)?;
            let everything = shows_everything(&configuration);
            let settings = self.settings(&request.configuration.project, report);
            match run::resolve(configuration, settings, request, report) {
                Ok(buildout) => {
                    if everything {
                        report.configuration_data(&buildout);
                    }
                    return Ok(buildout);
                }
                Err(stopped) => self.ask(stopped, request, report)?,
            }
        }
    }

    /// Asks for all that stopped a run, if somebody is there and can give it.
    fn ask(
        &self,
        mut stopped: Stopped,
        request: &mut run::Request,
        report: &mut Report,
    ) -> Result<(), Failed> {
        let missing = stopped.buildout.as_ref().map(|buildout| buildout.missing.clone()).unwrap_or_default();
        let can_be_given =
            !missing.is_empty() && missing.iter().all(|claim| claim.standing == Standing::Missing);
        let Some(person) = Person::find(self).filter(|_| can_be_given && !cancelled()) else {
            return Err(stopped.into());
        };
        for told in &mut stopped.diagnostics {
            told.severity = Severity::Warning;
            report.diagnostic(told, &stopped.sources);
        }
        if !person.agrees("Allow all of it in this run?", report)? {
            return Err(Failed::Told(if cancelled() { Exit::Interrupted } else { Exit::Denied }));
        }
        let grants = &mut request.surroundings.grants;
        grants.give(missing.iter().map(|claim| claim.grant(Word::Answered)));
        request.surroundings.environment = self.variables(grants);
        Ok(())
    }
}
