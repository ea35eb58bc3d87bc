//! `annotate`, `query` and `why`: what is shown, as text and as data, and that nothing is written.

use buildout_tests::{Run, Site, assert_shows};
use snapbox::str;

/// A buildout with every way in which a value comes about.
fn site() -> Site {
    let site = Site::new(
        "[buildout]
extends = base.cfg
parts = server

[server]
<= common
path = ${:base}/x.conf
list += two
list -= mine
colour = ${env:COLOUR}
size = ${sizes:none|small}
exec = ${buildout:bin-directory}/${:_buildout_section_name_}

[made]
recipe = actor
init = set path /made/here
path = written

[reader]
line = ${made:path}!
",
    );
    site.write(
        "base.cfg",
        "[common]\nbase = ${buildout:directory}/etc\npath = nowhere\nlist = one\n[sizes]\nbig = ${:big}\n",
    );
    site.write(
        "../home/.buildout/default.cfg",
        "[buildout]\nbin-directory = programs\n[server]\nlist = mine\n",
    );
    site
}

/// Runs a command that only looks; afterwards all is as before.
fn looks(site: &Site, arguments: &[&str]) -> Run {
    let before = site.tree("");
    let run = site.run(arguments);
    assert_eq!(site.tree(""), before, "a command that only looks has written");
    run
}

