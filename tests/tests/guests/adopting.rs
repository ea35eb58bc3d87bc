//! Records that zc.buildout, another machine or another place left are taken over with `--adopt`.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

/// What zc.buildout leaves of the parts `app`, which goes on, and `old`, which nobody names any more: at the end of the
/// file the block of a last run that only updated.
const RECORD: &str = "\
[buildout]
installed_develop_eggs = 
parts = app old

[app]
__buildout_installed__ = [DIR]/bin/app
__buildout_signature__ = site.recipe-5cf1d5f1e0c34d0b
recipe = site.recipe

[old]
__buildout_installed__ = [DIR]/parts/old
\t[DIR]/bin/old
\t[DIR]/etc/old.conf
__buildout_signature__ = site.recipe-5cf1d5f1e0c34d0b setuptools-68.1.2
location = [DIR]/parts/old
recipe = site.recipe
script =%SP%
\tone
\t%(__buildout_space__)s%(__buildout_space__)stwo

[buildout]
parts = old app
";

/// A project as zc.buildout leaves it, whose records name the buildout directory `place`.
fn left_by_zc_buildout(place: &str) -> Site {
    let site = Site::new(
        "[buildout]\nparts = app\n\n[app]\nrecipe = actor\ninstall = write bin/app new\n    return bin/app\n",
    );
    let directory = site.path("").canonicalize().expect("it is there");
    let place = if place.is_empty() { directory.to_str().expect("it is text") } else { place };
    site.write(".installed.cfg", RECORD.replace("[DIR]", place).replace("%SP%", " "));
    site.write("bin/app", "old").write("parts/old/lib/code", "old").write("bin/old", "old");
    site.write("etc/old.conf", "old").write("parts/mine/file", "mine").write("bin/mine", "mine");
    site
}

