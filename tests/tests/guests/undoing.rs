//! What failed, was interrupted or was killed leaves nothing of its own, and takes nothing of others.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

#[test]
fn a_failed_install_undoes_exactly_what_it_made() {
    let site = Site::actor(
        "install =
    mkdir parts/a
    mkdir parts/a/d
    write parts/a/d/f x
    rename parts/a/d parts/a/e
    write bin/tool x
    write parts/theirs/mine x
    write parts/gone x
    unlink parts/gone
    fail user The oven is cold",
    );
    site.write("parts/theirs/f", "theirs").write("bin/run", "the user's");
    assert_shows(
        site.run(&["-v"]),
        str![[r#"
exit 1
-- standard error
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
  because it is not installed
Removed what a had made.
  parts/a
  parts/a/e
  parts/a/e/f
  bin/tool
  parts/theirs/mine
While:
  Installing a.
Error: The oven is cold
 --> buildout.cfg:4:2
  |
4 | [a]
  |  ^
code: recipe-error

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
theirs/
theirs/f 644 "theirs"

"#]],
    );
    assert_shows(
        site.tree("bin"),
        str![[r#"
run 644 "the user's"

"#]],
    );
    assert!(!site.records("a"));
}

#[test]
fn a_failed_install_undoes_deep_and_wide_trees_too() {
    let site = Site::actor(
        "install = mkdir parts/a\n    mkdir-deep parts/a 1000\n    mkdir parts/b\n    write-many parts/b 2000\n    fail user no",
    );
    assert_eq!(site.run(&[]).exit, Some(1));
    assert_shows(site.tree("parts"), str![]);
}

#[test]
fn an_interrupted_install_is_undone_at_once() {
    for signal in ["INT", "TERM"] {
        let site =
            Site::actor("install = temporary\n    mkdir parts/a\n    write TMP/f x\n    say here\n    spin");
        let run = site.run_until(&[], "a: here", signal);
        assert_eq!(run.exit, Some(130), "{run:?}");
        assert_eq!(site.tree("parts"), "");
        assert_eq!(site.tree(".buildout/tmp"), "");
        assert!(!site.records("a"));
    }
}

#[test]
fn an_interrupted_sleep_ends_at_once() {
    let site = Site::actor("install = say here\n    sleep 3600");
    assert_shows(
        site.run_until(&[], "a: here", "INT"),
        str![[r#"
exit 130
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: here
While:
  Installing a.
Error: interrupted

"#]],
    );
}

#[test]
fn a_killed_install_is_undone_by_the_next_run() {
    let site = Site::actor(
        "install = temporary\n    write TMP/f x\n    mkdir parts/a\n    write parts/a/half x\n    write bin/half x\n    say here\n    spin",
    );
    assert_eq!(site.run_until(&[], "a: here", "KILL").exit, None);
    assert!(site.has("parts/a/half"));
    site.write("bin/run", "the user's");
    site.write(
        "buildout.cfg",
        "[buildout]\nparts = a\n[a]\nrecipe = actor\ninstall = mkdir parts/a\n    return parts/a\n",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
The last run was cut off while it worked on: a. Putting that right.
Installing a.

"#]],
    );
    let trees = ["parts", "bin", ".buildout/tmp"].map(|place| site.tree(place));
    assert_shows(
        trees.concat(),
        str![[r#"
a/
run 644 "the user's"

"#]],
    );
}

#[test]
fn a_failed_install_leaves_what_a_user_put_into_its_directories() {
    // The user's file comes from a part whose file is not returned, and so stays its own.
    let site = Site::new(
        "[buildout]
parts = a b
[a]
recipe = actor
install = mkdir parts/shared
    return parts/shared
[b]
recipe = actor
install = write parts/shared/from-b x
    fail user no
",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
Installing b.
Removed what b had made.
While:
  Installing b.
Error: no
 --> buildout.cfg:7:2
  |
7 | [b]
  |  ^

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
shared/

"#]],
    );
}

#[test]
fn a_failed_reinstall_puts_the_old_part_back() {
    let configuration = |last: &str| {
        format!(
            "[buildout]\nparts = a\n[a]\nrecipe = actor\ninstall = mkdir parts/a\n    write parts/a/{last}\n    return parts/a\n"
        )
    };
    let site = Site::new(&configuration("old x"));
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("buildout.cfg", configuration("new x\n    fail user no"));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
Uninstalling a.
  because option `install` changed: '…⏎write parts/a/old x⏎return parts/a' → '…⏎write parts/a/new x⏎fail user no⏎return parts/a' (buildout.cfg:6:5)
Installing a.
Removed what a had made.
Put back what a had before.
While:
  Installing a.
Error: no
 --> buildout.cfg:3:2
  |
3 | [a]
  |  ^

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
a/
a/old 644 "x"

"#]],
    );
    site.write("buildout.cfg", configuration("old x"));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because its last run did not end well
Installing a.

"#]],
    );
}

#[test]
fn what_somebody_made_after_a_kill_is_not_undone_with_what_the_part_made() {
    let site = Site::actor(
        "install = write parts/notes x\n    unlink parts/notes\n    write parts/own x\n    say here\n    sleep 60",
    );
    let run = site.run_until(&[], "a: here", "KILL");
    assert_eq!(run.exit, None);
    // Nobody comes within a second.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    site.write("parts/notes", "somebody's");
    let run = site.run(&["buildout:parts="]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert_eq!(site.read("parts/notes"), "somebody's", "{}", run.stderr);
    assert!(!site.has("parts/own"), "{}", run.stderr);
}
