//! Macros: a section with `<=` takes the options of other sections first.
//!
//! - In: merged sections.
//! - Out: the section with its macros' options, and its waiting increments applied to them.
//! - Not here: substitution; it comes after, so `${:x}` in a copied value means the section that uses it.
//!
//! Rules: zc.buildout 6, `_do_extend_raw`; `semantics.md` 5. A section is expanded once and kept.

use std::collections::HashMap;
use std::sync::Arc;

use super::budget::Budget;
use super::configuration::Configuration;
use super::error::ConfigError;
use super::section::Section;
use super::text::trim;
use crate::diagnostic::nearest;
use crate::source::Span;

/// Sections expanded so far, and what may still be spent.
#[derive(Debug)]
pub(super) struct Memory {
    pub(super) done: HashMap<Arc<str>, Arc<Section>>,
    pub(super) budget: Budget,
    /// Options that may still be copied.
    pub(super) options: usize,
}

/// One expansion from its outermost section.
pub(super) struct Expansion<'a> {
    pub(super) configuration: &'a Configuration,
    pub(super) memory: &'a mut Memory,
    /// The sections that are being expanded, outermost first.
    pub(super) expanding: Vec<Arc<str>>,
}

impl Expansion<'_> {
    /// Expands a section; `named` is the line of `<=` that asks for it, if one does.
    pub(super) fn section(&mut self, name: &str, named: Option<Span>) -> Result<Arc<Section>, ConfigError> {
        if let Some(done) = self.memory.done.get(name) {
            return Ok(Arc::clone(done));
        }
        if self.expanding.iter().any(|other| &**other == name) {
            let expanding = self.expanding.clone();
            return Err(ConfigError::MacroLoop { name: name.to_owned(), at: named, expanding });
        }
        let skipped = self.configuration.skipped(name);
        if !skipped.is_empty() {
            let skipped = skipped.to_vec();
            return Err(ConfigError::UnsupportedCondition { section: name.to_owned(), skipped });
        }
        let own = self.configuration.raw(name).ok_or_else(|| self.missing(name, named))?;
        let expanded = Arc::new(self.with_macros(own)?);
        self.memory.done.insert(Arc::clone(&own.name), Arc::clone(&expanded));
        Ok(expanded)
    }

    fn missing(&self, name: &str, at: Option<Span>) -> ConfigError {
        let others =
            self.configuration.names().filter(|other| self.expanding.iter().all(|on| **on != **other));
        let nearest = nearest(name, others).map(str::to_owned);
        let name = name.to_owned();
        if self.expanding.is_empty() {
            return ConfigError::MissingSection { name, nearest };
        }
        ConfigError::MissingMacro { name, at, nearest, expanding: self.expanding.clone() }
    }

    fn with_macros(&mut self, own: &Section) -> Result<Section, ConfigError> {
        let Some(macros) = own.macros() else { return Ok(own.clone()) };
        let limits = *self.configuration.limits();
        self.expanding.push(Arc::clone(&own.name));
        if self.expanding.len() > limits.macro_depth {
            let what = format!("sections use each other more than {} deep", limits.macro_depth);
            return Err(self.limit(what, own));
        }
        let mut section = Section::new(Arc::clone(&own.name), own.at);
        for (line, at) in macros.lines() {
            let name = trim(line);
            if name.is_empty() {
                continue;
            }
            let source = self.section(name, at)?;
            let Some(left) = self.memory.options.checked_sub(source.len() + 1) else {
                let what = format!("more than {} options are copied", limits.macro_options);
                return Err(self.limit(what, own));
            };
            self.memory.options = left;
            for (option, value) in source.iter() {
                section.options.insert(Arc::clone(option), value.clone());
            }
        }
        for (option, value) in &own.options {
            section.options.insert(Arc::clone(option), value.clone());
        }
        section.options.shift_remove("<");
        for (option, pending) in &own.pending {
            let base = section.options.get(option);
            let value = pending.onto(base, &mut self.memory.budget, &own.name, option)?;
            section.options.insert(Arc::clone(option), value);
        }
        self.expanding.pop();
        Ok(section)
    }

    fn limit(&self, what: String, own: &Section) -> ConfigError {
        let at = own.macros().and_then(|value| value.place());
        let section = Arc::clone(&own.name);
        ConfigError::MacroLimit { what, section, at, expanding: self.expanding.clone() }
    }
}
