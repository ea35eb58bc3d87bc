//! Several files and the command line (`semantics.md` 4).

use buildout_tests::{Site, assert_shows};
use snapbox::str;

use crate::{told, told_of};

#[test]
fn a_file_that_extends_itself() {
    assert_shows(
        told_of("[buildout]\nextends = buildout.cfg\nparts =\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: Recursive file include ['[DIR]/buildout.cfg'] [DIR]/buildout.cfg
 --> buildout.cfg:2:11
  |
2 | extends = buildout.cfg
  |           ^^^^^^^^^^^^ and so it goes round
help: take this name out of `extends`, or another one on the way
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"recursive-extends","message":"Recursive file include ['[DIR]/buildout.cfg'] [DIR]/buildout.cfg","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":11,"end_line":2,"end_column":23,"text":"and so it goes round"}],"notes":[],"help":["take this name out of `extends`, or another one on the way"],"exit":1}

"#]],
    );
}

#[test]
fn files_that_extend_each_other() {
    let site = Site::new("[buildout]\nextends = sub/a.cfg\nparts =\n");
    site.write("sub/a.cfg", "[buildout]\nextends = ../buildout.cfg\n");
    assert_shows(
        told(&site, &[]),
        str![[r#"
exit 1
While:
  Initializing.
Error: Recursive file include ['[DIR]/buildout.cfg', '[DIR]/sub/a.cfg'] [DIR]/sub/../buildout.cfg
 --> sub/a.cfg:2:11
  |
2 | extends = ../buildout.cfg
  |           ^^^^^^^^^^^^^^^ and so it goes round
  |
 ::: buildout.cfg:2:11
  |
2 | extends = sub/a.cfg
  |           --------- extended from here
help: take this name out of `extends`, or another one on the way
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"recursive-extends","message":"Recursive file include ['[DIR]/buildout.cfg', '[DIR]/sub/a.cfg'] [DIR]/sub/../buildout.cfg","doing":["Initializing."],"labels":[{"file":"[DIR]/sub/a.cfg","line":2,"column":11,"end_line":2,"end_column":26,"text":"and so it goes round"},{"file":"[DIR]/buildout.cfg","line":2,"column":11,"end_line":2,"end_column":20,"text":"extended from here"}],"notes":[],"help":["take this name out of `extends`, or another one on the way"],"exit":1}

"#]],
    );
}

#[test]
fn a_file_that_is_not_there() {
    let site = Site::new("[buildout]\nextends = bsae.cfg\nparts =\n");
    site.write("base.cfg", "[x]\n");
    assert_shows(
        told(&site, &[]),
        str![[r#"
exit 1
While:
  Initializing.
Error: Couldn't open [DIR]/bsae.cfg
 --> buildout.cfg:2:11
  |
2 | extends = bsae.cfg
  |           ^^^^^^^^ extended here
note: there is no such file
help: did you mean `base.cfg`?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"cannot-open","message":"Couldn't open [DIR]/bsae.cfg","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":11,"end_line":2,"end_column":19,"text":"extended here"}],"notes":["there is no such file"],"help":["did you mean `base.cfg`?"],"exit":1}

"#]],
    );
}

#[test]
fn a_file_in_the_home_directory() {
    assert_shows(
        told_of("[buildout]\nextends = ~/base.cfg\nparts =\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: Couldn't open [DIR]/~/base.cfg
 --> buildout.cfg:2:11
  |
2 | extends = ~/base.cfg
  |           ^^^^^^^^^^ extended here
note: there is no such file
help: `~` means nothing in `extends`; write the path itself
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"cannot-open","message":"Couldn't open [DIR]/~/base.cfg","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":11,"end_line":2,"end_column":21,"text":"extended here"}],"notes":["there is no such file"],"help":["`~` means nothing in `extends`; write the path itself"],"exit":1}

"#]],
    );
}

#[test]
fn a_file_that_is_named_by_a_reference() {
    assert_shows(
        told_of("[buildout]\nextends = ${x:file}\nparts =\n[x]\nfile = a.cfg\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: Couldn't open [DIR]/${x:file}
 --> buildout.cfg:2:11
  |
2 | extends = ${x:file}
  |           ^^^^^^^^^ extended here
note: there is no such file
help: `extends` is read before anything is substituted; write the path itself
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"cannot-open","message":"Couldn't open [DIR]/${x:file}","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":11,"end_line":2,"end_column":20,"text":"extended here"}],"notes":["there is no such file"],"help":["`extends` is read before anything is substituted; write the path itself"],"exit":1}

"#]],
    );
}

