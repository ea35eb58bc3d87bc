//! Where a guest may write, and in which spellings it tries.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

#[test]
fn init_can_write_nothing_anywhere() {
    let site = Site::actor(
        "init =
    try write f x
    try write parts/f x
    try write parts/there y
    try append parts/there y
    try truncate parts/there
    try set-length parts/there 0
    try touch parts/there
    try mkdir parts/d
    try unlink parts/there
    try rename parts/there parts/gone
    try rmdir parts/empty
    try symlink x parts/l
    try wasi-symlink x parts/l
    try hard-link parts/there parts/l
    try set-mode 777 parts/there",
    );
    site.write("parts/there", "x").write("parts/empty/x", "");
    let before = site.tree("");
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: write f x: io: Operation not permitted
a: write parts/f x: io: Operation not permitted
a: write parts/there y: io: Operation not permitted
a: append parts/there y: io: Operation not permitted
a: truncate parts/there: io: Operation not permitted
a: set-length parts/there 0: io: Operation not permitted
a: touch parts/there: io: Operation not permitted
a: mkdir parts/d: io: Operation not permitted
a: unlink parts/there: io: Operation not permitted
a: rename parts/there parts/gone: io: Operation not permitted
a: rmdir parts/empty: io: Operation not permitted
a: symlink x parts/l: denied: [DIR]/parts/l: this part may not write it
a: wasi-symlink x parts/l: io: Operation not permitted
a: hard-link parts/there parts/l: io: Operation not permitted
a: set-mode 777 parts/there: denied: [DIR]/parts/there: this part may not write it

"#]],
    );
    assert_eq!(site.tree(""), before);
}

