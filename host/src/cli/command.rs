//! The command with its own arguments.
//!
//! - In: the words of the command line that are neither options nor assignments.
//! - Out: a [`Command`].
//! - Not here: options (`arguments`), doing it (one file per command).

use camino::Utf8PathBuf;

use super::argument_error::ArgumentError;
use super::help;
use crate::diagnostic::nearest;

/// A command with its own arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Make, update and remove parts.
    Install {
        /// Only these, in this order; none: all.
        parts: Vec<String>,
    },
    /// Say what `install` would do.
    Plan {
        /// Only these, in this order; none: all.
        parts: Vec<String>,
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

/// Options that only `cache` takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct OfCache {
    /// `--system`
    pub(super) system: bool,
    /// `--output`
    pub(super) output: Option<Utf8PathBuf>,
}

impl Command {
    /// Makes a command out of its words; no word at all is `install`.
    ///
    /// # Errors
    ///
    /// [`ArgumentError`]: no such command, or other arguments than it takes.
    pub(super) fn parse(words: &[String], of_cache: OfCache) -> Result<Self, ArgumentError> {
        if of_cache != OfCache::default() && words.first().is_none_or(|word| word != "cache") {
            let typed = if of_cache.system { "--system" } else { "--output" };
            return Err(ArgumentError::UnknownOption {
                shown: "--".to_owned(),
                typed: typed.to_owned(),
                nearest: None,
            });
        }
        let Some((name, rest)) = words.split_first() else {
            return Ok(Command::Install { parts: Vec::new() });
        };
        let requires = |what| ArgumentError::Requires { command: name.clone(), what };
        let nothing_more = |rest: &[String]| match rest.first() {
            None => Ok(()),
            Some(argument) => {
                Err(ArgumentError::Unexpected { argument: argument.clone(), command: name.clone() })
            }
        };
        match name.as_str() {
            "install" => Ok(Command::Install { parts: rest.to_vec() }),
            "plan" => Ok(Command::Plan { parts: rest.to_vec() }),
            "annotate" => Ok(Command::Annotate { sections: rest.to_vec() }),
            "query" => {
                let [option] = rest else { return Err(requires("a single argument")) };
                let (section, option_name) = option.split_once(':').unwrap_or(("buildout", option));
                if option_name.contains(':') {
                    return Err(ArgumentError::Query { argument: option.clone() });
                }
                Ok(Command::Query { section: section.to_owned(), option: option_name.to_owned() })
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
                    nothing_more(rest).map(|()| Command::CacheWarm { system: of_cache.system })
                }
                // For whoever makes a release; `help` does not speak of it.
                Some((verb, [])) if verb == "bundle" => match of_cache.output {
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
        assert_eq!(command(&["plan", "a"]), Command::Plan { parts: vec!["a".to_owned()] });
        let query = |section: &str, option: &str| Command::Query {
            section: section.to_owned(),
            option: option.to_owned(),
        };
        assert_eq!(command(&["query", "a:b"]), query("a", "b"));
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
