//! Whatever a recipe tries in whatever order, nothing changes that is not its own.
//!
//! - In: made-up sequences of calls on files, in every spelling of places inside and outside; a run with the guard of the
//!   file system, and one in which a test has turned it off, so that the kernel and the porter alone hold.
//! - Out: the shortest sequence that changed what was there before, or made something where nothing may be made.
//!
//! A run of the tests takes a few sequences; with `BUILDOUT_TESTS=all` it takes many.

use buildout_tests::{Site, everything};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// Sequences of a short run and of a long one.
const CASES: [u32; 2] = [12, 1_000];

/// Places that the recipe may have, may not have, and that lead elsewhere.
const PLACES: [&str; 30] = [
    "parts/a",
    "parts/a/f",
    "parts/a/d",
    "parts/a/d/g",
    "parts/b",
    "bin/x",
    "eggs/e",
    "TMP/x",
    "TMP/d",
    "TMP/d/y",
    "parts/user",
    "parts/user/notes",
    "bin/user",
    "src",
    "src/code",
    "src/new",
    "buildout.cfg",
    ".installed.cfg",
    ".git/hooks/h",
    ".git/config",
    ".env",
    ".envrc",
    ".buildout/new/1",
    "new",
    "parts/way/secret",
    "parts/a/../../src/code",
    "parts//a/./f",
    "../outside/secret",
    "../outside/new",
    "raw:../outside/secret",
];

/// Calls with one place, and what stands behind it.
const DEEDS: [(&str, &str); 13] = [
    ("write", " made"),
    ("append", " more"),
    ("create-new", " made"),
    ("truncate", ""),
    ("set-length", " 9"),
    ("mkdir", ""),
    ("rmdir", ""),
    ("unlink", ""),
    ("read", ""),
    ("list", ""),
    // The kernel does not hold these two.
    ("touch", ""),
    ("set-mode 700", ""),
    ("mode", ""),
];

/// Calls with two places.
const MOVES: [&str; 4] = ["rename", "hard-link", "symlink", "wasi-symlink"];

fn line(by_kernel_alone: bool) -> impl Strategy<Value = String> {
    let place = || proptest::sample::select(&PLACES[..]);
    let deeds = if by_kernel_alone { &DEEDS[..10] } else { &DEEDS[..] };
    let one = (proptest::sample::select(deeds), place())
        .prop_map(|((verb, behind), place)| format!("try {verb} {place}{behind}"));
    let two = (proptest::sample::select(&MOVES[..]), place(), place())
        .prop_map(|(verb, from, to)| format!("try {verb} {from} {to}"));
    prop_oneof![8 => one, 4 => two, 1 => Just("temporary".to_owned())]
}

/// All that was there before the run, and the names beside it.
fn watched(site: &Site) -> Vec<String> {
    let there = ["src", ".git", "parts/user", "../outside"].map(|place| site.tree(place));
    let files = ["buildout.cfg", ".env", "bin/user"].map(|place| site.read(place));
    let ours = ["bin/", "parts/", "eggs/", "develop-eggs/", ".buildout/", ".installed.cfg"];
    let whole = site.tree("");
    let beside = whole.lines().filter(|line| !ours.iter().any(|ours| line.starts_with(ours)));
    there.into_iter().chain(files).chain(beside.map(str::to_owned)).collect()
}

/// A project of somebody, with a recipe that tries these lines.
fn site(lines: &[String], links: bool) -> Site {
    let entry = if links { "actor:links" } else { "actor" };
    let script = lines.join("\n    ");
    let site = Site::new(&format!(
        "[buildout]\nparts = a\n[a]\nrecipe = {entry}\ninstall =\n    temporary\n    {script}\n"
    ));
    site.write("src/code", "code").write("parts/user/notes", "notes").write("bin/user", "user");
    site.write(".git/config", "git").write(".env", "secret").link("../../outside", "parts/way");
    site
}

fn sequences(fault: Option<&str>) {
    let config = Config {
        cases: CASES[usize::from(everything())],
        failure_persistence: None,
        max_shrink_iters: 200,
        ..Config::default()
    };
    let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(config, rng);
    let sequence = (vec(line(fault.is_some()), 20..60), any::<bool>());
    let tried = runner.run(&sequence, |(lines, links)| {
        let site = site(&lines, links);
        let before = watched(&site);
        if let Some(fault) = fault {
            site.set("BUILDOUT_FAULT", fault);
        }
        let run = site.run(if links { &["--allow-links"] } else { &[] });
        prop_assert_eq!(run.exit, Some(0), "{}", run.stderr);
        prop_assert_eq!(watched(&site), before, "{}", run.stderr);
        prop_assert!(!site.has(".git/hooks") && !site.has(".envrc"), "{}", run.stderr);
        Ok(())
    });
    if let Err(error) = tried {
        panic!("{error}");
    }
}

#[test]
fn no_sequence_of_calls_changes_what_is_not_the_recipes() {
    sequences(None);
}

#[test]
fn nor_does_any_if_the_guard_is_turned_off_and_the_kernel_holds_alone() {
    sequences(Some("unguarded"));
}

#[test]
fn with_neither_guard_nor_kernel_this_file_sees_what_is_changed() {
    for line in ["write src/code made", "write src/new made", "unlink bin/user", "write .git/hooks made"] {
        let site = site(&[line.to_owned()], false);
        let before = watched(&site);
        site.set("BUILDOUT_FAULT", "unguarded");
        let run = site.run_where(&[(libc::SYS_landlock_create_ruleset, libc::ENOSYS)], &["--confine=guard"]);
        // A file that is gone cannot be looked at any more.
        let changed = !site.has("bin/user") || watched(&site) != before;
        assert!(changed, "{line}: {}", run.stderr);
    }
}
