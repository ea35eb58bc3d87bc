//! Why a configuration has no meaning.
//!
//! - In: facts from this room and the rooms below.
//! - Out: [`ResolveError`], with what was being done, and its [`Diagnostic`].
//! - Not here: drawing it (`report`).

use crate::access::{self, Claim, Denial, NeedKind, flag};
use crate::config::{ConfigError, Stray};
use crate::diagnostic::{Diagnostic, Exit};
use crate::recipe::{Failure, FindError, RecipeError};
use crate::source::Span;

use super::reference::Fault;
use super::unknown::Hint;
use super::unserved::{Kind, Unserved};

/// One failure, and what was being done when it happened.
#[derive(Debug, Clone)]
pub struct ResolveError {
    /// Outermost first: the lines below `While:`.
    pub doing: Vec<String>,
    /// What failed.
    pub cause: std::rc::Rc<Cause>,
}

/// What failed.
#[derive(Debug, thiserror::Error)]
pub enum Cause {
    /// The section is there, the option is not.
    #[error("Referenced option does not exist: {section} {option}")]
    UnknownOption {
        /// The section that was asked.
        section: String,
        /// What it does not have.
        option: String,
        /// The whole reference.
        at: Option<Span>,
        /// The section's header.
        section_at: Option<Span>,
        /// The most similar option that does exist.
        nearest: Option<String>,
        /// The option, inside the value of another one.
        stray: Option<Stray>,
    },
    /// A variable was granted, and nobody has set it.
    #[error("The environment variable {name} is not set")]
    UnsetVariable {
        /// Its name.
        name: String,
        /// The whole reference, as it was written.
        text: String,
        /// Where.
        at: Option<Span>,
    },
    /// There is no such section.
    #[error("The referenced section, '{section}', was not defined.")]
    UnknownSection {
        /// Its name.
        section: String,
        /// Who refers to it.
        at: Option<Span>,
        /// Why it is not there.
        hint: Hint,
    },
    /// An option that a section must have.
    #[error("Missing option: {section}:{option}")]
    MissingOption {
        /// The section.
        section: String,
        /// The option.
        option: String,
        /// The section's header.
        at: Option<Span>,
        /// An option that is there and was probably meant to be it.
        nearest: Option<String>,
        /// The option, inside the value of another one.
        stray: Option<Stray>,
    },
    /// A value of the user's own that nobody else may read.
    #[error("{section}:{option} holds credentials of your own, which nothing here may read")]
    Opaque {
        /// The section.
        section: String,
        /// The option.
        option: String,
        /// Who asks for it.
        at: Option<Span>,
    },
    /// A `${…}` that cannot be a reference.
    #[error("{}", malformed(text, *fault))]
    Malformed {
        /// As it was written.
        text: String,
        /// What is wrong with it.
        fault: Fault,
        /// Where.
        at: Option<Span>,
    },
    /// An option that needs itself.
    #[error("Circular reference in substitutions.\n")]
    Circular {
        /// `section:option`, each with its reference, from the first to itself.
        chain: Vec<(String, Option<Span>)>,
    },
    /// A limit of the language.
    #[error("{what}")]
    Limit {
        /// Which limit, and by how much.
        what: String,
        /// Where it was reached.
        at: Option<Span>,
    },
    /// A name that a part cannot have.
    #[error("`{name}` cannot be the name of a part: {why}")]
    PartName {
        /// The name.
        name: String,
        /// What is wrong with it.
        why: &'static str,
        /// The section's header.
        at: Option<Span>,
    },
    /// An option whose text is not one of those it may be.
    #[error("Invalid value for '{option}' option: '{value}'")]
    Invalid {
        /// The option of `[buildout]`.
        option: String,
        /// Its value.
        value: String,
        /// Where that was written.
        at: Option<Span>,
        /// What it may be.
        help: &'static str,
        /// What was not meant to be part of it.
        stray: Option<Stray>,
    },
    /// `install-from-cache` together with `offline`.
    #[error(
        "install-from-cache can't be used with offline mode.\nNothing is installed, even from cache, in offline\nmode, which might better be called 'no-install mode'.\n"
    )]
    NothingFromCache {
        /// Where the two are written.
        at: [Option<Span>; 2],
    },
    /// No file has a section `[buildout]`, so no parts are named.
    #[error("Missing option: buildout:parts")]
    NoBuildout {
        /// The section that was probably meant to be it.
        near: Option<(String, Option<Span>)>,
    },
    /// The buildout directory is not there, or no directory.
    #[error("Couldn't open {path}: {reason}")]
    NoDirectory {
        /// Its path.
        path: String,
        /// In a few words.
        reason: &'static str,
        /// The option `directory`.
        at: Option<Span>,
    },
    /// `recipe =` with nothing behind it.
    #[error("The part `{part}` names no recipe: its option `recipe` is empty")]
    NoRecipe {
        /// The part.
        part: String,
        /// The option.
        at: Option<Span>,
    },
    /// A section with a recipe was first looked at when every recipe had been asked already.
    #[error("`[{section}]` was not looked at in `init`, and now it is too late to make a part of it")]
    Late {
        /// The section.
        section: String,
        /// Its header.
        at: Option<Span>,
    },
    /// The recipe cannot be had.
    #[error("{error}")]
    Recipe {
        /// Why not.
        error: FindError,
        /// The option `recipe`.
        at: Option<Span>,
    },
    /// The recipe has no such entry.
    #[error("The recipe `{recipe}` has no entry `{entry}`")]
    Entry {
        /// The recipe.
        recipe: String,
        /// What was asked for.
        entry: String,
        /// The option `recipe`.
        at: Option<Span>,
        /// The entries that it has.
        known: Vec<String>,
    },
    /// The recipe says that something is wrong.
    #[error("{}", error.message.replace('\n', "\n  "))]
    Refused {
        /// In its words.
        error: RecipeError,
        /// Where the option stands that it names, or the section, and what is to be said there.
        at: Option<(Span, String)>,
        /// What it was not allowed to do before that.
        denied: Vec<Denial>,
    },
    /// The recipe could not even say what is wrong.
    #[error("{}", broken(recipe, failure))]
    Broken {
        /// Its name, version and digest.
        recipe: String,
        /// What happened.
        failure: Failure,
        /// The option `recipe`.
        at: Option<Span>,
    },
    /// What is asked for and this version does not have, all of it.
    #[error("{}", unserved_table(.0))]
    Unserved(Vec<Unserved>),
    /// An option names a place that nothing may write.
    #[error("The part `{part}` may not write {path}: the name is protected")]
    ProtectedOutput {
        /// The part.
        part: String,
        /// The place.
        path: camino::Utf8PathBuf,
        /// The option that names it.
        at: Option<Span>,
    },
    /// Access that recipes declare and nobody granted, for all parts at once.
    #[error("{}", access::missing(claims, directory).message)]
    Access {
        /// All of it.
        claims: Vec<Claim>,
        /// The directory of the configuration file.
        directory: camino::Utf8PathBuf,
    },
    /// Environment variables that the configuration reads and nobody granted.
    #[error("{}", environment_table(claims))]
    Environment {
        /// All of them.
        claims: Vec<Claim>,
        /// The directory of the configuration file.
        directory: camino::Utf8PathBuf,
    },
    /// A directory that the project puts where it may not write.
    #[error("The option `{option}` {what}: {path}")]
    Outside {
        /// What is wrong with it.
        what: &'static str,
        /// The option of `[buildout]`.
        option: String,
        /// Where it leads.
        path: String,
        /// Where that was written.
        at: Option<Span>,
        /// What would allow it.
        help: String,
    },
    /// What the configuration room says.
    #[error("{0}")]
    Config(ConfigError),
    /// A file or directory could not be looked at.
    #[error("{0}")]
    Io(std::io::Error),
}

