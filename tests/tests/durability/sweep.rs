//! One run that is disturbed in every way, at every step that it takes.
//!
//! - In: how a site is made as it is before that run, and how the run is disturbed.
//! - Out: a failed test where what the next run leaves, which nothing disturbs, differs from what an undisturbed run
//!   leaves.
//! - Not here: the disturbances (`faults`, `calls`).

use std::fmt::Display;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use buildout_tests::{Run, Shelf, Site, recorded};

/// What every run is told.
pub(crate) const ARGUMENTS: [&str; 1] = ["--allow-links"];

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

/// One run that is disturbed in every way; a fault of kind `F` is what disturbs it.
pub(crate) struct Sweep<F> {
    /// Makes the site as it is before that run.
    begin: Box<dyn Fn() -> Site + Sync>,
    /// Runs with a fault, and tells the steps that it reached.
    run: fn(&Site, Option<&F>) -> (Run, Vec<String>),
    /// What an undisturbed run leaves.
    pub(crate) tree: String,
    pub(crate) record: String,
    /// The steps that it takes.
    pub(crate) steps: Vec<String>,
}

impl<F: Display + Sync> Sweep<F> {
    pub(crate) fn new(
        begin: impl Fn() -> Site + Sync + 'static,
        run: fn(&Site, Option<&F>) -> (Run, Vec<String>),
    ) -> Self {
        let site = begin();
        let (undisturbed, steps) = run(&site, None);
        assert_eq!(undisturbed.exit, Some(0), "{}", undisturbed.stderr);
        Self { begin: Box::new(begin), run, tree: site.tree(""), record: recorded(&site), steps }
    }

    /// Disturbs the run in each of these ways, each at a step, and shows all that is then wrong.
    pub(crate) fn disturb(&self, faults: &[(usize, F)], judge: fn(&F, &Run) -> Option<String>) {
        let next = AtomicUsize::new(0);
        let wrong: Vec<String> = thread::scope(|scope| {
            let worker = || {
                let site = (self.begin)();
                let before = Shelf::of(&site);
                let mut wrong = Vec::new();
                while let Some((step, fault)) = faults.get(next.fetch_add(1, Ordering::Relaxed)) {
                    before.bring_back(&site);
                    let (run, _) = (self.run)(&site, Some(fault));
                    let mut found = Vec::from_iter(judge(fault, &run));
                    found.extend(self.put_right(&site));
                    if !found.is_empty() {
                        wrong.push(format!(
                            "== {fault}, at {}\n{}\nThe disturbed run said:\n{}",
                            self.steps
                                .get(step - 1)
                                .map_or("a step that only this run takes", String::as_str),
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

pub(crate) fn bare() -> Site {
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

pub(crate) fn upgraded() -> Site {
    lived_in(AFTER)
}

pub(crate) fn emptied() -> Site {
    lived_in(NOTHING)
}
