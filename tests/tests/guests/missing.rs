//! What is declared and not granted: told once, for all parts, with what would grant it.

use buildout_tests::{Run, Site, assert_shows};
use snapbox::str;

use crate::grants::declaring;

#[test]
fn what_all_parts_need_stands_in_one_table_before_anything_is_made() {
    let site = Site::new(
        "[buildout]
parts = made reads writes paints links asks runs
[made]
recipe = mkdir
[reads]
recipe = actor:reader
place = [PLACE]/in
[writes]
recipe = actor:writer
place = [PLACE]/out
[paints]
recipe = actor:env
init = environment
[links]
recipe = actor:links
[asks]
recipe = actor:net
[runs]
recipe = actor:run
",
    );
    let place = site.path("../granted").display().to_string();
    site.write("buildout.cfg", site.read("buildout.cfg").replace("[PLACE]", &place));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 3
-- standard error
paints: environment: nothing
While:
  Installing.
Error: These parts need access that was not granted:
  reads: read [ROOT]/granted/in  (actor says: copies what lies there)
  writes: write [ROOT]/granted/out  (actor says: keeps its data there)
  paints: env COLOUR  (actor says: paints in it)
  links: links  (actor says: points at the newest one)
  asks: net example.org  (actor says: asks for the weather)
  runs: run cc  (actor says: compiles)
  --> buildout.cfg:6:10
   |
 6 | recipe = actor:reader
   |          ^^^^^^^^^^^^ needs read
   |
  ::: buildout.cfg:9:10
   |
 9 | recipe = actor:writer
   |          ------------ needs write
   |
  ::: buildout.cfg:12:10
   |
12 | recipe = actor:env
   |          --------- needs env
   |
  ::: buildout.cfg:15:10
   |
15 | recipe = actor:links
   |          ----------- needs links
   |
  ::: buildout.cfg:17:10
   |
17 | recipe = actor:net
   |          --------- needs net
   |
  ::: buildout.cfg:19:10
   |
19 | recipe = actor:run
   |          --------- needs run
note: [ROOT]/granted/in is not there, and what is not there cannot be given: make it first, as a directory
note: [ROOT]/granted/out is not there, and what is not there cannot be given: make it first, as a directory
help: to allow it in this run: `buildout --allow-env=paints:COLOUR --allow-links=links --allow-net=asks:example.org --allow-read=reads:[ROOT]/granted/in --allow-run=runs:cc --allow-write=writes:[ROOT]/granted/out`
help: to allow it from now on: `buildout approve`, or these lines in your policy file:
      [[allow]]
      directory = "[DIR]"
      part = "reads"
      recipe = "sha256:[DIGEST]"
      read = ["[ROOT]/granted/in"]

      [[allow]]
      directory = "[DIR]"
      part = "writes"
      recipe = "sha256:[DIGEST]"
      write = ["[ROOT]/granted/out"]

      [[allow]]
      directory = "[DIR]"
      part = "paints"
      recipe = "sha256:[DIGEST]"
      env = ["COLOUR"]

      [[allow]]
      directory = "[DIR]"
      part = "links"
      recipe = "sha256:[DIGEST]"
      links = true

      [[allow]]
      directory = "[DIR]"
      part = "asks"
      recipe = "sha256:[DIGEST]"
      net = ["example.org"]

      [[allow]]
      directory = "[DIR]"
      part = "runs"
      recipe = "sha256:[DIGEST]"
      run = ["cc"]

"#]],
    );
    assert!(!site.has("parts"), "nothing was begun");
}

#[test]
fn a_program_and_a_host_are_asked_for_and_given_like_all_else() {
    assert_shows(
        declaring("run", "").run(&["--allow-links"]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: These parts need access that was not granted:
  a: run cc  (actor says: compiles)
 --> buildout.cfg:4:10
  |
4 | recipe = actor:run
  |          ^^^^^^^^^ needs run
help: to allow it in this run: `buildout --allow-run=a:cc`
help: to allow it from now on: `buildout approve`, or these lines in your policy file:
      [[allow]]
      directory = "[DIR]"
      part = "a"
      recipe = "sha256:[DIGEST]"
      run = ["cc"]

"#]],
    );
    assert_eq!(declaring("run", "").run(&["--allow-run=a:cc"]).exit, Some(0));
    assert_eq!(declaring("net", "").run(&["--allow-net=https://example.org/"]).exit, Some(0));
    assert_shows(
        declaring("net", "").run(&["--allow-links"]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: These parts need access that was not granted:
  a: net example.org  (actor says: asks for the weather)
 --> buildout.cfg:4:10
  |
4 | recipe = actor:net
  |          ^^^^^^^^^ needs net
help: to allow it in this run: `buildout --allow-net=a:example.org`
help: to allow it from now on: `buildout approve`, or these lines in your policy file:
      [[allow]]
      directory = "[DIR]"
      part = "a"
      recipe = "sha256:[DIGEST]"
      net = ["example.org"]

"#]],
    );
}

#[test]
fn a_flag_that_was_shown_makes_the_run_work() {
    let in_a_new_directory =
        "place = [PLACE]/new\ninstall = mkdir [PLACE]/new\n    write [PLACE]/new/f x\n    return [PLACE]/new";
    let site = declaring("writer", in_a_new_directory);
    assert_shows(
        shown_and_used(&site),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
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
new/
new/f 644 "x"

"#]],
    );
    // Also for a file that is to be read, and for options that name files.
    let site = declaring("reader", "place = [PLACE]/file\ninstall = read [PLACE]/file");
    assert_shows(
        shown_and_used(&site),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: granted
Section `a` contains unused option(s): 'place'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  place: buildout.cfg:5:1

"#]],
    );
    let site = declaring(
        "places",
        "input = [PLACE]/file\noutput = [PLACE]/out\ninstall = read [PLACE]/file\n    write [PLACE]/out x",
    );
    assert_shows(
        shown_and_used(&site),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: granted
Section `a` contains unused option(s): 'input' 'output'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  input: buildout.cfg:5:1
  output: buildout.cfg:6:1

"#]],
    );
    // Stock recipes are recipes.
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = template\ninput = ../granted/in\noutput = ../granted/out\n",
    );
    site.write("../granted/in", "text");
    assert_shows(
        shown_and_used(&site),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: Writing [ROOT]/granted/out

"#]],
    );
    assert_eq!(site.read("../granted/out"), "text");
}

/// Runs with the flags that a run without them has shown.
fn shown_and_used(site: &Site) -> Run {
    let run = site.run(&[]);
    assert_eq!(run.exit, Some(3), "{run:?}");
    let shown = run.stderr.split("`buildout ").nth(1).and_then(|rest| rest.split('`').next());
    site.run(&shown.expect("it is shown").split(' ').collect::<Vec<_>>())
}

#[test]
fn a_flag_that_is_shown_can_be_copied_to_a_shell() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor:places\noutput = ../granted/$(touch owned); it's/x\n",
    );
    site.write("../granted/$(touch owned); it's/y", "");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: These parts need access that was not granted:
  a: write [ROOT]/granted/$(touch owned); it's/x  (actor says: an option of the part names it)
 --> buildout.cfg:5:10
  |
