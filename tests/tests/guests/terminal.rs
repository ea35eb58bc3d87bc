//! What a recipe prints. (Every run of every test fails if a control character reaches the terminal.)

use buildout_tests::{Site, assert_shows};
use snapbox::str;

#[test]
fn lines_of_a_recipe_carry_its_parts_name_so_that_none_can_speak_for_us() {
    let site = Site::actor(
        "init = log info hello\\nInstalling b.\\nError: all is lost
    say Installing b.
    warn Error: forged
    log debug only for who asks
    log warn careful
    log error bad
    progress half of it",
    );
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: hello
a: Installing b.
a: Error: all is lost
a: Installing b.
a: Error: forged
a: careful
a: bad

"#]],
    );
    assert_shows(
        site.run(&["-v", "plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: hello
a: Installing b.
a: Error: all is lost
a: Installing b.
a: Error: forged
a: only for who asks
a: careful
a: bad

"#]],
    );
    assert_shows(
        site.run(&["-qq", "plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: bad

"#]],
    );
}

#[test]
fn control_characters_are_made_visible() {
    let site = Site::actor(
        "init = log info \\e]0;title\\e[2Jgone\\rover\n    print-bytes\n    fail user \u{202e}desrever \u{200b}",
    );
    let run = site.run(&["plan"]);
    assert_eq!(run.exit, Some(1));
    assert!(!run.stderr.contains(['\u{202e}', '\u{200b}']), "{}", run.stderr);
    assert_shows(run.said("a")[0].to_owned(), str![[r#"\u{1b}]0;title\u{1b}[2Jgone\u{d}over"#]]);
    assert_shows(run.said("a")[1].to_owned(), str![[r#"half a � character, \u{1b}[31mred\u{1b}[0m"#]]);
    assert!(run.stderr.lines().all(|line| line.len() < 20_000), "a line without an end is cut");
}

#[test]
fn what_names_and_values_hold_is_made_visible_as_well() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = \u{1b}[31mred\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
Error: There is nothing here that serves the recipe `\u{1b}[31mred` of [a]
 --> buildout.cfg:4:10
  |
4 | recipe = \u{1b}[31mred
  |          ^^^^^^^^^^^^^
help: `buildout recipe list` shows what there is; `./NAME.wasm` names a file of your own

"#]],
    );
    let site = Site::new("[buildout]\nparts = \u{1b}[31mred\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section \u{1b}[31mred.
Error: The referenced section, '\u{1b}[31mred', was not defined.
 --> buildout.cfg:2:9
  |
2 | parts = \u{1b}[31mred
  |         ^^^^^^^^^^^^^ there is no `[\u{1b}[31mred]`

"#]],
    );
}

#[test]
fn programs_are_told_the_same_as_data() {
    let site = Site::actor("init = log warn \\e[31mred\ninstall = panic no more tea");
    assert_shows(
        site.run(&["--json"]),
        str![[r#"
exit 70
-- standard output
{"version":1,"kind":"event","event":"log","part":"a","level":"warning","message":"\u001b[31mred"}
{"version":1,"kind":"event","event":"creating-directory","path":"[DIR]/bin"}
{"version":1,"kind":"event","event":"creating-directory","path":"[DIR]/parts"}
{"version":1,"kind":"event","event":"creating-directory","path":"[DIR]/eggs/v5"}
{"version":1,"kind":"event","event":"creating-directory","path":"[DIR]/develop-eggs"}
{"version":1,"kind":"event","event":"step-started","activity":"installing","part":"a","causes":[{"code":"new","text":"it is not installed","place":null}]}
{"version":1,"kind":"diagnostic","severity":"error","code":"recipe-bug","message":"This is a bug in the recipe actor 0.1.0 (sha256 [DIGEST]…): wasm trap: wasm `unreachable` instruction executed","doing":["Installing a."],"labels":[{"file":"[DIR]/buildout.cfg","line":5,"column":10,"end_line":5,"end_column":15,"text":"this recipe"}],"notes":["it said:\n\nthread '<unnamed>' (1) panicked at actor/src/rogue.rs:12:20:\nno more tea\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace"],"details":["wasm backtrace, innermost first:\nabort\nstd::sys::pal::wasi::helpers::abort_internal\nstd::process::abort\n__rustc::__rust_abort\n__rustc::__rust_start_panic\n__rustc::rust_panic\nstd::panicking::panic_with_hook\nstd::panicking::panic_handler::{closure#0}\nstd::sys::backtrace::__rust_end_short_backtrace::<std::panicking::panic_handler::{closure#0}, !>\n__rustc::rust_begin_unwind\ncore::panicking::panic_fmt\ncore::panicking::panic_display\nactor::Play::deed\nactor::perform\nbuildout:recipe/part@0.1.0#install"],"help":["report it to the recipe's author, with what is above; `-v` shows the backtrace"],"exit":70}

"#]],
    );
}

#[test]
fn a_format_shapes_every_line_of_the_log_and_takes_no_parts_name_away() {
    let site = Site::new(
        "[buildout]\nparts = a\nlog-format = [%(levelname)s] %(name)s: %(message)s\n[a]\nrecipe = actor\ninstall = warn careful\n",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
[INFO] zc.buildout: Creating directory '[DIR]/bin'.
[INFO] zc.buildout: Creating directory '[DIR]/parts'.
[INFO] zc.buildout: Creating directory '[DIR]/eggs/v5'.
[INFO] zc.buildout: Creating directory '[DIR]/develop-eggs'.
[INFO] zc.buildout: Installing a.
[WARNING] a: careful

"#]],
    );
    assert_shows(
        site.run(&["-v", "buildout:log-format=> %(message)s", "a:x=1"]),
        str![[r#"
exit 0
-- standard error
> Uninstalling a.
  because option `x` is new: '1' (command line:3:5)
> Installing a.
  because option `x` is new: '1' (command line:3:5)
a: > careful
Section `a` contains unused option(s): 'x'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  x: command line:3:3

"#]],
    );
    assert_shows(
        site.run(&["buildout:log-format=%(asctime)s %(message)s", "a:x=2"]),
        str![[r#"
exit 0
-- standard error
Warning: The option `log-format` has a field that is not known here: %(asctime)
 --> command line:1:21
  |
1 | buildout:log-format=%(asctime)s %(message)s
  |                     ^^^^^^^^^^^^^^^^^^^^^^^ set here
help: use `%(name)s`, `%(levelname)s`, `%(levelno)s`, `%(message)s`, and `%%` for a `%`
Uninstalling a.
  because option `x` changed: '1' → '2' (command line:2:5)
Installing a.
a: careful
Section `a` contains unused option(s): 'x'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  x: command line:2:3

"#]],
    );
}
