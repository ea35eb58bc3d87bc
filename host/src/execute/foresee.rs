//! What a plan would take away, path by path, without taking it.
//!
//! - In: a [`Plan`] and what is [`Installed`].
//! - Out: for each part that goes, the paths that go with it, in that order.
//! - Not here: taking them away (`remove`, `aside`).
//!
//! Rules: those of `remove`. Between a plan and its run the disk may change, and the run looks again.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::remove::{Bounds, CACHE, Why, owned};
use crate::installed::{Found, Installed, Kind, Made};
use crate::plan::{Action, Plan};

/// The paths that go with each part, whether for good or until its recipe makes them anew.
pub fn foresee(bounds: Bounds<'_>, installed: &Installed, plan: &Plan) -> BTreeMap<String, Vec<Utf8PathBuf>> {
    let root = bounds.root.path();
    let parts = installed.database.parts.iter();
    let mut left: BTreeMap<&str, &[String]> =
        parts.map(|(name, record)| (name.as_str(), record.paths.as_slice())).collect();
    let mut inherited: BTreeMap<String, Vec<Made>> = BTreeMap::new();
    let mut gone = HashSet::new();
    let mut foreseen = BTreeMap::new();
    for name in &plan.going {
        let returned = left.get(name.as_str()).copied().unwrap_or_default();
        let others = left.iter().filter(|(other, _)| **other != name.as_str());
        let others: BTreeSet<Utf8PathBuf> =
            others.flat_map(|(_, paths)| paths.iter().map(|path| root.join(path))).collect();
        let mut made = installed.made(name).to_vec();
        made.extend(inherited.remove(name).unwrap_or_default());
        let mut kept = Vec::new();
        let going = going(bounds, &owned(bounds, returned, &made, &others, &mut kept), &mut gone);
        foreseen.insert(name.clone(), going);
        // One that is made anew is recorded all the time.
        if plan.step(name).is_some_and(|step| step.action == Action::Uninstall) {
            left.remove(name.as_str());
            for (path, _) in kept.iter().filter(|(_, why)| *why == Why::AnothersPart) {
                let heir = left
                    .iter()
                    .rfind(|(_, paths)| paths.iter().any(|other| path.starts_with(root.join(other))));
                let Some((heir, _)) = heir else { continue };
                let share = made.iter().filter(|made| made.path == *path).cloned();
                inherited.entry((*heir).to_owned()).or_default().extend(share);
            }
        }
    }
    foreseen
}

/// Of what is a part's own, all that would go: files and links, the latest first, then directories, the deepest first.
fn going(bounds: Bounds<'_>, owned: &[&Made], gone: &mut HashSet<Utf8PathBuf>) -> Vec<Utf8PathBuf> {
    let (mut directories, others): (Vec<&Made>, Vec<&Made>) =
        owned.iter().rev().partition(|made| made.kind == Kind::Directory);
    directories.sort_by_cached_key(|made| std::cmp::Reverse(made.path.components().count()));
    let mut going = Vec::new();
    for made in others.into_iter().chain(directories) {
        let goes = match (found(bounds, &made.path), made.kind) {
            (Some(Kind::Link), _) | (Some(Kind::File), Kind::File) => true,
            (Some(Kind::Directory), Kind::Directory) => is_left_empty(&made.path, gone),
            (Some(_), _) | (None, _) => false,
        };
        if goes && gone.insert(made.path.clone()) {
            going.push(made.path.clone());
        }
    }
    going
}

/// What stands there, if something may be removed there.
fn found(bounds: Bounds<'_>, path: &Utf8Path) -> Option<Kind> {
    let place = bounds.place(path).ok()?;
    match place.root.directory(place.folder()).and_then(|folder| folder.look(place.name())).ok()? {
        Found::Kind(kind) => Some(kind),
        Found::Nothing | Found::Special => None,
    }
}

/// Whether a directory holds nothing but what is gone by then, and Python's caches.
fn is_left_empty(path: &Utf8Path, gone: &HashSet<Utf8PathBuf>) -> bool {
    let Ok(entries) = path.read_dir_utf8() else { return false };
    entries
        .into_iter()
        .all(|entry| entry.is_ok_and(|entry| entry.file_name() == CACHE || gone.contains(entry.path())))
}
