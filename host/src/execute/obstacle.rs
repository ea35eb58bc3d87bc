//! What would stop a run halfway, found before its first step.
//!
//! - In: a [`Plan`] and what is [`Installed`].
//! - Out: nothing, or the error that the run would come to.
//! - Not here: what a recipe refuses when it is called.
//!
//! Rules: nothing is written to find out. What stands where a part of a stock recipe would write counts;
//! another recipe may be content with it. So is a stock recipe whose option `overwrite` says `false`.

use std::collections::BTreeSet;

use camino::Utf8PathBuf;

use super::ExecuteError;
use super::directories::check_way;
use crate::access::{Deed, NOT_MADE};
use crate::installed::{Installed, InstalledError};
use crate::plan::{Action, Plan};
use crate::resolve::{Buildout, Part};

/// Says what stands in the way of a plan.
///
/// # Errors
///
/// A directory is missing, no directory, or cannot be written in; a file of somebody's is in the place of an output.
pub fn find_obstacle(buildout: &Buildout, installed: &Installed, plan: &Plan) -> Result<(), ExecuteError> {
    if !plan.is_nothing() {
        check_record(buildout, installed)?;
    }
    if !plan.uninstalls {
        let directories = &buildout.directories;
        for path in directories.standard() {
            if let Ok(beneath) = path.strip_prefix(&directories.root) {
                check_way(installed.root(), beneath)?;
            } else if path.exists() && !path.is_dir() {
                return Err(ExecuteError::NotADirectory { path: path.clone(), what: "a file" });
            }
        }
    }
    let in_the_way = in_the_way(buildout, installed, plan);
    if in_the_way.is_empty() {
        return Ok(());
    }
    Err(ExecuteError::InTheWay { in_the_way, foreign: installed.foreign.is_some() })
}

/// Checks that what is installed can be recorded, unless the run may make the place for it.
fn check_record(buildout: &Buildout, installed: &Installed) -> Result<(), ExecuteError> {
    let error = match installed.check_writable() {
        Ok(()) => return Ok(()),
        Err(error) => error,
    };
    if let InstalledError::Unwritable { path, source } = &error
        && source.kind() == std::io::ErrorKind::NotFound
    {
        // No part may make it, as none may touch the way to the database.
        let mut made = buildout.directories.standard().into_iter();
        if made.any(|made| made.starts_with(path)) {
            return Ok(());
        }
    }
    Err(error.into())
}

/// The files that no part made and that stand where one would be made, each with its part.
fn in_the_way(buildout: &Buildout, installed: &Installed, plan: &Plan) -> Vec<(String, Utf8PathBuf)> {
    let coming = plan.steps.iter().filter(|step| matches!(step.action, Action::Install | Action::Reinstall));
    let parts: Vec<&Part> =
        coming.filter_map(|step| buildout.part(&step.part)).filter(|part| replaces(buildout, part)).collect();
    if parts.is_empty() {
        return Vec::new();
    }
    let made = installed.known.values().flat_map(|known| &known.made);
    let made: BTreeSet<&Utf8PathBuf> =
        made.chain(installed.remembered.values().flatten()).map(|made| &made.path).collect();
    let mut in_the_way = Vec::new();
    for part in parts {
        let mut reach = None;
        for path in &part.outputs {
            if made.contains(path) || !path.symlink_metadata().is_ok_and(|meta| meta.is_file()) {
                continue;
            }
            let reach = reach.get_or_insert_with(|| buildout.reach(part, []));
            if reach.allows(Deed::Change, path, false).is_err_and(|denial| denial.why == NOT_MADE) {
                in_the_way.push((part.name.clone(), path.clone()));
            }
        }
    }
    in_the_way
}

/// Whether the recipe of a part is known to need the places of its outputs for itself.
fn replaces(buildout: &Buildout, part: &Part) -> bool {
    part.recipe.is_stock()
        && buildout.options(&part.name).get("overwrite").is_none_or(|overwrite| overwrite != "false")
}
