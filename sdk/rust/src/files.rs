//! What can be done to a file but not through `std::fs`, as WASI 0.2 has no call for it.
//!
//! Everything else is done with `std::fs`. Paths are absolute; there is no working directory.

use std::path::{Path, PathBuf};

use crate::{Error, Kind, Result, imports};

/// Sets the permission bits, which are at most `0o777`. Does not follow a link. On Windows only the write
/// bit counts.
///
/// # Errors
///
/// Kind [`Kind::Denied`]: the part may not write there. Kind [`Kind::Io`]: no such file, or a link.
pub fn set_mode(path: impl AsRef<Path>, mode: u32) -> Result<()> {
    imports::files::set_mode(text_of(path.as_ref())?, mode)
}

/// The permission bits, of the link itself if it is one.
///
/// # Errors
///
/// Kind [`Kind::Io`]: no such file.
pub fn mode(path: impl AsRef<Path>) -> Result<u32> {
    imports::files::mode(text_of(path.as_ref())?)
}

/// Makes a symbolic link with any target, absolute ones too. What lies behind the link is not reachable through
/// it unless it was granted.
///
/// # Errors
///
/// Kind [`Kind::Denied`]: the part may not write there. Kind [`Kind::Io`]: something is there already.
pub fn symlink(target: impl AsRef<Path>, path: impl AsRef<Path>) -> Result<()> {
    imports::files::symlink(text_of(target.as_ref())?, text_of(path.as_ref())?)
}

/// The target of a symbolic link, as it was written.
///
/// # Errors
///
/// Kind [`Kind::Io`]: no such link.
pub fn read_link(path: impl AsRef<Path>) -> Result<PathBuf> {
    imports::files::read_link(text_of(path.as_ref())?).map(PathBuf::from)
}

/// A new empty directory, on the file system of the parts directory, gone when this call of the recipe
/// ends. Not in `init`.
///
/// # Errors
///
/// Kind [`Kind::Phase`]: called in `init`.
pub fn temporary_directory() -> Result<PathBuf> {
    imports::files::temporary_directory().map(PathBuf::from)
}

/// The path as text, which is all that crosses the border.
pub(crate) fn text_of(path: &Path) -> Result<&str> {
    path.to_str().ok_or_else(|| {
        let shown = path.display().to_string();
        Error::new(Kind::Io, format!("{shown}: the name is not UTF-8")).with("path", shown)
    })
}
