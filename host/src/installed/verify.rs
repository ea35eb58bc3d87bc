//! Comparing what lies on the disk with what is recorded. Reads everything, changes nothing.
//!
//! - In: [`Installed`].
//! - Out: [`Difference`]s, by part, in the order in which the parts were installed.
//! - Not here: what follows from them (`plan` sees a missing path, and nothing else of it).

use std::collections::BTreeSet;

use camino::{Utf8Path, Utf8PathBuf};

use super::Installed;
use super::contents::content_in;
use super::digest::Digest;
use super::directory::{Directory, Found};
use super::made::{Kind, Made};
use super::reach::Reach;

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
    /// It has these permission bits, and the part gave it others.
    Mode(u32),
    /// It lies in a directory of the part, and no part made it.
    Foreign,
}

impl What {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Changed | Self::Replaced(_) | Self::Mode(_) => "changed",
            Self::Foreign => "foreign",
        }
    }
}

impl Installed {
    /// Everything on the disk that is not as it is recorded.
    pub fn verify(&self) -> Vec<Difference> {
        let made: BTreeSet<&Utf8Path> =
            self.known.values().flat_map(|known| &known.made).map(|made| made.path.as_path()).collect();
        let everywhere = Directory::open(Utf8Path::new("/"));
        let mut look = Look {
            root: self.root().path(),
            inside: Reach::new(self.root(), |_| false),
            outside: everywhere.as_ref().ok().map(|directory| Reach::new(directory, |_| false)),
        };
        let mut differences = Vec::new();
        for (part, record) in &self.database.parts {
            let mut found = Vec::new();
            for path in record.paths.iter().map(|path| self.root().path().join(path)) {
                if !made.contains(path.as_path()) && look.at(&path).is_none() {
                    found.push((path, What::Missing));
                }
            }
            for one in self.made(part) {
                let recorded = self.known.get(part).and_then(|known| known.contents.get(&one.path));
                found.extend(look.difference(one, recorded).map(|what| (one.path.clone(), what)));
                if one.kind == Kind::Directory {
                    let strangers = look.entries(&one.path).into_iter();
                    let strangers = strangers.filter(|path| !made.contains(path.as_path()));
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
}

/// A look at recorded paths, above which no link is followed.
struct Look<'a> {
    root: &'a Utf8Path,
    inside: Reach<'a>,
    outside: Option<Reach<'a>>,
}

impl Look<'_> {
    /// The directory at a path.
    fn directory(&mut self, path: &Utf8Path) -> Option<&Directory> {
        match path.strip_prefix(self.root) {
            Ok(beneath) => self.inside.directory(beneath.as_std_path()).ok(),
            Err(_) => self.outside.as_mut()?.directory(path.strip_prefix("/").ok()?.as_std_path()).ok(),
        }
    }

    /// What stands there, if anything.
    fn at(&mut self, path: &Utf8Path) -> Option<Found> {
        let name = path.file_name()?;
        let found = self.directory(path.parent()?)?.look(name).ok()?;
        (found != Found::Nothing).then_some(found)
    }

    fn difference(&mut self, made: &Made, recorded: Option<&Digest>) -> Option<What> {
        match self.at(&made.path) {
            None | Some(Found::Nothing) => Some(What::Missing),
            Some(Found::Special) => Some(What::Replaced("a special file")),
            Some(Found::Kind(kind)) if kind != made.kind => Some(What::Replaced(kind.words())),
            Some(Found::Kind(kind)) => {
                let name = made.path.file_name()?;
                let directory = self.directory(made.path.parent()?)?;
                if recorded
                    .is_some_and(|recorded| content_in(directory, name.as_ref(), kind) != Some(*recorded))
                {
                    return Some(What::Changed);
                }
                let mode = directory.mode_of(name).ok()?;
                made.mode.is_some_and(|made| made != mode).then_some(What::Mode(mode))
            }
        }
    }

    /// What lies in a directory, without Python's caches.
    fn entries(&mut self, path: &Utf8Path) -> Vec<Utf8PathBuf> {
        let entries = self.directory(path).and_then(|directory| directory.entries().ok()).unwrap_or_default();
        let entries = entries.into_iter().filter(|entry| entry.name != CACHE);
        entries.map(|entry| path.join(entry.name.to_string_lossy().as_ref())).collect()
    }
}
