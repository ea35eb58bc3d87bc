//! Why a call could not be done: one error for all that a recipe does and is told.
//!
//! - In: the recipe's own words, errors of std and of other crates, what the host answered.
//! - Out: kind, message and details, as the border's `error` record carries them.
//! - Not here: which option a mistake is in ([`crate::Part::error`] knows).

use std::fmt;
use std::io;
use std::path::Path;

/// What every fallible call here returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A stable word about an error, for programs to act on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// The configuration must change.
    User,
    /// There is no such section.
    Missing,
    /// There is such a section already.
    Exists,
    /// An option needs itself.
    Circular,
    /// Not allowed in this call of the recipe.
    Phase,
    /// Not granted to the part.
    Denied,
    /// Needs the network, which must not be used.
    Offline,
    /// The network failed.
    Network,
    /// A file could not be read or written.
    Io,
    /// A program failed.
    Process,
    /// A limit was reached.
    Limit,
    /// The user stopped the run.
    Cancelled,
    /// The machine has no sandbox for a program.
    Unconfined,
    /// Anything else, and any word that this version does not know.
    Failed,
}

impl Kind {
    const ALL: [Self; 14] = [
        Self::User,
        Self::Missing,
        Self::Exists,
        Self::Circular,
        Self::Phase,
        Self::Denied,
        Self::Offline,
        Self::Network,
        Self::Io,
        Self::Process,
        Self::Limit,
        Self::Cancelled,
        Self::Unconfined,
        Self::Failed,
    ];

    /// The word as it crosses the border.
    pub fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Missing => "missing",
            Self::Exists => "exists",
            Self::Circular => "circular",
            Self::Phase => "phase",
            Self::Denied => "denied",
            Self::Offline => "offline",
            Self::Network => "network",
            Self::Io => "io",
            Self::Process => "process",
            Self::Limit => "limit",
            Self::Cancelled => "cancelled",
            Self::Unconfined => "unconfined",
            Self::Failed => "failed",
        }
    }
}

/// An error, as the user will read it and a program can know it.
///
/// `?` turns every other error into one: an [`io::Error`] is of kind [`Kind::Io`], the rest
/// [`Kind::Failed`]. (For that, this type cannot implement [`std::error::Error`] itself.) Where a path
/// is at hand, [`At::at`] names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    // The word itself, so that one which this version does not know is handed on unchanged.
    word: String,
    message: String,
    details: Vec<(String, String)>,
}

impl Error {
    /// Makes an error. The message is one sentence without a full stop, which names the option or path.
    pub fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self { word: kind.word().to_owned(), message: message.into(), details: Vec::new() }
    }

    /// Makes an error that the user mends in the configuration.
    ///
    /// For a mistake in one of the part's own options, [`crate::Part::error`] also shows its place.
    pub fn user(message: impl Into<String>) -> Self {
        Self::new(Kind::User, message)
    }

    /// Makes an error that has no better word.
    pub fn failed(message: impl Into<String>) -> Self {
        Self::new(Kind::Failed, message)
    }

    /// Adds what the user can do about it.
    #[must_use]
    pub fn help(self, text: impl Into<String>) -> Self {
        self.with("help", text)
    }

    /// Says which option it is about; the host shows where that was written.
    #[must_use]
    pub fn option(self, section: impl Into<String>, option: impl Into<String>) -> Self {
        self.with("section", section).with("option", option)
    }

    /// Adds a detail, or replaces the one of that name.
    #[must_use]
    pub fn with(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        let name = name.into();
        self.details.retain(|(known, _)| *known != name);
        self.details.push((name, value.into()));
        self
    }

    /// The same error with another message.
    #[must_use]
    pub fn reworded(mut self, message: impl Into<String>) -> Self {
        self.message = message.into();
        self
    }

    /// The word for programs.
    pub fn kind(&self) -> Kind {
        Kind::ALL.into_iter().find(|kind| kind.word() == self.word).unwrap_or(Kind::Failed)
    }

    /// The sentence for the user.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// A detail by its name: `help`, `section`, `option`, `path`, `url`, `limit`.
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// What a file operation on `path` failed with.
    pub(crate) fn io(error: &io::Error, path: Option<&Path>) -> Self {
        let message = plain(error);
        match path {
            None => Self::new(kind_of(error), message),
            Some(path) => Self::new(kind_of(error), format!("{}: {message}", path.display()))
                .with("path", path.display().to_string()),
        }
    }
}

