//! The way of a value: what was written, through which macros, what its references stand for, who set it last.
//!
//! - In: an option of a buildout that is being looked at.
//! - Out: [`Trace`]s, plain data: the option that was asked for, then each one that it goes back to, once.
//! - Not here: putting them into words (`report`).

use std::collections::BTreeSet;

use super::reference::{Piece, Reference, pieces};
use super::resolver::{Resolver, Result};
use super::section::Slot;
use crate::config::{Inherited, Value};
use crate::source::Span;

/// How one option comes by its value.
#[derive(Debug, Clone)]
pub struct Trace {
    /// Its section.
    pub section: String,
    /// Its name.
    pub option: String,
    /// What it holds, substituted.
    pub value: String,
    /// What was written; none if a recipe gave it, and for `_buildout_section_name_`.
    pub written: Option<Value>,
    /// Through which macros, the outermost first.
    pub inherited: Vec<Inherited>,
    /// What the references in it stand for, in their order; none if a recipe gave the value.
    pub references: Vec<Referred>,
    /// What became of it then.
    pub finish: Finish,
}

/// A reference in a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Referred {
    /// As written.
    pub text: String,
    /// Where.
    pub at: Option<Span>,
    /// What it means.
    pub target: Target,
    /// What it is replaced with.
    pub value: String,
}

/// What a reference means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// Section and option.
    Option(String, String),
    /// An environment variable.
    Variable(String),
    /// Nothing of that name is there: the text behind `|`.
    Default,
}

/// What happens to a value after substitution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// Nothing.
    None,
    /// An option of `[buildout]` that names a place is completed: with the buildout directory, or with
    /// `eggs-directory-version`.
    Directory,
    /// The recipe of its section, named here as written, gave it another value.
    Recipe(String),
}

impl Resolver<'_> {
    /// The way of an option and of all that it goes back to; none if there is no such option.
    pub(super) fn traces(&mut self, section: &str, option: &str) -> Result<Option<Vec<Trace>>> {
        let mut traces: Vec<Trace> = Vec::new();
        let mut seen = BTreeSet::new();
        let mut left = vec![(section.to_owned(), option.to_owned())];
        while let Some((section, option)) = left.pop() {
            if !seen.insert((section.clone(), option.clone())) {
                continue;
            }
            let Some(trace) = self.trace(&section, &option)? else { continue };
            let targets = trace.references.iter().rev().filter_map(|referred| match &referred.target {
                Target::Option(section, option) => Some((section.clone(), option.clone())),
                Target::Variable(_) | Target::Default => None,
            });
            left.extend(targets);
            traces.push(trace);
        }
        Ok(if traces.is_empty() { None } else { Some(traces) })
    }

    fn trace(&mut self, section: &str, option: &str) -> Result<Option<Trace>> {
        let found = self.doing(format!("Getting section {section}."), |this| {
            this.section(section, None)?;
            this.option(section, option, None)
        })?;
        let Some(value) = found else { return Ok(None) };
        let live = &self.buildout.sections[section];
        let written = live.written.get(option).cloned();
        let by_recipe = matches!(live.slots.get(option), Some(Slot::Set(_)));
        let recipe = live.text("recipe").unwrap_or_default().to_owned();
        let mut references = Vec::new();
        let mut substituted = String::new();
        for piece in written.iter().filter(|_| !by_recipe).flat_map(|written| pieces(written.text())) {
            match piece {
                Piece::Plain(text) => substituted.push_str(text),
                Piece::Angle(text) if !self.buildout.configuration.has(text.section) => {
                    substituted.push_str(text.text);
                }
                Piece::Reference(reference) | Piece::Angle(reference) => {
                    let referred = self.referred(section, &reference, written.as_ref())?;
                    substituted.push_str(&referred.value);
                    references.push(referred);
                }
                Piece::Malformed(malformed) => substituted.push_str(malformed.text),
            }
        }
        let finish = if by_recipe {
            Finish::Recipe(recipe)
        } else if written.is_some() && substituted != value {
            Finish::Directory
        } else {
            Finish::None
        };
        Ok(Some(Trace {
            inherited: self.buildout.configuration.inherited(section, option),
            section: section.to_owned(),
            option: option.to_owned(),
            value,
            written,
            references,
            finish,
        }))
    }

    fn referred(
        &mut self,
        own: &str,
        reference: &Reference<'_>,
        written: Option<&Value>,
    ) -> Result<Referred> {
        let at = written.and_then(|written| written.span_of(reference.range.clone()));
        let value = self.reference(own, reference, at)?;
        let section = if reference.section.is_empty() { own } else { reference.section };
        let known = self.buildout.configuration.has(section);
        let target = if section == "env" && !known {
            match self.buildout.surroundings.environment.contains_key(reference.option) {
                true => Target::Variable(reference.option.to_owned()),
                false => Target::Default,
            }
        } else if known && self.option(section, reference.option, at)?.is_some() {
            Target::Option(section.to_owned(), reference.option.to_owned())
        } else {
            Target::Default
        };
        Ok(Referred { text: reference.text.to_owned(), at, target, value })
    }
}
