//! The options of `[buildout]` (`semantics.md` 7).

use buildout_tests::{Site, assert_shows};
use snapbox::str;

use crate::{told, told_of};

#[test]
fn a_section_buildout_that_is_misspelt() {
    assert_shows(
        told_of("[buildotu]\nparts = a\n[a]\nrecipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
Error: Missing option: buildout:parts
 --> buildout.cfg:1:2
  |
1 | [buildotu]
  |  ^^^^^^^^ no `[buildout]` in any file
help: did you mean `[buildout]` where `[buildotu]` is written?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"missing-option","message":"Missing option: buildout:parts","doing":["Installing."],"labels":[{"file":"[DIR]/buildout.cfg","line":1,"column":2,"end_line":1,"end_column":10,"text":"no `[buildout]` in any file"}],"notes":[],"help":["did you mean `[buildout]` where `[buildotu]` is written?"],"exit":1}

"#]],
    );
}

#[test]
fn no_parts() {
    assert_shows(
        told_of("[buildout]\nprats = a\n[a]\nrecipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
Error: Missing option: buildout:parts
 --> buildout.cfg:1:2
  |
1 | [buildout]
  |  ^^^^^^^^ no option `parts` in `[buildout]`
help: did you mean `parts` where `prats` is written?
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"missing-option","message":"Missing option: buildout:parts","doing":["Installing."],"labels":[{"file":"[DIR]/buildout.cfg","line":1,"column":2,"end_line":1,"end_column":10,"text":"no option `parts` in `[buildout]`"}],"notes":[],"help":["did you mean `parts` where `prats` is written?"],"exit":1}

"#]],
    );
}

#[test]
fn no_parts_at_all() {
    assert_shows(
        told_of("[a]\nrecipe = debug\n"),
        str![[r#"
exit 1
While:
  Installing.
Error: Missing option: buildout:parts
note: no file has a section `[buildout]`
help: begin with a line `[buildout]` and a line `parts = …` below it
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"missing-option","message":"Missing option: buildout:parts","doing":["Installing."],"labels":[],"notes":["no file has a section `[buildout]`"],"help":["begin with a line `[buildout]` and a line `parts = …` below it"],"exit":1}

"#]],
    );
}

#[test]
fn a_boolean_that_is_none() {
    assert_shows(
        told_of("[buildout]\nparts =\nnewest = True\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: Invalid value for 'newest' option: 'True'
 --> buildout.cfg:3:10
  |
3 | newest = True
  |          ^^^^
help: it may be `true` or `false`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"invalid-value","message":"Invalid value for 'newest' option: 'True'","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":10,"end_line":3,"end_column":14,"text":""}],"notes":[],"help":["it may be `true` or `false`"],"exit":1}

"#]],
    );
    assert_shows(
        told_of("[buildout]\nparts =\noffline = yes\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: Invalid value for 'offline' option: 'yes'
 --> buildout.cfg:3:11
  |
3 | offline = yes
  |           ^^^
help: it may be `true` or `false`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"invalid-value","message":"Invalid value for 'offline' option: 'yes'","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":11,"end_line":3,"end_column":14,"text":""}],"notes":[],"help":["it may be `true` or `false`"],"exit":1}

"#]],
    );
    assert_shows(
        told_of("[buildout]\nparts =\nprefer-final = 1\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: Invalid value for 'prefer-final' option: '1'
 --> buildout.cfg:3:16
  |
3 | prefer-final = 1
  |                ^
help: it may be `true` or `false`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"invalid-value","message":"Invalid value for 'prefer-final' option: '1'","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":16,"end_line":3,"end_column":17,"text":""}],"notes":[],"help":["it may be `true` or `false`"],"exit":1}

"#]],
    );
}

#[test]
fn install_from_cache_beside_offline() {
    assert_shows(
        told_of("[buildout]\nparts =\ninstall-from-cache = true\noffline = true\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: install-from-cache can't be used with offline mode.
Nothing is installed, even from cache, in offline
mode, which might better be called 'no-install mode'.

 --> buildout.cfg:3:22
  |
3 | install-from-cache = true
  |                      ^^^^
  |
 ::: buildout.cfg:4:11
  |
4 | offline = true
  |           ----
help: set one of the two to `false`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"nothing-from-cache","message":"install-from-cache can't be used with offline mode.\nNothing is installed, even from cache, in offline\nmode, which might better be called 'no-install mode'.\n","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":22,"end_line":3,"end_column":26,"text":""},{"file":"[DIR]/buildout.cfg","line":4,"column":11,"end_line":4,"end_column":15,"text":""}],"notes":[],"help":["set one of the two to `false`"],"exit":1}

"#]],
    );
}

