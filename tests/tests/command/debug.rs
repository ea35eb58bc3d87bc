//! `-D`: what is told about an error, and what can be asked then.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

const WRONG: &str = "\
[buildout]
parts = a

[a]
recipe = debug
text =
    one
    two
ref = ${b:x} and ${b:nope}

[b]
x = ${:y}!
y = 1
";

#[test]
fn an_error_is_told_in_full_and_its_section_shown() {
    assert_shows(
        Site::new(WRONG).run(&["-D"]),
        str![[r#"
exit 1
-- standard output
[a]
recipe = debug
        buildout.cfg:5:10
text = one
    two
        buildout.cfg:7:5
ref = ${b:x} and ${b:nope}
        buildout.cfg:9:7, not replaced yet
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:ref.
Error: Referenced option does not exist: b nope
  --> buildout.cfg:9:18
   |
 9 | ref = ${b:x} and ${b:nope}
   |                  ^^^^^^^^^ no option `nope` in `[b]`
   |
  ::: buildout.cfg:11:2
   |
11 | [b]
   |  - this section
help: `${b:nope|TEXT}` gives a default
code: unknown-option

"#]],
    );
}

#[test]
fn a_script_can_ask_for_sections_and_options() {
    let questions = "sections\nb\n[b]\nb:x\na : text\n\nbb\nb:z\nnope:x\nhelp\nerror\nquit\nsections\n";
    assert_shows(
        Site::new(WRONG).run_with_input(&["-D"], questions),
        str![[r#"
exit 1
-- standard output
[a]
recipe = debug
        buildout.cfg:5:10
text = one
    two
        buildout.cfg:7:5
ref = ${b:x} and ${b:nope}
        buildout.cfg:9:7, not replaced yet
buildout
a
b
versions
[b]
x = 1!
        buildout.cfg:12:5
y = 1
        buildout.cfg:13:5
[b]
x = 1!
        buildout.cfg:12:5
y = 1
        buildout.cfg:13:5
x = 1!
        buildout.cfg:12:5
text = one
    two
        buildout.cfg:7:5
[SECTION]       a section, with the values that it has now
SECTION:OPTION  one value
sections        the names of all sections
error           the error once more
quit            the end; so does the end of the input
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:ref.
Error: Referenced option does not exist: b nope
  --> buildout.cfg:9:18
   |
 9 | ref = ${b:x} and ${b:nope}
   |                  ^^^^^^^^^ no option `nope` in `[b]`
   |
  ::: buildout.cfg:11:2
   |
11 | [b]
   |  - this section
help: `${b:nope|TEXT}` gives a default
code: unknown-option
Error: Section not found: bb
help: did you mean `b`?
code: unknown-section
Error: Key not found: z
code: unknown-option
Error: Section not found: nope
code: unknown-section
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:ref.
Error: Referenced option does not exist: b nope
  --> buildout.cfg:9:18
   |
 9 | ref = ${b:x} and ${b:nope}
   |                  ^^^^^^^^^ no option `nope` in `[b]`
   |
  ::: buildout.cfg:11:2
   |
11 | [b]
   |  - this section
help: `${b:nope|TEXT}` gives a default
code: unknown-option

"#]],
    );
}

#[test]
fn answers_are_json_for_programs() {
    assert_shows(
        Site::new(WRONG).run_with_input(&["-D", "--json"], "b:x\nbb\n"),
        str![[r#"
exit 1
-- standard output
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-option","message":"Referenced option does not exist: b nope","doing":["Installing.","Getting section a.","Initializing section a.","Getting option a:ref."],"labels":[{"file":"[DIR]/buildout.cfg","line":9,"column":18,"end_line":9,"end_column":27,"text":"no option `nope` in `[b]`"},{"file":"[DIR]/buildout.cfg","line":11,"column":2,"end_line":11,"end_column":3,"text":"this section"}],"notes":[],"help":["`${b:nope|TEXT}` gives a default"],"exit":1}
{"version":1,"kind":"result","result":"section","data":{"section":"a","options":[{"option":"recipe","value":"debug","raw":false,"place":{"file":"[DIR]/buildout.cfg","line":5,"column":10}},{"option":"text","value":"one\ntwo","raw":false,"place":{"file":"[DIR]/buildout.cfg","line":7,"column":5}},{"option":"ref","value":"${b:x} and ${b:nope}","raw":true,"place":{"file":"[DIR]/buildout.cfg","line":9,"column":7}}]}}
{"version":1,"kind":"result","result":"option","data":{"option":"x","value":"1!","raw":false,"place":{"file":"[DIR]/buildout.cfg","line":12,"column":5}}}
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"Section not found: bb","doing":[],"labels":[],"notes":[],"help":["did you mean `b`?"],"exit":1}

"#]],
    );
}

#[test]
fn a_recipe_that_traps_is_told_with_its_backtrace_and_its_section() {
    let run = Site::actor("x = 1\ninstall = trap").run_with_input(&["-D"], "a:x\n");
    assert_eq!(run.exit, Some(70));
    let told = run.stderr;
    for line in ["While:", "  Installing a.", "wasm backtrace", "code: "] {
        assert!(told.contains(line), "{line}:\n{told}");
    }
    assert_shows(
        run.stdout,
        str![[r#"
[a]
recipe = actor
        buildout.cfg:5:10
x = 1
        buildout.cfg:6:5
install = trap
        buildout.cfg:7:11
x = 1
        buildout.cfg:6:5

"#]],
    );
}

#[test]
fn a_file_that_cannot_be_read_leaves_nothing_to_ask_about() {
    assert_shows(
        Site::new("[buildout\n").run_with_input(&["-D"], "sections\n"),
        str![[r#"
exit 1
-- standard error
While:
  Initializing.
Error: File contains no section headers.
file: [DIR]/buildout.cfg, line: 1
'[buildout\n'
 --> buildout.cfg:1:1
  |
1 | [buildout
  | ^^^^^^^^^ no section yet
help: begin with a header such as `[buildout]`
code: missing-header

"#]],
    );
}

#[test]
fn without_an_error_nothing_is_asked() {
    let site = Site::new("[buildout]\nparts =\n");
    assert_shows(
        site.run_with_input(&["-D", "plan"], "sections\n"),
        str![[r#"
exit 0
-- standard output
no parts

"#]],
    );
}
