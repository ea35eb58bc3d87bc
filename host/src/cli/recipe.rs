//! `buildout recipe list` and `buildout recipe describe NAME`: nothing of a recipe runs.

use std::sync::Arc;

use super::request::Asked;
use super::{Done, Failed};
use crate::diagnostic::{Diagnostic, Exit};
use crate::event::Reporter as _;
use crate::plan::Aim;
use crate::recipe::{Catalogue, FindError, Recipe, Settings, Source, split_entry};
use crate::report::Report;
use crate::report::recipes::RecipeShown;
use crate::resolve::Buildout;
use crate::run;
use crate::source::SourceMap;

/// The buildout whose `[recipes]` count; where there is none, or it cannot be read, none do.
fn buildout(asked: &Asked, report: &mut Report) -> Result<Option<Buildout>, Failed> {
    if asked.arguments.file.is_none() && !asked.file()?.is_file() {
        return Ok(None);
    }
    let request = asked.request(&Aim::everything())?;
    let settled = run::load(&request, report)
        .and_then(|configuration| run::settle(configuration, settings(asked), &request, report));
    match settled {
        Ok(buildout) => Ok(Some(buildout)),
        Err(stopped) if asked.arguments.file.is_some() => Err(stopped.into()),
        Err(stopped) => {
            let why = stopped
                .diagnostics
                .first()
                .map(|first| first.message.lines().next().unwrap_or_default().to_owned());
            let why = why.unwrap_or_default();
            let notice =
                Diagnostic::notice("no-aliases", format!("names of `[recipes]` are left out: {why}"));
            report.diagnostic(&notice, &SourceMap::default());
            Ok(None)
        }
    }
}

fn settings(asked: &Asked) -> Settings {
    Settings { search: asked.environment.recipes.clone(), ..Settings::default() }
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
    let mut shown = Vec::new();
    let buildout = buildout(asked, report)?;
    let mut catalogue = Catalogue::new(settings(asked));
    let aliases = buildout.as_ref().map(Buildout::aliases).unwrap_or_default();
    for name in catalogue.names().into_iter().filter(|name| aliases.iter().all(|(alias, _)| alias != name)) {
        let source = catalogue.locate(&name, &asked.started_in).map_err(failed)?;
        let recipe = catalogue.load(&name, &source).map_err(failed)?;
        shown.push(RecipeShown { name, ..RecipeShown::of(&recipe) });
    }
    if let Some(mut buildout) = buildout {
        for (name, target) in aliases {
            let recipe = buildout.named_recipe(&name).map_err(failed)?;
            shown.push(RecipeShown { name, alias_of: Some(target), ..RecipeShown::of(&recipe) });
        }
    }
    let width = shown.iter().map(|recipe| recipe.name.chars().count()).max().unwrap_or(0);
    let lines: String = shown.iter().map(|recipe| recipe.line(width) + "\n").collect();
    report.result("recipes", &lines, &shown)?;
    Ok(Exit::Done)
}

pub(super) fn describe(asked: &Asked, name: &str, report: &mut Report) -> Done {
    let (name, _) = split_entry(name);
    let mut shown = None;
    if let Some(mut buildout) = buildout(asked, report)? {
        let alias = buildout.aliases().into_iter().find(|(alias, _)| alias == name);
        if let Some((name, target)) = alias {
            let recipe = buildout.named_recipe(&name).map_err(failed)?;
            shown = Some(RecipeShown { name, alias_of: Some(target), ..RecipeShown::of(&recipe) });
        }
    }
    let shown = match shown {
        Some(shown) => shown,
        None => RecipeShown::of(&*known(asked, name)?),
    };
    report.result("recipe", &shown.text(), &shown)?;
    Ok(Exit::Done)
}

/// A recipe that no configuration names.
fn known(asked: &Asked, name: &str) -> Result<Arc<Recipe>, Failed> {
    let mut catalogue = Catalogue::new(settings(asked));
    let source = match catalogue.locate(name, &asked.started_in) {
        // On the command line a path need not begin with `./`.
        Err(FindError::Unknown { .. }) if name.ends_with(".wasm") => {
            Source::File(asked.started_in.join(name))
        }
        other => other.map_err(failed)?,
    };
    catalogue.load(name, &source).map_err(failed)
}
