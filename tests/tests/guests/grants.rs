//! Declared access, with and without a grant.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

/// A buildout with the one part `a` of an entry that declares something.
pub(crate) fn declaring(entry: &str, options: &str) -> Site {
    let site = Site::new(&format!("[buildout]\nparts = a\n[a]\nrecipe = actor:{entry}\n{options}\n"));
    site.write("../granted/file", "granted").write("../granted/deep/file", "deep");
    let place = site.path("../granted").display().to_string();
    site.write("buildout.cfg", site.read("buildout.cfg").replace("[PLACE]", &place));
    site
}

#[test]
fn reading_outside_needs_a_need_and_a_grant() {
    let script = "place = [PLACE]\ninstall = try read [PLACE]/file\n    try read [PLACE]/deep/file\n    try list [PLACE]\n    try write [PLACE]/new x\n    try read ../outside/secret";
    assert_shows(
        declaring("reader", script).run(&["--allow-read=[ROOT]/granted"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: granted
a: deep
a: deep file
a: write [ROOT]/granted/new x: io: Operation not permitted
a: read ../outside/secret: io: Operation not permitted
Section `a` contains unused option(s): 'place'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  place: buildout.cfg:5:1

"#]],
    );
    // Granted but not declared.
    assert_shows(
        declaring("default", script).run(&["--allow-read=[ROOT]/granted"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: read [ROOT]/granted/file: io: No such file or directory
a: read [ROOT]/granted/deep/file: io: No such file or directory
a: list [ROOT]/granted: io: No such file or directory
a: write [ROOT]/granted/new x: io: No such file or directory
a: read ../outside/secret: io: Operation not permitted
Section `a` contains unused option(s): 'place'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  place: buildout.cfg:5:1

"#]],
    );
    // Declared but not granted, also where something else is.
    let site = declaring("reader", script);
    assert_eq!(site.run(&[]).exit, Some(3));
    assert_eq!(site.run(&["--allow-read=[ROOT]/granted/deep"]).exit, Some(3));
}

#[test]
fn writing_outside_needs_a_need_and_a_grant() {
    let script = "place = [PLACE]\ninstall = try write [PLACE]/new x\n    try write [PLACE]/file x\n    try write ../outside/file x\n    try write [PLACE]/.git x\n    try write [PLACE] x";
    let site = declaring("writer", script);
    assert_shows(
        site.run(&["--allow-write=[ROOT]/granted"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: write ../outside/file x: io: Operation not permitted
a: write [ROOT]/granted/.git x: io: Operation not permitted
a: write [ROOT]/granted x: io: Is a directory
a: [ROOT]/granted/file was overwritten, as it was allowed to be.
Section `a` contains unused option(s): 'place'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  place: buildout.cfg:5:1

"#]],
    );
    assert_shows(
        site.tree("../granted"),
        str![[r#"
deep/
deep/file 644 "deep"
file 644 "x"
new 644 "x"

"#]],
    );
    let site = declaring("default", script);
    assert_shows(
        site.run(&["--allow-write=[ROOT]/granted"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: write [ROOT]/granted/new x: io: No such file or directory
a: write [ROOT]/granted/file x: io: No such file or directory
a: write ../outside/file x: io: Operation not permitted
a: write [ROOT]/granted/.git x: io: No such file or directory
a: write [ROOT]/granted x: io: No such file or directory
Section `a` contains unused option(s): 'place'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  place: buildout.cfg:5:1

"#]],
    );
    assert_shows(
        site.tree("../granted"),
        str![[r#"
deep/
deep/file 644 "deep"
file 644 "granted"

"#]],
    );
    // A grant to read is none to write.
    assert_eq!(declaring("writer", script).run(&["--allow-read=[ROOT]/granted"]).exit, Some(3));
}

#[test]
fn a_grant_that_is_wider_than_the_need_gives_no_more_than_the_need() {
    let script = "place = [PLACE]/deep\ninstall = try write [PLACE]/deep/new x\n    try write [PLACE]/new x\n    try write [PLACE]/file x";
    let site = declaring("writer", script);
    assert_shows(
        site.run(&["--allow-write=[ROOT]/granted"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: write [ROOT]/granted/new x: io: No such file or directory
a: write [ROOT]/granted/file x: io: No such file or directory
Section `a` contains unused option(s): 'place'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  place: buildout.cfg:5:1

"#]],
    );
    assert_shows(
        site.tree("../granted"),
        str![[r#"
deep/
deep/file 644 "deep"
deep/new 644 "x"
file 644 "granted"

"#]],
    );
}

#[test]
fn a_granted_variable_is_visible_to_the_recipe_that_declares_it_and_no_other_is() {
    let site = declaring("env", "init = environment\ninstall = environment");
    assert_shows(
        site.run(&["--allow-env=COLOUR", "--allow-env=TOKEN"]),
        str![[r#"
exit 0
-- standard error
a: environment: COLOUR=green
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: environment: COLOUR=green

"#]],
    );
    let site = declaring("default", "init = environment\ninstall = environment");
    assert_shows(
        site.run(&["--allow-env=COLOUR"]),
        str![[r#"
exit 0
-- standard error
a: environment: nothing
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: environment: nothing

"#]],
    );
}

#[test]
fn a_granted_link_can_be_made() {
    let site = declaring("links", "install = symlink file parts/l\n    return parts/l");
    assert_shows(
        site.run(&["--allow-links"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.

"#]],
    );
    assert!(site.has("parts/l"));
}

#[test]
fn a_need_concerns_only_the_entries_that_it_names() {
    assert_eq!(declaring("default", "").run(&[]).exit, Some(0));
    assert_eq!(declaring("places", "").run(&[]).exit, Some(0));
}

#[test]
fn the_configuration_needs_a_grant_for_the_environment_too() {
    let site = Site::actor("init = get x\nx = ${env:COLOUR}");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 3
-- standard error
Error: This configuration reads environment variables that were not granted:
  COLOUR
 --> buildout.cfg:7:5
  |
7 | x = ${env:COLOUR}
  |     ^^^^^^^^^^^^^ reads `COLOUR`
help: to allow it in this run: `buildout --allow-env=COLOUR`
help: to allow it from now on: `buildout approve`, or these lines in your policy file:
      [[allow]]
      directory = "[DIR]"
      recipe = "file sha256:[DIGEST]"
      env = ["COLOUR"]

"#]],
    );
    assert_shows(
        site.run(&["--allow-env=COLOUR", "plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: x = Some("green")

"#]],
    );
}

#[test]
fn a_grant_that_is_wider_than_what_is_to_be_read_opens_no_more_than_that() {
    let script = "install = try read [PLACE]/deep/file\n    try read [PLACE]/file\n    try list [PLACE]";
    let site = declaring("reader", &format!("place = [PLACE]/deep\n{script}"));
    assert_shows(
        site.run(&["--allow-read=[ROOT]/granted"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: deep
a: read [ROOT]/granted/file: io: No such file or directory
a: list [ROOT]/granted: io: No such file or directory
Section `a` contains unused option(s): 'place'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  place: buildout.cfg:5:1

"#]],
    );
    // An option that names a file opens the directory around that file.
    let site = declaring("places", &format!("input = [PLACE]/deep/file\n{script}"));
    assert_shows(
        site.run(&["--allow-read=[ROOT]/granted"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: deep
a: read [ROOT]/granted/file: io: No such file or directory
a: list [ROOT]/granted: io: No such file or directory
Section `a` contains unused option(s): 'input'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  input: buildout.cfg:5:1

"#]],
    );
}

#[test]
fn a_grant_for_one_part_is_no_grant_for_another_and_none_for_the_configuration() {
    let site = declaring("env", "install = environment");
    assert_eq!(site.run(&["--allow-env=other:COLOUR"]).exit, Some(3));
    assert_shows(
        site.run(&["--allow-env=a:COLOUR"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: environment: COLOUR=green

"#]],
    );
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = debug\nx = ${env:COLOUR}\n");
    assert_eq!(site.run(&["--allow-env=a:COLOUR"]).exit, Some(3));
}

#[test]
fn a_hard_link_is_made_of_the_parts_own_things_only() {
    let site = declaring(
        "writer",
        "place = [PLACE]\ninstall = temporary\n    try hard-link [PLACE]/file TMP/x\n    try read TMP/x\n    write parts/own mine\n    hard-link parts/own TMP/y\n    read TMP/y",
    );
    assert_shows(
        site.run(&["--allow-write=[ROOT]/granted"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: a temporary directory, empty
a: hard-link [ROOT]/granted/file TMP/x: io: Operation not permitted
a: read TMP/x: io: No such file or directory
a: mine
Section `a` contains unused option(s): 'place'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  place: buildout.cfg:5:1

"#]],
    );
}
