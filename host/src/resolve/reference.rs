//! References in a text: `${section:option}` and `$<section:option>`.
//!
//! - In: the text of a value.
//! - Out: plain stretches and [`Reference`]s, each with its bytes in the text.
//! - Not here: what a reference stands for (`substitute`).
//!
//! Rules: zc.buildout 6, `Options._sub`: a text is cut at `$$`, which protects and stays; in a piece a
//! reference goes from `${` to the first `}`; names hold `A–Z a–z 0–9 blank . _ -`. Ours: a default
//! behind `|`, and the spelling `$<…>`, which is a reference only in that exact shape.

use std::ops::Range;

/// A stretch of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece<'t> {
    /// As it is.
    Plain(&'t str),
    /// `${…}`, well formed.
    Reference(Reference<'t>),
    /// `$<name:name>`: a reference if such a section exists, else text.
    Angle(Reference<'t>),
    /// `${…}` that cannot be a reference.
    Malformed(Malformed<'t>),
}

/// `${section:option|default}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Reference<'t> {
    /// All of it, as it was written.
    pub(crate) text: &'t str,
    /// Empty: the section that holds the text.
    pub(crate) section: &'t str,
    pub(crate) option: &'t str,
    /// What counts if there is no such option.
    pub(crate) default: Option<&'t str>,
    /// The bytes in the whole text.
    pub(crate) range: Range<usize>,
}

/// A `${…}` that is no reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Malformed<'t> {
    pub(crate) text: &'t str,
    pub(crate) range: Range<usize>,
    pub(crate) fault: Fault,
}

/// What is wrong with it, in the order in which zc.buildout looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// `${x}`
    NoColon,
    /// `${a:b:c}`
    ManyColons,
    /// `${a/b:c}`
    Section,
    /// `${a:}`
    Option,
}

/// Cuts a text into pieces; put together they are the text again.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    // A `$$` protects: what is on either side of it is looked at alone.
    for part in text.split("$$") {
        if at > 0 {
            pieces.push(Piece::Plain(&text[at - 2..at]));
        }
        scan(text, at..at + part.len(), &mut pieces);
        at += part.len() + 2;
    }
    pieces
}

fn scan<'t>(text: &'t str, range: Range<usize>, pieces: &mut Vec<Piece<'t>>) {
    let (mut plain, mut at) = (range.start, range.start);
    while let Some(found) = text[at..range.end].find('$') {
        let start = at + found;
        let rest = &text[start..range.end];
        let piece = if let Some(inner) = rest.strip_prefix("${") {
            inner.find('}').map(|end| braces(text, start..start + end + 3))
        } else if let Some(inner) = rest.strip_prefix("$<") {
            inner.find('>').and_then(|end| angles(text, start..start + end + 3))
        } else {
            None
        };
        match piece {
            Some((piece, end)) => {
                if plain < start {
                    pieces.push(Piece::Plain(&text[plain..start]));
                }
                pieces.push(piece);
                (plain, at) = (end, end);
            }
            None => at = start + 1,
        }
    }
    if plain < range.end {
        pieces.push(Piece::Plain(&text[plain..range.end]));
    }
}

fn named(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '_' | '-')
}

fn braces(text: &str, range: Range<usize>) -> (Piece<'_>, usize) {
    let end = range.end;
    let whole = &text[range.clone()];
    let inner = &whole[2..whole.len() - 1];
    let (name, default) = match inner.split_once('|') {
        Some((name, default)) => (name, Some(default)),
        None => (inner, None),
    };
    let fault = match name.split_once(':') {
        None => Fault::NoColon,
        Some((_, option)) if option.contains(':') => Fault::ManyColons,
        Some((section, _)) if !section.chars().all(named) => Fault::Section,
        Some((_, option)) if option.is_empty() || !option.chars().all(named) => Fault::Option,
        Some((section, option)) => {
            return (Piece::Reference(Reference { text: whole, section, option, default, range }), end);
        }
    };
    (Piece::Malformed(Malformed { text: whole, range, fault }), end)
}

fn angles(text: &str, range: Range<usize>) -> Option<(Piece<'_>, usize)> {
    let end = range.end;
    let whole = &text[range.clone()];
    let (section, option) = whole[2..whole.len() - 1].split_once(':')?;
    let shaped =
        !section.is_empty() && !option.is_empty() && section.chars().all(named) && option.chars().all(named);
    shaped.then_some((Piece::Angle(Reference { text: whole, section, option, default: None, range }), end))
}

/// Whether a text can hold a reference at all.
pub(crate) fn may_refer(text: &str) -> bool {
    text.contains("${") || text.contains("$<")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Pieces in short: plain text as it is, references as `s/o`, malformed ones as `!fault`.
    fn short(text: &str) -> Vec<String> {
        let pieces = pieces(text);
        let whole: String = pieces
            .iter()
            .map(|piece| match piece {
                Piece::Plain(text) => text,
                Piece::Reference(reference) | Piece::Angle(reference) => reference.text,
                Piece::Malformed(malformed) => malformed.text,
            })
            .collect();
        assert_eq!(whole, text, "pieces put together are the text again");
        pieces
            .iter()
            .map(|piece| match piece {
                Piece::Plain(text) => (*text).to_owned(),
                Piece::Reference(r) => match r.default {
                    Some(default) => format!("{}/{}|{default}", r.section, r.option),
                    None => format!("{}/{}", r.section, r.option),
                },
                Piece::Angle(r) => format!("<{}/{}>", r.section, r.option),
                Piece::Malformed(m) => format!("!{:?}", m.fault),
            })
            .collect()
    }

    #[test]
    fn references_are_found_between_plain_text() {
        assert_eq!(short("a ${b:c} d${:e}"), ["a ", "b/c", " d", "/e"]);
        assert_eq!(short("${ s : o }"), [" s / o "], "blanks belong to the names");
        assert_eq!(short("${b:c|}${b:c|x y}"), ["b/c|", "b/c|x y"]);
    }

    #[test]
    fn a_double_dollar_protects_and_stays() {
        assert_eq!(short("$${d:x}"), ["$$", "{d:x}"]);
        assert_eq!(short("$$${d:x}"), ["$$", "d/x"]);
        assert_eq!(short("a$$b$"), ["a", "$$", "b$"]);
        assert_eq!(short("$$<d:x>"), ["$$", "<d:x>"]);
    }

    #[test]
    fn what_has_no_end_is_text_and_there_is_no_nesting() {
        assert_eq!(short("${a:b"), ["${a:b"]);
        assert_eq!(short("${a:${b:c}}"), ["!ManyColons", "}"]);
    }

    #[test]
    fn malformed_references_are_named_in_the_order_of_zc_buildout() {
        assert_eq!(short("${foo}"), ["!NoColon"]);
        assert_eq!(short("${a:b:c}"), ["!ManyColons"]);
        assert_eq!(short("${a/b:c/d}"), ["!Section"]);
        assert_eq!(short("${d:}"), ["!Option"]);
        assert_eq!(short("${:}"), ["!Option"], "an empty section is this one: the option is to blame");
    }

    #[test]
    fn angles_are_references_in_their_exact_shape_only() {
        assert_eq!(short("$<a:b>"), ["<a/b>"]);
        assert_eq!(short("$<a> $<:b> $<a:b:c> $<a"), ["$<a> $<:b> $<a:b:c> $<a"]);
    }
}
