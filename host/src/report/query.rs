//! One value alone: what `query` shows.
//!
//! - In: merged sections, and what the user asked for.
//! - Out: the value, its text for people, or a [`QueryError`].
//! - Not here: reading the command line (`cli`), replacing `${…}` (`resolve`).
//!
//! Rules: zc.buildout 6, `query`.

use crate::config::{Section, Value};
use crate::diagnostic::{Diagnostic, nearest};

/// Why there is nothing to show.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// No such section.
    #[error("Section not found: {section}")]
    Section {
        /// As typed.
        section: String,
        /// The most similar one.
        nearest: Option<String>,
    },
    /// No such option in the section.
    #[error("Key not found: {option}")]
    Option {
        /// As typed.
        section: String,
        /// As typed.
        option: String,
        /// The most similar one.
        nearest: Option<String>,
        /// An option of the section that has this name, if there is one.
        inside: Option<String>,
    },
}

impl QueryError {
    /// The same error with advice.
    pub fn diagnostic(&self) -> Diagnostic {
        let (code, help) = match self {
            Self::Section { nearest, .. } => {
                ("unknown-section", nearest.as_ref().map(|name| format!("did you mean `{name}`?")))
            }
            Self::Option { option, inside: Some(inside), .. } => (
                "unknown-option",
                Some(format!(
                    "`{option}` is a section: name one of its options, such as `{option}:{inside}`; `buildout annotate {option}` shows them all"
                )),
            ),
            Self::Option { section, nearest, inside: None, .. } => {
                ("unknown-option", nearest.as_ref().map(|name| format!("did you mean `{section}:{name}`?")))
            }
        };
        let mut diagnostic = Diagnostic::error(code, self.to_string());
        diagnostic.help.extend(help);
        diagnostic
    }
}

/// Finds an option.
///
/// # Errors
///
/// [`QueryError`]: the section or the option is not there.
pub fn find<'a>(
    sections: impl IntoIterator<Item = &'a Section> + Clone,
    section: &str,
    option: &str,
) -> Result<&'a Value, QueryError> {
    let Some(found) = sections.clone().into_iter().find(|known| &*known.name == section) else {
        let names = sections.into_iter().map(|known| &*known.name);
        return Err(QueryError::Section {
            section: section.to_owned(),
            nearest: nearest(section, names).map(str::to_owned),
        });
    };
    found.get(option).ok_or_else(|| {
        let named = sections.into_iter().find(|known| section == "buildout" && &*known.name == option);
        no_option(section, option, found.iter().map(|(name, _)| &**name), named)
    })
}

/// The error of an option that is not among those of its section; `named` is the section that has the option's name.
pub fn no_option<'a>(
    section: &str,
    option: &str,
    known: impl IntoIterator<Item = &'a str>,
    named: Option<&Section>,
) -> QueryError {
    QueryError::Option {
        section: section.to_owned(),
        option: option.to_owned(),
        nearest: nearest(option, known).map(str::to_owned),
        inside: named.and_then(|named| named.iter().next()).map(|(option, _)| option.to_string()),
    }
}

/// The text for people; with `verbose` (any verbosity but 0) the name stands above the value.
pub fn text(section: &str, option: &str, value: &str, verbose: bool) -> String {
    let name = if verbose { format!("${{{section}:{option}}}\n") } else { String::new() };
    format!("{name}{value}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_stands_above_the_value_with_any_verbosity() {
        assert_eq!(text("d", "multi", "a\n  b", false), "a\n  b\n");
        assert_eq!(text("d", "v", "1", true), "${d:v}\n1\n");
    }

    #[test]
    fn what_is_not_there_is_said_in_the_words_of_zc_buildout() {
        let error = |section| find([], section, "x").expect_err("there is nothing");
        assert_eq!(error("nope").to_string(), "Section not found: nope");
        let option = QueryError::Option {
            section: "d".to_owned(),
            option: "prat".to_owned(),
            nearest: Some("port".to_owned()),
            inside: None,
        };
        assert_eq!(option.to_string(), "Key not found: prat");
        assert_eq!(option.diagnostic().help, ["did you mean `d:port`?"]);
    }
}
