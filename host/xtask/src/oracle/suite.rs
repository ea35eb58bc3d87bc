//! Cases and recorded results, read from their files.
//!
//! - In: JSON, in the form of `tests/oracle/README.md`.
//! - Out: [`Case`]s, each with its steps and the answers of the real zc.buildout.
//! - Not here: taking steps (`project`).

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::Value;

use super::outcome::Outcome;
use super::{is_like, read};

/// Some cases.
#[derive(Debug)]
pub(super) struct Suite {
    pub(super) cases: Vec<Case>,
}

/// Files, steps, and what zc.buildout answered.
#[derive(Debug)]
pub(super) struct Case {
    pub(super) name: String,
    pub(super) files: BTreeMap<String, Vec<u8>>,
    pub(super) home: BTreeMap<String, Vec<u8>>,
    pub(super) environment: BTreeMap<String, String>,
    /// Files of a web server; none where there is no server.
    pub(super) serve: Option<BTreeMap<String, String>>,
    pub(super) steps: Vec<Step>,
    /// Empty where they are about to be recorded.
    pub(super) answers: Vec<Outcome>,
    /// All that is written in the case, for the patterns of rules.
    pub(super) text: String,
}

/// One run, and what happens before it.
#[derive(Debug)]
pub(super) struct Step {
    pub(super) arguments: Vec<String>,
    /// Below the project.
    pub(super) directory: String,
    pub(super) environment: BTreeMap<String, String>,
    pub(super) write: BTreeMap<String, Vec<u8>>,
    pub(super) write_home: BTreeMap<String, Vec<u8>>,
    pub(super) make: Vec<String>,
    pub(super) remove: Vec<String>,
    /// Changes of the recipes: a file of theirs, and what is added to it.
    pub(super) recipe: BTreeMap<String, String>,
    /// Files of the web server from now on.
    pub(super) serve: BTreeMap<String, String>,
    /// Whether the web server plays dead.
    pub(super) serve_down: bool,
    /// Files whose text is compared.
    pub(super) show: Vec<String>,
    /// Where the database lies.
    pub(super) database: String,
}

impl Suite {
    /// Reads the cases whose name is like `only`, with their answers if it is said where these are.
    pub(super) fn read(cases: &Path, expected: Option<&Path>, only: Option<&str>) -> Result<Self> {
        let all: Value =
            serde_json::from_str(&read(cases)?).with_context(|| format!("reading {}", cases.display()))?;
        let Some(all) = all.as_array() else { bail!("{} is not a list of cases", cases.display()) };
        let mut suite = Self { cases: Vec::new() };
        for case in all {
            let name = case["name"].as_str().context("a case has no name")?;
            if only.is_none_or(|only| is_like(name, only)) {
                let answers = expected.map(|expected| expected.join(format!("{name}.json")));
                suite
                    .cases
                    .push(Case::new(name, case, answers.as_deref()).with_context(|| format!("case {name}"))?);
            }
        }
        ensure!(!suite.cases.is_empty(), "there is no such case");
        Ok(suite)
    }
}

impl Case {
    fn new(name: &str, case: &Value, answers: Option<&Path>) -> Result<Self> {
        let steps = case["steps"].as_array().context("the case has no steps")?;
        let steps: Vec<Step> = steps.iter().map(Step::new).collect::<Result<_>>()?;
        let mut outcomes = Vec::new();
        if let Some(answers) = answers {
            let recorded: Value = serde_json::from_str(&read(answers)?)?;
            let recorded = recorded["new"]["steps"].as_array();
            let recorded = recorded.context("no steps of the new one are recorded")?;
            ensure!(steps.len() == recorded.len(), "the case has other steps than its recorded result");
            let answers = steps.iter().zip(recorded).map(|(step, answer)| Outcome::recorded(step, answer));
            outcomes.extend(answers);
        }
        Ok(Self {
            name: name.to_owned(),
            files: files(&case["files"])?,
            home: files(&case["home"])?,
            environment: texts(&case["env"]),
            serve: case["serve"].is_object().then(|| texts(&case["serve"])),
            answers: outcomes,
            text: written(case),
            steps,
        })
    }

