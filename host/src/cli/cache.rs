//! `buildout cache warm`: the stock recipes are compiled, on all cores, before anybody waits for them.
//! `buildout cache bundle --output FILE`: a copy of this program that carries their code.

use camino::Utf8Path;

use super::request::Asked;
use super::{Done, Failed};
use crate::diagnostic::{Diagnostic, Exit};
use crate::recipe::{Catalogue, SYSTEM_CODE, Settings};
use crate::report::Report;

pub(super) fn warm(asked: &Asked, system: bool, report: &mut Report) -> Done {
    if system {
        return warm_for_all(report);
    }
    let settings = asked.settings("/nonexistent".into(), report);
    if settings.cache.is_none() {
        return Err(
            Diagnostic::error("no-code-cache", "there is no cache to keep compiled recipes in").into()
        );
    }
    let mut catalogue = Catalogue::new(settings);
    let recipes = catalogue
        .stock()
        .map_err(|error| Failed::from(Diagnostic::error("bug", error.to_string()).exit(Exit::Bug)))?;
    let mut compiled = Vec::new();
    for recipe in recipes {
        // Each is compiled on all cores, one after the other.
        if !catalogue.is_compiled(&recipe) {
            catalogue.compile(&recipe).map_err(|failure| {
                let error = Diagnostic::error("bug", crate::resolve::broken(&recipe.name, &failure));
                Failed::from(error.exit(Exit::Bug))
            })?;
            compiled.push(recipe.name.clone());
        }
    }
    let text = match compiled.len() {
        0 => "All stock recipes were compiled already.\n".to_owned(),
        _ => format!("Compiled: {}.\n", compiled.join(", ")),
    };
    report.result("cache", &text, &compiled)?;
    Ok(Exit::Done)
}

fn warm_for_all(report: &mut Report) -> Done {
    let mut catalogue = Catalogue::new(Settings::default());
    let recipes =
        catalogue.stock().map_err(|error| Failed::from(Diagnostic::error("bug", error.to_string())))?;
    let mut compiled = Vec::new();
    for recipe in recipes {
        catalogue.compile_for_all(&recipe).map_err(|error| {
            let message = format!("Cannot put compiled recipes into {SYSTEM_CODE}: {error}");
            Failed::from(
                Diagnostic::error("system-cache", message).help("only root can fill the system's cache"),
            )
        })?;
        compiled.push(recipe.name.clone());
    }
    let text = format!("Compiled for all users: {}.\n", compiled.join(", "));
    report.result("cache", &text, &compiled)?;
    Ok(Exit::Done)
}

pub(super) fn bundle(asked: &Asked, output: &Utf8Path) -> Done {
    let output = asked.started_in.join(output);
    let mut catalogue = Catalogue::new(Settings::default());
    let written = catalogue.write_program_with_code(output.as_ref());
    written.map_err(|error| Diagnostic::error("bundle", format!("Cannot write {output}: {error}")))?;
    Ok(Exit::Done)
}
