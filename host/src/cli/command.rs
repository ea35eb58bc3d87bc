//! The command with its own arguments.
//!
//! - In: the words of the command line that are neither options nor assignments.
//! - Out: a [`Command`].
//! - Not here: options (`arguments`), doing it (one file per command).

use camino::Utf8PathBuf;

use super::argument_error::ArgumentError;
use super::help;
use crate::diagnostic::nearest;
use crate::plan::Aim;

/// A command with its own arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Make, update and remove parts: `install` and `uninstall`.
    Install {
        /// What is to be so afterwards.
        aim: Aim,
    },
    /// Say what `install` or `uninstall` would do.
    Plan {
        /// What would be so afterwards.
        aim: Aim,
    },
    /// Show options with their origin.
    Annotate {
        /// Only these; none: all.
        sections: Vec<String>,
    },
    /// Show the value of one option.
    Query {
        /// `buildout` if none was typed.
        section: String,
        /// Its name.
        option: String,
        /// As written, with nothing replaced.
        raw: bool,
    },
    /// Show where the value of one option comes from.
    Why {
        /// `buildout` if none was typed.
        section: String,
        /// Its name.
        option: String,
    },
    /// Show the recipes that can be named.
    RecipeList,
    /// Show what a recipe does.
    RecipeDescribe {
        /// As an option `recipe` names it.
        name: String,
    },
    /// Compile the stock recipes.
    CacheWarm {
        /// For all users of this machine.
        system: bool,
    },
    /// Write a copy of this program that carries the stock recipes' code.
    CacheBundle {
        /// The file to write.
        output: Utf8PathBuf,
    },
    /// Show a help text.
    Help {
        /// The whole text, for a person.
        text: String,
    },
    /// Show the version.
    Version,
}

/// Options that only some commands take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OfCommand {
    /// `--raw`, of `query`
    pub(super) raw: bool,
    /// `--system`, of `cache`
    pub(super) system: bool,
    /// `--output`, of `cache`
    pub(super) output: Option<Utf8PathBuf>,
    /// `--with-deps`, of `install` and `plan`
    pub(super) with_deps: bool,
    /// `--force`, of `install`, `uninstall` and `plan`
    pub(super) force: bool,
    /// `--uninstall`, of `plan`
    pub(super) uninstall: bool,
}

impl OfCommand {
    /// One that was typed and that this command does not take.
    fn stray(&self, command: &str) -> Option<ArgumentError> {
        let typed = [
            (self.raw, "--raw", &["query"][..]),
            (self.system, "--system", &["cache"]),
            (self.output.is_some(), "--output", &["cache"]),
            (self.with_deps, "--with-deps", &["install", "plan"]),
            (self.force, "--force", &["install", "uninstall", "plan"]),
            (self.uninstall, "--uninstall", &["plan"]),
        ];
        let stray = typed.into_iter().find(|(typed, _, takes)| *typed && !takes.contains(&command));
        stray.map(|(_, option, of)| ArgumentError::OfCommand { option, of })
    }

    fn aim(&self, uninstall: bool, parts: &[String]) -> Aim {
        let (only, force) = (parts.to_vec(), self.force);
        match uninstall {
            false => Aim::Installed { only, with_needs: self.with_deps, force },
            true => Aim::Uninstalled { only, force },
        }
    }
}

impl Command {
    /// Makes a command out of its words; no word at all is `install`.
    ///
    /// # Errors
    ///
    /// [`ArgumentError`]: no such command, or other arguments than it takes.
    pub(super) fn parse(words: &[String], of_command: OfCommand) -> Result<Self, ArgumentError> {
        if let Some(error) = of_command.stray(words.first().map_or("install", String::as_str)) {
            return Err(error);
        }
        let Some((name, rest)) = words.split_first() else {
            return Ok(Command::Install { aim: of_command.aim(false, &[]) });
        };
        let requires = |what| ArgumentError::Requires { command: name.clone(), what };
        let nothing_more = |rest: &[String]| match rest.first() {
            None => Ok(()),
            Some(argument) => {
                Err(ArgumentError::Unexpected { argument: argument.clone(), command: name.clone() })
            }
        };
        match name.as_str() {
            "install" => Ok(Command::Install { aim: of_command.aim(false, rest) }),
            "uninstall" => Ok(Command::Install { aim: of_command.aim(true, rest) }),
            "plan" => Ok(Command::Plan { aim: of_command.aim(of_command.uninstall, rest) }),
            "annotate" => Ok(Command::Annotate { sections: rest.to_vec() }),
            "query" | "why" => {
                let [typed] = rest else { return Err(requires("a single argument")) };
                let (section, option) = typed.split_once(':').unwrap_or(("buildout", typed));
                if option.contains(':') {
                    return Err(ArgumentError::Query { argument: typed.clone() });
                }
                let (section, option) = (section.to_owned(), option.to_owned());
                Ok(match name.as_str() {
                    "why" => Command::Why { section, option },
                    _ => Command::Query { section, option, raw: of_command.raw },
                })
            }
            "recipe" => match rest.split_first() {
                Some((verb, rest)) if verb == "list" => nothing_more(rest).map(|()| Command::RecipeList),
                Some((verb, rest)) if verb == "describe" => match rest {
                    [name] => Ok(Command::RecipeDescribe { name: name.clone() }),
                    _ => Err(requires("`describe` with the name of one recipe")),
                },
                _ => Err(requires("`list` or `describe NAME`")),
            },
            "cache" => match rest.split_first() {
                Some((verb, rest)) if verb == "warm" => {
                    nothing_more(rest).map(|()| Command::CacheWarm { system: of_command.system })
                }
                // For whoever makes a release; `help` does not speak of it.
                Some((verb, [])) if verb == "bundle" => match of_command.output {
                    Some(output) => Ok(Command::CacheBundle { output }),
                    None => Err(requires("`--output FILE`")),
                },
                _ => Err(requires("`warm`")),
            },
            "help" => match help::help(rest) {
                Some(text) => Ok(Command::Help { text }),
                None => Err(unknown(&rest.join(" "))),
            },
            other => Err(unknown(other)),
        }
    }