#[test]
fn a_directory_that_is_extended() {
    let site = Site::new("[buildout]\nextends = sub\nparts =\n");
    site.write("sub/x", "");
    assert_shows(
        told(&site, &[]),
        str![[r#"
exit 1
While:
  Initializing.
Error: Couldn't open [DIR]/sub
 --> buildout.cfg:2:11
  |
2 | extends = sub
  |           ^^^ extended here
note: it is a directory
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"cannot-open","message":"Couldn't open [DIR]/sub","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":11,"end_line":2,"end_column":14,"text":"extended here"}],"notes":["it is a directory"],"help":[],"exit":1}

"#]],
    );
}

#[test]
fn a_file_outside_the_project() {
    assert_shows(
        told_of("[buildout]\nextends = ../outside/secret\nparts =\n"),
        str![[r#"
exit 3
While:
  Initializing.
Error: the configuration extends 1 file outside the project
 --> buildout.cfg:2:11
  |
2 | extends = ../outside/secret
  |           ^^^^^^^^^^^^^^^^^ reads `[ROOT]/outside/secret`
help: allow it with `--allow-read=[ROOT]/outside`
-- with --json: exit 3
{"version":1,"kind":"diagnostic","severity":"error","code":"outside-project","message":"the configuration extends 1 file outside the project","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":11,"end_line":2,"end_column":28,"text":"reads `[ROOT]/outside/secret`"}],"notes":[],"help":["allow it with `--allow-read=[ROOT]/outside`"],"exit":3}

"#]],
    );
}

#[test]
fn the_option_extended_by() {
    assert_shows(
        told_of("[buildout]\nparts =\nextended-by = a.cfg\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: No-longer supported "extended-by" option found in [DIR]/buildout.cfg.
 --> buildout.cfg:3:1
  |
3 | extended-by = a.cfg
  | ^^^^^^^^^^^
help: name this file in the `extends` of that one
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"extended-by","message":"No-longer supported \"extended-by\" option found in [DIR]/buildout.cfg.","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":1,"end_line":3,"end_column":12,"text":""}],"notes":[],"help":["name this file in the `extends` of that one"],"exit":1}

"#]],
    );
}

#[test]
fn a_remote_file_together_with_all_else_that_is_not_served() {
    assert_shows(
        told_of(
            "[buildout]\nextends = https://example.org/base.cfg\nextensions = mr.developer\ndevelop = .\nparts = a\n[a]\nrecipe = zc.recipe.egg\n",
        ),
        str![[r#"
exit 1
While:
  Initializing.
Error: There is nothing here that serves:
  the remote configuration file `https://example.org/base.cfg`
  the extension `mr.developer`
  `develop` of `.`
  the recipe `zc.recipe.egg` of [a]
 --> buildout.cfg:2:11
  |
2 | extends = https://example.org/base.cfg
  |           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  |
 ::: buildout.cfg:3:14
  |
3 | extensions = mr.developer
  |              ------------
  |
 ::: buildout.cfg:4:11
  |
4 | develop = .
  |           -
  |
 ::: buildout.cfg:7:10
  |
7 | recipe = zc.recipe.egg
  |          -------------
help: `buildout recipe list` shows what there is; `./NAME.wasm` names a file of your own
help: save the remote files in the project and extend them there
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"not-served-yet","message":"There is nothing here that serves:\n  the remote configuration file `https://example.org/base.cfg`\n  the extension `mr.developer`\n  `develop` of `.`\n  the recipe `zc.recipe.egg` of [a]","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":11,"end_line":2,"end_column":39,"text":""},{"file":"[DIR]/buildout.cfg","line":3,"column":14,"end_line":3,"end_column":26,"text":""},{"file":"[DIR]/buildout.cfg","line":4,"column":11,"end_line":4,"end_column":12,"text":""},{"file":"[DIR]/buildout.cfg","line":7,"column":10,"end_line":7,"end_column":23,"text":""}],"notes":[],"help":["`buildout recipe list` shows what there is; `./NAME.wasm` names a file of your own","save the remote files in the project and extend them there"],"exit":1}

"#]],
    );
}

#[test]
fn a_remote_optional_file() {
    assert_shows(
        told_of("[buildout]\nparts =\noptional-extends = https://example.org/base.cfg\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: optional-extends takes no URL: https://example.org/base.cfg
 --> buildout.cfg:3:20
  |
3 | optional-extends = https://example.org/base.cfg
  |                    ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
help: name it in `extends`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"optional-extends-url","message":"optional-extends takes no URL: https://example.org/base.cfg","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":20,"end_line":3,"end_column":48,"text":""}],"notes":[],"help":["name it in `extends`"],"exit":1}

"#]],
    );
}

