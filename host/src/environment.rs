//! Every environment variable that buildout reads, in one place.
//!
//! - In: the environment of the process, read once, by `cli`.
//! - Out: an [`Environment`], and the directories that follow from it.
//! - Not here: `${env:NAME}` in configurations, which needs a grant (`access`); what the interpreter probe is given.
//!
//! | variable | what it does |
//! |---|---|
//! | `HOME` | the user's directory: `~` in paths, `~/.buildout/default.cfg`, the directories below |
//! | `BUILDOUT_HOME` | directory of `default.cfg`, instead of `~/.buildout` |
//! | `BUILDOUT_RECIPES` | directories of recipes (`NAME.wasm`), separated by colons |
//! | `BUILDOUT_STATE_DIR` | directory of our records, instead of the next one; `--state-dir` beats it |
//! | `XDG_STATE_HOME` | our records are in `buildout` below it; default `~/.local/state` |
//! | `BUILDOUT_POLICY` | the policy file, instead of the next one; `--policy` beats it |
//! | `XDG_CONFIG_HOME` | the policy is `buildout/policy.toml` below it; default `~/.config` |
//! | `XDG_CACHE_HOME` | compiled recipes are in `buildout` below it; default `~/.cache` |
//! | `PATH` | where `python3` is looked for |
//! | `CI` | set to anything but nothing or `false`: nobody can be asked, and `--allow-all` is refused |
//! | `NO_COLOR` | set to anything but nothing: no colours |
//! | `CLICOLOR_FORCE` | set to anything but `0`: colours even if nobody looks |
//! | `CLICOLOR` | `0`: no colours |
//! | `TERM` | `dumb`: no colours, and no line that moves |
//!
//! Rules: a path counts only if it is absolute (the XDG rule; a relative one would mean another place in every clone)
//! and text; one that does not count is [`Ignored`], which `cli` says.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::PathBuf;

use camino::Utf8PathBuf;

use crate::diagnostic::Diagnostic;

/// What the environment of the process says.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    /// The user's directory.
    pub home: Option<Utf8PathBuf>,
    /// Directory of the user's `default.cfg`, if not the usual one.
    pub buildout_home: Option<Utf8PathBuf>,
    /// Directories of recipes, the first one that has a recipe wins.
    pub recipes: Vec<Utf8PathBuf>,
    /// Directories of programs, in order.
    pub path: Vec<Utf8PathBuf>,
    /// Nobody can be asked.
    pub ci: bool,
    /// The terminal can do nothing but take lines.
    pub dumb_terminal: bool,
    /// Variables that are set but do not count.
    pub ignored: Vec<Ignored>,
    buildout_state_dir: Option<Utf8PathBuf>,
    xdg_state_home: Option<Utf8PathBuf>,
    xdg_cache_home: Option<Utf8PathBuf>,
    xdg_config_home: Option<Utf8PathBuf>,
    /// The policy file, if not the usual one.
    pub policy: Option<Utf8PathBuf>,
    /// `Some` if the user wants colours always or never.
    wanted_colour: Option<bool>,
    all: Variables,
}

/// A variable that is set to something that we do not take.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ignored {
    /// Its name.
    pub variable: &'static str,
    /// What it is set to; bytes that are no text are replaced.
    pub value: String,
    /// A few words.
    pub why: &'static str,
}

/// Every variable; their values are not for logs.
#[derive(Clone, Default)]
struct Variables(BTreeMap<OsString, OsString>);

impl fmt::Debug for Variables {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} variables", self.0.len())
    }
}

impl Ignored {
    /// The same, as the user is told it.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::notice(
            "ignored-variable",
            format!("`{}` is ignored: `{}` {}", self.variable, self.value, self.why),
        )
    }
}

impl Environment {
    /// Reads the environment of this process. Only `cli` calls it.
    pub fn read() -> Self {
        Self::of(std::env::vars_os())
    }

