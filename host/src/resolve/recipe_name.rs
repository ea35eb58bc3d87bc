//! What stands behind `recipe =`: an alias of `[recipes]`, or what the catalogue knows.
//!
//! - In: the text of the option, and the file that says so.
//! - Out: the recipe and its entry.
//! - Not here: stock names and files (`recipe::catalogue`).

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};

use super::Buildout;
use super::error::Cause;
use crate::access::{Asker, NeedKind};
use crate::config::{Origin, Value};
use crate::diagnostic::nearest;
use crate::path::real_or_to_be;
use crate::recipe::{FindError, Recipe, Source, split_entry};

impl Buildout {
    /// Finds where the recipe that a part names is.
    pub(super) fn recipe_source(&self, text: &str, value: Option<&Value>) -> Result<Source, FindError> {
        let (name, _) = split_entry(text);
        let aliases = self.configuration.section("recipes");
        let alias = aliases.and_then(|section| section.get(name));
        let (target, writer) = match alias {
            Some(alias) => (alias.text(), Some(alias)),
            None => (name, value),
        };
        let located = self.catalogue.locate(target, &self.base_of(writer));
        if let Ok(Source::File(path)) = &located
            && target.contains('/')
        {
            self.check_inside(path, writer)?;
        }
        located.map_err(|error| match error {
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

    /// Refuses a file outside the project that a file of the project names: it is not even looked at.
    ///
    /// Rule: `decisions.md` 4.5. What is typed on the command line is the user's own word.
    fn check_inside(&self, path: &Utf8Path, writer: Option<&Value>) -> Result<(), FindError> {
        let (project, grants) = (&self.surroundings.project, &self.surroundings.grants);
        let own_word = match writer.map(Value::origin) {
            Some(Origin::CommandLine(_)) => true,
            // The user's defaults lie outside, and what he let the project extend.
            Some(Origin::File(span)) => {
                let file = real_or_to_be(Utf8Path::new(self.configuration.sources.file(span.file).name()));
                file.is_absolute() && !file.starts_with(project)
            }
            _ => false,
        };
        let path = real_or_to_be(path);
        let mut places = grants
            .directories(NeedKind::Read, Asker::CONFIGURATION)
            .chain([project.as_path(), &self.directories.root]);
        if own_word || places.any(|place| path.starts_with(place)) {
            return Ok(());
        }
        Err(FindError::Outside { path })
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
