//! Options that are indented and comments behind values: both become part of the value (`semantics.md` 2.3, 2.4).

use buildout_tests::{Site, assert_shows};
use snapbox::str;

use crate::{told, told_of};

#[test]
fn an_indented_option_below_a_recipe() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = mkdir\n  path = x\n"),
        str![[r#"
exit 1
While:
  Installing.
Error: There is nothing here that serves the recipe `mkdir path = x` of [a]
 --> buildout.cfg:4:10
  |
4 | recipe = mkdir
  |          ^^^^^
  |
 ::: buildout.cfg:5:3
  |
5 |   path = x
  |   -------- indented, so it belongs to the value above
help: line 5 is indented, so it belongs to the value of `recipe`: an option stands at the beginning of its line
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"not-served-yet","message":"There is nothing here that serves the recipe `mkdir path = x` of [a]","doing":["Installing."],"labels":[{"file":"[DIR]/buildout.cfg","line":4,"column":10,"end_line":5,"end_column":11,"text":""},{"file":"[DIR]/buildout.cfg","line":5,"column":3,"end_line":5,"end_column":11,"text":"indented, so it belongs to the value above"}],"notes":[],"help":["line 5 is indented, so it belongs to the value of `recipe`: an option stands at the beginning of its line"],"exit":1}

"#]],
    );
}

#[test]
fn a_comment_behind_a_recipe() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = debug ; says it all\n"),
        str![[r#"
exit 1
While:
  Installing.
Error: There is nothing here that serves the recipe `debug ; says it all` of [a]
 --> buildout.cfg:4:10
  |
4 | recipe = debug ; says it all
  |          ^^^^^^^^^^^^^^^^^^^
help: a comment is a line of its own that begins with `#` or `;`, with no blank before it
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"not-served-yet","message":"There is nothing here that serves the recipe `debug ; says it all` of [a]","doing":["Installing."],"labels":[{"file":"[DIR]/buildout.cfg","line":4,"column":10,"end_line":4,"end_column":29,"text":""}],"notes":[],"help":["a comment is a line of its own that begins with `#` or `;`, with no blank before it"],"exit":1}

"#]],
    );
}

#[test]
fn an_indented_option_below_the_parts() {
    assert_shows(
        told_of("[buildout]\nparts = a\n  offline = true\n[a]\nrecipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section offline.
Error: The referenced section, 'offline', was not defined.
 --> buildout.cfg:3:3
  |
3 |   offline = true
  |   ^^^^^^^ there is no `[offline]`
help: line 3 is indented, so it belongs to the value above: an option stands at the beginning of its line
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"The referenced section, 'offline', was not defined.","doing":["Installing.","Getting section offline."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":3,"end_line":3,"end_column":10,"text":"there is no `[offline]`"}],"notes":[],"help":["line 3 is indented, so it belongs to the value above: an option stands at the beginning of its line"],"exit":1}

"#]],
    );
}

#[test]
fn an_indented_option_below_a_boolean() {
    assert_shows(
        told_of("[buildout]\noffline = true\n  parts =\n[a]\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: Invalid value for 'offline' option: 'true
parts ='
 --> buildout.cfg:2:11
  |
2 | offline = true
  |           ^^^^
  |
 ::: buildout.cfg:3:3
  |
3 |   parts =
  |   ------- indented, so it belongs to the value above
help: line 3 is indented, so it belongs to the value of `offline`: an option stands at the beginning of its line
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"invalid-value","message":"Invalid value for 'offline' option: 'true\nparts ='","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":11,"end_line":3,"end_column":10,"text":""},{"file":"[DIR]/buildout.cfg","line":3,"column":3,"end_line":3,"end_column":10,"text":"indented, so it belongs to the value above"}],"notes":[],"help":["line 3 is indented, so it belongs to the value of `offline`: an option stands at the beginning of its line"],"exit":1}

"#]],
    );
}

#[test]
fn a_comment_behind_a_boolean() {
    assert_shows(
        told_of("[buildout]\nparts =\noffline = true # for now\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: Invalid value for 'offline' option: 'true # for now'
 --> buildout.cfg:3:11
  |
3 | offline = true # for now
  |           ^^^^^^^^^^^^^^
help: a comment is a line of its own that begins with `#` or `;`, with no blank before it
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"invalid-value","message":"Invalid value for 'offline' option: 'true # for now'","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":11,"end_line":3,"end_column":25,"text":""}],"notes":[],"help":["a comment is a line of its own that begins with `#` or `;`, with no blank before it"],"exit":1}

"#]],
    );
}

