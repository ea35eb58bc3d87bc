//! Parts and recipes (`semantics.md` 8).

use buildout_tests::{Site, assert_shows};
use snapbox::str;

use crate::{told, told_of};

#[test]
fn a_part_that_is_not_there() {
    assert_shows(
        told_of("[buildout]\nparts = site sevrer\n[site]\nrecipe = debug\n[server]\nrecipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section sevrer.
Error: The referenced section, 'sevrer', was not defined.
 --> buildout.cfg:2:14
  |
2 | parts = site sevrer
  |              ^^^^^^ there is no `[sevrer]`
help: did you mean `server`?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"The referenced section, 'sevrer', was not defined.","doing":["Installing.","Getting section sevrer."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":14,"end_line":2,"end_column":20,"text":"there is no `[sevrer]`"}],"notes":[],"help":["did you mean `server`?"],"exit":1}

"#]],
    );
}

#[test]
fn parts_with_commas() {
    assert_shows(
        told_of("[buildout]\nparts = one, two\n[one]\nrecipe = debug\n[two]\nrecipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section one,.
Error: The referenced section, 'one,', was not defined.
 --> buildout.cfg:2:9
  |
2 | parts = one, two
  |         ^^^^ there is no `[one,]`
help: names stand apart by blanks alone: take the commas out
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"The referenced section, 'one,', was not defined.","doing":["Installing.","Getting section one,."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":9,"end_line":2,"end_column":13,"text":"there is no `[one,]`"}],"notes":[],"help":["names stand apart by blanks alone: take the commas out"],"exit":1}

"#]],
    );
}

#[test]
fn a_comment_behind_the_parts() {
    assert_shows(
        told_of("[buildout]\nparts = one ; two\n[one]\nrecipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section ;.
Error: The referenced section, ';', was not defined.
 --> buildout.cfg:2:13
  |
2 | parts = one ; two
  |             ^ there is no `[;]`
help: a comment is a line of its own that begins with `#` or `;`, with no blank before it
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"The referenced section, ';', was not defined.","doing":["Installing.","Getting section ;."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":13,"end_line":2,"end_column":14,"text":"there is no `[;]`"}],"notes":[],"help":["a comment is a line of its own that begins with `#` or `;`, with no blank before it"],"exit":1}

"#]],
    );
}

#[test]
fn a_part_without_a_recipe() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nx = 1\n"),
        str![[r#"
exit 1
While:
  Installing.
Error: Missing option: a:recipe
 --> buildout.cfg:3:2
  |
3 | [a]
  |  ^ no option `recipe` in this section
help: add a line `recipe = …` below `[a]`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"missing-option","message":"Missing option: a:recipe","doing":["Installing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":2,"end_line":3,"end_column":3,"text":"no option `recipe` in this section"}],"notes":[],"help":["add a line `recipe = …` below `[a]`"],"exit":1}

"#]],
    );
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecpie = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
Error: Missing option: a:recipe
 --> buildout.cfg:3:2
  |
3 | [a]
  |  ^ no option `recipe` in `[a]`
help: did you mean `recipe` where `recpie` is written?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"missing-option","message":"Missing option: a:recipe","doing":["Installing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":2,"end_line":3,"end_column":3,"text":"no option `recipe` in `[a]`"}],"notes":[],"help":["did you mean `recipe` where `recpie` is written?"],"exit":1}

"#]],
    );
}

#[test]
fn a_part_with_an_empty_recipe() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe =\n"),
        str![[r#"
exit 1
While:
  Installing.
Error: The part `a` names no recipe: its option `recipe` is empty
 --> buildout.cfg:4:1
  |
4 | recipe =
  | ^^^^^^
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"no-recipe","message":"The part `a` names no recipe: its option `recipe` is empty","doing":["Installing."],"labels":[{"file":"[DIR]/buildout.cfg","line":4,"column":1,"end_line":4,"end_column":7,"text":""}],"notes":[],"help":[],"exit":1}

"#]],
    );
}

