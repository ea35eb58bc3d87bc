//! Why a command line is wrong.
//!
//! - In: what `arguments` found.
//! - Out: [`ArgumentError`], and the diagnostic with advice.
//! - Not here: finding it (`arguments`).
//!
//! Rules: zc.buildout 6, `main`: its words where it has some, even where they say less than they could (`Invalid option
//! --`); the advice makes up for it.

use crate::diagnostic::{Diagnostic, Exit, nearest};
use crate::report::graph::Format;

/// Why the command line is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArgumentError {
    /// There is no such option.
    #[error("Invalid option {shown}")]
    UnknownOption {
        /// `-x`, or `--` for any long one: zc.buildout's text.
        shown: String,
        /// As typed, without a value.
        typed: String,
        /// The most similar long option.
        nearest: Option<String>,
    },
    /// `-c` without a file.
    #[error("No file name specified for option {group}")]
    NoFile {
        /// The letters as typed.
        group: String,
    },
    /// `-t` without a number, or with the number in the same argument.
    #[error("No timeout value specified for option {group}")]
    NoTimeout {
        /// The letters as typed.
        group: String,
    },
    /// The value of `-t` is no number.
    #[error("Timeout value must be numeric {group}")]
    Timeout {
        /// The letters as typed.
        group: String,
    },
    /// A long option needs a value.
    #[error("No value specified for option --{option}")]
    NoValue {
        /// Its name.
        option: String,
        /// What the value is.
        value: String,
    },
    /// A switch was given a value.
    #[error("Option --{option} takes no value")]
    UselessValue {
        /// Its name.
        option: String,
    },
    /// The value of a long option is none.
    #[error("Invalid value for option --{option}: {value}")]
    Value {
        /// Its name.
        option: String,
        /// As typed.
        value: String,
        /// What would be right.
        help: String,
    },
    /// Another command takes the option.
    #[error("Invalid option --")]
    NotItsOption {
        /// Its name.
        option: String,
        /// The command, as typed.
        command: String,
        /// The commands that take it.
        takers: Vec<String>,
    },
    /// An argument with `=` that is no assignment.
    #[error("Invalid option: {argument}")]
    Assignment {
        /// As typed.
        argument: String,
    },
    /// What `query` is to show has more than one colon.
    #[error("Invalid option: {argument}")]
    Query {
        /// As typed.
        argument: String,
    },
    /// An assignment behind the command.
    #[error("Assignment after the command: {argument}")]
    LateAssignment {
        /// As typed.
        argument: String,
        /// The command.
        command: String,
    },
    /// There is no such command.
    #[error("invalid command: {command}")]
    UnknownCommand {
        /// As typed.
        command: String,
        /// The most similar command.
        nearest: Option<String>,
    },
    /// The command needs other arguments.
    #[error("The {command} command requires {what}.")]
    Requires {
        /// The command.
        command: String,
        /// In words.
        what: &'static str,
    },
    /// The command takes no such argument.
    #[error("Unexpected argument: {argument}")]
    Unexpected {
        /// As typed.
        argument: String,
        /// The command.
        command: String,
    },
    /// `completions` for a shell that nobody knows.
    #[error("Unexpected argument: {argument}")]
    Shell {
        /// As typed.
        argument: String,
        /// All that there are.
        known: Vec<String>,
    },
    /// An argument is empty.
    #[error("An argument is empty")]
    Empty,
    /// An argument is not text.
    #[error("An argument is not UTF-8: {argument}")]
    NotText {
        /// With replacements.
        argument: String,
    },
}

