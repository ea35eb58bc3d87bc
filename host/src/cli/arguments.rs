//! The command line: what was typed becomes [`Arguments`].
//!
//! - In: the arguments of the process, without the program's name.
//! - Out: [`Arguments`], plain data, or an [`ArgumentError`] in zc.buildout's words.
//! - Not here: which options there are (`help`), doing what is asked for (one file per command).
//!
//! Rules: zc.buildout 6, `main`: letters can stand in one group (`-vN`), `c` is the last of its group and takes the rest
//! as its file; assignments stand before the command; flags such as `-o` are assignments, and of several that speak of
//! one option the last wins. Ours: options can stand behind the command, and every option has a long name.
//! clap describes the options but does not read them: its grammar is not zc.buildout's.

use std::ffi::OsString;

use camino::Utf8PathBuf;
use clap::{Arg, ArgAction};

use super::argument_error::ArgumentError;
use super::command::{Command, Own};
use super::grant::Typed;
use super::help;
use crate::access::Limit;
use crate::config::Assignment;
use crate::confine::Tier;
use crate::diagnostic::{Diagnostic, Exit, nearest};
use crate::plan::Aim;
use crate::process;
use crate::recipe::{self, Limits};

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Arguments {
    /// What to do.
    pub command: Command,
    /// `-c`: path or URL of the configuration file, as typed.
    pub file: Option<String>,
    /// In the order in which they count; flags that mean an assignment are among them.
    pub assignments: Vec<Assignment>,
    /// 10 for each `-v`, −10 for each `-q`. It is among the assignments too.
    pub verbosity: i64,
    /// Whether the user's `default.cfg` is read: not with `-U`.
    pub user_defaults: bool,
    /// `-D`: all is told about an error.
    pub debug: bool,
    /// `--json`: programs are told, not people.
    pub json: bool,
    /// `--state-dir`, as typed.
    pub state_directory: Option<Utf8PathBuf>,
    /// `--python-version`, as typed.
    pub python_version: Option<String>,
    /// How much a recipe may use: `--recipe-time-limit` and `--recipe-limit`.
    pub limits: Limits,
    /// `--confine=guard`: where the kernel cannot confine a recipe, it runs all the same.
    pub guard_is_enough: bool,
    /// `--process-tier`, `--run-…-limit`.
    pub programs: process::Limits,
    /// `--adopt`: foreign records are taken over.
    pub adopt: bool,
    /// `--trust-owner`: a directory of another user is used as if it were one's own.
    pub trust_owner: bool,
    /// `--policy`, as typed.
    pub policy: Option<Utf8PathBuf>,
    /// `--audit`, as typed.
    pub audit: Option<Utf8PathBuf>,
    /// `--allow-all`: whatever recipes declare is given.
    pub allow_all: bool,
    /// What recipes may do beyond the defaults, and what they may not.
    pub access: Vec<Typed>,
}

impl Arguments {
    /// Reads the arguments of the process, without the program's name.
    ///
    /// # Errors
    ///
    /// [`ArgumentError`]: the first argument that is wrong; with `-h` before it, help is shown all the same.
    pub fn parse(typed: impl IntoIterator<Item = OsString>) -> Result<Self, ArgumentError> {
        let mut reading = Reading::new();
        match reading.read(typed) {
            Ok(()) => reading.finish(),
            Err(_) if reading.help => reading.finish(),
            Err(error) => Err(error),
        }
    }
}

/// The arguments as far as they have been read.
struct Reading {
    /// What can be typed.
    options: Vec<Arg>,
    arguments: Arguments,
    /// Where among the assignments that of the verbosity belongs: at the last `-v` or `-q`.
    verbosity_at: usize,
    /// The command and what belongs to it.
    words: Vec<String>,
    /// Options that only some commands take.
    own: Own,
    help: bool,
    version: bool,
}

impl Reading {
    fn new() -> Self {
        let arguments = Arguments {
            command: Command::Install { aim: Aim::everything() },
            file: None,
            assignments: Vec::new(),
            verbosity: 0,
            user_defaults: true,
            debug: false,
            json: false,
            state_directory: None,
            python_version: None,
            limits: Limits::default(),
            guard_is_enough: false,
            programs: process::Limits::default(),
            adopt: false,
            trust_owner: false,
            policy: None,
            audit: None,
            allow_all: false,
            access: Vec::new(),
        };
        let mut options: Vec<Arg> = help::command().get_arguments().cloned().collect();
        options.extend(help::own_options());
        Self {
            options,
            arguments,
            verbosity_at: 0,
            words: Vec::new(),
            own: Own::default(),
            help: false,
            version: false,
        }
    }

