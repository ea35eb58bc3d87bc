//! The database `.installed.cfg`: what each part was installed with, in zc.buildout's own format.
//!
//! - In: the bytes of the file, which anybody may have written, or the records of this run.
//! - Out: a [`Database`], or the text that zc.buildout and people's tools read.
//! - Not here: whether it may be believed (`state`, `Installed`), escapes (`quote`).
//!
//! Rules: `semantics.md` §11; zc.buildout 6 and 1.5.2, `buildout.py`, `_read_installed_part_options`
//! and `_save_installed_options`. A section that stands there again adds to the first one, and the
//! last value of an option counts. Only the parts that `parts` names are installed.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt::Write as _;

use indexmap::IndexMap;

use super::quote::{quote_entry, quote_name, quote_reserved, quote_value, unquote_name, unquote_value};

/// A longer file is not read.
pub const LIMIT_BYTES: u64 = 64 << 20;

const BUILDOUT: &str = "buildout";
const PARTS: &str = "parts";
const DEVELOP_EGGS: &str = "installed_develop_eggs";
const PATHS: &str = "__buildout_installed__";
const SIGNATURE: &str = "__buildout_signature__";

/// What is recorded as installed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Database {
    /// The develop links that the last run made.
    pub develop_eggs: Vec<String>,
    /// The installed parts, the one that was installed last behind the others.
    pub parts: IndexMap<String, Record>,
}

/// What is recorded of one part.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Its options after `init`, as they were when it was installed.
    pub options: BTreeMap<String, String>,
    /// What it returned: absolute, or relative to the buildout directory. None is empty.
    pub paths: Vec<String>,
    /// Which recipe made it (`decisions.md` 2.3).
    pub signature: String,
}

impl Database {
    /// Reads the bytes of a database.
    ///
    /// # Errors
    ///
    /// Whatever the bytes are, they are read or refused; the error names the line.
    pub fn parse(bytes: &[u8]) -> Result<Self, DatabaseError> {
        if bytes.len() as u64 > LIMIT_BYTES {
            return Err(DatabaseError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|error| DatabaseError::NotUtf8 {
            line: 1 + bytes[..error.valid_up_to()].iter().filter(|byte| **byte == b'\n').count(),
        })?;
        assemble(sections(text)?)
    }

    /// The text of the database; [`Database::parse`] turns it into the same database again.
    pub fn text(&self) -> String {
        let mut text = String::new();
        write_section(&mut text, BUILDOUT);
        write_option(&mut text, DEVELOP_EGGS, &list(&self.develop_eggs));
        let names: Vec<_> = self.parts.keys().map(|name| quote_name(name)).collect();
        write_option(&mut text, PARTS, &names.join(" "));
        for (name, record) in &self.parts {
            text.push('\n');
            match name.as_str() {
                BUILDOUT => write_section(&mut text, &quote_reserved(BUILDOUT)),
                name => write_section(&mut text, &quote_name(name)),
            }
            let mut options: Vec<(&str, Cow<'_, str>, Cow<'_, str>)> = vec![
                (PATHS, Cow::Borrowed(PATHS), Cow::Owned(list(&record.paths))),
                (SIGNATURE, Cow::Borrowed(SIGNATURE), Cow::Borrowed(&record.signature)),
            ];
            options.extend(record.options.iter().map(|(key, value)| {
                let written = match key.as_str() {
                    PATHS | SIGNATURE => Cow::Owned(quote_reserved(key)),
                    key => quote_name(key),
                };
                (key.as_str(), written, Cow::Borrowed(value.as_str()))
            }));
            options.sort_by_key(|(key, ..)| *key);
            for (_, key, value) in &options {
                write_option(&mut text, key, value);
            }
        }
        text
    }

    /// One section in this form, for people who look for a fault.
    pub fn section_text<'o>(name: &str, options: impl IntoIterator<Item = (&'o str, &'o str)>) -> String {
        let mut text = String::new();
        write_section(&mut text, &quote_name(name));
        for (option, value) in options {
            write_option(&mut text, &quote_name(option), value);
        }
        text
    }

