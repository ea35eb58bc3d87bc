//! What files and links hold, as digests, so that a change can be told later.
//!
//! - In: what a part made.
//! - Out: a digest for each file and link among it.
//! - Not here: comparing (`verify`). A normal run reads only what it has just written: `decisions.md` 3.7.

use std::collections::BTreeMap;
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use rustix::fs::OFlags;

use super::digest::Digest;
use super::made::{Kind, Made};

/// The digests of what these hold; one that cannot be read, or is something else by now, is left out.
pub fn contents<'m>(made: impl IntoIterator<Item = &'m Made>) -> BTreeMap<Utf8PathBuf, Digest> {
    made.into_iter().filter_map(|made| Some((made.path.clone(), content(&made.path, made.kind)?))).collect()
}

/// The digest of what a file or a link holds.
pub(super) fn content(path: &Utf8Path, kind: Kind) -> Option<Digest> {
    match kind {
        Kind::Directory => None,
        Kind::Link => Some(Digest::of(path.read_link_utf8().ok()?.as_str().as_bytes())),
        Kind::File => {
            // Neither what a link leads to nor a pipe, which would wait.
            let flags = (OFlags::NOFOLLOW | OFlags::NONBLOCK).bits().cast_signed();
            let file = File::options().read(true).custom_flags(flags).open(path).ok()?;
            if !file.metadata().ok()?.is_file() {
                return None;
            }
            Digest::of_all(file).ok()
        }
    }
}
