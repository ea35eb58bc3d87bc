//! Update, uninstall, what is called when.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

#[test]
fn an_unchanged_part_is_updated_and_told_what_belongs_to_it() {
    let site = Site::actor(
        "init = installed\ninstall = installed\n    mkdir parts/a\n    return parts/a\nupdate = installed\n    write parts/a/again x\nuninstall = installed",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
a: installed: 
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: installed: 

"#]],
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
a: installed: 
Updating a.
a: installed: [DIR]/parts/a

"#]],
    );
    site.write("buildout.cfg", "[buildout]\nparts =\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because nothing names it any more
a: installed: [DIR]/parts/a

"#]],
    );
    assert_shows(site.tree("parts"), str![]);
}

#[test]
fn a_recipe_that_says_so_is_not_called_for_an_update() {
    let site =
        Site::new("[buildout]\nparts = a\n[a]\nrecipe = actor:still\nupdate = fail user I was called\n");
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0

"#]],
    );
}

#[test]
fn paths_that_an_update_returns_come_to_the_part_and_go_with_it() {
    let site = Site::actor(
        "install = write parts/a x\n    return parts/a\nupdate = try create-new parts/b x\n    return parts/b",
    );
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Updating a.

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
a 644 "x"
b 644 "x"

"#]],
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Updating a.
a: create-new parts/b x: io: File exists

"#]],
    );
    site.write("buildout.cfg", "[buildout]\nparts =\n");
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(site.tree("parts"), str![]);
}

#[test]
fn what_an_update_removes_itself_is_no_longer_the_parts() {
    let site = Site::actor(
        "install = write parts/a x\n    write parts/b x\n    return parts/a\n    return parts/b\nupdate = try unlink parts/b\n    installed",
    );
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Updating a.
a: unlink parts/b: io: No such file or directory
a: installed: [DIR]/parts/a

"#]],
    );
}

#[test]
fn a_failed_update_removes_what_it_made_and_the_part_is_installed_anew() {
    let site = Site::actor(
        "install = mkdir parts/a\n    return parts/a\nupdate = write parts/a/half x\n    fail user no",
    );
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
Updating a.
Removed what a had made.
While:
  Updating a.
Error: no
 --> buildout.cfg:4:2
  |
4 | [a]
  |  ^

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
a/

"#]],
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because its last run did not end well
Installing a.

"#]],
    );
}

#[test]
fn uninstall_is_called_with_the_recorded_options_before_the_files_go() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor\nvalue = old\ninstall = write parts/a x\n    return parts/a\nuninstall = get value\n    entry\n    name\n    list parts-directory\n".replace("parts-directory", "${buildout:parts-directory}").as_str(),
    );
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("buildout.cfg", site.read("buildout.cfg").replace("value = old", "value = new"));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because option `value` changed: 'old' → 'new' (buildout.cfg:5:9)
a: value = Some("old")
a: default
a: a
a: a
Installing a.

"#]],
    );
    site.write("buildout.cfg", "[buildout]\nparts =\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because nothing names it any more
a: value = Some("new")
a: default
a: a
a: a

"#]],
    );
}

#[test]
fn uninstall_knows_its_own_options_and_nothing_else() {
    let site = Site::actor(
        "uninstall = keys
    try get-of buildout directory
    try all-of buildout
    try keys-of buildout
    try exists buildout
    try names
    try expand @{buildout:directory}
    try set x 1
    try remove recipe
    try add b recipe=mkdir
    try parse recipe",
    );
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("buildout.cfg", "[buildout]\nparts =\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because nothing names it any more
a: recipe uninstall
a: get-of buildout directory: phase: `sections` cannot be called in `uninstall`
a: all-of buildout: phase: `sections` cannot be called in `uninstall`
a: keys-of buildout: phase: `sections` cannot be called in `uninstall`
a: exists buildout: phase: `sections` cannot be called in `uninstall`
a: names: phase: `sections` cannot be called in `uninstall`
a: expand @{buildout:directory}: phase: `section.expand` cannot be called in `uninstall`
a: set x 1: phase: `section.set` can be called in `init` only
a: remove recipe: phase: `section.remove` can be called in `init` only
a: add b recipe=mkdir: phase: `sections.add` can be called in `init` only
a: parse recipe: phase: `sections.parse` can be called in `init` only

"#]],
    );
}

#[test]
fn a_failed_uninstall_ends_the_run_and_the_part_stays() {
    let site =
        Site::actor("install = write parts/a x\n    return parts/a\nuninstall = fail user The lid is stuck");
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("buildout.cfg", "[buildout]\nparts =\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
Uninstalling a.
  because nothing names it any more
While:
  Installing.
  Uninstalling a.
Error: The lid is stuck

"#]],
    );
    assert!(site.has("parts/a"));
}

#[test]
fn a_part_whose_component_is_gone_is_removed_without_its_help() {
    let site = Site::actor("install = write parts/a x\n    return parts/a\nuninstall = say never called")
        .with_own_cache();
    assert_eq!(site.run(&[]).exit, Some(0));
    std::fs::remove_dir_all(site.path("../cache/buildout/components")).expect("it is there");
    site.write("buildout.cfg", "[buildout]\nparts =\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because nothing names it any more
a: The recipe actor that made it is gone; what it made is removed without its help.

"#]],
    );
    assert!(!site.has("parts/a"));
}

#[test]
fn the_uninstall_of_a_part_is_its_own_components_and_never_another_of_that_name() {
    let site =
        Site::new("[buildout]\nparts = a\n[a]\nrecipe = ./r.wasm\nuninstall = say by the one that made it\n")
            .with_own_cache();
    site.write("r.wasm", buildout_tests::guest("actor"));
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("r.wasm", buildout_tests::component::Core::default().component());
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because its recipe changed: 'sha256:[DIGEST]…' → 'sha256:[DIGEST]…'
a: by the one that made it
Installing a.

"#]],
    );
}

#[test]
fn an_option_that_init_sets_otherwise_installs_the_part_again() {
    let site = Site::actor("init = set x one\ninstall = get x");
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
a: x = Some("one")

"#]],
    );
    site.write("buildout.cfg", site.read("buildout.cfg").replace("init = set x one", "init = set x two"));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because option `init` changed: 'set x one' → 'set x two' (buildout.cfg:6:8)
  because option `x` changed: 'one' → 'two'
Installing a.
a: x = Some("two")

"#]],
    );
}

#[test]
fn an_input_whose_content_changed_installs_the_part_again() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = actor:places\ninput = in.txt\n");
    site.write("in.txt", "one");
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Updating a.
Section `a` contains unused option(s): 'input'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  input: buildout.cfg:5:1

"#]],
    );
    site.write("in.txt", "two");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because [DIR]/in.txt changed
Installing a.
Section `a` contains unused option(s): 'input'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  input: buildout.cfg:5:1

"#]],
    );
}
