//! Configuration files of the world mean what they mean to zc.buildout.
//!
//! - In: the folder `realworld`, beside the folder of this repository as `shared/realworld`, or in
//!   `$BUILDOUT_REALWORLD`: profiles of many projects, and what zc.buildout made of each file and of each entry. They
//!   are not ours, so they are no part of this repository.
//! - Out: a failed test that names each value that differs and meets no rule; a line that says so where the folder is
//!   absent.
//! - Not here: recipes and substitution; what was recorded is what was merged.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use buildout::config::{
    self, Assignment, Change, Configuration, Entry, Files, Limits, LocalFiles, Operator, Origin, Request,
    Value,
};
use camino::{Utf8Path, Utf8PathBuf};
use serde_json::Value as Json;

/// Sections by name, their options by name.
type Sections = BTreeMap<String, BTreeMap<String, String>>;

/// The folder, unless it is absent; then the reader is told.
fn folder(test: &str) -> Option<Utf8PathBuf> {
    let beside = || {
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).parent()?;
        Some(repository.parent()?.join("shared/realworld"))
    };
    let named = std::env::var_os("BUILDOUT_REALWORLD").map(Into::into);
    let found = named.or_else(beside).filter(|folder| folder.join("index.json").is_file());
    if found.is_none() {
        // Past what `cargo test` catches, as it shows nothing of a test that passes.
        let said = writeln!(io::stderr(), "{test}: skipped, there is no folder `../shared/realworld`");
        said.expect("standard error can be written");
    }
    found.map(|folder| Utf8PathBuf::from_path_buf(folder).expect("the folder's name is text"))
}

/// Files below one folder; those that are missing or remote are empty, as they were when the answers were recorded.
struct Lenient {
    /// The only one that is read, if there is one.
    only: Option<Utf8PathBuf>,
    read: BTreeSet<Utf8PathBuf>,
}

impl Files for Lenient {
    fn read(&mut self, path: &Utf8Path, most: usize) -> io::Result<Vec<u8>> {
        if self.only.as_deref().is_some_and(|only| only != path) {
            return Ok(Vec::new());
        }
        match LocalFiles.read(path, most) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
            bytes => {
                self.read.insert(path.to_owned());
                bytes
            }
        }
    }

    fn real_path(&mut self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        LocalFiles.real_path(path)
    }

    fn remote(&mut self, _url: &str) -> Option<Vec<u8>> {
        Some(Vec::new())
    }
}

/// Loads a file of a profile; with everything that it extends, or alone.
fn loaded(file: &Utf8Path, profile: &Utf8Path, alone: bool) -> (Result<Configuration, Vec<String>>, usize) {
    let only = alone.then(|| LocalFiles.real_path(file).expect("it is there"));
    let mut files = Lenient { only, read: BTreeSet::new() };
    // The section that pins versions may be in another file.
    let assignments = alone.then(|| Assignment::parse("buildout:versions=").expect("it is an assignment"));
    let assignments = assignments.into_iter().collect();
    let request = Request { project: profile.to_owned(), assignments, ..Request::new(file) };
    let loaded = config::load(&request, &mut files)
        .map_err(|failure| failure.diagnostics.iter().map(|diagnostic| diagnostic.message.clone()).collect());
    (loaded, files.read.len())
}

