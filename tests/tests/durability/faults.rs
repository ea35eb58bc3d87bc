//! A kill, a full disk and a broken one at every step that changes something.
//!
//! Each test begins with the same site again and again, disturbs the run at its first, second … last step, and
//! compares what the next run, which nothing disturbs, leaves with what an undisturbed run leaves.
//!
//! A run of the tests takes a share of all ways in which a disk can fail; `cargo xtask torture` takes all.

use std::fs;

use buildout_tests::{Run, Site, everything};

use crate::sweep::{ARGUMENTS, Sweep, bare, emptied, upgraded};

/// A disk that fails once, and one that fails from then on.
const ERRORS: [[&str; 2]; 2] = [["ENOSPC", "EIO"], ["full", "dead"]];

/// Of the steps of an upgrade, so many are passed over before the next one whose recovery is disturbed.
const STRIDE: usize = 37;

/// A fault as the host takes it, such as `kill:3`.
type Fault = String;

/// Kills the run before each step.
fn kill(sweep: &Sweep<Fault>) {
    let kills: Vec<_> = (1..=sweep.steps.len()).map(|step| (step, format!("kill:{step}"))).collect();
    sweep.disturb(&kills, killed);
}

/// Has each step fail.
fn fail(sweep: &Sweep<Fault>) {
    let steps = 1..=sweep.steps.len();
    let fault = |kind: &str, step| (step, format!("{kind}:{step}"));
    let faults: Vec<_> = if everything() {
        steps.flat_map(|step| ERRORS.as_flattened().iter().map(move |kind| fault(kind, step))).collect()
    } else {
        let once = steps.clone().map(|step| fault(ERRORS[0][step % 2], step));
        let lasting = steps.step_by(3).map(|step| fault(ERRORS[1][step % 2], step));
        once.chain(lasting).collect()
    };
    sweep.disturb(&faults, told);
}

/// A run with a fault, and the steps that it reached.
fn disturbed(site: &Site, fault: Option<&Fault>) -> (Run, Vec<String>) {
    let trace = site.path("../trace");
    let _ = fs::remove_file(&trace);
    let mut variables = vec![("BUILDOUT_FAULT_TRACE", trace.to_str().expect("it is text"))];
    variables.extend(fault.map(|fault| ("BUILDOUT_FAULT", fault.as_str())));
    let run = site.run_with(&variables, &ARGUMENTS);
    let steps = fs::read_to_string(&trace).unwrap_or_default();
    (run, steps.lines().map(str::to_owned).collect())
}

fn sweep(begin: impl Fn() -> Site + Sync + 'static) -> Sweep<Fault> {
    Sweep::new(begin, disturbed)
}

/// A kill must be one; what comes after is judged by the next run.
fn killed(_: &Fault, run: &Run) -> Option<String> {
    run.exit.map(|exit| format!("it ended by itself with {exit}"))
}

/// A run whose disk fails says so, or did not need the disk there.
fn told(fault: &Fault, run: &Run) -> Option<String> {
    let words = match fault.split(':').next() {
        Some("ENOSPC" | "full") => "No space left on device",
        _ => "Input/output error",
    };
    match run.exit {
        Some(0) => None,
        Some(1 | 5) if run.stderr.contains(words) && run.stderr.contains("Error: ") => None,
        exit => Some(format!("exit {exit:?} without a clear word")),
    }
}

#[test]
fn every_kind_of_step_is_reached() {
    let install = sweep(bare);
    let upgrade = sweep(upgraded);
    let kinds = |steps: &[String]| {
        let mut kinds: Vec<_> =
            steps.iter().filter_map(|step| step.split(' ').nth(1).map(str::to_owned)).collect();
        kinds.sort();
        kinds.dedup();
        kinds
    };
    assert_eq!(kinds(&install.steps), ["Make", "Remove", "Rename", "Set", "Sync", "Write"]);
    assert_eq!(kinds(&upgrade.steps), ["Make", "Remove", "Rename", "Set", "Sync", "Write"]);
    assert!(install.steps.len() > 80 && upgrade.steps.len() > 120, "{:#?}", upgrade.steps);
}

#[test]
fn an_install_that_is_killed_anywhere_is_finished_by_the_next_run() {
    kill(&sweep(bare));
}

#[test]
fn an_upgrade_that_is_killed_anywhere_is_finished_by_the_next_run() {
    kill(&sweep(upgraded));
}

#[test]
fn an_uninstall_that_is_killed_anywhere_is_finished_by_the_next_run() {
    kill(&sweep(emptied));
}

#[test]
fn an_install_on_a_failing_disk_says_so_and_is_finished_by_the_next_run() {
    fail(&sweep(bare));
}

#[test]
fn an_upgrade_on_a_failing_disk_says_so_and_is_finished_by_the_next_run() {
    fail(&sweep(upgraded));
}

#[test]
fn an_uninstall_on_a_failing_disk_says_so_and_is_finished_by_the_next_run() {
    fail(&sweep(emptied));
}

#[test]
fn a_recovery_that_is_killed_anywhere_is_finished_by_the_next_run() {
    let upgrade = sweep(upgraded);
    let stride = if everything() { 1 } else { STRIDE };
    for step in (1..=upgrade.steps.len()).step_by(stride) {
        let recovery = sweep(move || {
            let site = upgraded();
            assert_eq!(disturbed(&site, Some(&format!("kill:{step}"))).0.exit, None);
            site
        });
        assert_eq!((&recovery.tree, &recovery.record), (&upgrade.tree, &upgrade.record), "killed at {step}");
        kill(&recovery);
    }
}

#[test]
fn a_recovery_on_a_failing_disk_says_so_and_is_finished_by_the_next_run() {
    let steps = sweep(upgraded).steps.len();
    let stride = if everything() { 1 } else { 3 * STRIDE };
    for step in (STRIDE..=steps).step_by(stride) {
        let recovery = sweep(move || {
            let site = upgraded();
            assert_eq!(disturbed(&site, Some(&format!("kill:{step}"))).0.exit, None);
            site
        });
        fail(&recovery);
    }
}
