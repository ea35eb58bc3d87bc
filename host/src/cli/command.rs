//! The command with its own arguments.
//!
//! - In: the words of the command line that are neither options nor assignments.
//! - Out: a [`Command`].
//! - Not here: options (`arguments`), doing it (one file per command).

use camino::Utf8PathBuf;
use clap::ValueEnum as _;
use clap_complete::Shell;

use super::argument_error::ArgumentError;
use super::help;
use crate::confine::Tier;
use crate::diagnostic::nearest;
use crate::plan::Aim;
use crate::report::graph::Format;

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
        /// Whether the exit code says that something would change.
        check: bool,
    },
    /// Write a configuration to begin with.
    Init,
    /// Make the standard directories.
    Bootstrap,
    /// Show what needs what.
    Graph {
        /// Only these and what they need; none: all.
        parts: Vec<String>,
        /// How it is written.
        format: Format,
    },
    /// Show what is known about the buildout and the machine.
    Doctor {
        /// Whether all files are compared with what is recorded.
        verify: bool,
        /// How strongly programs must be confined at least.
        tier: Option<Tier>,
    },
    /// Write what a shell needs to complete commands.
    Completions {
        /// Whose.
        shell: Shell,
    },
    /// Write the manual pages.
    Man {
        /// The directory.
        output: Utf8PathBuf,
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
    /// Show what parts need, have and lack.
    Permissions {
        /// Only these; none: all.
        parts: Vec<String>,
    },
    /// Ask for what parts lack, and keep the answers.
    Approve {
        /// Only for these; none: for all, and the configuration.
        parts: Vec<String>,
    },
    /// Take approvals back.
    Revoke {
        /// Only those of these; none: all of this directory.
        parts: Vec<String>,
    },
    /// Show what was allowed and denied.
    Audit {
        /// Only these; none: all, and the configuration.
        parts: Vec<String>,
    },
    /// Show what the policy says.
    PolicyCheck {
        /// The file; none: the one that counts.
        file: Option<Utf8PathBuf>,
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

/// Options that only some commands take, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Own {
    typed: Vec<(String, Option<String>)>,
}

impl Own {
    pub(super) fn add(&mut self, name: &str, value: Option<String>) {
        self.typed.push((name.to_owned(), value));
    }

    fn has(&self, name: &str) -> bool {
        self.typed.iter().any(|(typed, _)| typed == name)
    }

    /// The value that was typed last.
    fn value(&self, name: &str) -> Option<&str> {
        self.typed.iter().rev().find(|(typed, _)| typed == name)?.1.as_deref()
    }

    fn aim(&self, uninstall: bool, parts: &[String]) -> Aim {
        let (only, force) = (parts.to_vec(), self.has("force"));
        match uninstall {
            false => Aim::Installed { only, with_needs: self.has("with-deps"), force },
            true => Aim::Uninstalled { only, force },
        }
    }

    /// Whether the command that the words name takes all of them.
    fn check(&self, words: &[String]) -> Result<(), ArgumentError> {
        let (command, taken) = help::taken(words);
        match self.typed.iter().find(|(name, _)| !taken.contains(name)) {
            None => Ok(()),
            Some((name, _)) => {
                Err(ArgumentError::NotItsOption { option: name.clone(), command, takers: help::takers(name) })
            }
        }
    }
}

impl Command {
    /// Makes a command out of its words; no word at all is `install`.
    ///
    /// # Errors
    ///
    /// [`ArgumentError`]: no such command, or other arguments than it takes.
    pub(super) fn parse(words: &[String], own: &Own) -> Result<Self, ArgumentError> {
        let parsed = Self::of_words(words, own)?;
        own.check(words)?;
        Ok(parsed)
    }

    fn of_words(words: &[String], own: &Own) -> Result<Self, ArgumentError> {
        let Some((name, rest)) = words.split_first() else {
            return Ok(Command::Install { aim: own.aim(false, &[]) });
        };
        let requires = |what| ArgumentError::Requires { command: name.clone(), what };
        let nothing_more = |rest: &[String]| match rest.first() {
            None => Ok(()),
            Some(argument) => {
                Err(ArgumentError::Unexpected { argument: argument.clone(), command: name.clone() })
            }
        };
        match name.as_str() {
            "install" => Ok(Command::Install { aim: own.aim(false, rest) }),
            "uninstall" => Ok(Command::Install { aim: own.aim(true, rest) }),
            "plan" => Ok(Command::Plan { aim: own.aim(own.has("uninstall"), rest), check: own.has("check") }),
            "annotate" => Ok(Command::Annotate { sections: rest.to_vec() }),
            "graph" => {
                let format = own.value("format").unwrap_or("text");
                let format = Format::named(format).ok_or_else(|| ArgumentError::Value {
                    option: "format".to_owned(),
                    value: format.to_owned(),
                    help: "write `text`, `dot` or `mermaid`".to_owned(),
                })?;
                Ok(Command::Graph { parts: rest.to_vec(), format })
            }
            "doctor" => {
                nothing_more(rest)?;
                let tier = own.value("tier").map(|word| {
                    Tier::of_word(word).ok_or_else(|| ArgumentError::Value {
                        option: "tier".to_owned(),
                        value: word.to_owned(),
                        help: "write `strict`, `landlock` or `none`".to_owned(),
                    })
                });
                Ok(Command::Doctor { verify: own.has("verify"), tier: tier.transpose()? })
            }
            "completions" => match rest {
                [shell] => match shell.parse() {
                    Ok(shell) => Ok(Command::Completions { shell }),
                    Err(_) => {
                        let known = Shell::value_variants().iter().map(ToString::to_string).collect();
                        Err(ArgumentError::Shell { argument: shell.clone(), known })
                    }
                },
                _ => Err(requires("the name of one shell")),
            },
            "man" => match own.value("output") {
                Some(output) => nothing_more(rest).map(|()| Command::Man { output: output.into() }),
                None => Err(requires("`--output DIR`")),
            },
            "init" => nothing_more(rest).map(|()| Command::Init),
            "bootstrap" => nothing_more(rest).map(|()| Command::Bootstrap),
            "query" | "why" => {
                let [typed] = rest else { return Err(requires("a single argument")) };
                let (section, option) = typed.split_once(':').unwrap_or(("buildout", typed));
                if option.contains(':') {
                    return Err(ArgumentError::Query { argument: typed.clone() });
                }
                let (section, option) = (section.to_owned(), option.to_owned());
                Ok(match name.as_str() {
                    "why" => Command::Why { section, option },
                    _ => Command::Query { section, option, raw: own.has("raw") },
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
            "permissions" => Ok(Command::Permissions { parts: rest.to_vec() }),
            "approve" => Ok(Command::Approve { parts: rest.to_vec() }),
            "revoke" => Ok(Command::Revoke { parts: rest.to_vec() }),
            "audit" => Ok(Command::Audit { parts: rest.to_vec() }),
            "policy" => match rest {
                [verb] if verb == "check" => Ok(Command::PolicyCheck { file: None }),
                [verb, file] if verb == "check" => Ok(Command::PolicyCheck { file: Some(file.into()) }),
                [verb, _, more, ..] if verb == "check" => {
                    nothing_more(std::slice::from_ref(more)).map(|()| Command::PolicyCheck { file: None })
                }
                _ => Err(requires("`check`, or `check FILE`")),
            },
            "cache" => match rest.split_first() {
                Some((verb, rest)) if verb == "warm" => {
                    nothing_more(rest).map(|()| Command::CacheWarm { system: own.has("system") })
                }
                // For whoever makes a release; `help` does not speak of it.
                Some((verb, [])) if verb == "bundle" => match own.value("output") {
                    Some(output) => Ok(Command::CacheBundle { output: output.into() }),
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
    let names = all.get_subcommands().filter(|command| !command.is_hide_set()).map(clap::Command::get_name);
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
        assert_eq!(command(&["plan", "a"]), Command::Plan { aim: some(false, false), check: false });
        assert_eq!(
            command(&["install", "a", "--with-deps", "--force"]),
            Command::Install { aim: some(true, true) }
        );
        let gone = |force| Aim::Uninstalled { only: vec!["a".to_owned()], force };
        assert_eq!(command(&["uninstall", "a", "--force"]), Command::Install { aim: gone(true) });
        assert_eq!(command(&["plan", "--uninstall", "a"]), Command::Plan { aim: gone(false), check: false });
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