    /// Whether its text will be read again with this part recorded in it: [`LIMIT_BYTES`] holds for both.
    pub fn has_room(&self, part: &str, record: &Record) -> bool {
        // A blank can take this many bytes, which is the most for one byte.
        const WIDEST: usize = "%(__buildout_percent__)s".len();
        let length = |record: &Record| -> usize {
            let options = record.options.iter().map(|(key, value)| key.len() + value.len() + 5);
            options.sum::<usize>() + record.paths.iter().map(|path| path.len() + 2).sum::<usize>() + 100
        };
        let others = self.parts.iter().filter(|(name, _)| *name != part);
        let all: usize = others.map(|(name, record)| 2 * name.len() + length(record)).sum();
        let all = all + 2 * part.len() + length(record);
        if (all.saturating_mul(WIDEST) as u64) < LIMIT_BYTES {
            return true;
        }
        let mut whole = self.clone();
        whole.record(part, record.clone());
        whole.text().len() as u64 <= LIMIT_BYTES
    }

    /// Whether nothing is installed; such a database needs no file.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty() && self.develop_eggs.is_empty()
    }

    /// Records a part behind all others, in the place of what was recorded of it before.
    pub fn record(&mut self, part: &str, record: Record) {
        self.parts.shift_remove(part);
        self.parts.insert(part.to_owned(), record);
    }

    /// Puts these parts behind all others, in this order.
    pub fn come_last(&mut self, parts: &[String]) {
        let place: HashMap<&str, usize> =
            parts.iter().enumerate().map(|(at, part)| (part.as_str(), at + 1)).collect();
        let place = |part: &str| place.get(part).copied().unwrap_or(0);
        if !self.parts.keys().is_sorted_by_key(|part| place(part)) {
            self.parts.sort_by_cached_key(|part, _| place(part));
        }
    }

    /// Forgets a part, and returns what was recorded of it.
    pub fn forget(&mut self, part: &str) -> Option<Record> {
        self.parts.shift_remove(part)
    }
}

/// Why the bytes are no database.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DatabaseError {
    /// More than [`LIMIT_BYTES`].
    #[error("longer than {} MiB", LIMIT_BYTES >> 20)]
    TooLarge,
    /// Bytes that are no text.
    #[error("line {line}: not UTF-8")]
    NotUtf8 {
        /// The line, from 1.
        line: usize,
    },
    /// Something stands before the first section.
    #[error("line {line}: no section header before {text:?}")]
    MissingHeader {
        /// The line, from 1.
        line: usize,
        /// The beginning of the line.
        text: String,
    },
    /// A line that is neither a section nor an option nor goes on with one.
    #[error("line {line}: neither a section nor an option: {text:?}")]
    BadLine {
        /// The line, from 1.
        line: usize,
        /// The beginning of the line.
        text: String,
    },
    /// `parts` names a part of which nothing is recorded.
    #[error("line {line}: `parts` names `{part}`, which has no section")]
    NoSection {
        /// The line of the option `parts`, from 1.
        line: usize,
        /// The part.
        part: String,
    },
}

/// A section as it was written: options with the line of each.
type Section<'t> = BTreeMap<Cow<'t, str>, (usize, String)>;

fn list(paths: &[String]) -> String {
    let entries: Vec<_> =
        paths.iter().filter(|path| !path.is_empty()).map(|path| quote_entry(path)).collect();
    entries.join("\n")
}

fn read_list(value: &str) -> Vec<String> {
    value.split('\n').map(|entry| unquote_name(entry).into_owned()).filter(|path| !path.is_empty()).collect()
}

fn write_section(text: &mut String, name: &str) {
    writeln!(text, "[{name}]").expect("a String takes all text");
}

