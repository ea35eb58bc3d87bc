//! Conditions in headers (`semantics.md` 3).

use buildout_tests::{Site, assert_shows};
use snapbox::str;

use crate::{told, told_of};

#[test]
fn a_name_that_no_condition_knows() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a:python99]\nrecipe = debug\n"),
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
 ::: buildout.cfg:3:4
  |
3 | [a:python99]
  |    -------- it does not count: this is false here
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"The referenced section, 'a', was not defined.","doing":["Installing.","Getting section a."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":9,"end_line":2,"end_column":10,"text":"there is no `[a]`"},{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":12,"text":"it does not count: this is false here"}],"notes":[],"help":[],"exit":1}

"#]],
    );
}

#[test]
fn a_condition_that_is_python() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a:os.path.isdir(\"/etc\")]\nrecipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: unsupported condition: unknown name `os.path.isdir`
 --> buildout.cfg:3:4
  |
3 | [a:os.path.isdir("/etc")]
  |    ^^^^^^^^^^^^^^^^^^^^^ decides whether this `[a]` counts
note: conditions are not Python here
help: a condition is an environment marker such as `python_version >= "3.8"`, or made of names such as `python3`, `linux` and `bits64` with `and`, `or` and `not`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unsupported-condition","message":"unsupported condition: unknown name `os.path.isdir`","doing":["Installing.","Getting section a.","Initializing section a."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":25,"text":"decides whether this `[a]` counts"}],"notes":["conditions are not Python here"],"help":["a condition is an environment marker such as `python_version >= \"3.8\"`, or made of names such as `python3`, `linux` and `bits64` with `and`, `or` and `not`"],"exit":1}

"#]],
    );
}

#[test]
fn a_condition_without_an_end() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a:python3 and]\nrecipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: unsupported condition: it ends too early
 --> buildout.cfg:3:4
  |
3 | [a:python3 and]
  |    ^^^^^^^^^^^ decides whether this `[a]` counts
note: conditions are not Python here
help: a condition is an environment marker such as `python_version >= "3.8"`, or made of names such as `python3`, `linux` and `bits64` with `and`, `or` and `not`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unsupported-condition","message":"unsupported condition: it ends too early","doing":["Installing.","Getting section a.","Initializing section a."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":15,"text":"decides whether this `[a]` counts"}],"notes":["conditions are not Python here"],"help":["a condition is an environment marker such as `python_version >= \"3.8\"`, or made of names such as `python3`, `linux` and `bits64` with `and`, `or` and `not`"],"exit":1}

"#]],
    );
}

#[test]
fn a_version_that_is_compared_with_a_number() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a:python_version > 3]\nrecipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: unsupported condition: unknown name `python_version`
 --> buildout.cfg:3:4
  |
3 | [a:python_version > 3]
  |    ^^^^^^^^^^^^^^^^^^ decides whether this `[a]` counts
note: conditions are not Python here
help: versions are text in markers: `python_version > "3"`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unsupported-condition","message":"unsupported condition: unknown name `python_version`","doing":["Installing.","Getting section a.","Initializing section a."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":22,"text":"decides whether this `[a]` counts"}],"notes":["conditions are not Python here"],"help":["versions are text in markers: `python_version > \"3\"`"],"exit":1}

"#]],
    );
}

#[test]
fn a_version_that_is_compared_with_a_fraction() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a:python_version >= 3.8]\nrecipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: unsupported condition: unknown name `python_version`
 --> buildout.cfg:3:4
  |
3 | [a:python_version >= 3.8]
  |    ^^^^^^^^^^^^^^^^^^^^^ decides whether this `[a]` counts
note: conditions are not Python here
help: versions are text in markers: `python_version >= "3.8"`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unsupported-condition","message":"unsupported condition: unknown name `python_version`","doing":["Installing.","Getting section a.","Initializing section a."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":25,"text":"decides whether this `[a]` counts"}],"notes":["conditions are not Python here"],"help":["versions are text in markers: `python_version >= \"3.8\"`"],"exit":1}

"#]],
    );
}

