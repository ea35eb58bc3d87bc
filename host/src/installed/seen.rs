//! What a file looked like when its part had made it: so that one that somebody put in its place is told from it.
//!
//! - In: a look at a file, through a handle or by its path.
//! - Out: [`Seen`], to be compared with a later look.
//! - Not here: what follows from it (`execute`).
//!
//! Rules: `decisions.md` 3.3 and 3.7: contents are not read. A file that was edited in place is the same
//! file; a copy that a backup or a cache brought back has its size and its time.

use std::os::unix::fs::MetadataExt;
use std::time::UNIX_EPOCH;

use camino::Utf8Path;
use serde::{Deserialize, Serialize};

const SECOND: i64 = 1_000_000_000;

/// What can be known about a file without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "(u64, i64, u64, i64)", from = "(u64, i64, u64, i64)")]
pub struct Seen {
    inode: u64,
    /// 0 where the file system does not say; an inode number is used again, a time of birth is not.
    born_ns: i64,
    size_bytes: u64,
    modified_ns: i64,
}

impl Seen {
    /// Looks at the file at `path`; none if there is no regular file.
    pub fn at(path: &Utf8Path) -> Option<Self> {
        Self::of(&path.symlink_metadata().ok()?)
    }

    /// What these facts tell; none if they are not a regular file's.
    pub fn of(about: &std::fs::Metadata) -> Option<Self> {
        let born = about.created().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        about.is_file().then(|| Self {
            inode: about.ino(),
            born_ns: born.and_then(|born| i64::try_from(born.as_nanos()).ok()).unwrap_or(0),
            size_bytes: about.len(),
            modified_ns: about.mtime().saturating_mul(SECOND).saturating_add(about.mtime_nsec()),
        })
    }

    /// Whether the file came into being later than that, in nanoseconds since 1970.
    pub fn is_born_after(&self, time_ns: i64) -> bool {
        self.born_ns > time_ns
    }

    /// Whether `now` is a look at the same file, edited or not; a copy of it is another one.
    pub fn is_same_file(&self, now: &Self) -> bool {
        (self.inode, self.born_ns) == (now.inode, now.born_ns)
    }

    /// Whether `now` has the size and the time of this; archives keep whole seconds only.
    pub fn is_unchanged(&self, now: &Self) -> bool {
        let whole = now.modified_ns % SECOND == 0;
        let same_time = self.modified_ns == now.modified_ns
            || (whole && self.modified_ns.div_euclid(SECOND) == now.modified_ns / SECOND);
        self.size_bytes == now.size_bytes && same_time
    }
}

impl From<Seen> for (u64, i64, u64, i64) {
    fn from(seen: Seen) -> Self {
        (seen.inode, seen.born_ns, seen.size_bytes, seen.modified_ns)
    }
}

impl From<(u64, i64, u64, i64)> for Seen {
    fn from((inode, born_ns, size_bytes, modified_ns): (u64, i64, u64, i64)) -> Self {
        Self { inode, born_ns, size_bytes, modified_ns }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MADE: Seen = Seen { inode: 7, born_ns: 5, size_bytes: 3, modified_ns: 2 * SECOND + 9 };

    #[test]
    fn an_edited_file_is_the_same_and_another_one_in_its_place_is_not() {
        let edited = Seen { size_bytes: 4, modified_ns: 9 * SECOND, ..MADE };
        assert!(MADE.is_same_file(&edited) && !MADE.is_unchanged(&edited));
        let another = Seen { inode: 8, ..edited };
        assert!(!MADE.is_same_file(&another));
        assert!(
            !MADE.is_same_file(&Seen { inode: 7, born_ns: 6, ..another }),
            "an inode number is used again"
        );
    }

    #[test]
    fn a_copy_with_the_files_size_and_time_is_unchanged() {
        let copy = Seen { inode: 8, born_ns: 6, ..MADE };
        assert!(MADE.is_unchanged(&copy));
        assert!(
            MADE.is_unchanged(&Seen { modified_ns: 2 * SECOND, ..copy }),
            "an archive keeps whole seconds"
        );
        assert!(!MADE.is_unchanged(&Seen { modified_ns: 2 * SECOND + 8, ..copy }));
    }
}