fn write_option(text: &mut String, key: &str, value: &str) {
    writeln!(text, "{key} = {}", quote_value(value)).expect("a String takes all text");
}

/// Reads lines into sections, by the names as they are written: `[buildout]` is none but itself.
fn sections(text: &str) -> Result<BTreeMap<&str, Section<'_>>, DatabaseError> {
    let mut sections: BTreeMap<&str, Section<'_>> = BTreeMap::new();
    let mut section: Option<&mut Section<'_>> = None;
    let mut option: Option<Cow<'_, str>> = None;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    for (line, content) in lines(text) {
        if content.starts_with(['#', ';']) {
            continue;
        }
        if let Some(section) = &mut section
            && let Some(key) = &option
            && content.starts_with(is_edge)
        {
            let more = continuation(content);
            if !more.is_empty() {
                let (_, value) = section.get_mut(key).expect("the option that goes on was read before");
                value.push('\n');
                value.push_str(more);
            }
            continue;
        }
        if content.chars().all(is_edge) {
            continue;
        }
        if let Some(name) = header(content) {
            section = Some(sections.entry(name).or_default());
            option = None;
            continue;
        }
        let Some(section) = &mut section else {
            return Err(DatabaseError::MissingHeader { line, text: beginning(content) });
        };
        let Some((key, value)) = content.split_once('=').filter(|(key, _)| {
            !key.trim_end().is_empty() && !key.starts_with(|c: char| c == '[' || c.is_whitespace())
        }) else {
            return Err(DatabaseError::BadLine { line, text: beginning(content) });
        };
        let key = Cow::Borrowed(key.trim_end());
        // Only a tab at an end is content: all other blanks there are written as tokens.
        section.insert(key.clone(), (line, value.trim_matches(is_filler).to_owned()));
        option = Some(key);
    }
    Ok(sections)
}

fn assemble(mut sections: BTreeMap<&str, Section<'_>>) -> Result<Database, DatabaseError> {
    let buildout = sections.remove(BUILDOUT).unwrap_or_default();
    let value = |key: &str| buildout.get(key).map(|(line, value)| (*line, unquote_value(value)));
    let mut database = Database::default();
    if let Some((_, eggs)) = value(DEVELOP_EGGS) {
        database.develop_eggs = read_list(&eggs);
    }
    let Some((line, parts)) = value(PARTS) else {
        return Ok(database);
    };
    let mut by_name: BTreeMap<String, Section<'_>> = BTreeMap::new();
    for (name, section) in sections {
        by_name.insert(unquote_name(name).into_owned(), section);
    }
    for name in parts.split_whitespace() {
        let name = unquote_name(name).into_owned();
        if database.parts.contains_key(&name) {
            continue;
        }
        let Some(section) = by_name.remove(&name) else {
            return Err(DatabaseError::NoSection { line, part: name });
        };
        database.parts.insert(name, record(section));
    }
    Ok(database)
}

fn record(section: Section<'_>) -> Record {
    let mut record = Record::default();
    for (key, (_, value)) in section {
        let value = unquote_value(&value);
        match key.as_ref() {
            PATHS => record.paths = read_list(&value),
            SIGNATURE => record.signature = value.into_owned(),
            key => {
                record.options.insert(unquote_name(key).into_owned(), value.into_owned());
            }
        }
    }
    record
}

/// The lines with their numbers; LF, CR LF and CR end one.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = text;
    let mut number = 0;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        number += 1;
        let end = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let (line, behind) = rest.split_at(end);
        rest = behind.strip_prefix("\r\n").or_else(|| behind.get(1..)).unwrap_or("");
        Some((number, line))
    })
}

