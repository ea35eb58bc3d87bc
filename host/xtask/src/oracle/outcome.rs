//! The fields of one step, ours and theirs, each as lines.
//!
//! - In: a recorded result, or what a run printed and left.
//! - Out: an [`Outcome`].
//! - Not here: comparing (`difference`).
//!
//! Rules: `decisions.md` 5.7. The exit code for a wrong command line counts as 1; what broke zc.buildout is compared
//! only as `failed`, below the same `While:`; signatures are masked; develop eggs, `.buildout/` and `eggs/v5` are not looked at.

use std::collections::BTreeMap;

use serde_json::Value;

use super::disk;
use super::output::Told;
use super::suite::Step;

/// Field by field, what one step came to.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    pub(super) fields: BTreeMap<&'static str, Vec<String>>,
    /// The Python exception that ended zc.buildout.
    pub(super) broke: Option<String>,
}

/// What a run of ours left.
pub(super) struct Left {
    /// How the process ended; none: by a signal, or by us after too long a time.
    pub(super) exit: Option<i32>,
    pub(super) stdout: String,
    pub(super) stderr: String,
    /// The text of the database.
    pub(super) database: Option<String>,
    pub(super) tree: Vec<String>,
    /// Files whose text is shown; none: not there.
    pub(super) shown: Vec<(String, Option<String>)>,
}

impl Outcome {
    /// Reads a recorded result of zc.buildout.
    pub(super) fn recorded(step: &Step, answer: &Value) -> Self {
        let list = |key: &str| answer[key].as_array().map(Vec::as_slice).unwrap_or_default();
        let lines = |key: &str| list(key).iter().filter_map(Value::as_str);
        let exit = answer["rc"].as_i64().and_then(|code| i32::try_from(code).ok());
        let mut told = Told::theirs(lines("stdout"));
        told.doing = lines("while").map(str::to_owned).collect();
        told.error =
            answer["error"].as_str().map_or(Vec::new(), |text| text.lines().map(str::to_owned).collect());
        let database = answer["installed"].as_object().map(|sections| {
            let sections = sections.iter().map(|(name, options)| {
                let options = options.as_object().into_iter().flatten();
                let options =
                    options.filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())));
                (name.clone(), options.collect())
            });
            sections.collect()
        });
        let shown = answer["cat"].as_object().into_iter().flatten();
        let shown = shown.map(|(path, text)| (path.clone(), text.as_str().map(str::to_owned)));
        let stdout = lines("stdout").map(str::to_owned).collect();
        let tree = lines("tree").map(str::to_owned).collect();
        let mut outcome = Self::new(step, exit, told, stdout, database, tree, shown.collect());
        outcome.broke = answer["internal_error"].as_str().map(str::to_owned);
        outcome
    }

    /// Reads what a run of ours left.
    pub(super) fn ours(step: &Step, left: Left) -> Self {
        let told = Told::ours(&left.stderr);
        let stdout = left.stdout.lines().map(|line| without_line_number(line).to_owned()).collect();
        let database = left.database.as_deref().map(disk::database);
        Self::new(step, left.exit, told, stdout, database, left.tree, left.shown)
    }

    fn new(
        step: &Step,
        exit: Option<i32>,
        told: Told,
        stdout: Vec<String>,
        database: Option<disk::Database>,
        tree: Vec<String>,
        shown: Vec<(String, Option<String>)>,
    ) -> Self {
        let exit = match exit {
            Some(2) => "1".to_owned(),
            Some(code) => code.to_string(),
            None => "none".to_owned(),
        };
        let mut fields = BTreeMap::from([
            ("rc", vec![exit]),
            ("while", told.doing),
            ("error", told.error),
            ("actions", told.actions),
            ("installed", database.map_or(Vec::new(), |database| disk::lines(&database))),
            ("tree", tree.into_iter().filter(|path| !disk::is_ignored(path)).collect()),
        ]);
        let shown = shown.into_iter().flat_map(|(path, text)| match text {
            None => vec![format!("{path}: none")],
            Some(text) => text.split('\n').map(|line| format!("{path}: {}", masked(line))).collect(),
        });
        fields.insert("cat", shown.collect());
        if step.asks() {
            fields.insert("stdout", stdout);
        } else {
            fields.insert("said", told.said);
            fields.insert("unused", told.unused);
        }
        Self { fields, broke: None }
    }
}

/// A line of a database, without the signature.
fn masked(line: &str) -> &str {
    const SIGNATURE: &str = "__buildout_signature__ = ";
    if line.starts_with(SIGNATURE) { SIGNATURE } else { line }
}

/// A line of `annotate` without the line number behind the source.
fn without_line_number(line: &str) -> &str {
    let is_source = ["    ", "+=  ", "-=  ", "   IN "].iter().any(|start| line.starts_with(start));
    match line.rsplit_once(':') {
        Some((source, number)) if is_source && number.parse::<u32>().is_ok() => source,
        _ => line,
    }
}