fn json(path: &Utf8Path) -> Json {
    let text = fs::read(path).unwrap_or_else(|error| panic!("{path}: {error}"));
    serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn sections(answer: &Json) -> Option<Sections> {
    let sections = answer.get("sections")?.as_object()?;
    // They keep all blanks between a name and its sign; their next step takes them for one.
    let name = |name: &String| name.split_whitespace().collect::<Vec<_>>().join(" ");
    let options = |options: &Json| {
        let options = options.as_object().expect("a section has options").iter();
        options.map(|(key, text)| (name(key), text.as_str().expect("a value is text").to_owned())).collect()
    };
    Some(sections.iter().map(|(name, section)| (name.clone(), options(section))).collect())
}

/// A value as zc.buildout has it before it looks at `[buildout]`: without built-in defaults, directories as written.
/// None if no file had a hand in it.
fn before_defaults(value: &Value) -> Option<String> {
    let history = value.history();
    history.iter().find(|entry| matches!(entry.origin, Origin::File(_)))?;
    let mut text = value.text();
    if let [.., written, Entry { change: Change::Directory, .. }] = history {
        text = &written.text;
    }
    let of_default = |entry: &&Entry| matches!(entry.origin, Origin::Default | Origin::Computed);
    let grown = history[1..].iter().all(|entry| matches!(entry.change, Change::Add | Change::Remove));
    let default = history.first().filter(of_default).filter(|_| grown);
    Some(default.and_then(|default| text.strip_prefix(&*default.text)).unwrap_or(text).to_owned())
}

/// What the files of a configuration say, merged.
fn merged(configuration: &Configuration) -> Sections {
    let mut all = Sections::new();
    for name in configuration.names() {
        let section = configuration.section(name).expect("it was just named");
        let rows = section.rows().into_iter();
        let rows = rows.filter_map(|(option, value)| Some((option.into_owned(), before_defaults(value)?)));
        let rows: BTreeMap<_, _> = rows.collect();
        if section.at.is_some() || !rows.is_empty() {
            all.insert(name.to_owned(), rows);
        }
    }
    all
}

/// What one file says, increments apart from assignments.
fn alone(configuration: &Configuration, text: &str) -> Sections {
    let mut all = Sections::new();
    for name in configuration.names() {
        let section = configuration.section(name).expect("it was just named");
        if section.at.is_none() {
            continue;
        }
        let options = all.entry(name.to_owned()).or_default();
        for (row, value) in section.rows() {
            // A row that waits for a macro has its sign already.
            let waits = section.get(&row).is_none();
            for entry in value.history() {
                if !matches!(entry.origin, Origin::File(_)) || entry.change == Change::Directory {
                    continue;
                }
                let sign = match operator(entry, text) {
                    Operator::Set => "",
                    Operator::Add => " +",
                    Operator::Remove => " -",
                };
                let name = if waits { row.to_string() } else { format!("{row}{sign}") };
                options.insert(name, entry.text.to_string());
            }
        }
    }
    all
}

/// How the file wrote what an entry says; the first of a history is always called an assignment.
fn operator(entry: &Entry, text: &str) -> Operator {
    let span = entry.origin.span().expect("a file wrote it");
    let written = config::parse(text, &Limits::default()).expect("it was parsed before");
    let options = written.blocks.iter().flat_map(|block| &block.options);
    let option = options.into_iter().find(|option| option.name.stretch().start == span.start);
    option.expect("the span begins with the option's name").operator
}

/// Takes `extends` out of what is expected: it steers the reading and is no option afterwards.
fn without_extends(mut sections: Sections) -> Sections {
    if let Some(buildout) = sections.get_mut("buildout") {
        buildout.retain(|name, _| !["extends", "optional-extends"].contains(&name.as_str()));
    }
    sections
}

/// A value that differs; none is one that is not there.
#[derive(Debug)]
struct Difference<'a> {
    section: &'a str,
    option: &'a str,
    ours: Option<&'a str>,
    theirs: Option<&'a str>,
    /// The option as they have it without sign, if this one has a sign.
    assigned: Option<&'a str>,
}

/// Why a kind of value differs on purpose, and whether one is of that kind.
type Rule = (&'static str, fn(&Difference<'_>) -> bool);

/// Where we answer otherwise on purpose.
const RULES: [Rule; 3] = [
    (
        "what is added to a built-in default, which they left out, begins a line (decisions 5.7)",
        |difference| {
            let rest = difference.ours.and_then(|ours| ours.strip_prefix('\n'));
            difference.section == "buildout" && rest.is_some() && rest == difference.theirs
        },
    ),
    ("`[buildout]` is always there (semantics 4.1)", |difference| {
        (difference.section, difference.option, difference.ours) == ("buildout", "", None)
    }),
    ("a later `=` takes an increment that waited for a macro along (semantics 5)", |difference| {
        let waits = difference.option.ends_with(" +") || difference.option.ends_with(" -");
        waits && difference.ours.is_none() && difference.assigned.is_some()
    }),
];

/// Everything that differs and meets no rule, one line each; adds the rules that were met.
fn differences(ours: &Sections, theirs: &Sections, met: &mut BTreeSet<usize>) -> Vec<String> {
    let mut lines = Vec::new();
    let empty = BTreeMap::new();
    let mut judge =
        |difference: Difference<'_>| match RULES.iter().position(|(_, explains)| explains(&difference)) {
            Some(rule) => {
                met.insert(rule);
            }
            None => lines.push(format!("{difference:?}")),
        };
    for section in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
        let there = |sections: &Sections| sections.contains_key(section).then_some("");
        if there(ours) != there(theirs) {
            let (ours, theirs) = (there(ours), there(theirs));
            judge(Difference { section, option: "", ours, theirs, assigned: None });
        }
        let [ours, theirs] = [ours, theirs].map(|sections| sections.get(section).unwrap_or(&empty));
        for option in ours.keys().chain(theirs.keys()).collect::<BTreeSet<_>>() {
            let value = |options: &'_ BTreeMap<String, String>| options.get(option).cloned();
            let (our, their) = (value(ours), value(theirs));
            if our != their {
                let assigned = option.get(..option.len().saturating_sub(2)).and_then(|name| theirs.get(name));
                let assigned = assigned.map(String::as_str);
                judge(Difference {
                    section,
                    option,
                    ours: our.as_deref(),
                    theirs: their.as_deref(),
                    assigned,
                });
            }
        }
    }
    lines
}

