//! What the numbers were measured on.
//!
//! - In: this machine.
//! - Out: facts, as names and values, for the report.
//! - Not here: the numbers.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::thread;

use anyhow::Result;

use crate::{shell, venv};

/// Processor, memory, system, and the versions of what was compared.
pub(super) fn facts(venv: &Path) -> Result<Vec<(&'static str, String)>> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let commit =
        Command::new("git").current_dir(shell::root()).args(["describe", "--always", "--dirty"]).output()?;
    Ok(vec![
        ("date", shell::output(Command::new("date").args(["-u", "+%Y-%m-%d"]))?),
        ("processor", format!("{}, {cores} cores", field("/proc/cpuinfo", "model name"))),
        ("memory", field("/proc/meminfo", "MemTotal")),
        ("system", shell::output(Command::new("uname").args(["-srm"]))?),
        ("Rust", shell::output(Command::new("rustc").arg("--version"))?),
        ("Python", shell::output(Command::new(venv.join("bin/python")).arg("--version"))?),
        ("zc.buildout", venv::REQUIREMENT.to_owned()),
        ("commit", String::from_utf8_lossy(&commit.stdout).trim().to_owned()),
    ])
}

/// The value of a line `name : value` of one of the kernel's files.
fn field(file: &str, name: &str) -> String {
    let text = fs::read_to_string(file).unwrap_or_default();
    let line = text.lines().filter_map(|line| line.split_once(':')).find(|(key, _)| key.trim() == name);
    line.map_or_else(|| "unknown".to_owned(), |(_, value)| value.trim().to_owned())
}
