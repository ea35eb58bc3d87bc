//! The table of deliberate differences.
//!
//! - In: `differences.toml`; the differences of one step.
//! - Out: which of them are explained, and by which rules.
//! - Not here: finding differences (`difference`).
//!
//! | key | what it says |
//! |---|---|
//! | `field` | the fields that the rule speaks of; `*`: any |
//! | `theirs`, `ours` | a pattern for lines that only one side has; with both, both must have one |
//! | `becomes` | what a line that matches `theirs` must be for us; `$1` is what the first parentheses hold |
//! | `case` | a pattern for the text of the case: its files, then `$ ARGUMENTS` for each step |
//! | `arguments` | a pattern for the arguments of the step |
//! | `broke` | a pattern for the exception that ended zc.buildout |
//! | `given` | patterns for other fields of zc.buildout's answer: `given = { rc = "1" }` |
//! | `covers` | `lines` (if absent); `step`: the fields of this step; `run`: these, and all steps that follow |
//! | `status` | `meant` (if absent), `not yet`, `bug`; only the last two may have `cases`, names with `*` |
//! | `reason`, `decision` | why, in a sentence; where it was decided |

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};
use regex_lite::Regex;
use toml::Value;

use super::difference::Difference;
use super::outcome::Outcome;
use super::suite::{Case, Step};
use super::{is_like, read};

/// All rules, in the order of their file.
#[derive(Debug)]
pub(super) struct Table {
    rules: Vec<Rule>,
}

/// One kind of difference that is meant.
#[derive(Debug)]
struct Rule {
    fields: Vec<String>,
    theirs: Option<Regex>,
    ours: Option<Regex>,
    becomes: Option<String>,
    case: Option<Regex>,
    arguments: Option<Regex>,
    broke: Option<Regex>,
    given: Vec<(String, Regex)>,
    cases: Vec<String>,
    covers: Covers,
    reason: String,
}

/// What a rule that applies explains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Covers {
    /// The lines that it matches.
    Lines,
    /// All that differs in its fields.
    Step,
    /// That, and all steps that follow: from here on the two are in different states.
    Run,
}

/// What the table has to say about one step.
#[derive(Debug, Default)]
pub(super) struct Judged {
    /// Differences that nothing explains.
    pub(super) left: Vec<Difference>,
    /// Which rule explained what.
    pub(super) explained: Vec<(usize, Difference)>,
    /// Whether later steps can no longer be compared.
    pub(super) parted: bool,
}

impl Table {
    /// Reads the table.
    pub(super) fn read(path: &Path) -> Result<Self> {
        Self::parse(&read(path)?).with_context(|| format!("reading {}", path.display()))
    }

    fn parse(text: &str) -> Result<Self> {
        let file: toml::Table = text.parse()?;
        let rules = file.get("rule").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let rules = rules.iter().enumerate().map(|(at, rule)| {
            let rule = rule.as_table().context("a rule is a table")?;
            Rule::new(rule).with_context(|| format!("rule {}", at + 1))
        });
        Ok(Self { rules: rules.collect::<Result<_>>()? })
    }

    /// The reasons of all rules but these.
    pub(super) fn others(&self, used: &BTreeSet<usize>) -> impl Iterator<Item = &str> {
        let others = self.rules.iter().enumerate().filter(|(at, _)| !used.contains(at));
        others.map(|(_, rule)| rule.reason.as_str())
    }

    /// Why a rule is there.
    pub(super) fn reason(&self, rule: usize) -> &str {
        &self.rules[rule].reason
    }

    /// Takes out what is explained.
    pub(super) fn judge(
        &self,
        case: &Case,
        step: &Step,
        mut differences: Vec<Difference>,
        theirs: &Outcome,
    ) -> Judged {
        let mut judged = Judged::default();
        for (at, rule) in self.rules.iter().enumerate() {
            if !rule.concerns(case, step, theirs) {
                continue;
            }
            let before = differences.clone();
            let mut applies = false;
            for difference in differences.iter_mut().filter(|difference| rule.is_about(difference.field)) {
                applies |= rule.explain(difference);
            }
            if !applies {
                continue;
            }
            differences.retain(|difference| !difference.is_empty());
            judged.parted |= rule.covers == Covers::Run;
            if rule.covers != Covers::Lines {
                differences.retain(|difference| !rule.is_about(difference.field));
            }
            let gone = before.into_iter().map(|difference| {
                let left = differences.iter().find(|left| left.field == difference.field);
                left.map_or(difference.clone(), |left| difference.without(left))
            });
            judged.explained.extend(gone.filter(|gone| !gone.is_empty()).map(|gone| (at, gone)));
        }
        judged.left = differences;
        judged
    }
}

