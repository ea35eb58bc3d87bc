//! How a recipe is found, and what is no recipe.

use buildout_tests::component::{Core, core_module, needy};
use buildout_tests::{Site, assert_shows, guest};
use snapbox::str;

/// What is said about a file that is named as a recipe.
fn named(file: &str, content: impl AsRef<[u8]>) -> Site {
    let site = Site::new(&format!("[buildout]\nparts = a\n[a]\nrecipe = ./{file}\n"));
    site.write(file, content);
    site
}

#[test]
fn a_recipe_is_found_in_a_directory_of_the_users_and_says_its_entry() {
    let site = Site::actor("init = entry\n[b]\nrecipe = actor:still\ninit = entry");
    assert_shows(
        site.run(&["plan", "a", "b"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
install b
  it is not installed
-- standard error
a: default
b: still

"#]],
    );
}

#[test]
fn the_first_directory_that_has_a_recipe_wins() {
    let site = Site::actor("init = say the second one");
    site.write("../home/recipes/actor.wasm", Core::default().component());
    let both = format!("{}:{}", site.path("../home/recipes").display(), site.path("../../..").display());
    site.set("BUILDOUT_RECIPES", &both);
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed

"#]],
    );
}

#[test]
fn a_file_is_relative_to_the_file_that_names_it() {
    let site = Site::new("[buildout]\nextends = profiles/base.cfg\nparts = a\n");
    site.write("profiles/base.cfg", "[a]\nrecipe = ./recipes/r.wasm:still\ninit = entry\n");
    site.write("profiles/recipes/r.wasm", guest("actor"));
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: still

"#]],
    );
}

#[test]
fn an_alias_stands_for_a_file_relative_to_the_file_that_says_so() {
    let site = Site::new(
        "[buildout]\nextends = profiles/base.cfg\nparts = a\n[a]\nrecipe = mine:still\ninit = entry\n",
    );
    site.write("profiles/base.cfg", "[recipes]\nmine = ./r.wasm\n");
    site.write("profiles/r.wasm", guest("actor"));
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: still

"#]],
    );
}

#[test]
fn an_absolute_path_names_a_file_as_well() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = ${buildout:directory}/r.wasm\ninit = entry\n");
    site.write("r.wasm", guest("actor"));
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: default

"#]],
    );
}

#[test]
fn an_unknown_name_is_an_error_at_its_place_with_the_nearest_that_is_known() {
    assert_shows(
        Site::new("[buildout]\nparts = a\n[a]\nrecipe = mkdri\n").run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
Error: There is nothing here that serves the recipe `mkdri` of [a]
 --> buildout.cfg:4:10
  |
4 | recipe = mkdri
  |          ^^^^^
help: did you mean `mkdir`?
help: `buildout recipe list` shows what there is; `./NAME.wasm` names a file of your own

"#]],
    );
    assert_shows(
        Site::new("[buildout]\nparts = a\n[a]\nrecipe = atcor\n").run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
Error: There is nothing here that serves the recipe `atcor` of [a]
 --> buildout.cfg:4:10
  |
4 | recipe = atcor
  |          ^^^^^
help: did you mean `actor`?
help: `buildout recipe list` shows what there is; `./NAME.wasm` names a file of your own

"#]],
    );
}

#[test]
fn an_entry_that_the_recipe_does_not_have_is_an_error_with_those_that_it_has() {
    assert_shows(
        Site::new("[buildout]\nparts = a\n[a]\nrecipe = actor:stil\n").run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
  Loading zc.buildout recipe entry actor:stil.
Error: The recipe `actor` has no entry `stil`
 --> buildout.cfg:4:10
  |
4 | recipe = actor:stil
  |          ^^^^^^^^^^
help: it has: default, still, places, reader, writer, env, links, net, run, shell, shell-links, shell-writer, program

"#]],
    );
}

