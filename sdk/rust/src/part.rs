//! A part: its section, read as what the options mean.
//!
//! - In: the interface `section` of the border.
//! - Out: typed values, and errors that name section and option.
//! - Not here: other sections ([`crate::sections`]), what a text means (`value`).

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use crate::files::text_of;
use crate::{Error, Kind, Result, imports, sections, value};

/// The part that a recipe is called for.
///
/// `init` gets it to change, the other calls only to read: what an option holds is settled when
/// anything is made.
///
/// Values come with their `${section:option}` replaced, which may initialise other parts.
#[derive(Debug)]
pub struct Part {
    name: String,
    entry: String,
    directory: OnceCell<String>,
}

impl Part {
    pub(crate) fn new(entry: String) -> Self {
        Self { name: imports::section::name(), entry, directory: OnceCell::new() }
    }

    /// The name of the part, which is the name of its section.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What stands behind the colon in `recipe = NAME:entry`, or `default`.
    pub fn entry(&self) -> &str {
        &self.entry
    }

    /// The value of an option; none if there is no such option.
    ///
    /// # Errors
    ///
    /// A substitution in it that cannot be made.
    pub fn get(&self, key: &str) -> Result<Option<String>> {
        imports::section::get(key)
    }

    /// The value of an option that must be there. It may be empty.
    ///
    /// # Errors
    ///
    /// `Missing option: SECTION:NAME`, of kind [`Kind::User`].
    pub fn required(&self, key: &str) -> Result<String> {
        let missing = || self.error(key, format!("Missing option: {}:{key}", self.name));
        self.get(key)?.ok_or_else(missing)
    }

    /// The items of an option, which are separated by blanks or line breaks; none if it is not there.
    ///
    /// # Errors
    ///
    /// As [`Part::get`].
    pub fn list(&self, key: &str) -> Result<Vec<String>> {
        Ok(value::list(&self.get(key)?.unwrap_or_default()))
    }

    /// The lines of an option, without the blanks around them and without empty ones; none if the option
    /// is not there.
    ///
    /// # Errors
    ///
    /// As [`Part::get`].
    pub fn lines(&self, key: &str) -> Result<Vec<String>> {
        Ok(value::lines(&self.get(key)?.unwrap_or_default()))
    }

    /// Whether an option says `true`, `yes`, `on` or `1`, or rather `false`, `no`, `off` or `0`, in small or
    /// capital letters; `default` if it is not there.
    ///
    /// # Errors
    ///
    /// Any other word.
    pub fn bool(&self, key: &str, default: bool) -> Result<bool> {
        let Some(text) = self.get(key)? else { return Ok(default) };
        value::truth(&text).ok_or_else(|| {
            self.error(key, format!("Invalid value for '{key}' option: '{text}'"))
                .help("write `true` or `false`")
        })
    }

    /// The permission bits that an option says in octal, such as `755`; none if it is not there.
    ///
    /// # Errors
    ///
    /// Anything but octal digits, and bits above `777`.
    pub fn mode(&self, key: &str) -> Result<Option<u32>> {
        let Some(text) = self.get(key)? else { return Ok(None) };
        let mode = value::mode(&text).ok_or_else(|| {
            self.error(key, format!("Invalid value for '{key}' option: '{text}'"))
                .help("write octal digits up to `777`, such as `755`")
        })?;
        Ok(Some(mode))
    }

    /// The path that an option says, absolute (a relative one lies in the buildout directory) and without
    /// `.` and `..`. It need not exist.
    ///
    /// # Errors
    ///
    /// - `Missing option: SECTION:NAME`.
    /// - The value is empty.
    pub fn path(&self, key: &str) -> Result<PathBuf> {
        let text = self.required(key)?;
        if text.trim().is_empty() {
            return Err(self.error(key, format!("Option `{key}` of [{}] is empty", self.name)));
        }
        self.absolute(text.trim())
    }

