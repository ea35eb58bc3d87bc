//! A kill, a full disk and a broken one at every step that changes something.
//!
//! Each test begins with the same site again and again, disturbs the run at its first, second … last step, and
//! compares what the next run, which nothing disturbs, leaves with what an undisturbed run leaves.
//!
//! A run of the tests takes a share of all ways in which a disk can fail; with `BUILDOUT_TESTS=all` it takes all.

use std::fs;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use buildout_tests::{Run, Shelf, Site, recorded};

/// A disk that fails once, and one that fails from then on.
const ERRORS: [[&str; 2]; 2] = [["ENOSPC", "EIO"], ["full", "dead"]];

/// Of the steps of an upgrade, so many are passed over before the next one whose recovery is disturbed.
const STRIDE: usize = 37;

const BEFORE: &str = "\
[buildout]
parts = tree pair scratch gone steady

[tree]
recipe = actor
install =
    mkdir parts/tree.new
    mkdir parts/tree.new/deep
    write parts/tree.new/deep/leaf 1
    write parts/tree.new/leaf 1
    rename parts/tree.new parts/tree
    return parts/tree
uninstall =
    say bye

[pair]
recipe = actor:links
from = ${tree:recipe}
install =
    write parts/pair 1
    set-mode 755 parts/pair
    symlink ../parts/pair bin/pair
    return parts/pair
    return bin/pair

[scratch]
recipe = actor
install =
    temporary
    write TMP/made 1
    mkdir parts/scratch
    rename TMP/made parts/scratch/made
    write parts/data-of-scratch kept
    return parts/scratch

[gone]
recipe = actor
install =
    mkdir parts/gone
    write parts/gone/f 1
    write parts/gone/g 1
    return parts/gone

[steady]
recipe = actor
install =
    mkdir parts/steady
    write parts/steady/f 1
    write parts/steady/g 1
    return parts/steady
update =
    unlink parts/steady/f
    write parts/steady/f 1
    append parts/steady/g
";

/// `tree` changes, `pair` with it, `scratch` is renamed and takes the same place, `gone` goes, `new` comes.
const AFTER: &str = "\
[buildout]
parts = new tree pair renamed steady

[tree]
recipe = actor
install =
    try mkdir parts/tree
    write parts/tree/leaf 2
    return parts/tree
uninstall =
    say bye

[pair]
recipe = actor:links
from = ${tree:recipe}
install =
    write parts/pair 1
    set-mode 755 parts/pair
    symlink ../parts/pair bin/pair
    return parts/pair
    return bin/pair

[renamed]
recipe = actor
install =
    mkdir parts/scratch
    write parts/scratch/made 2
    return parts/scratch

[steady]
recipe = actor
install =
    mkdir parts/steady
    write parts/steady/f 1
    write parts/steady/g 1
    return parts/steady
update =
    unlink parts/steady/f
    write parts/steady/f 1
    append parts/steady/g

[new]
recipe = actor
install =
    write parts/new 1
    return parts/new
";

const NOTHING: &str = "[buildout]\nparts =\n";

/// One run that is disturbed in every way.
struct Sweep {
    /// Makes the site as it is before that run.
    begin: Box<dyn Fn() -> Site + Sync>,
    /// What an undisturbed run leaves.
    tree: String,
    record: String,
    /// The steps that it takes.
    steps: Vec<String>,
}

impl Sweep {
    fn new(begin: impl Fn() -> Site + Sync + 'static) -> Self {
        let site = begin();
        let (run, steps) = disturbed(&site, None);
        assert_eq!(run.exit, Some(0), "{}", run.stderr);
        Self { begin: Box::new(begin), tree: site.tree(""), record: recorded(&site), steps }
    }

    /// Kills the run before each step.
    fn kill(&self) {
        let kills: Vec<_> = (1..=self.steps.len()).map(|step| format!("kill:{step}")).collect();
        self.disturb(&kills, killed);
    }

    /// Has each step fail.
    fn fail(&self) {
        let steps = 1..=self.steps.len();
        let faults: Vec<_> = if everything() {
            let all = |step| ERRORS.as_flattened().iter().map(move |fault| format!("{fault}:{step}"));
            steps.flat_map(all).collect()
        } else {
            let once = steps.clone().map(|step| format!("{}:{step}", ERRORS[0][step % 2]));
            let lasting = steps.step_by(3).map(|step| format!("{}:{step}", ERRORS[1][step % 2]));
            once.chain(lasting).collect()
        };
        self.disturb(&faults, told);
    }

