//! Runs that begin together in one directory: one works, the others leave and say who it is.

use std::sync::Barrier;
use std::thread;

use buildout_tests::{Run, Site, assert_shows, recorded};
use snapbox::str;

const RUNS: usize = 10;

/// Its update leaves a line, so that the runs that worked can be counted.
const COUNTED: &str = "
install = mkdir parts/a
    write parts/a/made x
    write parts/runs I
    return parts/a
    return parts/runs
update = append parts/runs I
";

/// A run that goes on until it is told to end.
const ENDLESS: &str = "
install = mkdir parts/a
    write parts/a/half x
    say here
    sleep 3600
";

/// Without the number of the other process and the time at which it began.
fn refused(run: Run) -> Run {
    let stderr = run.stderr.lines().map(|line| match line.split_once("process ") {
        Some((before, process)) => {
            let (_, command) = process.split_once(", ").expect("the command comes next");
            let (command, _) = command.split_once(", since ").expect("the time comes last");
            format!("{before}process [PID], {command}, since [TIME]\n")
        }
        None => match line.split_once("`kill ") {
            Some((before, _)) => format!("{before}`kill [PID]`\n"),
            None => format!("{line}\n"),
        },
    });
    Run { stderr: stderr.collect(), ..run }
}

/// As many runs as that, begun at the same instant.
fn together(site: &Site, runs: usize) -> Vec<Run> {
    let start = Barrier::new(runs);
    let one = || {
        start.wait();
        site.run(&[])
    };
    thread::scope(|scope| {
        let runs: Vec<_> = (0..runs).map(|_| scope.spawn(one)).collect();
        runs.into_iter().map(|run| run.join().expect("it does not panic")).collect()
    })
}

#[test]
fn of_ten_runs_at_once_those_that_got_the_directory_did_all_and_the_others_nothing() {
    let site = Site::actor(COUNTED);
    let (done, left): (Vec<_>, Vec<_>) =
        together(&site, RUNS).into_iter().partition(|run| run.exit == Some(0));
    for run in left {
        assert_shows(
            refused(run),
            str![[r#"
exit 8
-- standard error
Error: Another run holds [DIR]: process [PID], `buildout install` with `[DIR]/buildout.cfg`, since [TIME]
help: wait until it ends, or end it: `kill [PID]`

"#]],
        );
    }
    let installed = done.iter().filter(|run| run.stderr.ends_with("Installing a.\n"));
    assert_eq!(installed.count(), 1, "{done:#?}");
    assert_eq!(site.read("parts/runs"), "I".repeat(done.len()), "{done:#?}");

    let alone = Site::actor(COUNTED);
    for _ in &done {
        assert_eq!(alone.run(&[]).exit, Some(0));
    }
    assert_eq!(site.tree(""), alone.tree(""));
    assert_eq!(recorded(&site), recorded(&alone));
}

#[test]
fn while_a_run_works_nine_others_name_it_and_change_nothing() {
    let site = Site::actor(ENDLESS);
    let run = site.run_while(&[], "a: here", "TERM", |process| {
        let before = site.tree("");
        for run in together(&site, RUNS - 1) {
            assert!(run.stderr.contains(&format!("process {process}, ")), "{}", run.stderr);
            assert!(run.stderr.contains(&format!("`kill {process}`")), "{}", run.stderr);
            assert_shows(
                refused(run),
                str![[r#"
exit 8
-- standard error
Error: Another run holds [DIR]: process [PID], `buildout install` with `[DIR]/buildout.cfg`, since [TIME]
help: wait until it ends, or end it: `kill [PID]`

"#]],
            );
        }
        assert_eq!(site.tree(""), before);
    });
    assert_eq!(run.exit, Some(130), "{run:?}");

    let alone = Site::actor(COUNTED);
    assert_eq!(alone.run(&[]).exit, Some(0));
    site.write("buildout.cfg", alone.read("buildout.cfg"));
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_eq!(site.tree(""), alone.tree(""));
    assert_eq!(recorded(&site), recorded(&alone));
}

#[test]
fn two_configuration_files_in_one_directory_exclude_each_other() {
    let site = Site::actor(ENDLESS);
    site.write("other.cfg", Site::actor(COUNTED).read("buildout.cfg"));
    let run = site.run_while(&[], "a: here", "TERM", |_| {
        assert_shows(
            refused(site.run(&["-c", "other.cfg"])),
            str![[r#"
exit 8
-- standard error
Error: Another run holds [DIR]: process [PID], `buildout install` with `[DIR]/buildout.cfg`, since [TIME]
help: wait until it ends, or end it: `kill [PID]`

"#]],
        );
        assert_shows(
            refused(site.run(&["-c", "other.cfg", "uninstall"])),
            str![[r#"
exit 8
-- standard error
Error: Another run holds [DIR]: process [PID], `buildout install` with `[DIR]/buildout.cfg`, since [TIME]
help: wait until it ends, or end it: `kill [PID]`

"#]],
        );
    });
    assert_eq!(run.exit, Some(130), "{run:?}");
    assert_eq!(site.tree("parts"), "");
}

#[test]
fn two_configuration_files_in_one_directory_have_one_record_and_the_second_says_so() {
    let part = |name: &str, text: &str| {
        format!(
            "[{name}]\nrecipe = actor\ninstall = mkdir parts/{name}\n    write parts/{name}/made {text}\n    return parts/{name}\n"
        )
    };
    let first = format!("[buildout]\nparts = one both\n{}{}", part("one", "first"), part("both", "the same"));
    let second =
        format!("[buildout]\nparts = both two\n{}{}", part("both", "the same"), part("two", "second"));
    let site = Site::new(&first);
    site.write("other.cfg", &second);
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(
        site.run(&["-c", "other.cfg"]),
        str![[r#"
exit 0
-- standard error
Notice: this directory was last installed from `[DIR]/buildout.cfg`, this run uses `[DIR]/other.cfg`
note: parts that `parts` does not name here are uninstalled
Uninstalling one.
  because nothing names it any more
Updating both.
Installing two.

"#]],
    );

    let alone = Site::new(&first);
    alone.write("other.cfg", &second);
    assert_eq!(alone.run(&["-c", "other.cfg"]).exit, Some(0));
    assert_eq!(site.tree(""), alone.tree(""));
    assert_eq!(recorded(&site), recorded(&alone));
}

#[test]
fn whoever_only_looks_while_another_run_is_at_work_is_told_so_and_one_that_was_killed_is_none() {
    let site = Site::actor(ENDLESS);
    let mut looked = Vec::new();
    let endless = site.run_while(&[], "a: here", "KILL", |_| {
        looked = vec![site.run(&["plan"]), site.run(&["doctor"])];
    });
    assert_eq!(endless.exit, None);
    let doctor = looked.pop().expect("two were run");
    assert_shows(
        refused(looked.pop().expect("two were run")),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
Notice: Another run is at work in this directory: process [PID], `buildout install` with `[DIR]/buildout.cfg`, since [TIME]
note: what is shown may be different as soon as it is shown

"#]],
    );
    assert!(doctor.stderr.starts_with("Notice: Another run is at work"), "{doctor:?}");
    assert_eq!(site.run(&["doctor"]).stderr, "");
}
