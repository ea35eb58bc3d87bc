//! The list of cases is whole, and every test that it names is there.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// How many cases each group has.
const GROUPS: [(&str, usize); 12] = [
    ("CFG", 16),
    ("PTH", 27),
    ("INS", 11),
    ("NET", 17),
    ("ARC", 16),
    ("WSM", 19),
    ("NAT", 21),
    ("PRM", 16),
    ("SUP", 17),
    ("TRM", 4),
    ("ROB", 20),
    ("PLT", 7),
];

/// One case: the tests that show it, and what is not shown yet.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// What somebody tries.
    tries: String,
    /// The file below `tests/tests` or `host`, then the test in it.
    #[serde(default)]
    tests: Vec<String>,
    /// What must be there before the rest can be shown.
    waits: Option<String>,
}

fn cases() -> BTreeMap<String, Case> {
    toml::from_str(include_str!("cases.toml")).expect("the list is TOML")
}

/// Whether a file holds a test of this name.
fn is_there(named: &str) -> bool {
    let Some((file, test)) = named.split_once(' ') else { return false };
    let tests = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path =
        if file.starts_with("host/") { tests.join("..").join(file) } else { tests.join("tests").join(file) };
    let text = fs::read_to_string(path).unwrap_or_default();
    let Some(at) = text.find(&format!("fn {test}(")) else { return false };
    text[..at].lines().rev().take(3).any(|line| line.trim() == "#[test]")
}

#[test]
fn every_case_is_in_the_list_once_and_has_a_test_or_a_reason() {
    let cases = cases();
    let mut expected: Vec<String> = GROUPS
        .iter()
        .flat_map(|(group, count)| (1..=*count).map(move |number| format!("{group}-{number:02}")))
        .collect();
    expected.sort();
    assert_eq!(cases.keys().cloned().collect::<Vec<_>>(), expected);
    for (name, case) in &cases {
        assert!(!case.tries.is_empty(), "{name}: what is tried?");
        assert!(!case.tests.is_empty() || case.waits.is_some(), "{name} has no test and no reason");
    }
}

#[test]
fn every_test_that_the_list_names_is_there() {
    let cases = cases();
    let named = cases.iter().flat_map(|(name, case)| case.tests.iter().map(move |test| (name, test)));
    let missing: Vec<String> =
        named.filter(|(_, test)| !is_there(test)).map(|(name, test)| format!("{name}: {test}")).collect();
    assert!(missing.is_empty(), "these tests are not there:\n{}", missing.join("\n"));
}
