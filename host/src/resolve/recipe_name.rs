//! What stands behind `recipe =`: an alias of `[recipes]`, or what the catalogue knows.
//!
//! - In: the text of the option, and the file that says so.
//! - Out: the recipe and its entry.
//! - Not here: stock names and files (`recipe::catalogue`).

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Buildout;
use super::error::Cause;
use crate::config::{Origin, Value};
use crate::diagnostic::nearest;
use crate::recipe::{FindError, Recipe, Source, split_entry};

impl Buildout {
    /// Finds where the recipe that a part names is.
    pub(super) fn recipe_source(&self, text: &str, value: Option<&Value>) -> Result<Source, FindError> {
        let (name, _) = split_entry(text);
        let aliases = self.configuration.section("recipes");
        let alias = aliases.and_then(|section| section.get(name));
        let (target, base) = match alias {
            Some(alias) => (alias.text(), self.base_of(Some(alias))),
            None => (name, self.base_of(value)),
        };
        self.catalogue.locate(target, &base).map_err(|error| match error {
            FindError::Unknown { name, nearest: known } => {
                let aliases = aliases.into_iter().flat_map(|section| section.iter()).map(|(name, _)| &**name);
                let nearest = known.or_else(|| nearest(&name, aliases).map(str::to_owned));
                FindError::Unknown { name, nearest }
            }
            other => other,
        })
    }

    /// The names that `[recipes]` gives, with what stands behind each.
    pub fn aliases(&self) -> Vec<(String, String)> {
        let aliases = self.configuration.section("recipes");
        let aliases = aliases.into_iter().flat_map(|section| section.iter());
        aliases.map(|(name, target)| (name.to_string(), target.text().to_owned())).collect()
    }

    /// Finds and loads a recipe as a part of the root file would name it.
    ///
    /// # Errors
    ///
    /// See [`FindError`].
    pub fn named_recipe(&mut self, name: &str) -> Result<Arc<Recipe>, FindError> {
        let source = self.recipe_source(name, None)?;
        self.catalogue.load(name, &source)
    }

    /// Finds and loads the recipe that a part names.
    pub(super) fn recipe(
        &mut self,
        text: &str,
        value: Option<&Value>,
    ) -> Result<(Arc<Recipe>, String), Cause> {
        let at = value.and_then(Value::place);
        let (name, entry) = split_entry(text);
        let failed = |error| Cause::Recipe { error, at };
        let source = self.recipe_source(text, value).map_err(failed)?;
        let recipe = self.catalogue.load(name, &source).map_err(failed)?;
        let described = &recipe.description.entry;
        if !described.is_empty() && !described.contains_key(entry) {
            return Err(Cause::Entry {
                recipe: name.to_owned(),
                entry: entry.to_owned(),
                at,
                known: described.keys().cloned().collect(),
            });
        }
        Ok((recipe, entry.to_owned()))
    }

    /// The directory of the file that wrote a value.
    fn base_of(&self, value: Option<&Value>) -> Utf8PathBuf {
        match value.map(Value::origin) {
            Some(Origin::File(span)) => {
                let file = Utf8Path::new(self.configuration.sources.file(span.file).name());
                file.parent().unwrap_or(file).to_owned()
            }
            Some(Origin::CommandLine(_)) => self.surroundings.started_in.clone(),
            _ => self.configuration.directory().to_owned(),
        }
    }
}
