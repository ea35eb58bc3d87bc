//! Substitution in a template: text with `${…}` becomes text with values.
//!
//! - In: the template, and somebody who knows the values.
//! - Out: the rendered text, or every reference that has no value, with its place.
//! - Not here: where values come from, and where the template does.
//!
//! Rules: collective.recipe.template, which are zc.buildout's with two differences: `${option}` is the part's own
//! option, and `$$` protects nothing.

use buildout_recipe::{Error, Result};

/// What stands between `${` and `}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Reference<'a> {
    /// None: the part's own.
    pub(crate) section: Option<&'a str>,
    pub(crate) option: &'a str,
}

/// A mistake, and where it is.
#[derive(Debug)]
pub(crate) struct Located {
    /// From 1 on.
    pub(crate) line: usize,
    /// The character in the line, from 1 on.
    pub(crate) column: usize,
    pub(crate) error: Error,
}

/// Why a value cannot be had.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The reference is wrong.
    Here(Error),
    /// The reference is right; what it leads to has failed.
    Elsewhere(Error),
}

/// Why a template cannot be rendered.
#[derive(Debug)]
pub(crate) enum Mistakes {
    /// Every reference that is wrong, in order.
    Here(Vec<Located>),
    /// The first failure of something else.
    Elsewhere(Error),
}

/// Replaces every reference by what `value` says. A value is not searched for references again.
///
/// # Errors
///
/// Everything that is no reference or leads to nothing, or the first failure of something else.
pub(crate) fn substitute(
    template: &str,
    mut value: impl FnMut(Reference<'_>) -> Result<String, Fault>,
) -> Result<String, Mistakes> {
    let mut rendered = String::with_capacity(template.len());
    let mut wrong = Vec::new();
    let mut rest = template;
    while let Some(start) = rest.find("${") {
        // Without an end it is text, and so is all that follows.
        let Some(length) = rest[start..].find('}') else { break };
        let end = start + length + 1;
        rendered.push_str(&rest[..start]);
        match parse(&rest[start..end]).map_err(Fault::Here).and_then(&mut value) {
            Ok(value) => rendered.push_str(&value),
            Err(Fault::Here(error)) => {
                wrong.push(located(&template[..template.len() - rest.len() + start], error));
            }
            Err(Fault::Elsewhere(error)) => return Err(Mistakes::Elsewhere(error)),
        }
        rest = &rest[end..];
    }
    rendered.push_str(rest);
    if wrong.is_empty() { Ok(rendered) } else { Err(Mistakes::Here(wrong)) }
}

/// An error just behind a text.
fn located(before: &str, error: Error) -> Located {
    let line = before.rsplit('\n').next().unwrap_or_default();
    Located { line: 1 + before.matches('\n').count(), column: 1 + line.chars().count(), error }
}

/// Reads `${section:option}`, `${:option}` or `${option}`.
fn parse(text: &str) -> Result<Reference<'_>> {
    let wrong = |what: &str| Err(Error::user(format!("The {what}.").replace("REF", text)));
    let inner = &text[2..text.len() - 1];
    let (section, option) = inner.split_once(':').unwrap_or(("", inner));
    if inner.is_empty() {
        return wrong("substitution, REF,\ndoesn't contain a colon");
    }
    if option.contains(':') {
        return wrong("substitution, REF,\nhas too many colons");
    }
    if !section.chars().all(is_simple) {
        return wrong("section name in substitution, REF,\nhas invalid characters");
    }
    if option.is_empty() || !option.chars().all(is_simple) {
        return wrong("option name in substitution, REF,\nhas invalid characters");
    }
    Ok(Reference { section: Some(section).filter(|section| !section.is_empty()), option })
}

fn is_simple(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, ' ' | '.' | '_' | '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every reference becomes `<section|option>`.
    fn shown(template: &str) -> String {
        substitute(template, |reference| {
            Ok(format!("<{}|{}>", reference.section.unwrap_or_default(), reference.option))
        })
        .expect("has no mistake")
    }

    /// All mistakes, as `line:column message`.
    fn mistakes(template: &str) -> Vec<String> {
        match substitute(template, |_| Ok(String::new())) {
            Err(Mistakes::Here(wrong)) => {
                let shown = |at: &Located| format!("{}:{} {}", at.line, at.column, at.error);
                wrong.iter().map(shown).collect()
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn references_are_replaced_and_all_else_is_kept() {
        assert_eq!(shown("a ${s:o} b ${own} c ${:own}\n"), "a <s|o> b <|own> c <|own>\n");
        assert_eq!(shown("${s.1:an option}${x-y_z}"), "<s.1|an option><|x-y_z>");
        assert_eq!(shown(""), "");
    }

    #[test]
    fn a_dollar_alone_is_text_and_two_protect_nothing() {
        assert_eq!(shown("$ $x $$ $(y) {z} }"), "$ $x $$ $(y) {z} }");
        assert_eq!(shown("$${s:o} $$${o}"), "$<s|o> $$<|o>");
    }

    #[test]
    fn what_has_no_end_is_text() {
        assert_eq!(shown("${s:o} ${unended"), "<s|o> ${unended");
        assert_eq!(shown("${"), "${");
    }

    #[test]
    fn a_value_is_not_searched_again() {
        let rendered = substitute("${dollar}{HOME}", |_| Ok("$".to_owned()));
        assert_eq!(rendered.expect("has no mistake"), "${HOME}");
    }

    #[test]
    fn everything_that_is_no_reference_is_named_with_its_place() {
        assert_eq!(
            mistakes("\n\nä ${}\nok ${x} ${a:b:c}"),
            [
                "3:3 The substitution, ${},\ndoesn't contain a colon.",
                "4:9 The substitution, ${a:b:c},\nhas too many colons."
            ]
        );
        let section = "1:1 The section name in substitution, ${a/b:c},\nhas invalid characters.";
        assert_eq!(mistakes("${a/b:c}"), [section]);
        assert_eq!(mistakes("${a:${b:c}}"), ["1:1 The substitution, ${a:${b:c},\nhas too many colons."]);
        for text in ["${a:}", "${:}", "${:a/b}", "${a\nb}"] {
            let message = format!("1:1 The option name in substitution, {text},\nhas invalid characters.");
            assert_eq!(mistakes(text), [message]);
        }
    }

    #[test]
    fn what_failed_elsewhere_ends_it() {
        let failed = substitute("${}${a:b}${}", |_| Err(Fault::Elsewhere(Error::failed("gone"))));
        assert!(matches!(failed, Err(Mistakes::Elsewhere(error)) if error.message() == "gone"));
    }
}