#[test]
fn an_increment_of_extends() {
    assert_shows(
        told_of("[buildout]\nextends += base.cfg\nparts =\n"),
        str![[r#"
exit 0
Warning: `extends` takes no `+=` or `-=`; this is an option like any other
 --> buildout.cfg:2:1
  |
2 | extends += base.cfg
  | ^^^^^^^
help: write all files behind one `extends =`
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Section `buildout` contains unused option(s): 'extends'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  extends: buildout.cfg:2:1
-- with --json: exit 0
{"version":1,"kind":"diagnostic","severity":"warning","code":"extends-increment","message":"`extends` takes no `+=` or `-=`; this is an option like any other","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":1,"end_line":2,"end_column":8,"text":""}],"notes":[],"help":["write all files behind one `extends =`"],"exit":0}
{"version":1,"kind":"event","event":"unused-options","section":"buildout","options":[{"option":"extends","place":{"file":"[DIR]/buildout.cfg","line":2,"column":1},"nearest":null}]}

"#]],
    );
}

#[test]
fn an_extends_cache_with_a_reference() {
    assert_shows(
        told_of("[buildout]\nparts =\nextends-cache = ${buildout:directory}/cache\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: extends-cache '${buildout:directory}/cache' may not contain ${section:variable} to expand.
 --> buildout.cfg:3:17
  |
3 | extends-cache = ${buildout:directory}/cache
  |                 ^^^^^^^^^^^^^^^^^^^^^^^^^^^
help: write the path itself; `~` and relative paths are fine
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"extends-cache-reference","message":"extends-cache '${buildout:directory}/cache' may not contain ${section:variable} to expand.","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":17,"end_line":3,"end_column":44,"text":""}],"notes":[],"help":["write the path itself; `~` and relative paths are fine"],"exit":1}

"#]],
    );
}

#[test]
fn a_section_of_versions_that_is_not_there() {
    assert_shows(
        told_of("[buildout]\nparts =\nversions = pins\n[pin]\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: The referenced section, 'pins', was not defined.
 --> buildout.cfg:3:12
  |
3 | versions = pins
  |            ^^^^ named here
help: did you mean `pin`?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"missing-section","message":"The referenced section, 'pins', was not defined.","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":12,"end_line":3,"end_column":16,"text":"named here"}],"notes":[],"help":["did you mean `pin`?"],"exit":1}

"#]],
    );
}

