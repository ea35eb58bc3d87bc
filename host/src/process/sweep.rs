//! What lies in a program's directories, before it runs and after.
//!
//! - In: directories of the part, in which nothing runs any more.
//! - Out: [`Swept`]: what came, what went, what changed; the first thing that may not be there, which is then gone.
//! - Not here: recording it as the part's (`recipe`).
//!
//! A program writes without anybody looking. So what it left is held to the rules of a recipe's own writing
//! afterwards: names, links, bits; and what no recipe can make is removed.

use std::collections::BTreeMap;
use std::fs::Metadata;
use std::io;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;

use camino::{Utf8Path, Utf8PathBuf};

use crate::access::{Deed, Reach};
use crate::installed::{Kind, Made, Seen};

/// What a program did to the part's directories.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swept {
    /// What is new, what lies in a directory after it.
    pub made: Vec<Made>,
    /// What is gone.
    pub removed: Vec<Utf8PathBuf>,
    /// What is not as it was, and how a file looked before.
    pub changed: Vec<(Utf8PathBuf, Option<Seen>)>,
    /// Bytes of what is new.
    pub bytes: u64,
}

/// Something that no part may have; it is gone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offence {
    pub(super) path: Utf8PathBuf,
    pub(super) why: &'static str,
}

/// All that lies in some directories.
#[derive(Debug, Default)]
pub(super) struct Inventory(BTreeMap<Utf8PathBuf, (Kind, Option<Seen>)>);

impl Inventory {
    /// Looks at all that lies in `directories`, without following a link.
    pub(super) fn of(directories: &[Utf8PathBuf]) -> io::Result<Self> {
        let mut all = BTreeMap::new();
        for directory in directories {
            walk(directory, &mut |path, meta| {
                if let (Some(path), Some(kind)) = (Utf8Path::from_path(path), kind(meta)) {
                    all.insert(path.to_owned(), (kind, Seen::of(meta)));
                }
                Ok(true)
            })?;
        }
        Ok(Self(all))
    }

    /// The paths of all that was there.
    pub(super) fn paths(&self) -> impl Iterator<Item = &Utf8PathBuf> {
        self.0.keys()
    }

    /// Compares with what lies there now, and removes what may not be there.
    pub(super) fn sweep(
        mut self,
        directories: &[Utf8PathBuf],
        reach: &Reach,
    ) -> io::Result<(Swept, Option<Offence>)> {
        let mut swept = Swept::default();
        let mut first = None;
        for directory in directories {
            walk(directory, &mut |path, meta| {
                let before = Utf8Path::from_path(path).and_then(|path| self.0.remove(path));
                // What became a link is judged as a new one: it may lead elsewhere now.
                let stayed = before.as_ref().is_some_and(|(old, seen)| {
                    kind(meta) == Some(*old)
                        && (*old != Kind::Link || is_unchanged(seen.as_ref(), Seen::of(meta).as_ref()))
                });
                if let Some(why) = offence(path, meta, stayed, directories, reach) {
                    remove(path, meta)?;
                    let path = Utf8PathBuf::from(path.to_string_lossy().into_owned());
                    swept.removed.extend(before.map(|_| path.clone()));
                    first.get_or_insert(Offence { path, why });
                    return Ok(false);
                }
                let (Some(path), Some(kind)) = (Utf8Path::from_path(path), kind(meta)) else {
                    return Ok(true);
                };
                let now = Seen::of(meta);
                match before {
                    None => {
                        swept.bytes += meta.blocks() * 512;
                        swept.made.push(Made::new(path, kind));
                    }
                    Some((old, _)) if old != kind => {
                        swept.removed.push(path.to_owned());
                        swept.made.push(Made::new(path, kind));
                    }
                    Some((_, seen)) if kind == Kind::File && !is_unchanged(seen.as_ref(), now.as_ref()) => {
                        swept.changed.push((path.to_owned(), seen));
                    }
                    Some(_) => {}
                }
                Ok(true)
            })?;
        }
        swept.removed.extend(self.0.into_keys());
        swept.made.sort();
        Ok((swept, first))
    }
}

