//! One call of a recipe, and what its failure means.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};

use camino::{Utf8Path, Utf8PathBuf};

use super::{ExecuteError, Execution};
use crate::access::{Asker, Deed, NOT_MADE, NeedKind, Standing};
use crate::event::Event;
use crate::installed::{Filled, InstalledError, Journal, Made};
use crate::recipe::{Call, Failure, Outcome, Phase, Recipe, Record, Witness};
use crate::resolve::{Cause, Part, ResolveError};

/// Writes into the journal what a part is about to make.
struct Witnessing {
    part: String,
    journal: Arc<Mutex<Journal>>,
}

impl Witness for Witnessing {
    fn making(&self, made: &Made) -> std::io::Result<()> {
        self.noting(|journal| journal.made(&self.part, made))
    }

    fn filling(&self, filled: &Filled) -> std::io::Result<()> {
        self.noting(|journal| journal.filling(&self.part, filled))
    }

    fn still_filling(&self) -> std::io::Result<()> {
        self.noting(|journal| journal.still_filling())
    }
}

impl Witnessing {
    fn noting(&self, note: impl FnOnce(&mut Journal) -> Result<(), InstalledError>) -> std::io::Result<()> {
        let mut journal = self.journal.lock().map_err(|_| std::io::Error::other("the journal is broken"))?;
        note(&mut journal).map_err(|error| match error {
            // The recipe is to read that the disk is full, and not only that something is wrong.
            InstalledError::Io { source, .. } => source,
            error => std::io::Error::other(error),
        })
    }
}