fn malformed(text: &str, fault: Fault) -> String {
    match fault {
        Fault::NoColon => format!("The substitution, {text},\ndoesn't contain a colon."),
        Fault::ManyColons => format!("The substitution, {text},\nhas too many colons."),
        Fault::Section => format!("The section name in substitution, {text},\nhas invalid characters."),
        Fault::Option => format!("The option name in substitution, {text},\nhas invalid characters."),
    }
}

/// One line about a recipe that did not return.
pub fn broken(recipe: &str, failure: &Failure) -> String {
    match failure {
        Failure::Limit { what, .. } => format!("The recipe {recipe} reached a limit: {what}"),
        Failure::Bug { what, .. } => format!("This is a bug in the recipe {recipe}: {what}"),
        Failure::Link(why) => format!("The recipe {recipe} cannot be used: {why}"),
        Failure::System(why) => format!("The system refused what the recipe {recipe} needs to run: {why}"),
        Failure::Unconfined(why) => format!("The recipe {recipe} cannot be confined: {why}"),
        Failure::Stopped => "interrupted".to_owned(),
        Failure::Error(error) => error.message.clone(),
    }
}

fn unserved_table(unserved: &[Unserved]) -> String {
    match unserved {
        [one] => format!("There is nothing here that serves {}", one.what),
        all => {
            let mut text = "There is nothing here that serves:".to_owned();
            for one in all {
                text.push_str(&format!("\n  {}", one.what));
            }
            text
        }
    }
}

