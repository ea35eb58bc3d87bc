//! What a grant lets a recipe overwrite is reported, and never removed.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

#[test]
fn what_is_overwritten_under_a_grant_is_reported() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor:writer\nplace = [PLACE]\ninstall = write [PLACE]/file new\n    write [PLACE]/own x\n    return [PLACE]/own\n",
    );
    grant_place(&site);
    assert_shows(
        site.run(&["--allow-write=[ROOT]/granted"]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: [ROOT]/granted/file was overwritten, as it was allowed to be.
Section `a` contains unused option(s): 'place'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  place: buildout.cfg:5:1

"#]],
    );
    assert_shows(
        site.tree("../granted"),
        str![[r#"
file 644 "new"
own 644 "x"

"#]],
    );
}

#[test]
fn what_a_failed_install_overwrote_under_a_grant_is_reported_and_the_rest_undone() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor:writer\nplace = [PLACE]\ninstall = write [PLACE]/file new\n    write [PLACE]/own x\n    fail user no\n",
    );
    grant_place(&site);
    assert_shows(
        site.run(&["--allow-write=[ROOT]/granted"]),
        str![[r#"
exit 1
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
Removed what a had made.
While:
  Installing a.
Error: no
 --> buildout.cfg:3:2
  |
3 | [a]
  |  ^
note: [ROOT]/granted/file was overwritten, as it was allowed to be; that is not undone

"#]],
    );
    assert_shows(
        site.tree("../granted"),
        str![[r#"
file 644 "new"

"#]],
    );
}

#[test]
fn what_was_there_before_is_never_removed_whatever_a_grant_let_a_recipe_do_with_it() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor:writer\nplace = [PLACE]\ninstall =
    try rename [PLACE]/file parts/mine
    try rename [PLACE]/file [PLACE]/moved
    mkdir parts/a
    write [PLACE]/new new
    rename [PLACE]/new [PLACE]/file
    unlink [PLACE]/other
    write [PLACE]/other anew
    return [PLACE]/file
    return [PLACE]/other
    return parts/a
",
    );
    grant_place(&site);
    site.write("../granted/other", "old");
    let grant = "--allow-write=[ROOT]/granted";
    assert_shows(
        site.run(&[grant]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: rename [ROOT]/granted/file parts/mine: io: Operation not permitted
a: rename [ROOT]/granted/file [ROOT]/granted/moved: io: Operation not permitted
a: [ROOT]/granted/file was overwritten, as it was allowed to be.
a: [ROOT]/granted/other was overwritten, as it was allowed to be.
Section `a` contains unused option(s): 'place'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  place: buildout.cfg:5:1

"#]],
    );
    assert_shows(
        site.tree("../granted"),
        str![[r#"
file 644 "new"
other 644 "anew"

"#]],
    );
    site.write("buildout.cfg", "[buildout]\nparts =\n");
    assert_shows(
        site.run(&[grant]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because nothing names it any more
Keeping '[ROOT]/granted/file': this part did not make it.
Keeping '[ROOT]/granted/other': this part did not make it.

"#]],
    );
    assert_shows(
        site.tree("../granted"),
        str![[r#"
file 644 "new"
other 644 "anew"

"#]],
    );
    assert_shows(site.tree("parts"), str![]);
}

#[test]
fn undoing_removes_nothing_that_a_grant_let_a_recipe_overwrite() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = actor:writer\nplace = [PLACE]\ninstall =
    write [PLACE]/new new
    rename [PLACE]/new [PLACE]/file
    write [PLACE]/mine x
    fail user no
",
    );
    grant_place(&site);
    assert_shows(
        site.run(&["--allow-write=[ROOT]/granted"]),
        str![[r#"
exit 1
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
Removed what a had made.
While:
  Installing a.
Error: no
 --> buildout.cfg:3:2
  |
3 | [a]
  |  ^
note: [ROOT]/granted/file was overwritten, as it was allowed to be; that is not undone

"#]],
    );
    assert_shows(
        site.tree("../granted"),
        str![[r#"
file 644 "new"

"#]],
    );
}

/// Plants a file in `../granted`, and names that directory in the configuration.
fn grant_place(site: &Site) {
    site.write("../granted/file", "old");
    let place = site.path("../granted").display().to_string();
    site.write("buildout.cfg", site.read("buildout.cfg").replace("[PLACE]", &place));
}