fn is_unchanged(before: Option<&Seen>, now: Option<&Seen>) -> bool {
    before.zip(now).is_some_and(|(before, now)| before.is_unchanged(now))
}

fn kind(meta: &Metadata) -> Option<Kind> {
    let kind = meta.file_type();
    match () {
        () if kind.is_dir() => Some(Kind::Directory),
        () if kind.is_symlink() => Some(Kind::Link),
        () if kind.is_file() => Some(Kind::File),
        () => None,
    }
}

/// Why something may not be there, if it may not.
fn offence(
    path: &Path,
    meta: &Metadata,
    stayed: bool,
    directories: &[Utf8PathBuf],
    reach: &Reach,
) -> Option<&'static str> {
    let Some(path) = Utf8Path::from_path(path) else { return Some("whose name is not UTF-8") };
    if let Some(why) = strange(meta) {
        return Some(why);
    }
    if stayed {
        return None;
    }
    let leads_out = meta.is_symlink()
        && !path
            .canonicalize_utf8()
            .is_ok_and(|real| directories.iter().any(|inside| real.starts_with(inside)));
    if leads_out && !reach.links {
        return Some("a link that leads out of the part's directories, or nowhere");
    }
    reach.allows(Deed::Create, path, true).is_err().then_some("a protected name")
}

/// Removes from `directories`, which are not the part's for long, what nobody may bring out of them. Says what was
/// found first.
pub(super) fn clear(directories: &[Utf8PathBuf]) -> io::Result<Option<Offence>> {
    let mut first = None;
    for directory in directories {
        walk(directory, &mut |path, meta| {
            if let Some(why) = strange(meta) {
                remove(path, meta)?;
                let path = Utf8PathBuf::from(path.to_string_lossy().into_owned());
                first.get_or_insert(Offence { path, why });
                return Ok(false);
            }
            Ok(true)
        })?;
    }
    Ok(first)
}

/// Why something may not be anywhere, if it may not.
fn strange(meta: &Metadata) -> Option<&'static str> {
    match kind(meta) {
        None => Some("which is neither a file nor a directory nor a link"),
        Some(Kind::File | Kind::Directory) if meta.mode() & 0o6000 != 0 => {
            Some("which would run as its owner")
        }
        Some(_) => None,
    }
}

fn remove(path: &Path, meta: &Metadata) -> io::Result<()> {
    if meta.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) }
}

/// Tells of all that lies in a directory, a directory before what lies in it, which is left out on `false`.
fn walk(top: &Utf8Path, tell: &mut dyn FnMut(&Path, &Metadata) -> io::Result<bool>) -> io::Result<()> {
    let mut left = vec![top.as_std_path().to_owned()];
    while let Some(directory) = left.pop() {
        let entries = match std::fs::read_dir(&directory) {
            // A program can close its own directories, but not to whoever must remove them.
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(0o700))?;
                std::fs::read_dir(&directory)?
            }
            other => other?,
        };
        for entry in entries {
            let path = entry?.path();
            let meta = path.symlink_metadata()?;
            if tell(&path, &meta)? && meta.is_dir() {
                left.push(path);
            }
        }
    }
    Ok(())
}

/// Bytes on the disk, and number, of all that lies in some directories; what goes away meanwhile does not count.
pub(super) fn size(directories: &[Utf8PathBuf]) -> u64 {
    let mut bytes = 0;
    for directory in directories {
        let mut left = vec![directory.as_std_path().to_owned()];
        while let Some(directory) = left.pop() {
            let Ok(entries) = std::fs::read_dir(&directory) else { continue };
            for entry in entries.flatten() {
                let Ok(meta) = entry.metadata() else { continue };
                bytes += meta.blocks() * 512;
                if meta.is_dir() {
                    left.push(entry.path());
                }
            }
        }
    }
    bytes
}
