//! What the user is told, under the part's name.
//!
//! The macros [`debug!`](crate::debug), [`info!`](crate::info), [`warn!`](crate::warn) and
//! [`error!`](crate::error) take what `format!` takes. Lines on standard output count as info, lines on standard
//! error as warnings.

use std::fmt;

use crate::imports;

/// How much a message matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// For who looks for a fault.
    Debug,
    /// What is being done.
    Info,
    /// The user should look, and the run goes on.
    Warn,
    /// What an error that follows is about.
    Error,
}

impl fmt::Display for Level {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        })
    }
}

/// Writes one message.
pub fn write(level: Level, message: impl AsRef<str>) {
    imports::log::write(level, message.as_ref());
}

/// Says how far a long step is, as often as it likes, in any unit; a `total` of 0 means that the end is
/// not known. Gone when the call ends.
pub fn progress(what: &str, done: f64, total: f64) {
    imports::log::progress(what, done, total);
}

/// Writes a message for who looks for a fault.
#[macro_export]
macro_rules! debug {
    ($($message:tt)*) => { $crate::log::write($crate::log::Level::Debug, ::std::format!($($message)*)) };
}

/// Writes what is being done.
#[macro_export]
macro_rules! info {
    ($($message:tt)*) => { $crate::log::write($crate::log::Level::Info, ::std::format!($($message)*)) };
}

/// Writes what the user should look at.
#[macro_export]
macro_rules! warn {
    ($($message:tt)*) => { $crate::log::write($crate::log::Level::Warn, ::std::format!($($message)*)) };
}

/// Writes what an error that follows is about.
#[macro_export]
macro_rules! error {
    ($($message:tt)*) => { $crate::log::write($crate::log::Level::Error, ::std::format!($($message)*)) };
}
