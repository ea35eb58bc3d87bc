//! Trees of odd shapes, and directories that go away while somebody works in them: the cases PTH-25, ROB-19, ROB-20.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use buildout_tests::{Site, assert_shows};
use snapbox::str;

#[test]
fn a_tree_of_a_thousand_levels_is_made_and_removed_whole() {
    // Deeper than any path that the system takes at once.
    let site = Site::actor("install = mkdir parts/a\n    mkdir-deep parts/a 1000\n    return parts/a");
    let run = site.run(&["-q"]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert!(site.has(&format!("parts/a{}", "/d".repeat(1000))));
    let run = site.run(&["-q", "uninstall"]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert!(!site.has("parts/a"));
}

#[test]
fn what_a_user_made_unreadable_below_a_part_is_named_and_nothing_goes_round_for_ever() {
    let site = Site::actor(
        "install = mkdir parts/a\n    mkdir parts/a/shut\n    write parts/a/shut/file x\n    write parts/a/file x\n    return parts/a",
    );
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    for mode in [0o000, 0o500] {
        fs::set_permissions(site.path("parts/a/shut"), PermissionsExt::from_mode(mode)).expect("it is ours");
        let run = site.run(&["uninstall"]);
        // Root is stopped by no mode, and any other user owns the directory and may open it again.
        assert_eq!(run.exit, Some(0), "{mode:o}: {}", run.stderr);
        assert!(!site.has("parts/a"), "{mode:o}");
        assert_eq!(site.run(&["-q"]).exit, Some(0));
    }
}

#[test]
fn a_buildout_that_is_renamed_meanwhile_writes_nothing_elsewhere() {
    let site = Site::actor(
        "install = mkdir parts/a\n    write parts/a/before x\n    say waiting\n    sleep 2\n    try write parts/a/behind x\n    return parts/a",
    );
    let (from, to) = (site.path(""), site.path("../moved"));
    let run = site.run_while(&[], "a: waiting", "CONT", |_| {
        fs::rename(&from, &to).expect("it can be renamed");
        fs::create_dir_all(from.join("parts/a")).expect("there is room");
    });
    assert!(run.exit.is_some(), "{run:?}");
    assert_eq!(fs::read_dir(from.join("parts/a")).expect("it is there").count(), 0, "{}", run.stderr);
    assert!(!from.join(".installed.cfg").exists(), "{}", run.stderr);
}

#[test]
fn a_buildout_that_is_removed_meanwhile_ends_the_run_with_an_error() {
    let site = Site::actor(
        "install = mkdir parts/a\n    say waiting\n    sleep 1\n    write parts/a/behind x\n    return parts/a",
    );
    let run = site.run_while(&[], "a: waiting", "CONT", |_| {
        fs::remove_dir_all(site.path("")).expect("it can be removed");
    });
    assert!(matches!(run.exit, Some(1 | 3 | 7)), "{run:?}");
    assert!(!site.path("").exists(), "nothing came back");
}

#[test]
fn records_of_a_newer_version_stay_as_they_are_and_end_the_run() {
    let site = Site::actor("install = mkdir parts/a\n    return parts/a");
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    let mut states = Vec::new();
    for entry in fs::read_dir(site.path("../state/buildout/installed")).expect("it is there") {
        let file = entry.expect("it is there").path().join("state.json");
        if let Ok(text) = fs::read_to_string(&file) {
            fs::write(&file, text.replacen("\"version\":1", "\"version\":9", 1)).expect("it is ours");
            states.push(file);
        }
    }
    assert_eq!(states.len(), 1);
    let before = fs::read(&states[0]).expect("it is there");
    assert_shows(
        site.run(&["buildout:parts="]),
        str![[r#"
exit 2
-- standard error
Error: A newer buildout wrote [ROOT]/state/buildout/installed/[DIGEST]/state.json (version 9, this one knows 1)
help: use that newer buildout in this directory

"#]],
    );
    assert_eq!(fs::read(&states[0]).expect("it is there"), before);
    assert!(site.has("parts/a"));
}