#[test]
fn a_log_level_that_is_none() {
    assert_shows(
        told_of("[buildout]\nparts =\nlog-level = loud\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: Invalid logging level loud
 --> buildout.cfg:3:13
  |
3 | log-level = loud
  |             ^^^^ set here
help: write `DEBUG`, `INFO`, `WARNING`, `ERROR`, `CRITICAL` or a whole number
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"invalid-log-level","message":"Invalid logging level loud","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":13,"end_line":3,"end_column":17,"text":"set here"}],"notes":[],"help":["write `DEBUG`, `INFO`, `WARNING`, `ERROR`, `CRITICAL` or a whole number"],"exit":1}

"#]],
    );
    assert_shows(
        told_of("[buildout]\nparts =\nlog-level = debug\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: Invalid logging level debug
 --> buildout.cfg:3:13
  |
3 | log-level = debug
  |             ^^^^^ set here
help: write `DEBUG`, `INFO`, `WARNING`, `ERROR`, `CRITICAL` or a whole number
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"invalid-log-level","message":"Invalid logging level debug","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":13,"end_line":3,"end_column":18,"text":"set here"}],"notes":[],"help":["write `DEBUG`, `INFO`, `WARNING`, `ERROR`, `CRITICAL` or a whole number"],"exit":1}

"#]],
    );
    assert_shows(
        told_of("[buildout]\nparts =\nverbosity = much\n"),
        str![[r#"
exit 1
While:
  Initializing.
Error: Invalid verbosity much
 --> buildout.cfg:3:13
  |
3 | verbosity = much
  |             ^^^^ set here
help: write a whole number, such as `10` for one `-v`
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"invalid-verbosity","message":"Invalid verbosity much","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":13,"end_line":3,"end_column":17,"text":"set here"}],"notes":[],"help":["write a whole number, such as `10` for one `-v`"],"exit":1}

"#]],
    );
}

#[test]
fn a_timeout_that_is_no_number() {
    assert_shows(
        told_of("[buildout]\nparts =\nsocket-timeout = 5s\n"),
        str![[r#"
exit 0
Warning: Default socket timeout is used !
Value in configuration is not numeric: [5s].
 --> buildout.cfg:3:18
  |
3 | socket-timeout = 5s
  |                  ^^
help: write whole seconds, such as `5`
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
-- with --json: exit 0
{"version":1,"kind":"diagnostic","severity":"warning","code":"invalid-timeout","message":"Default socket timeout is used !\nValue in configuration is not numeric: [5s].","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":18,"end_line":3,"end_column":20,"text":""}],"notes":[],"help":["write whole seconds, such as `5`"],"exit":0}

"#]],
    );
}

#[test]
fn a_directory_that_leads_out() {
    assert_shows(
        told_of("[buildout]\nparts =\nbin-directory = ../bin\n"),
        str![[r#"
exit 3
While:
  Initializing.
Error: The option `bin-directory` leads outside the buildout directory: [ROOT]/bin
 --> buildout.cfg:3:17
  |
3 | bin-directory = ../bin
  |                 ^^^^^^
help: `--allow-write=[ROOT]/bin` would allow it
-- with --json: exit 3
{"version":1,"kind":"diagnostic","severity":"error","code":"outside-buildout","message":"The option `bin-directory` leads outside the buildout directory: [ROOT]/bin","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":17,"end_line":3,"end_column":23,"text":""}],"notes":[],"help":["`--allow-write=[ROOT]/bin` would allow it"],"exit":3}

"#]],
    );
    assert_shows(
        told_of("[buildout]\nparts =\ndirectory = ..\n"),
        str![[r#"
exit 3
While:
  Initializing.
Error: The option `directory` leads outside the buildout directory: [ROOT]
 --> buildout.cfg:3:13
  |
3 | directory = ..
  |             ^^
help: on the command line it may: `buildout directory=[ROOT]`
-- with --json: exit 3
{"version":1,"kind":"diagnostic","severity":"error","code":"outside-buildout","message":"The option `directory` leads outside the buildout directory: [ROOT]","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":13,"end_line":3,"end_column":15,"text":""}],"notes":[],"help":["on the command line it may: `buildout directory=[ROOT]`"],"exit":3}

"#]],
    );
    assert_shows(
        told_of("[buildout]\nparts =\ndirectory = /srv\n"),
        str![[r#"
exit 3
While:
  Initializing.
Error: The option `directory` leads outside the buildout directory: /srv
 --> buildout.cfg:3:13
  |
3 | directory = /srv
  |             ^^^^
help: on the command line it may: `buildout directory=/srv`
-- with --json: exit 3
{"version":1,"kind":"diagnostic","severity":"error","code":"outside-buildout","message":"The option `directory` leads outside the buildout directory: /srv","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":13,"end_line":3,"end_column":17,"text":""}],"notes":[],"help":["on the command line it may: `buildout directory=/srv`"],"exit":3}

"#]],
    );
    assert_shows(
        told_of("[buildout]\nparts =\neggs-directory-version = a/b\n"),
        str![[r#"
exit 3
While:
  Initializing.
Error: The option `eggs-directory-version` is no name of a directory: a/b
 --> buildout.cfg:3:26
  |
3 | eggs-directory-version = a/b
  |                          ^^^
help: write one name, without slashes
-- with --json: exit 3
{"version":1,"kind":"diagnostic","severity":"error","code":"outside-buildout","message":"The option `eggs-directory-version` is no name of a directory: a/b","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":26,"end_line":3,"end_column":29,"text":""}],"notes":[],"help":["write one name, without slashes"],"exit":3}

"#]],
    );
    assert_shows(
        told_of("[buildout]\nparts =\ninstalled = .git/x\n"),
        str![[r#"
exit 3
While:
  Initializing.
Error: The option `installed` names a protected place: [DIR]/.git/x
 --> buildout.cfg:3:13
  |
3 | installed = .git/x
  |             ^^^^^^
help: name a file inside the buildout directory
-- with --json: exit 3
{"version":1,"kind":"diagnostic","severity":"error","code":"outside-buildout","message":"The option `installed` names a protected place: [DIR]/.git/x","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":13,"end_line":3,"end_column":19,"text":""}],"notes":[],"help":["name a file inside the buildout directory"],"exit":3}

"#]],
    );
}

