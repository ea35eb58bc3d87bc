//! `plan`: every path that would go, and `--check`.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

const TWO: &str = "\
[buildout]
parts = data conf

[data]
recipe = mkdir
path =
    ${buildout:directory}/var
    ${buildout:directory}/var/log

[conf]
recipe = template
output = etc/site.conf
inline = in ${data:path}
";

#[test]
fn check_exits_with_9_until_nothing_is_left_to_do() {
    let site = Site::new(TWO);
    assert_shows(
        site.run(&["plan", "--check"]),
        str![[r#"
exit 9
-- standard output
install data
  it is not installed
install conf
  it is not installed

"#]],
    );
    assert_eq!(site.run(&["plan"]).exit, Some(0), "without --check a plan is a plan");
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(
        site.run(&["plan", "--check"]),
        str![[r#"
exit 0
-- standard output
update conf
1 part stays as it is

"#]],
    );
    assert_eq!(site.run(&["plan", "--check", "conf"]).exit, Some(0));
    std::fs::remove_file(site.path("etc/site.conf")).expect("it is there");
    assert_eq!(site.run(&["--check", "plan", "data"]).exit, Some(0), "only the named part is looked at");
    assert_eq!(site.run(&["--check", "plan"]).exit, Some(9));
}

#[test]
fn every_path_that_would_go_is_shown() {
    let site = Site::new(TWO);
    assert_eq!(site.run(&[]).exit, Some(0));
    let changed = &["buildout:parts=conf", "conf:inline=new", "plan"];
    assert_shows(
        site.run(changed),
        str![[r#"
exit 0
-- standard output
uninstall data
  nothing names it any more
  removes var/log
  removes var
reinstall conf
  option `inline` changed: 'in [DIR]/var [DIR]/var/log' → 'new' (command line:2:13)
  removes etc/site.conf
  removes etc

"#]],
    );
    assert_shows(
        site.run(&["--json", "buildout:parts=conf", "conf:inline=new", "plan"]),
        str![[r#"
exit 0
-- standard output
{"version":1,"kind":"result","result":"plan","data":{"steps":[{"part":"data","action":"uninstall","reasons":[{"code":"no-longer-named","text":"nothing names it any more","place":null}],"removes":["[DIR]/var/log","[DIR]/var"]},{"part":"conf","action":"reinstall","reasons":[{"code":"option-changed","text":"option `inline` changed: 'in [DIR]/var [DIR]/var/log' → 'new'","place":{"file":"command line","line":2,"column":13}}],"removes":["[DIR]/etc/site.conf","[DIR]/etc"]}]}}

"#]],
    );
    assert!(site.has("var/log") && site.has("etc/site.conf"), "a plan takes nothing away");
}

#[test]
fn what_somebody_put_into_a_directory_keeps_it() {
    let site = Site::new(TWO);
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("var/log/mine.txt", "mine\n");
    let planned = site.run(&["buildout:parts=", "plan"]);
    assert_shows(
        &planned.stdout,
        str![[r#"
uninstall conf
  nothing names it any more
  removes etc/site.conf
  removes etc
uninstall data
  nothing names it any more

"#]],
    );
    let done = site.run(&["buildout:parts="]);
    assert_shows(
        &done.stderr,
        str![[r#"
Uninstalling conf.
  because nothing names it any more
Uninstalling data.
  because nothing names it any more
Keeping 'var/log/mine.txt': this part did not make it.
Keeping 'var/log': it holds what this part did not make.
Keeping 'var': it holds what this part did not make.

"#]],
    );
    assert_eq!(site.tree("var"), "log/\nlog/mine.txt 644 \"mine\\n\"\n");
}

#[test]
fn a_path_of_two_parts_goes_with_the_last_one() {
    let site = Site::new(
        "[buildout]\nparts = a b\n[a]\nrecipe = mkdir\npath = ${buildout:directory}/shared\n\
         [b]\nrecipe = mkdir\npath = ${buildout:directory}/shared\n",
    );
    let _ = site.run(&[]);
    assert_shows(
        &site.run(&["buildout:parts=a", "plan"]).stdout,
        str![[r#"
uninstall b
  nothing names it any more
1 part stays as it is

"#]],
    );
    assert_shows(
        &site.run(&["buildout:parts=", "plan"]).stdout,
        str![[r#"
uninstall b
  nothing names it any more
uninstall a
  nothing names it any more
  removes shared

"#]],
    );
}

#[test]
fn options_that_nobody_reads_are_told_as_in_a_run() {
    let site = Site::new("[buildout]\nparts = a\nprats = b\n[a]\nrecipe = mkdir\npath = x\npaht = y\n");
    let unused = |run: buildout_tests::Run| -> Vec<String> {
        let told = run.stderr.lines().filter(|line| line.starts_with("Section `") || line.starts_with("  "));
        told.map(str::to_owned).collect()
    };
    let planned = unused(site.run(&["plan"]));
    assert_eq!(planned, unused(site.run(&[])), "before anything is installed");
    assert_eq!(planned, unused(site.run(&["plan"])), "of what stands");
    assert_shows(
        planned.join("\n"),
        str![[r#"
Section `buildout` contains unused option(s): 'prats'.
  prats: buildout.cfg:3:1, did you mean `parts`?
Section `a` contains unused option(s): 'paht'.
  paht: buildout.cfg:7:1, did you mean `path`?
"#]],
    );
}

#[test]
fn a_run_of_one_part_with_another_file_says_nothing_of_parts_that_go() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = debug\n");
    site.write("other.cfg", "[buildout]\nparts =\n[a]\nrecipe = debug\nx = 1\n");
    site.run(&[]);
    assert_shows(
        site.run(&["-c", "other.cfg", "plan"]),
        str![[r#"
exit 0
-- standard output
uninstall a
  nothing names it any more
-- standard error
Notice: this directory was last installed from `[DIR]/buildout.cfg`, this run uses `[DIR]/other.cfg`
note: parts that `parts` does not name here are uninstalled

"#]],
    );
    assert_shows(
        site.run(&["-c", "other.cfg", "plan", "a"]),
        str![[r#"
exit 0
-- standard output
reinstall a
  option `x` is new: '1' (other.cfg:5:5)
-- standard error
Notice: this directory was last installed from `[DIR]/buildout.cfg`, this run uses `[DIR]/other.cfg`

"#]],
    );
}

#[test]
fn an_update_that_every_run_calls_is_nothing_that_check_finds() {
    let site = Site::actor("install = write parts/a one\n    return parts/a\nupdate = write parts/a two");
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(
        site.run(&["plan", "--check"]),
        str![[r#"
exit 0
-- standard output
update a

"#]],
    );
}
