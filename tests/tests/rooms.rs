//! The rooms of the host keep to their places: who may name whom, who prints, who ends the process.
//!
//! - In: every source file of `host/src`.
//! - Out: each line that breaks a rule, with its file.
//! - Not here: what the rooms do.
//!
//! Rules: architecture §2 and §3; they stand below as data.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms, lowest first: none names one that stands after it. `main` and `lib` are above all.
const ROOMS: [&str; 19] = [
    "fault",
    "source",
    "diagnostic",
    "event",
    "environment",
    "path",
    "confine",
    "config",
    "installed",
    "access",
    "audit",
    "process",
    "recipe",
    "resolve",
    "plan",
    "execute",
    "run",
    "report",
    "cli",
];

/// Words that only some files may use, and which: a path of a file, or the beginning of paths.
const WORDS: [(&[&str], &[&str]); 5] = [
    (&["wasmtime"], &["recipe/"]),
    (&["println!", "eprintln!", "print!", "eprint!", "dbg!"], &["report/", "main.rs"]),
    (&["process::exit", "process::abort"], &["main.rs"]),
    (&["env::var", "env::vars", "env::home_dir", "env::temp_dir", "env::split_paths"], &["environment.rs"]),
    (&["env::args", "env::current_dir", "env::current_exe"], &["main.rs", "cli/mod.rs", "recipe/bundle.rs"]),
];

/// The lines of a file that break a rule; `file` is its path below `host/src`.
fn faults(file: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let bare = |line: &str| line.split("//").next().unwrap_or_default().to_owned();
    for (at, line) in text.lines().enumerate() {
        let mut code = bare(line);
        // A list of several lines counts where it begins.
        if code.contains("crate::{") {
            let more = text.lines().skip(at + 1).map(bare);
            let ended = code.ends_with(';');
            code.extend(more.take_while(|line| !line.starts_with("};")).filter(|_| !ended));
        }
        let code = code.as_str();
        let mut fault = |what: String| faults.push(format!("{file}:{}: {what}: {}", at + 1, line.trim()));
        for room in upward(file, code) {
            fault(format!("names `{room}`, which is above"));
        }
        for (words, allowed) in WORDS {
            for word in words {
                if names(code, word) && !allowed.iter().any(|place| file.starts_with(place)) {
                    fault(format!("`{word}` belongs in {}", allowed.join(", ")));
                }
            }
        }
    }
    faults
}

/// The rooms above its own that a line names with `crate::`.
fn upward<'l>(file: &str, code: &'l str) -> Vec<&'l str> {
    let room = file.split('/').next().unwrap_or_default().trim_end_matches(".rs");
    let Some(height) = ROOMS.iter().position(|name| *name == room) else { return Vec::new() };
    let mut named = Vec::new();
    for behind in code.split("crate::").skip(1) {
        // `crate::a::b` or `crate::{a, b::{c, d}}`.
        let paths: Vec<&str> = match behind.strip_prefix('{') {
            Some(list) => list.split([',', '{', '}']).collect(),
            None => vec![behind],
        };
        for path in paths.into_iter().map(str::trim_start) {
            let end = path.find(|c: char| !c.is_alphanumeric() && c != '_');
            named.push(&path[..end.unwrap_or(path.len())]);
        }
    }
    named.retain(|name| ROOMS.iter().position(|room| room == name).is_some_and(|other| other > height));
    named
}

/// Whether a word stands in a line, not as a part of another one.
fn names(code: &str, word: &str) -> bool {
    code.match_indices(word).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        let behind = code[at + word.len()..].chars().next();
        !before.is_some_and(|c| c.is_alphanumeric() || c == '_')
            && !behind.is_some_and(|c| c.is_alphanumeric())
    })
}

/// Every source file below a folder, sorted.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).expect("the sources are there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

#[test]
fn no_room_names_one_above_it_and_each_keeps_to_its_own_words() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests lie in the repository")
        .join("host/src");
    let mut found = Vec::new();
    for path in sources(&top) {
        let file = path.strip_prefix(&top).expect("it lies below").to_str().expect("it is text");
        found.extend(faults(file, &fs::read_to_string(&path).expect("it is text")));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn every_room_is_there_and_stands_in_the_order() {
    let top = Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .expect("the tests lie in the repository")
        .join("host/src");
    let mut rooms: Vec<String> = fs::read_dir(top)
        .expect("the sources are there")
        .map(|entry| entry.expect("it can be read").path())
        .map(|path| path.file_stem().expect("it has a name").to_string_lossy().into_owned())
        .filter(|name| name != "main" && name != "lib")
        .collect();
    rooms.sort();
    let mut known = ROOMS.map(str::to_owned);
    known.sort();
    assert_eq!(rooms, known);
}

#[test]
fn a_line_that_breaks_a_rule_is_found() {
    let broken = |file: &str, line: &str| !faults(file, line).is_empty();
    assert!(broken("config/parse.rs", "use crate::resolve::Buildout;"));
    assert!(broken("config/parse.rs", "use crate::{source::Span, recipe};"));
    assert!(broken("config/parse.rs", "use crate::{\n    source::{Place, Span},\n    recipe,\n};"));
    assert!(broken("source.rs", "    let text = crate::report::visible::line(text);"));
    assert!(broken("resolve/mod.rs", "use wasmtime::Engine;"));
    assert!(broken("execute/steps.rs", "        eprintln!(\"{part}\");"));
    assert!(broken("cli/install.rs", "    std::process::exit(1);"));
    assert!(broken("config/facts.rs", "let home = env::var(\"HOME\");"));
    assert!(broken("resolve/mod.rs", "let here = std::env::current_dir()?;"));

    assert!(!broken("resolve/mod.rs", "use crate::config::Value;"));
    assert!(!broken("resolve/mod.rs", "use crate::{config, recipe::Recipe};"));
    assert!(!broken("config/parse.rs", "// Not here: `crate::resolve`, println!, wasmtime."));
    assert!(!broken("recipe/engine.rs", "use wasmtime::Engine;"));
    assert!(!broken("resolve/mod.rs", "write!(text, \"{}\", env!(\"CARGO_PKG_VERSION\"))"));
    assert!(!broken("report/mod.rs", "    println!(\"{text}\");"));
}