impl ArgumentError {
    /// The same error with advice; it ends the process with [`Exit::Usage`].
    pub fn diagnostic(&self) -> Diagnostic {
        let did_you_mean =
            |name: &Option<String>| name.as_ref().map(|name| format!("did you mean `{name}`?"));
        let (code, help) = match self {
            Self::UnknownOption { nearest, typed, .. } => (
                "unknown-option-flag",
                did_you_mean(nearest)
                    .or_else(|| of_a_command(typed))
                    .or_else(|| Some(format!("`buildout --help` lists what there is instead of `{typed}`"))),
            ),
            Self::NotItsOption { option, command, takers } => (
                "unknown-option-flag",
                Some(format!(
                    "`{command}` does not take `--{option}`, which is for `{}`",
                    takers.join("`, `")
                )),
            ),
            Self::NoFile { .. } => ("no-file-name", Some("write `-c FILE`".to_owned())),
            Self::NoTimeout { .. } | Self::Timeout { .. } => {
                ("no-timeout", Some("write whole seconds behind a blank, such as `-t 5`".to_owned()))
            }
            Self::NoValue { option, value } => ("no-value", Some(format!("write `--{option}={value}`"))),
            Self::UselessValue { option } => ("useless-value", Some(format!("write `--{option}`"))),
            Self::Value { help, .. } => ("invalid-value", Some(help.clone())),
            Self::Assignment { .. } => (
                "invalid-assignment",
                Some(
                    "an assignment is `SECTION:OPTION=VALUE`, or `OPTION=VALUE` for `[buildout]`".to_owned(),
                ),
            ),
            Self::Query { .. } => (
                "invalid-query",
                Some("name one option: `SECTION:OPTION`, or `OPTION` of [buildout]".to_owned()),
            ),
            Self::LateAssignment { argument, command } => (
                "late-assignment",
                Some(format!("assignments come before the command: `buildout {argument} {command}`")),
            ),
            Self::UnknownCommand { nearest, command } => {
                ("unknown-command", did_you_mean(nearest).or_else(|| Some(instead_of(command))))
            }
            Self::Requires { command, .. } | Self::Unexpected { command, .. } => {
                ("wrong-arguments", Some(format!("`buildout help {command}` shows what it takes")))
            }
            Self::Shell { argument, known } => {
                let near = nearest(argument, known.iter().map(String::as_str));
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("the shells are {}", known.join(", ")),
                };
                ("unknown-shell", Some(help))
            }
            Self::Empty => {
                ("empty-argument", Some("an unset variable of your shell may stand there".to_owned()))
            }
            Self::NotText { .. } => ("not-text", None),
        };
        let mut diagnostic = Diagnostic::error(code, self.to_string()).exit(Exit::Usage);
        diagnostic.help.extend(help);
        diagnostic
    }
}

/// What can be typed instead of an option that is a value of one.
fn of_a_command(typed: &str) -> Option<String> {
    let format = Format::named(typed.trim_start_matches('-'))?;
    Some(format!("write `buildout graph --format={}`", format.word()))
}