    /// Makes the environment out of names and values, for tests.
    pub fn of(variables: impl IntoIterator<Item = (OsString, OsString)>) -> Self {
        let all = Variables(variables.into_iter().collect());
        let mut environment = Self::default();
        let ignored = &mut environment.ignored;
        environment.home = all.directory("HOME", ignored);
        environment.buildout_home = all.directory("BUILDOUT_HOME", ignored);
        environment.buildout_state_dir = all.directory("BUILDOUT_STATE_DIR", ignored);
        environment.xdg_state_home = all.directory("XDG_STATE_HOME", ignored);
        environment.xdg_cache_home = all.directory("XDG_CACHE_HOME", ignored);
        environment.xdg_config_home = all.directory("XDG_CONFIG_HOME", ignored);
        environment.policy = all.directory("BUILDOUT_POLICY", ignored);
        environment.recipes = all.directories("BUILDOUT_RECIPES", ignored);
        // A relative directory of programs is nothing unusual, and nothing to talk about.
        environment.path = all.directories("PATH", &mut Vec::new());
        environment.ci = all.text("CI").is_some_and(|value| value != "false");
        environment.dumb_terminal = all.text("TERM").is_some_and(|value| value == "dumb");
        environment.wanted_colour = if all.text("NO_COLOR").is_some() {
            Some(false)
        } else if all.text("CLICOLOR_FORCE").is_some_and(|value| value != "0") {
            Some(true)
        } else if all.text("CLICOLOR").is_some_and(|value| value == "0") {
            Some(false)
        } else {
            None
        };
        environment.all = all;
        environment
    }

    /// The value of a variable that the user has allowed to be read; none if it is not set or no text.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.all.0.get(OsStr::new(name))?.to_str()
    }

    /// Where our records of what is installed are, if not said otherwise; none without a home.
    pub fn state_directory(&self) -> Option<Utf8PathBuf> {
        let below = || self.xdg_state_home.clone().or_else(|| Some(self.home.as_ref()?.join(".local/state")));
        self.buildout_state_dir.clone().or_else(|| Some(below()?.join("buildout")))
    }

    /// Where compiled recipes are kept; none without a home.
    pub fn cache_directory(&self) -> Option<Utf8PathBuf> {
        let below = self.xdg_cache_home.clone().or_else(|| Some(self.home.as_ref()?.join(".cache")));
        Some(below?.join("buildout"))
    }

    /// Where the policy is if nobody says otherwise; none without a home.
    pub fn usual_policy(&self) -> Option<Utf8PathBuf> {
        let below = self.xdg_config_home.clone().or_else(|| Some(self.home.as_ref()?.join(".config")));
        Some(below?.join("buildout/policy.toml"))
    }

    /// Every variable that is set and text.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.all.0.iter().filter_map(|(name, value)| Some((name.to_str()?, value.to_str()?)))
    }

    /// The user's own configuration file, which may not be there; none without a home.
    ///
    /// Source: zc.buildout 6, user defaults.
    pub fn default_configuration(&self) -> Option<Utf8PathBuf> {
        let directory = self.buildout_home.clone().or_else(|| Some(self.home.as_ref()?.join(".buildout")));
        Some(directory?.join("default.cfg"))
    }

    /// Whether to use colours on a stream that is, or is not, a terminal.
    pub fn colour(&self, terminal: bool) -> bool {
        self.wanted_colour.unwrap_or(terminal && !self.dumb_terminal)
    }
}

impl Variables {
    /// The value of a variable that is set to something.
    fn text(&self, name: &str) -> Option<String> {
        let value = self.0.get(OsStr::new(name))?.to_string_lossy();
        (!value.is_empty()).then(|| value.into_owned())
    }

    /// The absolute path in a variable.
    fn directory(&self, name: &'static str, ignored: &mut Vec<Ignored>) -> Option<Utf8PathBuf> {
        absolute(name, self.0.get(OsStr::new(name))?.into(), ignored)
    }

    /// The absolute paths in a variable that holds several.
    fn directories(&self, name: &'static str, ignored: &mut Vec<Ignored>) -> Vec<Utf8PathBuf> {
        let Some(value) = self.0.get(OsStr::new(name)) else { return Vec::new() };
        std::env::split_paths(value).filter_map(|path| absolute(name, path, ignored)).collect()
    }
}

