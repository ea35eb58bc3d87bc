//! Symbolic and hard links, permission bits.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

/// A part of the entry that declares links.
fn linking(script: &str) -> Site {
    Site::new(&format!("[buildout]\nparts = a\n[a]\nrecipe = actor:links\ninstall =\n{script}\n"))
}

#[test]
fn without_declaring_links_a_recipe_makes_none_even_where_they_are_granted() {
    let script = "install = write parts/f x\n    try symlink f parts/l\n    try wasi-symlink f parts/l\n    try hard-link parts/f parts/h";
    let site = Site::actor(script);
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
a: symlink f parts/l: denied: [DIR]/parts/l: this part may not write it
a: wasi-symlink f parts/l: io: Operation not permitted
a: hard-link parts/f parts/h: io: Operation not permitted

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
f 644 "x"

"#]],
    );
}

#[test]
fn a_declared_link_without_a_grant_ends_the_run_before_anything_is_made() {
    let site = linking("    symlink f parts/l");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: These parts need access that was not granted:
  a: links  (actor says: points at the newest one)
 --> buildout.cfg:4:10
  |
4 | recipe = actor:links
  |          ^^^^^^^^^^^ needs links
help: to allow it in this run: `buildout --allow-links=a`
help: to allow it from now on: `buildout approve`, or these lines in your policy file:
      [[allow]]
      directory = "[DIR]"
      part = "a"
      recipe = "sha256:[DIGEST]"
      links = true

"#]],
    );
    assert!(!site.has("parts/l"));
}

#[test]
fn a_granted_link_may_have_any_target_and_gives_no_reach_behind_it() {
    let site = linking(
        "    mkdir parts/a
    symlink /etc/passwd parts/a/absolute
    symlink ../../../outside parts/a/out
    wasi-symlink f parts/a/relative
    symlink nowhere parts/a/dangling
    try symlink again parts/a/dangling
    read-link parts/a/absolute
    try read parts/a/absolute
    try read parts/a/out/secret
    try write parts/a/out/file x
    try write parts/a/out/new x
    try unlink parts/a/out/file
    try set-mode 600 parts/a/out/file
    try set-mode 600 parts/a/absolute
    try write parts/a/dangling x
    try symlink x bin
    try symlink x etc
    try symlink x parts/.git
    try symlink x ../outside/l
    return parts/a",
    );
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
a: symlink again parts/a/dangling: io: [DIR]/parts/a/dangling: entity already exists
a: /etc/passwd
a: read parts/a/absolute: io: Operation not permitted
a: read parts/a/out/secret: io: Operation not permitted
a: write parts/a/out/file x: io: Operation not permitted
a: write parts/a/out/new x: io: Operation not permitted
a: unlink parts/a/out/file: io: Operation not permitted
a: set-mode 600 parts/a/out/file: denied: [DIR]/parts/a/out/file: a path led outside of the filesystem
a: set-mode 600 parts/a/absolute: user: [DIR]/parts/a/absolute: a link has no permissions of its own
a: write parts/a/dangling x: io: No such file or directory
a: symlink x bin: io: [DIR]/bin: entity already exists
a: symlink x etc: denied: [DIR]/etc: this part may not write it
a: symlink x parts/.git: denied: [DIR]/parts/.git: this part may not write it
a: symlink x ../outside/l: denied: [DIR]/../outside/l: a path led outside of the filesystem

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
a/
a/absolute -> /etc/passwd
a/dangling -> nowhere
a/out -> ../../../outside
a/relative -> f

"#]],
    );
    assert!(!site.has("parts/a/nowhere"));
}

#[test]
fn a_link_is_removed_with_its_part_and_never_followed() {
    let site = linking("    symlink [OUT] parts/l\n    return parts/l");
    let outside = site.path("../outside").display().to_string();
    site.write("buildout.cfg", site.read("buildout.cfg").replace("[OUT]", &outside));
    assert_eq!(site.run(&["--allow-links"]).exit, Some(0));
    assert!(site.has("parts/l"));
    site.write("buildout.cfg", "[buildout]\nparts =\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because nothing names it any more

"#]],
    );
    assert!(!site.has("parts/l"));
}

