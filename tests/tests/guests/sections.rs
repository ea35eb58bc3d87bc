//! Other sections: nested `init`s, sections that recipes add.

use std::fmt::Write as _;

use buildout_tests::{Site, assert_shows};
use snapbox::str;

#[test]
fn a_reads_b_reads_c_and_each_is_initialised_and_installed_before_who_asks() {
    let site = Site::new(
        "[buildout]
parts = a
[a]
recipe = actor
init = say first of a
    get-of b x
install = say a
[b]
recipe = actor
init = get-of c x
    set x from b
install = say b
[c]
recipe = actor
init = set x from c
install = say c
",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
a: first of a
b: c:x = Some("from c")
a: b:x = Some("from b")
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing c.
c: c
Installing b.
b: b
Installing a.
a: a

"#]],
    );
}

#[test]
fn a_reference_asks_a_recipe_as_a_call_does() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor\ninit = get x\nx = <${b:x}>\n[b]\nrecipe = actor\ninit = set x from b\nx = as written\n",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
a: x = Some("<from b>")
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing b.
Installing a.

"#]],
    );
}

/// A chain of so many parts, each of which reads the next one in its `init`.
fn chain(length: usize) -> Site {
    let mut text = "[buildout]\nparts = p1\n".to_owned();
    for number in 1..length {
        writeln!(text, "[p{number}]\nrecipe = actor\ninit = get-of p{} x\n    set x {number}", number + 1)
            .expect("a String takes all");
    }
    writeln!(text, "[p{length}]\nrecipe = actor\nx = the last").expect("a String takes all");
    Site::new(&text)
}

#[test]
fn a_chain_of_200_recipes_that_wait_for_each_other_works() {
    let run = chain(200).run(&["plan"]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert_eq!(run.said("p199"), ["p200:x = Some(\"the last\")"]);
    assert_eq!(run.said("p1"), ["p2:x = Some(\"2\")"]);
}

#[test]
fn a_chain_of_201_reaches_the_limit_and_so_does_one_of_300() {
    for length in [201, 300] {
        let site = chain(length);
        let run = site.run(&[]);
        assert_eq!(run.exit, Some(5), "{length}: {}", run.stderr);
        assert!(run.stderr.contains("Error: more than 200 recipes wait for each other"), "{}", run.stderr);
        assert!(!site.has("parts"), "nothing was begun");
    }
}

#[test]
fn a_section_that_is_being_initialised_is_readable_half_made() {
    let site = Site::new(
        "[buildout]
parts = a
[a]
recipe = actor
init = set early done
    get-of b back
    set late done
[b]
recipe = actor
init = get-of a early
    get-of a late
    exists a
    set back seen
",
    );
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install b
  it is not installed
install a
  it is not installed
-- standard error
b: a:early = Some("done")
b: a:late = None
b: a: true
a: b:back = Some("seen")

"#]],
    );
}

#[test]
fn an_option_that_needs_itself_is_circular() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor\ninit = try expand @{b:x}\n[b]\nx = ${c:y}\n[c]\ny = ${b:x}\n",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
a: expand @{b:x}: circular: Circular reference in substitutions.
a: 
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting section b.
  Initializing section b.
  Getting option b:x.
  Getting section c.
  Initializing section c.
  Getting option c:y.
  Getting option b:x.
  Getting option c:y.
Error: Circular reference in substitutions.

 --> buildout.cfg:9:5
  |
9 | y = ${b:x}
  |     ^^^^^^ in `b:x`
  |
 ::: buildout.cfg:7:5
  |
7 | x = ${c:y}
  |     ------ in `c:y`
note: the circle: c:y → b:x → c:y

"#]],
    );
}

#[test]
fn a_failure_that_a_recipe_swallows_fails_the_run_all_the_same() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor\ninit = try get-of b x\n    say I did not hear that\ninstall = mkdir parts/a\n[b]\nrecipe = actor\ninit = fail user B has no flour\n",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
a: get-of b x: user: B has no flour
a: I did not hear that
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting section b.
  Initializing section b.
Error: B has no flour
 --> buildout.cfg:8:2
  |
8 | [b]
  |  ^

"#]],
    );
    assert!(!site.has("parts"), "nothing was begun");
}

#[test]
fn a_missing_option_of_another_section_is_none_and_a_missing_section_an_error_that_can_be_swallowed() {
    let site = Site::actor(
        "init = get-of b none\n    exists c\n    exists b\n    try get-of c x\n    try all-of c\n    try keys-of c\n    keys-of b\n    all-of b\n    names\n[b]\nx = 1",
    );
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: b:none = None
a: c: false
a: b: true
a: get-of c x: missing: The referenced section, 'c', was not defined.
a: all-of c: missing: The referenced section, 'c', was not defined.
a: keys-of c: missing: The referenced section, 'c', was not defined.
a: x
a: x = "1"
a: buildout a b versions

"#]],
    );
}

#[test]
fn only_the_bug_of_b_is_reported_when_b_traps_while_a_waits() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor\ninit = warn A waits\n    try get-of b x\n    say I survived\n[b]\nrecipe = actor\ninit = panic B fell over\n",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 70
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting section b.
  Initializing section b.
Error: This is a bug in the recipe actor 0.1.0 (sha256 [DIGEST]…): wasm trap: wasm `unreachable` instruction executed
 --> buildout.cfg:9:10
  |
9 | recipe = actor
  |          ^^^^^ this recipe
