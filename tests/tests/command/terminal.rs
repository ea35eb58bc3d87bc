//! What only a terminal gets: colours, a line that moves, a prompt.

use buildout_tests::{Site, assert_shows};
use snapbox::{IntoData as _, str};

const WRONG: &str = "[buildout]\nparts = a\n[a]\nrecipe = debug\nx = ${b:y}\n";

/// What is on the screen, with everything that it obeys made visible.
fn shown(site: &Site, arguments: &[&str], input: &str) -> String {
    let (_, shown) = site.run_on_terminal(arguments, input);
    let lines = shown.split_inclusive('\n').filter(|line| !line.starts_with("Compiling recipe "));
    lines.collect::<String>().replace('\u{1b}', "<ESC>").replace('\r', "<CR>")
}

#[test]
fn a_step_that_lasts_has_a_line_that_moves_and_goes() {
    let site = Site::actor("install =\n    progress unpacking\n    say half way\n    progress linking\n");
    site.set("NO_COLOR", "1");
    assert_shows(
        shown(&site, &[], ""),
        str![[r#"
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: unpacking 50%<CR>                <CR>a: half way
a: unpacking 50%<CR>                <CR>a: linking 50%<CR>              <CR>
"#]]
        .raw(),
    );
}

#[test]
fn a_step_that_says_nothing_is_counted_in_seconds() {
    let site = Site::actor("install = spin");
    site.set("NO_COLOR", "1");
    let shown = shown(&site, &["--recipe-time-limit=4"], "");
    assert!(shown.contains("Installing a.\na: installing, 2 s<CR>"), "{shown}");
    assert!(
        shown.contains("<CR>While:\n  Installing a.\nError: "),
        "it is gone when there is more to say: {shown}"
    );
}

#[test]
fn nothing_moves_where_nobody_looks_or_the_terminal_is_dumb() {
    let site = Site::actor("install = progress unpacking");
    assert!(!site.run(&[]).stderr.contains("unpacking"));
    site.set("CLICOLOR_FORCE", "1");
    assert!(!site.run_raw(&["a:x=1"]).contains("unpacking"), "colours are no reason to move");
    site.set("TERM", "dumb");
    assert!(!shown(&site, &["a:x=2"], "").contains("unpacking"));
}

#[test]
fn colours_are_for_terminals_unless_the_user_says_otherwise() {
    let site = Site::new(WRONG);
    let coloured = "<ESC>[";
    assert!(shown(&site, &[], "").contains(coloured));
    assert!(!site.run_raw(&[]).contains('\u{1b}'));
    site.set("CLICOLOR_FORCE", "1");
    assert!(site.run_raw(&[]).contains('\u{1b}'));
    site.set("NO_COLOR", "1");
    assert!(!shown(&site, &[], "").contains(coloured));
    assert!(!site.run_raw(&[]).contains('\u{1b}'), "it beats the other");
}

#[test]
fn json_is_the_same_on_a_terminal() {
    let site = Site::new(WRONG);
    assert_eq!(shown(&site, &["--json"], ""), "");
}

#[test]
fn a_person_is_asked_with_a_prompt() {
    let site = Site::new(WRONG);
    site.set("NO_COLOR", "1");
    assert_shows(
        shown(&site, &["-D"], "a:x\nnope\nquit\n"),
        str![[r#"
a:x
nope
quit
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting option a:x.
  Getting section b.
Error: The referenced section, 'b', was not defined.
 --> buildout.cfg:5:5
  |
5 | x = ${b:y}
  |     ^^^^^^ there is no `[b]`
code: unknown-section
`help` lists what can be asked.
buildout> buildout> Error: Section not found: nope
code: unknown-section
buildout> 
"#]]
        .raw(),
    );
}

#[test]
fn nobody_is_asked_where_nobody_is() {
    let site = Site::new(WRONG);
    site.set("NO_COLOR", "1").set("CI", "true");
    assert!(!shown(&site, &["-D"], "").contains("buildout>"));
}
