//! What several parts have a share in: whose it is, and whose when one of them goes.
//!
//! - In: what is recorded of all parts, and what of a part's own was kept when it went.
//! - Out: the records in which it is another part's.
//! - Not here: what is kept (`remove`).
//!
//! Rules: `decisions.md` 3.3: a path that two parts returned goes with the last of them, and so does a directory that one of
//! them made and both use.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::remove::{Belongings, Why, lies_in};
use crate::access::{Asker, Grants, NeedKind};
use crate::installed::{Database, Known};

/// The paths that the other parts returned, absolute.
pub(super) fn others(root: &Utf8Path, database: &Database, part: &str) -> BTreeSet<Utf8PathBuf> {
    let parts = database.parts.iter().filter(|(name, _)| *name != part);
    parts.flat_map(|(_, record)| record.paths.iter().map(|path| root.join(path))).collect()
}

/// What is recorded of one part, whatever becomes of the records meanwhile.
#[derive(Debug, Clone)]
pub(super) struct Recorded {
    returned: Vec<String>,
    known: Known,
    others: BTreeSet<Utf8PathBuf>,
    refused: Vec<Utf8PathBuf>,
}

impl Recorded {
    pub(super) fn of(
        root: &Utf8Path,
        database: &Database,
        known: &BTreeMap<String, Known>,
        grants: &Grants,
        part: &str,
    ) -> Self {
        let known = known.get(part).cloned().unwrap_or_default();
        let mut returned = database.parts.get(part).map(|record| record.paths.clone()).unwrap_or_default();
        returned.extend(known.inherited.iter().map(|path| path.to_string()));
        let asker = Asker::Part { name: part, recipe: "" };
        let refused = grants.refused(NeedKind::Write, asker).map(Utf8Path::to_owned).collect();
        Self { returned, known, others: others(root, database, part), refused }
    }

    pub(super) fn belongings(&self) -> Belongings<'_> {
        Belongings {
            returned: &self.returned,
            made: &self.known.made,
            contents: &self.known.contents,
            others: &self.others,
            refused: &self.refused,
        }
    }
}

/// Before a part is forgotten: what another part returned too is that part's from now on, and so is a directory in
/// which another part has made something. Returns what is to be told of what was kept.
pub(super) fn hand_over(
    root: &Utf8Path,
    database: &Database,
    known: &mut BTreeMap<String, Known>,
    from: &str,
    kept: Vec<(Utf8PathBuf, Why)>,
) -> Vec<(Utf8PathBuf, Why)> {
    for (path, why) in &kept {
        let heir = match why {
            Why::AnothersPart => {
                let heir = database.parts.iter().rfind(|(name, record)| {
                    *name != from && record.paths.iter().any(|other| path.starts_with(root.join(other)))
                });
                heir.map(|(name, _)| name.clone())
            }
            Why::HoldsOthers => maker_within(known, from, path),
            _ => None,
        };
        let Some(heir) = heir else { continue };
        let made = known.get(from).map(|known| known.made.as_slice()).unwrap_or_default();
        let share: Vec<_> = made.iter().filter(|made| made.path == *path).cloned().collect();
        let heir = known.entry(heir).or_default();
        heir.made.extend(share);
        if *why == Why::HoldsOthers {
            heir.inherited.insert(path.clone());
        }
    }
    told(known, from, kept)
}

/// What is to be told of what stays of a part: nobody need hear of what another part made, and that a directory goes
/// with that one.
pub(super) fn told(
    known: &BTreeMap<String, Known>,
    from: &str,
    kept: Vec<(Utf8PathBuf, Why)>,
) -> Vec<(Utf8PathBuf, Why)> {
    let told = |(path, why): (Utf8PathBuf, Why)| match why {
        Why::NotMade if maker_at(known, from, &path).is_some() => None,
        Why::HoldsOthers => match maker_within(known, from, &path) {
            Some(heir) => Some((path, Why::Inherited { heir })),
            None => Some((path, Why::HoldsOthers)),
        },
        why => Some((path, why)),
    };
    kept.into_iter().filter_map(told).collect()
}

/// The part other than `from` that made what is at `path`, or something below it.
fn maker_at(known: &BTreeMap<String, Known>, from: &str, path: &Utf8Path) -> Option<String> {
    maker(known, from, |made| lies_in(made, path))
}

/// The part other than `from` that made something in the directory at `path`.
fn maker_within(known: &BTreeMap<String, Known>, from: &str, path: &Utf8Path) -> Option<String> {
    maker(known, from, |made| made != path && lies_in(made, path) && made.symlink_metadata().is_ok())
}

fn maker(known: &BTreeMap<String, Known>, from: &str, is_it: impl Fn(&Utf8Path) -> bool) -> Option<String> {
    let mut others = known.iter().filter(|(name, _)| *name != from);
    let maker = others.find(|(_, known)| known.made.iter().any(|made| is_it(&made.path)));
    maker.map(|(name, _)| name.clone())
}
