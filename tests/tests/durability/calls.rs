//! A kill, a signal and an error at every system call that changes something, whichever thread makes it.
//!
//! The fault points of the host stand where its authors know that something changes. These sweeps do not ask them: the
//! kernel stops each call. What comes after is judged as in `faults`.
//!
//! A run of the tests strikes one call of several; `cargo xtask torture` strikes all.

use std::fmt;

use buildout_tests::{Run, Site, Strike, assert_shows, everything};
use snapbox::str;

use crate::sweep::{ARGUMENTS, Sweep, bare, emptied, upgraded};

/// Of the calls of a run, one of so many is struck in a plain run of the tests.
const STRIDE: usize = 7;

/// The errors that a disk and a system answer, in turn, and how the system words them.
const ERRORS: [(i32, &str); 5] = [
    (libc::ENOSPC, "No space left on device"),
    (libc::EIO, "Input/output error"),
    (libc::EDQUOT, "Disk quota exceeded"),
    (libc::EMFILE, "Too many open files"),
    (libc::EINTR, "Interrupted system call"),
];

/// A call that is struck, by its number.
struct Fault(usize, Strike);

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "call {}: {:?}", self.0, self.1)
    }
}

fn disturbed(site: &Site, fault: Option<&Fault>) -> (Run, Vec<String>) {
    site.run_struck(&ARGUMENTS, fault.map(|Fault(at, strike)| (*at, *strike)))
}

/// Strikes calls of a run in the ways that `strikes` gives for each number.
fn strike(begin: fn() -> Site, strikes: fn(usize) -> Vec<Strike>, judge: fn(&Fault, &Run) -> Option<String>) {
    let sweep = Sweep::new(begin, disturbed);
    assert!(sweep.steps.len() > 100, "a run makes more calls than {}", sweep.steps.len());
    let stride = if everything() { 1 } else { STRIDE };
    let numbers = (1..=sweep.steps.len()).step_by(stride);
    let faults: Vec<_> =
        numbers.flat_map(|at| strikes(at).into_iter().map(move |strike| (at, Fault(at, strike)))).collect();
    sweep.disturb(&faults, judge);
}

fn kill(begin: fn() -> Site) {
    strike(
        begin,
        |_| vec![Strike::Kill],
        |_, run| run.exit.map(|exit| format!("it ended by itself with {exit}")),
    );
}

fn signal(begin: fn() -> Site) {
    let judge = |_: &Fault, run: &Run| match run.exit {
        Some(0 | 130) => None,
        exit => Some(format!("exit {exit:?} after a signal")),
    };
    strike(begin, |at| vec![Strike::Signal([libc::SIGINT, libc::SIGTERM][at % 2])], judge);
}

fn fail(begin: fn() -> Site) {
    let errors = |at: usize| match everything() {
        true => ERRORS.iter().map(|(error, _)| Strike::Fail(*error)).collect(),
        false => vec![Strike::Fail(ERRORS[at % ERRORS.len()].0)],
    };
    let judge = |fault: &Fault, run: &Run| {
        let Strike::Fail(error) = fault.1 else { unreachable!("only errors are tried") };
        let words = ERRORS.iter().find(|(known, _)| *known == error).expect("it is one of them").1;
        match run.exit {
            Some(0) => None,
            Some(1 | 5) if run.stderr.contains(words) && run.stderr.contains("Error: ") => None,
            // A recipe has one word for all that it knows no better word for.
            Some(1) if error != libc::ENOSPC && run.stderr.contains("Error: I/O error") => None,
            exit => Some(format!("exit {exit:?} without a clear word")),
        }
    };
    strike(begin, errors, judge);
}

#[test]
fn an_install_that_is_killed_at_any_call_is_finished_by_the_next_run() {
    kill(bare);
}

#[test]
fn an_upgrade_that_is_killed_at_any_call_is_finished_by_the_next_run() {
    kill(upgraded);
}

#[test]
fn an_uninstall_that_is_killed_at_any_call_is_finished_by_the_next_run() {
    kill(emptied);
}

#[test]
fn a_signal_at_any_call_ends_a_run_with_the_same_care() {
    signal(bare);
    signal(upgraded);
    signal(emptied);
}

#[test]
fn an_install_whose_calls_fail_says_so_and_is_finished_by_the_next_run() {
    fail(bare);
}

#[test]
fn an_upgrade_whose_calls_fail_says_so_and_is_finished_by_the_next_run() {
    fail(upgraded);
}

#[test]
fn an_uninstall_whose_calls_fail_says_so_and_is_finished_by_the_next_run() {
    fail(emptied);
}

#[test]
fn a_directory_that_cannot_be_locked_is_left_alone_and_that_is_said() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = mkdir\n");
    let (_, calls) = Site::new(&site.read("buildout.cfg")).run_struck(&[], None);
    let lock = calls.iter().position(|call| call.contains("flock")).expect("a run locks its directory") + 1;
    let (run, _) = site.run_struck(&[], Some((lock, Strike::Fail(libc::EOPNOTSUPP))));
    assert_shows(
        run,
        str![[r#"
exit 1
-- standard error
Error: Cannot lock [DIR]/.buildout/lock: Operation not supported (os error 95)
help: two runs at once would harm each other: use a file system with `flock`

"#]],
    );
    assert!(!site.has("parts") && !site.has(".installed.cfg"));
    assert_eq!(site.run(&[]).exit, Some(0));
}
