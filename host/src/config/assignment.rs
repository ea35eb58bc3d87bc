//! Assignments of the command line: `section:option=value`.
//!
//! - In: one argument.
//! - Out: [`Assignment`].
//! - Not here: flags that mean an assignment (room `cli` makes those).
//!
//! Source: zc.buildout 6, `main`; `semantics.md` 4.7: applied strictly in the order given.

use super::parse::Operator;
use super::text::{is_blank, trim};
use crate::diagnostic::{Diagnostic, Exit, nearest};
use crate::source::Span;

/// One `section:option=value`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assignment {
    /// The section; `buildout` if none was given.
    pub section: String,
    /// The option, without operator.
    pub option: String,
    /// `=`, `+=` or `-=`.
    pub operator: Operator,
    /// The value, without blanks around it.
    pub text: String,
}

/// What the language itself knows by name: such a section can be the command line's alone.
const KNOWN: [&str; 4] = ["buildout", "versions", "env", "recipes"];

/// Warns of sections that the command line makes, and no file: each is probably a typing error.
///
/// `typed` are the sections of the assignments with their places.
pub(super) fn made<'s>(
    typed: &[(String, Span)],
    is_written: impl Fn(&str) -> bool,
    names: impl Iterator<Item = &'s str> + Clone,
) -> Option<Diagnostic> {
    let made = typed.iter().filter(|(name, _)| !KNOWN.contains(&name.as_str()) && !is_written(name));
    let warning = Diagnostic::warning("new-section", "Assignments make sections that no file has");
    let warning = made.fold(warning, |warning, (name, at)| {
        let others = names.clone().filter(|other| is_written(other)).chain(KNOWN);
        let meant = match nearest(name, others) {
            Some(near) => format!("no file has `[{name}]`; did you mean `{near}`?"),
            None => format!("no file has `[{name}]`"),
        };
        warning.at(*at, meant)
    });
    (!warning.labels.is_empty()).then_some(warning)
}

/// An argument that is no assignment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Invalid option: {argument}")]
pub struct AssignmentError {
    /// The argument as typed.
    pub argument: String,
}

impl AssignmentError {
    /// The same error with advice.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic::error("invalid-assignment", self.to_string())
            .help("an assignment is `SECTION:OPTION=VALUE`, or `OPTION=VALUE` for `[buildout]`")
            .exit(Exit::Usage)
    }
}

impl Assignment {
    /// Makes an assignment with `=`.
    pub fn set(section: &str, option: &str, text: &str) -> Self {
        Self {
            section: section.to_owned(),
            option: option.to_owned(),
            operator: Operator::Set,
            text: text.to_owned(),
        }
    }

    /// Takes an argument apart at its first `=`.
    ///
    /// # Errors
    ///
    /// No `=`, more than one colon before it, or an empty section or option.
    pub fn parse(argument: &str) -> Result<Self, AssignmentError> {
        let invalid = || AssignmentError { argument: argument.to_owned() };
        let (key, text) = argument.split_once('=').ok_or_else(invalid)?;
        let (section, option) = key.split_once(':').unwrap_or(("buildout", key));
        let (section, option) = (trim(section), trim(option));
        let operator = match option.as_bytes().last() {
            Some(b'+') => Operator::Add,
            Some(b'-') => Operator::Remove,
            _ => Operator::Set,
        };
        let option = option.trim_end_matches(|c| matches!(c, '+' | '-') || is_blank(c));
        if section.is_empty() || option.is_empty() || option.contains(':') {
            return Err(invalid());
        }
        Ok(Self {
            section: section.to_owned(),
            option: option.to_owned(),
            operator,
            text: trim(text).to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_assignment_names_section_option_operator_and_value() {
        let parsed = |argument| {
            let a = Assignment::parse(argument).map_err(|error| error.to_string())?;
            Ok(format!("{} {} {:?} {:?}", a.section, a.option, a.operator, a.text))
        };
        let invalid = |argument| Err(format!("Invalid option: {argument}"));
        assert_eq!(parsed("v=1"), Ok("buildout v Set \"1\"".to_owned()));
        assert_eq!(parsed(" d : v = 3 "), Ok("d v Set \"3\"".to_owned()));
        assert_eq!(parsed("d:a=b=c"), Ok("d a Set \"b=c\"".to_owned()));
        assert_eq!(parsed("a:v +=3"), Ok("a v Add \"3\"".to_owned()));
        assert_eq!(parsed("a:v-="), Ok("a v Remove \"\"".to_owned()));
        for argument in ["a:b:c=1", "=1", "d:=1", ":v=1", "d:+=1", "", "v"] {
            assert_eq!(parsed(argument), invalid(argument));
        }
    }
}
