//! References (`semantics.md` 6).

use buildout_tests::{Site, assert_shows};
use snapbox::str;

use crate::{told, told_of};

#[test]
fn a_reference_without_a_colon() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = debug\nx = ${home}\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
Error: The substitution, ${home},
doesn't contain a colon.
 --> buildout.cfg:5:5
  |
5 | x = ${home}
  |     ^^^^^^^
help: a reference is `${section:option}`, or `${:option}` for this section
help: `$${home}` stays as it is, dollars and all
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"malformed-reference","message":"The substitution, ${home},\ndoesn't contain a colon.","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:x."],"labels":[{"file":"[DIR]/buildout.cfg","line":5,"column":5,"end_line":5,"end_column":12,"text":""}],"notes":[],"help":["a reference is `${section:option}`, or `${:option}` for this section","`$${home}` stays as it is, dollars and all"],"exit":1}

"#]],
    );
}

#[test]
fn a_reference_with_two_colons() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = debug\nx = ${a:b:c}\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
Error: The substitution, ${a:b:c},
has too many colons.
 --> buildout.cfg:5:5
  |
5 | x = ${a:b:c}
  |     ^^^^^^^^
help: names hold letters, digits, blanks, `.`, `_` and `-`, with one colon between them
help: `$${a:b:c}` stays as it is, dollars and all
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"malformed-reference","message":"The substitution, ${a:b:c},\nhas too many colons.","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:x."],"labels":[{"file":"[DIR]/buildout.cfg","line":5,"column":5,"end_line":5,"end_column":13,"text":""}],"notes":[],"help":["names hold letters, digits, blanks, `.`, `_` and `-`, with one colon between them","`$${a:b:c}` stays as it is, dollars and all"],"exit":1}

"#]],
    );
}

#[test]
fn a_section_that_no_reference_can_name() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = debug\nx = ${a/b:c}\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
Error: The section name in substitution, ${a/b:c},
has invalid characters.
 --> buildout.cfg:5:5
  |
5 | x = ${a/b:c}
  |     ^^^^^^^^
help: names hold letters, digits, blanks, `.`, `_` and `-`, with one colon between them
help: `$${a/b:c}` stays as it is, dollars and all
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"malformed-reference","message":"The section name in substitution, ${a/b:c},\nhas invalid characters.","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:x."],"labels":[{"file":"[DIR]/buildout.cfg","line":5,"column":5,"end_line":5,"end_column":13,"text":""}],"notes":[],"help":["names hold letters, digits, blanks, `.`, `_` and `-`, with one colon between them","`$${a/b:c}` stays as it is, dollars and all"],"exit":1}

"#]],
    );
}

#[test]
fn an_option_that_no_reference_can_name() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = debug\nx = ${:a/b} ${:}\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
Error: The option name in substitution, ${:a/b},
has invalid characters.
 --> buildout.cfg:5:5
  |
5 | x = ${:a/b} ${:}
  |     ^^^^^^^
help: names hold letters, digits, blanks, `.`, `_` and `-`, with one colon between them
help: `$${:a/b}` stays as it is, dollars and all
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"malformed-reference","message":"The option name in substitution, ${:a/b},\nhas invalid characters.","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:x."],"labels":[{"file":"[DIR]/buildout.cfg","line":5,"column":5,"end_line":5,"end_column":12,"text":""}],"notes":[],"help":["names hold letters, digits, blanks, `.`, `_` and `-`, with one colon between them","`$${:a/b}` stays as it is, dollars and all"],"exit":1}

"#]],
    );
}

#[test]
fn a_section_that_is_not_there() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[paths]\nlog = /log\n[a]\nrecipe = debug\nx = ${path:log}\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
  Getting section path.
Error: The referenced section, 'path', was not defined.
 --> buildout.cfg:7:5
  |
7 | x = ${path:log}
  |     ^^^^^^^^^^^ there is no `[path]`
help: did you mean `paths`?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"The referenced section, 'path', was not defined.","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:x.","Getting section path."],"labels":[{"file":"[DIR]/buildout.cfg","line":7,"column":5,"end_line":7,"end_column":16,"text":"there is no `[path]`"}],"notes":[],"help":["did you mean `paths`?"],"exit":1}

"#]],
    );
}

#[test]
fn a_section_of_one_letter_that_is_not_there() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[q]\n[a]\nrecipe = debug\nx = ${b:log}\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
  Getting section b.
Error: The referenced section, 'b', was not defined.
 --> buildout.cfg:6:5
  |
6 | x = ${b:log}
  |     ^^^^^^^^ there is no `[b]`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"The referenced section, 'b', was not defined.","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:x.","Getting section b."],"labels":[{"file":"[DIR]/buildout.cfg","line":6,"column":5,"end_line":6,"end_column":13,"text":"there is no `[b]`"}],"notes":[],"help":[],"exit":1}

