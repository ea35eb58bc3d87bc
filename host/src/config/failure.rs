//! What can be wrong with configuration files, as facts, and how each is told.
//!
//! - In: facts with places, from reading and merging.
//! - Out: [`Failure`]: all diagnostics at once, with the sources that they point into.
//! - Not here: what is found only when a section is looked up (`error`).
//!
//! Messages are zc.buildout's where it has some (`semantics.md` 2.7, 4, 18).

use std::fmt;
use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexSet;

use super::budget::{Excess, TooMuch};
use super::stray::Stray;
use crate::diagnostic::{Diagnostic, Exit};
use crate::source::{SourceMap, Span};

/// Why there is no configuration: everything that is wrong, with the sources it points into.
#[derive(Debug)]
pub struct Failure {
    /// Every text that was read.
    pub sources: SourceMap,
    /// At least one error, the first one first; then warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Something that was asked for in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Asked {
    /// A path, an address or the name of a variable.
    pub(super) name: String,
    pub(super) at: Option<Span>,
}

/// What is wrong with the files.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoadError {
    #[error("Couldn't open {path}")]
    Open {
        path: Utf8PathBuf,
        reason: String,
        asked: Option<Span>,
        instead: Option<String>,
        stray: Option<Stray>,
    },
    #[error("{path} is not UTF-8 text: byte {byte:#04x} in position {position}")]
    NotText { path: String, byte: u8, position: usize, at: Span },
    /// `line` is quoted.
    #[error("File contains no section headers.\nfile: {path}, line: {number}\n{line}")]
    Headless { path: String, number: usize, line: String, at: Span },
    #[error("File contains parsing errors: {path}{}", Numbered(.lines))]
    BadLines { path: String, lines: Vec<Bad>, more: usize },
    #[error("Recursive file include {} {path}", List(.stack))]
    Recursive { path: String, stack: Vec<String>, at: Vec<Span> },
    #[error("No-longer supported \"extended-by\" option found in {path}.")]
    ExtendedBy { path: String, at: Span },
    #[error("optional-extends takes no URL: {url}")]
    OptionalRemote { url: String, at: Span },
    #[error("{}", not_served(.0))]
    NotServed(Vec<Asked>),
    #[error("{}", outside(.0))]
    Outside(Vec<Asked>),
    #[error("{}", ungranted(.0))]
    Ungranted(Vec<Asked>),
    #[error("{path} is a link that leads out of the project")]
    RootLeadsOut { path: Utf8PathBuf },
    #[error("the configuration has more than {most} {what}")]
    TooMany { what: &'static str, most: usize, at: Option<Span> },
    #[error("{path} has more than {most} bytes")]
    TooLarge { path: String, most: usize, at: Option<Span> },
    #[error("files extend each other more than {most} deep")]
    TooDeep { most: usize, at: Option<Span> },
    #[error("{}", too_much(.0))]
    TooMuch(TooMuch),
    #[error("The referenced section, {}, was not defined.", super::text::repr(.name))]
    NoVersions { name: String, at: Option<Span>, nearest: Option<String> },
    #[error("extends-cache {} may not contain ${{section:variable}} to expand.", super::text::repr(.text))]
    ExtendsCache { text: Arc<str>, at: Option<Span> },
    #[error(
        "Setting \"{option}\" to a non absolute location (\"{text}\") within a\nremote configuration file (\"{url}\") is ambiguous."
    )]
    RemoteDirectory { option: &'static str, text: Arc<str>, url: String, at: Span },
}

/// A bad line of [`LoadError::BadLines`]; `line` is quoted.
#[derive(Debug)]
pub(super) struct Bad {
    pub(super) number: usize,
    pub(super) line: String,
    pub(super) at: Span,
    /// Why it may have been written so.
    pub(super) help: Option<&'static str>,
}

struct Numbered<'a>(&'a [Bad]);

impl fmt::Display for Numbered<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for bad in self.0 {
            write!(out, "\n\t[line {:2}]: {}", bad.number, bad.line)?;
        }
        Ok(())
    }
}