/// Compares one answer; `said` is what was wrong, if it was refused.
fn compared(
    ours: Result<Sections, &[String]>,
    answer: &Json,
    folder: &Utf8Path,
    met: &mut BTreeSet<usize>,
) -> Vec<String> {
    match (ours, sections(answer)) {
        (Ok(ours), Some(theirs)) => differences(&ours, &without_extends(theirs), met),
        (Ok(_), None) => vec![format!("zc.buildout refuses it: {}", answer["error"])],
        (Err(said), Some(_)) => vec![format!("zc.buildout does not refuse it: {said:?}")],
        (Err(said), None) => {
            let error = &answer["error"];
            // What broke zc.buildout is only known to have failed (decisions 5.7).
            let meant = ["MissingSectionHeaderError", "ParsingError", "UserError"];
            if !meant.iter().any(|kind| error["type"] == *kind) {
                return Vec::new();
            }
            let plain =
                |text: &str| text.replace(folder.as_str(), "").replace("@DIR@/", "").replace(": /", ": ");
            let theirs = plain(error["message"].as_str().expect("an error has a message"));
            let ours: Vec<_> = said.iter().map(|message| plain(message)).collect();
            let same = ours.iter().any(|message| theirs == *message || message.ends_with(&theirs));
            if same { Vec::new() } else { vec![format!("they say {theirs:?}, we say {ours:?}")] }
        }
    }
}

#[test]
fn every_file_of_the_world_is_parsed_as_zc_buildout_parses_it() {
    let Some(folder) = folder("every file of the world") else { return };
    let expected = folder.join("expected/parse");
    let (mut count, mut wrong, mut met) = (0, Vec::new(), BTreeSet::new());
    let mut ahead = vec![expected.clone()];
    while let Some(path) = ahead.pop() {
        if path.is_dir() {
            for entry in path.read_dir_utf8().expect("it can be listed") {
                ahead.push(entry.expect("it has a name").into_path());
            }
            continue;
        }
        count += 1;
        let name = path.strip_prefix(&expected).expect("it lies below").with_extension("");
        let file = folder.join(&name);
        let (loaded, _) = loaded(&file, &folder, true);
        let ours = loaded.as_ref().map(|configuration| {
            let text = fs::read_to_string(&file).expect("it was read before");
            alone(configuration, &text)
        });
        let lines = compared(ours.map_err(Vec::as_slice), &json(&path), &folder, &mut met);
        wrong.extend(lines.into_iter().map(|line| format!("{name}: {line}")));
    }
    assert!(count >= 455, "{count} files");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_entry_of_the_world_is_merged_as_zc_buildout_merges_it() {
    let Some(folder) = folder("every entry of the world") else { return };
    let index = json(&folder.join("index.json"));
    let (mut wrong, mut met) = (Vec::new(), BTreeSet::new());
    for entry in index.as_array().expect("the index is a list") {
        let text = |key: &str| entry[key].as_str().expect("an entry has a profile and a file").to_owned();
        let (profile, file) = (text("profile"), text("entry"));
        let name = format!("{profile}__{}", file.replace('/', "_").replace(['{', '}'], ""));
        let answer = json(&folder.join("expected/merged").join(format!("{name}.json")));
        let root = folder.join(&profile);
        let (loaded, files) = loaded(&root.join(&file), &root, false);
        let lines = compared(loaded.as_ref().map(merged).map_err(Vec::as_slice), &answer, &root, &mut met);
        wrong.extend(lines.into_iter().map(|line| format!("{name}: {line}")));
        // Each file once, however many paths lead to it (decisions 1.3); nothing is read after what is refused.
        if loaded.is_ok() && files as u64 != entry["files"].as_u64().expect("files are counted") {
            wrong.push(format!("{name}: {files} files were read, not {}", entry["files"]));
        }
    }
    assert_eq!(index.as_array().map(Vec::len), Some(47));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let unmet = RULES.iter().enumerate().filter(|(at, _)| !met.contains(at)).map(|(_, (reason, _))| *reason);
    assert_eq!(unmet.collect::<Vec<_>>(), [""; 0], "nothing meets these rules any more");
}
