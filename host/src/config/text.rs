//! Characters and quoting as Python has them, since files and messages are written for it.

/// Whether Python's `str.isspace` holds for the character.
///
/// That is Unicode's white space and the four separators U+001C to U+001F.
pub(super) fn is_blank(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{1c}'..='\u{1f}')
}

/// The text without blanks at its end.
pub(super) fn trim_end(text: &str) -> &str {
    text.trim_end_matches(is_blank)
}

/// The text without blanks at both ends.
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// The words between blanks, each with its offset.
pub(super) fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let start = rest + text[rest..].find(|c| !is_blank(c))?;
        let end = text[start..].find(is_blank).map_or(text.len(), |length| start + length);
        rest = end;
        Some((start, &text[start..end]))
    })
}

/// Quotes a text as Python's `repr` does; control and invisible characters become escapes.
pub(super) fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::with_capacity(text.len() + 2);
    out.push(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c == quote => {
                out.push('\\');
                out.push(c);
            }
            c if is_visible(c) => out.push(c),
            c if u32::from(c) < 0x100 => out.push_str(&format!("\\x{:02x}", u32::from(c))),
            c if u32::from(c) < 0x1_0000 => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push_str(&format!("\\U{:08x}", u32::from(c))),
        }
    }
    out.push(quote);
    out
}

/// Close to Python's `str.isprintable`: no control, format, private or separator character but blank.
fn is_visible(c: char) -> bool {
    if c == ' ' {
        return true;
    }
    let hidden = matches!(c,
        '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e000}'..='\u{f8ff}' | '\u{fff0}'..='\u{fffb}'
        | '\u{e0000}'..='\u{10ffff}');
    !(c.is_control() || c.is_whitespace() || hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_quoted_as_python_quotes_it() {
        assert_eq!(repr("what\n"), r"'what\n'");
        assert_eq!(repr("[s:'#']"), r#""[s:'#']""#);
        assert_eq!(repr("'\""), r#"'\'"'"#);
        assert_eq!(repr("é\u{a0}\u{1b}[0m\u{202e}\\"), r"'é\xa0\x1b[0m\u202e\\'");
    }

    #[test]
    fn words_know_where_they_stand() {
        let found: Vec<_> = words("  a.cfg \u{1c}bé\n").collect();
        assert_eq!(found, [(2, "a.cfg"), (9, "bé")]);
    }
}
