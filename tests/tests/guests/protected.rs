//! Names and files that nothing writes, whatever was declared or granted.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

#[test]
fn a_link_in_place_of_our_own_directory_is_refused() {
    let site = Site::actor("");
    site.link("../home", ".buildout");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
Error: [DIR]/.buildout is not buildout's own: a link, or no regular directory or file
help: remove it: `rm [DIR]/.buildout`

"#]],
    );
}

#[test]
fn protected_names_are_protected_in_every_spelling() {
    let names = [
        ".git",
        ".GIT",
        ".git.",
        ".git\u{200c}",
        "GIT~1",
        ".hg",
        ".svn",
        ".buildout",
        ".installed.cfg",
        ".Installed.CFG",
        ".envrc",
        ".ENVRC",
        ".vscode",
        ".netrc",
        ".gitmodules",
        ".husky",
    ];
    let mut script = String::from("install =");
    for name in names {
        script.push_str(&format!("\n    try write parts/{name} x\n    try mkdir parts/a/{name}"));
    }
    script.push_str("\n    try write parts/.git/hooks/post-checkout x\n    mkdir parts/b\n    try rename parts/b parts/.git");
    let site = Site::actor(&script);
    site.write("parts/a/x", "");
    let run = site.run(&[]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    let refused = run.said("a").iter().filter(|line| line.ends_with(": io: Operation not permitted")).count();
    assert_eq!(refused, names.len() * 2 + 1, "{}", run.stderr);
    assert_shows(
        site.tree("parts"),
        str![[r#"
a/
a/x 644 ""
b/

"#]],
    );
}

#[test]
fn the_files_that_steer_the_run_are_protected_wherever_they_lie() {
    let site = Site::new(
        "[buildout]\nextends = parts/more.cfg\nparts = a\ninstalled = parts/installed.cfg\n[a]\nrecipe = actor\n\
         install = try write parts/more.cfg x\n    try unlink parts/more.cfg\n    try write parts/installed.cfg x\n    try write buildout.cfg x\n",
    );
    site.write("parts/more.cfg", "[more]\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: write parts/more.cfg x: io: Operation not permitted
a: unlink parts/more.cfg: io: Operation not permitted
a: write parts/installed.cfg x: io: Operation not permitted
a: write buildout.cfg x: io: Operation not permitted

"#]],
    );
    assert_eq!(site.read("parts/more.cfg"), "[more]\n");
}

#[test]
fn an_output_that_names_a_protected_place_opens_nothing() {
    for output in
        [".git/hooks/post-checkout", ".envrc", "parts/../.git/config", "bin/../.envrc", "buildout.cfg"]
    {
        let site = Site::new(&format!(
            "[buildout]\nparts = a\n[a]\nrecipe = actor:places\noutput = {output}\ninstall = try write {output} x\n    try write Makefile x\n"
        ));
        site.write(".git/config", "theirs");
        let before = site.read("buildout.cfg");
        let run = site.run(&[]);
        assert_eq!(run.exit, Some(3), "{output}: {}", run.stderr);
        assert!(run.stderr.contains("the name is protected"), "{output}: {}", run.stderr);
        assert!(!run.stderr.contains("Installing a."), "nothing was begun: {}", run.stderr);
        assert_shows(
            site.tree(".git"),
            str![[r#"
config 644 "theirs"

"#]],
        );
        assert!(!site.has("Makefile") && !site.has(".envrc"), "{output}");
        assert_eq!(site.read("buildout.cfg"), before);
    }
}

#[test]
fn a_link_where_our_own_files_belong_harms_nobody() {
    let site = Site::actor("install = try temporary");
    site.link("../../outside", ".buildout/tmp");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
Error: [DIR]/.buildout/tmp is not buildout's own: a link, or no regular directory or file
help: remove it: `rm [DIR]/.buildout/tmp`

"#]],
    );
    for (target, place) in [
        ("../outside/file", ".installed.cfg"),
        ("../../outside/file", ".buildout/lock"),
        ("../home", ".buildout"),
    ] {
        let site = Site::actor("install = mkdir parts/a");
        site.link(target, place);
        let run = site.run(&[]);
        assert!(matches!(run.exit, Some(1 | 7)), "{place}: {run:?}");
        assert!(!site.has("parts/a"), "{place}");
    }
}

#[test]
fn what_is_moved_out_of_a_temporary_directory_is_judged_where_it_will_lie() {
    let site = Site::actor(
        "install = temporary\n    mkdir TMP/d\n    mkdir TMP/d/.git\n    write TMP/d/.git/config evil\n    try rename TMP/d parts/x\n    mkdir TMP/e\n    try wasi-symlink ../../outside TMP/e/l\n    try rename TMP/e parts/y\n    mkdir TMP/f\n    write TMP/f/g fine\n    rename TMP/f parts/z\n    return parts/z",
    );
    let run = site.run(&[]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert!(!site.has("parts/x") && !site.has("parts/y"), "{}", site.tree("parts"));
    assert_eq!(site.read("parts/z/g"), "fine");
    assert_eq!(site.run(&["buildout:parts="]).exit, Some(0));
    assert!(!site.has("parts/z"), "what was moved out is the part's own: {}", site.tree("parts"));
}

#[test]
fn a_pipe_is_not_opened_and_so_nobody_waits_for_it() {
    let site = Site::actor("init = try read f.in\ninstall = try read f.in\n    try write f.in x");
    let made = std::process::Command::new("mkfifo").arg(site.path("f.in")).status().expect("it starts");
    assert!(made.success());
    let run = site.run(&[]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert_eq!(run.said("a").len(), 3, "{}", run.stderr);
}