#[cfg(target_family = "wasm")]
impl Error {
    /// What the host answered.
    pub(crate) fn told(word: String, message: String, details: Vec<(String, String)>) -> Self {
        Self { word, message, details }
    }

    /// The fields of the border's record: kind, message, details.
    pub(crate) fn into_record(self) -> (String, String, Vec<(String, String)>) {
        (self.word, self.message, self.details)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl<E: std::error::Error + 'static> From<E> for Error {
    fn from(error: E) -> Self {
        let any: &(dyn std::error::Error + 'static) = &error;
        if let Some(error) = any.downcast_ref::<io::Error>() {
            return Self::io(error, None);
        }
        let mut message = error.to_string();
        let mut source = error.source();
        while let Some(cause) = source {
            let text = cause.to_string();
            // Many errors repeat their cause in their own words.
            if !message.contains(&text) {
                message = format!("{message}: {text}");
            }
            source = cause.source();
        }
        Self::failed(message)
    }
}

/// Names the path that a file operation failed on.
///
/// ```
/// use buildout_recipe::{At, Kind};
///
/// let error = std::fs::read("/no/such/file").at("/no/such/file").unwrap_err();
/// assert_eq!(error.message(), "/no/such/file: No such file or directory");
/// assert_eq!(error.kind(), Kind::Io);
/// assert_eq!(error.detail("path"), Some("/no/such/file"));
/// ```
pub trait At<T> {
    /// The same result, whose error names `path` in message and details.
    ///
    /// # Errors
    ///
    /// The one that was there before.
    fn at(self, path: impl AsRef<Path>) -> Result<T>;
}

impl<T> At<T> for io::Result<T> {
    fn at(self, path: impl AsRef<Path>) -> Result<T> {
        self.map_err(|error| Error::io(&error, Some(path.as_ref())))
    }
}

/// The message without the number of the system's error, which differs between WASI and the machine.
fn plain(error: &io::Error) -> String {
    let message = error.to_string();
    match message.rfind(" (os error ") {
        Some(end) => message[..end].to_owned(),
        None => message,
    }
}

/// Whether it was the sandbox that refused.
fn kind_of(error: &io::Error) -> Kind {
    // WASI's own numbers: EPERM and ENOTCAPABLE come from the sandbox, EACCES from the file's mode.
    const NOT_PERMITTED: i32 = 63;
    const NOT_CAPABLE: i32 = 76;
    match error.raw_os_error() {
        Some(NOT_PERMITTED | NOT_CAPABLE) if cfg!(target_family = "wasm") => Kind::Denied,
        _ => Kind::Io,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_is_read_back_as_its_kind() {
        for kind in Kind::ALL {
            assert_eq!(Error::new(kind, "x").kind(), kind);
        }
    }

    #[test]
    fn an_io_error_keeps_its_meaning_through_a_question_mark() {
        fn fails() -> Result<()> {
            std::fs::read("/no/such/file")?;
            Ok(())
        }
        let error = fails().expect_err("there is no such file");
        assert_eq!((error.kind(), error.message()), (Kind::Io, "No such file or directory"));
    }

    #[test]
    fn any_other_error_is_failed_and_tells_its_causes() {
        #[derive(Debug)]
        struct Outer(std::num::ParseIntError);
        impl fmt::Display for Outer {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("cannot count")
            }
        }
        impl std::error::Error for Outer {
            fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
                Some(&self.0)
            }
        }
        let error = Error::from(Outer("x".parse::<u32>().expect_err("no number")));
        assert_eq!(
            (error.kind(), error.message()),
            (Kind::Failed, "cannot count: invalid digit found in string")
        );
    }

    #[test]
    fn a_detail_is_there_once() {
        let error = Error::user("x").help("a").option("s", "o").help("b");
        assert_eq!(error.detail("help"), Some("b"));
        assert_eq!(error.detail("option"), Some("o"));
        assert_eq!(error.detail("url"), None);
    }
}