#[test]
fn a_part_writes_below_the_directories_for_parts_and_nowhere_else() {
    let site = Site::actor(
        "install =
    write parts/a x
    write bin/a x
    write eggs/v5/a x
    write develop-eggs/a x
    try write a x
    try mkdir parts/../src
    try write parts/../../outside/new x
    try write parts/../../outside/file x
    try write ../outside/file x
    try write /etc/buildout-was-here x
    try write /tmp/buildout-was-here x
    try mkdir ../home/.ssh
    try unlink ../outside/file
    try rename ../outside/file parts/file
    try rename parts/a ../outside/a
    try write bin x
    try rmdir eggs/v5
    try rename bin parts/bin
    try touch .",
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
a: write a x: io: Operation not permitted
a: mkdir parts/../src: io: Operation not permitted
a: write parts/../../outside/new x: io: Operation not permitted
a: write parts/../../outside/file x: io: Operation not permitted
a: write ../outside/file x: io: Operation not permitted
a: write /etc/buildout-was-here x: io: No such file or directory
a: write /tmp/buildout-was-here x: io: No such file or directory
a: mkdir ../home/.ssh: io: Operation not permitted
a: unlink ../outside/file: io: Operation not permitted
a: rename ../outside/file parts/file: io: Operation not permitted
a: rename parts/a ../outside/a: io: Operation not permitted
a: write bin x: io: Is a directory
a: rmdir eggs/v5: io: Operation not permitted
a: rename bin parts/bin: io: Operation not permitted
a: touch .: io: Operation not permitted

"#]],
    );
    let trees = ["bin", "parts", "eggs", "develop-eggs"].map(|place| site.tree(place));
    assert_shows(
        trees.concat(),
        str![[r#"
a 644 "x"
a 644 "x"
v5/
v5/a 644 "x"
a 644 "x"

"#]],
    );
    assert!(!site.has("a") && !site.has("src"));
}

#[test]
fn a_link_that_was_there_leads_no_part_outside() {
    let site = Site::actor(
        "install =
    try write parts/out/new x
    try write parts/out/file x
    try append parts/out/file x
    try read parts/out/secret
    try write parts/leaf x
    try read parts/leaf
    try mkdir parts/out/d
    try unlink parts/out/file
    try set-mode 777 parts/out/file
    try rename parts/out/file parts/mine
    try hard-link parts/out/file parts/mine
    try touch parts/out/file
    try unlink parts/leaf
    try unlink parts/out",
    );
    site.link(site.path("../outside"), "parts/out").link("../../outside/file", "parts/leaf");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: write parts/out/new x: io: Operation not permitted
a: write parts/out/file x: io: Operation not permitted
a: append parts/out/file x: io: Operation not permitted
a: read parts/out/secret: io: Operation not permitted
a: write parts/leaf x: io: Operation not permitted
a: read parts/leaf: io: Operation not permitted
a: mkdir parts/out/d: io: Operation not permitted
a: unlink parts/out/file: io: Operation not permitted
a: set-mode 777 parts/out/file: denied: [DIR]/parts/out/file: a path led outside of the filesystem
a: rename parts/out/file parts/mine: io: Operation not permitted
a: hard-link parts/out/file parts/mine: io: Operation not permitted
a: touch parts/out/file: io: Operation not permitted
a: unlink parts/leaf: io: Operation not permitted
a: unlink parts/out: io: Operation not permitted

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
leaf -> ../../outside/file
out -> [ROOT]/outside

"#]],
    );
}

#[test]
fn a_link_inside_the_buildout_leads_to_what_it_leads_to_and_no_further() {
    let site = Site::actor(
        "install =\n    try write parts/src/main.c x\n    try write parts/src/new.c x\n    try read parts/src/main.c",
    );
    site.write("src/main.c", "int main").link("../src", "parts/src");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: write parts/src/main.c x: io: Operation not permitted
a: write parts/src/new.c x: io: Operation not permitted
a: int main

"#]],
    );
    assert_shows(
        site.tree("src"),
        str![[r#"
main.c 644 "int main"

"#]],
    );
}

#[test]
fn a_directory_for_parts_that_is_a_link_to_elsewhere_is_refused_for_every_recipe() {
    for recipe in ["mkdir", "actor"] {
        for (name, target) in
            [("parts", "../outside"), ("bin", "../outside"), ("eggs", "../home"), ("develop-eggs", "/")]
        {
            let site = Site::new(&format!("[buildout]\nparts = a\n[a]\nrecipe = {recipe}\n"));
            site.link(target, name);
            let run = site.run(&[]);
            assert_eq!(run.exit, Some(3), "{name} -> {target}: {}", run.stderr);
        }
    }
    let site = Site::actor("install = write parts/new x");
    site.link("../outside", "parts");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 3
-- standard error
While:
  Initializing.
Error: The option `parts-directory` leads outside the buildout directory: [ROOT]/outside
help: `--allow-write=[ROOT]/outside` would allow it

"#]],
    );
}

#[test]
fn what_a_user_or_another_part_made_is_not_overwritten_moved_or_removed() {
    let site = Site::new(
        "[buildout]
parts = a b
[a]
recipe = actor
install = mkdir parts/a
    write parts/a/f theirs
    return parts/a
[b]
recipe = actor
install =
    try write parts/a/f x
    try append parts/a/f x
    try unlink parts/a/f
    try rename parts/a parts/b
    try rename parts/a/f parts/f
    try set-mode 777 parts/a/f
    try touch parts/a/f
    try write bin/run x
    try create-new bin/run x
    try rename bin/run bin/was
    write bin/new x
    try rename bin/new bin/run
    try set-length bin/run 0
    write parts/a/from-b mine
",
    );
    site.write("bin/run", "the user's\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
Installing b.
b: write parts/a/f x: io: Operation not permitted
b: append parts/a/f x: io: Operation not permitted
b: unlink parts/a/f: io: Operation not permitted
b: rename parts/a parts/b: io: Operation not permitted
b: rename parts/a/f parts/f: io: Operation not permitted
b: set-mode 777 parts/a/f: denied: [DIR]/parts/a/f: this part may not write it
b: touch parts/a/f: io: Operation not permitted
b: write bin/run x: io: Operation not permitted
b: create-new bin/run x: io: File exists
b: rename bin/run bin/was: io: Operation not permitted
b: rename bin/new bin/run: io: Operation not permitted
b: set-length bin/run 0: io: Operation not permitted

"#]],
    );
    assert_shows(
        site.tree("bin"),
        str![[r#"
new 644 "x"
run 644 "the user's\n"

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
a/
a/f 644 "theirs"
a/from-b 644 "mine"

"#]],
    );
}

#[test]
fn a_refusal_that_ends_the_install_is_exit_3_with_the_flag_that_would_help() {
    let site = Site::actor("install = write bin/run x");
    site.write("bin/run", "the user's\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 3
-- standard error
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
While:
  Installing a.
Error: Operation not permitted
 --> buildout.cfg:4:2
  |
4 | [a]
  |  ^
note: [DIR]/bin/run was denied: this part did not make it
help: move it away if this part shall make it

"#]],
    );
    assert_eq!(site.read("bin/run"), "the user's\n");
    let site = Site::actor("install = write etc/app.conf x");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
While:
  Installing a.
Error: No such file or directory
 --> buildout.cfg:4:2
  |
4 | [a]
  |  ^

"#]],
    );
}

#[test]
fn a_part_does_what_it_likes_with_its_own() {
    let site = Site::actor(
        "install =
    mkdir parts/a
    mkdir parts/a/d
    write parts/a/d/f one
    append parts/a/d/f  and two
    read parts/a/d/f
    truncate parts/a/d/f
    set-length parts/a/d/f 3
    touch parts/a/d/f
    set-mode 640 parts/a/d/f
    mode parts/a/d/f
    rename parts/a/d parts/a/e
    write parts/a/e/g x
    unlink parts/a/e/g
    mkdir parts/a/h
    rmdir parts/a/h
    list parts/a
    list parts/a/e
    try create-new parts/a/e/f x
    return parts/a",
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
a: oneand two
a: 640
a: e
a: f
a: create-new parts/a/e/f x: io: File exists

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
a/
a/e/
a/e/f 640 "\0\0\0"

"#]],
    );
}

#[test]
fn a_place_that_an_output_option_names_may_be_made_inside_the_buildout_only() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor:places\noutput = etc/deep/app.conf\n\
         install = mkdir etc\n    mkdir etc/deep\n    write etc/deep/app.conf x\n    try write etc/other x\n    try write etc/deep/other x\n    return etc/deep/app.conf\n",
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
a: write etc/other x: io: Operation not permitted
a: write etc/deep/other x: io: Operation not permitted
Section `a` contains unused option(s): 'output'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  output: buildout.cfg:5:1

"#]],
    );
    assert_shows(
        site.tree("etc"),
        str![[r#"
deep/
deep/app.conf 644 "x"

"#]],
    );

    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor:places\noutput = ../outside/new\ninstall = write ../outside/new x\n",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: These parts need access that was not granted:
  a: write [ROOT]/outside/new  (actor says: an option of the part names it)
 --> buildout.cfg:5:10
  |
5 | output = ../outside/new
  |          ^^^^^^^^^^^^^^ needs write
help: to allow it in this run: `buildout --allow-write=a:[ROOT]/outside`
help: to allow it from now on: `buildout approve`, or these lines in your policy file:
      [[allow]]
      directory = "[DIR]"
      part = "a"
      recipe = "sha256:[DIGEST]"
      write = ["[ROOT]/outside"]

"#]],
    );
}
