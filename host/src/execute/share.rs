//! What several parts have a share in: whose it is, and whose when one of them goes.
//!
//! - In: what is recorded of all parts, and what of a part's own was kept when it went.
//! - Out: the records in which it is another part's.
//! - Not here: what is kept (`remove`).
//!
//! Rules: `decisions.md` 3.3: a path that two parts returned goes with the last of them.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::remove::Why;
use crate::installed::{Database, Known};

/// The paths that the other parts returned, absolute.
pub(super) fn others(root: &Utf8Path, database: &Database, part: &str) -> BTreeSet<Utf8PathBuf> {
    let parts = database.parts.iter().filter(|(name, _)| *name != part);
    parts.flat_map(|(_, record)| record.paths.iter().map(|path| root.join(path))).collect()
}

/// Before a part is forgotten: what another part returned too is that part's from now on.
pub(super) fn hand_over(
    root: &Utf8Path,
    database: &Database,
    known: &mut BTreeMap<String, Known>,
    from: &str,
    kept: &[(Utf8PathBuf, Why)],
) {
    for (path, _) in kept.iter().filter(|(_, why)| *why == Why::AnothersPart) {
        let heir = database.parts.iter().rfind(|(name, record)| {
            *name != from && record.paths.iter().any(|other| path.starts_with(root.join(other)))
        });
        let Some((heir, _)) = heir else { continue };
        let made = known.get(from).map(|known| known.made.as_slice()).unwrap_or_default();
        let share: Vec<_> = made.iter().filter(|made| made.path == *path).cloned().collect();
        known.entry(heir.clone()).or_default().made.extend(share);
    }
}
