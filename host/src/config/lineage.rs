//! Lineage: through which macros a section comes by an option.
//!
//! - In: merged sections, the name of an option.
//! - Out: one [`Inherited`] for each `<=` on the way, the outermost first.
//! - Not here: the option's value and history (`macros`).

use std::sync::Arc;

use super::configuration::Configuration;
use super::text::trim;
use crate::source::Span;

/// A section takes an option from another one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inherited {
    /// The section with `<=`.
    pub section: Arc<str>,
    /// The section that it names.
    pub from: Arc<str>,
    /// Where it names it.
    pub at: Option<Span>,
}

impl Configuration {
    /// The way of an option through macros; empty if the section assigns it itself, or nobody does.
    ///
    /// Of several macros with the option the last one counts.
    pub fn inherited(&self, section: &str, option: &str) -> Vec<Inherited> {
        let mut way = Vec::new();
        let mut name: Arc<str> = section.into();
        // A circle of macros has no sections to expand, so this ends.
        while let Some(own) = self.raw(&name).filter(|own| own.get(option).is_none())
            && let Some(macros) = own.macros()
        {
            let with_it = macros.lines().filter_map(|(line, at)| {
                let from = self.expanded(trim(line)).ok().filter(|from| from.get(option).is_some())?;
                Some(Inherited { section: Arc::clone(&own.name), from: Arc::clone(&from.name), at })
            });
            let Some(inherited) = with_it.last() else { break };
            name = Arc::clone(&inherited.from);
            way.push(inherited);
        }
        way
    }
}
