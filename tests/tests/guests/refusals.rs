//! What nobody gives: what the user refuses, and names of secrets.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

use crate::grants::declaring;

#[test]
fn a_directory_that_is_moved_takes_nothing_along_to_where_it_may_not_be() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor:places\noutput = etc/app.conf\ninstall = mkdir parts/one\n\
         \x20   write parts/one/f x\n    try rename parts/one etc\n    rename parts/one parts/two\n\
         \x20   return parts/two\n",
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
a: rename parts/one etc: io: Operation not permitted
Section `a` contains unused option(s): 'output'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  output: buildout.cfg:5:1

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
two/
two/f 644 "x"

"#]],
    );
    assert!(!site.has("etc"));
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
 --> buildout.cfg:4:10
  |
4 | recipe = actor:env
  |          ^^^^^^^^^ needs env
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

#[test]
fn what_lies_where_nothing_may_be_written_is_not_removed_either() {
    let site = Site::actor(
        "install = mkdir parts/a\n    write parts/a/f x\n    write bin/a x\n    return parts/a\n    return bin/a",
    );
    assert_eq!(site.run(&[]).exit, Some(0));
    let before = site.tree("parts");
    assert_shows(
        site.run(&["--deny-write=parts", "plan", "--uninstall"]),
        str![[r#"
exit 0
-- standard output
uninstall a
  `uninstall` was asked for
  removes bin/a

"#]],
    );
    assert_shows(
        site.run(&["--deny-write=parts", "uninstall"]),
        str![[r#"
exit 3
-- standard error
Uninstalling a.
  because `uninstall` was asked for
While:
  Uninstalling a.
Error: [DIR]/parts/a of the part `a` cannot be removed: it lies where you let nothing be written
help: the part stays as it is; it goes in a run without `--deny-write`, or with another policy

"#]],
    );
    assert_eq!(site.tree("parts"), before);
    assert_shows(
        site.run(&["--deny-write=a:parts", "a:more=1"]),
        str![[r#"
exit 3
-- standard error
Uninstalling a.
  because option `more` is new: '1' (command line:1:8)
Error: Cannot move [DIR]/parts/a aside: it lies where you let nothing be written
note: the part stays as it is

"#]],
    );
    assert_eq!(site.tree("parts"), before);
    assert_eq!(site.run(&["uninstall"]).exit, Some(0));
    assert_eq!(site.tree("parts"), "");
}
