//! What a part was seen to make: the only things that we ever remove.
//!
//! - In: observations of whoever lets a part write (`recipe`, `execute`).
//! - Out: [`Made`] entries, in the order in which they were made.
//! - Not here: removing them (`execute`), keeping them (`state`, `journal`).

use std::fs::FileType;

use std::os::unix::fs::MetadataExt as _;

use camino::Utf8PathBuf;
use serde::{Deserialize, Serialize};

use super::seen::Seen;

/// What a path is, links not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Link,
}

impl Kind {
    /// The kind of what the system shows; none of a pipe, a device and their like.
    pub fn of(found: FileType) -> Option<Self> {
        if found.is_symlink() {
            Some(Self::Link)
        } else if found.is_dir() {
            Some(Self::Directory)
        } else {
            found.is_file().then_some(Self::File)
        }
    }

    /// The kind in words, with its article.
    pub fn words(self) -> &'static str {
        match self {
            Self::File => "a file",
            Self::Directory => "a directory",
            Self::Link => "a symbolic link",
        }
    }
}

/// One thing that was not there before and that a part made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Made {
    /// Absolute and free of `.` and `..`, below the real path of the buildout directory or of a
    /// directory where the user lets parts write.
    pub path: Utf8PathBuf,
    /// What it was when it was made.
    pub kind: Kind,
    /// How a file looked when the call that made it was over; none: nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<Seen>,
    /// The permission bits of a file or a directory at that time; none: nobody looked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mode: Option<u32>,
}

impl Made {
    /// Notes that `path` was made as a `kind`.
    pub fn new(path: impl Into<Utf8PathBuf>, kind: Kind) -> Self {
        Self { path: path.into(), kind, seen: None, mode: None }
    }

    /// Looks at it as it is now, so that another file in its place is known as one.
    pub fn look(&mut self) {
        let about = self.path.symlink_metadata().ok();
        self.seen = about.as_ref().filter(|_| self.kind == Kind::File).and_then(Seen::of);
        self.mode = about.filter(|_| self.kind != Kind::Link).map(|about| about.mode() & 0o7777);
    }
}

/// Directories of a part in which a program writes that nobody watches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filled {
    /// All that is in them and not in `there` is what the program made.
    pub directories: Vec<Utf8PathBuf>,
    /// What was there before, and what the part had noted down itself.
    pub there: Vec<Utf8PathBuf>,
}
