//! `buildout recipe list` and `buildout recipe describe NAME`: nothing of a recipe runs.

use super::request::Asked;
use super::{Done, Failed};
use crate::diagnostic::{Diagnostic, Exit};
use crate::recipe::{Catalogue, FindError, Settings, split_entry};
use crate::report::Report;
use crate::report::recipes::RecipeShown;

fn catalogue(asked: &Asked) -> Catalogue {
    Catalogue::new(Settings { search: asked.environment.recipes.clone(), ..Settings::default() })
}

fn failed(error: FindError) -> Failed {
    let diagnostic = Diagnostic::error("unknown-recipe", error.to_string());
    match error {
        FindError::Unknown { nearest: Some(name), .. } => {
            diagnostic.help(format!("did you mean `{name}`?")).into()
        }
        FindError::Unknown { .. } => {
            diagnostic.help("`buildout recipe list` shows the recipes that can be named").into()
        }
        _ => diagnostic.into(),
    }
}

pub(super) fn list(asked: &Asked, report: &mut Report) -> Done {
    let mut catalogue = catalogue(asked);
    let mut shown = Vec::new();
    for name in catalogue.names() {
        let source = catalogue.locate(&name, &asked.started_in).map_err(failed)?;
        let recipe = catalogue.load(&name, &source).map_err(failed)?;
        shown.push(RecipeShown { name, ..RecipeShown::of(&recipe) });
    }
    let width = shown.iter().map(|recipe| recipe.name.chars().count()).max().unwrap_or(0);
    let lines: String = shown.iter().map(|recipe| recipe.line(width) + "\n").collect();
    report.result("recipes", &lines, &shown)?;
    Ok(Exit::Done)
}

pub(super) fn describe(asked: &Asked, name: &str, report: &mut Report) -> Done {
    let mut catalogue = catalogue(asked);
    let (name, _) = split_entry(name);
    let located = catalogue.locate(name, &asked.started_in);
    let source = match located {
        // On the command line a path need not begin with `./`.
        Err(FindError::Unknown { .. }) if name.ends_with(".wasm") => {
            crate::recipe::Source::File(asked.started_in.join(name))
        }
        other => other.map_err(failed)?,
    };
    let recipe = catalogue.load(name, &source).map_err(failed)?;
    let shown = RecipeShown::of(&recipe);
    report.result("recipe", &shown.text(), &shown)?;
    Ok(Exit::Done)
}
