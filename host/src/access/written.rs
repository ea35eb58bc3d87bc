//! `policy.toml` as it is written.
//!
//! - In: TOML.
//! - Out: [`Written`], each value with its place; the keys that nobody knows.
//! - Not here: what the values mean (`policy`).

use std::collections::BTreeMap;
use std::ops::Range;

use serde::Deserialize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::policy::{Confine, Fetch};
use crate::confine::Tier;
use crate::diagnostic::nearest;

/// The whole file.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case", default)]
#[derive(Default)]
pub(super) struct Written {
    pub(super) trust_owner: Vec<Spanned<String>>,
    pub(super) confine: Confine,
    pub(super) process: Tier,
    pub(super) fetch: Fetch,
    pub(super) allow_all_in_ci: bool,
    pub(super) opaque: Vec<String>,
    pub(super) limits: BTreeMap<String, Spanned<toml::Value>>,
    pub(super) allow: Vec<Spanned<Rules>>,
    pub(super) deny: Vec<Spanned<Rules>>,
}

/// One table `[[allow]]` or `[[deny]]`.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Rules {
    pub(super) directory: Option<Spanned<String>>,
    pub(super) part: Option<String>,
    pub(super) recipe: Option<String>,
    pub(super) read: Vec<Spanned<String>>,
    pub(super) write: Vec<Spanned<String>>,
    pub(super) net: Vec<Spanned<String>>,
    pub(super) run: Vec<Spanned<String>>,
    pub(super) env: Vec<Spanned<String>>,
    pub(super) links: Option<Spanned<bool>>,
}

/// The keys of the file.
const KEYS: [&str; 10] = [
    "version",
    "trust-owner",
    "confine",
    "process",
    "fetch",
    "allow-all-in-ci",
    "opaque",
    "limits",
    "allow",
    "deny",
];

/// The keys of one table.
const RULE_KEYS: [&str; 9] = ["directory", "part", "recipe", "read", "write", "net", "run", "env", "links"];

/// A key that means nothing.
pub(super) struct Unknown {
    pub(super) key: String,
    pub(super) at: Range<usize>,
    /// What could have been meant.
    pub(super) known: &'static [&'static str],
    /// The table `[[allow]]` that it stands in, counted from 0.
    pub(super) allow: Option<usize>,
    /// Whether it stands in a table `[[deny]]`.
    in_deny: bool,
}

impl Unknown {
    /// Whether it was probably meant to refuse something: left out, it would give what its user did not want to give.
    pub(super) fn refuses(&self) -> bool {
        self.in_deny || nearest(&self.key, self.known.iter().copied()) == Some("deny")
    }
}

/// The keys that mean nothing, in their order.
pub(super) fn unknown_keys(table: &Spanned<DeTable<'_>>) -> Vec<Unknown> {
    let mut unknown = Vec::new();
    let mut look = |table: &DeTable<'_>, known: &'static [&'static str], allow, in_deny| {
        for key in table.keys().filter(|key| !known.contains(&key.get_ref().as_ref())) {
            unknown.push(Unknown { key: key.get_ref().to_string(), at: key.span(), known, allow, in_deny });
        }
    };
    let table = table.get_ref();
    look(table, &KEYS, None, false);
    for name in ["allow", "deny"] {
        let Some(DeValue::Array(rules)) = table.get(name).map(Spanned::get_ref) else { continue };
        for (at, rule) in rules.iter().enumerate() {
            if let DeValue::Table(rule) = rule.get_ref() {
                look(rule, &RULE_KEYS, (name == "allow").then_some(at), name == "deny");
            }
        }
    }
    unknown.sort_by_key(|unknown| unknown.at.start);
    unknown
}