fn environment_table(claims: &[Claim]) -> String {
    let mut text = "This configuration reads environment variables that were not granted:".to_owned();
    for claim in claims {
        text.push_str(&format!("\n  {}", claim.need.value));
    }
    text
}

/// Adds what a failed call of a recipe leaves to say: its last words, its backtrace, its advice.
pub fn explain(diagnostic: Diagnostic, failure: &Failure) -> Diagnostic {
    let said = |diagnostic: Diagnostic, lines: &[String]| {
        if lines.is_empty() { diagnostic } else { diagnostic.note(format!("it said:\n{}", lines.join("\n"))) }
    };
    match failure {
        Failure::Error(error) => match error.detail("help") {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        },
        Failure::Limit { said: lines, flag, .. } => {
            let diagnostic = said(diagnostic, lines).exit(Exit::Limit);
            match flag {
                Some(flag) => diagnostic.help(format!("`{flag}` raises the limit")),
                None => diagnostic,
            }
        }
        Failure::Bug { said: lines, backtrace, .. } => {
            let diagnostic = said(diagnostic, lines).exit(Exit::Bug);
            let diagnostic = if backtrace.is_empty() {
                diagnostic
            } else {
                diagnostic.detail(format!("wasm backtrace, innermost first:\n{}", backtrace.join("\n")))
            };
            diagnostic.help("report it to the recipe's author, with what is above; `-v` shows the backtrace")
        }
        Failure::Link(_) => diagnostic,
        Failure::System(_) => diagnostic.help(
            "recipes need address space (`ulimit -v` must allow some 5 GiB for each), memory and open files",
        ),
        Failure::Unconfined(_) => diagnostic.exit(Exit::Unconfined).help(
            "`--confine=guard` runs such recipes here under buildout's own checks alone; the recipes that are built in need nothing",
        ),
        Failure::Stopped => diagnostic.exit(Exit::Interrupted),
    }
}

