//! What one step of zc.buildout printed and left, as it is recorded.
//!
//! - In: texts that are plain already.
//! - Out: JSON, in the form of `tests/oracle/README.md`.
//! - Not here: reading it again (`suite`, `outcome`).

use std::collections::BTreeMap;
use std::io;

use serde::Serialize as _;
use serde_json::ser::{Formatter, Serializer};
use serde_json::{Value, json};

use crate::oracle::disk;

/// What a run left.
pub(super) struct Left {
    pub(super) arguments: Vec<String>,
    pub(super) exit: i32,
    pub(super) stdout: String,
    pub(super) stderr: String,
    pub(super) database: Option<String>,
    pub(super) tree: Vec<String>,
    pub(super) shown: BTreeMap<String, Option<String>>,
}

/// One step; keys without content are left out.
pub(super) fn step(left: &Left) -> Value {
    let mut fields: BTreeMap<&str, Value> = BTreeMap::new();
    let made = |line: &&str| line.strip_prefix("Creating directory '")?.strip_suffix("'.").map(str::to_owned);
    let created: Vec<String> = left.stdout.lines().filter_map(|line| made(&line)).collect();
    let lines: Vec<&str> = left.stdout.split('\n').filter(|line| made(line).is_none()).collect();
    let lines = lines.strip_suffix(&[""]).unwrap_or(&lines);
    let actions: Vec<_> = lines.iter().filter_map(|line| action(line)).collect();
    let told = Told::read(&left.stderr);
    fields.insert("args", json!(left.arguments));
    fields.insert("rc", json!(left.exit));
    fields.insert("stdout", json!(lines));
    fields.insert("installed", json!(left.database.as_deref().map(disk::database)));
    fields.insert("tree", json!(left.tree));
    let optional = [
        ("created_dirs", json!(created), created.is_empty()),
        ("actions", json!(actions), actions.is_empty()),
        ("while", json!(told.doing), told.doing.is_empty()),
        ("error", json!(told.error), told.error.is_none()),
        ("internal_error", json!(told.broke), told.broke.is_none()),
        ("cat", json!(left.shown), left.shown.is_empty()),
    ];
    fields.extend(optional.into_iter().filter(|(.., empty)| !empty).map(|(key, value, _)| (key, value)));
    json!(fields)
}

/// All steps as a text: one a line, so that a change is seen where it is.
pub(super) fn text(steps: &[Value]) -> String {
    let lines: Vec<String> = steps.iter().map(|step| format!("  {}", line(step))).collect();
    format!("{{\"new\": {{\"steps\": [\n{}\n]}}}}\n", lines.join(",\n"))
}

/// A blank behind each comma and each colon.
struct Airy;

impl Formatter for Airy {
    fn begin_array_value<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_key<W: ?Sized + io::Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { out.write_all(b", ") }
    }

    fn begin_object_value<W: ?Sized + io::Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}

fn line(value: &Value) -> String {
    let mut out = Vec::new();
    value.serialize(&mut Serializer::with_formatter(&mut out, Airy)).expect("memory takes all");
    String::from_utf8(out).expect("JSON is text")
}

/// `Installing a.` and its like: the word, and what it is about.
fn action(line: &str) -> Option<[&str; 2]> {
    if line == "Running uninstall recipe." {
        return Some(["Uninstall-recipe", ""]);
    }
    if let Some(egg) = line.strip_prefix("Develop: ") {
        return Some(["Develop", egg]);
    }
    let (word, part) = line.strip_suffix('.')?.split_once(' ')?;
    ["Installing", "Updating", "Uninstalling"].contains(&word).then_some([word, part])
}

/// What standard error told.
#[derive(Debug, Default, PartialEq, Eq)]
struct Told {
    doing: Vec<String>,
    error: Option<String>,
    /// The exception that ended it, without its module.
    broke: Option<String>,
}

impl Told {
    fn read(stderr: &str) -> Self {
        let lines: Vec<&str> = stderr.split('\n').collect();
        let mut told = Self::default();
        let mut at = 0;
        while at < lines.len() {
            if lines[at] == "While:" {
                let below = lines[at + 1..].iter().map_while(|line| line.strip_prefix("  "));
                told.doing.extend(below.map(str::to_owned));
            } else if lines[at].starts_with("Error: ") {
                let error = lines[at..].join("\n");
                told.error = Some(error["Error: ".len()..].trim_end_matches('\n').to_owned());
                break;
            } else if lines[at].starts_with(TRACEBACK) {
                // Of several that led to each other the last one counts.
                let last = lines.iter().rposition(|line| line.starts_with(TRACEBACK)).unwrap_or(at);
                let own = lines[last + 1..].iter().filter(|line| !line.is_empty() && !line.starts_with(' '));
                told.broke = Some(without_module(&own.copied().collect::<Vec<_>>().join("\n")));
                break;
            }
            at += 1;
        }
        told
    }
}

const TRACEBACK: &str = "Traceback (most recent call last)";

/// `a.b.Name: text` as `Name: text`.
fn without_module(exception: &str) -> String {
    let end =
        exception.find(|c: char| !c.is_alphanumeric() && c != '_' && c != '.').unwrap_or(exception.len());
    let (path, rest) = exception.split_at(end);
    let whole = rest.is_empty() || rest.starts_with(": ");
    let name = path.rsplit('.').next().filter(|name| whole && !name.is_empty()).unwrap_or(path);
    format!("{name}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_step_is_recorded_on_one_line_without_what_is_not_there() {
        let left = Left {
            arguments: vec!["-v".to_owned()],
            exit: 1,
            stdout: "Creating directory '@DIR@/bin'.\nInstalling a.\n  x=\"é\"\n".to_owned(),
            stderr: "While:\n  Installing.\n  Getting section b.\nError: one\n two\n".to_owned(),
            database: Some("[buildout]\nparts = a\n".to_owned()),
            tree: vec!["bin/".to_owned()],
            shown: BTreeMap::new(),
        };
        assert_eq!(
            text(&[step(&left)]),
            r#"{"new": {"steps": [
  {"actions": [["Installing", "a"]], "args": ["-v"], "created_dirs": ["@DIR@/bin"], "error": "one\n two", "installed": {"buildout": {"parts": "a"}}, "rc": 1, "stdout": ["Installing a.", "  x=\"é\""], "tree": ["bin/"], "while": ["Installing.", "Getting section b."]}
]}}
"#
        );
    }

    #[test]
    fn the_last_exception_counts_without_its_module() {
        let told = Told::read(
            "Traceback (most recent call last):\n  x\nKeyError: 1\n\nDuring it:\n\n\
             Traceback (most recent call last):\n  y\nzc.buildout.MissingOption: no\nmore\n",
        );
        assert_eq!(told.broke.as_deref(), Some("MissingOption: no\nmore"));
        assert_eq!(without_module("KeyboardInterrupt"), "KeyboardInterrupt");
    }
}
