//! `init` and `bootstrap`.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

/// A directory without a configuration.
fn empty() -> Site {
    let site = Site::new("");
    std::fs::remove_file(site.path("buildout.cfg")).expect("it is there");
    site
}

#[test]
fn init_writes_a_configuration_that_works() {
    let site = empty();
    assert_shows(
        site.run(&["init"]),
        str![[r#"
exit 0
-- standard error
Creating '[DIR]/buildout.cfg'.
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.

"#]],
    );
    assert_shows(
        site.read("buildout.cfg"),
        str![[r#"
# What there shall be in this directory. `buildout` makes it so; `buildout plan` shows beforehand what it would do.

[buildout]
# The parts, in the order in which they are made; each has a section of its name.
# Take one out, and the next run removes what it made.
parts =
    hello

# A part is made by a recipe. `buildout recipe list` shows which there are, `buildout recipe describe template` what one takes.
[hello]
recipe = template
output = ${buildout:parts-directory}/hello.txt
inline =
    Hello, ${settings:name}!

# A section without a recipe holds values that others refer to, as `${settings:name}` above.
# One run can have another value: `buildout settings:name=you`.
[settings]
name = world

"#]],
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Installing hello.
hello: Writing [DIR]/parts/hello.txt

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
hello.txt 644 "Hello, world!"

"#]],
    );
    assert_shows(
        site.run(&["settings:name=you", "plan"]),
        str![[r#"
exit 0
-- standard output
reinstall hello
  option `inline` changed: 'Hello, world!' → 'Hello, you!' (buildout.cfg:14:5)
  removes parts/hello.txt

"#]],
    );
}

#[test]
fn init_never_writes_over_what_is_there() {
    let site = Site::new("[buildout]\nparts =\n");
    assert_shows(
        site.run(&["init"]),
        str![[r#"
exit 1
-- standard error
While:
  Initializing.
Error: '[DIR]/buildout.cfg' already exists.

"#]],
    );
    assert_eq!(site.read("buildout.cfg"), "[buildout]\nparts =\n");
    site.link("nowhere.cfg", "dangling.cfg");
    assert_shows(
        site.run(&["-c", "dangling.cfg", "init"]),
        str![[r#"
exit 1
-- standard error
While:
  Initializing.
Error: '[DIR]/dangling.cfg' already exists.

"#]],
    );
    assert!(!site.has("nowhere.cfg"));
}

#[test]
fn init_writes_the_file_that_c_names() {
    let site = empty();
    assert_eq!(site.run(&["-cnew.cfg", "init"]).exit, Some(0));
    assert!(site.has("new.cfg") && !site.has("buildout.cfg"));
    assert_shows(
        site.run(&["-c", "none/new.cfg", "init"]),
        str![[r#"
exit 1
-- standard error
While:
  Initializing.
Error: Cannot write [DIR]/none/new.cfg: No such file or directory (os error 2)

"#]],
    );
    assert_shows(
        site.run(&["init", "zc.buildout"]),
        str![[r#"
exit 2
-- standard error
Error: Unexpected argument: zc.buildout
help: `buildout help init` shows what it takes

"#]],
    );
}

#[test]
fn bootstrap_makes_the_directories_asks_no_recipe_and_deletes_nothing() {
    let site = Site::new("[buildout]\nparts = a\nbin-directory = tools\n[a]\nrecipe = nobody.has.it\n");
    site.write("develop-eggs/mine.egg-link", "mine\n");
    assert_shows(
        site.run(&["bootstrap"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/tools'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.

"#]],
    );
    assert_shows(
        site.tree(""),
        str![[r#"
.buildout/
.buildout/.gitignore 644 "*\n"
.buildout/lock 644 ""
buildout.cfg 644 "[buildout]\nparts = a\nbin-directory = tools\n[a]\nrecipe = nobody.has.it\n"
develop-eggs/
develop-eggs/mine.egg-link 644 "mine\n"
eggs/
eggs/v5/
parts/
tools/

"#]],
    );
    assert_shows(
        site.run(&["bootstrap"]),
        str![[r#"
exit 0

"#]],
    );
}

#[test]
fn bootstrap_says_what_stands_in_the_way() {
    let site = Site::new("[buildout]\nparts =\n");
    site.write("parts", "a file\n");
    assert_shows(
        site.run(&["bootstrap"]),
        str![[r#"
exit 1
-- standard error
Creating directory '[DIR]/bin'.
While:
  Bootstrapping.
Error: [DIR]/parts is a file, not a directory
help: move [DIR]/parts away, or name another directory in `[buildout]`

"#]],
    );
}