#[test]
fn a_recipe_that_is_not_there() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = debgu\n"),
        str![[r#"
exit 1
While:
  Installing.
Error: There is nothing here that serves the recipe `debgu` of [a]
 --> buildout.cfg:4:10
  |
4 | recipe = debgu
  |          ^^^^^
help: did you mean `debug`?
help: `buildout recipe list` shows what there is; `./NAME.wasm` names a file of your own
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"not-served-yet","message":"There is nothing here that serves the recipe `debgu` of [a]","doing":["Installing."],"labels":[{"file":"[DIR]/buildout.cfg","line":4,"column":10,"end_line":4,"end_column":15,"text":""}],"notes":[],"help":["did you mean `debug`?","`buildout recipe list` shows what there is; `./NAME.wasm` names a file of your own"],"exit":1}

"#]],
    );
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = ./nope.wasm\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: Couldn't open [DIR]/nope.wasm: No such file or directory (os error 2)
 --> buildout.cfg:4:10
  |
4 | recipe = ./nope.wasm
  |          ^^^^^^^^^^^
help: a path is relative to the file that names it; `buildout recipe list` shows the recipes that need none
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unusable-recipe","message":"Couldn't open [DIR]/nope.wasm: No such file or directory (os error 2)","doing":["Installing.","Getting section a.","Initializing section a."],"labels":[{"file":"[DIR]/buildout.cfg","line":4,"column":10,"end_line":4,"end_column":21,"text":""}],"notes":[],"help":["a path is relative to the file that names it; `buildout recipe list` shows the recipes that need none"],"exit":1}

"#]],
    );
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = collective.hello\n"),
        str![[r#"
exit 1
While:
  Installing.
Error: There is nothing here that serves the recipe `collective.hello` of [a]
 --> buildout.cfg:4:10
  |
4 | recipe = collective.hello
  |          ^^^^^^^^^^^^^^^^
help: `buildout recipe list` shows what there is; `./NAME.wasm` names a file of your own
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"not-served-yet","message":"There is nothing here that serves the recipe `collective.hello` of [a]","doing":["Installing."],"labels":[{"file":"[DIR]/buildout.cfg","line":4,"column":10,"end_line":4,"end_column":26,"text":""}],"notes":[],"help":["`buildout recipe list` shows what there is; `./NAME.wasm` names a file of your own"],"exit":1}

"#]],
    );
}

#[test]
fn an_entry_that_is_not_there() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = debug:x\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Loading zc.buildout recipe entry debug:x.
Error: The recipe `debug` has no entry `x`
 --> buildout.cfg:4:10
  |
4 | recipe = debug:x
  |          ^^^^^^^
help: it has: default
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-entry","message":"The recipe `debug` has no entry `x`","doing":["Installing.","Getting section a.","Initializing section a.","Loading zc.buildout recipe entry debug:x."],"labels":[{"file":"[DIR]/buildout.cfg","line":4,"column":10,"end_line":4,"end_column":17,"text":""}],"notes":[],"help":["it has: default"],"exit":1}

"#]],
    );
}

#[test]
fn two_colons_in_a_recipe() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = debug:x:y\n"),
        str![[r#"
exit 1
While:
  Installing.
Error: There is nothing here that serves the recipe `debug:x` of [a]
 --> buildout.cfg:4:10
  |
4 | recipe = debug:x:y
  |          ^^^^^^^^^
help: a recipe is `NAME` or `NAME:ENTRY`, with one colon
help: `buildout recipe list` shows what there is; `./NAME.wasm` names a file of your own
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"not-served-yet","message":"There is nothing here that serves the recipe `debug:x` of [a]","doing":["Installing."],"labels":[{"file":"[DIR]/buildout.cfg","line":4,"column":10,"end_line":4,"end_column":19,"text":""}],"notes":[],"help":["a recipe is `NAME` or `NAME:ENTRY`, with one colon","`buildout recipe list` shows what there is; `./NAME.wasm` names a file of your own"],"exit":1}

"#]],
    );
}

