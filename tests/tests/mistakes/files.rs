//! The lines of a file (`semantics.md` 2).

use buildout_tests::{Site, assert_shows};
use snapbox::str;

use crate::{told, told_of};

#[test]
fn a_file_that_is_no_utf_8() {
    let site = Site::new("[buildout]\nparts =\n");
    site.write("buildout.cfg", b"[buildout]\nparts =\nx = caf\xe9\n");
    assert_shows(
        told(&site, &[]),
        str![[r#"
exit 1
While:
  Initializing.
Error: [DIR]/buildout.cfg is not UTF-8 text: byte 0xe9 in position 26
 --> buildout.cfg:3:8
  |
3 | x = caf�
  |        ^ this byte
help: save the file as UTF-8
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"not-utf-8","message":"[DIR]/buildout.cfg is not UTF-8 text: byte 0xe9 in position 26","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":8,"end_line":3,"end_column":9,"text":"this byte"}],"notes":[],"help":["save the file as UTF-8"],"exit":1}

"#]],
    );
}

#[test]
fn an_option_before_the_first_header() {
    assert_shows(
        told_of("parts = a\n[buildout]\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: File contains no section headers.
file: [DIR]/buildout.cfg, line: 1
'parts = a\n'
 --> buildout.cfg:1:1
  |
1 | parts = a
  | ^^^^^^^^^ no section yet
help: begin with a header such as `[buildout]`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"missing-header","message":"File contains no section headers.\nfile: [DIR]/buildout.cfg, line: 1\n'parts = a\\n'","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":1,"column":1,"end_line":1,"end_column":10,"text":"no section yet"}],"notes":[],"help":["begin with a header such as `[buildout]`"],"exit":1}

"#]],
    );
}

#[test]
fn an_option_with_a_colon() {
    assert_shows(
        told_of("[buildout]\nparts =\nindex: here\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: File contains parsing errors: [DIR]/buildout.cfg
	[line  3]: 'index: here\n'
 --> buildout.cfg:3:1
  |
3 | index: here
  | ^^^^^^^^^^^ neither a header nor an option
help: options are written `NAME = VALUE`, with `=` and not `:`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"bad-line","message":"File contains parsing errors: [DIR]/buildout.cfg\n\t[line  3]: 'index: here\\n'","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":1,"end_line":3,"end_column":12,"text":"neither a header nor an option"}],"notes":[],"help":["options are written `NAME = VALUE`, with `=` and not `:`"],"exit":1}

"#]],
    );
}

#[test]
fn an_option_with_a_blank_in_its_name() {
    assert_shows(
        told_of("[buildout]\nparts =\nmy option = 1\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: File contains parsing errors: [DIR]/buildout.cfg
	[line  3]: 'my option = 1\n'
 --> buildout.cfg:3:1
  |
3 | my option = 1
  | ^^^^^^^^^^^^^ neither a header nor an option
help: an option's name has no blanks, colons, braces or brackets
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"bad-line","message":"File contains parsing errors: [DIR]/buildout.cfg\n\t[line  3]: 'my option = 1\\n'","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":1,"end_line":3,"end_column":14,"text":"neither a header nor an option"}],"notes":[],"help":["an option's name has no blanks, colons, braces or brackets"],"exit":1}

"#]],
    );
}

#[test]
fn an_operator_with_a_blank_in_it() {
    assert_shows(
        told_of("[buildout]\nparts =\nx + = 1\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: File contains parsing errors: [DIR]/buildout.cfg
	[line  3]: 'x + = 1\n'
 --> buildout.cfg:3:1
  |
3 | x + = 1
  | ^^^^^^^ neither a header nor an option
help: an operator is `+=` or `-=`, with no blank in it
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"bad-line","message":"File contains parsing errors: [DIR]/buildout.cfg\n\t[line  3]: 'x + = 1\\n'","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":1,"end_line":3,"end_column":8,"text":"neither a header nor an option"}],"notes":[],"help":["an operator is `+=` or `-=`, with no blank in it"],"exit":1}

"#]],
    );
}

#[test]
fn a_word_alone() {
    assert_shows(
        told_of("[buildout]\nparts =\nwhat\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: File contains parsing errors: [DIR]/buildout.cfg
	[line  3]: 'what\n'
 --> buildout.cfg:3:1
  |
3 | what
  | ^^^^ neither a header nor an option
help: indent the line if it belongs to the option above it
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"bad-line","message":"File contains parsing errors: [DIR]/buildout.cfg\n\t[line  3]: 'what\\n'","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":1,"end_line":3,"end_column":5,"text":"neither a header nor an option"}],"notes":[],"help":["indent the line if it belongs to the option above it"],"exit":1}

"#]],
    );
}

