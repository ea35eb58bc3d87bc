//! Comparing what lies on the disk with what is recorded. Reads everything, changes nothing.
//!
//! - In: [`Installed`].
//! - Out: [`Difference`]s, by part, in the order in which the parts were installed.
//! - Not here: what follows from them (`plan` sees a missing path, and nothing else of it).

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::Installed;
use super::contents::content_at;
use super::made::{Kind, Made};

/// Python writes its caches beside any file; they are nobody's.
const CACHE: &str = "__pycache__";

/// Something that is not as it was recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The part that it belongs to, or in whose directory it lies.
    pub part: String,
    /// Absolute.
    pub path: Utf8PathBuf,
    /// What is different.
    pub what: What,
}

/// How something differs from its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum What {
    /// The part made it, and it is gone.
    Missing,
    /// It holds something else than the part wrote.
    Changed,
    /// It is another kind of thing than the part made: this one, in words.
    Replaced(&'static str),
    /// It lies in a directory of the part, and no part made it.
    Foreign,
}

impl What {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Changed | Self::Replaced(_) => "changed",
            Self::Foreign => "foreign",
        }
    }
}

impl Installed {
    /// Everything on the disk that is not as it is recorded.
    pub fn verify(&self) -> Vec<Difference> {
        let made: BTreeSet<&Utf8Path> =
            self.known.values().flat_map(|known| &known.made).map(|made| made.path.as_path()).collect();
        let mut differences = Vec::new();
        for (part, record) in &self.database.parts {
            let mut found = Vec::new();
            let returned = record.paths.iter().map(|path| self.root().path().join(path));
            let others =
                returned.filter(|path| !made.contains(path.as_path()) && path.symlink_metadata().is_err());
            found.extend(others.map(|path| (path, What::Missing)));
            for one in self.made(part) {
                found.extend(self.difference(part, one).map(|what| (one.path.clone(), what)));
                if one.kind == Kind::Directory && kind(&one.path) == Some(Ok(Kind::Directory)) {
                    let strangers = entries(&one.path).filter(|path| !made.contains(path.as_path()));
                    found.extend(strangers.map(|path| (path, What::Foreign)));
                }
            }
            found.sort_by(|one, other| one.0.cmp(&other.0));
            differences.extend(found.into_iter().map(|(path, what)| Difference {
                part: part.clone(),
                path,
                what,
            }));
        }
        differences
    }

    /// What a part is known to have made and did not return: it stays when the part goes.
    pub fn unreturned(&self, part: &str) -> Vec<&Utf8Path> {
        let root = self.root().path();
        let paths = self.database.parts.get(part).map(|record| record.paths.as_slice()).unwrap_or_default();
        let returned: Vec<Utf8PathBuf> = paths.iter().map(|path| root.join(path)).collect();
        let made = self.made(part).iter().map(|made| made.path.as_path());
        made.filter(|path| !returned.iter().any(|returned| path.starts_with(returned))).collect()
    }

    fn difference(&self, part: &str, made: &Made) -> Option<What> {
        match kind(&made.path) {
            None => Some(What::Missing),
            Some(Ok(kind)) if kind == made.kind => {
                let recorded = self.known.get(part)?.contents.get(&made.path)?;
                (content_at(&made.path, kind) != Some(*recorded)).then_some(What::Changed)
            }
            Some(Ok(kind)) => Some(What::Replaced(kind.words())),
            Some(Err(())) => Some(What::Replaced("a special file")),
        }
    }
}

/// What stands there, if anything; an error stands for a pipe and its like.
fn kind(path: &Utf8Path) -> Option<Result<Kind, ()>> {
    let found = path.symlink_metadata().ok()?.file_type();
    Some(Kind::of(found).ok_or(()))
}

/// What lies in a directory, without Python's caches.
fn entries(path: &Utf8Path) -> impl Iterator<Item = Utf8PathBuf> {
    let entries = path.read_dir_utf8().into_iter().flatten().flatten();
    entries.filter(|entry| entry.file_name() != CACHE).map(|entry| entry.path().to_owned())
}