/// The name in `[name]`, if the line is a header.
fn header(line: &str) -> Option<&str> {
    let (name, behind) = line.strip_prefix('[')?.split_once(']')?;
    let name = name.trim();
    let behind = behind.trim();
    let plain = !name.is_empty() && !name.contains(|c: char| c.is_whitespace() || "#[:;{}".contains(c));
    (plain && (behind.is_empty() || behind.starts_with(['#', ';']))).then_some(name)
}

/// What a line that begins with a blank adds to a value: after one tab each character counts;
/// a line that somebody indented otherwise counts without its blanks.
fn continuation(line: &str) -> &str {
    match line.strip_prefix('\t') {
        Some(content) => content.trim_matches(is_filler),
        None => line.trim_matches(is_edge),
    }
}

fn is_edge(character: char) -> bool {
    character == '\t' || is_filler(character)
}

fn is_filler(character: char) -> bool {
    matches!(character, ' ' | '\x0b' | '\x0c')
}

fn beginning(line: &str) -> String {
    line.chars().take(60).collect()
}

#[cfg(test)]
mod tests {
    use super::super::quote::tests::hostile_text;
    use super::*;
    use proptest::prelude::*;
    use snapbox::{assert_data_eq, str};

    fn record(options: &[(&str, &str)], paths: &[&str], signature: &str) -> Record {
        let text = |text: &&str| (*text).to_owned();
        Record {
            options: options.iter().map(|(key, value)| (text(key), text(value))).collect(),
            paths: paths.iter().map(text).collect(),
            signature: signature.to_owned(),
        }
    }

