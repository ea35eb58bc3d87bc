//! A section becomes a part: its recipe is found and asked.
//!
//! - In: a section that has been substituted and names a recipe.
//! - Out: a [`Part`], with what the recipe changed in the section.
//! - Not here: looking sections up (`resolver`), what the recipe asks meanwhile (`serve`).

use super::error::Cause;
use super::resolver::{Resolver, Result};
use super::section::Slot;
use super::{Buildout, Part, directories, needs, part_name};
use crate::config::Stray;
use crate::diagnostic::nearest;
use crate::event::Event;
use crate::recipe::{Call, Change, Failure, Phase, RecipeError};
use crate::source::Span;

impl Buildout {
    /// The place that a recipe's error about `part` names, and what is to be said there.
    pub fn place_named(&self, part: &str, error: &RecipeError) -> Option<(Span, String)> {
        let section = self.section(error.detail("section").unwrap_or(part))?;
        let Some(option) = error.detail("option") else {
            return section.written.at.map(|at| (at, String::new()));
        };
        if let Some(at) = section.place(option) {
            return Some((at, format!("`{option}` is this")));
        }
        match Stray::wanted(option, &section.written, &self.configuration.sources) {
            Some(Stray::Option { name, at, above: Some(above), .. }) => {
                Some((at, format!("`{name}` is indented, so it belongs to the value of `{above}`")))
            }
            _ => section.written.at.map(|at| {
                let written = section.written.iter().filter(|(_, value)| value.name_span().is_some());
                let meant = match nearest(option, written.map(|(name, _)| &**name)) {
                    Some(name) => format!("; is `{name}` meant to be it?"),
                    None => String::new(),
                };
                (at, format!("no option `{option}` in this section{meant}"))
            }),
        }
    }
}

impl Resolver<'_> {
    /// Makes a part of a section: finds its recipe and asks it.
    pub(super) fn part(&mut self, name: &str, recipe_text: &str) -> Result<()> {
        self.mark_used(name, "recipe");
        let written = self.buildout.sections[name].written.clone();
        if let Some(why) = part_name::fault(name) {
            return Err(self.error(Cause::PartName { name: name.to_owned(), why, at: written.at }));
        }
        if self.buildout.finished {
            return Err(self.error(Cause::Late { section: name.to_owned(), at: written.at }));
        }
        let (recipe, entry) = match self.buildout.recipe(recipe_text, written.get("recipe")) {
            Ok(found) => found,
            Err(cause) => {
                let loading = match &cause {
                    Cause::Entry { recipe, entry, .. } => Some(format!("{recipe}:{entry}")),
                    _ => None,
                };
                let mut error = self.error(cause);
                error.doing.extend(loading.map(|what| format!("Loading zc.buildout recipe entry {what}.")));
                return Err(error);
            }
        };
        let nesting = self.buildout.catalogue.limits().nesting;
        if self.buildout.initialising.len() >= nesting {
            let what =
                format!("more than {nesting} recipes wait for each other (`--recipe-limit=nesting=NUMBER`)");
            return Err(self.error(Cause::Limit { what, at: written.at }));
        }
        if !self.buildout.catalogue.is_compiled(&recipe) {
            self.reporter.event(&Event::CompilingRecipe { recipe: recipe.name.clone() });
        }
        let call = Call {
            part: name.to_owned(),
            phase: Phase::Init,
            entry: entry.clone(),
            options: self.buildout.options(name),
            buildout: self.buildout.shared_buildout.clone(),
            installed: Vec::new(),
            reach: directories::init_reach(self.buildout, name, &recipe, &entry),
            temporary: None,
            environment: needs::environment(self.buildout, name, &recipe, &entry),
            machine: self.buildout.machine.clone(),
            limits: self.buildout.catalogue.limits().clone(),
            witness: None,
        };
        self.buildout.initialising.push(name.to_owned());
        self.buildout.counters.inits += 1;
        let outcome = match self.buildout.catalogue.begin(&recipe, call) {
            Ok(running) => {
                let outcome = running.serve(name, self);
                self.buildout.catalogue.end(running);
                outcome.expect("a recipe's thread outlives its call")
            }
            Err(outcome) => *outcome,
        };
        self.buildout.initialising.pop();
        self.changed(name, outcome.changes);
        self.buildout.mark_used(name, &outcome.used);
        self.buildout.mark_used("buildout", &outcome.used_of_buildout);
        match outcome.result {
            Ok(_) => {
                let part = Part {
                    inputs: needs::inputs(self.buildout, name, &recipe, &entry),
                    outputs: needs::outputs(self.buildout, name, &recipe, &entry),
                    name: name.to_owned(),
                    recipe,
                    entry,
                    needs: Default::default(),
                };
                self.buildout.parts.insert(name.to_owned(), part);
                Ok(())
            }
            // The failure that stopped it is the one to tell.
            Err(Failure::Stopped) if self.buildout.failed.is_some() => {
                Err(self.buildout.failed.clone().expect("it was just seen"))
            }
            Err(Failure::Error(error)) => {
                // What it could not see, because nobody granted it, is the better reason.
                let mut claims = needs::places_outside(self.buildout, name, &recipe, &entry);
                claims.retain(|claim| !claim.standing.is_met());
                if !claims.is_empty() {
                    let directory = self.buildout.surroundings.grants.directory().to_owned();
                    return Err(self.error(Cause::Access { claims, directory }));
                }
                let at = self.buildout.place_named(name, &error);
                // What it hands on happened where it was told so.
                let told = self.buildout.told.take().filter(|(message, _)| *message == error.message);
                let mut error = self.error(Cause::Refused { error, at, denied: outcome.record.denied });
                if let Some((_, doing)) = told {
                    error.doing = doing;
                }
                Err(error)
            }
            Err(failure) => {
                let at = self.buildout.sections[name].place("recipe");
                let recipe = needs::called(&recipe);
                Err(self.error(Cause::Broken { recipe, failure, at }))
            }
        }
    }

    /// Takes over what a recipe changed in its own section.
    pub(super) fn changed(&mut self, part: &str, changes: Vec<Change>) {
        let Some(live) = self.buildout.sections.get_mut(part) else { return };
        for change in changes {
            match change {
                Change::Set(option, text) => {
                    live.slots.insert(option, Slot::Set(text));
                }
                Change::Remove(option) => {
                    live.slots.shift_remove(&option);
                }
            }
        }
    }

    /// Works out which parts each part needs, through sections that are no parts as well.
    pub(super) fn find_needs(&mut self) {
        let buildout = &mut *self.buildout;
        for name in buildout.parts.keys().cloned().collect::<Vec<_>>() {
            let mut seen = std::collections::BTreeSet::new();
            let mut left: Vec<&String> = buildout.sections[&name].refers.iter().collect();
            let mut needs = std::collections::BTreeSet::new();
            while let Some(section) = left.pop() {
                if section == &name || !seen.insert(section) {
                    continue;
                }
                if buildout.parts.contains_key(section) {
                    needs.insert(section.clone());
                } else if let Some(live) = buildout.sections.get(section)
                    // `[buildout]` refers to many things that do not concern who refers to it.
                    && section != "buildout"
                {
                    left.extend(&live.refers);
                }
            }
            buildout.parts[&name].needs = needs;
        }
    }
}
