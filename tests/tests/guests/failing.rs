//! What is left when something fails: nothing lost, nothing left behind, and what was finished stays.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

/// Three parts in a row, each of one file that says which version of the part it is.
fn three(versions: [&str; 3], more: [&str; 3]) -> String {
    let part = |at: usize| {
        let (name, version, more) = (["a", "b", "c"][at], versions[at], more[at]);
        format!(
            "[{name}]\nrecipe = actor:still\ninstall = mkdir parts/{name}\n    write parts/{name}/is {version}{more}\n    return parts/{name}\n"
        )
    };
    format!("[buildout]\nparts = a b c\n{}{}{}", part(0), part(1), part(2))
}

const FAIL: &str = "\n    fail user The oven is cold";
const HERE: &str = "\n    say here\n    spin";

fn states(site: &Site) -> String {
    let (steps, _) = planned(site);
    format!("{}{steps}", site.tree("parts"))
}

/// What a run would do now.
fn planned(site: &Site) -> (String, Option<i32>) {
    let run = site.run(&["-v", "plan"]);
    (run.stdout, run.exit)
}

#[test]
fn a_failing_init_changes_nothing() {
    let site = Site::new(&three(["1", "1", "1"], ["", "", ""]));
    assert_eq!(site.run(&[]).exit, Some(0));
    let before = (site.tree(""), site.tree("../state"));
    let failing = three(["2", "1", "1"], ["", "", ""]).replace("parts = a b c", "parts = a c d")
        + "[d]\nrecipe = actor\ninit = fail user The oven is cold\n";
    site.write("buildout.cfg", &failing);
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section d.
  Initializing section d.
Error: The oven is cold
  --> buildout.cfg:18:2
   |
18 | [d]
   |  ^

"#]],
    );
    site.write("buildout.cfg", three(["1", "1", "1"], ["", "", ""]));
    assert_eq!((site.tree(""), site.tree("../state")), before);
}

