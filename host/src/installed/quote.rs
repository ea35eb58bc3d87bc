//! Quoting: any text as an option of `.installed.cfg`, and back.
//!
//! - In: values, names of parts and options, paths of a list.
//! - Out: text that stands in the file; each text comes back as it was.
//! - Not here: sections and lines (`database`).
//!
//! Rules: zc.buildout's (`semantics.md` §11) and what its format cannot hold:
//!
//! - In a value, `%` before literal token text is written `%(__buildout_percent__)s`, and a carriage
//!   return is written as its token wherever it stands, not only at the ends of lines. Tabs need
//!   nothing: our reader takes away the one tab that begins a line and no other.
//! - In a name, and for a line end in a path of a list, a character that would break the file is
//!   written `%(__buildout_char_HEX__)s`; so is the empty name, without digits. zc.buildout writes a
//!   file there that it cannot read.

use std::borrow::Cow;

const SPACE: &str = "%(__buildout_space__)s";
const LINE_END: &str = "%(__buildout_space_n__)s";
const PERCENT: &str = "%(__buildout_percent__)s";
const TOKENS: [(&str, char); 6] = [
    (SPACE, ' '),
    (LINE_END, '\n'),
    ("%(__buildout_space_r__)s", '\r'),
    ("%(__buildout_space_f__)s", '\x0c'),
    ("%(__buildout_space_v__)s", '\x0b'),
    (PERCENT, '%'),
];

const CHARACTER_BEGIN: &str = "%(__buildout_char_";
const CHARACTER_END: &str = "__)s";

/// Writes a value; its lines after the first begin with one tab.
pub(super) fn quote_value(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len());
    let mut rest = value;
    while let Some(first) = rest.chars().next() {
        if is_space(first) {
            let (run, behind) = rest.split_at(rest.find(|c| !is_space(c)).unwrap_or(rest.len()));
            quote_run(run, rest.len() == value.len() || behind.is_empty(), &mut quoted);
            rest = behind;
            continue;
        }
        if first == '%' && token(rest).is_some() {
            quoted.push_str(PERCENT);
        } else {
            quoted.push(first);
        }
        rest = &rest[first.len_utf8()..];
    }
    if let Some(behind) = quoted.strip_prefix("\n\t") {
        quoted = format!("{LINE_END}{behind}");
    }
    if let Some(before) = quoted.strip_suffix("\n\t") {
        quoted = format!("{before}{LINE_END}");
    }
    quoted
}

/// Reads a value whose lines were joined by line ends, without the tabs that begin them.
pub(super) fn unquote_value(quoted: &str) -> Cow<'_, str> {
    if !quoted.contains("%(") {
        return Cow::Borrowed(quoted);
    }
    let mut value = String::with_capacity(quoted.len());
    let mut rest = quoted;
    while let Some(at) = rest.find('%') {
        value.push_str(&rest[..at]);
        rest = &rest[at..];
        let (character, length) = token(rest).unwrap_or(('%', 1));
        value.push(character);
        rest = &rest[length..];
    }
    value.push_str(rest);
    Cow::Owned(value)
}

/// Writes the name of an option or a part so that it is one word that ends no header and no key.
pub(super) fn quote_name(name: &str) -> Cow<'_, str> {
    if name.is_empty() {
        return Cow::Owned(format!("{CHARACTER_BEGIN}{CHARACTER_END}"));
    }
    quote_characters(name, |character, rest| {
        character.is_whitespace()
            || character.is_control()
            || matches!(character, '{' | '}' | '[' | ']' | '=' | ':' | '#' | ';')
            || rest.starts_with(CHARACTER_BEGIN)
    })
}

/// Writes a name that means something else when it is written as it is.
pub(super) fn quote_reserved(name: &str) -> String {
    let mut rest = name.chars();
    match rest.next() {
        Some(first) => format!("{}{}", character(first), rest.as_str()),
        None => String::new(),
    }
}

/// Writes a path so that a list of paths, one a line, can hold it.
pub(super) fn quote_entry(path: &str) -> Cow<'_, str> {
    quote_characters(path, |character, rest| character == '\n' || rest.starts_with(CHARACTER_BEGIN))
}

/// Reads what [`quote_name`], [`quote_reserved`] or [`quote_entry`] wrote.
pub(super) fn unquote_name(quoted: &str) -> Cow<'_, str> {
    if !quoted.contains(CHARACTER_BEGIN) {
        return Cow::Borrowed(quoted);
    }
    let mut name = String::with_capacity(quoted.len());
    let mut rest = quoted;
    while let Some(at) = rest.find(CHARACTER_BEGIN) {
        name.push_str(&rest[..at]);
        rest = &rest[at + CHARACTER_BEGIN.len()..];
        // At most six digits, so that a long line is not searched to its end again and again.
        let digits = rest.bytes().take(7).take_while(u8::is_ascii_hexdigit).count();
        let read = u32::from_str_radix(&rest[..digits], 16).ok().and_then(char::from_u32);
        match (read, rest[digits..].strip_prefix(CHARACTER_END)) {
            (Some(character), Some(behind)) => {
                name.push(character);
                rest = behind;
            }
            (None, Some(behind)) if digits == 0 => rest = behind,
            (_, _) => name.push_str(CHARACTER_BEGIN),
        }
    }
    name.push_str(rest);
    Cow::Owned(name)
}

fn is_space(character: char) -> bool {
    character == '\n' || is_blank(character)
}

fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\r' | '\x0c' | '\x0b')
}