#[test]
fn a_hard_link_needs_the_grant_and_a_source_of_ones_own() {
    let site = linking(
        "    write parts/f x
    hard-link parts/f parts/h
    try hard-link bin/run parts/run
    try hard-link buildout.cfg parts/cfg
    try hard-link .git/config parts/config
    try hard-link ../outside/file parts/file
    try hard-link parts/f ../outside/f
    try write parts/h y
    try write parts/f y
    try write bin/linked y
    try truncate bin/linked",
    );
    site.write("bin/run", "the user's").write(".git/config", "theirs").write("src/main.c", "the user's");
    std::fs::hard_link(site.path("src/main.c"), site.path("bin/linked")).expect("one file system");
    assert_shows(
        site.run(&["--allow-links"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: hard-link bin/run parts/run: io: Operation not permitted
a: hard-link buildout.cfg parts/cfg: io: Operation not permitted
a: hard-link .git/config parts/config: io: Operation not permitted
a: hard-link ../outside/file parts/file: io: Operation not permitted
a: hard-link parts/f ../outside/f: io: Operation not permitted
a: write parts/h y: io: Operation not permitted
a: write parts/f y: io: Operation not permitted
a: write bin/linked y: io: Operation not permitted
a: truncate bin/linked: io: Operation not permitted

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
f 644 "x"
h 644 "x"

"#]],
    );
    assert_eq!(site.read("src/main.c"), "the user's");
}

#[test]
fn a_file_of_two_names_cannot_be_written_through_either() {
    // The part made both names in an earlier call; the other name could be anywhere by now.
    let site = linking("    write parts/f x\n    hard-link parts/f parts/h\n    append parts/f y");
    assert_shows(
        site.run(&["--allow-links"]),
        str![[r#"
exit 1
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
Removed what a had made.
While:
  Installing a.
Error: Operation not permitted
 --> buildout.cfg:3:2
  |
3 | [a]
  |  ^

"#]],
    );
    assert_shows(site.tree("parts"), str![""]);
}

#[test]
fn permission_bits_above_777_are_refused() {
    let site = Site::actor(
        "install =
    write parts/f x
    try set-mode 4755 parts/f
    try set-mode 2755 parts/f
    try set-mode 1777 parts/f
    try set-mode 37777777777 parts/f
    set-mode 750 parts/f
    mode parts/f
    try mode parts/none
    try set-mode 600 parts/none",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: set-mode 4755 parts/f: user: 4755 has bits above 777
a: set-mode 2755 parts/f: user: 2755 has bits above 777
a: set-mode 1777 parts/f: user: 1777 has bits above 777
a: set-mode 37777777777 parts/f: user: 37777777777 has bits above 777
a: 750
a: mode parts/none: io: [DIR]/parts/none: No such file or directory (os error 2)
a: set-mode 600 parts/none: io: [DIR]/parts/none: No such file or directory (os error 2)

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
f 750 "x"

"#]],
    );
}

#[test]
fn the_mode_of_what_is_not_ones_own_cannot_be_set() {
    let site = Site::actor(
        "install =
    try set-mode 777 buildout.cfg
    try set-mode 777 bin/run
    try set-mode 777 bin
    try set-mode 777 .
    try set-mode 777 /etc/passwd
    try set-mode 777 ../outside/file
    try set-mode 777 parts/../../outside/file
    mode bin/run
    mode buildout.cfg
    try mode ../outside/file
    try mode /etc/passwd",
    );
    site.write("bin/run", "x");
    let before = site.tree("bin");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: set-mode 777 buildout.cfg: denied: [DIR]/buildout.cfg: this part may not write it
a: set-mode 777 bin/run: denied: [DIR]/bin/run: this part may not write it
a: set-mode 777 bin: denied: [DIR]/bin: this part may not write it
a: set-mode 777 .: io: [DIR]/.: entity not found
a: set-mode 777 /etc/passwd: io: /etc/passwd: entity not found
a: set-mode 777 ../outside/file: denied: [DIR]/../outside/file: a path led outside of the filesystem
a: set-mode 777 parts/../../outside/file: denied: [DIR]/parts/../../outside/file: a path led outside of the filesystem
a: 644
a: 644
a: mode ../outside/file: denied: [DIR]/../outside/file: a path led outside of the filesystem
a: mode /etc/passwd: io: /etc/passwd: entity not found

"#]],
    );
    assert_eq!(site.tree("bin"), before);
}