/// Adds what a recipe was refused; an error that follows from it ends with [`Exit::Denied`].
pub fn explain_denials(mut diagnostic: Diagnostic, kind: &str, denied: &[Denial]) -> Diagnostic {
    let Some(first) = denied.first() else { return diagnostic };
    if matches!(kind, "denied" | "io" | "failed") {
        diagnostic.exit = Exit::Denied;
    }
    diagnostic = diagnostic.note(format!("{} was denied: {}", first.path, first.why));
    match first.help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

impl ResolveError {
    /// What would have to be granted; nothing if that is not the reason.
    pub fn missing(&self) -> &[Claim] {
        match &*self.cause {
            Cause::Access { claims, .. } | Cause::Environment { claims, .. } => claims,
            _ => &[],
        }
    }

    /// The same error, with the places and the advice a person needs.
    pub fn diagnostic(&self) -> Diagnostic {
        let mut diagnostic = self.cause.diagnostic();
        let mut doing = self.doing.clone();
        doing.append(&mut diagnostic.doing);
        diagnostic.doing = doing;
        diagnostic
    }
}

impl Cause {
    fn code(&self) -> &'static str {
        match self {
            Self::UnknownOption { .. } => "unknown-option",
            Self::UnsetVariable { .. } => "unset-variable",
            Self::UnknownSection { .. } => "unknown-section",
            Self::MissingOption { .. } => "missing-option",
            Self::Opaque { .. } => "opaque-value",
            Self::Malformed { .. } => "malformed-reference",
            Self::Circular { .. } => "circular-reference",
            Self::Limit { .. } => "limit",
            Self::PartName { .. } => "part-name",
            Self::Invalid { .. } => "invalid-value",
            Self::NothingFromCache { .. } => "nothing-from-cache",
            Self::NoBuildout { .. } => "missing-option",
            Self::NoDirectory { .. } => "no-directory",
            Self::NoRecipe { .. } => "no-recipe",
            Self::Late { .. } => "too-late",
            Self::Recipe { error: FindError::Unknown { .. }, .. } => "unknown-recipe",
            Self::Recipe { error: FindError::Remote { .. }, .. } => "not-served-yet",
            Self::Recipe { error: FindError::Outside { .. }, .. } => "outside-project",
            Self::Recipe { .. } => "unusable-recipe",
            Self::Entry { .. } => "unknown-entry",
            Self::Refused { .. } => "recipe-error",
            Self::Broken { failure: Failure::Limit { .. }, .. } => "recipe-limit",
            Self::Broken { failure: Failure::Bug { .. }, .. } => "recipe-bug",
            Self::Broken { failure: Failure::Stopped, .. } => "interrupted",
            Self::Broken { failure: Failure::System(_), .. } => "system-refused",
            Self::Broken { failure: Failure::Unconfined(_), .. } => "unconfined",
            Self::Broken { .. } => "unusable-recipe",
            Self::Unserved(_) => "not-served-yet",
            Self::Access { .. } | Self::ProtectedOutput { .. } => "access-denied",
            Self::Environment { .. } => "environment-denied",
            Self::Outside { .. } => "outside-buildout",
            Self::Config(_) => "configuration",
            Self::Io(_) => "io",
        }
    }

    fn diagnostic(&self) -> Diagnostic {
        let error = Diagnostic::error(self.code(), self.to_string());
        match self {
            Self::UnknownOption { section, option, at, section_at, nearest, stray } => {
                let error = error.maybe_at(*at, format!("no option `{option}` in `[{section}]`"));
                if let Some(stray) = stray {
                    return stray.tell(error);
                }
                let error = error.maybe_at(*section_at, "this section");
                match nearest {
                    Some(name) => error.help(format!("did you mean `${{{section}:{name}}}`?")),
                    None => error.help(format!("`${{{section}:{option}|TEXT}}` gives a default")),
                }
            }
            Self::UnsetVariable { name, text, at } => {
                let default = text.trim_end_matches('}');
                error
                    .maybe_at(*at, "granted, but not set in the environment")
                    .help(format!("`{name}=VALUE buildout …` sets it; `{default}|TEXT}}` gives a default"))
            }
            Self::UnknownSection { section, at, hint } => {
                hint.tell(error.maybe_at(*at, format!("there is no `[{section}]`")), section)
            }
            Self::MissingOption { section, option, at, stray: Some(stray), .. } => {
                stray.tell(error.maybe_at(*at, format!("no option `{option}` in `[{section}]`")))
            }
            Self::MissingOption { section, option, at, nearest: Some(near), stray: None } => error
                .maybe_at(*at, format!("no option `{option}` in `[{section}]`"))
                .help(format!("did you mean `{option}` where `{near}` is written?")),
            Self::MissingOption { section, option, at, nearest: None, stray: None } => error
                .maybe_at(*at, format!("no option `{option}` in this section"))
                .help(format!("add a line `{option} = …` below `[{section}]`")),
            Self::Opaque { option, at, .. } => error
                .maybe_at(*at, "this would show it")
                .note("it comes from your own default.cfg, and neither a part nor a record may have it")
                .help(format!("give `{option}` a value of its own in this project"))
                .exit(Exit::Denied),
            Self::Malformed { at, fault, text } => error
                .maybe_at(*at, "")
                .help(match fault {
                    Fault::NoColon => "a reference is `${section:option}`, or `${:option}` for this section",
                    Fault::ManyColons | Fault::Section | Fault::Option => {
                        "names hold letters, digits, blanks, `.`, `_` and `-`, with one colon between them"
                    }
                })
                .help(format!("`${text}` stays as it is, dollars and all")),
            Self::Circular { chain } => {
                let names: Vec<&str> = chain.iter().map(|(name, _)| name.as_str()).collect();
                let error = error.note(format!("the circle: {}", names.join(" → ")));
                chain.iter().fold(error, |error, (name, at)| error.maybe_at(*at, format!("in `{name}`")))
            }
            Self::Limit { at, .. } => error.maybe_at(*at, "").exit(Exit::Limit),
            Self::PartName { at, .. } | Self::NoRecipe { at, .. } | Self::Late { at, .. } => {
                error.maybe_at(*at, "")
            }
            Self::Invalid { at, stray: Some(stray), .. } => stray.tell(error.maybe_at(*at, "")),
            Self::Invalid { at, help, stray: None, .. } => error.maybe_at(*at, "").help(*help),
            Self::Recipe { error: cause, at } => {
                let error = error.maybe_at(*at, "");
                match cause {
                    FindError::Unknown { nearest: Some(name), .. } => error.help(format!("did you mean `{name}`?")),
                    FindError::Io { .. } => error.help("a path is relative to the file that names it; `buildout recipe list` shows the recipes that need none"),
                    FindError::Unknown { .. } => {
                        error.help("`buildout recipe list` shows the recipes that can be named; `./NAME.wasm` names a file")
                    }
                    FindError::TooLarge { .. } => {
                        error.exit(Exit::Limit).help("`--recipe-limit=component=SIZE` raises the limit")
                    }
                    FindError::Outside { path } => {
                        let flag = flag(NeedKind::Read, None, path.parent().unwrap_or(path).as_str());
                        error.help(format!("`{flag}` lets this run read there")).exit(Exit::Denied)
                    }
                    _ => error,
                }
            }
            Self::Entry { at, known, .. } => {
                error.maybe_at(*at, "").help(format!("it has: {}", known.join(", ")))
            }
            Self::Refused { error: cause, at, denied } => {
                let error = match at {
                    Some((span, label)) => error.at(*span, label.clone()),
                    None => error,
                };
                let error = match cause.detail("help") {
                    Some(help) => error.help(help),
                    None => error,
                };
                let error = match cause.kind.as_str() {
                    "limit" => error.exit(Exit::Limit),
                    "denied" => error.exit(Exit::Denied),
                    "unconfined" => error.exit(Exit::Unconfined),
                    _ => error,
                };
                explain_denials(error, &cause.kind, denied)
            }
            // No recipe is to blame for that.
            Self::Broken { failure: failure @ Failure::Stopped, .. } => explain(error, failure),
            Self::Broken { failure, at, .. } => explain(error.maybe_at(*at, "this recipe"), failure),
            Self::Access { claims, directory } => access::missing(claims, directory),
            Self::ProtectedOutput { at, .. } => error.maybe_at(*at, "").exit(Exit::Denied).help(
                "version control, buildout's own files and configuration files are not written by recipes",
            ),
            Self::Unserved(all) => {
                let error = all.iter().fold(error, |error, one| {
                    let error = error.maybe_at(one.at, "");
                    let error = match &one.stray {
                        Some(stray) => stray.tell(error),
                        None => error,
                    };
                    match &one.help {
                        Some(help) => error.help(help.clone()),
                        None => error,
                    }
                });
                let error = match all.iter().any(|one| one.kind == Kind::Recipe && one.stray.is_none()) {
                    true => error.help(
                        "`buildout recipe list` shows what there is; `./NAME.wasm` names a file of your own",
                    ),
                    false => error,
                };
                match all.iter().any(|one| one.kind == Kind::File) {
                    true => error.help("save the remote files in the project and extend them there"),
                    false => error,
                }
            }
            Self::Environment { claims, directory } => {
                let error = access::ways(error.exit(Exit::Denied), claims, directory);
                claims.iter().fold(error, |error, claim| {
                    error.maybe_at(claim.at, format!("reads `{}`", claim.need.value))
                })
            }
            Self::Outside { at, help, .. } => error.maybe_at(*at, "").help(help.clone()).exit(Exit::Denied),
            Self::Config(cause) => cause.diagnostic(),
            Self::NothingFromCache { at } => {
                let error = at.iter().fold(error, |error, at| error.maybe_at(*at, ""));
                error.help("set one of the two to `false`")
            }
            Self::NoBuildout { near: Some((name, at)) } => error
                .maybe_at(*at, "no `[buildout]` in any file")
                .help(format!("did you mean `[buildout]` where `[{name}]` is written?")),
            Self::NoBuildout { near: None } => error
                .note("no file has a section `[buildout]`")
                .help("begin with a line `[buildout]` and a line `parts = …` below it"),
            Self::NoDirectory { at, path, reason } => error.maybe_at(*at, "").help(match *reason {
                super::directories::MISSING => format!("`mkdir -p {path}` makes it"),
                _ => "name a directory".to_owned(),
            }),
            Self::Io(_) => error,
        }
    }
}