note: it said:

      thread '<unnamed>' (1) panicked at actor/src/rogue.rs:12:20:
      B fell over
      note: run with `RUST_BACKTRACE=1` environment variable to display a backtrace
help: report it to the recipe's author, with what is above; `-v` shows the backtrace

"#]],
    );
}

#[test]
fn the_time_of_b_is_not_the_time_of_a_that_waits() {
    // B is stopped at the limit of one second; A, which has waited as long, is not what is told.
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor\ninit = get-of b x\n[b]\nrecipe = actor\ninit = spin\n",
    );
    assert_shows(
        site.run(&["--recipe-time-limit=1"]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting section b.
  Initializing section b.
Error: The recipe actor 0.1.0 (sha256 [DIGEST]…) reached a limit: it used more than 1 s in `init`
 --> buildout.cfg:7:10
  |
7 | recipe = actor
  |          ^^^^^ this recipe
help: `--recipe-time-limit=SECONDS` raises the limit

"#]],
    );
}

#[test]
fn a_recipe_can_stand_for_several_parts() {
    let site = Site::new("[buildout]\nparts = m\n[m]\nrecipe = meta\nnames = one two\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing m-one.
m-one: Creating directory one
Installing m-two.
m-two: Creating directory two
Installing m.

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
one/
two/

"#]],
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0

"#]],
    );
    site.write("buildout.cfg", "[buildout]\nparts = m\n[m]\nrecipe = meta\nnames = two three\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling m.
  because option `names` changed: 'one two' → 'two three' (buildout.cfg:5:9)
  because option `parts` changed: 'm-one m-two' → 'm-two m-three'
Uninstalling m-one.
  because nothing names it any more
Installing m-three.
m-three: Creating directory three
Installing m.

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
three/
two/

"#]],
    );
}

#[test]
fn the_values_of_an_added_section_are_replaced_like_those_of_a_file() {
    let site = Site::actor("init = add b x=@{c:y} <=c\n    all-of b\n    keys-of b\n[c]\ny = why\nz = 1");
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: x = "why"
a: < = "c"
a: x <

"#]],
    );
}

#[test]
fn a_section_that_is_there_cannot_be_added_again() {
    let site = Site::actor(
        "init = try add b x=1\n    try add a x=1\n    try add buildout x=1\n    add c x=1\n    try add c x=2\n[b]\nx = 0",
    );
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: add b x=1: exists: Section already exists b
a: add a x=1: exists: Section already exists a
a: add buildout x=1: exists: Section already exists buildout
a: add c x=2: exists: Section already exists c

"#]],
    );
}

#[test]
fn a_text_in_the_language_of_files_can_be_parsed_with_macros_and_increments() {
    let site = Site::actor(
        "init = parse text
    all-of new
    get-of newer x
text =
    [base]
    x = 1
        2
    [new]
    <= base
    x += 3
    [newer]
    recipe = mkdir
    path = @{buildout:parts-directory}/made
    x = @{new:x}
install = say after it",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
a: parsed: base new newer
a: x = "1\n2\n3"
a: newer:x = Some("1\n2\n3")
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing newer.
newer: Creating directory made
Installing a.
a: after it

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
made/

"#]],
    );
}

#[test]
fn a_text_that_is_wrong_or_extends_something_is_refused() {
    for text in [
        "[new\n    x = 1",
        "[buildout]\n    extends = /etc/passwd",
        "[buildout]\n    parts = x",
        "x = 1",
        "[new]\n    extends = ../outside/secret",
    ] {
        let run =
            Site::actor(&format!("init = try parse text\n    names\ntext =\n    {text}")).run(&["plan"]);
        assert_eq!(run.exit, Some(0), "{text}: {run:?}");
        assert!(!run.stderr.contains("root:"), "{text}: {run:?}");
    }
    assert_shows(
        Site::actor("init = try parse text\n    names\ntext =\n    [new\n    x = 1").run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: parse text: user: File contains no section headers.
a: file: recipe of a, line: 1
a: '[new\n'
a: buildout a versions

"#]],
    );
}

#[test]
fn a_recipe_that_adds_sections_for_ever_ends_at_a_limit() {
    // Each added section has the recipe that adds the next one.
    let site = Site::actor("init = parse text\ntext = [a@{:_buildout_section_name_}]\n    <= a");
    let run = site.run(&["--recipe-time-limit=5", "plan"]);
    assert!(matches!(run.exit, Some(1 | 5)), "{run:?}");
}

#[test]
fn in_install_a_section_that_was_never_initialised_is_an_error_of_kind_phase() {
    let site = Site::actor(
        "install = try get-of b x
    try all-of b
    get-of c x
    exists b
    names
    expand @{c:x}
    try get-of none x
[b]
recipe = mkdir
[c]
x = plain",
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
a: get-of b x: phase: `[b]` was not looked at in `init`, and now it is too late to make a part of it
a: all-of b: phase: `[b]` was not looked at in `init`, and now it is too late to make a part of it
a: c:x = Some("plain")
a: b: true
a: buildout a b c versions
a: plain
a: get-of none x: missing: The referenced section, 'none', was not defined.

"#]],
    );
    assert!(!site.has("parts/b"));
}

#[test]
fn names_that_no_part_can_have_are_refused_for_added_sections_too() {
    for name in ["..", "a/../b", ".git", "x/.git/hooks", "/etc"] {
        let site = Site::actor(&format!("init = try add {name} recipe=mkdir"));
        let run = site.run(&[]);
        assert_ne!(run.exit, Some(0), "{name}: {run:?}");
        assert_shows(site.tree("parts"), str![]);
    }
}
