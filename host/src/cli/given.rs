//! What the user gives and refuses in this run: flags become [`Grants`].
//!
//! - In: the flags about access, as typed.
//! - Out: [`Grants`] with absolute real paths, for the directory of the configuration file; the variables that they open.
//! - Not here: reading a flag (`grant`), what follows from it (`access`).

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use super::Failed;
use super::request::Asked;
use crate::access::{Approvals, Grant, Grants, NeedKind, Word};
use crate::diagnostic::{Diagnostic, Exit};
use crate::path::{real_or_to_be, straight};
use crate::run;

impl Asked {
    /// What the user gave and refused, with absolute real paths.
    pub(super) fn grants(&self) -> Result<Grants, Failed> {
        let (mut given, mut refused) = (Vec::new(), Vec::new());
        for typed in &self.arguments.access {
            let value = match typed.kind {
                NeedKind::Read | NeedKind::Write => self.place(&typed.value, typed.refuses)?.into_string(),
                NeedKind::Run if typed.value.contains('/') => {
                    real_or_to_be(&self.started_in.join(self.home_in(typed.value.as_str().into())))
                        .into_string()
                }
                NeedKind::Run | NeedKind::Net | NeedKind::Env | NeedKind::Links => typed.value.clone(),
            };
            let list = if typed.refuses { &mut refused } else { &mut given };
            let part = typed.part.clone();
            list.push(Grant { part, recipe: None, kind: typed.kind, value, word: Word::Typed });
        }
        let directory = self.directory()?;
        let (more_given, more_refused) = self.policy.grants(&directory);
        given.extend(more_given);
        given.extend(self.approvals(&directory)?.iter().flat_map(Approvals::grants));
        refused.extend(more_refused);
        let mut grants = Grants::new(directory, given, refused);
        if self.arguments.allow_all {
            if self.environment.ci && !self.policy.allow_all_in_ci {
                let error = Diagnostic::error("allow-all", "`--allow-all` is not taken with CI set");
                let error =
                    error.help("name what is needed, or write `allow-all-in-ci = true` in your policy file");
                return Err(error.exit(Exit::Denied).into());
            }
            grants.give_everything();
        }
        Ok(grants)
    }

    /// What was approved for a directory; none where nothing can be kept. What lies in the project is the project's word.
    pub(super) fn approvals(&self, directory: &Utf8Path) -> Result<Option<Approvals>, Failed> {
        let Some(state) = self.state() else { return Ok(None) };
        let project = run::project_of(directory, self.environment.home.as_deref());
        if real_or_to_be(&state).starts_with(project) {
            return Ok(None);
        }
        Ok(Some(Approvals::read(&state, directory).map_err(|error| error.diagnostic())?))
    }

    /// The real directory of the configuration file.
    pub(super) fn directory(&self) -> Result<Utf8PathBuf, Failed> {
        let file = self.file()?;
        Ok(real_or_to_be(file.parent().unwrap_or(&file)))
    }

    /// The environment variables that somebody was given and that are set.
    pub(super) fn variables(&self, grants: &Grants) -> BTreeMap<String, String> {
        let owned = |(name, value): (&str, &str)| (name.to_owned(), value.to_owned());
        if grants.are_everything() {
            return self.environment.variables().map(owned).collect();
        }
        let names = grants.variables();
        names.filter_map(|name| Some((name, self.environment.variable(name)?))).map(owned).collect()
    }

    /// A directory that was typed, real; a file can be refused, but not given.
    fn place(&self, typed: &str, refused: bool) -> Result<Utf8PathBuf, Failed> {
        let path = straight(&self.started_in.join(self.home_in(typed.into())));
        let wrong = |text: String| Diagnostic::error("no-directory", text).exit(Exit::Usage);
        let real = real_or_to_be(&path);
        if refused && !real.exists() {
            // A name that is mistyped must not refuse nothing.
            return Err(wrong(format!("There is nothing to refuse at {path}")).into());
        }
        if real.is_file() && !refused {
            let directory = real.parent().unwrap_or(&real);
            let error = wrong(format!("{path} is a file; access is given by directory"));
            return Err(error.help(format!("name {directory}, where it lies")).into());
        }
        Ok(real)
    }

    pub(super) fn home_in(&self, path: &Utf8Path) -> Utf8PathBuf {
        match (path.strip_prefix("~"), &self.environment.home) {
            (Ok(rest), Some(home)) => home.join(rest),
            _ => path.to_owned(),
        }
    }
}
