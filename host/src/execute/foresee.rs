//! What a plan would take away, path by path, without taking it.
//!
//! - In: a [`Plan`] and what is [`Installed`].
//! - Out: for each part that goes, the paths that go with it, in that order.
//! - Not here: taking them away (`remove`, `aside`).
//!
//! Rules: those of `remove`. Between a plan and its run the disk may change, and the run looks again.

use std::collections::{BTreeMap, HashSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::remove::{Bounds, CACHE, owned};
use super::share::{hand_over, others};
use crate::installed::{Found, Installed, Kind, Made};
use crate::plan::{Action, Plan};

/// The paths that go with each part, whether for good or until its recipe makes them anew.
pub fn foresee(bounds: Bounds<'_>, installed: &Installed, plan: &Plan) -> BTreeMap<String, Vec<Utf8PathBuf>> {
    if plan.going.is_empty() {
        return BTreeMap::new();
    }
    let root = bounds.root.path();
    let (mut database, mut known) = (installed.database.clone(), installed.known.clone());
    let mut gone = HashSet::new();
    let mut foreseen = BTreeMap::new();
    for name in &plan.going {
        let returned = database.parts.get(name).map(|record| record.paths.as_slice()).unwrap_or_default();
        let made = known.get(name).map(|known| known.made.as_slice()).unwrap_or_default();
        let others = others(root, &database, name);
        let mut kept = Vec::new();
        let going = going(bounds, &owned(bounds, returned, made, &others, &mut kept), &mut gone);
        foreseen.insert(name.clone(), going);
        // One that is made anew is recorded all the time.
        if plan.step(name).is_some_and(|step| step.action == Action::Uninstall) {
            hand_over(root, &database, &mut known, name, &kept);
            database.forget(name);
            known.remove(name);
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
        let Ok(place) = bounds.place(&made.path) else { continue };
        let goes = match (place.found(), made.kind) {
            (Found::Kind(Kind::Link), _) | (Found::Kind(Kind::File), Kind::File) => true,
            (Found::Kind(Kind::Directory), Kind::Directory) => is_left_empty(&made.path, gone),
            (Found::Nothing | Found::Kind(_) | Found::Special, _) => false,
        };
        if goes && gone.insert(made.path.clone()) {
            going.push(made.path.clone());
        }
    }
    going
}

/// Whether a directory holds nothing but what is gone by then, and Python's caches.
fn is_left_empty(path: &Utf8Path, gone: &HashSet<Utf8PathBuf>) -> bool {
    let Ok(entries) = path.read_dir_utf8() else { return false };
    entries
        .into_iter()
        .all(|entry| entry.is_ok_and(|entry| entry.file_name() == CACHE || gone.contains(entry.path())))
}
