//! What files and links hold, as digests, so that a change can be told later.
//!
//! - In: what a part made.
//! - Out: a digest for each file and link among it.
//! - Not here: comparing (`verify`, `execute`). A normal run reads what it has just written, and what goes and is not as it was
//!   left: `decisions.md` 3.7.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::File;
use std::os::fd::BorrowedFd;
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::{Mode, OFlags};

use super::digest::Digest;
use super::directory::Directory;
use super::made::{Kind, Made};

/// The digests of what these hold; one that cannot be read, or is something else by now, is left out.
pub fn contents<'m>(made: impl IntoIterator<Item = &'m Made>) -> BTreeMap<Utf8PathBuf, Digest> {
    let held = |made: &Made| Some((made.path.clone(), content_at(&made.path, made.kind)?));
    made.into_iter().filter_map(held).collect()
}

/// The digest of what the file or the link at `path` holds.
pub fn content_at(path: &Utf8Path, kind: Kind) -> Option<Digest> {
    content(rustix::fs::CWD, path.as_std_path(), kind)
}

/// The same of what stands under a name in a directory.
pub fn content_in(directory: &Directory, name: &OsStr, kind: Kind) -> Option<Digest> {
    content(directory.handle(), name.as_ref(), kind)
}

fn content(directory: BorrowedFd<'_>, name: &Path, kind: Kind) -> Option<Digest> {
    match kind {
        Kind::Directory => None,
        Kind::Link => Some(Digest::of(
            rustix::fs::readlinkat(directory, name, Vec::new()).ok()?.to_str().ok()?.as_bytes(),
        )),
        Kind::File => {
            // Neither what a link leads to nor a pipe, which would wait.
            let flags = OFlags::RDONLY | OFlags::CLOEXEC | OFlags::NOFOLLOW | OFlags::NONBLOCK;
            let file = File::from(rustix::fs::openat(directory, name, flags, Mode::empty()).ok()?);
            if !file.metadata().ok()?.is_file() {
                return None;
            }
            Digest::of_all(file).ok()
        }
    }
}
