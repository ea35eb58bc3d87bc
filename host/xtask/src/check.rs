//! `cargo xtask test`: every test, from a bare machine.
//!
//! - In: this machine, and arguments for `cargo test`.
//! - Out: what `cargo test` prints, then one line with the sum of all its test programs.
//! - Not here: clippy and formatting (`.ci/run`).

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};

use crate::{components, setup, shell, tier};

/// Sets up, builds what the tests run, and runs them all.
///
/// With a `tier` it fails where the machine has not even that one.
pub(crate) fn run(arguments: &[&str], tier: Option<&str>) -> Result<()> {
    tests(arguments, &[], tier)
}

/// The sweeps and races of the tests, whole: every byte, every step, every error, which takes about an hour.
pub(crate) fn torture(arguments: &[&str]) -> Result<()> {
    let binaries = ["--test", "durability", "--test", "attacks"];
    tests(&[&binaries[..], arguments].concat(), &[("BUILDOUT_TESTS", "all")], None)
}

/// What must hold whoever runs it.
const FOR_EVERYBODY: [&str; 4] = ["--test", "attacks", "--test", "guests"];

/// Starts a program as an ordinary user, whatever it is started by: root of this process is nobody special there.
const AS_AN_ORDINARY_USER: &str = "unshare --user --map-user=1000 --map-group=1000 --";

fn tests(arguments: &[&str], environment: &[(&str, &str)], wanted: Option<&str>) -> Result<()> {
    let way = setup::ready()?;
    components::build_guests(&way)?;
    components::build_examples(&way)?;
    // Tests run the command as a user does, so it is there before them. The same profile: nothing is built twice.
    shell::run(shell::cargo("build").arg("--workspace"))?;

    tier::check(wanted)?;
    let mut sum = Sum::default();
    sum.run(arguments, environment)?;
    // Who names some tests wants those.
    if arguments.iter().all(|argument| argument.starts_with("--no-")) && is_root() {
        as_an_ordinary_user(arguments)?;
    }
    println!("\n{} passed, {} failed", sum.passed, sum.failed);
    Ok(())
}

/// Root may do what nobody else may, so what holds for root alone is no proof, and the other way round.
fn as_an_ordinary_user(arguments: &[&str]) -> Result<()> {
    if !shell::works(AS_AN_ORDINARY_USER, "true") {
        println!("\nNot shown as an ordinary user: this machine lets root start nothing as another one.");
        return Ok(());
    }
    let mut sum = Sum::default();
    let runner = [("CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER", AS_AN_ORDINARY_USER)];
    sum.run(&[&FOR_EVERYBODY[..], arguments].concat(), &runner)?;
    println!("\nas an ordinary user: {} passed, {} failed", sum.passed, sum.failed);
    Ok(())
}

fn is_root() -> bool {
    std::os::unix::fs::MetadataExt::uid(&std::fs::metadata("/proc/self").expect("Linux has it")) == 0
}

/// The tests of all test programs so far.
#[derive(Debug, Default, PartialEq, Eq)]
struct Sum {
    passed: usize,
    failed: usize,
}

impl Sum {
    /// Runs tests, shows what they print, and adds them.
    fn run(&mut self, arguments: &[&str], environment: &[(&str, &str)]) -> Result<()> {
        let mut command = shell::cargo("test");
        command.arg("--workspace").args(arguments).envs(environment.iter().copied()).stdout(Stdio::piped());
        eprintln!("$ {}", shell::shown(&command));
        let mut child = command.spawn().context("`cargo test` does not start")?;
        for line in BufReader::new(child.stdout.take().expect("it is piped")).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).into_owned();
            self.add(&line);
            println!("{line}");
        }
        let status = child.wait()?;
        if !status.success() {
            println!("\n{} passed, {} failed", self.passed, self.failed);
        }
        ensure!(status.success(), "`cargo test` failed: {status}");
        Ok(())
    }

    /// Adds a line if it is the last one of a test program, `test result: ok. 3 passed; 0 failed; …`.
    fn add(&mut self, line: &str) {
        let Some((_, counts)) = line.strip_prefix("test result: ").and_then(|rest| rest.split_once(". "))
        else {
            return;
        };
        for count in counts.split("; ") {
            match count.split_once(' ') {
                Some((number, "passed")) => self.passed += number.parse().unwrap_or(0),
                Some((number, "failed")) => self.failed += number.parse().unwrap_or(0),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// A development dependency that turns a feature on in something below wasmtime has it compiled a second time.
    #[test]
    fn building_and_testing_share_every_dependency() {
        let tree = |edges: &str| -> BTreeSet<String> {
            let mut command = shell::cargo("tree");
            command.args([
                "--workspace",
                "--no-dedupe",
                "--prefix",
                "none",
                "--format",
                "{p} {f}",
                "--edges",
                edges,
            ]);
            let tree = shell::output(&mut command).expect("cargo tree");
            // A package without features ends with a blank, unless it is the last one.
            tree.lines().map(|line| line.trim_end().to_owned()).collect()
        };
        let built = tree("normal,build");
        let tested = tree("normal,build,dev");
        assert!(!built.is_empty());
        assert_eq!(
            built.difference(&tested).collect::<Vec<_>>(),
            [""; 0],
            "features differ when tests are built"
        );
    }

    /// What `cargo install` and `dist` select is the package `buildout` alone.
    #[test]
    fn only_a_build_with_the_tests_has_fault_points() {
        let features = |selected: &[&str]| {
            let mut command = shell::cargo("tree");
            command.args(selected).args(["--prefix", "none", "--depth", "0", "--format", "{p} features {f}"]);
            let tree = shell::output(command.args(["--edges", "normal,build"])).expect("cargo tree");
            let line = tree.lines().find(|line| line.starts_with("buildout v")).expect("it is there");
            line.rsplit_once("features ").expect("it is in the format").1.trim().to_owned()
        };
        assert_eq!(features(&["--package", "buildout"]), "default,stock-recipes");
        assert_eq!(features(&["--workspace"]), "default,faults,stock-recipes");
    }

    #[test]
    fn the_sum_counts_every_test_program_once() {
        let mut sum = Sum::default();
        for line in [
            "running 4 tests",
            "test a ... ok",
            "test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s",
            "test result: FAILED. 5 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.20s",
        ] {
            sum.add(line);
        }
        assert_eq!(sum, Sum { passed: 8, failed: 2 });
    }
}
