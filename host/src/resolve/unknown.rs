//! Why a section is not there: what the user probably did.
//!
//! - In: the name that was looked for, where, the configuration.
//! - Out: a [`Hint`], the most telling one.
//! - Not here: sections that are there (`resolver`).

use crate::config::{Configuration, Stray};
use crate::diagnostic::{Diagnostic, nearest};
use crate::source::Span;

/// What the user probably did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hint {
    /// Nobody knows.
    None,
    /// Meant another section.
    Near(String),
    /// Put commas between names.
    Comma,
    /// Meant something else with the line that names it.
    Stray(Stray),
    /// Indented the header, here.
    Indented(Span),
    /// Wrote it for other machines only, here; each with the granted variables in it that are not set.
    Elsewhere(Vec<(Span, Vec<String>)>),
}

impl Hint {
    /// Finds out why there is no section `name`.
    pub(super) fn about(name: &str, at: Option<Span>, configuration: &Configuration) -> Self {
        if name.contains(',') {
            return Self::Comma;
        }
        // A reference stands in such lines because it is meant to.
        let word = at.filter(|at| configuration.sources.text(*at) == name);
        if let Some(stray) = word.and_then(|word| Stray::around(word, &configuration.sources)) {
            return Self::Stray(stray);
        }
        let elsewhere = configuration.left_out(name);
        if !elsewhere.is_empty() {
            let unset = |at: &Span| configuration.unset_in(*at).map(str::to_owned).collect();
            return Self::Elsewhere(elsewhere.iter().map(|at| (*at, unset(at))).collect());
        }
        if let Some(at) = indented(name, configuration) {
            return Self::Indented(at);
        }
        nearest(name, configuration.names()).map_or(Self::None, |near| Self::Near(near.to_owned()))
    }

    /// Says it.
    pub(super) fn tell(&self, error: Diagnostic, section: &str) -> Diagnostic {
        match self {
            Self::None => error,
            Self::Near(name) => error.help(format!("did you mean `{name}`?")),
            Self::Comma => error.help("names stand apart by blanks alone: take the commas out"),
            Self::Stray(stray) => stray.tell(error),
            Self::Indented(at) => error
                .at(*at, "indented, so it belongs to the value above")
                .help(format!("a header stands at the beginning of its line: `[{section}]`")),
            Self::Elsewhere(places) => places.iter().fold(error, |error, (at, unset)| {
                let why = match unset.as_slice() {
                    [] => String::new(),
                    unset => format!(", where {} is not set", unset.join(", ")),
                };
                error.at(*at, format!("it does not count: this is false here{why}"))
            }),
        }
    }
}

/// A line `[name]` inside a value.
fn indented(name: &str, configuration: &Configuration) -> Option<Span> {
    let header = format!("[{name}]");
    let sections = configuration.names().filter_map(|name| configuration.section(name));
    let mut values = sections.flat_map(|section| section.iter()).map(|(_, value)| value);
    values.find_map(|value| {
        let mut at = 0;
        value.text().split('\n').find_map(|line| {
            let start = at + (line.len() - line.trim_start().len());
            at += line.len() + 1;
            (line.trim() == header).then(|| value.span_of(start..start + header.len())).flatten()
        })
    })
}