"#]],
    );
}

#[test]
fn an_option_that_is_not_there() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[paths]\nvar = /var\n[a]\nrecipe = debug\nx = ${paths:vra}\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
Error: Referenced option does not exist: paths vra
 --> buildout.cfg:7:5
  |
7 | x = ${paths:vra}
  |     ^^^^^^^^^^^^ no option `vra` in `[paths]`
  |
 ::: buildout.cfg:3:2
  |
3 | [paths]
  |  ----- this section
help: did you mean `${paths:var}`?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-option","message":"Referenced option does not exist: paths vra","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:x."],"labels":[{"file":"[DIR]/buildout.cfg","line":7,"column":5,"end_line":7,"end_column":17,"text":"no option `vra` in `[paths]`"},{"file":"[DIR]/buildout.cfg","line":3,"column":2,"end_line":3,"end_column":7,"text":"this section"}],"notes":[],"help":["did you mean `${paths:var}`?"],"exit":1}

"#]],
    );
}

#[test]
fn an_option_that_is_nothing_like_those_that_are_there() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[paths]\nvar = /var\n[a]\nrecipe = debug\nx = ${paths:library}\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
Error: Referenced option does not exist: paths library
 --> buildout.cfg:7:5
  |
7 | x = ${paths:library}
  |     ^^^^^^^^^^^^^^^^ no option `library` in `[paths]`
  |
 ::: buildout.cfg:3:2
  |
3 | [paths]
  |  ----- this section
help: `${paths:library|TEXT}` gives a default
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-option","message":"Referenced option does not exist: paths library","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:x."],"labels":[{"file":"[DIR]/buildout.cfg","line":7,"column":5,"end_line":7,"end_column":21,"text":"no option `library` in `[paths]`"},{"file":"[DIR]/buildout.cfg","line":3,"column":2,"end_line":3,"end_column":7,"text":"this section"}],"notes":[],"help":["`${paths:library|TEXT}` gives a default"],"exit":1}

"#]],
    );
}

#[test]
fn an_option_of_another_file_is_shown_with_both_places() {
    let site =
        Site::new("[buildout]\nextends = base.cfg\nparts = a\n[a]\nrecipe = debug\nx = ${paths:vra}\n");
    site.write("base.cfg", "[paths]\nvar = /var\n");
    assert_shows(
        told(&site, &[]),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
Error: Referenced option does not exist: paths vra
 --> buildout.cfg:6:5
  |
6 | x = ${paths:vra}
  |     ^^^^^^^^^^^^ no option `vra` in `[paths]`
  |
 ::: base.cfg:1:2
  |
1 | [paths]
  |  ----- this section
help: did you mean `${paths:var}`?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-option","message":"Referenced option does not exist: paths vra","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:x."],"labels":[{"file":"[DIR]/buildout.cfg","line":6,"column":5,"end_line":6,"end_column":17,"text":"no option `vra` in `[paths]`"},{"file":"[DIR]/base.cfg","line":1,"column":2,"end_line":1,"end_column":7,"text":"this section"}],"notes":[],"help":["did you mean `${paths:var}`?"],"exit":1}

"#]],
    );
}

#[test]
fn an_option_that_needs_itself() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = debug\nx = ${:x}\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
  Getting option a:x.
Error: Circular reference in substitutions.

 --> buildout.cfg:5:5
  |
5 | x = ${:x}
  |     ^^^^^ in `a:x`
note: the circle: a:x → a:x
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"circular-reference","message":"Circular reference in substitutions.\n","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:x.","Getting option a:x."],"labels":[{"file":"[DIR]/buildout.cfg","line":5,"column":5,"end_line":5,"end_column":10,"text":"in `a:x`"}],"notes":["the circle: a:x → a:x"],"help":[],"exit":1}

"#]],
    );
}

#[test]
fn options_in_a_circle() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = debug\nx = ${b:y}\n[b]\ny = ${c:z}\n[c]\nz = ${a:x}\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
  Getting section b.
  Initializing section b.
  Getting option b:y.
  Getting section c.
  Initializing section c.
  Getting option c:z.
  Getting option a:x.
  Getting option b:y.
  Getting option c:z.
Error: Circular reference in substitutions.

 --> buildout.cfg:9:5
  |
9 | z = ${a:x}
  |     ^^^^^^ in `a:x`
  |
 ::: buildout.cfg:5:5
  |
5 | x = ${b:y}
  |     ------ in `b:y`
  |
 ::: buildout.cfg:7:5
  |
7 | y = ${c:z}
  |     ------ in `c:z`
