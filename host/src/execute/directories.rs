//! The standard directories are made.
//!
//! Rules: zc.buildout 6, `Buildout.install`: missing ones are made and said; ours: with their parents,
//! and a link in the place of one is refused, as parts would be made behind it.

use camino::{Utf8Path, Utf8PathBuf};

use super::{ExecuteError, Execution};
use crate::event::Event;
use crate::fault::{self, Step};
use crate::installed::{Found, Kind};

impl Execution<'_> {
    pub(super) fn make_directories(&mut self) -> Result<(), ExecuteError> {
        let directories = self.buildout.directories.clone();
        for path in [&directories.bin, &directories.parts, &directories.eggs, &directories.develop_eggs] {
            match path.strip_prefix(&directories.root) {
                Ok(beneath) => self.make_beneath(path, beneath)?,
                // Outside only by the user's own word.
                Err(_) if path.is_dir() => {}
                Err(_) => {
                    self.say_making(path);
                    fault::point(Step::Make, path.as_str())
                        .and_then(|()| fs_err::create_dir_all(path))
                        .map_err(|source| ExecuteError::Io { verb: "make", path: path.clone(), source })?;
                }
            }
        }
        Ok(())
    }

    /// Makes a directory below the buildout directory, one component after the other, through handles.
    fn make_beneath(&mut self, path: &Utf8Path, beneath: &Utf8Path) -> Result<(), ExecuteError> {
        if path.symlink_metadata().is_ok_and(|meta| meta.is_dir())
            && is_plain(&self.buildout.directories.root, beneath)
        {
            return Ok(());
        }
        let mut walked = Utf8PathBuf::new();
        let mut said = false;
        for component in beneath.components() {
            let io = |path: &Utf8Path| {
                let path = path.to_owned();
                move |source| ExecuteError::Io { verb: "make", path, source }
            };
            let root = self.installed.root();
            let parent = root.directory(walked.as_path()).map_err(io(path))?;
            walked.push(component);
            let here = self.buildout.directories.root.join(&walked);
            match parent.look(component.as_str()).map_err(io(&here))? {
                Found::Kind(Kind::Directory) => {}
                Found::Kind(Kind::Link) => {
                    return Err(ExecuteError::NotADirectory { path: here, what: "a symbolic link" });
                }
                Found::Kind(Kind::File) | Found::Special => {
                    return Err(ExecuteError::NotADirectory { path: here, what: "a file" });
                }
                Found::Nothing => {
                    if !std::mem::replace(&mut said, true) {
                        self.say_making(path);
                    }
                    parent.make_directory(component.as_str(), 0o777).map_err(io(&here))?;
                }
            }
        }
        Ok(())
    }

    fn say_making(&mut self, path: &Utf8Path) {
        self.reporter.event(&Event::CreatingDirectory { path: path.to_string() });
    }
}

/// Whether no component of a path below `root` is a link.
fn is_plain(root: &Utf8Path, beneath: &Utf8Path) -> bool {
    let mut here = root.to_owned();
    beneath.components().all(|component| {
        here.push(component);
        here.symlink_metadata().is_ok_and(|meta| meta.is_dir())
    })
}
