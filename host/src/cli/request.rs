//! Arguments and environment become what a run is asked for.
//!
//! - In: [`Arguments`], [`Environment`], where the process was started.
//! - Out: [`run::Request`], recipe [`Settings`]; all paths absolute and real.
//! - Not here: reading configuration files.

use std::time::{Duration, SystemTime};

use camino::{Utf8Path, Utf8PathBuf};

use super::arguments::Arguments;
use super::{Failed, python, unknown_part};
use crate::access::{Asker, Grants, NeedKind, Policy};
use crate::audit::Audit;
use crate::config::{self, Configuration, Facts, Opaque, Value};
use crate::confine::Landlock;
use crate::diagnostic::{Diagnostic, Exit};
use crate::environment::Environment;
use crate::event::Reporter;
use crate::installed::Holder;
use crate::path::straight;
use crate::plan::Aim;
use crate::recipe::{CodeCache, Limits, Machine, Settings};
use crate::report::Report;
use crate::report::log_format::LogFormat;
use crate::report::threshold::{Threshold, ThresholdError};
use crate::resolve::Surroundings;
use crate::run::{self, Stopped};
use crate::source::SourceMap;

/// All that a command starts from.
pub(super) struct Asked {
    pub(super) arguments: Arguments,
    pub(super) environment: Environment,
    pub(super) started_in: Utf8PathBuf,
    /// What the user said once and for all.
    pub(super) policy: Policy,
}

impl Asked {
    /// The configuration file, absolute.
    pub(super) fn file(&self) -> Result<Utf8PathBuf, Failed> {
        let name = self.arguments.file.as_deref().unwrap_or("buildout.cfg");
        if name.contains("://") {
            let error = Diagnostic::error("not-served-yet", format!("Couldn't open {name}"));
            return Err(error
                .doing("Initializing.")
                .note("configuration files from addresses are not served yet")
                .help("save it here, and name it with `-c FILE`")
                .into());
        }
        Ok(straight(&self.started_in.join(name)))
    }

    /// Everything that loading the configuration needs.
    fn configuration(&self, grants: &Grants) -> Result<config::Request, Failed> {
        let file = self.file()?;
        let mut request = config::Request::new(file);
        let parent = request.file.parent().unwrap_or(&request.file);
        let real = parent.canonicalize_utf8().unwrap_or_else(|_| parent.to_owned());
        request.project = run::project_of(&real, self.environment.home.as_deref());
        request.facts = self.facts(&request.project)?;
        request.directory = self.started_in.clone();
        request.readable =
            grants.directories(NeedKind::Read, Asker::CONFIGURATION).map(Utf8Path::to_owned).collect();
        if self.arguments.user_defaults {
            request.user_defaults = self.environment.default_configuration().filter(|path| path.is_file());
        }
        request.assignments = self.arguments.assignments.clone();
        request.opaque = Opaque { options: self.policy.opaque.clone() };
        let all = self.environment.variables().map(|(name, _)| name).filter(|_| grants.are_everything());
        let granted = grants.variables().chain(all);
        request.environment = granted
            .filter(|name| grants.hold(NeedKind::Env, name, Asker::CONFIGURATION))
            .map(|name| (name.to_owned(), self.environment.variable(name).map(str::to_owned)))
            .collect();
        Ok(request)
    }

    /// Loads the configuration; if remote files are missing from it, all that is not served is one error.
    pub(super) fn load(&self, request: &run::Request, report: &mut Report) -> Result<Configuration, Failed> {
        let configuration = run::load(request, report)?;
        if configuration.not_served.is_empty() {
            self.known_parts(&configuration, &request.aim, report)?;
            return Ok(configuration);
        }
        let settings = Settings { search: self.environment.recipes.clone(), ..Settings::default() };
        Err(run::unserved(configuration, settings, request, report).into())
    }

    /// The same for a command that goes on: from now on is shown what the configuration asks for.
    ///
    /// # Errors
    ///
    /// `log-level` or `verbosity` says nothing that can be followed; such a `log-format` is a warning.
    pub(super) fn load_to_follow(
        &self,
        request: &run::Request,
        report: &mut Report,
    ) -> Result<Configuration, Failed> {
        let configuration = self.load(request, report)?;
        match threshold(&configuration) {
            Ok(threshold) => report.set_threshold(threshold),
            Err(diagnostic) => {
                let sources = configuration.sources;
                return Err(Stopped { sources, diagnostics: vec![diagnostic], buildout: None }.into());
            }
        }
        let format = setting(&configuration, "log-format");
        match LogFormat::parse(format.map_or("", Value::text)) {
            Ok(format) => report.set_format(format),
            Err(error) => {
                let at = format.and_then(Value::place);
                report.diagnostic(&error.diagnostic(at), &configuration.sources);
            }
        }
        Ok(configuration)
    }

    /// Looks whether what was typed for one part can be for a part.
    fn known_parts(
        &self,
        configuration: &Configuration,
        aim: &Aim,
        report: &mut Report,
    ) -> Result<(), Failed> {
        let names = configuration.names().chain(aim.named().iter().map(String::as_str));
        let names: Vec<&str> = names.collect();
        for told in unknown_part::unknown(&self.arguments.access, &names) {
            if told.exit != Exit::Done {
                return Err(told.into());
            }
            report.diagnostic(&told, &configuration.sources);
        }
        Ok(())
    }