note: the circle: c:z → a:x → b:y → c:z
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"circular-reference","message":"Circular reference in substitutions.\n","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:x.","Getting section b.","Initializing section b.","Getting option b:y.","Getting section c.","Initializing section c.","Getting option c:z.","Getting option a:x.","Getting option b:y.","Getting option c:z."],"labels":[{"file":"[DIR]/buildout.cfg","line":9,"column":5,"end_line":9,"end_column":11,"text":"in `a:x`"},{"file":"[DIR]/buildout.cfg","line":5,"column":5,"end_line":5,"end_column":11,"text":"in `b:y`"},{"file":"[DIR]/buildout.cfg","line":7,"column":5,"end_line":7,"end_column":11,"text":"in `c:z`"}],"notes":["the circle: c:z → a:x → b:y → c:z"],"help":[],"exit":1}

"#]],
    );
}

#[test]
fn a_reference_deep_down_shows_the_way() {
    assert_shows(
        told_of(
            "[buildout]\nparts = a\n[a]\nrecipe = debug\nx = ${b:y}\n[b]\ny = ${c:z}\n[c]\nz = ${d:none}\n[d]\n",
        ),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
  Getting section b.
  Initializing section b.
  Getting option b:y.
  Getting section c.
  Initializing section c.
  Getting option c:z.
Error: Referenced option does not exist: d none
  --> buildout.cfg:9:5
   |
 9 | z = ${d:none}
   |     ^^^^^^^^^ no option `none` in `[d]`
   |
  ::: buildout.cfg:10:2
   |
10 | [d]
   |  - this section
help: `${d:none|TEXT}` gives a default
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-option","message":"Referenced option does not exist: d none","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:x.","Getting section b.","Initializing section b.","Getting option b:y.","Getting section c.","Initializing section c.","Getting option c:z."],"labels":[{"file":"[DIR]/buildout.cfg","line":9,"column":5,"end_line":9,"end_column":14,"text":"no option `none` in `[d]`"},{"file":"[DIR]/buildout.cfg","line":10,"column":2,"end_line":10,"end_column":3,"text":"this section"}],"notes":[],"help":["`${d:none|TEXT}` gives a default"],"exit":1}

"#]],
    );
}

#[test]
fn a_variable_that_was_not_granted() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\nrecipe = debug\nx = ${env:COLOUR}\n"),
        str![[r#"
exit 3
Error: This configuration reads environment variables that were not granted:
  COLOUR
 --> buildout.cfg:5:5
  |
5 | x = ${env:COLOUR}
  |     ^^^^^^^^^^^^^ reads `COLOUR`
help: to allow it in this run: `buildout --allow-env=COLOUR`
help: to allow it from now on: `buildout approve`, or these lines in your policy file:
      [[allow]]
      directory = "[DIR]"
      recipe = "file sha256:[DIGEST]"
      env = ["COLOUR"]
-- with --json: exit 3
{"version":1,"kind":"diagnostic","severity":"error","code":"environment-denied","message":"This configuration reads environment variables that were not granted:\n  COLOUR","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":5,"column":5,"end_line":5,"end_column":18,"text":"reads `COLOUR`"}],"notes":[],"help":["to allow it in this run: `buildout --allow-env=COLOUR`","to allow it from now on: `buildout approve`, or these lines in your policy file:\n[[allow]]\ndirectory = \"[DIR]\"\nrecipe = \"file sha256:[DIGEST]\"\nenv = [\"COLOUR\"]\n"],"exit":3}

"#]],
    );
}

#[test]
fn a_variable_that_is_not_set() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = debug\nx = ${env:NOTHING}\n");
    assert_shows(
        told(&site, &["--allow-env=NOTHING"]),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
Error: The environment variable NOTHING is not set
 --> buildout.cfg:5:5
  |
5 | x = ${env:NOTHING}
  |     ^^^^^^^^^^^^^^ granted, but not set in the environment
help: `NOTHING=VALUE buildout …` sets it; `${env:NOTHING|TEXT}` gives a default
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unset-variable","message":"The environment variable NOTHING is not set","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:x."],"labels":[{"file":"[DIR]/buildout.cfg","line":5,"column":5,"end_line":5,"end_column":19,"text":"granted, but not set in the environment"}],"notes":[],"help":["`NOTHING=VALUE buildout …` sets it; `${env:NOTHING|TEXT}` gives a default"],"exit":1}

"#]],
    );
}