#[test]
fn a_failing_init_of_a_first_run_leaves_no_file() {
    let site = Site::actor("init = fail user The oven is cold");
    assert_eq!(site.run(&[]).exit, Some(1));
    assert_shows(
        site.tree(""),
        str![[r#"
buildout.cfg 644 "[buildout]\nparts = a\n\n[a]\nrecipe = actor\ninit = fail user The oven is cold\n"

"#]],
    );
}

#[test]
fn what_was_finished_before_an_install_failed_stays_and_is_recorded() {
    let site = Site::new(&three(["1", "1", "1"], ["", FAIL, ""]));
    assert_eq!(site.run(&[]).exit, Some(1));
    assert_shows(
        states(&site),
        str![[r#"
a/
a/is 644 "1"
keep a
install b
  it is not installed
install c
  it is not installed

"#]],
    );
    site.write("buildout.cfg", three(["1", "1", "1"], ["", "", ""]));
    let (steps, run) = site.run_as_planned(&[]);
    assert_eq!(run.exit, Some(0));
    assert_shows(
        steps,
        str![[r#"
keep a
install b
  new: it is not installed
install c
  new: it is not installed

"#]],
    );
}

#[test]
fn a_file_that_was_renamed_to_itself_or_to_its_other_name_is_undone_as_any_other() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor:links\n\
         install = write parts/one x\n    hard-link parts/one parts/two\n    rename parts/one parts/two\n\
         \x20   write parts/three x\n    rename parts/three parts/three\n    fail user The oven is cold\n",
    );
    assert_eq!(site.run(&["--allow-links"]).exit, Some(1));
    assert_shows(site.tree("parts"), str![[""]]);
}

#[test]
fn when_one_of_several_reinstalls_fails_the_finished_one_stays_and_the_others_are_back() {
    let site = Site::new(&three(["1", "1", "1"], ["", "", ""]));
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("buildout.cfg", three(["2", "2", "2"], ["", FAIL, ""]));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
Uninstalling c.
  because option `install` changed: 'mkdir parts/c⏎write parts/c/is 1⏎return parts/c' → 'mkdir parts/c⏎write parts/c/is 2⏎return parts/c' (buildout.cfg:17:5)
Uninstalling b.
  because option `install` changed: '…ite parts/b/is 1⏎return parts/b' → '…ite parts/b/is 2⏎fail user The oven is cold⏎return parts/b' (buildout.cfg:11:5)
Uninstalling a.
  because option `install` changed: 'mkdir parts/a⏎write parts/a/is 1⏎return parts/a' → 'mkdir parts/a⏎write parts/a/is 2⏎return parts/a' (buildout.cfg:6:5)
Installing a.
Installing b.
Removed what b had made.
Put back what b had before.
Put back what c had before.
While:
  Installing b.
Error: The oven is cold
 --> buildout.cfg:8:2
  |
8 | [b]
  |  ^

"#]],
    );
    assert_shows(
        states(&site),
        str![[r#"
a/
a/is 644 "2"
b/
b/is 644 "1"
c/
c/is 644 "1"
keep a
reinstall b
  its last run did not end well
  option `install` changed: '…ite parts/b/is 1⏎return parts/b' → '…ite parts/b/is 2⏎fail user The oven is cold⏎return parts/b' (buildout.cfg:11:5)
  removes parts/b/is
  removes parts/b
reinstall c
  its last run did not end well
  option `install` changed: 'mkdir parts/c⏎write parts/c/is 1⏎return parts/c' → 'mkdir parts/c⏎write parts/c/is 2⏎return parts/c' (buildout.cfg:17:5)
  removes parts/c/is
  removes parts/c

"#]],
    );
    site.write("buildout.cfg", three(["2", "2", "2"], ["", "", ""]));
    let (_, run) = site.run_as_planned(&[]);
    assert_eq!(run.exit, Some(0));
    assert_shows(
        states(&site),
        str![[r#"
a/
a/is 644 "2"
b/
b/is 644 "2"
c/
c/is 644 "2"
keep a
keep b
keep c

"#]],
    );
    assert_eq!(site.tree(".buildout/aside"), "");
}

#[test]
fn a_part_that_nothing_names_any_more_is_gone_even_if_a_later_step_fails() {
    let site = Site::new(&three(["1", "1", "1"], ["", "", ""]));
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("buildout.cfg", three(["1", "2", "1"], ["", FAIL, ""]).replace("a b c", "b c"));
    assert_eq!(site.run(&[]).exit, Some(1));
    assert_shows(
        states(&site),
        str![[r#"
b/
b/is 644 "1"
c/
c/is 644 "1"
reinstall b
  its last run did not end well
  option `install` changed: '…ite parts/b/is 1⏎return parts/b' → '…ite parts/b/is 2⏎fail user The oven is cold⏎return parts/b' (buildout.cfg:11:5)
  removes parts/b/is
  removes parts/b
keep c

"#]],
    );
}

#[test]
fn a_failing_update_deletes_nothing_and_others_are_left_alone() {
    let site = Site::new(
        "[buildout]\nparts = a b c\n\
         [a]\nrecipe = actor\ninstall = write parts/a 1\n    return parts/a\nupdate = write parts/a 2\n\
         [b]\nrecipe = actor\ninstall = try mkdir parts/b\n    write parts/b/data precious\n    return parts/b\n\
         update = write parts/b/half x\n    fail user The oven is cold\n\
         [c]\nrecipe = actor\ninstall = write parts/c 1\n    return parts/c\nupdate = write parts/c 2\n",
    );
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("parts/b/mine", "the user's");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
Updating a.
Updating b.
Removed what b had made.
While:
  Updating b.
Error: The oven is cold
 --> buildout.cfg:8:2
  |
8 | [b]
  |  ^

"#]],
    );
    assert_shows(
        states(&site),
        str![[r#"
a 644 "2"
b/
b/data 644 "precious"
b/mine 644 "the user's"
c 644 "1"
update a
reinstall b
  its last run did not end well
  removes parts/b/data
update c

"#]],
    );
    // Whatever it failed of is put right by an install, and what the user put there stays.
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(
        site.tree("parts"),
        str![[r#"
a 644 "2"
b/
b/data 644 "precious"
b/mine 644 "the user's"
c 644 "2"

"#]],
    );
}

#[test]
fn a_failing_update_of_a_part_that_others_need_makes_those_anew_as_well() {
    let site = Site::new(
        "[buildout]\nparts = a b\n\
         [a]\nrecipe = actor\ninstall = write parts/a 1\n    return parts/a\nupdate = fail user no\n\
         [b]\nrecipe = actor:still\nx = ${a:recipe}\n",
    );
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_eq!(site.run(&[]).exit, Some(1));
    let (steps, run) = site.run_as_planned(&[]);
    assert_eq!(run.exit, Some(0));
    assert_shows(
        steps,
        str![[r#"
reinstall a
  unfinished: its last run did not end well
reinstall b
  dependency-changed: it needs `a`, which is made anew

"#]],
    );
}

#[test]
fn a_signal_in_a_reinstall_puts_the_old_part_back() {
    for signal in ["INT", "TERM"] {
        let site = Site::new(&three(["1", "1", "1"], ["", "", ""]));
        assert_eq!(site.run(&[]).exit, Some(0));
        site.write("buildout.cfg", three(["2", "2", "2"], ["", HERE, ""]));
        let run = site.run_until(&[], "b: here", signal);
        assert_eq!(run.exit, Some(130), "{run:?}");
        site.write("buildout.cfg", three(["2", "2", "2"], ["", "", ""]));
        assert_shows(
            states(&site),
            str![[r#"
a/
a/is 644 "2"
b/
b/is 644 "1"
c/
c/is 644 "1"
keep a
reinstall b
  its last run did not end well
  option `install` changed: 'mkdir parts/b⏎write parts/b/is 1⏎return parts/b' → 'mkdir parts/b⏎write parts/b/is 2⏎return parts/b' (buildout.cfg:11:5)
  removes parts/b/is
  removes parts/b
reinstall c
  its last run did not end well
  option `install` changed: 'mkdir parts/c⏎write parts/c/is 1⏎return parts/c' → 'mkdir parts/c⏎write parts/c/is 2⏎return parts/c' (buildout.cfg:16:5)
  removes parts/c/is
  removes parts/c

"#]],
        );
        assert_eq!(site.tree(".buildout/aside"), "");
        assert_eq!(site.run(&[]).exit, Some(0));
        assert_eq!(site.read("parts/c/is"), "2");
    }
}

#[test]
fn a_signal_in_an_update_an_uninstall_or_an_init_ends_the_run_with_the_same_care() {
    let installed = |script: &str| {
        let site = Site::new(&format!(
            "[buildout]\nparts = a\n[a]\nrecipe = actor\ninstall = write parts/a 1\n    return parts/a\n{script}\n"
        ));
        assert_eq!(site.run(&[]).exit, Some(0));
        site
    };
    let spin = "say here\n    spin";
    for signal in ["INT", "TERM"] {
        let site = installed(&format!("update = write parts/new x\n    {spin}"));
        assert_eq!(site.run_until(&[], "a: here", signal).exit, Some(130));
        assert_shows(
            states(&site),
            str![[r#"
a 644 "1"
reinstall a
  its last run did not end well
  removes parts/a

"#]],
        );

        let site = installed(&format!("uninstall = {spin}"));
        assert_eq!(site.run_until(&["uninstall"], "a: here", signal).exit, Some(130));
        assert_shows(
            states(&site),
            str![[r#"
a 644 "1"
reinstall a
  its last run did not end well
  removes parts/a

"#]],
        );
        assert_eq!(site.run_until(&["uninstall", "--force"], "a: here", signal).exit, Some(130));
        assert!(site.has("parts/a"), "a signal is no failure that is passed over");

        let site = installed("");
        let before = (site.tree("parts"), site.tree("../state"));
        site.write("buildout.cfg", format!("[buildout]\nparts = a\n[a]\nrecipe = actor\ninit = {spin}\n"));
        assert_eq!(site.run_until(&[], "a: here", signal).exit, Some(130));
        assert_eq!((site.tree("parts"), site.tree("../state")), before);
    }
}