#[test]
fn a_condition_that_nobody_looks_at_is_a_warning() {
    assert_shows(
        told_of("[buildout]\nparts =\n[a:python99]\nrecipe = debug\n"),
        str![[r#"
exit 0
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
-- with --json: exit 0

"#]],
    );
}

#[test]
fn a_condition_that_reads_the_environment() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a:env.HOME]\nrecipe = debug\n"),
        str![[r#"
exit 3
While:
  Initializing.
Error: conditions ask for 1 environment variable that was not granted
 --> buildout.cfg:3:4
  |
3 | [a:env.HOME]
  |    ^^^^^^^^ reads `HOME`
help: allow it with `--allow-env=HOME`
-- with --json: exit 3
{"version":1,"kind":"diagnostic","severity":"error","code":"environment-not-granted","message":"conditions ask for 1 environment variable that was not granted","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":12,"text":"reads `HOME`"}],"notes":[],"help":["allow it with `--allow-env=HOME`"],"exit":3}

"#]],
    );
}

#[test]
fn a_variable_of_a_condition_that_is_granted_and_not_set() {
    let site = Site::new("[buildout]\nparts = a\n[a:env.NOTHING == 'x']\nrecipe = debug\n");
    assert_shows(
        told(&site, &["--allow-env=NOTHING"]),
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
 ::: buildout.cfg:3:4
  |
3 | [a:env.NOTHING == 'x']
  |    ------------------ it does not count: this is false here, where NOTHING is not set
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"The referenced section, 'a', was not defined.","doing":["Installing.","Getting section a."],"labels":[{"file":"[DIR]/buildout.cfg","line":2,"column":9,"end_line":2,"end_column":10,"text":"there is no `[a]`"},{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":22,"text":"it does not count: this is false here, where NOTHING is not set"}],"notes":[],"help":[],"exit":1}

"#]],
    );
}

#[test]
fn a_misspelt_name_is_told_once_whether_the_section_is_needed_or_not() {
    let text = "[buildout]\nparts = a\n[a:linxu]\nrecipe = debug\n[b:sys.platfrom == 'linux']\nx = 1\n";
    assert_shows(
        told_of(text),
        str![[r#"
exit 1
Warning: [b] is left out, as its condition is unsupported: unknown name `sys.platfrom`
 --> buildout.cfg:5:4
  |
5 | [b:sys.platfrom == 'linux']
  |    ^^^^^^^^^^^^^^^^^^^^^^^ conditions are not Python here
help: did you mean `sys.platform`?
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: unsupported condition: unknown name `linxu`
 --> buildout.cfg:3:4
  |
3 | [a:linxu]
  |    ^^^^^ decides whether this `[a]` counts
note: conditions are not Python here
help: did you mean `linux`?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"warning","code":"unsupported-condition","message":"[b] is left out, as its condition is unsupported: unknown name `sys.platfrom`","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":5,"column":4,"end_line":5,"end_column":27,"text":"conditions are not Python here"}],"notes":[],"help":["did you mean `sys.platform`?"],"exit":0}
{"version":1,"kind":"diagnostic","severity":"error","code":"unsupported-condition","message":"unsupported condition: unknown name `linxu`","doing":["Installing.","Getting section a.","Initializing section a."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":9,"text":"decides whether this `[a]` counts"}],"notes":["conditions are not Python here"],"help":["did you mean `linux`?"],"exit":1}

"#]],
    );
    let site = Site::new(text);
    assert_shows(
        site.run(&["annotate", "b"]).stderr,
        str![[r#"
Warning: [a] is left out, as its condition is unsupported: unknown name `linxu`
 --> buildout.cfg:3:4
  |
3 | [a:linxu]
  |    ^^^^^ conditions are not Python here
help: did you mean `linux`?
Warning: [b] is left out, as its condition is unsupported: unknown name `sys.platfrom`
 --> buildout.cfg:5:4
  |
5 | [b:sys.platfrom == 'linux']
  |    ^^^^^^^^^^^^^^^^^^^^^^^ conditions are not Python here
help: did you mean `sys.platform`?
Warning: There is no section [b] to annotate

"#]],
    );
    assert_shows(
        site.run(&["query", "a:x"]).stderr,
        str![[r#"
Warning: [a] is left out, as its condition is unsupported: unknown name `linxu`
 --> buildout.cfg:3:4
  |
3 | [a:linxu]
  |    ^^^^^ conditions are not Python here
help: did you mean `linux`?
Warning: [b] is left out, as its condition is unsupported: unknown name `sys.platfrom`
 --> buildout.cfg:5:4
  |
5 | [b:sys.platfrom == 'linux']
  |    ^^^^^^^^^^^^^^^^^^^^^^^ conditions are not Python here
help: did you mean `sys.platform`?
Error: Section not found: a

"#]],
    );
}