#[test]
fn a_comment_behind_an_extended_file() {
    let site = Site::new("[buildout]\nextends = base.cfg # the base of it all\n");
    site.write("base.cfg", "[buildout]\nparts =\n");
    assert_shows(
        told(&site, &[]),
        str![[r#"
exit 1
While:
  Initializing.
Error: Couldn't open [DIR]/#
 --> buildout.cfg:2:20
  |
2 | extends = base.cfg # the base of it all
  |                    ^ extended here
note: there is no such file
help: a comment is a line of its own that begins with `#` or `;`, with no blank before it
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"cannot-open","message":"Couldn't open [DIR]/#","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":20,"end_line":2,"end_column":21,"text":"extended here"}],"notes":["there is no such file"],"help":["a comment is a line of its own that begins with `#` or `;`, with no blank before it"],"exit":1}

"#]],
    );
}

#[test]
fn an_indented_option_that_is_referred_to() {
    assert_shows(
        told_of(
            "[buildout]\nparts = a\n[paths]\nvar = /var\n  log = /log\n[a]\nrecipe = debug\nx = ${paths:log}\n",
        ),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
Error: Referenced option does not exist: paths log
 --> buildout.cfg:8:5
  |
8 | x = ${paths:log}
  |     ^^^^^^^^^^^^ no option `log` in `[paths]`
  |
 ::: buildout.cfg:5:3
  |
5 |   log = /log
  |   ---------- indented, so it belongs to the value above
help: line 5 is indented, so it belongs to the value of `var`: an option stands at the beginning of its line
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-option","message":"Referenced option does not exist: paths log","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:x."],"labels":[{"file":"[DIR]/buildout.cfg","line":8,"column":5,"end_line":8,"end_column":17,"text":"no option `log` in `[paths]`"},{"file":"[DIR]/buildout.cfg","line":5,"column":3,"end_line":5,"end_column":13,"text":"indented, so it belongs to the value above"}],"notes":[],"help":["line 5 is indented, so it belongs to the value of `var`: an option stands at the beginning of its line"],"exit":1}

"#]],
    );
}

#[test]
fn an_indented_recipe() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\npath = x\n  recipe = mkdir\n"),
        str![[r#"
exit 1
While:
  Installing.
Error: Missing option: a:recipe
 --> buildout.cfg:3:2
  |
3 | [a]
  |  ^ no option `recipe` in `[a]`
  |
 ::: buildout.cfg:5:3
  |
5 |   recipe = mkdir
  |   -------------- indented, so it belongs to the value above
help: line 5 is indented, so it belongs to the value of `path`: an option stands at the beginning of its line
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"missing-option","message":"Missing option: a:recipe","doing":["Installing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":2,"end_line":3,"end_column":3,"text":"no option `recipe` in `[a]`"},{"file":"[DIR]/buildout.cfg","line":5,"column":3,"end_line":5,"end_column":17,"text":"indented, so it belongs to the value above"}],"notes":[],"help":["line 5 is indented, so it belongs to the value of `path`: an option stands at the beginning of its line"],"exit":1}

"#]],
    );
}

#[test]
fn an_indented_option_that_a_recipe_needs() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = template\noutput = x\n  inline = y\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: Missing option: a:input
 --> buildout.cfg:6:3
  |
6 |   inline = y
  |   ^^^^^^^^^^ `inline` is indented, so it belongs to the value of `output`
help: name a file with `input`, or write the template into `inline`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"recipe-error","message":"Missing option: a:input","doing":["Installing.","Getting section a.","Initializing section a."],"labels":[{"file":"[DIR]/buildout.cfg","line":6,"column":3,"end_line":6,"end_column":13,"text":"`inline` is indented, so it belongs to the value of `output`"}],"notes":[],"help":["name a file with `input`, or write the template into `inline`"],"exit":1}

"#]],
    );
}

#[test]
fn a_comment_among_the_parts() {
    assert_shows(
        told_of("[buildout]\nparts =\n  a\n  # b\n[a]\nrecipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section #.
Error: The referenced section, '#', was not defined.
 --> buildout.cfg:4:3
  |
4 |   # b
  |   ^ there is no `[#]`
help: a comment is a line of its own that begins with `#` or `;`, with no blank before it
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"The referenced section, '#', was not defined.","doing":["Installing.","Getting section #."],"labels":[{"file":"[DIR]/buildout.cfg","line":4,"column":3,"end_line":4,"end_column":4,"text":"there is no `[#]`"}],"notes":[],"help":["a comment is a line of its own that begins with `#` or `;`, with no blank before it"],"exit":1}

"#]],
    );
}

#[test]
fn what_looks_like_an_option_may_be_text() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = debug\nenvironment =\n  CC = gcc\n  # what compiles\n",
    );
    let run = site.run(&[]);
    assert_eq!(run.exit, Some(0));
    assert_shows(
        run.stderr,
        str![[r#"
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a:   environment="CC = gcc\n# what compiles"
a:   recipe="debug"

"#]],
    );
}
