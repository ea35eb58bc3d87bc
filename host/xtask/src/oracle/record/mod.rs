//! `cargo xtask oracle --record`: asks the real zc.buildout again.
//!
//! - In: the cases; zc.buildout from its registry; the recipes in `tests/oracle/recipes`.
//! - Out: the recorded answers, written anew; one line for each that has changed.
//! - Not here: comparing them with ours.
//!
//! | file | what it holds |
//! |---|---|
//! | `theirs` | the steps of one case, taken by zc.buildout |
//! | `answer` | what one step printed and left, as it is recorded |
//! | `plain` | texts without what differs from machine to machine |
//! | `server` | files on an address of this machine, for cases that fetch some |

mod answer;
mod plain;
mod server;
mod theirs;

use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::thread;

use anyhow::{Context as _, Result};

use super::suite::{Case, Suite};
use crate::{shell, venv};

/// Records the cases whose name is like `only`.
pub(super) fn run(only: Option<&str>) -> Result<()> {
    let own = shell::root().join("tests/oracle");
    let suite = Suite::read(&own.join("cases.json"), None, only)?;
    let folder = shell::target().join("oracle-venv");
    venv::ready(&folder)?;
    let expected = own.join("expected");
    let queue = Mutex::new(suite.cases.iter());
    let changed = Mutex::new(0);
    let work = || -> Result<()> {
        loop {
            let Some(case) = queue.lock().expect("no thread panics with it").next() else { return Ok(()) };
            let answer = theirs::answers(case, &folder).with_context(|| format!("case {}", case.name))?;
            if let Some(line) = renewed(case, &answer, &expected)? {
                *changed.lock().expect("no thread panics with it") += 1;
                println!("{line}");
            }
        }
    };
    let workers = thread::available_parallelism().map_or(1, usize::from);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        workers.into_iter().try_for_each(|worker| worker.join().expect("a worker does not panic"))
    })?;
    let changed = changed.into_inner().expect("all threads are done");
    println!("{} as before, {changed} changed", suite.cases.len() - changed);
    Ok(())
}

/// Writes the answer if it is another one, and says so.
fn renewed(case: &Case, answer: &str, expected: &Path) -> Result<Option<String>> {
    let path = expected.join(format!("{}.json", case.name));
    let before = fs::read_to_string(&path).unwrap_or_default();
    if before == answer {
        return Ok(None);
    }
    fs::write(&path, answer).with_context(|| format!("writing {}", path.display()))?;
    // The first line of both that differs is the first step that does.
    let step = before.lines().zip(answer.lines()).position(|(before, now)| before != now);
    Ok(Some(match step {
        _ if before.is_empty() => format!("{}: new", case.name),
        Some(step) => format!("{}: step {step} has changed", case.name),
        None => format!("{}: its steps have changed", case.name),
    }))
}