    #[test]
    fn a_database_is_written_as_zc_buildout_writes_it() {
        let mut database = Database::default();
        let server = record(
            &[("recipe", "zcborec:trace"), ("<part-dependencies>", "app\nconfig"), ("empty", "")],
            &["parts/server", "bin/server"],
            "zcborec-1",
        );
        database.record("server", server);
        database.record("app", record(&[("recipe", "x"), ("text", "\n a\n\nb ")], &[], "x 1"));
        assert_data_eq!(
            database.text(),
            str![[r#"
[buildout]
installed_develop_eggs = 
parts = server app

[server]
<part-dependencies> = app
	config
__buildout_installed__ = parts/server
	bin/server
__buildout_signature__ = zcborec-1
empty = 
recipe = zcborec:trace

[app]
__buildout_installed__ = 
__buildout_signature__ = x 1
recipe = x
text = %(__buildout_space_n__)s%(__buildout_space__)sa
	%(__buildout_space_n__)sb%(__buildout_space__)s

"#]]
        );
        assert_eq!(Database::parse(database.text().as_bytes()), Ok(database));
    }

    /// The oracle's `life-db-by-hand`: a part that was only updated adds a block.
    #[test]
    fn blocks_that_zc_buildout_appended_count() {
        let text = "[buildout]\ninstalled_develop_eggs = \nparts = a b\n\n[a]\n__buildout_installed__ = \
                    /p/a\n__buildout_signature__ = s\nrecipe = r\n\n[b]\n__buildout_installed__ = \
                    /p/b\n__buildout_signature__ = s\n\n[buildout]\ninstalled_develop_eggs = \
                    /p/e.egg-link\n\n[buildout]\nparts = b a\n\n[buildout]\nparts = b\n";
        let mut expected = Database { develop_eggs: vec!["/p/e.egg-link".to_owned()], ..Database::default() };
        expected.record("b", record(&[], &["/p/b"], "s"));
        assert_eq!(Database::parse(text.as_bytes()), Ok(expected));
    }

    /// The oracle's `life-update-from-none`: zc.buildout joins an absent file to the directory.
    #[test]
    fn an_empty_path_is_never_read() {
        let text = "[buildout]\nparts = a\n[a]\n__buildout_installed__ = %(__buildout_space_n__)sd\n\t%(__buildout_char___)s\n";
        let database = Database::parse(text.as_bytes()).unwrap();
        assert_eq!(database.parts["a"].paths, ["d"]);
    }

    #[test]
    fn what_would_be_too_long_to_be_read_again_has_no_room() {
        let mut database = Database::default();
        let blanks = " ".repeat(1 << 20);
        let short = record(&[("x", &blanks)], &[], "s");
        assert!(database.has_room("a", &short), "the text has twenty bytes for each blank at an edge");
        database.record("a", short.clone());
        database.record("b", short.clone());
        assert!(database.has_room("b", &short), "in its own place");
        assert!(!database.has_room("c", &short));
        database.record("c", short);
        let text = database.text();
        assert_eq!(Database::parse(text.as_bytes()), Err(DatabaseError::TooLarge), "{}", text.len());
    }

    #[test]
    fn line_ends_of_other_systems_are_line_ends() {
        let text = "\u{feff}[buildout]\r\nparts = a\r\n[a]\rx = 1\r\n\t2\r\n# talk\r\n\r\n   3 \r\n";
        let database = Database::parse(text.as_bytes()).unwrap();
        assert_eq!(database.parts["a"], record(&[("x", "1\n2\n3")], &[], ""));
    }

    #[test]
    fn rubbish_is_refused_with_its_line() {
        let refusal = |bytes: &[u8]| Database::parse(bytes).unwrap_err().to_string();
        assert_eq!(refusal(b"rubbish\n"), "line 1: no section header before \"rubbish\"");
        assert_eq!(refusal(b"\n[a]\nrubbish\n"), "line 3: neither a section nor an option: \"rubbish\"");
        assert_eq!(refusal(b"[a]\n x = 1\n"), "line 2: neither a section nor an option: \" x = 1\"");
        assert_eq!(refusal(b"[a\n"), "line 1: no section header before \"[a\"");
        assert_eq!(refusal(b"[a]\n= 1\n"), "line 2: neither a section nor an option: \"= 1\"");
        assert_eq!(refusal(b"[a]\nx = \xff\n"), "line 2: not UTF-8");
        assert_eq!(refusal(b"[buildout]\nparts = a\n"), "line 2: `parts` names `a`, which has no section");
        assert_eq!(refusal(&vec![b'\n'; (LIMIT_BYTES + 1) as usize]), "longer than 64 MiB");
    }

    #[test]
    fn a_part_and_options_with_names_of_the_database_come_back() {
        let mut database = Database::default();
        database.record("buildout", record(&[(PATHS, "x"), (SIGNATURE, "y"), ("", "z")], &["p"], "s"));
        assert_eq!(Database::parse(database.text().as_bytes()), Ok(database));
    }

    fn any_record() -> impl Strategy<Value = Record> {
        let paths = prop::collection::vec(hostile_text().prop_filter("empty", |path| !path.is_empty()), 0..4);
        (prop::collection::btree_map(hostile_text(), hostile_text(), 0..5), paths, hostile_text())
            .prop_map(|(options, paths, signature)| Record { options, paths, signature })
    }

    proptest! {
        #[test]
        fn every_database_comes_back_as_it_was(
            parts in prop::collection::vec((hostile_text(), any_record()), 0..4),
            eggs in prop::collection::vec(hostile_text().prop_filter("empty", |path| !path.is_empty()), 0..3),
        ) {
            let database = Database { develop_eggs: eggs, parts: parts.into_iter().collect() };
            prop_assert_eq!(Database::parse(database.text().as_bytes()), Ok(database));
        }

        #[test]
        fn no_bytes_are_read_with_a_panic_and_what_is_read_comes_back(
            bytes in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..200),
                prop::collection::vec(hostile_text(), 0..9).prop_map(|lines| {
                    format!("[buildout]\nparts = a\n[a]\n{}", lines.join("\nx = ")).into_bytes()
                }),
            ]
        ) {
            if let Ok(database) = Database::parse(&bytes) {
                prop_assert_eq!(Database::parse(database.text().as_bytes()), Ok(database));
            }
        }
    }
}
