//! Merging: the operations of all files on one option become one value.
//!
//! - In: a [`Graph`].
//! - Out: sections with a value for each option, or, in a section that uses macros, increments that
//!   wait ([`Pending`]).
//! - Not here: reading files (`extends`), one option (`walk`), macros themselves (`macros`).
//!
//! Rules: zc.buildout 6, `_update_section`, with the choices of `semantics.md` 4.6.

use std::sync::Arc;

use indexmap::IndexMap;

use super::budget::{Budget, TooMuch};
use super::graph::{Graph, Speaker};
use super::pending::Pending;
use super::section::Section;
use super::walk::{Place, Walk, span};
use crate::source::Span;

/// A section while the index is made.
struct Slot {
    at: Option<Span>,
    /// The first node that is a file or the command line.
    first: Option<usize>,
    /// Whether the defaults have the section too.
    by_default: bool,
    options: IndexMap<Arc<str>, Vec<Place>>,
}

/// Merges all nodes.
pub(super) fn merge(graph: &Arc<Graph>, budget: &mut Budget) -> Result<IndexMap<Arc<str>, Section>, TooMuch> {
    let mut merged = IndexMap::new();
    for (name, slot) in index(graph) {
        let macros = slot.options.get("<").filter(|_| &*name != "buildout");
        let macros_from = macros.and_then(|places| first_place(graph, places));
        let mut section = Section::new(Arc::clone(&name), slot.at);
        section.options.reserve(slot.options.len());
        for (option, places) in slot.options {
            let fresh = slot
                .first
                .filter(|_| !slot.by_default || slot.first.is_some_and(|node| is_file(graph, node)));
            let walk = Walk::new(graph, places, fresh);
            if let Some(newest) = walk.newest_assigns() {
                let value = walk.value(&[newest], None, budget);
                let value = value.map_err(|(walk, what)| walk.too_much(what, &name, &option))?;
                section.options.insert(option, value);
                continue;
            }
            let steps = walk.since_assignment(budget).map_err(|what| walk.too_much(what, &name, &option))?;
            // An increment that stands before the first `<=` does not know of a macro.
            let waits = macros_from.is_some_and(|from| walk.begins_from(&steps, from));
            if waits && &*option != "<" {
                let pending = Pending::new(walk, steps, budget, &name, &option)?;
                section.pending.insert(option, pending);
                continue;
            }
            let value = walk.value(&steps, None, budget);
            let value = value.map_err(|(walk, what)| walk.too_much(what, &name, &option))?;
            section.options.insert(option, value);
        }
        merged.insert(name, section);
    }
    Ok(merged)
}

fn first_place(graph: &Graph, places: &[Place]) -> Option<u32> {
    places.iter().map(|place| graph.first(place.node as usize)).min()
}

fn is_file(graph: &Graph, node: usize) -> bool {
    graph.nodes[node].speaker == Speaker::File
}

fn index(graph: &Graph) -> IndexMap<Arc<str>, Slot> {
    let mut slots: IndexMap<Arc<str>, Slot> = IndexMap::new();
    for &number in &graph.by_first {
        let node = &graph.nodes[number];
        let default = matches!(node.speaker, Speaker::Default | Speaker::Computed);
        for (section_at, section) in node.settled.sections.iter().enumerate() {
            let name = &node.text[section.name.range()];
            let at = match slots.get_index_of(name) {
                Some(at) => at,
                None => {
                    let slot = Slot { at: None, first: None, by_default: false, options: IndexMap::new() };
                    slots.insert_full(name.into(), slot).0
                }
            };
            let slot = &mut slots[at];
            if default {
                slot.by_default = true;
            } else {
                slot.first.get_or_insert(number);
            }
            if slot.at.is_none()
                && let (Speaker::File | Speaker::Recipe(_), Some(file)) = (&node.speaker, node.file)
            {
                slot.at = Some(span(file, section.name));
            }
            for (option_at, option) in section.options.iter().enumerate() {
                let place =
                    Place { node: number as u32, section: section_at as u32, option: option_at as u32 };
                let name = option.name.text(&node.text);
                match slot.options.get_mut(name) {
                    Some(places) => places.push(place),
                    None => {
                        slot.options.insert(name.into(), vec![place]);
                    }
                }
            }
        }
    }
    slots
}
