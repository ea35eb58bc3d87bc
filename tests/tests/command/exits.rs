//! Every exit code that a user can meet.

use buildout_tests::Site;

const MKDIR: &str = "[buildout]\nparts = a\n[a]\nrecipe = mkdir\npath = ${buildout:directory}/var\n";

#[track_caller]
fn exits(site: &Site, arguments: &[&str], code: i32) {
    let run = site.run(arguments);
    assert_eq!(run.exit, Some(code), "{}", run.stderr);
}

#[test]
fn exit_0_means_done() {
    exits(&Site::new(MKDIR), &[], 0);
}

#[test]
fn exit_1_means_that_the_configuration_or_a_part_failed() {
    exits(&Site::new("[buildout\n"), &[], 1);
    exits(&Site::actor("install = fail user it is broken"), &[], 1);
}

#[test]
fn exit_2_means_that_the_command_line_is_wrong() {
    exits(&Site::new(MKDIR), &["--nope"], 2);
}

#[test]
fn exit_3_means_that_something_is_not_allowed() {
    exits(&Site::new("[buildout]\nparts =\nx = ${env:TOKEN}\n"), &[], 3);
}

#[test]
fn exit_5_means_that_a_limit_was_reached() {
    exits(&Site::actor("install = spin"), &["--recipe-time-limit=1"], 5);
}

#[test]
fn exit_7_means_that_the_records_cannot_be_used() {
    let site = Site::new(MKDIR);
    exits(&site, &[], 0);
    site.write(".installed.cfg", "[buildout]\ninstalled_develop_eggs = \nparts = a\n\nno line\n");
    exits(&site, &[], 7);
}

#[test]
fn exit_9_means_that_something_would_change() {
    exits(&Site::new(MKDIR), &["plan", "--check"], 9);
}

#[test]
fn exit_70_means_a_bug() {
    exits(&Site::actor("install = trap"), &[], 70);
}

#[test]
fn exit_8_means_that_another_run_holds_the_directory() {
    let site = Site::new(MKDIR);
    exits(&site, &[], 0);
    let lock = std::fs::File::options().write(true).open(site.path(".buildout/lock")).expect("it is there");
    lock.lock().expect("nobody else holds it");
    exits(&site, &["a:path=x"], 8);
    exits(&site, &["bootstrap"], 8);
}

#[test]
fn exit_130_means_interrupted() {
    let site = Site::actor("install = spin");
    assert_eq!(site.run_until(&[], "Installing a.", "INT").exit, Some(130));
}