/// A list as Python prints it.
struct List<'a>(&'a [String]);

impl fmt::Display for List<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let quoted: Vec<String> = self.0.iter().map(|text| super::text::repr(text)).collect();
        write!(out, "[{}]", quoted.join(", "))
    }
}

fn several<'a>(count: usize, one: &'a str, many: &'a str) -> &'a str {
    if count == 1 { one } else { many }
}

fn not_served(asked: &[Asked]) -> String {
    let files = several(asked.len(), "remote configuration file is", "remote configuration files are");
    format!("{} {files} needed, and this version cannot fetch any yet", distinct(asked).len())
}

fn outside(asked: &[Asked]) -> String {
    let files = several(asked.len(), "file", "files");
    format!("the configuration extends {} {files} outside the project", distinct(asked).len())
}

fn ungranted(asked: &[Asked]) -> String {
    let count = distinct(asked).len();
    let variables = several(count, "environment variable that was", "environment variables that were");
    format!("conditions ask for {count} {variables} not granted")
}

fn too_much(too_much: &TooMuch) -> String {
    let TooMuch { what, section, option, .. } = too_much;
    match what {
        Excess::Value => format!("the value of {section}:{option} is too long"),
        Excess::Values => format!("all values together are too long, with that of {section}:{option}"),
        Excess::Steps => format!("too many increments, with those of {section}:{option}"),
    }
}

/// The names, each once, in order.
fn distinct(asked: &[Asked]) -> IndexSet<&str> {
    asked.iter().map(|one| one.name.as_str()).collect()
}

impl LoadError {
    fn code(&self) -> &'static str {
        match self {
            Self::Open { .. } => "cannot-open",
            Self::NotText { .. } => "not-utf-8",
            Self::Headless { .. } => "missing-header",
            Self::BadLines { .. } => "bad-line",
            Self::Recursive { .. } => "recursive-extends",
            Self::ExtendedBy { .. } => "extended-by",
            Self::OptionalRemote { .. } => "optional-extends-url",
            Self::NotServed(_) => "not-served-yet",
            Self::Outside(_) | Self::RootLeadsOut { .. } => "outside-project",
            Self::Ungranted(_) => "environment-not-granted",
            Self::TooMany { .. } => "too-many",
            Self::TooLarge { .. } => "file-too-large",
            Self::TooDeep { .. } => "extends-too-deep",
            Self::TooMuch(_) => "value-too-long",
            Self::NoVersions { .. } => "missing-section",
            Self::ExtendsCache { .. } => "extends-cache-reference",
            Self::RemoteDirectory { .. } => "ambiguous-directory",
        }
    }

    /// The error as it is told.
    pub(super) fn diagnostic(&self) -> Diagnostic {
        let plain = Diagnostic::error(self.code(), self.to_string()).doing("Initializing.");
        match self {
            Self::Open { path, reason, asked, instead, stray } => {
                let plain = plain.maybe_at(*asked, "extended here").note(reason);
                match stray {
                    Some(stray) => stray.tell(plain),
                    None => open(plain, path, *asked, instead.as_deref()),
                }
            }
            Self::NotText { at, .. } => plain.at(*at, "this byte").help("save the file as UTF-8"),
            Self::Headless { at, .. } => {
                plain.at(*at, "no section yet").help("begin with a header such as `[buildout]`")
            }
            Self::BadLines { lines, more, .. } => bad_lines(plain, lines, *more),
            Self::Recursive { at, .. } => {
                let mut diagnostic = plain;
                for (place, span) in at.iter().rev().enumerate() {
                    let text = if place == 0 { "and so it goes round" } else { "extended from here" };
                    diagnostic = diagnostic.at(*span, text);
                }
                diagnostic.help("take this name out of `extends`, or another one on the way")
            }
            Self::ExtendedBy { at, .. } => {
                plain.at(*at, "").help("name this file in the `extends` of that one")
            }
            Self::OptionalRemote { at, .. } => plain.at(*at, "").help("name it in `extends`"),
            Self::NotServed(asked) => table(plain, asked, |name| format!("needs `{name}`"))
                .help("save them in the project and extend them there"),
            Self::Outside(asked) => {
                let normal = |name: &str| crate::path::straight(Utf8Path::new(name));
                let mut diagnostic = table(plain, asked, |name| format!("reads `{}`", normal(name)));
                let parent = |name: &str| {
                    let path = crate::path::straight(Utf8Path::new(name));
                    path.parent().unwrap_or(&path).to_string()
                };
                let directories: IndexSet<String> = distinct(asked).into_iter().map(parent).collect();
                for directory in directories {
                    diagnostic = diagnostic.help(format!("allow it with `--allow-read={directory}`"));
                }
                diagnostic.exit(Exit::Denied)
            }
            Self::Ungranted(asked) => {
                let mut diagnostic = table(plain, asked, |name| format!("reads `{name}`"));
                for name in distinct(asked) {
                    diagnostic = diagnostic.help(format!("allow it with `--allow-env={name}`"));
                }
                diagnostic.exit(Exit::Denied)
            }
            Self::RootLeadsOut { .. } => plain
                .help("name the file itself with `-c`, or allow its directory with `--allow-read=DIR`")
                .exit(Exit::Denied),
            Self::TooMany { at, .. } | Self::TooLarge { at, .. } => {
                plain.maybe_at(*at, "one too many").exit(Exit::Limit)
            }
            Self::TooDeep { at, .. } => plain.maybe_at(*at, "one too deep").exit(Exit::Limit),
            Self::TooMuch(too_much) => plain.maybe_at(too_much.at, "the last step").exit(Exit::Limit),
            Self::NoVersions { at, nearest, .. } => {
                let diagnostic = plain.maybe_at(*at, "named here");
                match nearest {
                    Some(name) => diagnostic.help(format!("did you mean `{name}`?")),
                    None => diagnostic.help("leave `versions` empty to pin nothing"),
                }
            }
            Self::ExtendsCache { at, .. } => {
                plain.maybe_at(*at, "").help("write the path itself; `~` and relative paths are fine")
            }
            Self::RemoteDirectory { at, .. } => plain.at(*at, "").help("write an absolute path"),
        }
    }
}