/// Writes a longest run of blanks and line ends: its first line end stays one, what stands round it
/// and what stands at an end of the value becomes tokens.
fn quote_run(run: &str, at_an_end: bool, quoted: &mut String) {
    match run.split_once('\n') {
        Some((before, behind)) => {
            escape(before, quoted);
            quoted.push_str("\n\t");
            escape(behind, quoted);
        }
        None if at_an_end => escape(run, quoted),
        None => {
            for character in run.chars() {
                match character {
                    '\r' => escape("\r", quoted),
                    other => quoted.push(other),
                }
            }
        }
    }
}

fn escape(blanks: &str, quoted: &mut String) {
    for blank in blanks.chars() {
        match TOKENS.iter().find(|(_, character)| *character == blank) {
            Some((token, _)) => quoted.push_str(token),
            None => quoted.push(blank),
        }
    }
}

/// The character whose token `text` begins with, and the length of the token.
fn token(text: &str) -> Option<(char, usize)> {
    TOKENS
        .iter()
        .find(|(token, _)| text.starts_with(token))
        .map(|(token, character)| (*character, token.len()))
}

fn character(character: char) -> String {
    format!("{CHARACTER_BEGIN}{:x}{CHARACTER_END}", u32::from(character))
}

/// Writes the characters for which `breaks(character, text from there on)` holds as tokens.
fn quote_characters(text: &str, breaks: impl Fn(char, &str) -> bool) -> Cow<'_, str> {
    if !text.char_indices().any(|(at, each)| breaks(each, &text[at..])) {
        return Cow::Borrowed(text);
    }
    let mut quoted = String::with_capacity(text.len() + 32);
    for (at, each) in text.char_indices() {
        if breaks(each, &text[at..]) {
            quoted.push_str(&character(each));
        } else {
            quoted.push(each);
        }
    }
    Cow::Owned(quoted)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// The examples of `semantics.md` §11, with the tokens shortened.
    #[test]
    fn a_value_is_quoted_as_zc_buildout_quotes_it() {
        let quote = |value: &str| {
            quote_value(value)
                .replace(SPACE, "<SP>")
                .replace(LINE_END, "<N>")
                .replace("%(__buildout_space_r__)s", "<R>")
                .replace("%(__buildout_space_f__)s", "<F>")
                .replace(PERCENT, "<%>")
        };
        assert_eq!(quote("a\n  b\n\n\nc"), "a\n\t<SP><SP>b\n\t<N><N>c");
        assert_eq!(quote("x\n"), "x<N>");
        assert_eq!(quote("\nx"), "<N>x");
        assert_eq!(quote("\n"), "<N>");
        assert_eq!(quote(""), "");
        assert_eq!(quote(" a b "), "<SP>a b<SP>");
        assert_eq!(quote("a \x0c\n b"), "a<SP><F>\n\t<SP>b");
        assert_eq!(quote("a\tb\t"), "a\tb\t", "tabs stay");
        assert_eq!(quote("50% (x)"), "50% (x)", "only token text is protected");
        assert_eq!(quote("a\rb"), "a<R>b", "ours: it would end the line");
        assert_eq!(
            quote_value("%(__buildout_space__)s"),
            "%(__buildout_percent__)s(__buildout_space__)s",
            "ours: literal token text"
        );
    }

    #[test]
    fn a_name_that_would_break_the_file_is_written_in_tokens() {
        assert_eq!(quote_name("<part-dependencies>"), "<part-dependencies>");
        assert_eq!(quote_name("a b"), "a%(__buildout_char_20__)sb");
        assert_eq!(quote_name("a=b"), "a%(__buildout_char_3d__)sb");
        assert_eq!(quote_name(""), "%(__buildout_char___)s");
        assert_eq!(quote_reserved("buildout"), "%(__buildout_char_62__)suildout");
        assert_eq!(unquote_name("%(__buildout_char_62__)suildout"), "buildout");
        assert_eq!(unquote_name("%(__buildout_char_110000__)s"), "%(__buildout_char_110000__)s");
        assert_eq!(unquote_name("%(__buildout_char_20"), "%(__buildout_char_20");
    }

    proptest::proptest! {
        #[test]
        fn a_name_comes_back_as_it_was(name in hostile_text()) {
            let quoted = quote_name(&name).into_owned();
            proptest::prop_assert_eq!(unquote_name(&quoted), name.as_str());
            proptest::prop_assert!(!quoted.is_empty() && !quoted.contains(char::is_whitespace));
        }

        #[test]
        fn an_entry_comes_back_as_it_was_and_has_one_line(entry in hostile_text()) {
            let quoted = quote_entry(&entry).into_owned();
            proptest::prop_assert_eq!(unquote_name(&quoted), entry.as_str());
            proptest::prop_assert!(!quoted.contains('\n'));
        }
    }

    /// Text in which blanks, line ends and pieces of tokens meet often.
    pub(in super::super) fn hostile_text() -> impl proptest::strategy::Strategy<Value = String> {
        use proptest::prelude::*;
        let piece = prop_oneof![
            4 => prop::sample::select(vec![
                " ", "\t", "\n", "\r", "\r\n", "\x0b", "\x0c", "%", "%(", ")s", "=", "[", "]", "#", ";", ":",
                SPACE, LINE_END, PERCENT, "%(__buildout_char_20__)s", CHARACTER_BEGIN, CHARACTER_END,
                "(__buildout_space__)s", "\u{a0}", "\u{85}", "\u{2028}", "\u{feff}", "a", "buildout", "+", "-",
            ]).prop_map(str::to_owned),
            1 => any::<String>(),
        ];
        prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
    }
}
