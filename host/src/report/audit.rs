//! What `audit` shows: hosts, programs, variables, files by directory, outputs with digests, denials.
//!
//! - In: the lines of the log about one directory, the digests of what is installed.
//! - Out: text for people, data for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use camino::Utf8PathBuf;
use serde::Serialize;

use super::visible;
use crate::audit::Line;

/// One thing, and how often.
#[derive(Debug, Serialize)]
struct Counted {
    part: Option<String>,
    kind: String,
    value: String,
    by: String,
    count: u64,
}

/// An output with the SHA-256 of what the part wrote.
#[derive(Debug, Serialize)]
struct Output {
    part: String,
    path: Utf8PathBuf,
    sha256: String,
}

/// What was allowed and denied, as programs read it.
#[derive(Debug, Serialize)]
pub struct AuditShown {
    allowed: Vec<Counted>,
    denied: Vec<Counted>,
    outputs: Vec<Output>,
}

impl AuditShown {
    /// Sums up.
    pub fn of(lines: &[Line], outputs: impl Iterator<Item = (String, Utf8PathBuf, String)>) -> Self {
        let sum = |allowed: bool| {
            let mut sums: BTreeMap<(Option<String>, String, String, String), u64> = BTreeMap::new();
            for entry in lines.iter().map(|line| &line.entry).filter(|entry| entry.allowed == allowed) {
                let key = (entry.part.clone(), entry.kind.clone(), entry.value.clone(), entry.by.clone());
                *sums.entry(key).or_default() += entry.count;
            }
            sums.into_iter()
                .map(|((part, kind, value, by), count)| Counted { part, kind, value, by, count })
                .collect()
        };
        let outputs = outputs.map(|(part, path, sha256)| Output { part, path, sha256 });
        Self { allowed: sum(true), denied: sum(false), outputs: outputs.collect() }
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |what: &str| writeln!(text, "{}", visible::line(what)).expect("a String takes all");
        for (title, all) in [("Allowed:", &self.allowed), ("Denied:", &self.denied)] {
            if !all.is_empty() {
                line(title);
            }
            for one in all {
                let who = one.part.as_deref().unwrap_or("the configuration");
                let times = if one.count == 1 { String::new() } else { format!(", {} times", one.count) };
                let what = format!("{} {}", one.kind.replace('-', " "), one.value);
                line(&format!("  {who}: {}  ({}{times})", what.trim_end(), one.by));
            }
        }
        if !self.outputs.is_empty() {
            line("Made:");
        }
        for output in &self.outputs {
            line(&format!("  {}: {} sha256:{}", output.part, output.path, output.sha256));
        }
        if text.is_empty() {
            text.push_str("Nothing beyond the defaults was asked for here.\n");
        }
        text
    }
}