fn open(plain: Diagnostic, path: &Utf8Path, asked: Option<Span>, instead: Option<&str>) -> Diagnostic {
    let mut diagnostic = plain;
    let text = path.as_str();
    if text.contains("${") {
        diagnostic =
            diagnostic.help("`extends` is read before anything is substituted; write the path itself");
    } else if text.contains("/~") {
        diagnostic = diagnostic.help("`~` means nothing in `extends`; write the path itself");
    } else if let Some(name) = instead {
        diagnostic = diagnostic.help(match asked {
            Some(_) => format!("did you mean `{name}`?"),
            None => format!("did you mean `-c {name}`?"),
        });
    } else if asked.is_none() {
        diagnostic = diagnostic.help(match path.file_name() {
            Some("buildout.cfg") => "`buildout init` writes one to begin with; `-c FILE` names another",
            _ => "`-c FILE` names the configuration file; with `init` behind it, one is written there",
        });
    }
    diagnostic
}

fn bad_lines(plain: Diagnostic, lines: &[Bad], more: usize) -> Diagnostic {
    let mut diagnostic = if more > 0 { plain.note(format!("and {more} more such lines")) } else { plain };
    let mut help: Vec<&str> = Vec::new();
    for bad in lines {
        diagnostic = diagnostic.at(bad.at, "neither a header nor an option");
        help.extend(bad.help.filter(|text| !help.contains(text)));
    }
    for text in help {
        diagnostic = diagnostic.help(text);
    }
    diagnostic
}

/// One label for each asking.
fn table(plain: Diagnostic, asked: &[Asked], text: impl Fn(&str) -> String) -> Diagnostic {
    let mut diagnostic = plain;
    for one in asked {
        diagnostic = match one.at {
            Some(span) => diagnostic.at(span, text(&one.name)),
            None => diagnostic.note(text(&one.name)),
        };
    }
    diagnostic
}