impl Execution<'_> {
    /// Calls a part's recipe; `own` is what is the part's already.
    pub(super) fn call(
        &mut self,
        part: &Part,
        phase: Phase,
        own: Vec<Utf8PathBuf>,
        installed: Vec<String>,
    ) -> Outcome {
        let call = Call {
            part: part.name.clone(),
            phase,
            entry: part.entry.clone(),
            options: self.buildout.options(&part.name),
            buildout: self.buildout.shared_buildout(),
            installed,
            reach: self.buildout.reach(part, own),
            temporary: Some(self.buildout.directories.root.join(".buildout/tmp")),
            environment: self.buildout.environment_of(part),
            machine: Arc::clone(self.buildout.machine()),
            limits: Arc::clone(self.buildout.catalogue.limits()),
            witness: Some(self.witness(&part.name)),
        };
        self.serve(&part.recipe, call)
    }

    /// Whoever writes down what a part is about to make.
    pub(super) fn witness(&self, part: &str) -> Arc<dyn Witness> {
        Arc::new(Witnessing { part: part.to_owned(), journal: Arc::clone(&self.journal) })
    }

    /// Begins a call and answers until it is over.
    pub(super) fn serve(&mut self, recipe: &Arc<Recipe>, call: Call) -> Outcome {
        let part = call.part.clone();
        let running = match self.buildout.catalogue.begin(recipe, call) {
            Ok(running) => running,
            Err(outcome) => return *outcome,
        };
        let outcome = running.serve(&part, &mut self.buildout.serving(self.reporter));
        self.buildout.catalogue.end(running);
        if self.buildout.has_progressed() {
            self.reporter.event(&Event::ProgressEnded { part: part.clone() });
        }
        let outcome = outcome.expect("a recipe's thread outlives its call");
        self.buildout.mark_used(&part, &outcome.used);
        self.buildout.mark_used("buildout", &outcome.used_of_buildout);
        self.note(recipe, &part, &outcome.record);
        outcome
    }

    /// Notes for the user what a call touched and what it was refused.
    fn note(&self, recipe: &Recipe, part: &str, record: &Record) {
        let (audit, identity) = (&self.buildout.surroundings().audit, recipe.identity());
        let asker = Asker::Part { name: part, recipe: &identity };
        let by = |kind| {
            let buildout = &self.buildout;
            move |directory: &Utf8Path| match buildout.surroundings().grants.standing(
                kind,
                directory.as_str(),
                asker,
            ) {
                Standing::Granted(word) if !buildout.directories.holds(directory) => word.to_string(),
                _ => "default".to_owned(),
            }
        };
        audit.touched(part, &identity, "files-read", &record.read, by(NeedKind::Read));
        let mut written: BTreeMap<Utf8PathBuf, u64> = BTreeMap::new();
        for path in record.made.iter().map(|made| &made.path).chain(&record.overwritten) {
            *written.entry(path.parent().unwrap_or(path).to_owned()).or_default() += 1;
        }
        audit.touched(part, &identity, "files-written", &written, by(NeedKind::Write));
        record.denied.iter().for_each(|denial| audit.denied(part, &identity, denial));
    }

    /// What a failed call comes to.
    pub(super) fn failed(
        &self,
        part: &Part,
        doing: &[&str],
        failure: Failure,
        mut outcome: Failed,
    ) -> ExecuteError {
        let mut owner = None;
        for denial in outcome.denied.iter_mut().filter(|denial| denial.why == NOT_MADE) {
            if let Some(other) = self.maker(&denial.path).filter(|other| *other != part.name) {
                denial.help = Some("two parts cannot make the same thing: name another place in one of them");
                owner = owner.or(Some(other.to_owned()));
            }
        }
        let in_the_way = outcome.denied.iter().any(|denial| denial.why == NOT_MADE);
        let foreign = in_the_way && self.installed.foreign.is_some();
        let cause = match failure {
            Failure::Error(error) => {
                let at = self.buildout.place_named(&part.name, &error);
                Cause::Refused { error, at, denied: outcome.denied }
            }
            failure => {
                let recipe = self.buildout.called(&part.recipe);
                let at = self.buildout.section(&part.name).and_then(|section| section.place("recipe"));
                Cause::Broken { recipe, failure, at }
            }
        };
        let error = ResolveError {
            doing: doing.iter().map(|line| (*line).to_owned()).collect(),
            cause: Rc::new(cause),
        };
        ExecuteError::Call {
            error,
            overwritten: outcome.overwritten,
            refused: outcome.refused,
            foreign,
            owner,
        }
    }

    /// The part that made what is at `path`.
    fn maker(&self, path: &camino::Utf8Path) -> Option<&str> {
        let makes = |known: &crate::installed::Known| known.made.iter().any(|made| made.path == path);
        self.installed.known.iter().find(|(_, known)| makes(known)).map(|(name, _)| name.as_str())
    }

    /// Checks what a call returned: absolute paths in places where the part may write.
    pub(super) fn check_returned(&self, part: &Part, paths: &[String]) -> Result<(), ExecuteError> {
        let reach = self.buildout.reach(part, []);
        for path in paths {
            let refuse =
                |why| Err(ExecuteError::NotAllowed { part: part.name.clone(), path: path.clone(), why });
            let plain = Utf8PathBuf::from(path);
            if !plain.is_absolute() {
                return refuse("it is not absolute");
            }
            if plain.components().any(|component| component == camino::Utf8Component::ParentDir) {
                return refuse("it holds `..`");
            }
            // The parent's links count, the thing itself may be a link.
            let real = match (
                plain.parent().and_then(|parent| parent.canonicalize_utf8().ok()),
                plain.file_name(),
            ) {
                (Some(parent), Some(name)) => parent.join(name),
                _ => plain.clone(),
            };
            if let Err(denial) = reach.allows(Deed::Create, &real, true) {
                return refuse(denial.why);
            }
        }
        Ok(())
    }
}

/// What a failed call leaves to tell.
#[derive(Default)]
pub(super) struct Failed {
    pub(super) denied: Vec<crate::access::Denial>,
    pub(super) overwritten: Vec<Utf8PathBuf>,
    /// What the system said, where the recipe could not read it.
    pub(super) refused: Option<String>,
}

impl Failed {
    pub(super) fn of(record: &Record) -> Self {
        Self {
            denied: record.denied.clone(),
            overwritten: record.overwritten.iter().cloned().collect(),
            refused: record.refused.clone(),
        }
    }
}
