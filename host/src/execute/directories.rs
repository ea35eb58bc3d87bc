//! The standard directories: they are made, or it is checked that they can be.
//!
//! Rules: zc.buildout 6, `Buildout.install`: missing ones are made and said; ours: with their parents,
//! and a link in the place of one is refused, as parts would be made behind it.

use std::ops::ControlFlow;

use camino::Utf8Path;

use super::{ExecuteError, Execution};
use crate::event::Event;
use crate::fault::{self, Step};
use crate::installed::{Directory, Found, Kind};

impl Execution<'_> {
    pub(super) fn make_directories(&mut self) -> Result<(), ExecuteError> {
        let directories = self.buildout.directories.clone();
        for path in [&directories.bin, &directories.parts, &directories.eggs, &directories.develop_eggs] {
            match path.strip_prefix(&directories.root) {
                Ok(beneath) => self.make_beneath(path, beneath)?,
                // Outside only by the user's own word.
                Err(_) if path.is_dir() => {}
                Err(_) => {
                    self.reporter.event(&Event::CreatingDirectory { path: path.to_string() });
                    fault::point(Step::Make, path.as_str())
                        .and_then(|()| fs_err::create_dir_all(path))
                        .map_err(|source| ExecuteError::Io { verb: "make", path: path.clone(), source })?;
                }
            }
        }
        Ok(())
    }

    /// Makes a directory below the buildout directory, one name after the other.
    fn make_beneath(&mut self, path: &Utf8Path, beneath: &Utf8Path) -> Result<(), ExecuteError> {
        let mut said = false;
        let reporter = &mut *self.reporter;
        walk(self.installed.root(), beneath, |parent, name| {
            if !std::mem::replace(&mut said, true) {
                reporter.event(&Event::CreatingDirectory { path: path.to_string() });
            }
            let here = parent.path().join(name);
            parent.make_directory(name, 0o777).map_err(|source| ExecuteError::Io {
                verb: "make",
                path: here,
                source,
            })?;
            Ok(ControlFlow::Continue(()))
        })
    }
}

/// Checks, without writing, that a directory below the buildout directory is there or can be made.
pub(super) fn check_way(root: &Directory, beneath: &Utf8Path) -> Result<(), ExecuteError> {
    walk(root, beneath, |parent, _| {
        let unwritable =
            |source| ExecuteError::Io { verb: "write in", path: parent.path().to_owned(), source };
        parent.check_writable().map_err(unwritable)?;
        Ok(ControlFlow::Break(()))
    })
}

/// Walks to a directory below `root` through handles, refusing links. Where a name is not there `missing` is asked,
/// which makes it or ends the walk.
fn walk(
    root: &Directory,
    beneath: &Utf8Path,
    mut missing: impl FnMut(&Directory, &str) -> Result<ControlFlow<()>, ExecuteError>,
) -> Result<(), ExecuteError> {
    if is_plain(root.path(), beneath) {
        return Ok(());
    }
    let mut parent = root.directory("").map_err(|source| ExecuteError::Io {
        verb: "open",
        path: root.path().to_owned(),
        source,
    })?;
    for name in beneath.components() {
        let path = parent.path().join(name);
        let io = |verb| {
            let path = path.clone();
            move |source| ExecuteError::Io { verb, path, source }
        };
        let what = match parent.look(name).map_err(io("look at"))? {
            Found::Kind(Kind::Directory) => None,
            Found::Kind(Kind::Link) => Some("a symbolic link"),
            Found::Kind(Kind::File) | Found::Special => Some("a file"),
            Found::Nothing => match missing(&parent, name.as_str())? {
                ControlFlow::Continue(()) => None,
                ControlFlow::Break(()) => return Ok(()),
            },
        };
        if let Some(what) = what {
            return Err(ExecuteError::NotADirectory { path, what });
        }
        parent = parent.directory(name).map_err(io("open"))?;
    }
    Ok(())
}

/// Whether no component of a path below `root` is a link.
fn is_plain(root: &Utf8Path, beneath: &Utf8Path) -> bool {
    let mut here = root.to_owned();
    beneath.components().all(|component| {
        here.push(component);
        here.symlink_metadata().is_ok_and(|meta| meta.is_dir())
    })
}
