//! Declared access, with and without a grant.

use buildout_tests::{Run, Site, assert_shows};
use snapbox::str;

/// A buildout with the one part `a` of an entry that declares something.
fn declaring(entry: &str, options: &str) -> Site {
    let site = Site::new(&format!("[buildout]\nparts = a\n[a]\nrecipe = actor:{entry}\n{options}\n"));
    site.write("../granted/file", "granted").write("../granted/deep/file", "deep");
    let place = site.path("../granted").display().to_string();
    site.write("buildout.cfg", site.read("buildout.cfg").replace("[PLACE]", &place));
    site
}

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
note: this version cannot grant: net, run
help: to allow it in this run: `buildout --allow-env=paints:COLOUR --allow-links=links --allow-read=reads:[ROOT]/granted/in --allow-write=writes:[ROOT]/granted/out`

"#]],
    );
    assert!(!site.has("parts"), "nothing was begun");
}

#[test]
fn programs_and_the_network_cannot_be_granted_yet() {
    assert_shows(
        declaring("run", "").run(&["--allow-links"]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: These parts need access that was not granted:
  a: run cc  (actor says: compiles)
note: this version cannot grant: run

"#]],
    );
    assert_shows(
        declaring("net", "").run(&["--allow-links"]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: These parts need access that was not granted:
  a: net example.org  (actor says: asks for the weather)
note: this version cannot grant: net

"#]],
    );
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
help: to allow it in this run: `buildout --allow-write='a:[ROOT]/granted/$(touch owned); it'\''s'`

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
help: to allow it in this run: `buildout --allow-write='a:[ROOT]/granted/x
      help: to allow it in this run: `buildout --allow-write='`

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
help: to allow it in this run: `buildout --allow-write=a:/nowhere/at/all`

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
fn what_is_refused_is_not_given_by_any_grant() {
    let site = declaring("env", "install = environment");
    assert_shows(
        site.run(&["--allow-env=COLOUR", "--deny-env=COLOUR"]),
        str![[r#"
exit 3
-- standard error
While:
  Installing.
Error: These parts need access that was not granted:
  a: env COLOUR  (actor says: paints in it)
note: some of it was refused by a `--deny-` flag, which wins

"#]],
    );
    let site = declaring(
        "writer",
        "place = [PLACE]\ninstall = try write [PLACE]/deep/new x\n    write [PLACE]/new x",
    );
    assert_shows(
        site.run(&["--allow-write=[ROOT]/granted", "--deny-write=[ROOT]/granted/deep"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: write [ROOT]/granted/deep/new x: io: Operation not permitted
Section `a` contains unused option(s): 'place'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  place: buildout.cfg:5:1

"#]],
    );
    assert_eq!(site.read("../granted/new"), "x");
}

#[test]
fn what_the_user_refuses_to_have_read_is_not_there_for_a_recipe() {
    let site = Site::actor(
        "init = try read hidden/file\ninstall = try read hidden/file\n    try list hidden\n    list .\n    try write hidden/new x\n    read seen/file",
    );
    site.write("hidden/file", "hidden").write("seen/file", "seen");
    assert_shows(
        site.run(&["--deny-read=hidden"]),
        str![[r#"
exit 0
-- standard error
a: read hidden/file: io: No such file or directory
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: read hidden/file: io: No such file or directory
a: list hidden: io: No such file or directory
a: .buildout bin buildout.cfg develop-eggs eggs parts seen
a: write hidden/new x: io: Operation not permitted
a: seen

"#]],
    );
}

#[test]
fn files_with_names_of_secrets_are_not_there_for_a_recipe() {
    let site = Site::actor(
        "install = try read .env\n    try read sub/../tls/server.key\n    try read link\n    try read .git/config\n    try mode .env\n    try read-link tls/link.key\n    list tls\n    read .env.example\n    write parts/own.key mine\n    read parts/own.key",
    );
    site.write(".env", "TOKEN=1")
        .write(".env.example", "TOKEN=")
        .write("tls/server.key", "k")
        .write("tls/server.crt", "c");
    site.write(".git/config", "url = https://user:password@example.org").write("sub/x", "");
    site.link("tls/server.key", "link").link("x", "tls/link.key");
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
a: read .env: io: No such file or directory
a: read sub/../tls/server.key: io: No such file or directory
a: read link: io: No such file or directory
a: read .git/config: io: No such file or directory
a: mode .env: io: [DIR]/.env: entity not found
a: read-link tls/link.key: io: [DIR]/tls/link.key: entity not found
a: server.crt
a: TOKEN=
a: mine

"#]],
    );
}

#[test]
fn what_an_option_names_below_a_grant_is_judged_by_its_name_all_the_same() {
    for place in [".ssh", ".vscode"] {
        let script = format!(
            "place = [PLACE]/{place}\ninstall = try write [PLACE]/{place}/new x\n    try read [PLACE]/{place}/file"
        );
        let site = declaring("writer", &script);
        site.write(&format!("../granted/{place}/file"), "theirs");
        let run = site.run(&["-q", "--allow-write=[ROOT]/granted"]);
        assert_eq!(run.exit, Some(0), "{}", run.stderr);
        assert!(!site.has(&format!("../granted/{place}/new")), "{}", run.stderr);
        // The user's own word counts.
        let run =
            site.run(&["-q", &format!("--allow-write=[ROOT]/granted/{place}"), "install", "--force", "a"]);
        assert_eq!(run.exit, Some(0), "{}", run.stderr);
        assert!(site.has(&format!("../granted/{place}/new")), "{}", run.stderr);
    }
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

#[test]
fn what_is_refused_is_not_moved_with_what_holds_it() {
    let site = Site::actor(
        "install = mkdir parts/x\n    mkdir parts/x/c\n    write parts/x/c/f mine\n    return parts/x\nupdate = try rename parts/x parts/y\n    try read parts/y/c/f",
    );
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    assert_shows(
        site.run(&["--deny-read=parts/x/c"]),
        str![[r#"
exit 0
-- standard error
Updating a.
a: rename parts/x parts/y: io: Operation not permitted
a: read parts/y/c/f: io: No such file or directory

"#]],
    );
    assert_eq!(site.read("parts/x/c/f"), "mine");
}

#[test]
fn a_refusal_of_nothing_is_an_error_and_a_grant_takes_no_command_for_a_directory() {
    let site = Site::actor("install = write parts/f x");
    assert_shows(
        site.run(&["--deny-read=secrest"]),
        str![[r#"
exit 2
-- standard error
Error: There is nothing to refuse at [DIR]/secrest

"#]],
    );
    assert_shows(
        site.run(&["--allow-write", "plan"]),
        str![[r#"
exit 2
-- standard error
Error: Invalid value for option --allow-write: plan
help: `plan` is a command; `--allow-write=plan` names a directory

"#]],
    );
    assert!(!site.has("parts/f"));
}
