//! Text that others wrote, made harmless: whatever would not be seen is shown as its number.
//!
//! - In: configuration values, source lines, what recipes say, paths.
//! - Out: the same text, in which each invisible character is `\u{…}`.
//! - Not here: cutting, colouring.
//!
//! Rules: a control character can move the cursor, colour the screen or write over what stands there; a bidirectional
//! control can show text in another order; a character without width can hide a difference or a message.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Returns `text` with its invisible characters shown; line ends and tabs stay.
pub fn text(text: &str) -> Cow<'_, str> {
    // Most text is plain, and this is quickly seen.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return Cow::Borrowed(text);
    }
    shown(text, |character| character != '\n' && character != '\t' && is_invisible(character))
}

/// Returns `text` with its invisible characters shown, line ends and tabs as well, so that it stays on one line.
pub fn line(text: &str) -> Cow<'_, str> {
    shown(text, is_invisible)
}

/// Whether a terminal would obey a character, or show nothing for it.
pub fn is_invisible(character: char) -> bool {
    // C0, DEL and C1, line ends among them.
    character.is_control()
        || matches!(character,
            // Bidirectional marks, embeddings, overrides, isolates.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Line ends that only some programs know.
            | '\u{2028}' | '\u{2029}'
            // Spaces and joiners without width, invisible operators, formatting that nobody shows.
            | '\u{ad}' | '\u{34f}' | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}'
            | '\u{206a}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}'
            // Fillers that look like nothing.
            | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{3164}' | '\u{ffa0}'
            // Variation selectors and tags, which can carry a whole text unseen.
            | '\u{fe00}'..='\u{fe0f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}')
}

fn shown(text: &str, hide: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&hide) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if hide(character) {
            write!(shown, "\\u{{{:x}}}", u32::from(character)).expect("a String takes all");
        } else {
            shown.push(character);
        }
    }
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_terminal_would_obey_is_shown_as_its_number() {
        assert_eq!(text("\u{1b}[2Jgone\u{7}"), r"\u{1b}[2Jgone\u{7}");
        assert_eq!(text("\u{9b}31m \u{7f}"), r"\u{9b}31m \u{7f}");
        assert_eq!(text("safe\rover"), r"safe\u{d}over");
    }

    #[test]
    fn what_shows_nothing_is_shown_as_its_number() {
        assert_eq!(text("a\u{202e}b\u{2066}c"), r"a\u{202e}b\u{2066}c");
        assert_eq!(text("a\u{200b}b\u{feff}c\u{ad}"), r"a\u{200b}b\u{feff}c\u{ad}");
        assert_eq!(text("\u{e0041}\u{fe0f}\u{e0100}"), r"\u{e0041}\u{fe0f}\u{e0100}");
    }

    #[test]
    fn ordinary_text_is_not_copied() {
        assert!(matches!(text("ä 漢字\n\tx"), Cow::Borrowed("ä 漢字\n\tx")));
    }

    #[test]
    fn on_one_line_line_ends_and_tabs_are_shown_too() {
        assert_eq!(line("a\nb\tc"), r"a\u{a}b\u{9}c");
    }
}
