//! Parts that are asked for by name: `install NAME`, `--with-deps`, `--force`, `uninstall`.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

/// `c` needs `b` needs `a`; each says when it goes.
const CHAIN: &str = "\
[buildout]
parts = c d

[a]
recipe = actor:still
install = mkdir parts/a
    return parts/a
uninstall = say goes

[b]
<= a
install = write parts/b ${a:recipe} ${:more}
    return parts/b
more = 1

[c]
<= a
install = write parts/c ${b:recipe}
    return parts/c

[d]
<= a
install = write parts/d x
    return parts/d
";

fn chain() -> Site {
    let site = Site::new(CHAIN);
    assert_eq!(site.run(&[]).exit, Some(0));
    site
}

#[test]
fn uninstall_takes_all_parts_away_the_last_one_first() {
    let site = chain();
    let planned = site.run(&["plan", "--uninstall"]);
    assert_shows(
        planned,
        str![[r#"
exit 0
-- standard output
uninstall d
  `uninstall` was asked for
  removes parts/d
uninstall c
  `uninstall` was asked for
  removes parts/c
uninstall b
  `uninstall` was asked for
  removes parts/b
uninstall a
  `uninstall` was asked for
  removes parts/a

"#]],
    );
    assert_shows(
        site.run(&["uninstall"]),
        str![[r#"
exit 0
-- standard error
Uninstalling d.
  because `uninstall` was asked for
d: goes
Uninstalling c.
  because `uninstall` was asked for
c: goes
Uninstalling b.
  because `uninstall` was asked for
b: goes
Uninstalling a.
  because `uninstall` was asked for
a: goes

"#]],
    );
    assert_eq!(site.tree("parts"), "");
    assert!(!site.has(".installed.cfg"));
    assert_shows(
        site.run(&["uninstall"]),
        str![[r#"
exit 0

"#]],
    );
}

#[test]
fn uninstall_takes_the_named_parts_away_in_reverse_whatever_was_typed_first() {
    let site = chain();
    let (steps, run) = site.run_as_planned(&["uninstall", "b", "c"]);
    assert_eq!(run.exit, Some(0));
    assert_shows(
        steps,
        str![[r#"
uninstall c
  asked: `uninstall` was asked for
uninstall b
  asked: `uninstall` was asked for

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
a/
d 644 "x"

"#]],
    );
    let (steps, _) = site.run_as_planned(&[]);
    assert_shows(
        steps,
        str![[r#"
keep a
install b
  new: it is not installed
install c
  new: it is not installed
keep d

"#]],
    );
}

#[test]
fn uninstall_of_what_is_not_installed_changes_nothing() {
    let site = chain();
    assert_shows(
        site.run(&["uninstall", "a", "dd"]),
        str![[r#"
exit 1
-- standard error
Error: The part `dd` is not installed
help: did you mean `d`?

"#]],
    );
    assert!(site.has("parts/a"));
}

#[test]
fn uninstall_needs_no_part_of_the_configuration() {
    let site = chain();
    site.write("buildout.cfg", "[buildout]\nextensions = nobody.has.it\nodd = 1\n");
    assert_shows(
        site.run(&["uninstall", "d"]),
        str![[r#"
exit 0
-- standard error
Uninstalling d.
  because `uninstall` was asked for
d: goes

"#]],
    );
    assert!(!site.has("parts/d"));
}

#[test]
fn uninstall_makes_no_directory() {
    let site = Site::new("[buildout]\nparts =\n");
    assert_eq!(site.run(&["uninstall"]).exit, Some(0));
    assert!(!site.has("parts") && !site.has("bin"));
}

#[test]
fn a_failing_uninstall_of_a_recipe_keeps_the_part_until_it_is_forced() {
    let site = Site::actor(
        "install = write parts/a x\n    return parts/a\nuninstall = write raw:${buildout:parts-directory}/half x\n    fail user The lid is stuck",
    );
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(
        site.run(&["uninstall"]),
        str![[r#"
exit 1
-- standard error
Uninstalling a.
  because `uninstall` was asked for
Removed what a had made.
While:
  Uninstalling a.
Error: The lid is stuck

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
a 644 "x"

"#]],
    );
    assert_shows(
        site.run(&["uninstall", "--force"]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because `uninstall` was asked for
Removed what a had made.
a: Its uninstall failed, and `--force` goes on: The lid is stuck

"#]],
    );
    assert_eq!(site.tree("parts"), "");
}

#[test]
fn install_of_a_name_looks_at_no_other_part() {
    let site = chain();
    let (steps, run) = site.run_as_planned(&["b:more=2", "install", "b"]);
    assert_eq!(run.exit, Some(0));
    assert_shows(
        steps,
        str![[r#"
reinstall b
  option-changed: option `install` changed: 'write parts/b actor:still 1⏎return parts/b' → 'write parts/b actor:still 2⏎return parts/b'
  option-changed: option `more` changed: '1' → '2'

"#]],
    );
}

#[test]
fn a_part_whose_need_was_made_anew_alone_is_made_anew_by_the_next_run_that_sees_it() {
    let site = chain();
    assert_eq!(site.run(&["install", "a", "--force"]).exit, Some(0));
    let without = site.run(&["buildout:rebuild-dependants=false", "-v", "plan"]);
    assert_shows(
        without,
        str![[r#"
exit 0
-- standard output
keep a
keep b
keep c
keep d

"#]],
    );
    let (steps, _) = site.run_as_planned(&[]);
    assert_shows(
        steps,
        str![[r#"
keep a
reinstall b
  dependency-changed: it needs `a`, which was made anew without it
reinstall c
  dependency-changed: it needs `b`, which is made anew
keep d

"#]],
    );
    let (steps, _) = site.run_as_planned(&[]);
    assert_shows(
        steps,
        str![[r#"
keep a
keep b
keep c
keep d

"#]],
    );
}

#[test]
fn with_deps_brings_what_the_named_parts_need_and_no_more() {
    let site = Site::new(CHAIN);
    let (steps, run) = site.run_as_planned(&["install", "c", "--with-deps"]);
    assert_eq!(run.exit, Some(0));
    assert_shows(
        steps,
        str![[r#"
install a
  new: it is not installed
install b
  new: it is not installed
install c
  new: it is not installed

"#]],
    );
    let (steps, _) = site.run_as_planned(&["b:more=2", "install", "--with-deps", "c"]);
    assert_shows(
        steps,
        str![[r#"
keep a
reinstall b
  option-changed: option `install` changed: 'write parts/b actor:still 1⏎return parts/b' → 'write parts/b actor:still 2⏎return parts/b'
  option-changed: option `more` changed: '1' → '2'
reinstall c
  dependency-changed: it needs `b`, which is made anew

"#]],
    );
    let (steps, _) = site.run_as_planned(&["b:more=2", "install", "--with-deps", "--force", "b"]);
    assert_shows(
        steps,
        str![[r#"
keep a
reinstall b
  forced: `--force` was given

"#]],
    );
}

#[test]
fn force_makes_all_parts_anew_if_none_is_named() {
    let site = chain();
    let (steps, run) = site.run_as_planned(&["buildout:parts=d", "install", "--force"]);
    assert_eq!(run.exit, Some(0));
    assert_shows(
        steps,
        str![[r#"
uninstall c
  no-longer-named: nothing names it any more
uninstall b
  no-longer-named: nothing names it any more
uninstall a
  no-longer-named: nothing names it any more
reinstall d
  forced: `--force` was given

"#]],
    );
}