    /// The files that its web server has at some time.
    pub(super) fn served(&self) -> impl Iterator<Item = &str> {
        let steps = self.steps.iter().flat_map(|step| step.serve.keys());
        self.serve.iter().flat_map(BTreeMap::keys).chain(steps).map(String::as_str)
    }
}

impl Step {
    fn new(step: &Value) -> Result<Self> {
        let text = |key: &str| step[key].as_str().unwrap_or_default().to_owned();
        let list = |key: &str| -> Vec<String> {
            let items = step[key].as_array().map(Vec::as_slice).unwrap_or_default();
            items.iter().filter_map(|item| item.as_str().map(str::to_owned)).collect()
        };
        Ok(Self {
            arguments: list("args"),
            directory: text("cwd"),
            environment: texts(&step["env"]),
            write: files(&step["write"])?,
            write_home: files(&step["write_home"])?,
            make: list("mkdir"),
            remove: list("remove"),
            recipe: texts(&step["append_rec"]),
            serve: texts(&step["serve"]),
            serve_down: step["serve_down"].as_bool().unwrap_or_default(),
            show: list("cat"),
            database: step["installed"].as_str().unwrap_or(".installed.cfg").to_owned(),
        })
    }

    /// Whether what the command prints as its result is compared.
    pub(super) fn asks(&self) -> bool {
        let asks = |argument: &String| {
            let letters = argument.strip_prefix('-').filter(|letters| !letters.starts_with('-'));
            matches!(&**argument, "annotate" | "query" | "help" | "--help" | "--version")
                || letters.is_some_and(|letters| letters.contains('h'))
        };
        self.arguments.iter().any(asks)
    }
}

/// Texts, or bytes as `{"b64": …}`, by path.
fn files(value: &Value) -> Result<BTreeMap<String, Vec<u8>>> {
    let mut files = BTreeMap::new();
    for (path, content) in value.as_object().into_iter().flatten() {
        let bytes = match (content.as_str(), content["b64"].as_str()) {
            (Some(text), _) => text.as_bytes().to_vec(),
            (None, Some(coded)) => decoded(coded).with_context(|| format!("{path} is not base 64"))?,
            (None, None) => bail!("{path} has no content"),
        };
        files.insert(path.clone(), bytes);
    }
    Ok(files)
}

fn texts(value: &Value) -> BTreeMap<String, String> {
    let pairs = value.as_object().into_iter().flatten();
    pairs.filter_map(|(name, text)| Some((name.clone(), text.as_str()?.to_owned()))).collect()
}

/// Every text of a case: files, then a line `$ ARGUMENTS` for each step.
fn written(case: &Value) -> String {
    let mut text = String::new();
    let steps = case["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
    let writing = steps.iter().flat_map(|step| [&step["write"], &step["write_home"], &step["serve"]]);
    for files in [&case["files"], &case["home"], &case["serve"]].into_iter().chain(writing) {
        for (path, content) in files.as_object().into_iter().flatten() {
            text.push_str(&format!("-- {path}\n{}\n", content.as_str().unwrap_or_default()));
        }
    }
    for step in steps {
        let arguments = step["args"].as_array().map(Vec::as_slice).unwrap_or_default();
        let arguments: Vec<&str> = arguments.iter().filter_map(Value::as_str).collect();
        text.push_str(&format!("$ {}\n", arguments.join(" ")));
    }
    text
}

/// Base 64, as of RFC 4648.
fn decoded(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => return None,
        };
        (bits, count) = (bits << 6 | u32::from(value), count + 6);
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_64_is_decoded() {
        assert_eq!(decoded("Zm9vYg==").as_deref(), Some(&b"foob"[..]));
        assert_eq!(decoded("/+8=").as_deref(), Some(&[0xff, 0xef][..]));
        assert_eq!(decoded("a b"), None);
    }

    #[test]
    fn a_result_is_asked_for_by_some_commands_only() {
        let asks = |arguments: &[&str]| {
            Step::new(&serde_json::json!({ "args": arguments })).expect("it is a step").asks()
        };
        for arguments in [&["-v", "annotate"][..], &["query", "x"], &["-vh"], &["--help"]] {
            assert!(asks(arguments), "{arguments:?}");
        }
        for arguments in [&[][..], &["install"], &["a:h=1"], &["--hold"]] {
            assert!(!asks(arguments), "{arguments:?}");
        }
    }
}
