//! What stands where a part made something: what it made, that with somebody's changes, or somebody's own.
//!
//! - In: a place, what the part made there, and what that held when the part was done.
//! - Out: [`Standing`].
//! - Not here: what becomes of it (`remove`, `aside`).
//!
//! Rules: `decisions.md` 3.3. Size, time and inode are looked at; what a file holds is read only where these are not
//! what they were. A copy that holds the same is as good as the file.

use std::ffi::OsStr;
use std::io;

use camino::Utf8Path;

use crate::installed::{Digest, Directory, Kind, Made, Seen, content_at, content_in};

/// What stands where a part made a file or a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// What it made, as far as is known.
    Own,
    /// The file that it made, in which somebody changed something.
    Edited,
    /// Another file or link.
    Replaced,
}

impl Standing {
    /// Looks at what has the same kind as `made` and stands under `name`; `recorded` is what it held.
    pub(super) fn of(
        directory: &Directory,
        name: &OsStr,
        made: &Made,
        recorded: Option<&Digest>,
    ) -> io::Result<Self> {
        let now = match made.kind {
            Kind::File if made.seen.is_some() => directory.seen(name)?,
            Kind::File | Kind::Link | Kind::Directory => None,
        };
        Ok(Self::judge(made, now, recorded, || content_in(directory, name, made.kind)))
    }

    /// The same, by its path.
    pub(super) fn at(path: &Utf8Path, made: &Made, recorded: Option<&Digest>) -> Self {
        Self::judge(made, Seen::at(path), recorded, || content_at(path, made.kind))
    }

    fn judge(
        made: &Made,
        now: Option<Seen>,
        recorded: Option<&Digest>,
        content: impl Fn() -> Option<Digest>,
    ) -> Self {
        let holds_the_same = || recorded.and_then(|recorded| Some(content()? == *recorded));
        match (made.kind, made.seen.zip(now)) {
            (Kind::Link, _) if holds_the_same() == Some(false) => Self::Replaced,
            (Kind::Link | Kind::Directory, _) | (Kind::File, None) => Self::Own,
            (Kind::File, Some((made, now))) => {
                match (made.is_same_file(&now), made.is_unchanged(&now)) {
                    (true, true) => Self::Own,
                    (true, false) if holds_the_same() == Some(true) => Self::Own,
                    (true, false) => Self::Edited,
                    // Nobody knows what it held: its size and time must do.
                    (false, true) if holds_the_same() != Some(false) => Self::Own,
                    (false, false) if holds_the_same() == Some(true) => Self::Own,
                    (false, true | false) => Self::Replaced,
                }
            }
        }
    }
}