    fn facts(&self, project: &Utf8Path) -> Result<Facts, Failed> {
        let cache = self.environment.cache_directory();
        let mut facts = match &self.arguments.python_version {
            Some(version) => python::named(version)?,
            None => python::found(
                &self.environment.path,
                project,
                cache.as_deref(),
                self.environment.home.as_deref(),
            ),
        };
        facts.home = self.environment.home.clone();
        Ok(facts)
    }

    /// The user's state directory.
    pub(super) fn state(&self) -> Option<Utf8PathBuf> {
        match &self.arguments.state_directory {
            Some(path) => Some(straight(&self.started_in.join(path))),
            None => self.environment.state_directory(),
        }
    }

    /// Everything that a run needs.
    pub(super) fn request(&self, aim: &Aim) -> Result<run::Request, Failed> {
        let grants = self.grants()?;
        let configuration = self.configuration(&grants)?;
        let environment = self.variables(&grants);
        let trust_owner = self.arguments.trust_owner || self.policy.trusts(grants.directory());
        let verbosity = i32::try_from(self.arguments.verbosity).unwrap_or(0);
        let command = match aim {
            Aim::Installed { .. } => "install",
            Aim::Uninstalled { .. } => "uninstall",
        };
        let named = aim.named().iter().map(String::as_str);
        let words: Vec<&str> = ["buildout", command].into_iter().chain(named).collect();
        Ok(run::Request {
            holder: Holder {
                pid: std::process::id(),
                command: words.join(" "),
                configuration: configuration.file.to_string(),
                since: since(),
            },
            surroundings: Surroundings {
                audit: Audit::default(),
                grants,
                environment,
                machine: machine(verbosity),
                file: configuration.file.clone(),
                project: configuration.project.clone(),
                started_in: self.started_in.clone(),
            },
            configuration,
            aim: aim.clone(),
            state: self.state(),
            home: self.environment.home.clone(),
            adopt: self.arguments.adopt,
            trust_owner,
        })
    }

    /// What recipes are loaded with. Where nothing can be kept, that is said, and the run goes on.
    pub(super) fn settings(&self, project: &Utf8Path, report: &mut dyn Reporter) -> Settings {
        let limits = Limits { programs: self.arguments.programs.clone(), ..self.arguments.limits.clone() };
        let (cache, components) = match (self.environment.cache_directory(), self.state()) {
            (Some(cache), Some(state)) => {
                let opened = CodeCache::open(&cache.join("code"), &state.join("key"), project);
                match opened {
                    Ok(code) => (Some(code), Some(cache.join("components"))),
                    Err(error) => {
                        let notice = Diagnostic::notice(
                            "no-code-cache",
                            format!("compiled recipes are not kept: {error}"),
                        );
                        report.diagnostic(&notice, &SourceMap::default());
                        (None, None)
                    }
                }
            }
            _ => {
                let notice =
                    Diagnostic::notice("no-code-cache", "compiled recipes are not kept: HOME is not set");
                report.diagnostic(&notice, &SourceMap::default());
                (None, None)
            }
        };
        let here = Landlock::here();
        if self.arguments.guard_is_enough && !here.is_enough() {
            let leaks = here.leaks().join(", ");
            let text = format!(
                "recipes that are not built in run under buildout's own checks alone: if these fail, they can {leaks}"
            );
            report.diagnostic(&Diagnostic::notice("guard-alone", text), &SourceMap::default());
        }
        Settings {
            cache,
            components,
            search: self.environment.recipes.clone(),
            limits,
            guard_is_enough: self.arguments.guard_is_enough,
        }
    }
}

/// Whether even more is to be shown than what is for debugging, as by `-vv`.
pub(super) fn shows_everything(configuration: &Configuration) -> bool {
    threshold(configuration).is_ok_and(Threshold::shows_everything)
}

/// Which messages the configuration asks for.
fn threshold(configuration: &Configuration) -> Result<Threshold, Diagnostic> {
    let (level, verbosity) = (setting(configuration, "log-level"), setting(configuration, "verbosity"));
    Threshold::new(level.map_or("INFO", Value::text), verbosity.map_or("0", Value::text)).map_err(|error| {
        let written = if matches!(error, ThresholdError::Level(_)) { level } else { verbosity };
        error.diagnostic(written.and_then(Value::place))
    })
}

/// An option of `[buildout]` as it is written.
fn setting<'c>(configuration: &'c Configuration, option: &str) -> Option<&'c Value> {
    configuration.section("buildout").and_then(|section| section.get(option))
}

fn machine(verbosity: i32) -> Machine {
    let windows = std::env::consts::OS == "windows";
    let fact = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    Machine {
        facts: vec![
            fact("os", std::env::consts::OS),
            fact("arch", std::env::consts::ARCH),
            fact(
                "abi",
                if cfg!(target_env = "musl") {
                    "musl"
                } else if cfg!(target_env = "gnu") {
                    "gnu"
                } else if windows {
                    "msvc"
                } else {
                    ""
                },
            ),
            fact("exe-suffix", std::env::consts::EXE_SUFFIX),
            fact("path-separator", if windows { ";" } else { ":" }),
            fact("buildout-version", env!("CARGO_PKG_VERSION")),
        ],
        offline: false,
        newest: true,
        verbosity,
    }
}

/// The time of day, for another run that waits for this one.
fn since() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or(Duration::ZERO).as_secs();
    let (hours, minutes, seconds) = (now / 3600 % 24, now / 60 % 60, now % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02} UTC")
}
