//! What the configuration asks for and this version does not have: all of it at once, before anything runs.
//!
//! - In: `[buildout]`, substituted; the sections that its parts lead to, as written.
//! - Out: [`Unserved`] ones with their places; notices for what is needless here.
//! - Not here: mistakes inside what is served.
//!
//! Rule: `decisions.md` 5.3.

use std::collections::BTreeSet;

use super::Buildout;
use super::reference::{Piece, pieces};
use crate::config::{Stray, Value};
use crate::diagnostic::Diagnostic;
use crate::recipe::{FindError, split_entry};
use crate::source::Span;

/// Extensions whose work is built in, or has no meaning here.
const NEEDLESS: [&str; 3] = ["buildout-versions", "buildout.dumppickedversions", "buildout.wheel"];

/// One thing that is asked for and not there.
#[derive(Debug, Clone)]
pub struct Unserved {
    /// What it is, with its name.
    pub what: String,
    /// Where it is asked for.
    pub at: Option<Span>,
    /// Which kind of thing.
    pub kind: Kind,
    /// What may be written instead.
    pub help: Option<String>,
    /// What was not meant to be part of its name.
    pub stray: Option<Stray>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A remote configuration file.
    File,
    /// Work on Python packages.
    Python,
    /// A recipe.
    Recipe,
}

/// Finds everything; parts are those of `named`.
pub(super) fn find(buildout: &mut Buildout, named: &[String]) -> Vec<Unserved> {
    let remote = buildout.configuration.not_served.iter().map(|(url, at)| Unserved {
        what: format!("the remote configuration file `{url}`"),
        at: *at,
        kind: Kind::File,
        help: None,
        stray: None,
    });
    let mut found: Vec<Unserved> = remote.collect();
    let words = |buildout: &Buildout, option: &str| -> Vec<(String, Option<Span>)> {
        let text = buildout.setting(option).unwrap_or_default();
        let at = |word: &str| buildout.word("buildout", option, word);
        text.split_whitespace().map(|word| (word.to_owned(), at(word))).collect()
    };
    for (name, at) in words(buildout, "extensions") {
        if NEEDLESS.contains(&name.as_str()) {
            let notice = Diagnostic::notice(
                "needless-extension",
                format!("The extension {name} is not needed: it is left out"),
            );
            buildout.warnings.push(notice.maybe_at(at, ""));
        } else {
            let stray = at.and_then(|at| Stray::around(at, &buildout.configuration.sources));
            let what = format!("the extension `{name}`");
            found.push(Unserved { what, at, kind: Kind::Python, help: None, stray });
        }
    }
    for (path, at) in words(buildout, "develop") {
        let stray = at.and_then(|at| Stray::around(at, &buildout.configuration.sources));
        let what = format!("`develop` of `{path}`");
        found.push(Unserved { what, at, kind: Kind::Python, help: None, stray });
    }
    let mut seen = BTreeSet::new();
    let mut left: Vec<String> = named.iter().rev().cloned().collect();
    while let Some(name) = left.pop() {
        if !seen.insert(name.clone()) {
            continue;
        }
        // What is wrong with a section is said when it is looked up.
        let Ok(section) = buildout.configuration.expanded(&name) else { continue };
        for (_, value) in section.iter() {
            for piece in pieces(value.text()) {
                if let Piece::Reference(reference) = piece
                    && !matches!(reference.section, "" | "env")
                {
                    left.push(reference.section.to_owned());
                }
            }
        }
        if name == "buildout" {
            continue;
        }
        if let Some(needed) = section.get("<part-dependencies>") {
            left.extend(needed.text().split_whitespace().map(str::to_owned));
        }
        if let Some(recipe) = section.get("recipe") {
            found.extend(recipe_missing(buildout, &name, recipe));
        }
    }
    found
}

fn recipe_missing(buildout: &Buildout, part: &str, value: &Value) -> Option<Unserved> {
    let text = value.text().trim();
    if text.is_empty() || text.contains("${") {
        return None;
    }
    let (name, _) = split_entry(text);
    let stray = Stray::in_value("recipe", value, &buildout.configuration.sources);
    let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
    let unserved = |what, help| {
        let help = if stray.is_some() { None } else { help };
        Some(Unserved { what, at: value.place(), kind: Kind::Recipe, help, stray: stray.clone() })
    };
    match buildout.recipe_source(text, Some(value)) {
        Err(FindError::Unknown { nearest, .. }) => {
            unserved(format!("the recipe `{name}` of [{part}]"), instead(text, nearest))
        }
        Err(error @ FindError::Remote { .. }) => {
            unserved(format!("the recipe `{name}` of [{part}] ({error})"), None)
        }
        Ok(_) | Err(_) => None,
    }
}

/// What may be written instead of a recipe that nobody knows.
fn instead(text: &str, nearest: Option<String>) -> Option<String> {
    if let Some((name, _)) = text.split_once(['<', '>', '=', '!', '~', ' ']) {
        return Some(format!("a recipe is named without a version: `recipe = {name}`"));
    }
    if text.matches(':').count() > 1 {
        return Some("a recipe is `NAME` or `NAME:ENTRY`, with one colon".to_owned());
    }
    nearest.map(|name| format!("did you mean `{name}`?"))
}