#[test]
fn a_directory_that_is_a_file() {
    let site = Site::new("[buildout]\nparts =\ndirectory = file\n");
    site.write("file", "");
    assert_shows(
        told(&site, &[]),
        str![[r#"
exit 1
While:
  Initializing.
Error: Couldn't open [DIR]/file: it is no directory
 --> buildout.cfg:3:13
  |
3 | directory = file
  |             ^^^^
help: name a directory
-- with --json: exit 1
{"version":1,"kind":"diagnostic","severity":"error","code":"no-directory","message":"Couldn't open [DIR]/file: it is no directory","doing":["Initializing."],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":13,"end_line":3,"end_column":17,"text":""}],"notes":[],"help":["name a directory"],"exit":1}

"#]],
    );
}

#[test]
fn options_that_nobody_uses() {
    assert_shows(
        told_of("[buildout]\nparts =\nbin-directroy = programs\nlog-levl = DEBUG\nmine = 1\n"),
        str![[r#"
exit 0
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Section `buildout` contains unused option(s): 'bin-directroy' 'log-levl' 'mine'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  bin-directroy: buildout.cfg:3:1, did you mean `bin-directory`?
  log-levl: buildout.cfg:4:1, did you mean `log-level`?
  mine: buildout.cfg:5:1
-- with --json: exit 0
{"version":1,"kind":"event","event":"unused-options","section":"buildout","options":[{"option":"bin-directroy","place":{"file":"[DIR]/buildout.cfg","line":3,"column":1},"nearest":"bin-directory"},{"option":"log-levl","place":{"file":"[DIR]/buildout.cfg","line":4,"column":1},"nearest":"log-level"},{"option":"mine","place":{"file":"[DIR]/buildout.cfg","line":5,"column":1},"nearest":null}]}

"#]],
    );
}

#[test]
fn options_that_only_python_needed() {
    assert_shows(
        told_of(
            "[buildout]\nparts =\nunzip = true\ninclude-site-packages = false\nexec-sitecustomize = false\nrelative-paths = true\n",
        ),
        str![[r#"
exit 0
Notice: Options that only Python needed do nothing here
 --> buildout.cfg:3:1
  |
3 | unzip = true
  | ^^^^^
  |
 ::: buildout.cfg:4:1
  |
4 | include-site-packages = false
  | ---------------------
  |
 ::: buildout.cfg:5:1
  |
5 | exec-sitecustomize = false
  | ------------------
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
-- with --json: exit 0
{"version":1,"kind":"diagnostic","severity":"notice","code":"needless-option","message":"Options that only Python needed do nothing here","doing":[],"labels":[{"file":"[DIR]/buildout.cfg","line":3,"column":1,"end_line":3,"end_column":6,"text":""},{"file":"[DIR]/buildout.cfg","line":4,"column":1,"end_line":4,"end_column":22,"text":""},{"file":"[DIR]/buildout.cfg","line":5,"column":1,"end_line":5,"end_column":19,"text":""}],"notes":[],"help":[],"exit":0}

"#]],
    );
}

#[test]
fn a_recipe_in_the_section_buildout() {
    assert_shows(
        told_of("[buildout]\nparts =\nrecipe = debug\n"),
        str![[r#"
exit 0
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Section `buildout` contains unused option(s): 'recipe'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  recipe: buildout.cfg:3:1
-- with --json: exit 0
{"version":1,"kind":"event","event":"unused-options","section":"buildout","options":[{"option":"recipe","place":{"file":"[DIR]/buildout.cfg","line":3,"column":1},"nearest":null}]}

"#]],
    );
}
