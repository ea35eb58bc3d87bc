//! Macros (`semantics.md` 5).

use buildout_tests::assert_shows;
use snapbox::str;

use crate::told_of;

#[test]
fn a_macro_that_is_not_there() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[base]\nrecipe = debug\n[a]\n<= bsae\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Loading input sections for 'a'
Error: No section named 'bsae'
 --> buildout.cfg:6:4
  |
6 | <= bsae
  |    ^^^^ no such section
help: did you mean `base`?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"missing-macro","message":"No section named 'bsae'","doing":["Installing.","Getting section a.","Initializing section a.","Loading input sections for 'a'"],"labels":[{"file":"[DIR]/buildout.cfg","line":6,"column":4,"end_line":6,"end_column":8,"text":"no such section"}],"notes":[],"help":["did you mean `base`?"],"exit":1}

"#]],
    );
}

#[test]
fn two_macros_on_one_line() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[b]\nrecipe = debug\n[c]\n[a]\n<= b c\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Loading input sections for 'a'
Error: No section named 'b c'
 --> buildout.cfg:7:4
  |
7 | <= b c
  |    ^^^ no such section
help: write each section on a line of its own
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"missing-macro","message":"No section named 'b c'","doing":["Installing.","Getting section a.","Initializing section a.","Loading input sections for 'a'"],"labels":[{"file":"[DIR]/buildout.cfg","line":7,"column":4,"end_line":7,"end_column":7,"text":"no such section"}],"notes":[],"help":["write each section on a line of its own"],"exit":1}

"#]],
    );
}

#[test]
fn a_macro_that_is_named_by_a_reference() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\n<= ${buildout:x}\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Loading input sections for 'a'
Error: No section named '${buildout:x}'
 --> buildout.cfg:4:4
  |
4 | <= ${buildout:x}
  |    ^^^^^^^^^^^^^ no such section
help: `<=` is read before anything is substituted
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"missing-macro","message":"No section named '${buildout:x}'","doing":["Installing.","Getting section a.","Initializing section a.","Loading input sections for 'a'"],"labels":[{"file":"[DIR]/buildout.cfg","line":4,"column":4,"end_line":4,"end_column":17,"text":"no such section"}],"notes":[],"help":["`<=` is read before anything is substituted"],"exit":1}

"#]],
    );
}

#[test]
fn macros_in_a_circle() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\n<= b\n[b]\n<= a\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Loading input sections for 'a'
  Loading input sections for 'b'
Error: Infinite extending loop 'a'
 --> buildout.cfg:6:4
  |
6 | <= a
  |    ^ and so it goes round
help: take this name out of `<=`, or another one on the way
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"macro-loop","message":"Infinite extending loop 'a'","doing":["Installing.","Getting section a.","Initializing section a.","Loading input sections for 'a'","Loading input sections for 'b'"],"labels":[{"file":"[DIR]/buildout.cfg","line":6,"column":4,"end_line":6,"end_column":5,"text":"and so it goes round"}],"notes":[],"help":["take this name out of `<=`, or another one on the way"],"exit":1}

"#]],
    );
}

#[test]
fn a_section_that_is_its_own_macro() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[a]\n<= a\nrecipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
  Getting section a.
  Initializing section a.
  Loading input sections for 'a'
Error: Infinite extending loop 'a'
 --> buildout.cfg:4:4
  |
4 | <= a
  |    ^ and so it goes round
help: take this name out of `<=`, or another one on the way
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"macro-loop","message":"Infinite extending loop 'a'","doing":["Installing.","Getting section a.","Initializing section a.","Loading input sections for 'a'"],"labels":[{"file":"[DIR]/buildout.cfg","line":4,"column":4,"end_line":4,"end_column":5,"text":"and so it goes round"}],"notes":[],"help":["take this name out of `<=`, or another one on the way"],"exit":1}

"#]],
    );
}

#[test]
fn a_removal_from_a_macros_option_that_removes_nothing() {
    assert_shows(
        told_of("[buildout]\nparts = a\n[m]\nx =\n  one\n  two\n[a]\n<= m\nrecipe = debug\nx -= tow\n"),
        str![[r#"
exit 0
Warning: `-=` takes away lines that are not there
  --> buildout.cfg:10:6
   |
10 | x -= tow
   |      ^^^ there is no such line; is it `two`?
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a:   recipe="debug"
a:   x="one\ntwo"
-- with --json: exit 0
{"version":1,"kind":"diagnostic","severity":"warning","code":"idle-removal","message":"`-=` takes away lines that are not there","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":10,"column":6,"end_line":10,"end_column":9,"text":"there is no such line; is it `two`?"}],"notes":[],"help":[],"exit":0}
{"version":1,"kind":"event","event":"step-started","activity":"updating","part":"a","causes":[]}
{"version":1,"kind":"event","event":"log","part":"a","level":"info","message":"  recipe=\"debug\""}
{"version":1,"kind":"event","event":"log","part":"a","level":"info","message":"  x=\"one\\ntwo\""}
{"version":1,"kind":"event","event":"step-finished","activity":"updating","part":"a"}

"#]],
    );
}
