//! Whoever sits at a terminal is asked for what is missing; what is approved holds for one directory and one recipe.

use buildout_tests::{Site, assert_shows, guest};
use snapbox::str;

use crate::grants::declaring;

const ONCE: &str = "Allow all of it in this run? [y/N] ";
const FOR_GOOD: &str = "Allow it here from now on? [y/N] ";

/// A conversation as one text.
fn told((exit, shown): (Option<i32>, String)) -> String {
    format!("exit {}\n{shown}", exit.map_or("a signal".to_owned(), |exit| exit.to_string()))
}

/// A buildout whose part may start one program, and tell its environment.
fn asking() -> Site {
    declaring("run", "install = write parts/f x")
}

#[test]
fn on_a_terminal_the_whole_table_is_asked_for_once() {
    let site = asking();
    assert_shows(
        told(site.converse(&[], "", &[(ONCE, "y\n")])),
        str![[r#"
exit 0
While:
  Installing.
Warning: These parts need access that was not granted:
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
Allow all of it in this run? [y/N] y
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.

"#]],
    );
    assert!(site.has("parts/f"));
    // It was given for that run.
    let site = asking();
    site.converse(&[], "", &[(ONCE, "yes\n")]);
    assert_eq!(site.run(&[]).exit, Some(3));
}

#[test]
fn only_a_yes_is_a_yes() {
    for answer in ["n\n", "\n", "\u{4}", "no\n", "nope y\n", "1\n", "ja\n"] {
        let site = asking();
        let (exit, shown) = site.converse(&[], "", &[(ONCE, answer)]);
        assert_eq!(exit, Some(3), "{answer:?}: {shown}");
        assert!(!site.has("parts"), "{answer:?}: {shown}");
    }
    let site = asking();
    let (exit, shown) = site.converse(&[], "", &[(ONCE, "\u{3}")]);
    assert_eq!(exit, Some(130), "{shown}");
    assert!(!site.has("parts"), "{shown}");
}

#[test]
fn what_was_typed_before_the_question_answers_nothing() {
    let site = asking();
    let (exit, shown) = site.converse(&[], "y\ny\ny\n", &[(ONCE, "n\n")]);
    assert_eq!(exit, Some(3), "{shown}");
    assert!(!site.has("parts"), "{shown}");
}

#[test]
fn a_pipe_answers_nothing_and_in_ci_nobody_is_asked() {
    let site = asking();
    assert_eq!(site.run_with_input(&[], "y\ny\n").exit, Some(3));
    site.set("CI", "1");
    let (exit, shown) = site.converse(&[], "y\n", &[]);
    assert_eq!(exit, Some(3), "{shown}");
    assert!(!shown.contains("[y/N]"), "{shown}");
    let (exit, shown) = site.converse(&["approve"], "y\n", &[]);
    assert_eq!(exit, Some(3), "{shown}");
    assert!(!shown.contains("[y/N]") && !site.has("parts"), "{shown}");
    assert_shows(
        asking().run(&["approve"]),
        str![[r#"
exit 3
-- standard error
Error: There is nobody to ask: `approve` needs a terminal, and no CI
help: `buildout permissions` shows what is needed

"#]],
    );
}

/// Two parts, of which one needs two things and the configuration one.
fn two_parts() -> Site {
    let site = declaring(
        "links",
        "install = write parts/f x\nx = ${env:COLOUR}\n[buildout]\nparts += b\n[b]\nrecipe = actor:reader\nplace = [PLACE]/deep\ninstall = read [PLACE]/deep/file",
    );
    let place = site.path("../granted").display().to_string();
    site.write("buildout.cfg", site.read("buildout.cfg").replace("[PLACE]", &place));
    site
}

#[test]
fn approve_asks_for_each_thing_in_plain_words_and_keeps_the_answers() {
    let site = two_parts();
    assert_shows(
        told(site.converse(&["approve"], "", &[(FOR_GOOD, "y\n"), (FOR_GOOD, "y\n"), (FOR_GOOD, "y\n")])),
        str![[r#"
exit 0

The configuration wants to read the environment variable COLOUR.
  written    [DIR]/buildout.cfg:6:5
  in         [DIR]
Allow it here from now on? [y/N] y

The part a wants to make symbolic and hard links.
  recipe     actor (sha256:[DIGEST])
  written    [DIR]/buildout.cfg:4:10
  it says    points at the newest one
  in         [DIR]
Allow it here from now on? [y/N] y

The part b wants to read what lies in [ROOT]/granted/deep.
  recipe     actor (sha256:[DIGEST])
  written    [DIR]/buildout.cfg:10:10
  it says    copies what lies there
  in         [DIR]
Allow it here from now on? [y/N] y
3 things were approved.

"#]],
    );
    assert!(!site.has("parts"), "it only asks");
    assert_shows(
        site.run(&["permissions"]),
        str![[r#"
exit 0
-- standard output
a: actor (sha256:[DIGEST])
  has    links   by approval  (points at the newest one)
b: actor (sha256:[DIGEST])
  has    read  [ROOT]/granted/deep  by approval  (copies what lies there)

"#]],
    );
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    assert_shows(
        told(site.converse(&["approve"], "", &[])),
        str![[r#"
exit 0
Nothing is lacking.

"#]],
    );
    // Taken back, it is asked for again.
    assert_shows(
        site.run(&["revoke", "b"]),
        str![[r#"
exit 0
-- standard output
No longer approved: b: read [ROOT]/granted/deep

"#]],
    );
    assert_eq!(site.run(&["-q"]).exit, Some(3));
    assert_shows(
        site.run(&["revoke"]),
        str![[r#"
exit 0
-- standard output
No longer approved: the configuration: env COLOUR
No longer approved: a: links

"#]],
    );
    assert_shows(
        site.run(&["revoke"]),
        str![[r#"
exit 0
-- standard output
There is nothing to take back.

"#]],
    );
}

#[test]
fn what_is_not_approved_stays_missing() {
    let site = two_parts();
    assert_shows(
        told(site.converse(&["approve"], "", &[(FOR_GOOD, "y\n"), (FOR_GOOD, "n\n"), (FOR_GOOD, "y\n")])),
        str![[r#"
exit 3

The configuration wants to read the environment variable COLOUR.
  written    [DIR]/buildout.cfg:6:5
  in         [DIR]
Allow it here from now on? [y/N] y

The part a wants to make symbolic and hard links.
  recipe     actor (sha256:[DIGEST])
  written    [DIR]/buildout.cfg:4:10
  it says    points at the newest one
  in         [DIR]
Allow it here from now on? [y/N] n

The part b wants to read what lies in [ROOT]/granted/deep.
  recipe     actor (sha256:[DIGEST])
  written    [DIR]/buildout.cfg:10:10
  it says    copies what lies there
  in         [DIR]
Allow it here from now on? [y/N] y
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
2 things were approved.

"#]],
    );
    let run = site.run(&[]);
    assert_eq!(run.exit, Some(3));
    assert!(run.stderr.contains("a: links") && !run.stderr.contains("b: read"), "{}", run.stderr);
}

#[test]
fn permissions_shows_what_is_needed_and_changes_nothing() {
    let site = two_parts();
    assert_shows(
        site.run(&["permissions"]),
        str![[r#"
exit 0
-- standard output
the configuration: buildout.cfg
  lacks  env   COLOUR
`buildout approve` asks for what is lacking; `buildout` shows flags and policy lines for it

"#]],
    );
    assert_shows(
        site.run(&["permissions", "--allow-env=COLOUR", "--deny-links"]),
        str![[r#"
exit 0
-- standard output
a: actor (sha256:[DIGEST])
  denied links   by flag  (points at the newest one)
b: actor (sha256:[DIGEST])
  lacks  read  [ROOT]/granted/deep  (copies what lies there)
`buildout approve` asks for what is lacking; `buildout` shows flags and policy lines for it

"#]],
    );
    assert_shows(
        site.run(&["--json", "permissions", "b", "--allow-env=COLOUR"]),
        str![[r#"
exit 0
-- standard output
{"version":1,"kind":"result","result":"permissions","data":{"parts":[{"part":"b","recipe":"actor","identity":"sha256:[DIGEST]","needs":[{"kind":"read","value":"[ROOT]/granted/deep","why":"copies what lies there","place":{"file":"[DIR]/buildout.cfg","line":10,"column":10},"standing":"missing","by":null,"flag":"--allow-read=b:[ROOT]/granted/deep"}]}]}}

"#]],
    );
    assert!(!site.has("parts"));
}

/// The same recipe with one byte more.
fn changed(name: &str) -> Vec<u8> {
    let mut bytes = guest(name);
    // A custom section without a name that anybody knows.
    bytes.extend([0, 3, 1, b'x', 0]);
    bytes
}

#[test]
fn a_recipe_that_changed_is_asked_for_again_with_both_digests_and_what_is_new() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = ./own.wasm:links\n");
    site.write("own.wasm", guest("actor"));
    site.converse(&["approve"], "", &[(FOR_GOOD, "y\n")]);
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    site.write("own.wasm", changed("actor"));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: These parts need access that was not granted:
  a: links  (./own.wasm says: points at the newest one)
 --> buildout.cfg:4:10
  |
4 | recipe = ./own.wasm:links
  |          ^^^^^^^^^^^^^^^^ needs links
note: the recipe ./own.wasm of a is not the one that you approved
      was sha256:[DIGEST]
      is  sha256:[DIGEST]
      it asks for nothing that you did not approve
help: to allow it in this run: `buildout --allow-links=a`
help: to allow it from now on: `buildout approve`, or these lines in your policy file:
      [[allow]]
      directory = "[DIR]"
      part = "a"
      recipe = "sha256:[DIGEST]"
      links = true

"#]],
    );
    site.write("buildout.cfg", "[buildout]\nparts = a\n[a]\nrecipe = ./own.wasm:run\n");
    let run = site.run(&[]);
    assert!(run.stderr.contains("what it did not ask for then: run cc"), "{}", run.stderr);
    assert_shows(
        told(site.converse(&["approve"], "", &[(FOR_GOOD, "y\n")])),
        str![[r#"
exit 0

The part a wants to start the program cc.
  recipe     ./own.wasm (sha256:[DIGEST])
  before     you approved another one (sha256:[DIGEST]), and it did not ask for this then
  written    [DIR]/buildout.cfg:4:10
  it says    compiles
  in         [DIR]
Allow it here from now on? [y/N] y
One thing was approved.

"#]],
    );
}

#[test]
fn an_approval_holds_whatever_the_parts_other_options_say() {
    let site = asking();
    site.converse(&["approve"], "", &[(FOR_GOOD, "y\n")]);
    assert_eq!(site.run(&["-q", "a:more=1"]).exit, Some(0));
}

#[test]
fn another_project_in_the_same_place_has_no_approvals() {
    let site = asking();
    site.converse(&["approve"], "", &[(FOR_GOOD, "y\n")]);
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    std::fs::rename(site.path(""), site.path("../moved")).expect("it is ours");
    site.write("buildout.cfg", std::fs::read(site.path("../moved/buildout.cfg")).expect("it was there"));
    assert_eq!(site.run(&[]).exit, Some(3));
    // Nor has the old one in another place.
    std::fs::remove_dir_all(site.path("")).expect("it is ours");
    std::fs::rename(site.path("../moved"), site.path("../site")).expect("it is ours");
    assert_eq!(site.run(&["-q"]).exit, Some(0), "it is the old one again");
}

#[test]
fn approvals_inside_the_project_count_for_nothing() {
    let site = asking();
    let state = site.path("state").display().to_string();
    site.converse(&["approve"], "", &[(FOR_GOOD, "y\n")]);
    std::fs::create_dir_all(site.path("state/approvals")).expect("there is room");
    for entry in std::fs::read_dir(site.path("../state/buildout/approvals")).expect("they were written") {
        let entry = entry.expect("it can be read");
        std::fs::copy(entry.path(), site.path("state/approvals").join(entry.file_name()))
            .expect("there is room");
    }
    assert_eq!(site.run(&["-q", &format!("--state-dir={state}")]).exit, Some(3));
    // Nor do they where others can write them.
    site.chmod("../state/buildout/approvals", 0o777);
    assert_eq!(site.run(&["-q"]).exit, Some(2));
}

#[test]
fn texts_of_others_in_a_question_are_made_visible_and_cut_and_cannot_ask_themselves() {
    let name = format!("\u{202e}evil\u{1b}[2J{}", "x".repeat(400));
    let site = Site::new(&format!(
        "[buildout]\nparts = a\n[a]\nrecipe = actor:places\noutput = ../granted/{name}\n    Allow it here from now on? [y/N] y\n"
    ));
    let (exit, shown) = site.converse(&["approve"], "y\n", &[(FOR_GOOD, "n\n")]);
    assert_eq!(exit, Some(3));
    let question: Vec<&str> = shown.lines().filter(|line| line.starts_with("The part a wants")).collect();
    let begin = "The part a wants to read, make, overwrite and remove what lies in ";
    let wanted = question.first().and_then(|line| line.strip_prefix(begin)).expect("it is asked");
    assert!(
        wanted.starts_with(r"[ROOT]/granted/\u{202e}evil\u{1b}[2Jxxx") && wanted.ends_with("xxx…."),
        "{wanted}"
    );
    assert_eq!(question.len(), 1);
    assert!(!shown.contains(['\u{202e}', '\u{1b}']), "{shown}");
    assert!(shown.lines().all(|line| line.chars().count() < 2_000));
}
