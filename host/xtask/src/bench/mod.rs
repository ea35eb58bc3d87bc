//! `cargo xtask bench`: buildout beside the real zc.buildout, in one run.
//!
//! - In: the sources, Python, and zc.buildout from its registry.
//! - Out: `host/bench/README.md`.
//! - Not here: what is run (`cases`, `sandbox`, `projects`), how one run is measured (`measure`), the text (`report`).

mod cases;
mod machine;
mod measure;
mod peer;
mod projects;
mod report;
mod sandbox;

use std::fs;

use anyhow::{Context as _, Result, ensure};

use crate::{components, setup, shell};
use cases::{Case, Tool};
use measure::Sample;
use sandbox::Sandbox;

/// How often each case is measured unless the command says otherwise.
pub(crate) const RUNS: usize = 15;

/// All samples of one case.
struct Row {
    case: Case,
    ours: Vec<Sample>,
    /// Empty where zc.buildout has no such case.
    peers: Vec<Sample>,
}

/// What `--only` calls the cost of the sandbox.
const SANDBOX: &str = "sandbox";

/// Builds, installs the peer, measures every case `runs` times and writes the report; with a word, measures only the cases
/// whose names hold it, and writes nothing.
pub(crate) fn run(runs: usize, only: Option<&str>) -> Result<()> {
    ensure!(runs > 0, "`--runs` is at least 1");
    let wanted = |name: &str| only.is_none_or(|word| name.contains(word));
    let cases: Vec<Case> = Case::all().into_iter().filter(|case| wanted(&case.to_string())).collect();
    ensure!(!cases.is_empty() || wanted(SANDBOX), "no case has such a name");
    let way = setup::ready()?;
    components::build_examples(&way)?;
    components::build_guests(&way)?;
    shell::run(shell::cargo("build").args(["--locked", "--release", "--package", "buildout"]))?;
    let folder = shell::target().join("bench");
    let program = shell::target().join("release/buildout");
    let mut tools = vec![Tool::Ours { program: program.clone() }];
    if !cases.is_empty() {
        tools.push(Tool::Peer { program: peer::install(&folder.join("venv"))? });
    }

    let work = folder.join("work");
    if work.exists() {
        fs::remove_dir_all(&work).with_context(|| format!("removing {}", work.display()))?;
    }
    let mut rows: Vec<Row> =
        cases.into_iter().map(|case| Row { case, ours: Vec::new(), peers: Vec::new() }).collect();
    for row in &rows {
        for tool in tools.iter().filter(|tool| row.case.is_for(tool)) {
            row.case.prepare(tool, &work)?;
        }
    }
    let mut sandbox = if wanted(SANDBOX) { Some(Sandbox::prepare(program, &way, &work)?) } else { None };
    // Round by round, so that a busy moment of the machine hits all cases alike. The first is not counted.
    for round in 0..=runs {
        eprintln!("round {round} of {runs}");
        for row in &mut rows {
            for tool in tools.iter().filter(|tool| row.case.is_for(tool)) {
                let sample = row.case.measure(tool, &work)?;
                let samples = if tool.is_ours() { &mut row.ours } else { &mut row.peers };
                if round > 0 {
                    samples.push(sample);
                }
            }
        }
        if let Some(sandbox) = &mut sandbox {
            sandbox.measure(round > 0)?;
        }
    }
    let facts = if rows.is_empty() { Vec::new() } else { machine::facts(&folder.join("venv"))? };
    let text = report::text(&rows, sandbox.as_ref(), runs, &facts);
    if only.is_none() {
        let readme = shell::root().join("host/bench/README.md");
        fs::write(&readme, &text).with_context(|| format!("writing {}", readme.display()))?;
    }
    println!("{text}");
    Ok(())
}
