//! A configuration with the origin of each value: what `annotate` shows.
//!
//! - In: merged sections with their histories, before anything is replaced.
//! - Out: [`Annotated`], plain data for programs, and its text for people.
//! - Not here: reading and merging (`config`), one value alone (`query`).
//!
//! Rules: zc.buildout 6, `annotate`, to the byte, but that `:LINE` follows the name of a file.

use std::fmt::Write as _;

use camino::Utf8Path;
use serde::Serialize;

use crate::config::{Change, Entry, OPAQUE, Opaque, Origin, Section};
use crate::path::straight;
use crate::source::SourceMap;

/// Sections with where everything in them is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Annotated {
    /// Sorted by name.
    pub sections: Vec<AnnotatedSection>,
}

/// A section with where everything in it is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnotatedSection {
    /// Its name, without brackets.
    pub section: String,
    /// Sorted by name; those that wait for a macro end in ` +` or ` -`.
    pub options: Vec<AnnotatedOption>,
}

/// An option with where its value is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnotatedOption {
    /// Its name.
    pub option: String,
    /// Nothing in it is replaced.
    pub value: String,
    /// Oldest first.
    pub history: Vec<AnnotatedChange>,
}

/// One step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnotatedChange {
    /// `SET`, `OVERRIDE`, `ADD`, `REMOVE` or `DIRECTORY`.
    pub change: &'static str,
    /// What it was done with.
    pub value: String,
    /// Absolute path, URL, or one of zc.buildout's words such as `DEFAULT_VALUE`.
    pub source: String,
    /// The line of the option's name, from 1; none if it was not written in a file.
    pub line: Option<usize>,
}

impl Annotated {
    /// Collects what is known about those of `sections` that are named in `only`; about all, if none is.
    pub fn of<'a>(
        sections: impl IntoIterator<Item = &'a Section>,
        only: &[String],
        opaque: &Opaque,
        sources: &SourceMap,
    ) -> Self {
        let wanted = |section: &&Section| only.is_empty() || only.iter().any(|name| **name == *section.name);
        let mut sections: Vec<AnnotatedSection> = sections
            .into_iter()
            .filter(wanted)
            .map(|section| {
                let rows = section.rows().into_iter();
                let options = rows.map(|(option, value)| {
                    let hidden = opaque.hides(option.trim_end_matches([' ', '+', '-']), value);
                    let shown = |text: &str| if hidden { OPAQUE } else { text }.to_owned();
                    AnnotatedOption {
                        value: shown(value.text()),
                        history: value
                            .history()
                            .iter()
                            .map(|entry| AnnotatedChange {
                                value: shown(&entry.text),
                                ..change(entry, sources)
                            })
                            .collect(),
                        option,
                    }
                });
                AnnotatedSection { section: section.name.to_string(), options: options.collect() }
            })
            .collect();
        sections.sort_by(|one, other| one.section.cmp(&other.section));
        Self { sections }
    }

    /// The text for people; files below `directory`, that of the buildout, are named relative to it.
    ///
    /// With `verbose` every step on the way to each value is shown: zc.buildout does so with any verbosity but 0.
    pub fn text(&self, directory: &Utf8Path, verbose: bool) -> String {
        let mut text = "\nAnnotated sections\n==================\n".to_owned();
        for section in &self.sections {
            write!(text, "\n[{}]\n", section.section).expect("a String takes all");
            for option in &section.options {
                let blank = if option.value.is_empty() { "" } else { " " };
                writeln!(text, "{}={blank}{}", option.option, option.value).expect("a String takes all");
                match verbose {
                    true => write_history(&mut text, &option.history, directory),
                    false => write_sources(&mut text, &option.history, directory),
                }
            }
        }
        text
    }
}

fn change(entry: &Entry, sources: &SourceMap) -> AnnotatedChange {
    let (source, line) = match &entry.origin {
        Origin::File(span) => {
            let file = sources.file(span.file);
            (file.name(), Some(file.line(span.start)))
        }
        Origin::CommandLine(_) => ("COMMAND_LINE_VALUE", None),
        Origin::Default => ("DEFAULT_VALUE", None),
        Origin::Computed => ("COMPUTED_VALUE", None),
        Origin::Implicit => ("IMPLICIT_VALUE", None),
        Origin::Recipe(_) => ("RECIPE_VALUE", None),
    };
    AnnotatedChange {
        change: entry.change.word(),
        value: entry.text.to_string(),
        source: source.to_owned(),
        line,
    }
}

/// Who gave the last whole value, and who changed it since.
fn write_sources(text: &mut String, history: &[AnnotatedChange], directory: &Utf8Path) {
    let is_increment = |change: &AnnotatedChange| sign(change) != "  ";
    let base = history.iter().rposition(|change| !is_increment(change)).unwrap_or_default();
    for change in &history[base..] {
        let sign = sign(change);
        writeln!(text, "{sign}  {}", shown(change, directory)).expect("a String takes all");
    }
}

