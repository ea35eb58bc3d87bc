//! What would stop a run halfway is found before its first step, and `plan` says it as well.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use buildout_tests::{Run, Site, assert_shows};
use snapbox::str;

/// Shows what a run comes to, which the plan says too and which changes nothing but the lock.
fn refused(site: &Site) -> Run {
    let visible = |site: &Site| {
        site.tree("").replace(".buildout/\n.buildout/.gitignore 644 \"*\\n\"\n.buildout/lock 644 \"\"\n", "")
    };
    let before = visible(site);
    let planned = site.run(&["plan"]);
    let run = site.run(&[]);
    assert_eq!(visible(site), before, "{}", run.stderr);
    assert_eq!((planned.exit, &planned.stderr), (run.exit, &run.stderr));
    run
}

/// Makes `first`, and then a file in `etc`.
const TWO: &str = "[buildout]\nparts = first second\n\n[first]\nrecipe = mkdir\n\n[second]\nrecipe = template\ninline = new\noutput = etc/second.conf\n";

#[test]
fn a_users_file_in_the_place_of_an_output_is_found_before_the_first_step() {
    let site = Site::new(TWO);
    site.write("etc/second.conf", "mine");
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 3
-- standard output
install first
  it is not installed
install second
  it is not installed
-- standard error
While:
  Installing.
Error: [DIR]/etc/second.conf is there already, and no part made it
note: `second` would write [DIR]/etc/second.conf
note: nothing was begun
help: move it away if the part shall make it, or name another place

"#]],
    );
    assert_shows(
        refused(&site),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: [DIR]/etc/second.conf is there already, and no part made it
note: `second` would write [DIR]/etc/second.conf
note: nothing was begun
help: move it away if the part shall make it, or name another place

"#]],
    );
    fs::remove_file(site.path("etc/second.conf")).expect("it is there");
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_eq!(site.run(&["second:inline=newer"]).exit, Some(0), "its own file is in nobody's way");
}

#[test]
fn a_users_file_is_in_nobodys_way_where_it_may_stay_or_be_overwritten() {
    let site = Site::new(&format!("{TWO}overwrite = false\n"));
    site.write("etc/second.conf", "mine");
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_eq!(site.read("etc/second.conf"), "mine");
    let site = Site::new(TWO);
    site.write("etc/second.conf", "mine");
    let etc = site.path("etc").display().to_string();
    let run = site.run(&[&format!("--allow-write={etc}")]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert_eq!(site.read("etc/second.conf"), "new");
}

#[test]
fn a_file_that_foreign_records_may_speak_of_is_found_before_the_first_step() {
    let site = Site::new(TWO);
    assert_eq!(site.run(&[]).exit, Some(0));
    fs::remove_dir_all(site.path("../state/buildout/installed")).expect("it is there");
    assert_shows(
        refused(&site),
        str![[r#"
exit 7
-- standard error
Warning: [DIR]/.installed.cfg was not written by buildout on this machine: its parts count as not installed
note: nothing that it names is removed; a copy is kept when a run replaces it, so that it can be taken over later too
help: to take the installed parts over: `buildout install --adopt`
While:
  Installing.
Error: [DIR]/etc/second.conf is there already, and no part made it
note: `second` would write [DIR]/etc/second.conf
note: nothing was begun
help: `buildout install --adopt` takes over what another machine or program recorded here
help: move it away if the part shall make it, or name another place

"#]],
    );
    assert_eq!(site.run(&["--adopt"]).exit, Some(0));
}

#[test]
fn a_missing_directory_of_the_record_is_found_before_the_first_step() {
    let site = Site::new(&TWO.replace("[first]", "installed = var/state/installed.cfg\n\n[first]"));
    assert_shows(
        refused(&site),
        str![[r#"
exit 1
-- standard error
Error: Cannot write in [DIR]/var/state: No such file or directory (os error 2)
note: nothing was begun
help: what is installed shall be recorded there, says the option `installed`: `mkdir -p [DIR]/var/state`

"#]],
    );
    fs::create_dir_all(site.path("var/state")).expect("there is room");
    assert_eq!(site.run(&[]).exit, Some(0));
    assert!(site.has("var/state/installed.cfg"));
}

#[test]
fn a_directory_of_the_record_that_the_run_makes_itself_is_no_obstacle() {
    let site = Site::new(&TWO.replace("[first]", "installed = parts/installed.cfg\n\n[first]"));
    let run = site.run(&[]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert!(site.has("parts/installed.cfg"));
}

#[test]
fn a_buildout_directory_that_cannot_be_written_in_is_said_by_the_plan_and_by_the_run() {
    let site = Site::new(TWO);
    let writable = |mode| {
        let mode = fs::Permissions::from_mode(mode);
        fs::set_permissions(site.path(""), mode).expect("it is ours");
    };
    // The superuser writes everywhere, unless this one power is taken away.
    let powerless = "test -w . && exec setpriv --bounding-set=-dac_override \"$0\" \"$@\"";
    let powerless = format!("PATH=/usr/bin:/bin; {powerless}");
    writable(0o555);
    let [planned, run] = [&["plan"][..], &[]].map(|arguments| site.run_after(&powerless, arguments));
    writable(0o755);
    assert_shows(
        planned,
        str![[r#"
exit 1
-- standard output
install first
  it is not installed
install second
  it is not installed
-- standard error
Error: Cannot write in [DIR]: Permission denied (os error 13)
note: nothing was begun
help: run as the user whose directory it is, or make it writable

"#]],
    );
    assert_shows(
        run,
        str![[r#"
exit 1
-- standard error
Error: Cannot use [DIR]/.buildout: Permission denied (os error 13)

"#]],
    );
    assert!(!site.has("bin") && !site.has(".installed.cfg"));
}

#[test]
fn several_files_in_the_way_are_named_at_once() {
    let site = Site::new(&TWO.replace("recipe = mkdir", "recipe = mkdir\npath = var bin/tool"));
    site.write("etc/second.conf", "mine").write("var", "mine").write("bin/tool", "mine");
    assert_shows(
        refused(&site),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: 3 files are there already that no part made
note: `first` would write [DIR]/var
note: `first` would write [DIR]/bin/tool
note: `second` would write [DIR]/etc/second.conf
note: nothing was begun
help: move it away if the part shall make it, or name another place

"#]],
    );
}

#[test]
fn a_directory_in_the_place_of_the_record_is_found_before_the_first_step() {
    let site = Site::new(TWO);
    fs::create_dir(site.path(".installed.cfg")).expect("there is room");
    assert_shows(
        refused(&site),
        str![[r#"
exit 7
-- standard error
Error: Cannot read the installed parts from [DIR]/.installed.cfg: not a regular file
help: bring the file back from a copy, or move it away (`mv [DIR]/.installed.cfg [DIR]/.installed.cfg.broken`): then all parts are installed anew and nothing is removed

"#]],
    );
}

#[test]
fn a_file_in_the_place_of_a_standard_directory_is_found_before_another_is_made() {
    let site = Site::new(TWO);
    site.write("develop-eggs", "mine");
    assert_shows(
        refused(&site),
        str![[r#"
exit 1
-- standard error
Error: [DIR]/develop-eggs is a file, not a directory
help: move [DIR]/develop-eggs away, or name another directory in `[buildout]`

"#]],
    );
}