    /// Disturbs the run in each of these ways, and shows all that is then wrong.
    fn disturb(&self, faults: &[String], judge: fn(&str, &Run) -> Option<String>) {
        let next = AtomicUsize::new(0);
        let wrong: Vec<String> = thread::scope(|scope| {
            let worker = || {
                let site = (self.begin)();
                let before = Shelf::of(&site);
                let mut wrong = Vec::new();
                while let Some(fault) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
                    before.bring_back(&site);
                    let (run, _) = disturbed(&site, Some(fault));
                    let mut found = Vec::from_iter(judge(fault, &run));
                    found.extend(self.put_right(&site));
                    if !found.is_empty() {
                        let at: usize = fault.split_once(':').unwrap().1.parse().unwrap();
                        wrong.push(format!(
                            "== {fault}, before {}\n{}\nThe disturbed run said:\n{}",
                            self.steps[at - 1],
                            found.join("\n"),
                            run.stderr
                        ));
                    }
                }
                wrong
            };
            let workers: Vec<_> = (0..2).map(|_| scope.spawn(worker)).collect();
            workers.into_iter().flat_map(|worker| worker.join().expect("it does not panic")).collect()
        });
        assert!(wrong.is_empty(), "{} of {} went wrong\n{}", wrong.len(), faults.len(), wrong.join("\n"));
    }

    /// Runs once more without a fault; what is then not as it should be.
    fn put_right(&self, site: &Site) -> Vec<String> {
        let run = site.run(&ARGUMENTS);
        if run.exit != Some(0) {
            return vec![format!("the next run failed:\n{}", run.stderr)];
        }
        let mut wrong = Vec::new();
        for (what, is, should) in
            [("files", site.tree(""), &self.tree), ("records", recorded(site), &self.record)]
        {
            if is != *should {
                wrong.push(format!("the {what} differ:\n{}", difference(should, &is)));
            }
        }
        if !wrong.is_empty() {
            wrong.push(format!("the next run said:\n{}", run.stderr));
        }
        wrong
    }
}

const ARGUMENTS: [&str; 1] = ["--allow-links"];

/// A run with a fault, and the steps that it reached.
fn disturbed(site: &Site, fault: Option<&str>) -> (Run, Vec<String>) {
    let trace = site.path("../trace");
    let _ = fs::remove_file(&trace);
    let mut variables = vec![("BUILDOUT_FAULT_TRACE", trace.to_str().expect("it is text"))];
    variables.extend(fault.map(|fault| ("BUILDOUT_FAULT", fault)));
    let run = site.run_with(&variables, &ARGUMENTS);
    let steps = fs::read_to_string(&trace).unwrap_or_default();
    (run, steps.lines().map(str::to_owned).collect())
}

/// The lines that only one of two texts has.
fn difference(should: &str, is: &str) -> String {
    let only = |one: &str, other: &str, mark: &str| {
        one.lines()
            .filter(|line| !other.lines().any(|other| other == *line))
            .map(|line| format!("{mark} {line}\n"))
            .collect::<String>()
    };
    only(should, is, "-") + &only(is, should, "+")
}

/// A kill must be one; what comes after is judged by the next run.
fn killed(_: &str, run: &Run) -> Option<String> {
    run.exit.map(|exit| format!("it ended by itself with {exit}"))
}

/// A run whose disk fails says so, or did not need the disk there.
fn told(fault: &str, run: &Run) -> Option<String> {
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

/// Whether all is tried, however long it takes.
fn everything() -> bool {
    std::env::var_os("BUILDOUT_TESTS").is_some_and(|value| value == "all")
}

fn bare() -> Site {
    Site::new(BEFORE)
}

/// As a user leaves it: with something of his own in the directories of parts.
fn lived_in(next: &str) -> Site {
    let site = bare();
    let run = site.run(&ARGUMENTS);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    site.write("parts/tree/deep/notes", "the user's").write("parts/gone/notes", "the user's");
    site.write("buildout.cfg", next);
    site
}

fn upgraded() -> Site {
    lived_in(AFTER)
}

fn emptied() -> Site {
    lived_in(NOTHING)
}

#[test]
fn every_kind_of_step_is_reached() {
    let install = Sweep::new(bare);
    let upgrade = Sweep::new(upgraded);
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
    Sweep::new(bare).kill();
}

#[test]
fn an_upgrade_that_is_killed_anywhere_is_finished_by_the_next_run() {
    Sweep::new(upgraded).kill();
}

#[test]
fn an_uninstall_that_is_killed_anywhere_is_finished_by_the_next_run() {
    Sweep::new(emptied).kill();
}

#[test]
fn an_install_on_a_failing_disk_says_so_and_is_finished_by_the_next_run() {
    Sweep::new(bare).fail();
}

#[test]
fn an_upgrade_on_a_failing_disk_says_so_and_is_finished_by_the_next_run() {
    Sweep::new(upgraded).fail();
}

#[test]
fn an_uninstall_on_a_failing_disk_says_so_and_is_finished_by_the_next_run() {
    Sweep::new(emptied).fail();
}

#[test]
fn a_recovery_that_is_killed_anywhere_is_finished_by_the_next_run() {
    let upgrade = Sweep::new(upgraded);
    let stride = if everything() { 1 } else { STRIDE };
    for step in (1..=upgrade.steps.len()).step_by(stride) {
        let recovery = Sweep::new(move || {
            let site = upgraded();
            assert_eq!(disturbed(&site, Some(&format!("kill:{step}"))).0.exit, None);
            site
        });
        assert_eq!((&recovery.tree, &recovery.record), (&upgrade.tree, &upgrade.record), "killed at {step}");
        recovery.kill();
    }
}

#[test]
fn a_recovery_on_a_failing_disk_says_so_and_is_finished_by_the_next_run() {
    let steps = Sweep::new(upgraded).steps.len();
    let stride = if everything() { 1 } else { 3 * STRIDE };
    for step in (STRIDE..=steps).step_by(stride) {
        let recovery = Sweep::new(move || {
            let site = upgraded();
            assert_eq!(disturbed(&site, Some(&format!("kill:{step}"))).0.exit, None);
            site
        });
        recovery.fail();
    }
}
