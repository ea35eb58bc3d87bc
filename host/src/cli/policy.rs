//! The user's policy file: found, read, and what `buildout policy check [FILE]` shows of it.
//!
//! - In: `--policy`, the environment, where the project is.
//! - Out: the [`Policy`] of this run; a run goes on only if all of it is understood.
//! - Not here: what it says (`access::policy`), how it looks (`report::policy`).
//!
//! Rules: `decisions.md` 4. A file inside the project would be the project's word, and one that others can write theirs.

use std::ffi::OsString;
use std::io;
use std::os::unix::fs::MetadataExt as _;

use camino::{Utf8Path, Utf8PathBuf};

use super::arguments::{as_typed, wrong_limit};
use super::request::Asked;
use super::{Arguments, Command, Done, Failed};
use crate::access::{Confine, Policy};
use crate::confine::Tier;
use crate::diagnostic::{Diagnostic, Exit};
use crate::event::Reporter as _;
use crate::path::{real_or_to_be, straight};
use crate::report::Report;
use crate::report::policy::PolicyShown;
use crate::run::{self, Stopped};
use crate::source::SourceMap;

impl Asked {
    /// Reads the policy of this run; without one, nothing is given and nothing refused.
    ///
    /// # Errors
    ///
    /// One that was named is not there, lies in the project or is not the user's own; or anything in it is wrong.
    fn read_policy(&self, report: &mut Report) -> Result<Policy, Failed> {
        let Some((file, named)) = self.policy_file() else { return Ok(Policy::default()) };
        match self.own_text(&file) {
            Ok(text) => self.understood(&file, text, report),
            Err(Unread::NotThere) if !named => Ok(Policy::default()),
            Err(unread) => Err(unread.diagnostic(&file).into()),
        }
    }

    /// Takes up what the policy says; its limits and levels count as if they had been typed first.
    ///
    /// # Errors
    ///
    /// As [`Asked::read_policy`].
    pub(super) fn follow_policy(&mut self, typed: &[OsString], report: &mut Report) -> Result<(), Failed> {
        match self.arguments.command {
            Command::Help { .. }
            | Command::Version
            | Command::Completions { .. }
            | Command::Man { .. }
            | Command::Init
            | Command::PolicyCheck { .. } => return Ok(()),
            _ => self.policy = self.read_policy(report)?,
        }
        let mut first: Vec<OsString> = self.policy.limits.iter().map(as_typed).collect();
        first.extend(levels(&self.policy).into_iter().flatten().map(OsString::from));
        if !first.is_empty() {
            let parsed = Arguments::parse(first.into_iter().chain(typed.iter().cloned()));
            self.arguments = parsed.map_err(|error| error.diagnostic())?;
        }
        Ok(())
    }

    /// Where the policy is, and whether the user said so.
    fn policy_file(&self) -> Option<(Utf8PathBuf, bool)> {
        let typed =
            self.arguments.policy.as_ref().map(|path| straight(&self.started_in.join(self.home_in(path))));
        let named = typed.or_else(|| self.environment.policy.clone()).map(|path| (path, true));
        named.or_else(|| Some((self.environment.usual_policy()?, false)))
    }

    /// The text of a policy that is the user's own.
    fn own_text(&self, file: &Utf8Path) -> Result<String, Unread> {
        let about = match file.metadata() {
            Ok(about) => about,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Err(Unread::NotThere),
            Err(error) => return Err(Unread::Io(error)),
        };
        let real = real_or_to_be(file);
        if let Ok(configuration) = self.file() {
            let directory = real_or_to_be(configuration.parent().unwrap_or(&configuration));
            let project = run::project_of(&directory, self.environment.home.as_deref());
            if real.starts_with(&project) {
                return Err(Unread::OfProject(project));
            }
        }
        let user = rustix::process::geteuid().as_raw();
        if (about.uid() != user && about.uid() != 0) || about.mode() & 0o002 != 0 {
            return Err(Unread::OfOthers);
        }
        std::fs::read_to_string(file).map_err(Unread::Io)
    }

    fn understood(&self, file: &Utf8Path, text: String, report: &mut Report) -> Result<Policy, Failed> {
        let mut sources = SourceMap::default();
        let id = sources.add(file.as_str(), text);
        match Policy::parse(&sources, id, self.environment.home.as_deref()) {
            Ok((policy, warnings)) => {
                let mut wrong: Vec<Diagnostic> = policy.limits.iter().filter_map(wrong_limit).collect();
                wrong.sort_by_key(|wrong| wrong.labels.first().map(|label| label.span));
                if !wrong.is_empty() {
                    return Err(Stopped { sources, diagnostics: wrong, buildout: None }.into());
                }
                warnings.iter().for_each(|warning| report.diagnostic(warning, &sources));
                Ok(policy)
            }
            Err(errors) => {
                let diagnostics = errors.iter().map(|error| error.diagnostic()).collect();
                Err(Stopped { sources, diagnostics, buildout: None }.into())
            }
        }
    }
}

/// How strongly recipes and programs must be confined, as it would be typed; none is what is so anyway.
fn levels(policy: &Policy) -> [Option<&'static str>; 2] {
    let recipes = match policy.confine {
        Confine::Strict => None,
        Confine::Guard => Some("--confine=guard"),
    };
    let programs = match policy.process {
        Tier::Strict => None,
        Tier::Landlock => Some("--process-tier=landlock"),
        Tier::None => Some("--process-tier=none"),
    };
    [recipes, programs]
}

/// Why a policy is not read.
enum Unread {
    NotThere,
    OfProject(Utf8PathBuf),
    OfOthers,
    Io(io::Error),
}

impl Unread {
    fn diagnostic(&self, file: &Utf8Path) -> Diagnostic {
        let error = |text: String| Diagnostic::error("policy-file", text).exit(Exit::Usage);
        match self {
            Self::NotThere => error(format!("There is no policy file {file}")),
            Self::OfProject(project) => {
                error(format!("The policy file {file} lies in the project {project}"))
                    .help("keep it where only you write: a project does not say what it may do")
            }
            Self::OfOthers => error(format!("The policy file {file} can be written by others than you"))
                .help(format!("`chown` it to yourself, and `chmod go-w {file}`")),
            Self::Io(cause) => error(format!("The policy file {file} cannot be read: {cause}")),
        }
    }
}

pub(super) fn check(asked: &Asked, file: Option<&Utf8Path>, report: &mut Report) -> Done {
    let typed = file.map(|file| straight(&asked.started_in.join(asked.home_in(file))));
    let (file, named) = match (typed, asked.policy_file()) {
        (Some(file), _) => (file, true),
        (None, Some(found)) => found,
        (None, None) => {
            let error = Diagnostic::error("policy-file", "there is no place for a policy file");
            return Err(error.help("set HOME, or name the file").exit(Exit::Usage).into());
        }
    };
    let policy = match asked.own_text(&file) {
        Ok(text) => Some(asked.understood(&file, text, report)?),
        Err(Unread::NotThere) if !named => None,
        Err(unread) => return Err(unread.diagnostic(&file).into()),
    };
    let shown = PolicyShown::of(&file, policy.as_ref());
    report.result("policy", &shown.text(), &shown)?;
    Ok(Exit::Done)
}