#[test]
fn an_angle_reference_to_a_section_that_is_not_there_is_text() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = debug\nx = $<CONFIG:Debug>\n");
    assert_shows(
        told(&site, &["plan"]),
        str![[r#"
exit 0
install a
  it is not installed
Warning: $<CONFIG:Debug> is taken as text
 --> buildout.cfg:5:5
  |
5 | x = $<CONFIG:Debug>
  |     ^^^^^^^^^^^^^^^ there is no section `[CONFIG]`
help: `$$<CONFIG:Debug>` says that it is meant
-- with --json: exit 0
{"version":1,"kind":"diagnostic","severity":"warning","code":"angle-text","message":"$<CONFIG:Debug> is taken as text","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":5,"column":5,"end_line":5,"end_column":20,"text":"there is no section `[CONFIG]`"}],"notes":[],"help":["`$$<CONFIG:Debug>` says that it is meant"],"exit":0}
{"version":1,"kind":"result","result":"plan","data":{"steps":[{"part":"a","action":"install","reasons":[{"code":"new","text":"it is not installed","place":null}],"removes":[]}]}}

"#]],
    );
}

#[test]
fn a_reference_on_the_command_line() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = debug\n");
    assert_shows(
        told(&site, &["a:x=${b:c}"]),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
  Getting section b.
Error: The referenced section, 'b', was not defined.
 --> command line:1:5
  |
1 | a:x=${b:c}
  |     ^^^^^^ there is no `[b]`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"The referenced section, 'b', was not defined.","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:x.","Getting section b."],"labels":[{"file":"command line","line":1,"column":5,"end_line":1,"end_column":11,"text":"there is no `[b]`"}],"notes":[],"help":[],"exit":1}

"#]],
    );
}

#[test]
fn a_reference_without_an_end_is_text_with_a_warning() {
    let site = Site::new(
        "[buildout]\nparts = a\n[b]\ny = 1\n[a]\nrecipe = debug\nx = ${b:y and on\nz = ${b:y} ${b\nsame = ${b\n",
    );
    assert_shows(
        told(&site, &["plan"]),
        str![[r#"
exit 0
install a
  it is not installed
Warning: References without their `}` are taken as text
 --> buildout.cfg:9:8
  |
9 | same = ${b
  |        ^^^
  |
 ::: buildout.cfg:7:5
  |
7 | x = ${b:y and on
  |     ------------
  |
 ::: buildout.cfg:8:12
  |
8 | z = ${b:y} ${b
  |            ---
help: a reference is `${section:option}`
-- with --json: exit 0
{"version":1,"kind":"diagnostic","severity":"warning","code":"unclosed-reference","message":"References without their `}` are taken as text","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":9,"column":8,"end_line":9,"end_column":11,"text":""},{"file":"[DIR]/buildout.cfg","line":7,"column":5,"end_line":7,"end_column":17,"text":""},{"file":"[DIR]/buildout.cfg","line":8,"column":12,"end_line":8,"end_column":15,"text":""}],"notes":[],"help":["a reference is `${section:option}`"],"exit":0}
{"version":1,"kind":"result","result":"plan","data":{"steps":[{"part":"a","action":"install","reasons":[{"code":"new","text":"it is not installed","place":null}],"removes":[]}]}}

"#]],
    );
    assert_shows(
        site.run(&["query", "a:z"]).stdout,
        str![[r#"
1 ${b

"#]],
    );
}

#[test]
fn references_of_a_template_that_lead_to_nothing() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = template\ninput = a.in\noutput = a.conf\n");
    site.write("a.in", "port ${b:port}\n  home ${home} in ${:nowhere}\nand ${a:b:c}\n");
    assert_shows(
        told(&site, &[]),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: 4 references of the template cannot be replaced:
  [DIR]/a.in:1:6: The referenced section, 'b', was not defined.
  [DIR]/a.in:2:8: Referenced option does not exist: a home
  [DIR]/a.in:2:19: Referenced option does not exist: a nowhere
  [DIR]/a.in:3:5: The substitution, ${a:b:c}, has too many colons.
 --> buildout.cfg:5:9
  |
5 | input = a.in
  |         ^^^^ `input` is this
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"recipe-error","message":"4 references of the template cannot be replaced:\n  [DIR]/a.in:1:6: The referenced section, 'b', was not defined.\n  [DIR]/a.in:2:8: Referenced option does not exist: a home\n  [DIR]/a.in:2:19: Referenced option does not exist: a nowhere\n  [DIR]/a.in:3:5: The substitution, ${a:b:c}, has too many colons.","doing":["Installing.","Getting section a.","Initializing section a."],"labels":[{"file":"[DIR]/buildout.cfg","line":5,"column":9,"end_line":5,"end_column":13,"text":"`input` is this"}],"notes":[],"help":[],"exit":1}

"#]],
    );
    site.write("a.in", "port\n${b:port}");
    assert_shows(
        site.run(&[]).stderr,
        str![[r#"
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: The referenced section, 'b', was not defined. (in [DIR]/a.in:2:1)
 --> buildout.cfg:5:9
  |
5 | input = a.in
  |         ^^^^ `input` is this

"#]],
    );
}