    /// The help for the longest part of `words` that is a command.
    pub fn help_for(words: &[String]) -> Self {
        let text = (0..=words.len()).rev().find_map(|count| help::help(&words[..count]));
        Self::Help { text: text.expect("no word at all has its help") }
    }
}

fn unknown(command: &str) -> ArgumentError {
    let all = help::command();
    let names = all.get_subcommands().map(clap::Command::get_name);
    ArgumentError::UnknownCommand {
        nearest: nearest(command, names).map(str::to_owned),
        command: command.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::Arguments;
    use super::*;

    fn command(typed: &[&str]) -> Command {
        let arguments = Arguments::parse(typed.iter().map(std::ffi::OsString::from));
        arguments.unwrap_or_else(|error| panic!("{typed:?}: {error}")).command
    }

    #[test]
    fn commands_take_their_arguments() {
        let some = |with_needs, force| Aim::Installed { only: vec!["a".to_owned()], with_needs, force };
        assert_eq!(command(&["plan", "a"]), Command::Plan { aim: some(false, false) });
        assert_eq!(
            command(&["install", "a", "--with-deps", "--force"]),
            Command::Install { aim: some(true, true) }
        );
        let gone = |force| Aim::Uninstalled { only: vec!["a".to_owned()], force };
        assert_eq!(command(&["uninstall", "a", "--force"]), Command::Install { aim: gone(true) });
        assert_eq!(command(&["plan", "--uninstall", "a"]), Command::Plan { aim: gone(false) });
        let query = |section: &str, option: &str| Command::Query {
            section: section.to_owned(),
            option: option.to_owned(),
            raw: false,
        };
        assert_eq!(command(&["query", "a:b"]), query("a", "b"));
        assert_eq!(
            command(&["query", "a:b", "--raw"]),
            Command::Query { section: "a".to_owned(), option: "b".to_owned(), raw: true }
        );
        assert_eq!(
            command(&["why", "b"]),
            Command::Why { section: "buildout".to_owned(), option: "b".to_owned() }
        );
        assert_eq!(command(&["query", "parts"]), query("buildout", "parts"));
        assert_eq!(command(&["recipe", "list"]), Command::RecipeList);
        assert_eq!(
            command(&["recipe", "describe", "mkdir"]),
            Command::RecipeDescribe { name: "mkdir".to_owned() }
        );
        assert_eq!(command(&["cache", "warm"]), Command::CacheWarm { system: false });
        assert_eq!(command(&["--version"]), Command::Version);
    }

    #[test]
    fn help_is_shown_for_what_was_typed_so_far_right_or_wrong() {
        let text = |typed: &[&str]| match command(typed) {
            Command::Help { text } => text,
            other => panic!("{other:?}"),
        };
        let for_words = |words: &[&str]| {
            help::help(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>())
                .expect("there is help")
        };
        for typed in [&["-h"][..], &["--help"], &["-vh"], &["help"], &["-h", "-x"], &["nope", "-h"]] {
            assert_eq!(text(typed), for_words(&[]), "{typed:?}");
        }
        for typed in [&["-h", "install"][..], &["install", "a", "-h"], &["help", "install"]] {
            assert_eq!(text(typed), for_words(&["install"]), "{typed:?}");
        }
        assert_eq!(text(&["recipe", "describe", "-h"]), for_words(&["recipe", "describe"]));
    }
}