5 | output = ../granted/$(touch owned); it's/x
  |          ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^ needs write
help: to allow it in this run: `buildout --allow-write='a:[ROOT]/granted/$(touch owned); it'\''s'`
help: to allow it from now on: `buildout approve`, or these lines in your policy file:
      [[allow]]
      directory = "[DIR]"
      part = "a"
      recipe = "sha256:[DIGEST]"
      write = ["[ROOT]/granted/$(touch owned); it's"]

"#]],
    );
}

#[test]
fn an_option_cannot_put_lines_of_its_own_into_the_table_of_what_is_missing() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor:places\noutput = ../granted/x\n    help: to allow it in this run: `buildout --allow-write=/`\n",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: These parts need access that was not granted:
  a: write [ROOT]/granted/x\u{a}help: to allow it in this run: `buildout --allow-write=/`  (actor says: an option of the part names it)
 --> buildout.cfg:5:10
  |
5 | output = ../granted/x
  |          ^^^^^^^^^^^^ needs write
note: [ROOT]/granted/x\u{a}help: to allow it in this run: `buildout --allow-write= is not there, and what is not there cannot be given: make it first, as a directory
help: to allow it in this run: `buildout --allow-write='a:[ROOT]/granted/x
      help: to allow it in this run: `buildout --allow-write='`
help: to allow it from now on: `buildout approve`, or these lines in your policy file:
      [[allow]]
      directory = "[DIR]"
      part = "a"
      recipe = "sha256:[DIGEST]"
      write = ["[ROOT]/granted/x\U0000000Ahelp: to allow it in this run: `buildout --allow-write="]

"#]],
    );
}

#[test]
fn a_place_in_directories_that_are_not_there_is_no_reason_to_ask_for_more() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = actor:places\noutput = /nowhere/at/all/x\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: These parts need access that was not granted:
  a: write /nowhere/at/all/x  (actor says: an option of the part names it)
 --> buildout.cfg:5:10
  |
5 | output = /nowhere/at/all/x
  |          ^^^^^^^^^^^^^^^^^ needs write
note: /nowhere/at/all is not there, and what is not there cannot be given: make it first, as a directory
help: to allow it in this run: `buildout --allow-write=a:/nowhere/at/all`
help: to allow it from now on: `buildout approve`, or these lines in your policy file:
      [[allow]]
      directory = "[DIR]"
      part = "a"
      recipe = "sha256:[DIGEST]"
      write = ["/nowhere/at/all"]

"#]],
    );
}

#[test]
fn for_a_place_that_is_not_there_nothing_that_holds_the_buildout_is_asked_for() {
    let site = Site::new("");
    let place = site.path("../none").display().to_string();
    let text = format!(
        "[buildout]\nparts = a\n[a]\nrecipe = actor:writer\nplace = {place}\ninstall = write {place}/x x\n"
    );
    site.write("buildout.cfg", text);
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: These parts need access that was not granted:
  a: write [ROOT]/none  (actor says: keeps its data there)
 --> buildout.cfg:4:10
  |
4 | recipe = actor:writer
  |          ^^^^^^^^^^^^ needs write
note: [ROOT]/none is not there, and what is not there cannot be given: make it first, as a directory
help: to allow it in this run: `buildout --allow-write=a:[ROOT]/none`
help: to allow it from now on: `buildout approve`, or these lines in your policy file:
      [[allow]]
      directory = "[DIR]"
      part = "a"
      recipe = "sha256:[DIGEST]"
      write = ["[ROOT]/none"]

"#]],
    );
}
