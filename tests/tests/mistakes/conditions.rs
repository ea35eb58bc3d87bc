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
Warning: [a] is left out, as its condition is unsupported: unknown name `os.path.isdir`
 --> buildout.cfg:3:4
  |
3 | [a:os.path.isdir("/etc")]
  |    ^^^^^^^^^^^^^^^^^^^^^ conditions are not Python here
help: a condition is an environment marker such as `python_version >= "3.8"`, or made of names such as `python3`, `linux` and `bits64` with `and`, `or` and `not`
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: unsupported condition: unknown name `os.path.isdir`
 --> buildout.cfg:3:4
  |
3 | [a:os.path.isdir("/etc")]
  |    ^^^^^^^^^^^^^^^^^^^^^ decides whether this `[a]` counts
help: a condition is an environment marker such as `python_version >= "3.8"`, or made of names such as `python3`, `linux` and `bits64` with `and`, `or` and `not`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"warning","code":"unsupported-condition","message":"[a] is left out, as its condition is unsupported: unknown name `os.path.isdir`","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":25,"text":"conditions are not Python here"}],"notes":[],"help":["a condition is an environment marker such as `python_version >= \"3.8\"`, or made of names such as `python3`, `linux` and `bits64` with `and`, `or` and `not`"],"exit":0}
{"version":1,"kind":"diagnostic","severity":"error","code":"unsupported-condition","message":"unsupported condition: unknown name `os.path.isdir`","doing":["Installing.","Getting section a.","Initializing section a."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":25,"text":"decides whether this `[a]` counts"}],"notes":[],"help":["a condition is an environment marker such as `python_version >= \"3.8\"`, or made of names such as `python3`, `linux` and `bits64` with `and`, `or` and `not`"],"exit":1}

"#]],
    );
}

#[test]
fn a_condition_without_an_end() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a:python3 and]\nrecipe = debug\n"),
        str![[r#"
exit 1
Warning: [a] is left out, as its condition is unsupported: it ends too early
 --> buildout.cfg:3:4
  |
3 | [a:python3 and]
  |    ^^^^^^^^^^^ conditions are not Python here
help: a condition is an environment marker such as `python_version >= "3.8"`, or made of names such as `python3`, `linux` and `bits64` with `and`, `or` and `not`
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: unsupported condition: it ends too early
 --> buildout.cfg:3:4
  |
3 | [a:python3 and]
  |    ^^^^^^^^^^^ decides whether this `[a]` counts
help: a condition is an environment marker such as `python_version >= "3.8"`, or made of names such as `python3`, `linux` and `bits64` with `and`, `or` and `not`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"warning","code":"unsupported-condition","message":"[a] is left out, as its condition is unsupported: it ends too early","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":15,"text":"conditions are not Python here"}],"notes":[],"help":["a condition is an environment marker such as `python_version >= \"3.8\"`, or made of names such as `python3`, `linux` and `bits64` with `and`, `or` and `not`"],"exit":0}
{"version":1,"kind":"diagnostic","severity":"error","code":"unsupported-condition","message":"unsupported condition: it ends too early","doing":["Installing.","Getting section a.","Initializing section a."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":15,"text":"decides whether this `[a]` counts"}],"notes":[],"help":["a condition is an environment marker such as `python_version >= \"3.8\"`, or made of names such as `python3`, `linux` and `bits64` with `and`, `or` and `not`"],"exit":1}

"#]],
    );
}

#[test]
fn a_version_that_is_compared_with_a_number() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a:python_version > 3]\nrecipe = debug\n"),
        str![[r#"
exit 1
Warning: [a] is left out, as its condition is unsupported: unknown name `python_version`
 --> buildout.cfg:3:4
  |
3 | [a:python_version > 3]
  |    ^^^^^^^^^^^^^^^^^^ conditions are not Python here
help: versions are text in markers: `python_version > "3"`
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: unsupported condition: unknown name `python_version`
 --> buildout.cfg:3:4
  |
3 | [a:python_version > 3]
  |    ^^^^^^^^^^^^^^^^^^ decides whether this `[a]` counts
help: versions are text in markers: `python_version > "3"`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"warning","code":"unsupported-condition","message":"[a] is left out, as its condition is unsupported: unknown name `python_version`","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":22,"text":"conditions are not Python here"}],"notes":[],"help":["versions are text in markers: `python_version > \"3\"`"],"exit":0}
{"version":1,"kind":"diagnostic","severity":"error","code":"unsupported-condition","message":"unsupported condition: unknown name `python_version`","doing":["Installing.","Getting section a.","Initializing section a."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":22,"text":"decides whether this `[a]` counts"}],"notes":[],"help":["versions are text in markers: `python_version > \"3\"`"],"exit":1}

"#]],
    );
}

#[test]
fn a_version_that_is_compared_with_a_fraction() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a:python_version >= 3.8]\nrecipe = debug\n"),
        str![[r#"
exit 1
Warning: [a] is left out, as its condition is unsupported: unknown name `python_version`
 --> buildout.cfg:3:4
  |
3 | [a:python_version >= 3.8]
  |    ^^^^^^^^^^^^^^^^^^^^^ conditions are not Python here
help: versions are text in markers: `python_version >= "3.8"`
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: unsupported condition: unknown name `python_version`
 --> buildout.cfg:3:4
  |
3 | [a:python_version >= 3.8]
  |    ^^^^^^^^^^^^^^^^^^^^^ decides whether this `[a]` counts
help: versions are text in markers: `python_version >= "3.8"`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"warning","code":"unsupported-condition","message":"[a] is left out, as its condition is unsupported: unknown name `python_version`","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":25,"text":"conditions are not Python here"}],"notes":[],"help":["versions are text in markers: `python_version >= \"3.8\"`"],"exit":0}
{"version":1,"kind":"diagnostic","severity":"error","code":"unsupported-condition","message":"unsupported condition: unknown name `python_version`","doing":["Installing.","Getting section a.","Initializing section a."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":4,"end_line":3,"end_column":25,"text":"decides whether this `[a]` counts"}],"notes":[],"help":["versions are text in markers: `python_version >= \"3.8\"`"],"exit":1}

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
