//! What `policy check` shows: what a policy says, in words.
//!
//! - In: a policy.
//! - Out: text for people, data for programs.

use std::fmt::Write as _;

use camino::Utf8Path;
use serde::Serialize;

use super::visible;
use crate::access::{Confine, Fetch, Policy, Rule, Word};

/// A policy as programs read it.
#[derive(Debug, Serialize)]
pub struct PolicyShown {
    file: String,
    /// Whether it is there.
    exists: bool,
    confine: &'static str,
    process: &'static str,
    fetch: &'static str,
    allow_all_in_ci: bool,
    trust_owner: Vec<String>,
    opaque: Vec<String>,
    limits: Vec<(String, String)>,
    allow: Vec<RuleShown>,
    deny: Vec<RuleShown>,
}

#[derive(Debug, Serialize)]
struct RuleShown {
    directory: Option<String>,
    part: Option<String>,
    recipe: Option<String>,
    kind: &'static str,
    value: String,
    line: Option<usize>,
}

impl RuleShown {
    fn of(rule: &Rule) -> Self {
        Self {
            directory: rule.directory.as_ref().map(|pattern| pattern.as_str().to_owned()),
            part: rule.grant.part.clone(),
            recipe: rule.grant.recipe.clone(),
            kind: rule.grant.kind.word(),
            value: rule.grant.value.clone(),
            line: match rule.grant.word {
                Word::Policy { line, .. } => Some(line),
                Word::Typed | Word::All | Word::Approved | Word::Answered => None,
            },
        }
    }

    fn text(&self, verb: &str) -> String {
        let directory = self.directory.as_ref().map_or("everywhere".to_owned(), |it| format!("in {it}"));
        let part = self.part.as_ref().map(|part| format!(", part {part}")).unwrap_or_default();
        let recipe = self.recipe.as_ref().map(|recipe| format!(", recipe {recipe}")).unwrap_or_default();
        let value = if self.value.is_empty() { String::new() } else { format!(" {}", self.value) };
        let line = self.line.map(|line| format!("  (line {line})")).unwrap_or_default();
        visible::line(&format!("{verb} {}{value} {directory}{part}{recipe}{line}", self.kind)).into_owned()
    }
}

impl PolicyShown {
    /// Puts a policy into words; without one, what holds then.
    pub fn of(file: &Utf8Path, policy: Option<&Policy>) -> Self {
        let usual = Policy::default();
        let said = policy.unwrap_or(&usual);
        let rules = |refuses: bool| {
            said.rules.iter().filter(move |rule| rule.refuses == refuses).map(RuleShown::of).collect()
        };
        Self {
            file: file.to_string(),
            exists: policy.is_some(),
            confine: match said.confine {
                Confine::Strict => "strict",
                Confine::Guard => "guard",
            },
            process: said.process.word(),
            fetch: match said.fetch {
                Fetch::Fixed => "fixed",
                Fetch::Ask => "ask",
            },
            allow_all_in_ci: said.allow_all_in_ci,
            trust_owner: said.trust_owner.iter().map(|pattern| pattern.as_str().to_owned()).collect(),
            opaque: said.opaque.clone(),
            limits: said.limits.iter().map(|limit| (limit.name.clone(), limit.value.clone())).collect(),
            allow: rules(false),
            deny: rules(true),
        }
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let mut line = |what: String| writeln!(text, "{}", visible::line(&what)).expect("a String takes all");
        line(match self.exists {
            true => format!("{} says:", self.file),
            false => format!("{} is not there, and need not be; without it:", self.file),
        });
        line(format!("confine = {}, process = {}, fetch = {}", self.confine, self.process, self.fetch));
        if self.allow_all_in_ci {
            line("--allow-all is taken with CI set".to_owned());
        }
        self.trust_owner.iter().for_each(|directory| line(format!("yours, whoever owns it: {directory}")));
        self.opaque.iter().for_each(|option| line(format!("for buildout alone: {option}")));
        self.limits.iter().for_each(|(name, value)| line(format!("{name} = {value}")));
        self.deny.iter().for_each(|rule| line(rule.text("deny")));
        self.allow.iter().for_each(|rule| line(rule.text("allow")));
        text
    }
}