    fn read(&mut self, typed: impl IntoIterator<Item = OsString>) -> Result<(), ArgumentError> {
        let mut typed = typed.into_iter().map(|argument| {
            argument.into_string().map_err(|argument| ArgumentError::NotText {
                argument: argument.to_string_lossy().into_owned(),
            })
        });
        while let Some(argument) = typed.next().transpose()? {
            if argument == "--" {
                // Names may begin with a hyphen or hold an equals sign.
                for word in typed {
                    self.words.push(word?);
                }
                return Ok(());
            }
            let mut next = || typed.next().transpose();
            match argument.strip_prefix('-') {
                Some(rest) => match rest.strip_prefix('-') {
                    Some(long) => self.long(long, &mut next)?,
                    None => self.group(rest, &mut next)?,
                },
                None => self.word(argument)?,
            }
        }
        Ok(())
    }

    /// One argument that is no option.
    fn word(&mut self, argument: String) -> Result<(), ArgumentError> {
        if argument.is_empty() {
            return Err(ArgumentError::Empty);
        }
        match (argument.contains('='), self.words.first()) {
            (true, None) => {
                let invalid = |_| ArgumentError::Assignment { argument: argument.clone() };
                self.arguments.assignments.push(Assignment::parse(&argument).map_err(invalid)?);
            }
            (true, Some(command)) => {
                return Err(ArgumentError::LateAssignment { argument, command: command.clone() });
            }
            (false, _) => self.words.push(argument),
        }
        Ok(())
    }

    /// Letters behind one hyphen; none is allowed and means nothing.
    fn group(&mut self, letters: &str, next: &mut Next<'_>) -> Result<(), ArgumentError> {
        let group = || format!("-{letters}");
        for (at, letter) in letters.char_indices() {
            let Some(name) = self.name_of(letter) else {
                let shown = format!("-{letter}");
                return Err(ArgumentError::UnknownOption { typed: shown.clone(), shown, nearest: None });
            };
            let rest = &letters[at + letter.len_utf8()..];
            match name.as_str() {
                "config" => {
                    let file = if rest.is_empty() { next()? } else { Some(rest.to_owned()) };
                    let file = file.filter(|file| !file.is_empty());
                    self.arguments.file = Some(file.ok_or_else(|| ArgumentError::NoFile { group: group() })?);
                    return Ok(());
                }
                "timeout" => {
                    let seconds = if rest.is_empty() { next()? } else { None };
                    let seconds = seconds.ok_or_else(|| ArgumentError::NoTimeout { group: group() })?;
                    return self.timeout(&seconds).ok_or_else(|| ArgumentError::Timeout { group: group() });
                }
                name => self.switch(name),
            }
        }
        Ok(())
    }

    /// A long option, with its value behind `=` or in the next argument.
    fn long(&mut self, typed: &str, next: &mut Next<'_>) -> Result<(), ArgumentError> {
        let (name, value) = match typed.split_once('=') {
            Some((name, value)) => (name, Some(value.to_owned())),
            None => (typed, None),
        };
        let Some(option) = self.options.iter().find(|option| option.get_long() == Some(name)) else {
            let names = self.options.iter().filter(|option| !option.is_hide_set()).filter_map(Arg::get_long);
            return Err(ArgumentError::UnknownOption {
                shown: "--".to_owned(),
                typed: format!("--{name}"),
                nearest: nearest(name, names).map(|name| format!("--{name}")),
            });
        };
        let name = option.get_id().to_string();
        if matches!(option.get_action(), ArgAction::SetTrue) {
            return match value {
                Some(_) => Err(ArgumentError::UselessValue { option: name }),
                None => {
                    self.switch(&name);
                    Ok(())
                }
            };
        }
        if option.get_num_args().is_some_and(|number| number.min_values() == 0) {
            return self.value(&name, value.unwrap_or_default());
        }
        let what = option.get_value_names().and_then(|names| names.first()).map(ToString::to_string);
        let value = match value {
            Some(value) => Some(value),
            None => match next()? {
                Some(command)
                    if Typed::is_one(&name) && help::command().find_subcommand(&command).is_some() =>
                {
                    let help = format!("`{command}` is a command; `--{name}={command}` names a directory");
                    return Err(ArgumentError::Value { option: name, value: command, help });
                }
                next => next,
            },
        };
        match value.filter(|value| !value.is_empty()) {
            Some(value) => self.value(&name, value),
            None => Err(ArgumentError::NoValue { option: name, value: what.unwrap_or_default() }),
        }
    }

