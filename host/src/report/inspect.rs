//! One section as it is at the moment of an error, for whoever looks for the fault.
//!
//! - In: a [`Buildout`] in which something failed.
//! - Out: text for people, data for programs.
//! - Not here: which section is asked for (`cli`), how a value came to be (`annotate`, `why`).

use std::fmt::Write;

use camino::Utf8Path;
use serde::Serialize;

use super::{snippet, visible};
use crate::config::Section;
use crate::resolve::Buildout;
use crate::source::{Place, SourceMap};

/// A section as programs read it.
#[derive(Debug, Serialize)]
pub struct SectionShown {
    /// Its name.
    pub section: String,
    /// Its options, in the order in which they were written.
    pub options: Vec<OptionShown>,
}

/// An option as programs read it.
#[derive(Debug, Serialize)]
pub struct OptionShown {
    /// Its name.
    pub option: String,
    /// What it holds.
    pub value: String,
    /// Whether references in it stand there as they were written.
    pub raw: bool,
    /// Where it was written; none: a recipe set it, or it has a value without being written.
    pub place: Option<Place>,
}

impl SectionShown {
    /// The section as far as it is resolved; none if there is no such section.
    pub fn of(buildout: &Buildout, sources: &SourceMap, name: &str) -> Option<Self> {
        let place = |section: &Section, option: &str| {
            section.get(option).and_then(|value| value.place()).map(|at| sources.place(at))
        };
        let options = if let Some(live) = buildout.section(name) {
            let shown = |option: &str| OptionShown {
                option: option.to_owned(),
                value: live
                    .text(option)
                    .or_else(|| live.written.get(option).map(|value| value.text()))
                    .unwrap_or_default()
                    .to_owned(),
                raw: live.text(option).is_none(),
                place: place(&live.written, option),
            };
            live.names().map(shown).collect()
        } else {
            let written = buildout.configuration.raw(name)?;
            let shown = |(option, value): (&_, &crate::config::Value)| OptionShown {
                option: String::from(AsRef::<str>::as_ref(option)),
                value: value.text().to_owned(),
                raw: true,
                place: value.place().map(|at| sources.place(at)),
            };
            written.iter().map(shown).collect()
        };
        Some(Self { section: name.to_owned(), options })
    }

    /// One of its options.
    pub fn option(&self, name: &str) -> Option<&OptionShown> {
        self.options.iter().find(|option| option.option == name)
    }

    /// The text for people; `directory` is what file names are relative to.
    pub fn text(&self, directory: &Utf8Path) -> String {
        let mut text = format!("[{}]\n", visible::line(&self.section));
        for option in &self.options {
            text.push_str(&option.text(directory));
        }
        text
    }
}

impl OptionShown {
    /// The text for people: the value, and below it where it comes from.
    pub fn text(&self, directory: &Utf8Path) -> String {
        let value = visible::text(&self.value);
        let mut text =
            format!("{} ={}", visible::line(&self.option), if value.is_empty() { "" } else { " " });
        for (at, line) in value.lines().enumerate() {
            if at > 0 {
                text.push_str("\n    ");
            }
            text.push_str(line);
        }
        let place = self.place.as_ref().map(|place| snippet::place(place, directory));
        let raw = self.raw && self.value.contains('$');
        let told = [place, raw.then(|| "not replaced yet".to_owned())];
        let told: Vec<String> = told.into_iter().flatten().collect();
        text.push('\n');
        if !told.is_empty() {
            writeln!(text, "        {}", told.join(", ")).expect("a String takes all");
        }
        text
    }
}
