//! What holds of every description of a recipe, whoever wrote it.
//!
//! - In: any bytes: as a component, and as the text that a component carries.
//! - Out: nothing, or a panic that says which law is broken.

use crate::recipe::{Description, DescriptionError};

const SECTION: &[u8] = b"buildout:recipe";

/// A component and a core module with nothing in them.
const COMPONENT: &[u8] = b"\0asm\x0d\0\x01\0";
const MODULE: &[u8] = b"\0asm\x01\0\0\0";

/// Reads the bytes in every place where a description may stand, and where none may.
pub fn check(bytes: &[u8]) {
    let _ = read(bytes);
    let top = read(&carrying(COMPONENT, &[bytes]));
    let module = carrying(MODULE, &[bytes]);
    assert_eq!(read(&around(1, &module)), top, "a core module directly in it is as good a place");
    if let Ok(text) = std::str::from_utf8(bytes) {
        let parsed = Description::parse(text).map_err(|error| error.to_string());
        assert_eq!(top, parsed, "what it carries is what is parsed");
    } else {
        assert!(top.is_err(), "what is no text is refused");
    }
    let twice = Description::of(&carrying(COMPONENT, &[bytes, bytes]));
    assert!(matches!(twice, Err(DescriptionError::Twice)), "two are refused, whatever they say");
    let nested = read(&around(4, &carrying(COMPONENT, &[bytes])));
    assert_eq!(nested, Ok(Description::default()), "a nested component speaks for itself alone");
}

/// Reads it twice, and looks at what is told of it.
fn read(component: &[u8]) -> Result<Description, String> {
    let first = Description::of(component).map_err(|error| error.to_string());
    let again = Description::of(component).map_err(|error| error.to_string());
    assert_eq!(first, again, "the same bytes say the same");
    if let Ok(description) = &first {
        let recipe = &description.recipe;
        for text in [&recipe.name, &recipe.version, &recipe.license, &recipe.summary, &recipe.wit] {
            plain(text, false);
        }
        for need in &description.access {
            plain(&need.value, false);
            plain(&need.why, false);
            need.entries.iter().flatten().for_each(|entry| plain(entry, false));
        }
        for (name, entry) in &description.entry {
            plain(name, false);
            plain(&entry.summary, true);
            for (name, option) in &entry.option {
                plain(name, false);
                plain(&option.help, true);
                option.default.iter().for_each(|default| plain(default, true));
            }
        }
    }
    first
}

/// A text that people are shown moves no cursor.
fn plain(text: &str, many_lines: bool) {
    let drawn = |c: char| c.is_control() && !(many_lines && matches!(c, '\n' | '\t'));
    assert!(!text.contains(drawn), "{text:?} holds control characters");
}

/// A component or module that carries these descriptions.
fn carrying(within: &[u8], descriptions: &[&[u8]]) -> Vec<u8> {
    let mut bytes = within.to_vec();
    for description in descriptions {
        let name = [&[SECTION.len() as u8], SECTION].concat();
        section(&mut bytes, 0, &[&name, *description].concat());
    }
    bytes
}

/// A component with a section of the given kind: 1 is a core module, 4 a component.
fn around(kind: u8, inner: &[u8]) -> Vec<u8> {
    let mut bytes = COMPONENT.to_vec();
    section(&mut bytes, kind, inner);
    bytes
}

fn section(to: &mut Vec<u8>, kind: u8, body: &[u8]) {
    to.push(kind);
    let mut length = body.len();
    while length > 0x7f {
        to.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    to.push(length as u8);
    to.extend_from_slice(body);
}
