//! The configuration: every section merged, every value with its history.
//!
//! - In: merged sections (`mod`), sections that recipes add.
//! - Out: [`Configuration`]; sections by name, before and after their macros.
//! - Not here: substituted values (room `resolve`).

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use super::budget::Budget;
use super::condition::Environment;
use super::error::ConfigError;
use super::facts::Facts;
use super::graph::{Graph, Node, Speaker};
use super::limits::Limits;
use super::macros::{Expansion, Memory};
use super::merge::merge;
use super::opaque::Opaque;
use super::read::{Reading, Skipped};
use super::section::Section;
use super::text::trim_end;
use super::value::{Change, Layer, Origin, Value};
use crate::diagnostic::Diagnostic;
use crate::source::{SourceMap, Span};

/// What was written, put together.
#[derive(Debug)]
pub struct Configuration {
    /// Every text that was read; all spans point into these.
    pub sources: SourceMap,
    /// What the user should look at.
    pub warnings: Vec<Diagnostic>,
    /// How many files were read, each once.
    pub files_read: usize,
    /// How many bytes they have together.
    pub bytes_read: usize,
    pub(super) sections: IndexMap<Arc<str>, Section>,
    /// `[buildout]` with its standard directories absolute.
    pub(super) buildout: Section,
    pub(super) directory: Utf8PathBuf,
    pub(super) skipped: HashMap<String, Vec<Skipped>>,
    /// Remote files that it extends and that nobody has brought, with who asks for them: while there are
    /// some, it is good for nothing but to find out what else is missing.
    pub not_served: Vec<(String, Option<Span>)>,
    pub(super) left_out: HashMap<String, Vec<Span>>,
    pub(super) facts: Facts,
    pub(super) environment: Environment,
    /// Values of the user's own that nobody else may read.
    pub opaque: Opaque,
    pub(super) limits: Limits,
    /// Headers and options read so far, as the limits count them.
    pub(super) counted: (usize, usize),
    pub(super) memory: Mutex<Memory>,
}

