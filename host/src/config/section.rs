//! A section: options in the order in which they first appeared.
//!
//! - In: what `merge` made of all files, or what `macros` made of several sections.
//! - Out: [`Section`].
//! - Not here: substituted text (room `resolve`).

use std::borrow::Cow;
use std::sync::Arc;

use indexmap::IndexMap;

use super::pending::Pending;
use super::value::Value;
use crate::source::Span;

/// A section with every layer merged.
#[derive(Debug, Clone)]
pub struct Section {
    /// Its name, without brackets.
    pub name: Arc<str>,
    /// Its first header, if a file has one.
    pub at: Option<Span>,
    pub(super) options: IndexMap<Arc<str>, Value>,
    /// Increments that wait for the value of a macro.
    pub(super) pending: IndexMap<Arc<str>, Pending>,
    /// Added by a recipe as it stands: `<` means nothing in it.
    pub(super) literal: bool,
}

impl Section {
    pub(super) fn new(name: impl Into<Arc<str>>, at: Option<Span>) -> Self {
        Self { name: name.into(), at, options: IndexMap::new(), pending: IndexMap::new(), literal: false }
    }

    /// What the option holds.
    pub fn get(&self, option: &str) -> Option<&Value> {
        self.options.get(option)
    }

    /// Options with their values, in the order of first appearance.
    pub fn iter(&self) -> impl Iterator<Item = (&Arc<str>, &Value)> {
        self.options.iter()
    }

    /// How many options it has.
    pub fn len(&self) -> usize {
        self.options.len()
    }

    /// Whether it has no options.
    pub fn is_empty(&self) -> bool {
        self.options.is_empty()
    }

    /// What `annotate` prints: sorted by name, waiting increments as `name +` and `name -`.
    pub fn rows(&self) -> Vec<(Cow<'_, str>, &Value)> {
        let mut rows: Vec<(Cow<'_, str>, &Value)> =
            self.options.iter().map(|(name, value)| (Cow::Borrowed(&**name), value)).collect();
        for (name, pending) in &self.pending {
            rows.extend(pending.rows().map(|(sign, value)| (format!("{name} {sign}").into(), value)));
        }
        rows.sort_by(|one, other| one.0.cmp(&other.0));
        rows
    }

    /// The option `<`, if it makes this section use macros.
    pub(super) fn macros(&self) -> Option<&Value> {
        if self.literal || &*self.name == "buildout" { None } else { self.options.get("<") }
    }
}