#[test]
fn compiled_code_is_no_recipe_whatever_it_is_called() {
    let site = named("r.cwasm", guest("actor"));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: [DIR]/r.cwasm is compiled code; a recipe is a portable component (`.wasm`)
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.cwasm
  |          ^^^^^^^^^

"#]],
    );
    // Real compiled code, with the name of a component.
    let site = Site::actor("").with_own_cache();
    assert_eq!(site.run(&["plan"]).exit, Some(0));
    let code = compiled(&site);
    assert_shows(
        named("r.wasm", &code[32..]).run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: [DIR]/r.wasm is compiled code; a recipe is a portable component (`.wasm`)
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^

"#]],
    );
    assert_eq!(named("r.wasm", &code).run(&[]).exit, Some(1));
}

/// The one entry of a site's own code cache.
fn compiled(site: &Site) -> Vec<u8> {
    let version = std::fs::read_dir(site.code_cache())
        .expect("it is there")
        .next()
        .expect("one engine")
        .expect("it can be read");
    let entry = std::fs::read_dir(version.path())
        .expect("it is there")
        .next()
        .expect("one recipe")
        .expect("it can be read");
    std::fs::read(entry.path()).expect("it can be read")
}

#[test]
fn a_core_module_is_no_recipe() {
    assert_shows(
        named("r.wasm", core_module()).run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: [DIR]/r.wasm: this is not a component: it does not begin as one
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^

"#]],
    );
}

#[test]
fn a_text_file_and_an_empty_one_are_no_recipes() {
    assert_shows(
        named("r.wasm", "print('hello')\n").run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: [DIR]/r.wasm: this is not a component: it does not begin as one
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^

"#]],
    );
    assert_shows(
        named("r.wasm", "").run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: [DIR]/r.wasm: this is not a component: it does not begin as one
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^

"#]],
    );
}

#[test]
fn a_component_that_is_cut_off_anywhere_is_no_recipe() {
    let whole = Core::default().component();
    let site = named("r.wasm", &whole);
    assert_eq!(site.run(&["plan"]).exit, Some(0), "the whole one is one");
    for length in [1, 7, 8, 9, 40, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
        let run = site.write("r.wasm", &whole[..length]).run(&["plan"]);
        assert_eq!(run.exit, Some(1), "{length} of {} bytes: {run:?}", whole.len());
    }
    let actor = guest("actor");
    assert_shows(
        named("r.wasm", &actor[..actor.len() / 2]).run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: [DIR]/r.wasm: this is not a component: unexpected end-of-file
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^

"#]],
    );
}

#[test]
fn a_file_that_is_not_there_and_a_directory_are_no_recipes() {
    assert_shows(
        Site::new("[buildout]\nparts = a\n[a]\nrecipe = ./none.wasm\n").run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: Couldn't open [DIR]/none.wasm: No such file or directory (os error 2)
 --> buildout.cfg:4:10
  |
4 | recipe = ./none.wasm
  |          ^^^^^^^^^^^
help: a path is relative to the file that names it; `buildout recipe list` shows the recipes that need none

"#]],
    );
    assert_shows(
        named("r.wasm/x", "")
            .write("buildout.cfg", "[buildout]\nparts = a\n[a]\nrecipe = ./r.wasm\n")
            .run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: Couldn't open [DIR]/r.wasm: not a file
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^
help: a path is relative to the file that names it; `buildout recipe list` shows the recipes that need none

"#]],
    );
}

#[test]
fn a_pipe_is_no_recipe_and_nobody_waits_for_it() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = ./r.wasm\n");
    let made =
        std::process::Command::new("mkfifo").arg(site.path("r.wasm")).status().expect("coreutils are there");
    assert!(made.success());
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: Couldn't open [DIR]/r.wasm: not a file
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^
help: a path is relative to the file that names it; `buildout recipe list` shows the recipes that need none

"#]],
    );
}

#[test]
fn a_file_larger_than_a_component_may_be_is_refused() {
    let site = named("r.wasm", "");
    let file = std::fs::File::create(site.path("r.wasm")).expect("it can be made");
    file.set_len(65 << 20).expect("it takes no room");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: [DIR]/r.wasm is larger than 64 MiB
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^
help: `--recipe-limit=component=SIZE` raises the limit

"#]],
    );
}

