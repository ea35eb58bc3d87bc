//! What `recipe list` and `recipe describe` show.
//!
//! - In: recipes, with what they say about themselves.
//! - Out: text for people, data for programs.

use std::fmt::Write;

use serde::Serialize;

use crate::recipe::{Catalogue, Recipe, Source};

/// A recipe as programs read it.
#[derive(Debug, Serialize)]
pub struct RecipeShown {
    /// As it can be named.
    pub name: String,
    /// What stands behind it, if it is a name that `[recipes]` gives.
    pub alias_of: Option<String>,
    /// Other names that it answers to.
    pub also: Vec<&'static str>,
    /// Its own version.
    pub version: String,
    /// Its licence.
    pub license: String,
    /// One line about it.
    pub summary: String,
    /// The SHA-256 of its component.
    pub sha256: String,
    /// Whether it came with this program.
    pub stock: bool,
    /// What can stand behind the colon.
    pub entries: Vec<EntryShown>,
    /// What it asks for beyond the defaults.
    pub access: Vec<AccessShown>,
}

/// An entry as programs read it.
#[derive(Debug, Serialize)]
pub struct EntryShown {
    /// Its name; `default` need not be written.
    pub name: String,
    /// One line about it.
    pub summary: String,
    /// Its options.
    pub options: Vec<OptionShown>,
}

/// An option as programs read it.
#[derive(Debug, Serialize)]
pub struct OptionShown {
    /// Its name.
    pub name: String,
    /// `text`, `list`, `bool`, `path`, `input` or `output`.
    pub kind: &'static str,
    /// Whether several can be given, separated by blanks.
    pub list: bool,
    /// Whether it must be given.
    pub required: bool,
    /// What counts if it is not.
    pub default: Option<String>,
    /// A sentence about it.
    pub help: String,
}

/// Access as programs read it.
#[derive(Debug, Serialize)]
pub struct AccessShown {
    /// `read`, `write`, `net`, `run`, `env` or `links`.
    pub kind: &'static str,
    /// Which one.
    pub value: String,
    /// What for.
    pub why: String,
}

impl RecipeShown {
    /// Puts a recipe into words.
    pub fn of(recipe: &Recipe) -> Self {
        let description = &recipe.description;
        let entries = description.entry.iter().map(|(name, entry)| EntryShown {
            name: name.clone(),
            summary: entry.summary.clone(),
            options: entry
                .option
                .iter()
                .map(|(name, option)| OptionShown {
                    name: name.clone(),
                    kind: option.kind.word(),
                    list: option.list,
                    required: option.required,
                    default: option.default.clone(),
                    help: option.help.clone(),
                })
                .collect(),
        });
        let access = description.access.iter().map(|need| AccessShown {
            kind: need.kind.word(),
            value: need.value.clone(),
            why: need.why.clone(),
        });
        let also = match recipe.source {
            Source::Stock(own) => Catalogue::historical_names(own),
            Source::File(_) => Vec::new(),
        };
        Self {
            name: recipe.name.clone(),
            alias_of: None,
            also,
            version: description.recipe.version.clone(),
            license: description.recipe.license.clone(),
            summary: description.recipe.summary.clone(),
            sha256: recipe.digest.clone(),
            stock: recipe.is_stock(),
            entries: entries.collect(),
            access: access.collect(),
        }
    }

    /// The line of `recipe list`.
    pub fn line(&self, width: usize) -> String {
        let alias = self.alias_of.as_ref().map(|target| format!(" ({target})")).unwrap_or_default();
        let line = format!("{:width$}  {}{alias}", self.name, self.summary);
        super::visible::line(line.trim_end()).into_owned()
    }

    /// The text of `recipe describe`.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let version = if self.version.is_empty() { String::new() } else { format!(" {}", self.version) };
        let license = if self.license.is_empty() { String::new() } else { format!(", {}", self.license) };
        let _ = writeln!(text, "{}{version}{license}", self.name);
        if !self.summary.is_empty() {
            let _ = writeln!(text, "{}", self.summary);
        }
        if let Some(target) = &self.alias_of {
            let _ = writeln!(text, "alias of: {target}");
        }
        if !self.also.is_empty() {
            let _ = writeln!(text, "also: {}", self.also.join(", "));
        }
        let _ = writeln!(text, "sha256: {}", self.sha256);
        for entry in &self.entries {
            let name = if entry.name == "default" {
                self.name.clone()
            } else {
                format!("{}:{}", self.name, entry.name)
            };
            let _ = write!(text, "\nrecipe = {name}\n");
            if !entry.summary.is_empty() {
                let _ = writeln!(text, "  {}", entry.summary);
            }
            for option in &entry.options {
                let several = if option.list { ", several" } else { "" };
                let needed = match (&option.default, option.required) {
                    (_, true) => ", required".to_owned(),
                    (Some(default), _) => format!(", default {default}"),
                    (None, _) => String::new(),
                };
                let _ = writeln!(text, "\n  {}  ({}{several}{needed})", option.name, option.kind);
                for line in option.help.lines().filter(|line| !line.is_empty()) {
                    let _ = writeln!(text, "      {line}");
                }
            }
        }
        match self.access.is_empty() {
            true => text.push_str("\naccess: nothing beyond the defaults\n"),
            false => text.push_str("\naccess:\n"),
        }
        for need in &self.access {
            let what = format!("{} {}", need.kind, need.value);
            let _ = writeln!(text, "  {}: {}", what.trim_end(), need.why);
        }
        // The words are the recipe's own.
        super::visible::text(&text).into_owned()
    }
}