#[test]
fn a_recipe_with_a_version() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = debug >= 1.0\n"),
        str![[r#"
exit 1
While:
  Installing.
Error: There is nothing here that serves the recipe `debug >= 1.0` of [a]
 --> buildout.cfg:4:10
  |
4 | recipe = debug >= 1.0
  |          ^^^^^^^^^^^^
help: a recipe is named without a version: `recipe = debug`
help: `buildout recipe list` shows what there is; `./NAME.wasm` names a file of your own
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"not-served-yet","message":"There is nothing here that serves the recipe `debug >= 1.0` of [a]","doing":["Installing."],"labels":[{"file":"[DIR]/buildout.cfg","line":4,"column":10,"end_line":4,"end_column":22,"text":""}],"notes":[],"help":["a recipe is named without a version: `recipe = debug`","`buildout recipe list` shows what there is; `./NAME.wasm` names a file of your own"],"exit":1}

"#]],
    );
}

#[test]
fn a_name_that_no_part_can_have() {
    assert_shows(
        told_of("[buildout]\nparts = ../a\n[../a]\nrecipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section ../a.
  Initializing section ../a.
Error: `../a` cannot be the name of a part: between slashes it may not be empty, `.`, `..` or `.git`
 --> buildout.cfg:3:2
  |
3 | [../a]
  |  ^^^^
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"part-name","message":"`../a` cannot be the name of a part: between slashes it may not be empty, `.`, `..` or `.git`","doing":["Installing.","Getting section ../a.","Initializing section ../a."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":2,"end_line":3,"end_column":6,"text":""}],"notes":[],"help":[],"exit":1}

"#]],
    );
}

#[test]
fn a_dependency_that_is_not_there() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = debug\n=> bb\n[bbb]\nrecipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting section bb.
Error: The referenced section, 'bb', was not defined.
 --> buildout.cfg:5:4
  |
5 | => bb
  |    ^^ there is no `[bb]`
help: did you mean `bbb`?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"The referenced section, 'bb', was not defined.","doing":["Installing.","Getting section a.","Initializing section a.","Getting section bb."],"labels":[{"file":"[DIR]/buildout.cfg","line":5,"column":4,"end_line":5,"end_column":6,"text":"there is no `[bb]`"}],"notes":[],"help":["did you mean `bbb`?"],"exit":1}

"#]],
    );
}

#[test]
fn parts_that_depend_on_each_other() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = debug\n=> b\n[b]\nrecipe = debug\n=> c\n[c]\nrecipe = debug\n=> a\n",
    );
    assert_shows(
        told(&site, &["plan"]),
        str![[r#"
exit 0
install c
  it is not installed
install b
  it is not installed
install a
  it is not installed
Warning: The parts `c` and `a` depend on each other: `c` comes first
  --> buildout.cfg:11:4
   |
11 | => a
   |    ^ `a` waits for this part already
-- with --json: exit 0
{"version":1,"kind":"diagnostic","severity":"warning","code":"dependency-circle","message":"The parts `c` and `a` depend on each other: `c` comes first","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":11,"column":4,"end_line":11,"end_column":5,"text":"`a` waits for this part already"}],"notes":[],"help":[],"exit":0}
{"version":1,"kind":"result","result":"plan","data":{"steps":[{"part":"c","action":"install","reasons":[{"code":"new","text":"it is not installed","place":null}],"removes":[]},{"part":"b","action":"install","reasons":[{"code":"new","text":"it is not installed","place":null}],"removes":[]},{"part":"a","action":"install","reasons":[{"code":"new","text":"it is not installed","place":null}],"removes":[]}]}}

"#]],
    );
}