    fn name_of(&self, letter: char) -> Option<String> {
        let option = self.options.iter().find(|option| option.get_short() == Some(letter))?;
        Some(option.get_id().to_string())
    }

    fn switch(&mut self, name: &str) {
        match name {
            "no-user-defaults" => self.arguments.user_defaults = false,
            "offline" => self.assign("offline", "true"),
            "online" => self.assign("offline", "false"),
            "newest" => self.assign("newest", "true"),
            "no-newest" => self.assign("newest", "false"),
            "verbose" => self.louder(10),
            "quiet" => self.louder(-10),
            "debug" => self.arguments.debug = true,
            "json" => self.arguments.json = true,
            "adopt" => self.arguments.adopt = true,
            "trust-owner" => self.arguments.trust_owner = true,
            "allow-all" => self.arguments.allow_all = true,
            "help" => self.help = true,
            "version" => self.version = true,
            "no-python-warning" | "restarted" => {}
            own => self.own.add(own, None),
        }
    }

    fn value(&mut self, name: &str, value: String) -> Result<(), ArgumentError> {
        let invalid = |value: &str, help: String| ArgumentError::Value {
            option: name.to_owned(),
            value: value.to_owned(),
            help,
        };
        match name {
            "config" => self.arguments.file = Some(value),
            "timeout" => {
                self.timeout(&value).ok_or(ArgumentError::Timeout { group: "--timeout".to_owned() })?;
            }
            "state-dir" => self.arguments.state_directory = Some(value.into()),
            "policy" => self.arguments.policy = Some(value.into()),
            "audit" => self.arguments.audit = Some(value.into()),
            "python-version" => {
                if !value.split('.').all(|number| number.parse::<u32>().is_ok()) {
                    return Err(invalid(&value, "write numbers with dots, such as `3.11`".to_owned()));
                }
                self.arguments.python_version = Some(value);
            }
            "recipe-time-limit" => {
                self.arguments.limits.set("time", &value).map_err(|help| invalid(&value, help))?;
            }
            "recipe-limit" => {
                let (name, number) = value.split_once('=').unwrap_or((&value, ""));
                self.arguments.limits.set(name, number).map_err(|help| invalid(&value, help))?;
            }
            "confine" => {
                self.arguments.guard_is_enough = match &*value {
                    "guard" => true,
                    "strict" => false,
                    _ => return Err(invalid(&value, "write `strict` or `guard`".to_owned())),
                }
            }
            "process-tier" => {
                self.arguments.programs.tier = Tier::of_word(&value)
                    .ok_or_else(|| invalid(&value, "write `strict`, `landlock` or `none`".to_owned()))?;
            }
            limit if limit.starts_with("run-") => {
                let wrong = if limit == "run-time-limit" {
                    "write a time such as `90`, `90s`, `15m` or `2h`"
                } else {
                    "write a number above 0"
                };
                self.program_limit(limit, &value).ok_or_else(|| invalid(&value, wrong.to_owned()))?;
            }
            name if Typed::is_one(name) => {
                let typed = Typed::parse(name, &value).map_err(|help| invalid(&value, help))?;
                self.arguments.access.push(typed);
            }
            own => self.own.add(own, Some(value)),
        }
        Ok(())
    }

    /// Sets one limit of programs; none if the value is none of it.
    fn program_limit(&mut self, name: &str, value: &str) -> Option<()> {
        let limits = &mut self.arguments.programs;
        if name == "run-time-limit" {
            limits.time = recipe::time(value)?;
            return Some(());
        }
        let number = value.parse::<u64>().ok().filter(|number| *number > 0)?;
        let bytes = number.checked_mul(1 << 20)?;
        match name {
            "run-disk-limit" => (limits.written_bytes, limits.file_bytes) = (bytes, bytes),
            "run-memory-limit" => {
                limits.memory_bytes = bytes;
                limits.address_bytes = limits.address_bytes.max(bytes.checked_mul(2)?);
            }
            "run-process-limit" => limits.processes = number,
            "run-output-limit" => limits.captured_bytes = bytes.try_into().ok()?,
            _ => unreachable!("`{name}` is no limit that can be typed"),
        }
        Some(())
    }