impl Configuration {
    /// All sections, in the order of first appearance.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sections.keys().map(|name| &**name)
    }

    /// Whether there is such a section.
    pub fn has(&self, name: &str) -> bool {
        self.sections.contains_key(name)
    }

    /// A section as `annotate` shows it: merged, before macros, directories as written.
    pub fn section(&self, name: &str) -> Option<&Section> {
        self.sections.get(name)
    }

    /// A section as `query` shows it and all else reads it: like [`section`](Self::section), with the
    /// standard directories of `[buildout]` joined to its `directory`.
    pub fn raw(&self, name: &str) -> Option<&Section> {
        if name == "buildout" { Some(&self.buildout) } else { self.sections.get(name) }
    }

    /// The buildout directory, absolute; the root file's directory if the option has `${…}` in it.
    pub fn directory(&self) -> &Utf8Path {
        &self.directory
    }

    /// Headers of this section that were left out, as nobody can say whether they count.
    pub fn skipped(&self, name: &str) -> &[Skipped] {
        self.skipped.get(name).map_or(&[], Vec::as_slice)
    }

    /// The conditions of this section's headers that are false.
    pub fn left_out(&self, name: &str) -> &[Span] {
        self.left_out.get(name).map_or(&[], Vec::as_slice)
    }

    /// The variables that a condition names and that were granted, but are not set.
    pub fn unset_in(&self, condition: Span) -> impl Iterator<Item = &str> {
        let text = self.sources.text(condition);
        let named = |c: char| c.is_alphanumeric() || c == '_';
        let names =
            text.split("env.").skip(1).map(move |rest| rest.split(|c| !named(c)).next().unwrap_or_default());
        names.filter(|name| matches!(self.environment.get(*name), Some(None)))
    }

    /// The bounds it was read with.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// A section with its macros: what a look-up sees before substitution. Expanded once and kept.
    ///
    /// # Errors
    ///
    /// There is no such section, or it has an unsupported condition; the same for its macros; macros in a
    /// circle or beyond a limit.
    pub fn expanded(&self, name: &str) -> Result<Arc<Section>, ConfigError> {
        // A panic in the middle leaves whole entries only.
        let mut memory = self.memory.lock().unwrap_or_else(PoisonError::into_inner);
        let memory = &mut *memory;
        Expansion { configuration: self, memory, expanding: Vec::new() }.section(name, None)
    }

    /// One warning about the lines that increments of a macro's option were to remove and that were never there, as far as
    /// sections were expanded.
    pub fn idle(&self) -> Option<Diagnostic> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner).budget.idle()
    }

    /// Adds a section that the recipe of the part `made_by` hands over. Its values are substituted later
    /// like those of a file; `<` and `+=` mean nothing in it.
    ///
    /// # Errors
    ///
    /// The section exists, or a limit is reached; then nothing is added.
    pub fn add(
        &mut self,
        name: &str,
        options: Vec<(String, String)>,
        made_by: &str,
    ) -> Result<(), ConfigError> {
        self.not_there(name)?;
        self.count(1, options.len())?;
        let part: Arc<str> = made_by.into();
        let mut section = Section::new(name, None);
        section.literal = true;
        for (option, text) in options {
            if text.len() > self.limits.value_bytes {
                let what = format!("the value of {name}:{option} is too long");
                return Err(too_many(what));
            }
            let origin = Origin::Recipe(Arc::clone(&part));
            let value = Value::unwritten(&text, Change::Set, origin, Layer::Recipe);
            section.options.insert(option.into(), value);
        }
        self.sections.insert(Arc::clone(&section.name), section);
        Ok(())
    }

    /// Adds the sections of a text, with macros, increments and conditions but without `extends`; returns
    /// their names. The text becomes a source of its own.
    ///
    /// # Errors
    ///
    /// The text is wrong, one of its sections exists, or a limit is reached; then nothing is added.
    ///
    /// Source: zc.buildout 6, `Buildout.parse`.
    pub fn parse(&mut self, text: &str, made_by: &str) -> Result<Vec<String>, ConfigError> {
        let name = format!("recipe of {made_by}");
        if text.len() > self.limits.file_bytes {
            return Err(too_many(format!("the {name} adds more than {} bytes", self.limits.file_bytes)));
        }
        let text: Arc<str> = dedented(text).into();
        let mut sources = std::mem::take(&mut self.sources);
        let id = sources.add(&*name, Arc::clone(&text));
        let mut reading = Reading::new(sources, &self.facts, &self.environment, &self.limits);
        (reading.sections, reading.options) = self.counted;
        let file = reading.text(&name, id, Arc::clone(&text));
        let needs = std::mem::take(&mut reading.needs);
        let (errors, warnings, skipped) = (reading.errors, reading.warnings, reading.skipped);
        let counted = (reading.sections, reading.options);
        self.sources = reading.sources;
        if !needs.is_empty() {
            return Err(ConfigError::text(&[super::failure::LoadError::Ungranted(needs)]));
        }
        let Some(file) = file.filter(|_| errors.is_empty()) else { return Err(ConfigError::text(&errors)) };
        let speaker = Speaker::Recipe(made_by.into());
        let node = Node { speaker, file: Some(id), text, settled: file.settled, extends: Vec::new() };
        let graph = Arc::new(Graph::new(vec![node], vec![(0, Layer::Recipe)]));
        let sections = merge(&graph, &mut Budget::new(&self.limits))?;
        for name in sections.keys() {
            self.not_there(name)?;
        }
        self.counted = counted;
        self.warnings.extend(warnings);
        for (name, more) in skipped {
            self.skipped.entry(name).or_default().extend(more);
        }
        let names = sections.keys().map(|name| name.to_string()).collect();
        self.sections.extend(sections);
        Ok(names)
    }

    fn not_there(&self, name: &str) -> Result<(), ConfigError> {
        match self.sections.get(name) {
            None => Ok(()),
            Some(section) => Err(ConfigError::SectionExists { name: name.to_owned(), at: section.at }),
        }
    }

    fn count(&mut self, sections: usize, options: usize) -> Result<(), ConfigError> {
        let counted = (self.counted.0 + sections, self.counted.1 + options);
        if counted.0 > self.limits.sections {
            return Err(too_many(format!(
                "the configuration has more than {} sections",
                self.limits.sections
            )));
        }
        if counted.1 > self.limits.options {
            return Err(too_many(format!("the configuration has more than {} options", self.limits.options)));
        }
        self.counted = counted;
        Ok(())
    }
}

fn too_many(message: String) -> ConfigError {
    let diagnostic = Diagnostic::error("too-many", message).exit(crate::diagnostic::Exit::Limit);
    ConfigError::Text(Box::new(diagnostic))
}

/// Takes common indentation off, as recipes write such texts indented in their own source.
fn dedented(text: &str) -> String {
    let indent = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let lines = text.lines().filter(|line| !trim_end(line).is_empty());
    let common = lines.map(indent).min().unwrap_or(0);
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        out.push_str(line.get(common..).unwrap_or("\n"));
    }
    out
}