#[test]
fn a_part_that_depends_on_itself() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = debug\n=> a\n");
    assert_shows(
        told(&site, &["plan"]),
        str![[r#"
exit 0
install a
  it is not installed
Warning: The part `a` depends on itself
 --> buildout.cfg:5:4
  |
5 | => a
  |    ^ `a` waits for this part already
-- with --json: exit 0
{"version":1,"kind":"diagnostic","severity":"warning","code":"dependency-circle","message":"The part `a` depends on itself","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":5,"column":4,"end_line":5,"end_column":5,"text":"`a` waits for this part already"}],"notes":[],"help":[],"exit":0}
{"version":1,"kind":"result","result":"plan","data":{"steps":[{"part":"a","action":"install","reasons":[{"code":"new","text":"it is not installed","place":null}],"removes":[]}]}}

"#]],
    );
}

#[test]
fn a_part_to_install_that_is_not_there() {
    let site = Site::new("[buildout]\nparts = site\n[site]\nrecipe = debug\n");
    assert_shows(
        told(&site, &["install", "stie"]),
        str![[r#"
exit 1
While:
  Installing.
  Getting section stie.
Error: The referenced section, 'stie', was not defined.
help: did you mean `site`?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"The referenced section, 'stie', was not defined.","doing":["Installing.","Getting section stie."],"labels":[],"notes":[],"help":["did you mean `site`?"],"exit":1}

"#]],
    );
}

#[test]
fn two_parts_with_the_same_output() {
    assert_shows(
        told_of(
            "[buildout]\nparts = a b\n[a]\nrecipe = template\ninline = 1\noutput = x\n[b]\nrecipe = template\ninline = 2\noutput = x\n",
        ),
        str![[r#"
exit 3
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: Writing [DIR]/x
Installing b.
b: Writing [DIR]/x
While:
  Installing b.
Error: [DIR]/x: Operation not permitted
 --> buildout.cfg:7:2
  |
7 | [b]
  |  ^
note: [DIR]/x was denied: this part did not make it
note: the part `a` made it
help: two parts cannot make the same thing: name another place in one of them
-- with --json: exit 3
{"version":1,"kind":"event","event":"step-started","activity":"updating","part":"a","causes":[]}
{"version":1,"kind":"event","event":"step-finished","activity":"updating","part":"a"}
{"version":1,"kind":"event","event":"step-started","activity":"installing","part":"b","causes":[{"code":"new","text":"it is not installed","place":null}]}
{"version":1,"kind":"event","event":"log","part":"b","level":"info","message":"Writing [DIR]/x"}
{"version":1,"kind":"diagnostic","severity":"error","code":"recipe-error","message":"[DIR]/x: Operation not permitted","doing":["Installing b."],"labels":[{"file":"[DIR]/buildout.cfg","line":7,"column":2,"end_line":7,"end_column":3,"text":""}],"notes":["[DIR]/x was denied: this part did not make it","the part `a` made it"],"help":["two parts cannot make the same thing: name another place in one of them"],"exit":3}

"#]],
    );
}

#[test]
fn records_that_cannot_be_read() {
    let site = Site::new("[buildout]\nparts =\n");
    site.write(".installed.cfg", "what\n");
    assert_shows(
        told(&site, &[]),
        str![[r#"
exit 7
Error: Cannot read the installed parts from [DIR]/.installed.cfg: line 1: no section header before "what"
help: bring the file back from a copy, or move it away (`mv [DIR]/.installed.cfg [DIR]/.installed.cfg.broken`): then all parts are installed anew and nothing is removed
-- with --json: exit 7
{"version":1,"kind":"diagnostic","severity":"error","code":"unreadable-database","message":"Cannot read the installed parts from [DIR]/.installed.cfg: line 1: no section header before \"what\"","doing":[],"labels":[],"notes":[],"help":["bring the file back from a copy, or move it away (`mv [DIR]/.installed.cfg [DIR]/.installed.cfg.broken`): then all parts are installed anew and nothing is removed"],"exit":7}

"#]],
    );
}
