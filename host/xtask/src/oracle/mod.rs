//! `cargo xtask oracle`: the same steps as the real zc.buildout took, compared with its recorded answers.
//!
//! - In: a file of cases, a folder of recorded results, the built command, the table of deliberate differences.
//! - Out: one line for each case that differs and meets no rule, then `N agree, N differ`.
//! - Not here: what the cases and answers are (`tests/oracle/README.md`).
//!
//! | file | what it holds |
//! |---|---|
//! | `suite` | cases and recorded results, read from their files |
//! | `ground` | the directory of one case, with its files |
//! | `project` | steps that our command takes in it |
//! | `output` | what a run printed, cut into the fields that are compared |
//! | `disk` | what a run left: the tree, the database |
//! | `outcome` | the fields of one step, ours and theirs |
//! | `difference` | the lines in which a field differs |
//! | `rule` | the table of deliberate differences |
//! | `record` | asking the real zc.buildout again |

mod difference;
mod disk;
mod ground;
mod outcome;
mod output;
mod project;
mod record;
mod rule;
mod suite;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;

use anyhow::{Result, bail, ensure};

use self::difference::Difference;
use self::project::Project;
use self::rule::Table;
use self::suite::{Case, Suite};
use crate::shell;

/// What was asked for.
#[derive(Debug, Default)]
struct Asked {
    cases: Option<PathBuf>,
    expected: Option<PathBuf>,
    only: Option<String>,
    /// Every difference on lines of its own, instead of the first of each case.
    all: bool,
    /// What the rules explain, too.
    explained: bool,
    /// New answers instead of a comparison.
    record: bool,
}

impl Asked {
    fn read(arguments: &[&str]) -> Result<Self> {
        let mut asked = Self::default();
        let mut arguments = arguments.iter();
        while let Some(argument) = arguments.next() {
            let mut value = || match arguments.next() {
                Some(value) => Ok((*value).to_owned()),
                None => bail!("`{argument}` needs a value"),
            };
            match *argument {
                "--cases" => asked.cases = Some(value()?.into()),
                "--expected" => asked.expected = Some(value()?.into()),
                "--only" => asked.only = Some(value()?),
                "--all" => asked.all = true,
                "--explained" => asked.explained = true,
                "--record" => asked.record = true,
                other => bail!("`oracle` does not know `{other}`"),
            }
        }
        ensure!(
            asked.cases.is_some() == asked.expected.is_some(),
            "`--cases FILE` and `--expected DIR` belong together"
        );
        ensure!(
            !asked.record || !(asked.cases.is_some() || asked.all || asked.explained),
            "`--record` takes `--only` alone"
        );
        Ok(asked)
    }
}

/// Runs the cases, says what differs, and fails if anything does.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let asked = Asked::read(arguments)?;
    if asked.record {
        return record::run(asked.only.as_deref());
    }
    let own = shell::root().join("tests/oracle");
    let cases = asked.cases.clone().unwrap_or_else(|| own.join("cases.json"));
    let expected = asked.expected.clone().unwrap_or_else(|| own.join("expected"));
    let suite = Suite::read(&cases, Some(&expected), asked.only.as_deref())?;
    let table = Table::read(&own.join("differences.toml"))?;
    let place = project::Place::ready()?;

    let compared = all(&suite.cases, &table, &place)?;
    let differ = compared.iter().filter(|compared| !compared.differences.is_empty()).count();
    for compared in &compared {
        let explained = compared.explained.iter().filter(|_| asked.explained);
        for (step, rule, difference) in explained {
            println!("{} step {}: {}", compared.name, step + 1, difference.short());
            println!("    {}", table.reason(*rule));
        }
        for line in compared.lines(asked.all) {
            println!("{line}");
        }
    }
    println!("{} agree, {differ} differ", compared.len() - differ);
    ensure!(differ == 0, "{differ} cases differ from zc.buildout and meet no rule");

    let explained = compared.iter().flat_map(|compared| &compared.explained);
    let used: BTreeSet<usize> = explained.map(|(_, rule, _)| *rule).collect();
    let unused: Vec<&str> = table.others(&used).collect();
    if asked.cases.is_none() && asked.only.is_none() {
        ensure!(unused.is_empty(), "no case meets these rules any more:\n  {}", unused.join("\n  "));
    }
    Ok(())
}

