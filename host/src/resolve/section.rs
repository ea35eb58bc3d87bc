//! A section that was looked up: its options, as written or as they are now.
//!
//! - In: the section after its macros.
//! - Out: [`Live`], which changes while its recipe's `init` runs and can be read half-made.
//! - Not here: substituting (`resolver`).

use std::collections::BTreeSet;
use std::sync::Arc;

use indexmap::IndexMap;

use super::error::ResolveError;
use super::reference::may_refer;
use crate::config::{Opaque, Section, Value};
use crate::source::Span;

/// An option.
#[derive(Debug, Clone)]
pub(super) enum Slot {
    /// As it was written, with references in it.
    Raw(Value),
    /// Substituted.
    Cooked(String),
    /// Given by the section's recipe.
    Set(String),
    /// A value of the user's own that nobody else may read.
    Hidden,
}

/// How far a section is.
#[derive(Debug, Clone)]
pub(super) enum Stage {
    /// Being substituted, or its recipe is being asked.
    Half,
    /// Done.
    Whole,
    /// It gives the same error to everybody who looks it up.
    Failed(ResolveError),
}

/// A section that was looked up.
#[derive(Debug)]
pub struct Live {
    /// What was written.
    pub written: Arc<Section>,
    pub(super) slots: IndexMap<String, Slot>,
    pub(super) stage: Stage,
    pub(super) used: BTreeSet<String>,
    /// Sections that its values refer to, or that its recipe looked at.
    pub(super) refers: BTreeSet<String>,
}

impl Live {
    pub(super) fn new(written: Arc<Section>, opaque: &Opaque) -> Self {
        let slot = |name: &str, value: &Value| match value.text() {
            _ if opaque.hides(name, value) => Slot::Hidden,
            text if may_refer(text) => Slot::Raw(value.clone()),
            text => Slot::Cooked(text.to_owned()),
        };
        let slots = written.iter().map(|(name, value)| (name.to_string(), slot(name, value))).collect();
        Self { written, slots, stage: Stage::Half, used: BTreeSet::new(), refers: BTreeSet::new() }
    }

    /// The text of an option that needs no more substitution.
    pub fn text(&self, option: &str) -> Option<&str> {
        match self.slots.get(option)? {
            Slot::Raw(_) | Slot::Hidden => None,
            Slot::Cooked(text) | Slot::Set(text) => Some(text),
        }
    }

    /// All options with their texts; those that are not substituted yet, and the user's secrets, are left out.
    pub fn values(&self) -> IndexMap<String, String> {
        let text = |(name, slot): (&String, &Slot)| match slot {
            Slot::Raw(_) | Slot::Hidden => None,
            Slot::Cooked(text) | Slot::Set(text) => Some((name.clone(), text.clone())),
        };
        self.slots.iter().filter_map(text).collect()
    }

    /// The names of its options, but of those that nobody may read.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        let shown = self.slots.iter().filter(|(_, slot)| !matches!(slot, Slot::Hidden));
        shown.map(|(name, _)| name.as_str())
    }

    /// Where an option was written; none if a recipe set it.
    pub fn place(&self, option: &str) -> Option<Span> {
        self.written.get(option).and_then(Value::place)
    }

    /// Options that a file or the command line wrote and nobody read, sorted by name.
    ///
    /// What the recipe removed is gone. With `macros`, `<` is read already.
    ///
    /// Source: zc.buildout 6, `Options._used`; only what was written counts.
    pub(super) fn unused(&self, macros: bool) -> Vec<(String, Option<Span>)> {
        let written = self.written.iter().filter(|(_, value)| value.name_span().is_some());
        let is_used = |name: &str| {
            self.used.contains(name) || !self.slots.contains_key(name) || (macros && name == "<")
        };
        let unused = written.filter(|(name, _)| !is_used(name));
        let mut unused: Vec<_> =
            unused.map(|(name, value)| (name.to_string(), value.name_span().or(value.span()))).collect();
        unused.sort();
        unused
    }
}