impl Rule {
    fn new(rule: &toml::Table) -> Result<Self> {
        const KEYS: [&str; 13] = [
            "field",
            "theirs",
            "ours",
            "becomes",
            "case",
            "arguments",
            "broke",
            "given",
            "covers",
            "status",
            "cases",
            "reason",
            "decision",
        ];
        if let Some(key) = rule.keys().find(|key| !KEYS.contains(&key.as_str())) {
            bail!("`{key}` is no key of a rule");
        }
        let text = |key: &str| rule.get(key).and_then(Value::as_str);
        let list = |key: &str| -> Vec<String> {
            match rule.get(key) {
                Some(Value::Array(items)) => {
                    items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
                }
                other => other.and_then(Value::as_str).map(str::to_owned).into_iter().collect(),
            }
        };
        let pattern = |key: &str| text(key).map(Regex::new).transpose().with_context(|| key.to_owned());
        let covers = match text("covers") {
            None | Some("lines") => Covers::Lines,
            Some("step") => Covers::Step,
            Some("run") => Covers::Run,
            Some(other) => bail!("`covers` is not `{other}`"),
        };
        let status = text("status").unwrap_or("meant");
        ensure!(["meant", "not yet", "bug"].contains(&status), "`status` is not `{status}`");
        let given = rule.get("given").and_then(Value::as_table).into_iter().flatten();
        let given = given.map(|(field, pattern)| {
            Ok((field.clone(), Regex::new(pattern.as_str().context("`given` holds patterns")?)?))
        });
        let rule = Self {
            fields: list("field"),
            theirs: pattern("theirs")?,
            ours: pattern("ours")?,
            becomes: text("becomes").map(str::to_owned),
            case: pattern("case")?,
            arguments: pattern("arguments")?,
            broke: pattern("broke")?,
            given: given.collect::<Result<_>>()?,
            cases: list("cases"),
            covers,
            reason: text("reason").context("a rule has a reason")?.to_owned(),
        };
        ensure!(!rule.fields.is_empty(), "a rule speaks of a field");
        ensure!(text("decision").is_some() || status != "meant", "what is meant was decided somewhere");
        ensure!(rule.cases.is_empty() || status != "meant", "what is meant holds for cases of any name");
        let said = [&rule.theirs, &rule.ours, &rule.case, &rule.arguments, &rule.broke];
        let is_narrow = said.iter().any(|said| said.is_some()) || !rule.given.is_empty();
        ensure!(is_narrow || !rule.cases.is_empty(), "a rule has a pattern");
        ensure!(rule.becomes.is_none() || rule.theirs.is_some(), "`becomes` needs `theirs`");
        Ok(rule)
    }

    fn concerns(&self, case: &Case, step: &Step, theirs: &Outcome) -> bool {
        let matches =
            |pattern: &Option<Regex>, text: &str| pattern.as_ref().is_none_or(|it| it.is_match(text));
        matches(&self.case, &case.text)
            && matches(&self.arguments, &step.arguments.join(" "))
            && (self.broke.is_none()
                || theirs.broke.as_deref().is_some_and(|broke| matches(&self.broke, broke)))
            && self.given.iter().all(|(field, pattern)| {
                pattern.is_match(
                    &theirs.fields.get(field.as_str()).map(|lines| lines.join("\n")).unwrap_or_default(),
                )
            })
            && (self.cases.is_empty() || self.cases.iter().any(|name| is_like(&case.name, name)))
    }

    fn is_about(&self, field: &str) -> bool {
        self.fields.iter().any(|name| name == field || name == "*")
    }

    /// Takes the lines out that the rule explains, and says whether there were any.
    fn explain(&self, difference: &mut Difference) -> bool {
        if let (Some(theirs), Some(becomes)) = (&self.theirs, &self.becomes) {
            let before = difference.theirs.len();
            let ours = &mut difference.ours;
            difference.theirs.retain(|line| {
                if !theirs.is_match(line) {
                    return true;
                }
                let expected = theirs.replace_all(line, becomes.as_str());
                let found = ours.iter().position(|line| *line == expected);
                found.map(|at| ours.remove(at)).is_none()
            });
            return difference.theirs.len() < before;
        }
        let has = |pattern: &Option<Regex>, lines: &[String]| {
            pattern.as_ref().is_none_or(|pattern| lines.iter().any(|line| pattern.is_match(line)))
        };
        if !(has(&self.theirs, &difference.theirs) && has(&self.ours, &difference.ours)) {
            return false;
        }
        if self.theirs.is_none() && self.ours.is_none() {
            // Without a pattern for lines the rule speaks of whole fields.
            difference.theirs.clear();
            difference.ours.clear();
            return true;
        }
        let kept = |pattern: &Option<Regex>, line: &str| pattern.as_ref().is_none_or(|it| !it.is_match(line));
        difference.theirs.retain(|line| kept(&self.theirs, line));
        difference.ours.retain(|line| kept(&self.ours, line));
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(text: &str) -> Result<Rule> {
        let text = format!("reason = 'r'\ndecision = 'd'\nfield = 'said'\n{text}");
        Rule::new(&text.parse().expect("it is TOML"))
    }

    /// What is left of a difference.
    fn left(rule_text: &str, theirs: &[&str], ours: &[&str]) -> (bool, Vec<String>, Vec<String>) {
        let lines = |lines: &[&str]| lines.iter().map(|line| (*line).to_owned()).collect();
        let mut difference = Difference { field: "said", theirs: lines(theirs), ours: lines(ours) };
        let explained = rule(rule_text).expect("it is a rule").explain(&mut difference);
        (explained, difference.theirs, difference.ours)
    }

    #[test]
    fn a_rule_explains_the_lines_that_it_matches() {
        let none: [String; 0] = [];
        assert_eq!(left("theirs = '^a'", &["ab", "b"], &["c"]), (true, vec!["b".into()], vec!["c".into()]));
        assert!(!left("theirs = '^a'\nours = 'x'", &["ab"], &["c"]).0, "both must have one");
        let (explained, theirs, ours) = left("theirs = '^(.)=(.)$'\nbecomes = '$1: $2'", &["a=b"], &["a: b"]);
        assert_eq!((explained, &theirs[..], &ours[..]), (true, &none[..], &none[..]));
        assert!(!left("theirs = '^(.)=(.)$'\nbecomes = '$1: $2'", &["a=b"], &["a: c"]).0);
    }

    #[test]
    fn a_rule_without_a_pattern_or_for_names_alone_is_refused() {
        for text in ["", "cases = ['life-*']", "theirs = 'a'\ncover = 'run'", "becomes = 'x'\nours = 'y'"] {
            assert!(rule(text).is_err(), "{text}");
        }
        assert!(rule("status = 'not yet'\ncases = ['life-*']").is_ok());
    }
}
