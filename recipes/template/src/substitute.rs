//! Substitution in a template: text with `${…}` becomes text with values.
//!
//! - In: the template, and somebody who knows the values.
//! - Out: the rendered text, or the line of the first reference that has no value.
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

/// A mistake, and the line that it is in, from 1 on.
#[derive(Debug)]
pub(crate) struct Located {
    pub(crate) line: usize,
    pub(crate) error: Error,
}

/// Replaces every reference by what `value` says. A value is not searched for references again.
///
/// # Errors
///
/// What is no reference, and what `value` fails with.
pub(crate) fn substitute(
    template: &str,
    mut value: impl FnMut(Reference<'_>) -> Result<String>,
) -> Result<String, Located> {
    let mut rendered = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find("${") {
        // Without an end it is text, and so is all that follows.
        let Some(length) = rest[start..].find('}') else { break };
        let end = start + length + 1;
        rendered.push_str(&rest[..start]);
        let replaced = parse(&rest[start..end]).and_then(&mut value).map_err(|error| {
            let before = template.len() - rest.len() + start;
            Located { line: 1 + template[..before].matches('\n').count(), error }
        })?;
        rendered.push_str(&replaced);
        rest = &rest[end..];
    }
    rendered.push_str(rest);
    Ok(rendered)
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

    fn mistake(template: &str) -> (usize, String) {
        let Located { line, error } = substitute(template, |_| Ok(String::new())).expect_err("has a mistake");
        (line, error.message().to_owned())
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
    fn what_is_no_reference_is_named_with_its_line() {
        assert_eq!(mistake("\n\n${}"), (3, "The substitution, ${},\ndoesn't contain a colon.".to_owned()));
        assert_eq!(mistake("ok ${x}\n${a:b:c}").0, 2);
        assert_eq!(
            mistake("${a/b:c}").1,
            "The section name in substitution, ${a/b:c},\nhas invalid characters."
        );
        assert_eq!(mistake("${a:${b:c}}").1, "The substitution, ${a:${b:c},\nhas too many colons.");
        for text in ["${a:}", "${:}", "${:a/b}", "${a\nb}"] {
            let message = format!("The option name in substitution, {text},\nhas invalid characters.");
            assert_eq!(mistake(text), (1, message));
        }
    }
}
