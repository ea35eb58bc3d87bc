//! Which messages are shown: the options `log-level` and `verbosity` become one number.
//!
//! - In: the two options as text.
//! - Out: a [`Threshold`] that messages are compared with.
//! - Not here: counting `-v` on the command line (`cli`), writing (`human`).
//!
//! Rules: zc.buildout 6: threshold = `log-level` − `verbosity`; each `-v` is 10 of verbosity.

use crate::diagnostic::Diagnostic;
use crate::event::Level;
use crate::source::Span;

/// The smallest number of a level that is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Threshold(i64);

/// Why there is no threshold.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThresholdError {
    /// `log-level` is neither a name nor a number.
    #[error("Invalid logging level {0}")]
    Level(String),
    /// `verbosity` is not a number.
    #[error("Invalid verbosity {0}")]
    Verbosity(String),
}

impl ThresholdError {
    /// The same error with the place of the option and advice.
    pub fn diagnostic(&self, at: Option<Span>) -> Diagnostic {
        let (code, help) = match self {
            Self::Level(_) => (
                "invalid-log-level",
                "write `DEBUG`, `INFO`, `WARNING`, `ERROR`, `CRITICAL` or a whole number",
            ),
            Self::Verbosity(_) => ("invalid-verbosity", "write a whole number, such as `10` for one `-v`"),
        };
        Diagnostic::error(code, self.to_string()).maybe_at(at, "set here").help(help).doing("Initializing.")
    }
}

impl Default for Threshold {
    /// What is shown when nothing was said: `INFO` and above.
    fn default() -> Self {
        Self(20)
    }
}

impl Threshold {
    /// Computes the threshold from the options `log-level` and `verbosity` of `[buildout]`.
    ///
    /// # Errors
    ///
    /// [`ThresholdError`]: a name that is not one of the five, in capitals, or a number that is none.
    pub fn new(log_level: &str, verbosity: &str) -> Result<Self, ThresholdError> {
        let level = match log_level {
            "DEBUG" => 10,
            "INFO" => 20,
            "WARNING" => 30,
            "ERROR" => 40,
            "CRITICAL" => 50,
            number => number.trim().parse().map_err(|_| ThresholdError::Level(number.to_owned()))?,
        };
        let verbosity: i64 =
            verbosity.trim().parse().map_err(|_| ThresholdError::Verbosity(verbosity.to_owned()))?;
        Ok(Self(level).more(verbosity))
    }

    /// The threshold with `verbosity` on top: positive shows more.
    #[must_use]
    pub fn more(self, verbosity: i64) -> Self {
        Self(self.0.saturating_sub(verbosity))
    }

    /// Whether even more than what is for debugging is asked for, as by `-vv`.
    pub fn shows_everything(self) -> bool {
        self.0 < Level::Debug.number()
    }

    /// Whether a message of `level` is shown.
    pub fn shows(self, level: Level) -> bool {
        level.number() >= self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_v_shows_ten_more() {
        // zc.buildout's case `bo-log-level`.
        let shown = |level: &str, verbosity: &str| {
            let threshold = Threshold::new(level, verbosity).unwrap();
            [Level::Debug, Level::Info, Level::Warning, Level::Error]
                .into_iter()
                .filter(|level| threshold.shows(*level))
                .collect::<Vec<_>>()
        };
        assert_eq!(shown("INFO", "0"), [Level::Info, Level::Warning, Level::Error]);
        assert_eq!(shown("INFO", "10"), [Level::Debug, Level::Info, Level::Warning, Level::Error]);
        assert_eq!(shown("25", "-10"), [Level::Error]);
        assert_eq!(shown("25", "10"), [Level::Info, Level::Warning, Level::Error]);
        assert_eq!(shown("WARNING", "0"), [Level::Warning, Level::Error]);
        assert_eq!(shown("INFO", "-20"), [Level::Error]);
    }

    #[test]
    fn a_level_that_is_none_is_an_error_in_the_words_of_zc_buildout() {
        let message = |level, verbosity| Threshold::new(level, verbosity).unwrap_err().to_string();
        assert_eq!(message("loud", "0"), "Invalid logging level loud");
        assert_eq!(message("info", "0"), "Invalid logging level info", "names are in capitals");
        assert_eq!(message("INFO", "x"), "Invalid verbosity x");
    }
}