/// Every step, the newest first.
fn write_history(text: &mut String, history: &[AnnotatedChange], directory: &Utf8Path) {
    text.push('\n');
    for change in history.iter().rev() {
        // `IMPLICIT_VALUE` counts as a file, as in zc.buildout.
        let is_file = change.line.is_some() || change.source == "IMPLICIT_VALUE";
        let preposition = if is_file { "IN" } else { "AS" };
        writeln!(text, "   {preposition} {}", shown(change, directory)).expect("a String takes all");
        let AnnotatedChange { change, value, .. } = change;
        if value.contains('\n') {
            writeln!(text, "   {change} VALUE =").expect("a String takes all");
            for line in value.split('\n') {
                writeln!(text, "      {line}").expect("a String takes all");
            }
        } else {
            writeln!(text, "   {change} VALUE = {value}").expect("a String takes all");
        }
    }
    text.push('\n');
}

/// What stands before the source of an increment.
fn sign(change: &AnnotatedChange) -> &'static str {
    if change.change == Change::Add.word() {
        "+="
    } else if change.change == Change::Remove.word() {
        "-="
    } else {
        "  "
    }
}

fn shown(change: &AnnotatedChange, directory: &Utf8Path) -> String {
    let Some(line) = change.line else { return change.source.clone() };
    match Utf8Path::new(&change.source).strip_prefix(directory) {
        Ok(relative) => format!("{}:{line}", straight(relative)),
        Err(_) => format!("{}:{line}", change.source),
    }
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, str};

    use super::*;

    fn change(change: Change, value: &str, source: &str, line: Option<usize>) -> AnnotatedChange {
        AnnotatedChange { change: change.word(), value: value.to_owned(), source: source.to_owned(), line }
    }

    fn option(option: &str, value: &str, history: &[AnnotatedChange]) -> AnnotatedOption {
        AnnotatedOption { option: option.to_owned(), value: value.to_owned(), history: history.to_vec() }
    }

    /// The values of zc.buildout's cases `cli-annotate-all` and `inc-three-levels-subtract`.
    fn annotated() -> Annotated {
        let section = |section: &str, options: &[AnnotatedOption]| AnnotatedSection {
            section: section.to_owned(),
            options: options.to_vec(),
        };
        let site = |name: &str| format!("/home/ann/site/{name}");
        Annotated {
            sections: vec![
                section(
                    "buildout",
                    &[
                        option(
                            "eggs-directory",
                            "/home/ann/site/eggs",
                            &[
                                change(Change::Set, "eggs", "DEFAULT_VALUE", None),
                                change(Change::Directory, "/home/ann/site/eggs", "DEFAULT_VALUE", None),
                            ],
                        ),
                        option("find-links", "", &[change(Change::Set, "", "DEFAULT_VALUE", None)]),
                    ],
                ),
                section(
                    "s",
                    &[option(
                        "v",
                        "a\nc\ne",
                        &[
                            change(Change::Set, "a\nb\nc\nd\nb", "/elsewhere/base.cfg", Some(2)),
                            change(Change::Override, "a\nb\nc\nd\nb", "https://x.example/b.cfg", Some(2)),
                            change(Change::Add, "e\nb", &site("sub/mid.cfg"), Some(5)),
                            change(Change::Remove, "b", &site("sub/mid.cfg"), Some(4)),
                            change(Change::Remove, "d\nzzz", "COMMAND_LINE_VALUE", None),
                        ],
                    )],
                ),
            ],
        }
    }

    #[test]
    fn the_last_whole_value_and_what_changed_it_since_are_named() {
        assert_data_eq!(
            annotated().text("/home/ann/site".into(), false),
            str![[r#"

Annotated sections
==================

[buildout]
eggs-directory= /home/ann/site/eggs
    DEFAULT_VALUE
find-links=
    DEFAULT_VALUE

[s]
v= a
c
e
    https://x.example/b.cfg:2
+=  sub/mid.cfg:5
-=  sub/mid.cfg:4
-=  COMMAND_LINE_VALUE

"#]]
        );
    }

    #[test]
    fn with_any_verbosity_the_whole_history_is_shown_the_newest_first() {
        assert_data_eq!(
            annotated().text("/home/ann/site".into(), true),
            str![[r#"

Annotated sections
==================

[buildout]
eggs-directory= /home/ann/site/eggs

   AS DEFAULT_VALUE
   DIRECTORY VALUE = /home/ann/site/eggs
   AS DEFAULT_VALUE
   SET VALUE = eggs

find-links=

   AS DEFAULT_VALUE
   SET VALUE = 


[s]
v= a
c
e

   AS COMMAND_LINE_VALUE
   REMOVE VALUE =
      d
      zzz
   IN sub/mid.cfg:4
   REMOVE VALUE = b
   IN sub/mid.cfg:5
   ADD VALUE =
      e
      b
   IN https://x.example/b.cfg:2
   OVERRIDE VALUE =
      a
      b
      c
      d
      b
   IN /elsewhere/base.cfg:2
   SET VALUE =
      a
      b
      c
      d
      b


"#]]
        );
    }

    #[test]
    fn without_sections_the_heading_stands_alone() {
        let nothing = Annotated { sections: Vec::new() };
        assert_eq!(nothing.text("/x".into(), false), "\nAnnotated sections\n==================\n");
    }
}