/// Returns a path that counts; the others are said, but an empty one is as good as none.
fn absolute(name: &'static str, path: PathBuf, ignored: &mut Vec<Ignored>) -> Option<Utf8PathBuf> {
    if path.as_os_str().is_empty() {
        return None;
    }
    let why = match Utf8PathBuf::from_path_buf(path.clone()) {
        Ok(path) if path.is_absolute() => return Some(path),
        Ok(_) => "is not an absolute path",
        Err(_) => "is not UTF-8",
    };
    ignored.push(Ignored { variable: name, value: path.to_string_lossy().into_owned(), why });
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(variables: &[(&str, &str)]) -> Environment {
        Environment::of(variables.iter().map(|(name, value)| (name.into(), value.into())))
    }

    #[test]
    fn without_anything_there_is_no_place_to_keep_anything() {
        let environment = environment(&[]);
        assert_eq!(environment.state_directory(), None);
        assert_eq!(environment.cache_directory(), None);
        assert_eq!(environment.usual_policy(), None);
        assert_eq!(environment.default_configuration(), None);
    }

    #[test]
    fn the_home_directory_holds_everything_by_default() {
        let environment = environment(&[("HOME", "/home/a:b")]);
        assert_eq!(environment.home.as_ref().unwrap(), "/home/a:b");
        assert_eq!(environment.state_directory().unwrap(), "/home/a:b/.local/state/buildout");
        assert_eq!(environment.cache_directory().unwrap(), "/home/a:b/.cache/buildout");
        assert_eq!(environment.usual_policy().unwrap(), "/home/a:b/.config/buildout/policy.toml");
        assert_eq!(environment.default_configuration().unwrap(), "/home/a:b/.buildout/default.cfg");
    }

    #[test]
    fn the_nearest_variable_wins() {
        let mut variables = vec![
            ("HOME", "/home/ann"),
            ("XDG_STATE_HOME", "/state"),
            ("XDG_CACHE_HOME", "/cache"),
            ("BUILDOUT_HOME", "/etc/buildout"),
        ];
        let xdg = environment(&variables);
        assert_eq!(xdg.state_directory().unwrap(), "/state/buildout");
        assert_eq!(xdg.cache_directory().unwrap(), "/cache/buildout");
        assert_eq!(xdg.default_configuration().unwrap(), "/etc/buildout/default.cfg");
        variables.push(("BUILDOUT_STATE_DIR", "/own"));
        assert_eq!(environment(&variables).state_directory().unwrap(), "/own", "it is taken as it is");
    }

    #[test]
    fn a_relative_path_does_not_count_and_is_said() {
        let environment = environment(&[
            ("HOME", "/home/ann"),
            ("XDG_STATE_HOME", "state"),
            ("BUILDOUT_HOME", ""),
            ("BUILDOUT_RECIPES", "/recipes:mine::/more"),
            ("PATH", "bin:/usr/bin"),
        ]);
        assert_eq!(environment.state_directory().unwrap(), "/home/ann/.local/state/buildout");
        assert_eq!(environment.default_configuration().unwrap(), "/home/ann/.buildout/default.cfg");
        assert_eq!(environment.recipes, ["/recipes", "/more"]);
        assert_eq!(environment.path, ["/usr/bin"]);
        let said: Vec<String> =
            environment.ignored.iter().map(|ignored| ignored.diagnostic().message).collect();
        assert_eq!(
            said,
            [
                "`XDG_STATE_HOME` is ignored: `state` is not an absolute path",
                "`BUILDOUT_RECIPES` is ignored: `mine` is not an absolute path",
            ]
        );
    }

    #[test]
    fn colours_are_for_terminals_unless_the_user_says_otherwise() {
        let colours = |variables: &[(&str, &str)]| {
            let environment = environment(variables);
            (environment.colour(true), environment.colour(false))
        };
        assert_eq!(colours(&[]), (true, false));
        assert_eq!(colours(&[("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")]), (false, false));
        assert_eq!(colours(&[("NO_COLOR", "")]), (true, false), "set to nothing is not set");
        assert_eq!(colours(&[("CLICOLOR_FORCE", "1")]), (true, true));
        assert_eq!(colours(&[("CLICOLOR_FORCE", "0")]), (true, false));
        assert_eq!(colours(&[("CLICOLOR", "0")]), (false, false));
        assert_eq!(colours(&[("TERM", "dumb")]), (false, false));
    }

    #[test]
    fn values_do_not_reach_a_debug_log() {
        let environment = environment(&[("TOKEN", "secret")]);
        assert_eq!(environment.variable("TOKEN"), Some("secret"));
        assert!(!format!("{environment:?}").contains("secret"));
    }
}
