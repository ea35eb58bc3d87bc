//! What is typed (`semantics.md` 17).

use buildout_tests::{Site, assert_shows};
use snapbox::str;

use crate::told;

#[test]
fn a_configuration_file_that_is_not_there() {
    let site = Site::new("[buildout]\nparts =\n");
    assert_shows(
        told(&site, &["-c", "nope.cfg"]),
        str![[r#"
exit 1
While:
  Initializing.
Error: Couldn't open [DIR]/nope.cfg
note: there is no such file
help: `-c FILE` names the configuration file; with `init` behind it, one is written there
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"cannot-open","message":"Couldn't open [DIR]/nope.cfg","doing":["Initializing."],"labels":[],"notes":["there is no such file"],"help":["`-c FILE` names the configuration file; with `init` behind it, one is written there"],"exit":1}

"#]],
    );
    assert_shows(
        told(&site, &["-c", "buildot.cfg"]),
        str![[r#"
exit 1
While:
  Initializing.
Error: Couldn't open [DIR]/buildot.cfg
note: there is no such file
help: did you mean `-c buildout.cfg`?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"cannot-open","message":"Couldn't open [DIR]/buildot.cfg","doing":["Initializing."],"labels":[],"notes":["there is no such file"],"help":["did you mean `-c buildout.cfg`?"],"exit":1}

"#]],
    );
}

#[test]
fn a_directory_as_a_configuration_file() {
    let site = Site::new("[buildout]\nparts =\n");
    site.write("sub/buildout.cfg", "");
    assert_shows(
        told(&site, &["-c", "sub"]),
        str![[r#"
exit 1
While:
  Initializing.
Error: Couldn't open [DIR]/sub
note: it is a directory
help: did you mean `-c sub/buildout.cfg`?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"cannot-open","message":"Couldn't open [DIR]/sub","doing":["Initializing."],"labels":[],"notes":["it is a directory"],"help":["did you mean `-c sub/buildout.cfg`?"],"exit":1}

"#]],
    );
}

#[test]
fn a_configuration_file_from_an_address() {
    let site = Site::new("[buildout]\nparts =\n");
    assert_shows(
        told(&site, &["-c", "https://example.org/x.cfg"]),
        str![[r#"
exit 1
While:
  Initializing.
Error: Couldn't open https://example.org/x.cfg
note: configuration files from addresses are not served yet
help: save it here, and name it with `-c FILE`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"not-served-yet","message":"Couldn't open https://example.org/x.cfg","doing":["Initializing."],"labels":[],"notes":["configuration files from addresses are not served yet"],"help":["save it here, and name it with `-c FILE`"],"exit":1}

"#]],
    );
}

#[test]
fn a_command_that_is_none() {
    let site = Site::new("[buildout]\nparts =\n");
    assert_shows(
        told(&site, &["instal"]),
        str![[r#"
exit 2
Error: invalid command: instal
help: did you mean `install`?
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-command","message":"invalid command: instal","doing":[],"labels":[],"notes":[],"help":["did you mean `install`?"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &["setup", "x"]),
        str![[r#"
exit 2
Error: invalid command: setup
help: buildout runs no setup scripts; `buildout --help` lists the commands
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-command","message":"invalid command: setup","doing":[],"labels":[],"notes":[],"help":["buildout runs no setup scripts; `buildout --help` lists the commands"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &["site"]),
        str![[r#"
exit 2
Error: invalid command: site
help: `buildout --help` lists the commands; `buildout install site` makes a part of that name
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-command","message":"invalid command: site","doing":[],"labels":[],"notes":[],"help":["`buildout --help` lists the commands; `buildout install site` makes a part of that name"],"exit":2}

"#]],
    );
}

#[test]
fn a_file_that_init_would_replace() {
    let site = Site::new("[buildout]\nparts =\n");
    assert_shows(
        told(&site, &["init"]),
        str![[r#"
exit 1
While:
  Initializing.
Error: '[DIR]/buildout.cfg' already exists.
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"init","message":"'[DIR]/buildout.cfg' already exists.","doing":["Initializing."],"labels":[],"notes":[],"help":[],"exit":1}

"#]],
    );
}

#[test]
fn an_option_that_is_none() {
    let site = Site::new("[buildout]\nparts =\n");
    assert_shows(
        told(&site, &["-x"]),
        str![[r#"
exit 2
Error: Invalid option -x
help: `buildout --help` lists what there is instead of `-x`
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-option-flag","message":"Invalid option -x","doing":[],"labels":[],"notes":[],"help":["`buildout --help` lists what there is instead of `-x`"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &["--ofline"]),
        str![[r#"
exit 2
Error: Invalid option --
help: did you mean `--offline`?
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-option-flag","message":"Invalid option --","doing":[],"labels":[],"notes":[],"help":["did you mean `--offline`?"],"exit":2}

"#]],
    );
}

#[test]
fn an_option_without_its_value() {
    let site = Site::new("[buildout]\nparts =\n");
    assert_shows(
        told(&site, &["-c"]),
        str![[r#"
exit 2
Error: No file name specified for option -c
help: write `-c FILE`
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"no-file-name","message":"No file name specified for option -c","doing":[],"labels":[],"notes":[],"help":["write `-c FILE`"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &["-t"]),
        str![[r#"
exit 2
Error: No timeout value specified for option -t
help: write whole seconds behind a blank, such as `-t 5`
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"no-timeout","message":"No timeout value specified for option -t","doing":[],"labels":[],"notes":[],"help":["write whole seconds behind a blank, such as `-t 5`"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &["-t", "x"]),
        str![[r#"
exit 2
Error: Timeout value must be numeric -t
help: write whole seconds behind a blank, such as `-t 5`
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"no-timeout","message":"Timeout value must be numeric -t","doing":[],"labels":[],"notes":[],"help":["write whole seconds behind a blank, such as `-t 5`"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &["-t5"]),
        str![[r#"
exit 2
Error: No timeout value specified for option -t5
help: write whole seconds behind a blank, such as `-t 5`
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"no-timeout","message":"No timeout value specified for option -t5","doing":[],"labels":[],"notes":[],"help":["write whole seconds behind a blank, such as `-t 5`"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &["--timeout=x"]),
        str![[r#"
exit 2
Error: Timeout value must be numeric --timeout
help: write whole seconds behind a blank, such as `-t 5`
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"no-timeout","message":"Timeout value must be numeric --timeout","doing":[],"labels":[],"notes":[],"help":["write whole seconds behind a blank, such as `-t 5`"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &["--state-dir"]),
        str![[r#"
exit 2
Error: No value specified for option --state-dir
help: write `--state-dir=DIR`
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"no-value","message":"No value specified for option --state-dir","doing":[],"labels":[],"notes":[],"help":["write `--state-dir=DIR`"],"exit":2}

"#]],
    );
}

#[test]
fn an_empty_argument() {
    let site = Site::new("[buildout]\nparts =\n");
    assert_shows(
        told(&site, &[""]),
        str![[r#"
exit 2
Error: An argument is empty
help: an unset variable of your shell may stand there
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"empty-argument","message":"An argument is empty","doing":[],"labels":[],"notes":[],"help":["an unset variable of your shell may stand there"],"exit":2}

"#]],
    );
}

#[test]
fn an_assignment_behind_the_command() {
    let site = Site::new("[buildout]\nparts =\n");
    assert_shows(
        told(&site, &["install", "a:b=1"]),
        str![[r#"
exit 2
Error: Assignment after the command: a:b=1
help: assignments come before the command: `buildout a:b=1 install`
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"late-assignment","message":"Assignment after the command: a:b=1","doing":[],"labels":[],"notes":[],"help":["assignments come before the command: `buildout a:b=1 install`"],"exit":2}

"#]],
    );
}

#[test]
fn a_query_that_is_wrong() {
    let site = Site::new("[buildout]\nparts =\n");
    assert_shows(
        told(&site, &["query"]),
        str![[r#"
exit 2
Error: The query command requires a single argument.
help: `buildout help query` shows what it takes
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"wrong-arguments","message":"The query command requires a single argument.","doing":[],"labels":[],"notes":[],"help":["`buildout help query` shows what it takes"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &["query", "a", "b"]),
        str![[r#"
exit 2
Error: The query command requires a single argument.
help: `buildout help query` shows what it takes
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"wrong-arguments","message":"The query command requires a single argument.","doing":[],"labels":[],"notes":[],"help":["`buildout help query` shows what it takes"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &["query", "a:b:c"]),
        str![[r#"
exit 2
Error: Invalid option: a:b:c
help: name one option: `SECTION:OPTION`, or `OPTION` of [buildout]
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"invalid-query","message":"Invalid option: a:b:c","doing":[],"labels":[],"notes":[],"help":["name one option: `SECTION:OPTION`, or `OPTION` of [buildout]"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &["query", "nope:x"]),
        str![[r#"
exit 1
Error: Section not found: nope
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"Section not found: nope","doing":[],"labels":[],"notes":[],"help":[],"exit":1}

"#]],
    );
    assert_shows(
        told(&site, &["query", "prats"]),
        str![[r#"
exit 1
Error: Key not found: prats
help: did you mean `buildout:parts`?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-option","message":"Key not found: prats","doing":[],"labels":[],"notes":[],"help":["did you mean `buildout:parts`?"],"exit":1}

"#]],
    );
}

#[test]
fn an_assignment_to_a_section_that_no_file_has() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = debug\n[b:windows]\nx = 1\n");
    let assigned = ["bildout:parts=", "b:x=2", "versions:c=1", "quite-another:x=1", "plan"];
    assert_shows(
        told(&site, &assigned),
        str![[r#"
exit 0
install a
  it is not installed
Warning: Assignments make sections that no file has
 --> command line:1:1
  |
1 | bildout:parts=
  | ^^^^^^^ no file has `[bildout]`; did you mean `buildout`?
  |
 ::: command line:4:1
  |
4 | quite-another:x=1
  | ------------- no file has `[quite-another]`
-- with --json: exit 0
{"version":1,"kind":"diagnostic","severity":"warning","code":"new-section","message":"Assignments make sections that no file has","doing":[],"labels":[{"file":"command line","line":1,"column":1,"end_line":1,"end_column":8,"text":"no file has `[bildout]`; did you mean `buildout`?"},{"file":"command line","line":4,"column":1,"end_line":4,"end_column":14,"text":"no file has `[quite-another]`"}],"notes":[],"help":[],"exit":0}
{"version":1,"kind":"result","result":"plan","data":{"steps":[{"part":"a","action":"install","reasons":[{"code":"new","text":"it is not installed","place":null}],"removes":[]}]}}

"#]],
    );
}

#[test]
fn access_for_a_part_that_is_not_there() {
    let site = Site::new("[buildout]\nparts = site\n[site]\nrecipe = debug\n");
    assert_shows(
        told(&site, &["--allow-read=stie:/tmp", "--allow-links=another", "plan"]),
        str![[r#"
exit 0
install site
  it is not installed
Warning: `--allow-read=stie:/tmp` gives to nobody: there is no part `stie`
help: did you mean `site`?
Warning: `--allow-links=another` gives to nobody: there is no part `another`
help: without a part, it is for all of them
-- with --json: exit 0
{"version":1,"kind":"diagnostic","severity":"warning","code":"unknown-part","message":"`--allow-read=stie:/tmp` gives to nobody: there is no part `stie`","doing":[],"labels":[],"notes":[],"help":["did you mean `site`?"],"exit":0}
{"version":1,"kind":"diagnostic","severity":"warning","code":"unknown-part","message":"`--allow-links=another` gives to nobody: there is no part `another`","doing":[],"labels":[],"notes":[],"help":["without a part, it is for all of them"],"exit":0}
{"version":1,"kind":"result","result":"plan","data":{"steps":[{"part":"site","action":"install","reasons":[{"code":"new","text":"it is not installed","place":null}],"removes":[]}]}}

"#]],
    );
    assert_shows(
        told(&site, &["--allow-env=site:X", "--deny-env=stie:X", "plan"]),
        str![[r#"
exit 2
Error: `--deny-env=stie:X` protects from nobody: there is no part `stie`
help: did you mean `site`?
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-part","message":"`--deny-env=stie:X` protects from nobody: there is no part `stie`","doing":[],"labels":[],"notes":[],"help":["did you mean `site`?"],"exit":2}

"#]],
    );
}

#[test]
fn a_section_where_an_option_is_asked_for() {
    let site = Site::new("[buildout]\nparts = web\n[web]\nrecipe = debug\n");
    assert_shows(
        told(&site, &["query", "web"]),
        str![[r#"
exit 1
Error: Key not found: web
help: `web` is a section: name one of its options, such as `web:recipe`; `buildout annotate web` shows them all
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-option","message":"Key not found: web","doing":[],"labels":[],"notes":[],"help":["`web` is a section: name one of its options, such as `web:recipe`; `buildout annotate web` shows them all"],"exit":1}

"#]],
    );
    assert_shows(
        told(&site, &["query", "--raw", "web"]),
        str![[r#"
exit 1
Error: Key not found: web
help: `web` is a section: name one of its options, such as `web:recipe`; `buildout annotate web` shows them all
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-option","message":"Key not found: web","doing":[],"labels":[],"notes":[],"help":["`web` is a section: name one of its options, such as `web:recipe`; `buildout annotate web` shows them all"],"exit":1}

"#]],
    );
    assert_shows(
        told(&site, &["why", "web"]),
        str![[r#"
exit 1
Error: Key not found: web
help: `web` is a section: name one of its options, such as `web:recipe`; `buildout annotate web` shows them all
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-option","message":"Key not found: web","doing":[],"labels":[],"notes":[],"help":["`web` is a section: name one of its options, such as `web:recipe`; `buildout annotate web` shows them all"],"exit":1}

"#]],
    );
}

#[test]
fn a_part_to_uninstall_that_is_not_there() {
    let site = Site::new("[buildout]\nparts = web\n[web]\nrecipe = debug\n");
    assert_shows(
        told(&site, &["uninstall", "wbe"]),
        str![[r#"
exit 1
Error: The part `wbe` is not installed
help: nothing is installed here
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"not-installed","message":"The part `wbe` is not installed","doing":[],"labels":[],"notes":[],"help":["nothing is installed here"],"exit":1}

"#]],
    );
    site.run(&[]);
    assert_shows(
        told(&site, &["uninstall", "wbe"]),
        str![[r#"
exit 1
Error: The part `wbe` is not installed
help: did you mean `web`?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"not-installed","message":"The part `wbe` is not installed","doing":[],"labels":[],"notes":[],"help":["did you mean `web`?"],"exit":1}

"#]],
    );
    assert_shows(
        told(&site, &["uninstall", "another"]),
        str![[r#"
exit 1
Error: The part `another` is not installed
help: nothing was changed; `buildout doctor` lists the installed parts
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"not-installed","message":"The part `another` is not installed","doing":[],"labels":[],"notes":[],"help":["nothing was changed; `buildout doctor` lists the installed parts"],"exit":1}

"#]],
    );
}

#[test]
fn words_of_other_commands_and_other_programs() {
    let site = Site::new("[buildout]\nparts =\n");
    assert_shows(
        told(&site, &["graph", "--dot"]),
        str![[r#"
exit 2
Error: Invalid option --
help: write `buildout graph --format=dot`
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-option-flag","message":"Invalid option --","doing":[],"labels":[],"notes":[],"help":["write `buildout graph --format=dot`"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &["completions", "tcsh"]),
        str![[r#"
exit 2
Error: Unexpected argument: tcsh
help: the shells are bash, elvish, fish, powershell, zsh
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-shell","message":"Unexpected argument: tcsh","doing":[],"labels":[],"notes":[],"help":["the shells are bash, elvish, fish, powershell, zsh"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &["completions", "basch"]),
        str![[r#"
exit 2
Error: Unexpected argument: basch
help: did you mean `bash`?
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-shell","message":"Unexpected argument: basch","doing":[],"labels":[],"notes":[],"help":["did you mean `bash`?"],"exit":2}

"#]],
    );
}