#[test]
fn a_component_that_is_no_recipe_is_told_what_it_lacks() {
    let component = b"\0asm\x0d\0\x01\0";
    assert_shows(
        named("r.wasm", component).run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe ./r.wasm (sha256 [DIGEST]…) cannot be used: it does not export `buildout:recipe/part@0.1.0`: no exported instance named `buildout:recipe/part@0.1.0`
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^ this recipe

"#]],
    );
}

#[test]
fn a_component_that_needs_what_nobody_offers_is_refused_by_the_name_of_it() {
    assert_shows(
        named("r.wasm", needy("wasi:http/outgoing-handler@0.2.0")).run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe ./r.wasm (sha256 [DIGEST]…) cannot be used: it needs `wasi:http/outgoing-handler@0.2.0`, which buildout 0.1.0 does not offer
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^ this recipe

"#]],
    );
    assert_shows(
        named("r.wasm", needy("wild:thing/door@1.0.0")).run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe ./r.wasm (sha256 [DIGEST]…) cannot be used: it needs `wild:thing/door@1.0.0`, which buildout 0.1.0 does not offer
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^ this recipe

"#]],
    );
}

#[test]
fn a_component_for_another_border_is_told_which_one_is_spoken_here() {
    assert_shows(
        named("r.wasm", Core::default().recipe("buildout:recipe", "0.7.0")).run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe ./r.wasm (sha256 [DIGEST]…) cannot be used: it was made for `buildout:recipe/types@0.7.0`; this is buildout 0.1.0, which offers 0.1.0
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^ this recipe

"#]],
    );
}

#[test]
fn an_address_is_not_served_yet() {
    assert_shows(
        Site::new("[buildout]\nparts = a\n[a]\nrecipe = https://example.org/r.wasm\n").run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
Error: There is nothing here that serves the recipe `https://example.org/r.wasm` of [a] (recipes from `https:` addresses are not served yet)
 --> buildout.cfg:4:10
  |
4 | recipe = https://example.org/r.wasm
  |          ^^^^^^^^^^^^^^^^^^^^^^^^^^
help: `buildout recipe list` shows what there is; `./NAME.wasm` names a file of your own

"#]],
    );
}

#[test]
fn a_recipe_outside_the_project_is_opened_only_if_that_was_allowed() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = ../elsewhere/r.wasm\ninit = entry\n");
    site.write("../elsewhere/r.wasm", guest("actor"));
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe [ROOT]/elsewhere/r.wasm lies outside the project
 --> buildout.cfg:4:10
  |
4 | recipe = ../elsewhere/r.wasm
  |          ^^^^^^^^^^^^^^^^^^^
help: `--allow-read=[ROOT]/elsewhere` lets this run read there

"#]],
    );
    assert_eq!(site.run(&["plan", "--allow-read=../elsewhere"]).exit, Some(0));
    assert_eq!(site.run(&["a:recipe=../elsewhere/r.wasm", "plan"]).exit, Some(0), "it was typed");
    // Whether it is there is not told.
    site.write("buildout.cfg", "[buildout]\nparts = a\n[recipes]\nr = /root/secret.wasm\n[a]\nrecipe = r\n");
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe /root/secret.wasm lies outside the project
 --> buildout.cfg:6:10
  |
6 | recipe = r
  |          ^
help: `--allow-read=/root` lets this run read there

"#]],
    );
    site.link("../elsewhere/r.wasm", "r.wasm");
    site.write("buildout.cfg", "[buildout]\nparts = a\n[a]\nrecipe = ./r.wasm\n");
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The recipe [ROOT]/elsewhere/r.wasm lies outside the project
 --> buildout.cfg:4:10
  |
4 | recipe = ./r.wasm
  |          ^^^^^^^^
help: `--allow-read=[ROOT]/elsewhere` lets this run read there

"#]],
    );
}
