//! Where a value comes from: what `why` shows.
//!
//! - In: the [`Trace`]s of an option and of all that it goes back to.
//! - Out: [`Why`], plain data for programs, and its text for people.
//! - Not here: finding the way (`resolve`), all options at once (`annotate`).

use std::fmt::Write as _;

use camino::Utf8Path;
use serde::Serialize;

use super::snippet;
use crate::config::{Change, Entry, Layer, Origin};
use crate::resolve::{Finish, Referred, Target, Trace};
use crate::source::{Place, SourceMap, Span};

/// The way of a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Why {
    /// The option that was asked for, then each one that it goes back to.
    pub options: Vec<WhyOption>,
}

/// How one option comes by its value; the steps in the order in which they happen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyOption {
    /// Its section.
    pub section: String,
    /// Its name.
    pub option: String,
    /// What it holds, substituted.
    pub value: String,
    /// Each `<=` that it came through, the outermost first.
    pub macros: Vec<WhyMacro>,
    /// What was written, oldest first.
    pub changes: Vec<WhyChange>,
    /// What stands for something else in it.
    pub references: Vec<WhyReference>,
    /// Whether it names a place of `[buildout]`, and was completed after substitution.
    pub directory: bool,
    /// The recipe that gave it this value, as written.
    pub recipe: Option<String>,
}

/// A section that takes an option of another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyMacro {
    /// The section with `<=`.
    pub section: String,
    /// The section that it names.
    pub from: String,
    /// Where.
    pub place: Option<Place>,
}

/// One thing that was written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyChange {
    /// `SET`, `OVERRIDE`, `ADD`, `REMOVE` or `DIRECTORY`, as `annotate` has it.
    pub change: &'static str,
    /// What it was done with.
    pub value: String,
    /// `default`, `user`, `project`, `command-line` or `recipe`: whose word it is.
    pub layer: &'static str,
    /// Where; none if it is in no file.
    pub place: Option<Place>,
    #[serde(skip)]
    words: String,
}

/// A reference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhyReference {
    /// As written.
    pub text: String,
    /// Where.
    pub place: Option<Place>,
    /// `option`, `variable` or `default`.
    pub is: &'static str,
    /// `SECTION:OPTION`, or the variable; none for a default.
    pub name: Option<String>,
    /// What it is replaced with.
    pub value: String,
}

impl Why {
    /// Puts the way of a value into plain data.
    pub fn of(traces: &[Trace], sources: &SourceMap) -> Self {
        Self { options: traces.iter().map(|trace| WhyOption::of(trace, sources)).collect() }
    }

    /// The text for people; `directory` is what file names are relative to.
    pub fn text(&self, directory: &Utf8Path) -> String {
        let mut text = String::new();
        for (number, option) in self.options.iter().enumerate() {
            if number > 0 {
                text.push('\n');
            }
            option.write(&mut text, directory);
        }
        text
    }
}

impl WhyOption {
    fn of(trace: &Trace, sources: &SourceMap) -> Self {
        let place = |at: Option<Span>| at.map(|at| sources.place(at));
        let macros = trace.inherited.iter().map(|one| WhyMacro {
            section: one.section.to_string(),
            from: one.from.to_string(),
            place: place(one.at),
        });
        let history = trace.written.as_ref().map(|written| written.history()).unwrap_or_default();
        Self {
            section: trace.section.clone(),
            option: trace.option.clone(),
            value: trace.value.clone(),
            macros: macros.collect(),
            changes: history.iter().map(|entry| change(entry, sources)).collect(),
            references: trace.references.iter().map(|one| reference(one, place(one.at))).collect(),
            directory: trace.finish == Finish::Directory,
            recipe: match &trace.finish {
                Finish::Recipe(recipe) => Some(recipe.clone()),
                Finish::None | Finish::Directory => None,
            },
        }
    }

    fn write(&self, text: &mut String, directory: &Utf8Path) {
        let place = |place: &Option<Place>| match place {
            Some(place) => format!(" ({})", snippet::place(place, directory)),
            None => String::new(),
        };
        write_value(text, &format!("{}:{} =", self.section, self.option), "  ", &self.value, "");
        for WhyMacro { section, from, place: at } in &self.macros {
            line(text, &format!("  [{section}] takes it from [{from}]{}", place(at)));
        }
        for change in &self.changes {
            write_value(text, &format!("  {}", change.words), "    ", &change.value, &place(&change.place));
        }
        for one in &self.references {
            let is = match (one.is, &one.name) {
                ("option", Some(name)) => format!("means {name} ="),
                ("variable", Some(name)) => format!("means the environment variable {name} ="),
                _ => "names nothing that is there, so its default counts:".to_owned(),
            };
            let words = format!("  `{}`{} {is}", one.text, place(&one.place));
            write_value(text, &words, "    ", &one.value, "");
        }
        if self.directory {
            write_value(text, "  completed, as it names a place:", "    ", &self.value, "");
        }
        if let Some(recipe) = &self.recipe {
            line(text, &format!("  the recipe `{recipe}` of [{}] sets it", self.section));
        }
        if self.changes.is_empty() && self.recipe.is_none() {
            line(text, "  the name of the section, which every section has");
        }
    }
}

fn line(text: &mut String, line: &str) {
    writeln!(text, "{line}").expect("a String takes all");
}

/// A value behind some words: on their line if it has one line, else below them.
fn write_value(text: &mut String, words: &str, indent: &str, value: &str, place: &str) {
    if !value.contains('\n') {
        return line(
            text,
            format!("{words} {}{place}", if value.is_empty() { "''" } else { value }).trim_end(),
        );
    }
    line(text, &format!("{words}{place}"));
    for one in value.split('\n') {
        line(text, format!("{indent}| {one}").trim_end());
    }
}

fn change(entry: &Entry, sources: &SourceMap) -> WhyChange {
    let words = match (&entry.origin, entry.change) {
        (Origin::Default, Change::Set) => "predefined:",
        (Origin::Computed, Change::Set) => "where the configuration file lies:",
        (Origin::Implicit, _) => "nothing to begin with:",
        (Origin::Recipe(_), _) => "added by a recipe:",
        (_, Change::Set) => "set:",
        (_, Change::Override) => "set again:",
        (_, Change::Add) => "added:",
        (_, Change::Remove) => "taken away:",
        (_, Change::Directory) => "made absolute:",
    };
    let words = match (&entry.origin, entry.layer) {
        (Origin::Recipe(part), _) => format!("added by the recipe of [{part}]:"),
        (_, Layer::User) => format!("{} by your own defaults:", words.trim_end_matches(':')),
        (Origin::CommandLine(_), _) => format!("{} on the command line:", words.trim_end_matches(':')),
        _ => words.to_owned(),
    };
    WhyChange {
        change: entry.change.word(),
        value: entry.text.to_string(),
        layer: match entry.layer {
            Layer::Default => "default",
            Layer::User => "user",
            Layer::Project => "project",
            Layer::CommandLine => "command-line",
            Layer::Recipe => "recipe",
        },
        place: match entry.change {
            Change::Directory => None,
            Change::Set | Change::Override | Change::Add | Change::Remove => {
                entry.origin.span().map(|at| sources.place(at))
            }
        },
        words,
    }
}

fn reference(referred: &Referred, place: Option<Place>) -> WhyReference {
    let (is, name) = match &referred.target {
        Target::Option(section, option) => ("option", Some(format!("{section}:{option}"))),
        Target::Variable(name) => ("variable", Some(name.clone())),
        Target::Default => ("default", None),
    };
    WhyReference { text: referred.text.clone(), place, is, name, value: referred.value.clone() }
}