/// What can be typed instead of a command that is none.
fn instead_of(command: &str) -> String {
    match command {
        "setup" | "runsetup" => {
            "buildout runs no setup scripts; `buildout --help` lists the commands".to_owned()
        }
        other => format!(
            "`buildout --help` lists the commands; `buildout install {other}` makes a part of that name"
        ),
    }
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, str};

    use super::super::arguments::Arguments;
    use super::*;
    use crate::report::snippet::{Frame, draw};
    use crate::source::SourceMap;

    /// Each command line with the whole text that the user sees.
    fn told(lines: &[&[&str]]) -> String {
        let frame = Frame { directory: "/".into(), width: 80, verbose: false };
        let mut told = String::new();
        for typed in lines {
            let arguments = typed.iter().map(std::ffi::OsString::from);
            let error = Arguments::parse(arguments).expect_err("it is wrong").diagnostic();
            assert_eq!(error.exit, Exit::Usage);
            let text = draw(&error, &SourceMap::default(), &frame);
            told += &format!("$ buildout {}\n{}\n", typed.join(" "), anstream::adapter::strip_str(&text));
        }
        told
    }

    #[test]
    fn errors_have_the_words_of_zc_buildout_and_our_advice() {
        // zc.buildout's cases `cli-options`, `cli-assign-forms`, `cli-query`.
        assert_data_eq!(
            told(&[
                &["-x"],
                &["-vx"],
                &["--nope"],
                &["--ofline"],
                &["nope"],
                &["instal"],
                &["-c"],
                &["-t"],
                &["-t", "x"],
                &["-t5"],
                &["a:b:c=1"],
                &["=1"],
                &["query"],
                &["query", "a", "b"],
                &["query", "a:b:c"],
            ]),
            str![[r#"
$ buildout -x
Error: Invalid option -x
help: `buildout --help` lists what there is instead of `-x`

$ buildout -vx
Error: Invalid option -x
help: `buildout --help` lists what there is instead of `-x`

$ buildout --nope
Error: Invalid option --
help: `buildout --help` lists what there is instead of `--nope`

$ buildout --ofline
Error: Invalid option --
help: did you mean `--offline`?

$ buildout nope
Error: invalid command: nope
help: `buildout --help` lists the commands; `buildout install nope` makes a part of that name

$ buildout instal
Error: invalid command: instal
help: did you mean `install`?

$ buildout -c
Error: No file name specified for option -c
help: write `-c FILE`

$ buildout -t
Error: No timeout value specified for option -t
help: write whole seconds behind a blank, such as `-t 5`

$ buildout -t x
Error: Timeout value must be numeric -t
help: write whole seconds behind a blank, such as `-t 5`

$ buildout -t5
Error: No timeout value specified for option -t5
help: write whole seconds behind a blank, such as `-t 5`

$ buildout a:b:c=1
Error: Invalid option: a:b:c=1
help: an assignment is `SECTION:OPTION=VALUE`, or `OPTION=VALUE` for `[buildout]`

$ buildout =1
Error: Invalid option: =1
help: an assignment is `SECTION:OPTION=VALUE`, or `OPTION=VALUE` for `[buildout]`

$ buildout query
Error: The query command requires a single argument.
help: `buildout help query` shows what it takes

$ buildout query a b
Error: The query command requires a single argument.
help: `buildout help query` shows what it takes

$ buildout query a:b:c
Error: Invalid option: a:b:c
help: name one option: `SECTION:OPTION`, or `OPTION` of [buildout]


"#]]
        );
    }

    #[test]
    fn our_own_options_and_commands_say_what_they_take() {
        assert_data_eq!(
            told(&[
                &[""],
                &["install", "a:b=c"],
                &["--state-dir"],
                &["--state-dir="],
                &["--json=yes"],
                &["--python-version=three"],
                &["--recipe-time-limit=soon"],
                &["--recipe-limit=memory=lots"],
                &["--recipe-limit=luck=1"],
                &["--confine=perhaps"],
                &["--allow-read=zlib:"],
                &["--allow-env=zlib:CC=3"],
                &["recipe"],
                &["recipe", "describe"],
                &["recipe", "list", "x"],
                &["cache", "clean"],
                &["help", "nope"],
            ]),
            str![[r#"
$ buildout 
Error: An argument is empty
help: an unset variable of your shell may stand there

$ buildout install a:b=c
Error: Assignment after the command: a:b=c
help: assignments come before the command: `buildout a:b=c install`

$ buildout --state-dir
Error: No value specified for option --state-dir
help: write `--state-dir=DIR`

$ buildout --state-dir=
Error: No value specified for option --state-dir
help: write `--state-dir=DIR`

$ buildout --json=yes
Error: Option --json takes no value
help: write `--json`

$ buildout --python-version=three
Error: Invalid value for option --python-version: three
help: write numbers with dots, such as `3.11`

$ buildout --recipe-time-limit=soon
Error: Invalid value for option --recipe-time-limit: soon
help: write a time such as `90`, `90s`, `15m` or `2h`

$ buildout --recipe-limit=memory=lots
Error: Invalid value for option --recipe-limit: memory=lots
help: write a size such as `65536`, `64K`, `512M` or `4G`

$ buildout --recipe-limit=luck=1
Error: Invalid value for option --recipe-limit: luck=1
help: what can be limited: time=TIME, memory=SIZE, tables=NUMBER, instances=NUMBER, stack=SIZE, data=SIZE, files=NUMBER, written=SIZE, log=SIZE, lines=NUMBER, nesting=NUMBER, component=SIZE, compile-time=TIME, compile-memory=SIZE

$ buildout --confine=perhaps
Error: Invalid value for option --confine: perhaps
help: write `strict` or `guard`

$ buildout --allow-read=zlib:
Error: Invalid value for option --allow-read: zlib:
help: write a directory, such as `/srv/data`, or `PART:/srv/data`

$ buildout --allow-env=zlib:CC=3
Error: Invalid value for option --allow-env: zlib:CC=3
help: write the name of one variable, such as `LANG`, or `PART:LANG`

$ buildout recipe
Error: The recipe command requires `list` or `describe NAME`.
help: `buildout help recipe` shows what it takes

$ buildout recipe describe
Error: The recipe command requires `describe` with the name of one recipe.
help: `buildout help recipe` shows what it takes

$ buildout recipe list x
Error: Unexpected argument: x
help: `buildout help recipe` shows what it takes

$ buildout cache clean
Error: The cache command requires `warm`.
help: `buildout help cache` shows what it takes

$ buildout help nope
Error: invalid command: nope
help: `buildout --help` lists the commands; `buildout install nope` makes a part of that name


"#]]
        );
    }
}
