//! What went wrong, as plain data: a message, places, advice, and the exit code it leads to.
//!
//! - In: facts from the room where it happened.
//! - Out: a [`Diagnostic`] that `report` draws for people and writes as JSON.
//! - Not here: reading source lines, colours, columns (`report`).

use crate::source::Span;

/// Why the process ends as it does. The first failure of a run decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
    /// All that was asked for is done.
    Done = 0,
    /// The configuration is wrong, or a part failed.
    Failed = 1,
    /// The command line is wrong.
    Usage = 2,
    /// Something was asked for that the user did not grant.
    Denied = 3,
    /// A digest does not match.
    Digest = 4,
    /// A limit was reached.
    Limit = 5,
    /// This machine cannot confine what was asked for.
    Unconfined = 6,
    /// The state is foreign or unreadable and the run cannot go on.
    Foreign = 7,
    /// Another run holds this directory.
    Busy = 8,
    /// `plan --check` found something to do.
    Changes = 9,
    /// A bug, ours or a recipe's.
    Bug = 70,
    /// Interrupted by a signal.
    Interrupted = 130,
}

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// The run cannot go on.
    Error,
    /// The run goes on, and the user should look.
    Warning,
    /// Something that the user may want to know.
    Notice,
}

/// A place in a source, and what is to be said about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The bytes to point at.
    pub span: Span,
    /// A few words next to the carets; may be empty.
    pub text: String,
}

/// One thing that the user is told, in full.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How much it matters.
    pub severity: Severity,
    /// A stable word for programs, such as `unknown-option`.
    pub code: &'static str,
    /// zc.buildout's own words where it has some; may have several lines.
    pub message: String,
    /// What was being done, outermost first: the lines below `While:`.
    pub doing: Vec<String>,
    /// Places, the most important first.
    pub labels: Vec<Label>,
    /// What is known beyond that, such as a recipe's last words; each may have several lines.
    pub notes: Vec<String>,
    /// The same, but more than most want to read: shown with `-v`.
    pub details: Vec<String>,
    /// What the user can do, in words that can be typed.
    pub help: Vec<String>,
    /// How the process ends because of it.
    pub exit: Exit,
}

impl Diagnostic {
    /// Makes an error that ends the run with [`Exit::Failed`].
    pub fn error(code: &'static str, message: impl Into<String>) -> Self {
        Self {
            severity: Severity::Error,
            code,
            message: message.into(),
            doing: Vec::new(),
            labels: Vec::new(),
            notes: Vec::new(),
            details: Vec::new(),
            help: Vec::new(),
            exit: Exit::Failed,
        }
    }

    /// Makes a warning; the run goes on.
    pub fn warning(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, exit: Exit::Done, ..Self::error(code, message) }
    }

    /// Makes a notice; the run goes on.
    pub fn notice(code: &'static str, message: impl Into<String>) -> Self {
        Self { severity: Severity::Notice, exit: Exit::Done, ..Self::error(code, message) }
    }

    /// Adds a place, with a few words about it.
    #[must_use]
    pub fn at(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Adds a place where one is known.
    #[must_use]
    pub fn maybe_at(self, span: Option<Span>, text: impl Into<String>) -> Self {
        match span {
            Some(span) => self.at(span, text),
            None => self,
        }
    }

    /// Adds advice.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help.push(text.into());
        self
    }

    /// Adds a fact.
    #[must_use]
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds a fact that is shown with `-v`.
    #[must_use]
    pub fn detail(mut self, text: impl Into<String>) -> Self {
        self.details.push(text.into());
        self
    }

    /// Sets the exit code.
    #[must_use]
    pub fn exit(mut self, exit: Exit) -> Self {
        self.exit = exit;
        self
    }

    /// Puts an outer activity before those that are there.
    #[must_use]
    pub fn doing(mut self, activity: impl Into<String>) -> Self {
        self.doing.insert(0, activity.into());
        self
    }
}

/// Returns the one of `names` that `wrong` was probably meant to be.
///
/// At most a third of the characters may differ, so that no advice is better than bad advice.
pub fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing takes length times length; nobody mistypes what is longer.
    if wrong.len() > 100 {
        return None;
    }
    // Any letter is one step from any other one.
    let length = wrong.chars().count();
    if length < 2 {
        return None;
    }
    let allowed = (length / 3).max(1);
    names
        .into_iter()
        .filter(|name| *name != wrong && name.len() <= 2 * wrong.len() + 4)
        .map(|name| (strsim::damerau_levenshtein(wrong, name), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered_only_if_it_is_near() {
        assert_eq!(nearest("vra", ["var", "etc"]), Some("var"));
        assert_eq!(nearest("zope", ["var", "etc"]), None);
        assert_eq!(nearest("var", ["var"]), None, "the same name is no advice");
        assert_eq!(nearest("x", ["y"]), None, "all letters are alike");
    }
}