#[test]
fn assignments_that_are_none() {
    let site = Site::new("[buildout]\nparts =\n");
    assert_shows(
        told(&site, &["a:b:c=1"]),
        str![[r#"
exit 2
Error: Invalid option: a:b:c=1
help: an assignment is `SECTION:OPTION=VALUE`, or `OPTION=VALUE` for `[buildout]`
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"invalid-assignment","message":"Invalid option: a:b:c=1","doing":[],"labels":[],"notes":[],"help":["an assignment is `SECTION:OPTION=VALUE`, or `OPTION=VALUE` for `[buildout]`"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &["=1"]),
        str![[r#"
exit 2
Error: Invalid option: =1
help: an assignment is `SECTION:OPTION=VALUE`, or `OPTION=VALUE` for `[buildout]`
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"invalid-assignment","message":"Invalid option: =1","doing":[],"labels":[],"notes":[],"help":["an assignment is `SECTION:OPTION=VALUE`, or `OPTION=VALUE` for `[buildout]`"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &[":v=1"]),
        str![[r#"
exit 2
Error: Invalid option: :v=1
help: an assignment is `SECTION:OPTION=VALUE`, or `OPTION=VALUE` for `[buildout]`
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"invalid-assignment","message":"Invalid option: :v=1","doing":[],"labels":[],"notes":[],"help":["an assignment is `SECTION:OPTION=VALUE`, or `OPTION=VALUE` for `[buildout]`"],"exit":2}

"#]],
    );
    assert_shows(
        told(&site, &["a:=1"]),
        str![[r#"
exit 2
Error: Invalid option: a:=1
help: an assignment is `SECTION:OPTION=VALUE`, or `OPTION=VALUE` for `[buildout]`
-- with --json: exit 2
{"version":1,"kind":"diagnostic","severity":"error","code":"invalid-assignment","message":"Invalid option: a:=1","doing":[],"labels":[],"notes":[],"help":["an assignment is `SECTION:OPTION=VALUE`, or `OPTION=VALUE` for `[buildout]`"],"exit":2}

"#]],
    );
}

#[test]
fn a_removal_that_removes_nothing() {
    let site = Site::new("[buildout]\nparts =\nlist =\n  one\n  two\nlist -= onee\n");
    assert_shows(
        told(&site, &["annotate", "x"]),
        str![[r#"
exit 0

Annotated sections
==================
Warning: `-=` takes away lines that are not there
 --> buildout.cfg:6:9
  |
6 | list -= onee
  |         ^^^^ there is no such line; is it `one`?
Warning: There is no section [x] to annotate
-- with --json: exit 0
{"version":1,"kind":"diagnostic","severity":"warning","code":"idle-removal","message":"`-=` takes away lines that are not there","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":6,"column":9,"end_line":6,"end_column":13,"text":"there is no such line; is it `one`?"}],"notes":[],"help":[],"exit":0}
{"version":1,"kind":"diagnostic","severity":"warning","code":"unknown-section","message":"There is no section [x] to annotate","doing":[],"labels":[],"notes":[],"help":[],"exit":0}
{"version":1,"kind":"result","result":"annotate","data":{"sections":[]}}

"#]],
    );
    assert_shows(
        told(&site, &["plan"]),
        str![[r#"
exit 0
no parts
Warning: `-=` takes away lines that are not there
 --> buildout.cfg:6:9
  |
6 | list -= onee
  |         ^^^^ there is no such line; is it `one`?
Section `buildout` contains unused option(s): 'list'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  list: buildout.cfg:6:1
-- with --json: exit 0
{"version":1,"kind":"diagnostic","severity":"warning","code":"idle-removal","message":"`-=` takes away lines that are not there","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":6,"column":9,"end_line":6,"end_column":13,"text":"there is no such line; is it `one`?"}],"notes":[],"help":[],"exit":0}
{"version":1,"kind":"event","event":"unused-options","section":"buildout","options":[{"option":"list","place":{"file":"[DIR]/buildout.cfg","line":6,"column":1},"nearest":null}]}
{"version":1,"kind":"result","result":"plan","data":{"steps":[]}}

"#]],
    );
}

#[test]
fn an_increment_that_a_diamond_takes_back() {
    let site = Site::new("[buildout]\nextends = left.cfg right.cfg\nparts =\n[a]\nv += top\n");
    site.write("base.cfg", "[a]\nv = base\nw = base\n");
    site.write("left.cfg", "[buildout]\nextends = base.cfg\n[a]\nv += left\nw = left\nx = 1\n");
    site.write("right.cfg", "[buildout]\nextends = base.cfg\n[a]\nv += right\nx += 2\n");
    assert_shows(
        told(&site, &["annotate", "a"]),
        str![[r#"
exit 0

Annotated sections
==================

[a]
v= base
right
top
    base.cfg:2
+=  right.cfg:4
+=  buildout.cfg:5
w= base
    base.cfg:3
x= 1
2
    left.cfg:6
+=  right.cfg:5
Warning: Increments are lost: what sets the option is extended on two ways, and read again after them
 --> left.cfg:4:1
  |
4 | v += left
  | ^ lost
  |
 ::: base.cfg:2:1
  |
2 | v = base
  | - set again here
help: increment in the file that extends both, or let one of them extend the other
-- with --json: exit 0
{"version":1,"kind":"diagnostic","severity":"warning","code":"lost-increment","message":"Increments are lost: what sets the option is extended on two ways, and read again after them","doing":[],"labels":[{"file":"[DIR]/left.cfg","line":4,"column":1,"end_line":4,"end_column":2,"text":"lost"},{"file":"[DIR]/base.cfg","line":2,"column":1,"end_line":2,"end_column":2,"text":"set again here"}],"notes":[],"help":["increment in the file that extends both, or let one of them extend the other"],"exit":0}
{"version":1,"kind":"result","result":"annotate","data":{"sections":[{"section":"a","options":[{"option":"v","value":"base\nright\ntop","history":[{"change":"SET","value":"base","source":"[DIR]/base.cfg","line":2},{"change":"ADD","value":"left","source":"[DIR]/left.cfg","line":4},{"change":"OVERRIDE","value":"base","source":"[DIR]/base.cfg","line":2},{"change":"ADD","value":"right","source":"[DIR]/right.cfg","line":4},{"change":"ADD","value":"top","source":"[DIR]/buildout.cfg","line":5}]},{"option":"w","value":"base","history":[{"change":"SET","value":"base","source":"[DIR]/base.cfg","line":3},{"change":"OVERRIDE","value":"left","source":"[DIR]/left.cfg","line":5},{"change":"OVERRIDE","value":"base","source":"[DIR]/base.cfg","line":3}]},{"option":"x","value":"1\n2","history":[{"change":"SET","value":"1","source":"[DIR]/left.cfg","line":6},{"change":"ADD","value":"2","source":"[DIR]/right.cfg","line":5}]}]}]}}

"#]],
    );
}
