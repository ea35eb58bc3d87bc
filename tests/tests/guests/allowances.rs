//! Every limit of a recipe has an option of the user's, which the message names.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

/// What a run says of a limit, and what would raise it; one line for each run.
fn limited(cases: &[(&str, &str)]) -> String {
    let mut told = String::new();
    for (script, limit) in cases {
        let option = format!("--recipe-limit={limit}");
        let run = Site::actor(script).run(&[&option]);
        let line = |word: &str| {
            run.stderr.lines().find_map(|line| line.split_once(word)).map_or("", |(_, rest)| rest)
        };
        let what = line("reached a limit: ");
        let what = if what.is_empty() { line("Error: ") } else { what };
        told += &format!("{limit}: exit {}: {what}\n  {}\n", run.exit.unwrap_or(-1), line("help: "));
    }
    told
}

#[test]
fn a_limit_that_is_reached_is_named_with_the_option_that_raises_it() {
    let told = limited(&[
        ("init = spin", "time=1s"),
        ("init = hoard", "memory=24M"),
        ("init = recurse", "stack=64K"),
        ("install = fail-large 2", "data=1M"),
        ("install = mkdir parts/a\n    write-many parts/a 40", "files=30"),
        ("install = write parts/a x\n    set-length parts/a 3000", "written=2K"),
        ("init = say x", "tables=5"),
        ("init = say x", "instances=1"),
    ]);
    assert_shows(
        told,
        str![[r#"
time=1s: exit 5: it used more than 1 s in `init`
  `--recipe-time-limit=SECONDS` raises the limit
memory=24M: exit 5: it asked for more than 24 MiB of memory
  `--recipe-limit=memory=SIZE` raises the limit
stack=64K: exit 5: it used more than 64 KiB of stack
  `--recipe-limit=stack=SIZE` raises the limit
data=1M: exit 5: one call carried more than 1 MiB
  `--recipe-limit=data=SIZE` raises the limit
files=30: exit 5: it made more than 30 files
  `--recipe-limit=files=NUMBER` raises the limit
written=2K: exit 5: it wrote more than 2 KiB
  `--recipe-limit=written=SIZE` raises the limit
tables=5: exit 5: it asked for tables of more than 5 elements
  `--recipe-limit=tables=NUMBER` raises the limit
instances=1: exit 5: it has more than 1 instances, memories or tables
  `--recipe-limit=instances=NUMBER` raises the limit

"#]],
    );
}

#[test]
fn with_a_higher_limit_the_same_recipe_goes_on() {
    let site = Site::actor("install = mkdir parts/a\n    write-many parts/a 40");
    assert_eq!(site.run(&["--recipe-limit=files=30"]).exit, Some(5));
    assert_eq!(site.run(&["--recipe-limit=files=50"]).exit, Some(0));
}

#[test]
fn a_component_that_is_larger_than_allowed_is_not_even_read_to_its_end() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = ./large.wasm\n");
    site.write("large.wasm", vec![0; 5000]);
    assert_shows(
        site.run(&["--recipe-limit=component=4K"]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
Error: [DIR]/large.wasm is larger than 4 KiB
 --> buildout.cfg:4:10
  |
4 | recipe = ./large.wasm
  |          ^^^^^^^^^^^^
help: `--recipe-limit=component=SIZE` raises the limit

"#]],
    );
}

#[test]
fn what_is_printed_beyond_the_limit_is_cut_and_how_to_see_it_is_said() {
    assert_shows(
        Site::actor("init = print-lines 5").run(&["--recipe-limit=lines=3"]),
        str![[r#"
exit 0
-- standard error
a: line 1
a: line 2
a: more output than a recipe may write; the rest is not shown (`--recipe-limit=log=SIZE` and `lines=NUMBER` raise the limit)
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.

"#]],
    );
    assert_shows(
        Site::actor("init = say abcdefgh\n    say ijklmnop").run(&["--recipe-limit=log=10"]),
        str![[r#"
exit 0
-- standard error
a: abcdefgh
a: more output than a recipe may write; the rest is not shown (`--recipe-limit=log=SIZE` and `lines=NUMBER` raise the limit)
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.

"#]],
    );
}

#[test]
fn recipes_that_wait_for_each_other_are_as_many_as_the_user_allows() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor\ninit = get-of b x\n[b]\nrecipe = actor\ninit = get-of c x\n[c]\nrecipe = actor\n",
    );
    assert_eq!(site.run(&["--recipe-limit=nesting=3"]).exit, Some(0));
    assert_shows(
        site.run(&["--recipe-limit=nesting=2"]),
        str![[r#"
exit 5
-- standard error
While:
  Installing.
  Getting section a.
  Initializing section a.
  Getting section b.
  Initializing section b.
  Getting section c.
  Initializing section c.
Error: more than 2 recipes wait for each other (`--recipe-limit=nesting=NUMBER`)
 --> buildout.cfg:3:2
  |
3 | [a]
  |  ^

"#]],
    );
}
