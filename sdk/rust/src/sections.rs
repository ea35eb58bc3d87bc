//! The rest of the configuration.
//!
//! In `init`, a section that is a part is initialised before it is read, and installed before the part
//! that reads it. In `install` and `update` the answers come from the finished configuration; a
//! section with a recipe that was never initialised is an error of kind [`Kind::Phase`](crate::Kind::Phase).
//! In `uninstall` every call is.

use crate::{Error, Result, imports};

/// The value of an option of another section; none if the section has no such option.
///
/// # Errors
///
/// Kind [`Kind::Missing`](crate::Kind::Missing): no such section. Otherwise a substitution that cannot be made,
/// or what the other part's `init` failed with.
pub fn get(section: &str, key: &str) -> Result<Option<String>> {
    imports::sections::get(section, key)
}

/// The value of an option of another section that must be there.
///
/// # Errors
///
/// `Missing option: SECTION:NAME`, of kind [`Kind::User`](crate::Kind::User). Otherwise as [`get`].
pub fn required(section: &str, key: &str) -> Result<String> {
    get(section, key)?
        .ok_or_else(|| Error::user(format!("Missing option: {section}:{key}")).option(section, key))
}

/// Every option of another section with its value.
///
/// # Errors
///
/// As [`get`].
pub fn all(section: &str) -> Result<Vec<(String, String)>> {
    imports::sections::all(section)
}

/// The names of the options of another section, which is initialised first if it is a part.
///
/// # Errors
///
/// As [`get`].
pub fn keys(section: &str) -> Result<Vec<String>> {
    imports::sections::keys(section)
}

/// Whether there is such a section. Initialises nothing.
///
/// # Errors
///
/// Only in `uninstall`.
pub fn exists(section: &str) -> Result<bool> {
    imports::sections::exists(section)
}

/// The names of all sections, in the order of the configuration.
///
/// # Errors
///
/// Only in `uninstall`.
pub fn names() -> Result<Vec<String>> {
    imports::sections::names()
}

/// Adds a section, whose values are replaced like those of a file. With an option `recipe` it is a part,
/// initialised at once and installed before this one. Only in `init`.
///
/// # Errors
///
/// Kind [`Kind::Exists`](crate::Kind::Exists): there is such a section already.
pub fn add(section: &str, values: &[(String, String)]) -> Result<()> {
    imports::sections::add(section, values)
}

/// Adds the sections of a text in the language of configuration files, with macros and increments but without
/// `extends`, and returns their names. Only in `init`.
///
/// # Errors
///
/// As [`add`], and what is wrong with the text.
pub fn parse(text: &str) -> Result<Vec<String>> {
    imports::sections::parse(text)
}
