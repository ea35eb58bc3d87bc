//! A configuration with the origin of each value: what `annotate` shows.
//!
//! - In: merged sections with their histories, before anything is replaced.
//! - Out: [`Annotated`], plain data for programs, and its text for people.
//! - Not here: reading and merging (`config`), one value alone (`query`).
//!
//! Rules: zc.buildout 6, `annotate`, to the byte, but that `:LINE` follows the name of a file.

use std::borrow::Cow;
use std::fmt::Write as _;

use camino::Utf8Path;
use serde::Serialize;

use crate::config::{Change, OPAQUE, Opaque, Origin, Section, Value};
use crate::path::straight;
use crate::source::SourceMap;

/// Sections with where everything in them is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Annotated<'c> {
    /// Sorted by name.
    pub sections: Vec<AnnotatedSection<'c>>,
}

/// A section with where everything in it is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnotatedSection<'c> {
    /// Its name, without brackets.
    pub section: &'c str,
    /// Sorted by name; those that wait for a macro end in ` +` or ` -`.
    pub options: Vec<AnnotatedOption<'c>>,
}

/// An option with where its value is from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnotatedOption<'c> {
    /// Its name.
    pub option: Cow<'c, str>,
    /// Nothing in it is replaced.
    pub value: &'c str,
    /// Oldest first.
    pub history: Vec<AnnotatedChange<'c>>,
}

/// One step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AnnotatedChange<'c> {
    /// `SET`, `OVERRIDE`, `ADD`, `REMOVE` or `DIRECTORY`.
    pub change: &'static str,
    /// What it was done with; not collected where only the recent steps are.
    pub value: &'c str,
    /// Absolute path, URL, or one of zc.buildout's words such as `DEFAULT_VALUE`.
    pub source: &'c str,
    /// The line of the option's name, from 1; none if it was not written in a file.
    pub line: Option<usize>,
}

/// How much of the way to each value is collected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Steps {
    /// All of it. In a large configuration most of it counts no more.
    All,
    /// Who gave the last whole value, and who changed it since.
    Recent,
}

impl<'c> Annotated<'c> {
    /// Collects what is known about those of `sections` that are named in `only`; about all, if none is.
    pub fn of(
        sections: impl IntoIterator<Item = &'c Section>,
        only: &[String],
        steps: Steps,
        opaque: &Opaque,
        sources: &'c SourceMap,
    ) -> Self {
        let wanted = |section: &&Section| only.is_empty() || only.iter().any(|name| **name == *section.name);
        let annotated = |(option, value): (Cow<'c, str>, &'c Value)| {
            let hidden = opaque.hides(option.trim_end_matches([' ', '+', '-']), value);
            let shown = |text: &'c str| if hidden { OPAQUE } else { text };
            let history = match steps {
                Steps::All => {
                    let entries = value.history().iter();
                    entries
                        .map(|entry| change(entry.change, shown(&entry.text), &entry.origin, sources))
                        .collect()
                }
                Steps::Recent => {
                    let steps = value.recent().into_iter();
                    steps.map(|(what, origin)| change(what, "", &origin, sources)).collect()
                }
            };
            AnnotatedOption { value: shown(value.text()), history, option }
        };
        let mut sections: Vec<AnnotatedSection<'c>> = sections
            .into_iter()
            .filter(wanted)
            .map(|section| {
                let options = section.rows().into_iter().map(annotated).collect();
                AnnotatedSection { section: &section.name, options }
            })
            .collect();
        sections.sort_by_key(|section| section.section);
        Self { sections }
    }

    /// The text for people; files below `directory`, that of the buildout, are named relative to it.
    ///
    /// With `verbose` every step on the way to each value is shown: zc.buildout does so with any verbosity but 0.
    pub fn text(&self, directory: &Utf8Path, verbose: bool) -> String {
        let mut text = "\nAnnotated sections\n==================\n".to_owned();
        for section in &self.sections {
            text.extend(["\n[", section.section, "]\n"]);
            for option in &section.options {
                let blank = if option.value.is_empty() { "" } else { " " };
                text.extend([&*option.option, "=", blank, option.value, "\n"]);
                match verbose {
                    true => write_history(&mut text, &option.history, directory),
                    false => write_sources(&mut text, &option.history, directory),
                }
            }
        }
        text
    }
}

fn change<'c>(
    change: Change,
    value: &'c str,
    origin: &Origin,
    sources: &'c SourceMap,
) -> AnnotatedChange<'c> {
    let (source, line) = match origin {
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
    AnnotatedChange { change: change.word(), value, source, line }
}

/// Who gave the last whole value, and who changed it since.
fn write_sources(text: &mut String, history: &[AnnotatedChange<'_>], directory: &Utf8Path) {
    let is_increment = |change: &AnnotatedChange<'_>| sign(change) != "  ";
    let base = history.iter().rposition(|change| !is_increment(change)).unwrap_or_default();
    for change in &history[base..] {
        text.push_str(sign(change));
        text.push_str("  ");
        write_source(text, change, directory);
        text.push('\n');
    }
}

/// Every step, the newest first.
fn write_history(text: &mut String, history: &[AnnotatedChange<'_>], directory: &Utf8Path) {
    text.push('\n');
    for change in history.iter().rev() {
        // `IMPLICIT_VALUE` counts as a file, as in zc.buildout.
        let is_file = change.line.is_some() || change.source == "IMPLICIT_VALUE";
        let preposition = if is_file { "IN" } else { "AS" };
        write!(text, "   {preposition} ").expect("a String takes all");
        write_source(text, change, directory);
        text.push('\n');
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
fn sign(change: &AnnotatedChange<'_>) -> &'static str {
    if change.change == Change::Add.word() {
        "+="
    } else if change.change == Change::Remove.word() {
        "-="
    } else {
        "  "
    }
}

fn write_source(text: &mut String, change: &AnnotatedChange<'_>, directory: &Utf8Path) {
    // As text: most names are of files below the directory, and have no detours.
    let directory = directory.as_str().trim_end_matches('/');
    let below = change.line.and_then(|_| change.source.strip_prefix(directory)?.strip_prefix('/'));
    match below {
        Some(below) if below.contains("./") => text.push_str(straight(below.into()).as_str()),
        Some(below) => text.push_str(below),
        None => text.push_str(change.source),
    }
    if let Some(line) = change.line {
        write!(text, ":{line}").expect("a String takes all");
    }
}

#[cfg(test)]
mod tests {
    use snapbox::{assert_data_eq, str};

    use super::*;

    fn change<'c>(
        change: Change,
        value: &'c str,
        source: &'c str,
        line: Option<usize>,
    ) -> AnnotatedChange<'c> {
        AnnotatedChange { change: change.word(), value, source, line }
    }

    fn option<'c>(option: &'c str, value: &'c str, history: &[AnnotatedChange<'c>]) -> AnnotatedOption<'c> {
        AnnotatedOption { option: option.into(), value, history: history.to_vec() }
    }

    /// The values of zc.buildout's cases `cli-annotate-all` and `inc-three-levels-subtract`.
    fn annotated() -> Annotated<'static> {
        fn section(section: &'static str, options: &[AnnotatedOption<'static>]) -> AnnotatedSection<'static> {
            AnnotatedSection { section, options: options.to_vec() }
        }
        let mid = "/home/ann/site/sub/mid.cfg";
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
                            change(Change::Add, "e\nb", mid, Some(5)),
                            change(Change::Remove, "b", mid, Some(4)),
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
