//! What a recipe says about itself.

use buildout_tests::component::{Core, described};
use buildout_tests::{Site, assert_shows, guest};
use snapbox::str;

/// A buildout with a recipe that carries these descriptions.
fn saying(texts: &[&str]) -> Site {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = ./r.wasm\n");
    let component =
        texts.iter().fold(Core::default().component(), |component, text| described(component, text));
    site.write("r.wasm", component);
    site
}

const LEAST: &str = "schema = 1\n[recipe]\nname = \"r\"\n";

#[test]
fn a_recipe_that_says_nothing_about_itself_gets_the_defaults() {
    assert_eq!(saying(&[]).run(&[]).exit, Some(0));
    assert_eq!(saying(&[LEAST]).run(&[]).exit, Some(0));
}

#[test]
fn two_descriptions_are_refused() {
    assert_shows(
        saying(&[LEAST, LEAST]).run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: [DIR]/r.wasm: the component carries buildout:recipe more than once
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^

"#]],
    );
}

#[test]
fn a_description_for_a_newer_version_is_refused() {
    assert_shows(
        saying(&["schema = 2\n"]).run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: [DIR]/r.wasm: the component's buildout:recipe has schema 2; this version reads up to 1
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^

"#]],
    );
}

#[test]
fn an_access_that_cannot_be_understood_is_refused() {
    assert_shows(
        saying(&["schema = 1\n[[access]]\nkind = \"run\"\nvalue = \"cc\"\nhow = \"as root\"\n"]).run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: [DIR]/r.wasm: the component's buildout:recipe cannot be read: unknown field `how`, expected one of `kind`, `value`, `why`, `entries`
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^

"#]],
    );
    assert_shows(
        saying(&["schema = 1\n[[access]]\nkind = \"everything\"\n"]).run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: [DIR]/r.wasm: the component's buildout:recipe cannot be read: unknown variant `everything`, expected one of `read`, `write`, `net`, `run`, `env`, `links`
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^

"#]],
    );
}

#[test]
fn unknown_keys_elsewhere_are_ignored() {
    assert_eq!(
        saying(&[
            "schema = 1\nfuture = 1\n[recipe]\nname = \"r\"\ncolour = \"red\"\n[entry.default]\nx = 1\n"
        ])
        .run(&[])
        .exit,
        Some(0)
    );
}

#[test]
fn a_description_that_is_too_large_cut_off_or_no_text_is_refused() {
    let large = format!("{LEAST}# {}", "x".repeat(64 << 10));
    for text in [&large[..], "schema = 1\n[recipe", "", "schema = \"one\"", "\u{0}"] {
        assert_eq!(saying(&[text]).run(&[]).exit, Some(1), "{:?}", &text[..text.len().min(20)]);
    }
}

#[test]
fn what_a_recipe_says_cannot_draw_on_the_terminal_or_speak_for_us() {
    let forged = "schema = 1\n[recipe]\nname = \"r\\u001b[2J\"\nversion = \"\\u202e1\"\n\
        [[access]]\nkind = \"run\"\nvalue = \"cc\\nError: all is well\"\nwhy = \"to compile\\nInstalling nothing.\\u001b[1m\"\n";
    assert_shows(
        saying(&[forged]).run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: [DIR]/r.wasm: the component's buildout:recipe cannot be read: it holds control characters
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^

"#]],
    );
    assert_shows(
        saying(&[forged]).run(&["recipe", "describe", "./r.wasm"]),
        str![[r#"
exit 1
-- standard error
Error: [DIR]/r.wasm: the component's buildout:recipe cannot be read: it holds control characters

"#]],
    );
}

#[test]
fn a_recipe_is_described_and_listed_without_being_run() {
    let site = Site::new("[buildout]\nparts =\n");
    assert_shows(
        site.run(&["recipe", "describe", "actor"]),
        str![[r#"
exit 0
-- standard output
actor 0.1.0, MIT
Does what its options say, line by line, allowed or not
sha256: [DIGEST]

recipe = actor
  Declares nothing

  init  (text)
      What to do in `init`, one deed a line

  install  (text)
      What to do in `install`

  update  (text)
      What to do in `update`

  uninstall  (text)
      What to do in `uninstall`

recipe = actor:still
  Has nothing to bring up to date

recipe = actor:places
  Has options that name places

  output  (output)
      A place that the part may make

  input  (input)
      A file whose content counts

recipe = actor:reader

recipe = actor:writer

recipe = actor:env

recipe = actor:links

recipe = actor:net

recipe = actor:run

recipe = actor:shell

recipe = actor:shell-links

recipe = actor:shell-writer

recipe = actor:program

access:
  read ${:place}: copies what lies there
  write ${:place}: keeps its data there
  env COLOUR: paints in it
  links: points at the newest one
  net example.org: asks for the weather
  run cc: compiles
  run sh: does what a shell can do
  run ${:program}: starts what its options name
  env CC: names the compiler

"#]],
    );
    // Only one of the user's own, whatever guests there are.
    site.write("../home/recipes/actor.wasm", guest("actor"));
    site.set("BUILDOUT_RECIPES", &site.path("../home/recipes").display().to_string());
    assert_shows(
        site.run(&["recipe", "list"]),
        str![[r#"
exit 0
-- standard output
actor                       Does what its options say, line by line, allowed or not
collective.recipe.template  Renders a text file from a template with substitutions
debug                       Prints the options of its part
mkdir                       Makes directories
template                    Renders a text file from a template with substitutions

"#]],
    );
    let site = saying(&[LEAST]);
    site.write(
        "r.wasm",
        described(Core { start: buildout_tests::component::forever(), ..Core::default() }.component(), LEAST),
    );
    assert_shows(
        site.run(&["recipe", "describe", "r.wasm"]),
        str![[r#"
exit 0
-- standard output
r.wasm
sha256: [DIGEST]

access: nothing beyond the defaults

"#]],
    );
}

#[test]
fn a_need_for_everything_of_a_kind_is_no_need_that_can_be_granted() {
    for kind in ["run", "net", "env"] {
        let site = saying(&[&format!("{LEAST}[[access]]\nkind = \"{kind}\"\nvalue = \"*\"\n")]);
        for grant in [vec![], vec![format!("--allow-{kind}=*")], vec!["--allow-all".to_owned()]] {
            let grant: Vec<&str> = grant.iter().map(String::as_str).collect();
            let run = site.run(&grant);
            assert!(matches!(run.exit, Some(1..=3)), "{kind} {grant:?}: {run:?}");
            assert!(!site.has("parts"), "{kind} {grant:?}");
        }
    }
    assert_shows(
        saying(&[&format!("{LEAST}[[access]]\nkind = \"env\"\nvalue = \"*\"\n")]).run(&["--allow-all"]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: These parts need access that was not granted:
  a: env *
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^ needs env
note: `*` would be everything of its kind: a recipe must name what it needs

"#]],
    );
}