    /// The paths that an option says, separated by blanks, each as [`Part::path`] gives it; none if the option
    /// is not there.
    ///
    /// A path that begins with the buildout directory is not split within that, so blanks in the name
    /// of the buildout directory do no harm.
    ///
    /// # Errors
    ///
    /// As [`Part::get`].
    pub fn paths(&self, key: &str) -> Result<Vec<PathBuf>> {
        let Some(text) = self.get(key)? else { return Ok(Vec::new()) };
        let items = match self.directory_text() {
            Ok(directory) => value::path_list(&text, directory),
            // In `uninstall`, where only stored options can be read.
            Err(error) if error.kind() == Kind::Phase => value::list(&text),
            Err(error) => return Err(error),
        };
        items.iter().map(|item| self.absolute(item)).collect()
    }

    /// The buildout directory, which relative paths are relative to.
    ///
    /// # Errors
    ///
    /// Kind [`Kind::Phase`] in `uninstall`.
    pub fn directory(&self) -> Result<PathBuf> {
        self.directory_text().map(PathBuf::from)
    }

    /// Every option with its value. Counts as using them all.
    ///
    /// # Errors
    ///
    /// As [`Part::get`].
    pub fn all(&self) -> Result<Vec<(String, String)>> {
        imports::section::all()
    }

    /// The names of the options. Replaces nothing and uses none.
    pub fn keys(&self) -> Vec<String> {
        imports::section::keys()
    }

    /// A text of the recipe's own with its `${section:option}` replaced, as if it stood in this section.
    ///
    /// # Errors
    ///
    /// A substitution in it that cannot be made.
    pub fn expand(&self, text: &str) -> Result<String> {
        imports::section::expand(text)
    }

    /// The paths that belong to the part now; none in `init` and `install`.
    pub fn installed(&self) -> Vec<PathBuf> {
        imports::section::installed().into_iter().map(PathBuf::from).collect()
    }

    /// Gives an option a value, which later readers see and which is recorded with the part. It is taken
    /// literally: `${` in it is text.
    ///
    /// # Errors
    ///
    /// A value that the host refuses, such as one above 1 MiB.
    pub fn set(&mut self, key: &str, value: impl AsRef<str>) -> Result<()> {
        imports::section::set(key, value.as_ref())
    }

    /// Gives an option a path.
    ///
    /// # Errors
    ///
    /// Kind [`Kind::Io`]: the path is not UTF-8. Otherwise as [`Part::set`].
    pub fn set_path(&mut self, key: &str, path: impl AsRef<Path>) -> Result<()> {
        self.set(key, text_of(path.as_ref())?)
    }

    /// Gives an option a list of paths, which [`Part::paths`] reads back.
    ///
    /// # Errors
    ///
    /// As [`Part::set_path`].
    pub fn set_paths<P: AsRef<Path>>(&mut self, key: &str, paths: &[P]) -> Result<()> {
        let texts: Vec<_> = paths.iter().map(|path| text_of(path.as_ref())).collect::<Result<_>>()?;
        self.set(key, texts.join(" "))
    }

    /// Gives an option a value if it has none, and returns the one that it has then.
    ///
    /// # Errors
    ///
    /// As [`Part::get`] and [`Part::set`].
    pub fn set_default(&mut self, key: &str, value: impl AsRef<str>) -> Result<String> {
        if let Some(value) = self.get(key)? {
            return Ok(value);
        }
        self.set(key, value.as_ref())?;
        Ok(value.as_ref().to_owned())
    }

    /// Removes an option and says whether it was there.
    ///
    /// # Errors
    ///
    /// What the host refuses.
    pub fn remove(&mut self, key: &str) -> Result<bool> {
        imports::section::remove(key)
    }

    /// An error of kind [`Kind::User`] about an option of this part; the host shows where it was written.
    pub fn error(&self, key: &str, message: impl Into<String>) -> Error {
        Error::user(message).option(&self.name, key)
    }

    fn absolute(&self, path: &str) -> Result<PathBuf> {
        // An absolute path needs no question to the host, which `uninstall` could not ask.
        let directory = if value::is_absolute(path) { "" } else { self.directory_text()? };
        Ok(PathBuf::from(value::absolute(path, directory)))
    }

    fn directory_text(&self) -> Result<&str> {
        if let Some(directory) = self.directory.get() {
            return Ok(directory);
        }
        let directory = sections::required("buildout", "directory")?;
        Ok(self.directory.get_or_init(|| directory))
    }
}
