//! What a plan would take away, path by path, without taking it.
//!
//! - In: a [`Plan`] and what is [`Installed`].
//! - Out: for each part that goes, the paths that go with it, in that order, and those that are kept elsewhere.
//! - Not here: taking them away (`remove`, `aside`).
//!
//! Rules: those of `remove`. Between a plan and its run the disk may change, and the run looks again.

use std::collections::{BTreeMap, HashSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::python_cache;
use super::remove::{Belongings, Bounds, Why, owned};
use super::share::{Recorded, hand_over};
use super::standing::Standing;
use crate::access::Grants;
use crate::installed::{Found, Installed, Kind, Made};
use crate::plan::{Action, Plan};

/// What goes with a part, whether for good or until its recipe makes it anew.
#[derive(Debug, Clone, Default)]
pub struct Going {
    /// Gone: files and links, the latest first, then directories, the deepest first.
    pub removed: Vec<Utf8PathBuf>,
    /// Files that somebody changed: gone from their place, and kept in `.buildout/kept/`.
    pub kept: Vec<Utf8PathBuf>,
    /// Directories that hold something else.
    hold_others: Vec<Utf8PathBuf>,
}

/// What goes with each part.
pub fn foresee(
    bounds: Bounds<'_>,
    installed: &Installed,
    grants: &Grants,
    plan: &Plan,
) -> BTreeMap<String, Going> {
    if plan.going.is_empty() {
        return BTreeMap::new();
    }
    let root = bounds.root.path();
    let (mut database, mut known) = (installed.database.clone(), installed.known.clone());
    let mut gone = HashSet::new();
    let mut foreseen = BTreeMap::new();
    for name in &plan.going {
        let recorded = Recorded::of(root, &database, &known, grants, name);
        let mut kept = Vec::new();
        let going = going(bounds, recorded.belongings(), &mut gone, &mut kept);
        // One that is made anew is recorded all the time.
        if plan.step(name).is_some_and(|step| step.action == Action::Uninstall) {
            kept.extend(going.hold_others.iter().map(|path| (path.clone(), Why::HoldsOthers)));
            hand_over(root, &database, &mut known, name, kept);
            database.forget(name);
            known.remove(name);
        }
        foreseen.insert(name.clone(), going);
    }
    foreseen
}

/// Of what is a part's own, all that would go.
fn going(
    bounds: Bounds<'_>,
    belongings: Belongings<'_>,
    gone: &mut HashSet<Utf8PathBuf>,
    kept: &mut Vec<(Utf8PathBuf, Why)>,
) -> Going {
    let owned = owned(bounds, belongings, kept);
    let (mut directories, others): (Vec<&Made>, Vec<&Made>) =
        owned.iter().rev().partition(|made| made.kind == Kind::Directory);
    directories.sort_by_cached_key(|made| std::cmp::Reverse(made.path.components().count()));
    let files: HashSet<&Utf8Path> = others.iter().map(|made| made.path.as_path()).collect();
    let mut going = Going::default();
    for made in others.into_iter().chain(directories) {
        let Ok(place) = bounds.place(&made.path) else { continue };
        let is_cached = || python_cache::is_cached(&made.path, |source| files.contains(source));
        let list = match (place.found(), made.kind) {
            (Found::Kind(Kind::Link), Kind::Link) | (Found::Kind(Kind::File), Kind::File) => {
                match Standing::at(&made.path, made, belongings.contents.get(&made.path)) {
                    Standing::Own => &mut going.removed,
                    _ if is_cached() => &mut going.removed,
                    Standing::Edited => &mut going.kept,
                    Standing::Replaced => continue,
                }
            }
            (Found::Kind(Kind::Directory), Kind::Directory) if is_left_empty(&made.path, gone, &files) => {
                &mut going.removed
            }
            (Found::Kind(Kind::Directory), Kind::Directory) => {
                going.hold_others.push(made.path.clone());
                continue;
            }
            (Found::Nothing | Found::Kind(_) | Found::Special, _) => continue,
        };
        if gone.insert(made.path.clone()) {
            list.push(made.path.clone());
        }
    }
    going
}

/// Whether a directory holds nothing but what is gone by then, and what Python compiled from that.
fn is_left_empty(path: &Utf8Path, gone: &HashSet<Utf8PathBuf>, files: &HashSet<&Utf8Path>) -> bool {
    let is_gone = |path: &Utf8Path| {
        gone.contains(path) || python_cache::is_cached(path, |source| files.contains(source))
    };
    holds_only(path, |path| {
        is_gone(path) || (path.file_name() == Some(python_cache::NAME) && holds_only(path, is_gone))
    })
}

fn holds_only(path: &Utf8Path, is_it: impl Fn(&Utf8Path) -> bool) -> bool {
    let Ok(entries) = path.read_dir_utf8() else { return false };
    entries.into_iter().all(|entry| entry.is_ok_and(|entry| is_it(entry.path())))
}