#[test]
fn why_shows_macros_operators_layers_and_what_each_reference_stands_for() {
    let site = site();
    assert_shows(
        looks(&site, &["why", "server:path"]),
        str![[r#"
exit 0
-- standard output
server:path = [DIR]/etc/x.conf
  set: ${:base}/x.conf (buildout.cfg:7:1)
  `${:base}` (buildout.cfg:7:8) means server:base = [DIR]/etc

server:base = [DIR]/etc
  [server] takes it from [common] (buildout.cfg:6:4)
  set: ${buildout:directory}/etc (base.cfg:2:1)
  `${buildout:directory}` (base.cfg:2:8) means buildout:directory = [DIR]

buildout:directory = [DIR]
  where the configuration file lies: [DIR]

"#]],
    );
    assert_shows(
        looks(&site, &["server:list+=four", "why", "server:list"]),
        str![[r#"
exit 0
-- standard output
server:list =
  | two
  | four
  set by your own defaults: mine ([ROOT]/home/.buildout/default.cfg:4:1)
  added: two (buildout.cfg:8:1)
  taken away: mine (buildout.cfg:9:1)
  added on the command line: four (command line:1:8)

"#]],
    );
    assert_shows(
        looks(&site, &["why", "server:exec"]),
        str![[r#"
exit 0
-- standard output
server:exec = [DIR]/programs/server
  set: ${buildout:bin-directory}/${:_buildout_section_name_} (buildout.cfg:12:1)
  `${buildout:bin-directory}` (buildout.cfg:12:8) means buildout:bin-directory = [DIR]/programs
  `${:_buildout_section_name_}` (buildout.cfg:12:34) means server:_buildout_section_name_ = server

buildout:bin-directory = [DIR]/programs
  predefined: bin
  set again by your own defaults: programs ([ROOT]/home/.buildout/default.cfg:2:1)
  made absolute: [DIR]/programs

server:_buildout_section_name_ = server
  the name of the section, which every section has

"#]],
    );
    assert_shows(
        looks(&site, &["--allow-env=COLOUR", "why", "server:colour"]),
        str![[r#"
exit 0
-- standard output
server:colour = green
  set: ${env:COLOUR} (buildout.cfg:10:1)
  `${env:COLOUR}` (buildout.cfg:10:10) means the environment variable COLOUR = green

"#]],
    );
    assert_shows(
        looks(&site, &["why", "server:size"]),
        str![[r#"
exit 0
-- standard output
server:size = small
  set: ${sizes:none|small} (buildout.cfg:11:1)
  `${sizes:none|small}` (buildout.cfg:11:8) names nothing that is there, so its default counts: small

"#]],
    );
    assert_shows(
        looks(&site, &["why", "eggs-directory"]),
        str![[r#"
exit 0
-- standard output
buildout:eggs-directory = [DIR]/eggs/v5
  predefined: eggs
  made absolute: [DIR]/eggs
  completed, as it names a place: [DIR]/eggs/v5

"#]],
    );
}

#[test]
fn why_names_the_recipe_that_set_a_value() {
    assert_shows(
        looks(&site(), &["why", "reader:line"]),
        str![[r#"
exit 0
-- standard output
reader:line = /made/here!
  set: ${made:path}! (buildout.cfg:20:1)
  `${made:path}` (buildout.cfg:20:8) means made:path = /made/here

made:path = /made/here
  set: written (buildout.cfg:17:1)
  the recipe `actor` of [made] sets it

"#]],
    );
}

#[test]
fn why_for_programs_has_every_step_with_its_place() {
    assert_shows(
        looks(&site(), &["--json", "why", "server:path"]),
        str![[r#"
exit 0
-- standard output
{"version":1,"kind":"result","result":"why","data":{"options":[{"section":"server","option":"path","value":"[DIR]/etc/x.conf","macros":[],"changes":[{"change":"SET","value":"${:base}/x.conf","layer":"project","place":{"file":"[DIR]/buildout.cfg","line":7,"column":1}}],"references":[{"text":"${:base}","place":{"file":"[DIR]/buildout.cfg","line":7,"column":8},"is":"option","name":"server:base","value":"[DIR]/etc"}],"directory":false,"recipe":null},{"section":"server","option":"base","value":"[DIR]/etc","macros":[{"section":"server","from":"common","place":{"file":"[DIR]/buildout.cfg","line":6,"column":4}}],"changes":[{"change":"SET","value":"${buildout:directory}/etc","layer":"project","place":{"file":"[DIR]/base.cfg","line":2,"column":1}}],"references":[{"text":"${buildout:directory}","place":{"file":"[DIR]/base.cfg","line":2,"column":8},"is":"option","name":"buildout:directory","value":"[DIR]"}],"directory":false,"recipe":null},{"section":"buildout","option":"directory","value":"[DIR]","macros":[],"changes":[{"change":"SET","value":"[DIR]","layer":"default","place":null}],"references":[],"directory":false,"recipe":null}]}}

"#]],
    );
}

#[test]
fn why_shows_the_error_of_a_value_that_cannot_be_had() {
    let site = site();
    assert_shows(
        looks(&site, &["why", "sizes:big"]),
        str![[r#"
exit 1
-- standard error
While:
  Getting section sizes.
  Getting option sizes:big.
  Getting option sizes:big.
Error: Circular reference in substitutions.

 --> base.cfg:6:7
  |
6 | big = ${:big}
  |       ^^^^^^^ in `sizes:big`
note: the circle: sizes:big → sizes:big

"#]],
    );
    assert_shows(
        looks(&site, &["why", "server:colour"]),
        str![[r#"
exit 3
-- standard error
While:
  Getting section server.
  Getting option server:colour.
Error: This configuration reads environment variables that were not granted:
  COLOUR
  --> buildout.cfg:10:10
   |
10 | colour = ${env:COLOUR}
   |          ^^^^^^^^^^^^^ reads `COLOUR`
help: to allow it in this run: `buildout --allow-env=COLOUR`
help: to allow it from now on: `buildout approve`, or these lines in your policy file:
      [[allow]]
      directory = "[DIR]"
      recipe = "file sha256:[DIGEST]"
      env = ["COLOUR"]

"#]],
    );
    assert_shows(
        looks(&site, &["why", "server:paht"]),
        str![[r#"
exit 1
-- standard error
Error: Key not found: paht
help: did you mean `server:path`?

"#]],
    );
    assert_shows(
        looks(&site, &["why", "sever:path"]),
        str![[r#"
exit 1
-- standard error
Error: Section not found: sever
help: did you mean `server`?

"#]],
    );
    assert_shows(
        looks(&site, &["--json", "why", "server:paht"]),
        str![[r#"
exit 1
-- standard output
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-option","message":"Key not found: paht","doing":[],"labels":[],"notes":[],"help":["did you mean `server:path`?"],"exit":1}

"#]],
    );
    assert_shows(
        looks(&site, &["why"]),
        str![[r#"
exit 2
-- standard error
Error: The why command requires a single argument.
help: `buildout help why` shows what it takes

"#]],
    );
    assert_shows(
        looks(&site, &["why", "a:b:c"]),
        str![[r#"
exit 2
-- standard error
Error: Invalid option: a:b:c
help: name one option: `SECTION:OPTION`, or `OPTION` of [buildout]

"#]],
    );
}

#[test]
fn query_shows_what_a_recipe_would_read_and_with_raw_what_was_written() {
    let site = site();
    assert_shows(
        looks(&site, &["query", "server:path"]),
        str![[r#"
exit 0
-- standard output
[DIR]/etc/x.conf

"#]],
    );
    assert_shows(
        looks(&site, &["query", "--raw", "server:path"]),
        str![[r#"
exit 0
-- standard output
${:base}/x.conf

"#]],
    );
    assert_shows(
        looks(&site, &["query", "reader:line"]),
        str![[r#"
exit 0
-- standard output
/made/here!

"#]],
    );
    assert_shows(
        looks(&site, &["--raw", "query", "reader:line"]),
        str![[r#"
exit 0
-- standard output
${made:path}!

"#]],
    );
    assert_shows(
        looks(&site, &["-v", "query", "server:base"]),
        str![[r#"
exit 0
-- standard output
${server:base}
[DIR]/etc

"#]],
    );
    assert_shows(
        looks(&site, &["--json", "query", "server:list"]),
        str![[r#"
exit 0
-- standard output
{"version":1,"kind":"result","result":"query","data":"two"}

"#]],
    );
    assert_shows(
        looks(&site, &["--json", "query", "--raw", "server:path"]),
        str![[r#"
exit 0
-- standard output
{"version":1,"kind":"result","result":"query","data":"${:base}/x.conf"}

"#]],
    );
    assert_shows(
        looks(&site, &["--raw", "annotate"]),
        str![[r#"
exit 2
-- standard error
Error: Invalid option --
help: `annotate` does not take `--raw`, which is for `query`

"#]],
    );
}

#[test]
fn query_shows_what_was_written_where_a_recipe_cannot_be_asked() {
    let site =
        Site::new("[buildout]\nparts = egg\n[egg]\nrecipe = zc.recipe.egg\nname = ${v:x}\n[v]\nx = 1\n");
    assert_shows(
        looks(&site, &["query", "egg:name"]),
        str![[r#"
exit 0
-- standard output
1
-- standard error
Notice: What a recipe would change is not shown, as it cannot be asked: There is no recipe named `zc.recipe.egg`
 --> buildout.cfg:4:10
  |
4 | recipe = zc.recipe.egg
  |          ^^^^^^^^^^^^^

"#]],
    );
    assert_shows(
        looks(&site, &["query", "egg:nmae"]),
        str![[r#"
exit 1
-- standard error
Notice: What a recipe would change is not shown, as it cannot be asked: There is no recipe named `zc.recipe.egg`
 --> buildout.cfg:4:10
  |
4 | recipe = zc.recipe.egg
  |          ^^^^^^^^^^^^^
Error: Key not found: nmae
help: did you mean `egg:name`?

"#]],
    );
    assert_shows(
        looks(&site, &["query", "v:x"]),
        str![[r#"
exit 0
-- standard output
1

"#]],
    );
}

#[test]
fn query_fails_on_nothing_that_it_does_not_show() {
    let site = Site::new("[buildout]\nnewest = maybe\nparts = ${a:b}\nx = ${:y}\ny = 1\n");
    assert_shows(
        looks(&site, &["query", "x"]),
        str![[r#"
exit 0
-- standard output
1

"#]],
    );
    assert_shows(
        looks(&site, &["query", "parts"]),
        str![[r#"
exit 1
-- standard error
While:
  Getting section buildout.
  Getting option buildout:parts.
  Getting section a.
Error: The referenced section, 'a', was not defined.
 --> buildout.cfg:3:9
  |
3 | parts = ${a:b}
  |         ^^^^^^ there is no `[a]`

"#]],
    );
}

#[test]
fn annotate_shows_the_sections_that_are_named_with_the_origin_of_each_value() {
    let site = site();
    assert_shows(
        looks(&site, &["server:list+=four", "annotate", "server", "common"]),
        str![[r#"
exit 0
-- standard output

Annotated sections
==================

[common]
base= ${buildout:directory}/etc
    base.cfg:2
list= one
    base.cfg:4
path= nowhere
    base.cfg:3

[server]
<= common
    buildout.cfg:6
colour= ${env:COLOUR}
    buildout.cfg:10
exec= ${buildout:bin-directory}/${:_buildout_section_name_}
    buildout.cfg:12
list= two
four
    [ROOT]/home/.buildout/default.cfg:4
+=  buildout.cfg:8
-=  buildout.cfg:9
+=  COMMAND_LINE_VALUE
path= ${:base}/x.conf
    buildout.cfg:7
size= ${sizes:none|small}
    buildout.cfg:11

"#]],
    );
    assert_shows(
        looks(&site, &["-v", "annotate", "sizes"]),
        str![[r#"
exit 0
-- standard output

Annotated sections
==================

[sizes]
big= ${:big}

   IN base.cfg:6
   SET VALUE = ${:big}


"#]],
    );
    assert_shows(
        looks(&site, &["--json", "annotate", "sizes"]),
        str![[r#"
exit 0
-- standard output
{"version":1,"kind":"result","result":"annotate","data":{"sections":[{"section":"sizes","options":[{"option":"big","value":"${:big}","history":[{"change":"SET","value":"${:big}","source":"[DIR]/base.cfg","line":6}]}]}]}}

"#]],
    );
    assert_shows(
        looks(&site, &["annotate", "sizse"]),
        str![[r#"
exit 0
-- standard output

Annotated sections
==================
-- standard error
Warning: There is no section [sizse] to annotate
help: did you mean `sizes`?

"#]],
    );
}
