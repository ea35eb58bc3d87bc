//! What can be wrong with a section when somebody looks it up.
//!
//! - In: facts with places.
//! - Out: [`ConfigError`] and its diagnostic.
//! - Not here: what is found while files are read (`failure`).

use std::sync::Arc;

use super::budget::TooMuch;
use super::failure::LoadError;
use super::read::{Skipped, UNSUPPORTED_CONDITION};
use super::text::repr;
use crate::diagnostic::{Diagnostic, Exit};
use crate::source::Span;

/// Why there is no such section, or why it cannot be used.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ConfigError {
    /// Nobody wrote it.
    #[error("The referenced section, {}, was not defined.", repr(.name))]
    MissingSection {
        /// The section looked for.
        name: String,
        /// The most similar section that there is.
        nearest: Option<String>,
    },
    /// A macro names a section that nobody wrote.
    #[error("No section named {}", repr(.name))]
    MissingMacro {
        /// The section looked for.
        name: String,
        /// The line of `<=` that names it.
        at: Option<Span>,
        /// The most similar section that there is.
        nearest: Option<String>,
        /// The sections that are being expanded, outermost first.
        expanding: Vec<Arc<str>>,
    },
    /// Macros that use each other in a circle.
    #[error("Infinite extending loop {}", repr(.name))]
    MacroLoop {
        /// The section met again.
        name: String,
        /// The line of `<=` that names it.
        at: Option<Span>,
        /// The sections that are being expanded, outermost first.
        expanding: Vec<Arc<str>>,
    },
    /// Macros that use each other in too long a chain, or copy too much.
    #[error("{what}, with the macros of {section}")]
    MacroLimit {
        /// Which limit.
        what: String,
        /// The section that reached it.
        section: Arc<str>,
        /// Its `<=`.
        at: Option<Span>,
        /// The sections that are being expanded, outermost first.
        expanding: Vec<Arc<str>>,
    },
    /// A value became too long.
    #[error("{0}")]
    TooLong(TooLong),
    /// Whether the section counts depends on something that cannot be judged.
    #[error("unsupported condition: {}", .skipped.first().map_or("", |first| &first.reason))]
    UnsupportedCondition {
        /// The section.
        section: String,
        /// The headers in question; at least one.
        skipped: Vec<Skipped>,
    },
    /// A recipe adds a section that is there.
    #[error("Section already exists {name}")]
    SectionExists {
        /// The section.
        name: String,
        /// Where it is written.
        at: Option<Span>,
    },
    /// A recipe adds sections in a text that is wrong.
    #[error("{}", .0.message)]
    Text(Box<Diagnostic>),
}

/// A limit that a value reached.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{message}")]
pub struct TooLong {
    message: String,
    at: Option<Span>,
}

impl From<TooMuch> for ConfigError {
    fn from(too_much: TooMuch) -> Self {
        let at = too_much.at;
        Self::TooLong(TooLong { message: LoadError::TooMuch(too_much).to_string(), at })
    }
}

impl ConfigError {
    /// Several errors of one text as one.
    pub(super) fn text(errors: &[LoadError]) -> Self {
        let mut told = errors.iter().map(LoadError::diagnostic);
        let mut first = told.next().expect("there is at least one error");
        first.doing.clear();
        for more in told {
            first.labels.extend(more.labels);
            first.notes.push(more.message);
            first.help.extend(more.help);
        }
        Self::Text(Box::new(first))
    }

    /// The error as it is told.
    pub fn diagnostic(&self) -> Diagnostic {
        let plain = |code| Diagnostic::error(code, self.to_string());
        let advised =
            |diagnostic: Diagnostic, nearest: &Option<String>, form: fn(&str) -> String| match nearest {
                Some(name) => diagnostic.help(form(name)),
                None => diagnostic,
            };
        match self {
            Self::MissingSection { nearest, .. } => {
                advised(plain("missing-section"), nearest, |name| format!("did you mean `[{name}]`?"))
            }
            Self::MissingMacro { at, nearest, expanding, name } => {
                let mut diagnostic = plain("missing-macro").maybe_at(*at, "no such section");
                diagnostic = advised(diagnostic, nearest, |name| format!("did you mean `{name}`?"));
                if name.contains("${") {
                    diagnostic = diagnostic.help("`<=` is read before anything is substituted");
                } else if name.contains(super::text::is_blank) {
                    diagnostic = diagnostic.help("write each section on a line of its own");
                }
                loading(diagnostic, expanding)
            }
            Self::MacroLoop { at, expanding, .. } => {
                let diagnostic = plain("macro-loop").maybe_at(*at, "and so it goes round");
                loading(diagnostic.help("take this name out of `<=`, or another one on the way"), expanding)
            }
            Self::MacroLimit { at, expanding, .. } => {
                let diagnostic = plain("macro-limit").maybe_at(*at, "").exit(Exit::Limit);
                // The chain may have hundreds of sections.
                loading(diagnostic, &expanding[expanding.len().saturating_sub(3)..])
            }
            Self::TooLong(TooLong { at, .. }) => {
                plain("value-too-long").maybe_at(*at, "the last step").exit(Exit::Limit)
            }
            Self::UnsupportedCondition { skipped, section } => {
                let mut diagnostic = plain(UNSUPPORTED_CONDITION).note("conditions are not Python here");
                for one in skipped {
                    diagnostic = diagnostic.at(one.at, format!("decides whether this `[{section}]` counts"));
                }
                match skipped.first() {
                    Some(first) => diagnostic.help(first.help.clone()),
                    None => diagnostic,
                }
            }
            Self::SectionExists { at, .. } => plain("section-exists").maybe_at(*at, "it is here"),
            Self::Text(diagnostic) => (**diagnostic).clone(),
        }
    }
}

fn loading(diagnostic: Diagnostic, expanding: &[Arc<str>]) -> Diagnostic {
    expanding.iter().rev().fold(diagnostic, |diagnostic, name| {
        diagnostic.doing(format!("Loading input sections for {}", repr(name)))
    })
}