#[test]
fn headers_that_are_none() {
    assert_shows(
        told_of("[buildout]\nparts =\n[]\n[my section]\n[[c]]\n[d] [e]\n[f\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: File contains parsing errors: [DIR]/buildout.cfg
	[line  3]: '[]\n'
	[line  4]: '[my section]\n'
	[line  5]: '[[c]]\n'
	[line  6]: '[d] [e]\n'
	[line  7]: '[f\n'
 --> buildout.cfg:3:1
  |
3 | []
  | ^^ neither a header nor an option
  |
 ::: buildout.cfg:4:1
  |
4 | [my section]
  | ------------ neither a header nor an option
  |
 ::: buildout.cfg:5:1
  |
5 | [[c]]
  | ----- neither a header nor an option
  |
 ::: buildout.cfg:6:1
  |
6 | [d] [e]
  | ------- neither a header nor an option
  |
 ::: buildout.cfg:7:1
  |
7 | [f
  | -- neither a header nor an option
help: a header is `[NAME]`, and its name has no blanks or brackets
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"bad-line","message":"File contains parsing errors: [DIR]/buildout.cfg\n\t[line  3]: '[]\\n'\n\t[line  4]: '[my section]\\n'\n\t[line  5]: '[[c]]\\n'\n\t[line  6]: '[d] [e]\\n'\n\t[line  7]: '[f\\n'","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":1,"end_line":3,"end_column":3,"text":"neither a header nor an option"},{"file":"[DIR]/buildout.cfg","line":4,"column":1,"end_line":4,"end_column":13,"text":"neither a header nor an option"},{"file":"[DIR]/buildout.cfg","line":5,"column":1,"end_line":5,"end_column":6,"text":"neither a header nor an option"},{"file":"[DIR]/buildout.cfg","line":6,"column":1,"end_line":6,"end_column":8,"text":"neither a header nor an option"},{"file":"[DIR]/buildout.cfg","line":7,"column":1,"end_line":7,"end_column":3,"text":"neither a header nor an option"}],"notes":[],"help":["a header is `[NAME]`, and its name has no blanks or brackets"],"exit":1}

"#]],
    );
}

#[test]
fn text_behind_a_header() {
    assert_shows(
        told_of("[buildout]\nparts =\n[a] and more\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: File contains parsing errors: [DIR]/buildout.cfg
	[line  3]: '[a] and more\n'
 --> buildout.cfg:3:1
  |
3 | [a] and more
  | ^^^^^^^^^^^^ neither a header nor an option
help: a header is `[NAME]`, and its name has no blanks or brackets
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"bad-line","message":"File contains parsing errors: [DIR]/buildout.cfg\n\t[line  3]: '[a] and more\\n'","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":1,"end_line":3,"end_column":13,"text":"neither a header nor an option"}],"notes":[],"help":["a header is `[NAME]`, and its name has no blanks or brackets"],"exit":1}

"#]],
    );
}

#[test]
fn an_indented_option_below_a_header() {
    assert_shows(
        told_of("[buildout]\n  parts = a\n  index = b\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: File contains parsing errors: [DIR]/buildout.cfg
	[line  2]: '  parts = a\n'
	[line  3]: '  index = b\n'
 --> buildout.cfg:2:1
  |
2 |   parts = a
  | ^^^^^^^^^^^ neither a header nor an option
  |
 ::: buildout.cfg:3:1
  |
3 |   index = b
  | ----------- neither a header nor an option
help: an indented line continues the option above it; there is none in this section yet
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"bad-line","message":"File contains parsing errors: [DIR]/buildout.cfg\n\t[line  2]: '  parts = a\\n'\n\t[line  3]: '  index = b\\n'","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":1,"end_line":2,"end_column":12,"text":"neither a header nor an option"},{"file":"[DIR]/buildout.cfg","line":3,"column":1,"end_line":3,"end_column":12,"text":"neither a header nor an option"}],"notes":[],"help":["an indented line continues the option above it; there is none in this section yet"],"exit":1}

"#]],
    );
}

#[test]
fn an_indented_header_is_a_value_and_its_part_is_missing() {
    assert_shows(
        told_of("[buildout]\nparts = a\n  [a]\n  recipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
Error: The referenced section, 'a', was not defined.
 --> buildout.cfg:2:9
  |
2 | parts = a
  |         ^ there is no `[a]`
  |
 ::: buildout.cfg:3:3
  |
3 |   [a]
  |   --- indented, so it belongs to the value above
help: a header stands at the beginning of its line: `[a]`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"The referenced section, 'a', was not defined.","doing":["Installing.","Getting section a."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":9,"end_line":2,"end_column":10,"text":"there is no `[a]`"},{"file":"[DIR]/buildout.cfg","line":3,"column":3,"end_line":3,"end_column":6,"text":"indented, so it belongs to the value above"}],"notes":[],"help":["a header stands at the beginning of its line: `[a]`"],"exit":1}

"#]],
    );
}

#[test]
fn a_carriage_return_and_other_marks_are_shown() {
    assert_shows(
        told_of("[buildout]\nparts =\nbad\n[a]\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: File contains parsing errors: [DIR]/buildout.cfg
	[line  3]: 'b\x1bad\n'
 --> buildout.cfg:3:1
  |
3 | b\u{1b}ad
  | ^^^^^^^^^ neither a header nor an option
help: indent the line if it belongs to the option above it
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"bad-line","message":"File contains parsing errors: [DIR]/buildout.cfg\n\t[line  3]: 'b\\x1bad\\n'","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":1,"end_line":3,"end_column":5,"text":"neither a header nor an option"}],"notes":[],"help":["indent the line if it belongs to the option above it"],"exit":1}

"#]],
    );
}