#[test]
fn a_project_of_zc_buildout_is_taken_over_and_what_nobody_names_goes() {
    let site = left_by_zc_buildout("");
    assert_shows(
        site.run(&["--adopt"]),
        str![[r#"
exit 0
-- standard error
Taking over old: 4 files and directories count as made by it.
  [DIR]/parts/old
  [DIR]/parts/old/lib
  [DIR]/parts/old/lib/code
  [DIR]/bin/old
  [DIR]/etc/old.conf stays nobody's
Taking over app: 1 file or directory counts as made by it.
  [DIR]/bin/app
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Uninstalling app.
  because option `install` is new: 'write bin/app new⏎return bin/app' (buildout.cfg:6:11)
  because option `recipe` changed: 'site.recipe' → 'actor' (buildout.cfg:5:10)
  because its recipe changed: 'site.recipe-[DIGEST]' → 'sha256:[DIGEST]…'
Uninstalling old.
  because nothing names it any more
Keeping 'etc/old.conf': this part did not make it.
Installing app.

"#]],
    );
    assert_shows(
        site.tree(""),
        str![[r#"
.buildout/
.buildout/.gitignore 644 "*\n"
.buildout/lock 644 ""
.installed.cfg 644 "[buildout]\ninstalled_develop_eggs = \nparts = app\n\n[app]\n__buildout_installed__ = [DIR]/bin/app\n__buildout_signature__ = sha256:[DIGEST]\ninstall = write bin/app new\n\treturn bin/app\nrecipe = actor\n"
bin/
bin/app 644 "new"
bin/mine 644 "mine"
buildout.cfg 644 "[buildout]\nparts = app\n\n[app]\nrecipe = actor\ninstall = write bin/app new\n    return bin/app\n"
develop-eggs/
eggs/
eggs/v5/
etc/
etc/old.conf 644 "old"
parts/
parts/mine/
parts/mine/file 644 "mine"

"#]],
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Updating app.

"#]],
    );
}

#[test]
fn without_a_word_nothing_of_zc_buildouts_is_touched() {
    let site = left_by_zc_buildout("");
    let before = site.tree("");
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install app
  it is not installed
-- standard error
Warning: [DIR]/.installed.cfg was not written by buildout on this machine: its parts count as not installed
note: nothing that it names is removed; a copy is kept when a run replaces it, so that it can be taken over later too
help: to take the installed parts over: `buildout install --adopt`

"#]],
    );
    assert_eq!(site.tree(""), before);
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 7
-- standard error
Warning: [DIR]/.installed.cfg was not written by buildout on this machine: its parts count as not installed
note: nothing that it names is removed; a copy is kept when a run replaces it, so that it can be taken over later too
help: to take the installed parts over: `buildout install --adopt`
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing app.
While:
  Installing app.
Error: Operation not permitted
 --> buildout.cfg:4:2
  |
4 | [app]
  |  ^^^
note: [DIR]/bin/app was denied: this part did not make it
help: `buildout install --adopt` takes over what another machine or program recorded here
help: move it away if this part shall make it

"#]],
    );
    for path in ["bin/app", "parts/old/lib/code", "bin/old", "etc/old.conf"] {
        assert_eq!(site.read(path), "old", "{path}");
    }
}

#[test]
fn a_plan_with_adopt_shows_what_is_taken_over_and_what_follows_and_writes_nothing() {
    let site = left_by_zc_buildout("");
    let before = [site.tree(""), site.tree("../state")];
    let planned = site.run(&["plan", "--adopt"]);
    assert_eq!(site.run(&["--adopt", "plan"]).stdout, planned.stdout);
    assert_eq!([site.tree(""), site.tree("../state")], before);
    assert_shows(
        planned,
        str![[r#"
exit 0
-- standard output
adopt old
  owns parts/old
  owns parts/old/lib
  owns parts/old/lib/code
  owns bin/old
  leaves etc/old.conf
adopt app
  owns bin/app
uninstall old
  nothing names it any more
  removes bin/old
  removes parts/old/lib/code
  removes parts/old/lib
  removes parts/old
reinstall app
  option `install` is new: 'write bin/app new⏎return bin/app' (buildout.cfg:6:11)
  option `recipe` changed: 'site.recipe' → 'actor' (buildout.cfg:5:10)
  its recipe changed: 'site.recipe-[DIGEST]' → 'sha256:[DIGEST]…'
  removes bin/app

"#]],
    );
    assert_eq!(site.run(&["plan", "--adopt", "--check"]).exit, Some(9));
    let (steps, run) = site.run_as_planned(&["--adopt"]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert_shows(
        steps,
        str![[r#"
uninstall old
  no-longer-named: nothing names it any more
reinstall app
  option-changed: option `install` is new: 'write bin/app new⏎return bin/app'
  option-changed: option `recipe` changed: 'site.recipe' → 'actor'
  recipe-changed: its recipe changed: 'site.recipe-[DIGEST]' → 'sha256:[DIGEST]…'

"#]],
    );
    assert!(!site.has("parts/old") && !site.has("bin/old"));
}

#[test]
fn a_plan_of_uninstalling_with_adopt_shows_what_would_go() {
    let site = left_by_zc_buildout("");
    assert_shows(
        site.run(&["plan", "--uninstall", "old", "--adopt"]),
        str![[r#"
exit 0
-- standard output
adopt old
  owns parts/old
  owns parts/old/lib
  owns parts/old/lib/code
  owns bin/old
  leaves etc/old.conf
adopt app
  owns bin/app
uninstall old
  `uninstall` was asked for
  removes bin/old
  removes parts/old/lib/code
  removes parts/old/lib
  removes parts/old

"#]],
    );
    let run = site.run(&["uninstall", "old", "--adopt"]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert!(
        !site.has("parts/old") && !site.has("bin/old") && site.has("etc/old.conf") && site.has("bin/app")
    );
}

#[test]
fn records_that_a_run_replaced_can_still_be_taken_over() {
    let site = left_by_zc_buildout("");
    site.write("buildout.cfg", "[buildout]\nparts = other\n\n[other]\nrecipe = mkdir\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Warning: [DIR]/.installed.cfg was not written by buildout on this machine: its parts count as not installed
note: nothing that it names is removed; a copy is kept when a run replaces it, so that it can be taken over later too
help: to take the installed parts over: `buildout install --adopt`
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing other.
other: Creating directory other

"#]],
    );
    assert!(!site.read(".installed.cfg").contains("old"));
    site.write(
        "buildout.cfg",
        "[buildout]\nparts = app other\n\n[app]\nrecipe = mkdir\n\n[other]\nrecipe = mkdir\n",
    );
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("buildout.cfg", "[buildout]\nparts = other\n\n[other]\nrecipe = mkdir\n");
    assert_shows(
        site.run(&["plan", "--adopt"]),
        str![[r#"
exit 0
-- standard output
adopt old
  owns parts/old
  owns parts/old/lib
  owns parts/old/lib/code
  owns bin/old
  leaves etc/old.conf
uninstall app
  nothing names it any more
  removes parts/app
uninstall old
  nothing names it any more
  removes bin/old
  removes parts/old/lib/code
  removes parts/old/lib
  removes parts/old
1 part stays as it is

"#]],
    );
    assert_shows(
        site.run(&["--adopt"]),
        str![[r#"
exit 0
-- standard error
Taking over old: 4 files and directories count as made by it.
  [DIR]/parts/old
  [DIR]/parts/old/lib
  [DIR]/parts/old/lib/code
  [DIR]/bin/old
  [DIR]/etc/old.conf stays nobody's
Uninstalling app.
  because nothing names it any more
Uninstalling old.
  because nothing names it any more
Keeping 'etc/old.conf': this part did not make it.

"#]],
    );
    assert_shows(
        site.run(&["--adopt"]),
        str![[r#"
exit 0

"#]],
    );
    assert_eq!(site.read("bin/app"), "old", "`app` was installed meanwhile, by another recipe");
}

#[test]
fn records_are_taken_over_only_by_a_run_that_nothing_is_in_the_way_of() {
    let site = left_by_zc_buildout("");
    site.write(
        "buildout.cfg",
        "[buildout]\nparts = app\n\n[app]\nrecipe = template\ninline = new\noutput = etc/mine.conf\n",
    );
    site.write("etc/mine.conf", "mine");
    let before = site.read(".installed.cfg");
    assert_shows(
        site.run(&["--adopt"]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: [DIR]/etc/mine.conf is there already, and no part made it
note: `app` would write [DIR]/etc/mine.conf
note: nothing was begun
help: move it away if the part shall make it, or name another place

"#]],
    );
    assert_eq!(site.read(".installed.cfg"), before);
    std::fs::remove_file(site.path("etc/mine.conf")).expect("it is there");
    let run = site.run(&["--adopt"]);
    assert!(run.stderr.contains("Taking over old") && run.exit == Some(0), "{run:?}");
}

#[test]
fn of_two_foreign_records_one_after_the_other_both_can_be_taken_over() {
    let site = left_by_zc_buildout("");
    site.write("buildout.cfg", "[buildout]\nparts = other\n\n[other]\nrecipe = mkdir\n");
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    site.write("bin/second", "old");
    let second = site.path("bin/second").display().to_string();
    site.write(
        ".installed.cfg",
        format!("[buildout]\nparts = second\n\n[second]\n__buildout_installed__ = {second}\n"),
    );
    assert_eq!(site.run(&["-q", "other:mode=700"]).exit, Some(7));
    std::fs::remove_dir(site.path("parts/other")).expect("it is there");
    assert_eq!(site.run(&["-q", "other:mode=700"]).exit, Some(0));
    assert_shows(
        site.run(&["--adopt"]),
        str![[r#"
exit 0
-- standard error
Taking over second: 1 file or directory counts as made by it.
  [DIR]/bin/second
Uninstalling other.
  because option `mode` is gone: it was '700'
Uninstalling second.
  because nothing names it any more
Installing other.
other: Creating directory other

"#]],
    );
    assert_shows(
        site.run(&["--adopt"]),
        str![[r#"
exit 0
-- standard error
Taking over old: 4 files and directories count as made by it.
  [DIR]/parts/old
  [DIR]/parts/old/lib
  [DIR]/parts/old/lib/code
  [DIR]/bin/old
  [DIR]/etc/old.conf stays nobody's
Taking over app: 1 file or directory counts as made by it.
  [DIR]/bin/app
Uninstalling app.
  because nothing names it any more
Uninstalling old.
  because nothing names it any more
Keeping 'etc/old.conf': this part did not make it.

"#]],
    );
    assert_eq!(site.run(&["--adopt"]).stderr, "");
}

#[test]
fn a_directory_that_an_output_names_is_taken_over_without_what_the_records_do_not_name() {
    let site =
        Site::new("[buildout]\nparts = app\n\n[app]\nrecipe = mkdir\npath = ${buildout:directory}/src\n");
    let directory = site.path("").canonicalize().expect("it is there").display().to_string();
    site.write("src/mine.rs", "mine").write("src/theirs.rs", "theirs");
    site.write(
        ".installed.cfg",
        format!(
            "[buildout]\nparts = app\n\n[app]\n__buildout_installed__ = {directory}/src\n\t{directory}/src/theirs.rs\n"
        ),
    );
    assert_shows(
        site.run(&["plan", "--adopt"]),
        str![[r#"
exit 0
-- standard output
adopt app
  owns src
  owns src/theirs.rs
reinstall app
  option `path` is new: '[DIR]/src' (buildout.cfg:6:8)
  option `recipe` is new: 'mkdir' (buildout.cfg:5:10)
  its recipe changed: '' → 'mkdir 1'
  removes src/theirs.rs

"#]],
    );
    assert_shows(
        site.run(&["uninstall", "--adopt"]),
        str![[r#"
exit 0
-- standard error
Taking over app: 2 files and directories count as made by it.
  [DIR]/src
  [DIR]/src/theirs.rs
Uninstalling app.
  because `uninstall` was asked for
Keeping 'src/mine.rs': this part did not make it.
Keeping 'src': it holds what this part did not make.

"#]],
    );
    assert_shows(
        site.tree("src"),
        str![[r#"
mine.rs 644 "mine"

"#]],
    );
}

#[test]
fn a_project_that_was_moved_is_taken_over_at_its_new_place() {
    let site = left_by_zc_buildout("/srv/before");
    assert_shows(
        site.run(&["plan", "--adopt"]),
        str![[r#"
exit 0
-- standard output
take what is recorded below /srv/before as the same here
adopt old
  owns parts/old
  owns parts/old/lib
  owns parts/old/lib/code
  owns bin/old
  leaves etc/old.conf
adopt app
  owns bin/app
uninstall old
  nothing names it any more
  removes bin/old
  removes parts/old/lib/code
  removes parts/old/lib
  removes parts/old
reinstall app
  option `install` is new: 'write bin/app new⏎return bin/app' (buildout.cfg:6:11)
  option `recipe` changed: 'site.recipe' → 'actor' (buildout.cfg:5:10)
  its recipe changed: 'site.recipe-[DIGEST]' → 'sha256:[DIGEST]…'
  removes bin/app

"#]],
    );
    assert_shows(
        site.run(&["--adopt"]),
        str![[r#"
exit 0
-- standard error
What is recorded below /srv/before counts as the same below [DIR].
Taking over old: 4 files and directories count as made by it.
  [DIR]/parts/old
  [DIR]/parts/old/lib
  [DIR]/parts/old/lib/code
  [DIR]/bin/old
  [DIR]/etc/old.conf stays nobody's
Taking over app: 1 file or directory counts as made by it.
  [DIR]/bin/app
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Uninstalling app.
  because option `install` is new: 'write bin/app new⏎return bin/app' (buildout.cfg:6:11)
  because option `recipe` changed: 'site.recipe' → 'actor' (buildout.cfg:5:10)
  because its recipe changed: 'site.recipe-[DIGEST]' → 'sha256:[DIGEST]…'
Uninstalling old.
  because nothing names it any more
Keeping 'etc/old.conf': this part did not make it.
Installing app.

"#]],
    );
    assert!(!site.has("parts/old") && !site.has("bin/old"));
}

#[test]
fn where_it_is_not_clear_where_a_project_came_from_it_is_said_what_is_left() {
    let site = left_by_zc_buildout("/srv/before");
    let record = site.read(".installed.cfg").replace("/srv/before/bin/old", "/srv/elsewhere/bin/old");
    site.write(".installed.cfg", record);
    assert_shows(
        site.run(&["plan", "--adopt"]),
        str![[r#"
exit 0
-- standard output
adopt old
  leaves /srv/before/parts/old
  leaves /srv/elsewhere/bin/old
  leaves /srv/before/etc/old.conf
adopt app
  leaves /srv/before/bin/app
uninstall old
  nothing names it any more
reinstall app
  option `install` is new: 'write bin/app new⏎return bin/app' (buildout.cfg:6:11)
  option `recipe` changed: 'site.recipe' → 'actor' (buildout.cfg:5:10)
  its recipe changed: 'site.recipe-[DIGEST]' → 'sha256:[DIGEST]…'

"#]],
    );
    site.write("buildout.cfg", "[buildout]\nparts =\n");
    assert_shows(
        site.run(&["--adopt"]),
        str![[r#"
exit 0
-- standard error
Taking over old: nothing here counts as made by it.
  /srv/before/parts/old stays nobody's, as it lies elsewhere
  /srv/elsewhere/bin/old stays nobody's, as it lies elsewhere
  /srv/before/etc/old.conf stays nobody's, as it lies elsewhere
Taking over app: nothing here counts as made by it.
  /srv/before/bin/app stays nobody's, as it lies elsewhere
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Uninstalling app.
  because nothing names it any more
Uninstalling old.
  because nothing names it any more

"#]],
    );
    assert_eq!(site.read("bin/app"), "old");
}

#[test]
fn a_copy_of_a_buildout_takes_over_what_it_holds_and_leaves_the_original_alone() {
    let site = Site::new("[buildout]\nparts = a b\n\n[a]\nrecipe = mkdir\n\n[b]\nrecipe = mkdir\n");
    assert_eq!(site.run(&[]).exit, Some(0));
    let before = site.tree("parts");
    let record = site.read(".installed.cfg");
    site.write("../copy/.installed.cfg", record).write("../copy/parts/b/mine", "mine");
    site.write("../copy/parts/a/.keep", "").write("../copy/buildout.cfg", "[buildout]\nparts =\n");
    assert_shows(
        site.run(&["-c", "../copy/buildout.cfg", "--adopt"]),
        str![[r#"
exit 0
-- standard error
What is recorded below [DIR] counts as the same below [ROOT]/copy.
Taking over a: 2 files and directories count as made by it.
  [ROOT]/copy/parts/a
  [ROOT]/copy/parts/a/.keep
Taking over b: 2 files and directories count as made by it.
  [ROOT]/copy/parts/b
  [ROOT]/copy/parts/b/mine
Creating directory '[ROOT]/copy/bin'.
Creating directory '[ROOT]/copy/eggs/v5'.
Creating directory '[ROOT]/copy/develop-eggs'.
Uninstalling b.
  because nothing names it any more
Uninstalling a.
  because nothing names it any more

"#]],
    );
    assert_eq!(site.tree("../copy/parts"), "");
    assert_eq!(site.tree("parts"), before);
}
