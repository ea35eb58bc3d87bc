//! What was allowed and what was not is written down with the user, and can be asked for.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

use crate::grants::declaring;

/// A buildout whose parts read, write, link and look at the environment, and try more than that.
fn busy() -> Site {
    let site = Site::new(
        "[buildout]
parts = reads writes paints links
[reads]
recipe = actor:reader
place = [PLACE]
install = read [PLACE]/file
    read [PLACE]/deep/file
    try read .env
[writes]
recipe = actor:writer
place = [PLACE]
install = write [PLACE]/file x
    write parts/made x
    try write .git x
    return parts/made
[paints]
recipe = actor:env
install = environment
[links]
recipe = actor:links
install = symlink made parts/l
    return parts/l
",
    );
    site.write("../granted/file", "granted").write("../granted/deep/file", "deep").write(".env", "TOKEN=1");
    let place = site.path("../granted").display().to_string();
    site.write("buildout.cfg", site.read("buildout.cfg").replace("[PLACE]", &place));
    site
}

#[test]
fn every_decision_of_a_run_is_written_down_and_summed_up_and_no_secret_is() {
    let site = busy();
    assert_shows(
        site.run(&["audit"]),
        str![[r#"
exit 0
-- standard output
Nothing beyond the defaults was asked for here.

"#]],
    );
    assert_eq!(site.run(&["-q", "--allow-env=COLOUR"]).exit, Some(3));
    let flags = [
        "-q",
        "--allow-env=COLOUR",
        "--allow-read=[ROOT]/granted",
        "--allow-write=writes:[ROOT]/granted",
        "--allow-all",
        "--audit=../granted/log.jsonl",
    ];
    assert_eq!(site.run(&flags).exit, Some(0));
    assert_shows(
        site.run(&["audit"]),
        str![[r#"
exit 0
-- standard output
Allowed:
  links: files written [DIR]/parts  (default)
  links: links  (--allow-all)
  paints: env COLOUR  (flag, 2 times)
  reads: files read [ROOT]/granted  (flag)
  reads: files read [ROOT]/granted/deep  (flag)
  reads: read [ROOT]/granted  (flag)
  writes: files written [ROOT]/granted  (flag)
  writes: files written [DIR]/parts  (default)
  writes: write [ROOT]/granted  (flag)
Denied:
  links: links  (not granted)
  reads: read [ROOT]/granted  (not granted)
  reads: read [DIR]/.env  (it has the name of a secret)
  writes: write [ROOT]/granted  (not granted)
  writes: write [DIR]/.git  (it lies outside the places that a part may write)
Made:
  links: [DIR]/parts/l sha256:[DIGEST]
  writes: [DIR]/parts/made sha256:[DIGEST]

"#]],
    );
    assert_shows(
        site.run(&["audit", "links"]),
        str![[r#"
exit 0
-- standard output
Allowed:
  links: files written [DIR]/parts  (default)
  links: links  (--allow-all)
Denied:
  links: links  (not granted)
Made:
  links: [DIR]/parts/l sha256:[DIGEST]

"#]],
    );
    assert_shows(
        site.run(&["--json", "audit", "paints"]),
        str![[r#"
exit 0
-- standard output
{"version":1,"kind":"result","result":"audit","data":{"allowed":[{"part":"paints","kind":"env","value":"COLOUR","by":"flag","count":2}],"denied":[],"outputs":[]}}

"#]],
    );
    let log = site.read("../granted/log.jsonl");
    for line in log.lines() {
        let line: serde_json::Value = serde_json::from_str(line).expect("each line is JSON");
        assert_eq!(line["version"], 1);
        assert!(line["time"].as_u64().is_some_and(|time| time > 0) && line["allowed"].is_boolean(), "{line}");
    }
    assert!(site.read("../state/buildout/audit.jsonl").ends_with(&log));
    assert!(!log.contains("green") && !log.contains("CANARY"), "{log}");
}

#[test]
fn a_run_that_needs_nothing_and_does_nothing_writes_nothing_down() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = mkdir\n");
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    let before = site.tree("../state/buildout/audit.jsonl");
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    assert_eq!(site.tree("../state/buildout/audit.jsonl"), before);
}

#[test]
fn what_was_approved_and_what_a_policy_gives_is_told_apart() {
    let site = declaring("env", "install = environment");
    site.write("../home/.config/buildout/policy.toml", "[[allow]]\nenv = [\"COLOUR\"]\n");
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    site.write("../home/.config/buildout/policy.toml", "[[deny]]\nenv = [\"COLOUR\"]\n");
    assert_eq!(site.run(&["-q"]).exit, Some(3));
    assert_shows(
        site.run(&["audit"]),
        str![[r#"
exit 0
-- standard output
Allowed:
  a: env COLOUR  ([ROOT]/home/.config/buildout/policy.toml:2)
Denied:
  a: env COLOUR  (refused by [ROOT]/home/.config/buildout/policy.toml:2)

"#]],
    );
}

#[test]
fn a_program_that_was_not_started_is_written_down_as_that() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor:shell\ninstall = mkdir parts/a\n    try start ls\n    return parts/a\n",
    );
    assert_eq!(site.run(&["--allow-run=sh"]).exit, Some(0));
    let shown = site.run(&["audit"]).stdout;
    let denied = shown.split("Denied").nth(1).unwrap_or_default();
    assert!(denied.contains("ls") && !shown.contains("start ls (granted)"), "{shown}");
}

#[test]
fn a_file_that_cannot_be_written_ends_the_run_before_it_changes_anything() {
    let site = Site::actor("install = mkdir parts/a\n    return parts/a");
    assert_eq!(site.run(&["--audit=/nowhere/file"]).exit, Some(2));
    assert!(!site.has("parts"));
}

#[test]
fn nobody_waits_for_a_pipe_in_the_place_of_the_file() {
    let site = Site::actor("install = mkdir parts/a\n    return parts/a");
    let pipe = site.path("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("it starts").success());
    let run = site.run(&["--audit=pipe"]);
    assert_eq!(run.exit, Some(2), "{}", run.stderr);
    assert!(!site.has("parts"));
}