/// What came of one case.
struct Compared {
    name: String,
    /// What no rule explains, with the number of the step.
    differences: Vec<(usize, Difference)>,
    /// What rules explain: the step, the rule, the lines.
    explained: Vec<(usize, usize, Difference)>,
}

impl Compared {
    fn lines(&self, all: bool) -> Vec<String> {
        let line = |(step, difference): &(usize, Difference)| {
            format!("{} step {}: {}", self.name, step + 1, difference.short())
        };
        if all {
            return self.differences.iter().map(line).collect();
        }
        let more = match self.differences.len() {
            0 | 1 => String::new(),
            count => format!(" … and {} more", count - 1),
        };
        self.differences.first().map(line).into_iter().map(|first| first + &more).collect()
    }
}

/// Compares all cases, as many at once as the machine can.
fn all(cases: &[Case], table: &Table, place: &project::Place) -> Result<Vec<Compared>> {
    let next = Mutex::new(cases.iter().enumerate());
    let done = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                loop {
                    let Some((at, case)) = next.lock().expect("nothing panics with it").next() else { break };
                    let compared = one(case, table, place);
                    done.lock().expect("nothing panics with it").push((at, compared));
                }
            });
        }
    });
    let mut done = done.into_inner().expect("nothing panics with it");
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, compared)| compared).collect()
}

/// Takes the steps of one case.
fn one(case: &Case, table: &Table, place: &project::Place) -> Result<Compared> {
    let mut compared = Compared { name: case.name.clone(), differences: Vec::new(), explained: Vec::new() };
    let mut project = Project::new(case, place)?;
    for (at, (step, theirs)) in case.steps.iter().zip(&case.answers).enumerate() {
        let ours = project.step(step)?;
        let judged = table.judge(case, step, difference::between(theirs, &ours), theirs);
        compared.explained.extend(judged.explained.into_iter().map(|(rule, gone)| (at, rule, gone)));
        compared.differences.extend(judged.left.into_iter().map(|difference| (at, difference)));
        if judged.parted {
            break;
        }
    }
    Ok(compared)
}

/// Whether `name` is `pattern`, in which `*` stands for anything.
fn is_like(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        None => name == pattern,
        Some((head, tail)) => name.strip_prefix(head).is_some_and(|rest| {
            rest.char_indices().map(|(at, _)| at).chain([rest.len()]).any(|at| is_like(&rest[at..], tail))
        }),
    }
}

/// A file, as text.
fn read(path: &Path) -> Result<String> {
    use anyhow::Context as _;
    std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything() {
        let like = |pattern| is_like("sub-err-deep", pattern);
        assert_eq!(["sub-*", "*", "*-deep", "s*r*p", "sub-err-deep"].map(like), [true; 5]);
        assert_eq!(["sub", "*-dee", "x*", "sub-err-deep-*"].map(like), [false; 4]);
    }

    #[test]
    fn a_case_is_one_line_unless_all_is_asked_for() {
        let difference =
            |field| Difference { field, theirs: vec!["0".to_owned()], ours: vec!["1".to_owned()] };
        let compared = Compared {
            name: "c".to_owned(),
            differences: vec![(0, difference("rc")), (1, difference("error"))],
            explained: Vec::new(),
        };
        assert_eq!(compared.lines(false), ["c step 1: rc: theirs \"0\", ours \"1\" … and 1 more"]);
        assert_eq!(compared.lines(true).len(), 2);
    }
}
