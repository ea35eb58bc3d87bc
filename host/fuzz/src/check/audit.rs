//! What holds of every line of the audit log, whatever a recipe is called and asks for.
//!
//! - In: any bytes; texts that are parted by 0xff, which no text holds.
//! - Out: nothing, or a panic that says which law is broken.

use std::collections::BTreeMap;

use camino::Utf8Path;

use crate::access::{Claim, Deed, Denial, Need, NeedKind, Standing, Word};
use crate::audit::{Audit, Entry, Line};

/// Shorter ones stay: they would be found in every word.
const SHORTEST_SECRET: usize = 4;

/// Has each kind of decision written about these texts and reads the lines.
pub fn check(bytes: &[u8]) {
    let texts: Vec<String> =
        bytes.split(|byte| *byte == 0xff).map(|text| String::from_utf8_lossy(text).into_owned()).collect();
    let text = |at: usize| texts.get(at).cloned().unwrap_or_default();
    let (part, recipe, value, directory) = (text(0), text(1), text(2), text(3));

    let audit = Audit::default();
    let mut wanted = Vec::new();
    for (at, kind) in NeedKind::ALL.into_iter().enumerate() {
        let policy = Word::Policy { file: text(4).into(), line: at };
        let standing = [Standing::Granted(policy.clone()), Standing::Refused(policy), Standing::Missing];
        let standing = standing[at % 3].clone();
        let (by, allowed) = match at % 3 {
            0 => (format!("{}:{at}", text(4)), true),
            1 => (format!("refused by {}:{at}", text(4)), false),
            _ => ("not granted".to_owned(), false),
        };
        let need = Need { kind, value: value.clone(), why: text(5), entries: None };
        audit.decided(&Claim {
            part: (at % 2 == 0).then(|| part.clone()),
            recipe: text(6),
            identity: recipe.clone(),
            need,
            value: text(7),
            at: None,
            standing,
            before: None,
        });
        wanted.push(Entry {
            part: (at % 2 == 0).then(|| part.clone()),
            recipe: recipe.clone(),
            kind: kind.word().to_owned(),
            value: value.clone(),
            count: 1,
            by,
            allowed,
        });
    }
    let entry = |kind: &str, value: &str, by: &str, allowed| Entry {
        part: Some(part.clone()),
        recipe: recipe.clone(),
        kind: kind.to_owned(),
        value: value.to_owned(),
        count: 1,
        by: by.to_owned(),
        allowed,
    };
    for (deed, kind) in
        [(Deed::Read, "read"), (Deed::Create, "write"), (Deed::Change, "write"), (Deed::Link, "links")]
    {
        audit.denied(&part, &recipe, &Denial { deed, path: value.clone().into(), why: "no", help: None });
        wanted.push(entry(kind, &value, "no", false));
    }
    audit.touched(&part, &recipe, "files-read", &BTreeMap::from([(value.clone().into(), 1)]), |_| text(4));
    wanted.push(entry("files-read", &value, &text(4), true));
    let words: Vec<&str> = texts.iter().map(String::as_str).collect();
    audit.started(&part, &recipe, &words, &BTreeMap::new(), true);
    wanted.push(entry("start", &words.join(" "), "granted", true));

    assert_eq!(read(&audit, &directory), wanted, "what is read is what was decided");
    a_secret_is_named(&words);
}

/// The entries of a run, each of which is one line of JSON that shows itself and nothing else.
fn read(audit: &Audit, directory: &str) -> Vec<Entry> {
    let text = audit.lines(7, Utf8Path::new(directory));
    let drawn = |c: char| {
        c != '\n' && (c.is_control() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'))
    };
    assert!(!text.contains(drawn), "a terminal obeys nothing: {text:?}");
    let mut entries = Vec::new();
    for line in text.split_terminator('\n') {
        let line: Line = serde_json::from_str(line).expect("each line is an object of its own");
        assert_eq!((line.version, line.time, line.directory.as_str()), (1, 7, directory));
        entries.push(line.entry);
    }
    entries
}

/// The value of a variable is not told where it stands in an argument.
fn a_secret_is_named(words: &[&str]) {
    // Of digits alone, so that it lies in no name and across no two words.
    let secret: String = words.concat().chars().filter(char::is_ascii_digit).take(12).collect();
    if secret.len() < SHORTEST_SECRET {
        return;
    }
    let option = format!("--token={secret}{secret}");
    let words: Vec<&str> = words.iter().copied().chain([&*secret, &*option]).collect();
    let audit = Audit::default();
    audit.started("a", "", &words, &BTreeMap::from([("TOKEN".to_owned(), secret.clone())]), false);
    for entry in read(&audit, "/p") {
        assert!(!entry.value.contains(&secret), "{secret} is told: {}", entry.value);
        assert!(
            entry.value.ends_with("$TOKEN --token=$TOKEN$TOKEN"),
            "its name stands there: {}",
            entry.value
        );
    }
}
