//! The part's own section.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

#[test]
fn options_are_read_with_their_references_replaced_and_in_the_order_of_the_file() {
    let site = Site::actor(
        "init = name\n    entry\n    get x\n    get none\n    keys\n    all\nx = ${b:y}!\n[b]\ny = why",
    );
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: a
a: default
a: x = Some("why!")
a: none = None
a: recipe init x
a: recipe = "actor"
a: init = "name\nentry\nget x\nget none\nkeys\nall"
a: x = "why!"

"#]],
    );
}

#[test]
fn options_that_nobody_used_are_reported_with_the_nearest_that_is_known() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = actor\nintall = say hello\nmore = x\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
Section `a` contains unused option(s): 'intall' 'more'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  intall: buildout.cfg:5:1, did you mean `install`?
  more: buildout.cfg:6:1

"#]],
    );
}

#[test]
fn reading_the_names_of_the_options_uses_none_and_reading_all_uses_all() {
    let site = Site::actor("init = keys\nmore = x");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
a: recipe init more
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
Section `a` contains unused option(s): 'more'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  more: buildout.cfg:7:1

"#]],
    );
    let site = Site::actor("init = all\nmore = x");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
a: recipe = "actor"
a: init = "all"
a: more = "x"
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.

"#]],
    );
}

#[test]
fn what_init_sets_is_literal_and_every_later_reader_sees_it() {
    let site = Site::new(
        "[buildout]
parts = b a
[a]
recipe = actor
init = set x @{b:none}
    set y two
    set y three
    get x
    try remove none
    remove z
    get z
    keys
z = gone
install = get x
    get y
[b]
recipe = actor
init = get-of a x
    get y
    get-of a z
y = ${a:y}
",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
a: x = Some("${b:none}")
a: removed none: false
a: removed z: true
a: z = None
a: recipe init install x y
b: a:x = Some("${b:none}")
b: y = Some("three")
b: a:z = None
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: x = Some("${b:none}")
a: y = Some("three")
Installing b.

"#]],
    );
    assert_shows(
        site.read(".installed.cfg").split("[a]").nth(1).expect("it is installed").to_owned(),
        str![[r#"

__buildout_installed__ = 
__buildout_signature__ = sha256:[..]
init = set x @{b:none}
	set y two
	set y three
	get x
	try remove none
	remove z
	get z
	keys
install = get x
	get y
recipe = actor
x = ${b:none}
y = three

[b]
__buildout_installed__ = 
__buildout_signature__ = sha256:[..]
init = get-of a x
	get y
	get-of a z
recipe = actor
y = three

"#]],
    );
}

#[test]
fn a_text_of_the_recipes_own_is_expanded_as_if_it_stood_in_the_section() {
    let site = Site::actor(
        "init = expand @{:x} and @{b:y} and @{:_buildout_section_name_}\n    expand plain $ text\n    try expand @{b:none}\nx = ex\n[b]\ny = why",
    );
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: ex and why and a
a: plain $ text
a: expand @{b:none}: user: Referenced option does not exist: b none

"#]],
    );
}

#[test]
fn an_option_cannot_be_set_outside_init() {
    let set = "try set x 1\n    try remove recipe\n    try add b recipe=mkdir\n    try parse text";
    let site = Site::actor(&format!("install = {set}\nupdate = {set}\ntext = nothing"));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: set x 1: phase: `section.set` can be called in `init` only
a: remove recipe: phase: `section.remove` can be called in `init` only
a: add b recipe=mkdir: phase: `sections.add` can be called in `init` only
a: parse text: phase: `sections.parse` can be called in `init` only

"#]],
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Updating a.
a: set x 1: phase: `section.set` can be called in `init` only
a: remove recipe: phase: `section.remove` can be called in `init` only
a: add b recipe=mkdir: phase: `sections.add` can be called in `init` only
a: parse text: phase: `sections.parse` can be called in `init` only

"#]],
    );
}

#[test]
fn names_and_values_that_no_option_can_have_are_refused() {
    let site = Site::actor(
        "init = try set a:b 1
    try set a=b 1
    try set [a] 1
    try set-large x 1048577
    set-large y 1048576
    try set <= 1",
    );
    assert_shows(
        site.run(&["plan"]),
        str![[r#"
exit 0
-- standard output
install a
  it is not installed
-- standard error
a: set a:b 1: user: `a:b` cannot be the name of an option
a: set a=b 1: user: `a=b` cannot be the name of an option
a: set [a] 1: user: `[a]` cannot be the name of an option
a: set-large x 1048577: limit: the value of `x` is larger than 1 MiB
a: set <= 1: user: `<=` cannot be the name of an option

"#]],
    );
}

#[test]
fn a_recipes_error_is_shown_where_the_option_stands_that_it_names() {
    let site = Site::actor("init = fail-at colour There is no such colour\ncolour = bleu");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: There is no such colour
 --> buildout.cfg:7:10
  |
7 | colour = bleu
  |          ^^^^ `colour` is this
help: write something better

"#]],
    );
}

#[test]
fn a_recipes_error_without_an_option_is_shown_at_its_section() {
    let site = Site::actor("install = fail failed It did not work");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
While:
  Installing a.
Error: It did not work
 --> buildout.cfg:4:2
  |
4 | [a]
  |  ^

"#]],
    );
}

#[test]
fn a_word_for_an_error_that_nobody_knows_counts_as_failed() {
    let site = Site::actor("install = fail phlogiston It did not work");
    assert_eq!(site.run(&[]).exit, Some(1));
}

#[test]
fn an_option_that_nobody_reads_is_reported_in_every_run() {
    for entry in ["actor", "actor:still"] {
        let site = Site::new(&format!(
            "[buildout]\nparts = a\n\n[a]\nrecipe = {entry}\ninstall = get read\nread = 1\nupdat = 1\n"
        ));
        let warned = |arguments: &[&str]| {
            let run = site.run(arguments);
            assert_eq!(run.exit, Some(0), "{}", run.stderr);
            run.stderr.lines().filter(|line| line.contains("unused")).collect::<String>()
        };
        for (arguments, when) in [
            (&[][..], "it is made"),
            (&[], "it stands"),
            (&["install", "--force"], "it is made anew"),
            (&[], "it stands again"),
        ] {
            let expected = "Section `a` contains unused option(s): 'updat'.";
            assert_eq!(warned(arguments), expected, "{entry}: when {when}");
        }
    }
}