    fn assign(&mut self, option: &str, text: &str) {
        self.arguments.assignments.push(Assignment::set("buildout", option, text));
    }

    fn louder(&mut self, verbosity: i64) {
        self.arguments.verbosity += verbosity;
        self.verbosity_at = self.arguments.assignments.len();
    }

    fn timeout(&mut self, seconds: &str) -> Option<()> {
        seconds.parse::<u64>().ok()?;
        self.assign("socket-timeout", seconds);
        Some(())
    }

    /// Makes the command out of its words.
    fn finish(mut self) -> Result<Arguments, ArgumentError> {
        if self.arguments.verbosity != 0 {
            let verbosity = Assignment::set("buildout", "verbosity", &self.arguments.verbosity.to_string());
            self.arguments.assignments.insert(self.verbosity_at, verbosity);
        }
        self.arguments.command = if self.version {
            Command::Version
        } else if self.help {
            Command::help_for(&self.words)
        } else {
            Command::parse(&self.words, &self.own)?
        };
        Ok(self.arguments)
    }
}

/// What is wrong with a limit of the policy: it is none, or its value means nothing.
pub(super) fn wrong_limit(limit: &Limit) -> Option<Diagnostic> {
    let options = help::command();
    let limits = options.get_arguments().filter_map(Arg::get_long).filter(|name| name.ends_with("-limit"));
    let limits: Vec<&str> = limits.collect();
    let wrong = match limits.contains(&limit.name.as_str()) {
        true => Arguments::parse([as_typed(limit)]).err()?.diagnostic(),
        false => {
            let error = Diagnostic::error("policy-value", format!("There is no limit {}", limit.name));
            match nearest(&limit.name, limits.iter().copied()) {
                Some(near) => error.help(format!("did you mean `{near}`?")),
                None => error.help(format!("there is: {}", limits.join(", "))),
            }
        }
    };
    Some(wrong.at(limit.at, "").exit(Exit::Usage))
}

/// A limit of the policy as a flag.
pub(super) fn as_typed(limit: &Limit) -> OsString {
    format!("--{}={}", limit.name, limit.value).into()
}

/// Gives the next argument, if there is one.
type Next<'a> = dyn FnMut() -> Result<Option<String>, ArgumentError> + 'a;

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn parse(typed: &[&str]) -> Result<Arguments, ArgumentError> {
        Arguments::parse(typed.iter().map(OsString::from))
    }

    fn parsed(typed: &[&str]) -> Arguments {
        parse(typed).unwrap_or_else(|error| panic!("{typed:?}: {error}"))
    }

    /// The assignments as they would be typed.
    fn assigned(typed: &[&str]) -> Vec<String> {
        let arguments = parsed(typed);
        let written = arguments.assignments.iter();
        written.map(|a| format!("{}:{} {:?} {}", a.section, a.option, a.operator, a.text)).collect()
    }

    #[test]
    fn nothing_means_install_everything() {
        let arguments = parsed(&[]);
        assert_eq!(arguments.command, Command::Install { aim: Aim::everything() });
        assert!(arguments.user_defaults);
        assert_eq!((arguments.file, arguments.verbosity), (None, 0));
        assert_eq!(
            parsed(&["-"]).command,
            Command::Install { aim: Aim::everything() },
            "a lone hyphen is nothing"
        );
    }

    #[test]
    fn letters_can_stand_in_one_group_and_the_last_may_take_a_value() {
        for typed in [
            &["-vc", "other.cfg"][..],
            &["-vcother.cfg"],
            &["-v", "-c", "other.cfg"],
            &["--verbose", "--config=other.cfg"],
            &["--config", "other.cfg", "-v"],
        ] {
            let arguments = parsed(typed);
            assert_eq!(
                (arguments.file.as_deref(), arguments.verbosity),
                (Some("other.cfg"), 10),
                "{typed:?}"
            );
        }
        assert_eq!(assigned(&["-Nc", "other.cfg"]), ["buildout:newest Set false"]);
        let arguments = parsed(&["-UD"]);
        assert!(!arguments.user_defaults && arguments.debug);
    }

    #[test]
    fn flags_are_assignments_and_the_last_one_wins() {
        assert_eq!(
            assigned(&["-oO", "offline=true", "-n", "a:v=1", "-N", "-t", "5", "a:v+=2"]),
            [
                "buildout:offline Set true",
                "buildout:offline Set false",
                "buildout:offline Set true",
                "buildout:newest Set true",
                "a:v Set 1",
                "buildout:newest Set false",
                "buildout:socket-timeout Set 5",
                "a:v Add 2",
            ]
        );
    }

    #[test]
    fn verbosity_is_counted_and_assigned_where_it_was_last_said() {
        assert_eq!(
            assigned(&["-vv", "a:v=1", "-q", "b:v=1"]),
            ["a:v Set 1", "buildout:verbosity Set 10", "b:v Set 1"]
        );
        assert_eq!(assigned(&["-vq"]), [""; 0], "nothing is said, so the file's own counts");
        assert_eq!(parsed(&["-qq"]).verbosity, -20);
    }

    #[test]
    fn options_stand_before_or_behind_the_command() {
        let arguments = parsed(&["-v", "install", "a", "-o", "b", "--adopt", "--json"]);
        let only = vec!["a".to_owned(), "b".to_owned()];
        let aim = Aim::Installed { only, with_needs: false, force: false };
        assert_eq!(arguments.command, Command::Install { aim });
        assert!(arguments.adopt && arguments.json);
        let arguments = parsed(&["annotate", "--", "-x", "a=b"]);
        assert_eq!(
            arguments.command,
            Command::Annotate { sections: vec!["-x".to_owned(), "a=b".to_owned()] },
            "behind two hyphens everything is a name"
        );
    }

    #[test]
    fn places_and_limits_are_taken_as_typed() {
        let arguments = parsed(&["--state-dir=/state", "--python-version=3.11", "--recipe-time-limit=15m"]);
        assert_eq!(arguments.state_directory.as_deref(), Some("/state".into()));
        assert_eq!(arguments.python_version.as_deref(), Some("3.11"));
        assert_eq!(arguments.limits.call_time, Duration::from_secs(900));
        assert_eq!(parsed(&["--recipe-limit=memory=1G"]).limits.memory_bytes, 1 << 30);
    }

    #[test]
    fn every_option_that_is_described_is_read() {
        for option in help::command().get_arguments() {
            let long = option.get_long().expect("every option has a long name");
            let typed = match long {
                _ if !option.get_action().takes_values() => format!("--{long}"),
                "python-version" => format!("--{long}=3.11"),
                "confine" => format!("--{long}=guard"),
                "process-tier" => format!("--{long}=none"),
                "recipe-limit" => format!("--{long}=memory=5"),
                _ => format!("--{long}=5"),
            };
            assert!(parse(&[&typed]).is_ok(), "{typed}");
            let untouched = parsed(&[]);
            let ignored = ["help", "version", "no-python-warning", "restarted"].contains(&long);
            assert!(ignored || parsed(&[&typed]) != untouched, "nobody reads {typed}");
        }
    }

    #[test]
    fn letters_of_older_versions_are_taken_and_mean_nothing() {
        assert_eq!(parsed(&["-sWv"]), parsed(&["-v"]));
        assert_eq!(parse(&["-A"]).unwrap_err().to_string(), "Invalid option -A");
    }

    #[test]
    fn options_of_one_command_are_unknown_to_the_others() {
        for typed in [
            &["plan", "--system"][..],
            &["query", "a:b", "--force"],
            &["uninstall", "--with-deps"],
            &["--uninstall"],
        ] {
            assert_eq!(parse(typed).unwrap_err().to_string(), "Invalid option --", "{typed:?}");
        }
        assert!(
            parse(&["cache", "warm", "--system"]).is_ok() && parse(&["--system", "cache", "warm"]).is_ok()
        );
    }

    #[cfg(unix)]
    #[test]
    fn an_argument_that_is_no_text_is_an_error() {
        use std::os::unix::ffi::OsStringExt as _;
        let error = Arguments::parse([OsString::from_vec(vec![b'a', 0xff])]).expect_err("it is wrong");
        assert_eq!(error.to_string(), "An argument is not UTF-8: a\u{fffd}");
    }
}
