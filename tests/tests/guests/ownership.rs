//! What belongs to a part; undoing what failed.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

#[test]
fn a_failed_install_undoes_exactly_what_it_made() {
    let site = Site::actor(
        "install =
    mkdir parts/a
    mkdir parts/a/d
    write parts/a/d/f x
    rename parts/a/d parts/a/e
    write bin/tool x
    write parts/theirs/mine x
    write parts/gone x
    unlink parts/gone
    fail user The oven is cold",
    );
    site.write("parts/theirs/f", "theirs").write("bin/run", "the user's");
    assert_shows(
        site.run(&["-v"]),
        str![[r#"
exit 1
-- standard error
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
  because it is not installed
Removed what a had made.
  parts/a
  parts/a/e
  parts/a/e/f
  bin/tool
  parts/theirs/mine
While:
  Installing a.
Error: The oven is cold
 --> buildout.cfg:4:2
  |
4 | [a]
  |  ^
code: recipe-error

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
theirs/
theirs/f 644 "theirs"

"#]],
    );
    assert_shows(
        site.tree("bin"),
        str![[r#"
run 644 "the user's"

"#]],
    );
    assert!(!is_recorded(&site));
}

#[test]
fn a_failed_install_undoes_deep_and_wide_trees_too() {
    let site = Site::actor(
        "install = mkdir parts/a\n    mkdir-deep parts/a 1000\n    mkdir parts/b\n    write-many parts/b 2000\n    fail user no",
    );
    assert_eq!(site.run(&[]).exit, Some(1));
    assert_shows(site.tree("parts"), str![]);
}

#[test]
fn an_interrupted_install_is_undone_at_once() {
    for signal in ["INT", "TERM"] {
        let site =
            Site::actor("install = temporary\n    mkdir parts/a\n    write TMP/f x\n    say here\n    spin");
        let run = site.run_until(&[], "a: here", signal);
        assert_eq!(run.exit, Some(130), "{run:?}");
        assert_eq!(site.tree("parts"), "");
        assert_eq!(site.tree(".buildout/tmp"), "");
        assert!(!is_recorded(&site));
    }
}

#[test]
fn an_interrupted_sleep_ends_at_once() {
    let site = Site::actor("install = say here\n    sleep 3600");
    assert_shows(
        site.run_until(&[], "a: here", "INT"),
        str![[r#"
exit 130
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
a: here
While:
  Installing a.
Error: interrupted

"#]],
    );
}

#[test]
fn a_killed_install_is_undone_by_the_next_run() {
    let site = Site::actor(
        "install = temporary\n    write TMP/f x\n    mkdir parts/a\n    write parts/a/half x\n    write bin/half x\n    say here\n    spin",
    );
    assert_eq!(site.run_until(&[], "a: here", "KILL").exit, None);
    assert!(site.has("parts/a/half"));
    site.write("bin/run", "the user's");
    site.write(
        "buildout.cfg",
        "[buildout]\nparts = a\n[a]\nrecipe = actor\ninstall = mkdir parts/a\n    return parts/a\n",
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
The last run was cut off while it worked on: a. Putting that right.
Installing a.

"#]],
    );
    let trees = ["parts", "bin", ".buildout/tmp"].map(|place| site.tree(place));
    assert_shows(
        trees.concat(),
        str![[r#"
a/
run 644 "the user's"

"#]],
    );
}

#[test]
fn a_failed_install_leaves_what_a_user_put_into_its_directories() {
    // The user's file comes from a part whose file is not returned, and so stays its own.
    let site = Site::new(
        "[buildout]
parts = a b
[a]
recipe = actor
install = mkdir parts/shared
    return parts/shared
[b]
recipe = actor
install = write parts/shared/from-b x
    fail user no
",
    );
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
Installing b.
Removed what b had made.
While:
  Installing b.
Error: no
 --> buildout.cfg:7:2
  |
7 | [b]
  |  ^

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
shared/

"#]],
    );
}

#[test]
fn a_failed_reinstall_puts_the_old_part_back() {
    let configuration = |last: &str| {
        format!(
            "[buildout]\nparts = a\n[a]\nrecipe = actor\ninstall = mkdir parts/a\n    write parts/a/{last}\n    return parts/a\n"
        )
    };
    let site = Site::new(&configuration("old x"));
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("buildout.cfg", configuration("new x\n    fail user no"));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
Uninstalling a.
  because option `install` changed: '…⏎write parts/a/old x⏎return parts/a' → '…⏎write parts/a/new x⏎fail user no⏎return parts/a' (buildout.cfg:6:5)
Installing a.
Removed what a had made.
While:
  Installing a.
Error: no
 --> buildout.cfg:3:2
  |
3 | [a]
  |  ^

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
a/
a/old 644 "x"

"#]],
    );
    site.write("buildout.cfg", configuration("old x"));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because its last run did not end well
Installing a.

"#]],
    );
}

#[test]
fn a_returned_path_that_the_part_may_not_write_fails_it() {
    for path in [
        "/etc",
        "../outside",
        "parts/../../outside",
        ".",
        "parts",
        "bin",
        "buildout.cfg",
        "raw:parts/a",
        "raw:",
        "parts/.git",
        "/",
    ] {
        let site = Site::actor(&format!("install = mkdir parts/a\n    return parts/a\n    return {path}"));
        let run = site.run(&[]);
        assert!(matches!(run.exit, Some(1 | 3)), "{path}: {run:?}");
        assert!(!site.has("parts/a"), "{path}: what it made is undone");
        assert!(!is_recorded(&site), "{path}");
    }
}

#[test]
fn a_returned_path_outside_is_told_as_it_was_returned() {
    assert_shows(
        Site::actor("install = return /etc").run(&[]),
        str![[r#"
exit 3
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
While:
  Installing a.
Error: The recipe returned /etc, which the part `a` may not write
note: it lies outside the places that a part may write

"#]],
    );
    assert_shows(
        Site::actor("install = return raw:parts/a").run(&[]),
        str![[r#"
exit 3
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/parts'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
While:
  Installing a.
Error: The recipe returned parts/a, which the part `a` may not write
note: it is not absolute

"#]],
    );
}

#[test]
fn a_returned_path_that_was_there_before_is_reported_and_kept_when_the_part_goes() {
    let site =
        Site::actor("install = write parts/theirs/mine x\n    return parts/theirs\n    return parts/file");
    site.write("parts/theirs/f", "theirs").write("parts/file", "theirs");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing a.
Keeping 'parts/theirs': it was there before the part.
Keeping 'parts/file': it was there before the part.

"#]],
    );
    site.write("buildout.cfg", "[buildout]\nparts =\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because nothing names it any more
Keeping 'parts/file': this part did not make it.
Keeping 'parts/theirs': this part did not make it.

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
file 644 "theirs"
theirs/
theirs/f 644 "theirs"

"#]],
    );
}

#[test]
fn what_a_part_makes_and_does_not_return_stays() {
    let site = Site::actor(
        "install = mkdir parts/data\n    write parts/data/f kept\n    mkdir parts/a\n    return parts/a",
    );
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("buildout.cfg", "[buildout]\nparts =\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because nothing names it any more

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
data/
data/f 644 "kept"

"#]],
    );
}

#[test]
fn a_file_that_a_user_put_into_a_parts_directory_stays_when_the_part_goes() {
    let site = Site::actor("install = mkdir parts/a\n    write parts/a/f x\n    return parts/a");
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("parts/a/notes", "the user's");
    site.write("buildout.cfg", "[buildout]\nparts =\n");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because nothing names it any more
Keeping 'parts/a/notes': this part did not make it.
Keeping 'parts/a': it holds what this part did not make.

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
a/
a/notes 644 "the user's"

"#]],
    );
}

#[test]
fn a_path_that_two_parts_return_goes_with_the_last_of_them() {
    let part = |script: &str| format!("recipe = actor\ninstall = {script}\n    return parts/shared\n");
    let (a, b) = (part("mkdir parts/shared"), part("write parts/shared/from-b x"));
    let site = Site::new(&format!("[buildout]\nparts = a b\n[a]\n{a}[b]\n{b}"));
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
Installing b.

"#]],
    );
    site.write("buildout.cfg", format!("[buildout]\nparts = b\n[b]\n{b}"));
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(
        site.tree("parts"),
        str![[r#"
shared/
shared/from-b 644 "x"

"#]],
    );
    site.write("buildout.cfg", "[buildout]\nparts =\n");
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(site.tree("parts"), str![]);
}

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

/// Whether the part `a` counts as installed.
fn is_recorded(site: &Site) -> bool {
    site.has(".installed.cfg") && site.read(".installed.cfg").contains("[a]")
}

/// Plants a file in `../granted`, and names that directory in the configuration.
fn grant_place(site: &Site) {
    site.write("../granted/file", "old");
    let place = site.path("../granted").display().to_string();
    site.write("buildout.cfg", site.read("buildout.cfg").replace("[PLACE]", &place));
}

#[test]
fn what_the_user_puts_where_a_forgotten_part_wrote_is_the_users() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = template\noutput = o\ninline = made\n");
    assert_eq!(site.run(&[]).exit, Some(0));
    std::fs::remove_file(site.path(".installed.cfg")).expect("it is there");
    std::fs::remove_file(site.path("o")).expect("it is there");
    site.write("o", "mine");
    let run = site.run(&[]);
    assert_eq!(run.exit, Some(3), "{}", run.stderr);
    assert_eq!(site.run(&["buildout:parts="]).exit, Some(0));
    assert_eq!(site.read("o"), "mine");
}

#[test]
fn what_a_forgotten_part_wrote_and_nobody_touched_is_made_again() {
    let site = Site::new("[buildout]\nparts = a\n[a]\nrecipe = template\noutput = o\ninline = made\n");
    assert_eq!(site.run(&[]).exit, Some(0));
    std::fs::remove_file(site.path(".installed.cfg")).expect("it is there");
    assert_eq!(site.run(&["a:inline=again"]).exit, Some(0));
    assert_eq!(site.read("o"), "again");
}

/// A part with two files and one below a directory of its own.
const FILES: &str = "install = write parts/f from-the-part\n    mkdir parts/d\n    write parts/d/f from-the-part\n    return parts/f\n    return parts/d";

/// Puts another file where the part's is, as many editors save.
fn replace(site: &Site, path: &str) {
    site.write(&format!("{path}.new"), "somebody's");
    std::fs::rename(site.path(&format!("{path}.new")), site.path(path)).expect("both are there");
}

#[test]
fn a_file_that_somebody_put_in_the_place_of_the_parts_is_kept_and_named() {
    let site = Site::actor(FILES);
    assert_eq!(site.run(&[]).exit, Some(0));
    replace(&site, "parts/f");
    replace(&site, "parts/d/f");
    assert_shows(
        site.run(&["uninstall"]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because `uninstall` was asked for
Keeping 'parts/d/f': somebody put another file in its place.
Keeping 'parts/f': somebody put another file in its place.
Keeping 'parts/d': it holds what this part did not make.

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
d/
d/f 644 "somebody's"
f 644 "somebody's"

"#]],
    );
}

#[test]
fn a_file_in_the_place_of_the_parts_stands_in_the_way_of_a_new_one_and_the_old_part_comes_back() {
    let site = Site::actor(FILES);
    assert_eq!(site.run(&[]).exit, Some(0));
    replace(&site, "parts/d/f");
    site.write("buildout.cfg", site.read("buildout.cfg").replace("mkdir parts/d", "try mkdir parts/d"));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 3
-- standard error
Uninstalling a.
  because option `install` changed: '… from-the-part⏎mkdir parts/d⏎write parts/d/f from-the-part⏎…' → '… from-the-part⏎try mkdir parts/d⏎write parts/d/f from-the-p…' (buildout.cfg:7:5)
Keeping 'parts/d/f': somebody put another file in its place.
Installing a.
a: mkdir parts/d: io: File exists
Removed what a had made.
While:
  Installing a.
Error: Operation not permitted
 --> buildout.cfg:4:2
  |
4 | [a]
  |  ^
note: [DIR]/parts/d/f was denied: this part did not make it
help: move it away if this part shall make it

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
d/
d/f 644 "somebody's"
f 644 "from-the-part"

"#]],
    );
    std::fs::remove_file(site.path("parts/d/f")).expect("it is there");
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(
        site.tree("parts"),
        str![[r#"
d/
d/f 644 "from-the-part"
f 644 "from-the-part"

"#]],
    );
}

#[test]
fn a_file_that_was_edited_in_place_or_came_back_from_an_archive_is_still_the_parts() {
    let site = Site::actor(FILES);
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("parts/f", "edited");
    let original = site.path("parts/d/f");
    let modified = original.metadata().expect("it is there").modified().expect("it has a time");
    std::fs::remove_file(&original).expect("it is there");
    site.write("parts/d/f", "from-the-part");
    let copy = std::fs::File::options().write(true).open(&original).expect("it is there");
    copy.set_modified(modified).expect("it is ours");
    assert_shows(
        site.run(&["uninstall"]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because `uninstall` was asked for

"#]],
    );
    assert_eq!(site.tree("parts"), "");
}

#[test]
fn a_link_in_the_place_of_a_parts_file_goes_and_is_not_followed() {
    let site = Site::actor(FILES);
    assert_eq!(site.run(&[]).exit, Some(0));
    std::fs::remove_file(site.path("parts/f")).expect("it is there");
    site.link("../buildout.cfg", "parts/f");
    assert_eq!(site.run(&["uninstall"]).exit, Some(0));
    assert!(site.has("buildout.cfg"));
    assert_eq!(site.tree("parts"), "");
}

#[test]
fn a_file_that_somebody_edited_is_brought_up_to_date_and_that_is_said() {
    let site = Site::new(
        "[buildout]\nparts = a\n[a]\nrecipe = template\ninline = ${buildout:directory}\noutput = etc/a.conf\n",
    );
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("etc/a.conf", "edited by hand");
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Updating a.
a: Writing [DIR]/etc/a.conf
a: [DIR]/etc/a.conf had been changed by somebody; it is as the part makes it now.

"#]],
    );
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Updating a.

"#]],
    );
}

#[test]
fn what_another_part_made_is_said_to_be_its_own() {
    let site = Site::new(
        "[buildout]\nparts = a b\n[a]\nrecipe = template\ninline = x\noutput = o.txt\n[b]\nrecipe = template\ninline = y\noutput = o.txt\n",
    );
    assert_shows(
        site.run(&["-q"]),
        str![[r#"
exit 3
-- standard error
While:
  Installing b.
Error: [DIR]/o.txt: Operation not permitted
 --> buildout.cfg:7:2
  |
7 | [b]
  |  ^
note: [DIR]/o.txt was denied: this part did not make it
note: the part `a` made it
help: two parts cannot make the same thing: name another place in one of them

"#]],
    );
    assert_eq!(site.read("o.txt"), "x");
}

#[test]
fn what_somebody_put_in_the_place_of_a_file_is_nothing_that_update_or_uninstall_may_change() {
    for (deed, options) in [
        (
            "update",
            "update = try write parts/f evil\n    try append parts/f evil\n    try unlink parts/f\n    try set-mode 777 parts/f",
        ),
        ("uninstall", "uninstall = try write parts/f evil\n    try unlink parts/f"),
    ] {
        let site = Site::actor(&format!("install = write parts/f x\n    return parts/f\n{options}"));
        assert_eq!(site.run(&["-q"]).exit, Some(0));
        replace(&site, "parts/f");
        let arguments: &[&str] = if deed == "update" { &[] } else { &["uninstall"] };
        assert_eq!(site.run(arguments).exit, Some(0), "{deed}");
        assert_eq!(site.read("parts/f"), "somebody's", "{deed}");
        assert_eq!(site.run(&["uninstall"]).exit, Some(0), "{deed}");
        assert_eq!(site.read("parts/f"), "somebody's", "{deed}, and then it goes");
    }
}

#[test]
fn what_somebody_made_after_a_kill_is_not_undone_with_what_the_part_made() {
    let site = Site::actor(
        "install = write parts/notes x\n    unlink parts/notes\n    write parts/own x\n    say here\n    sleep 60",
    );
    let run = site.run_until(&[], "a: here", "KILL");
    assert_eq!(run.exit, None);
    // Nobody comes within a second.
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    site.write("parts/notes", "somebody's");
    let run = site.run(&["buildout:parts="]);
    assert_eq!(run.exit, Some(0), "{}", run.stderr);
    assert_eq!(site.read("parts/notes"), "somebody's", "{}", run.stderr);
    assert!(!site.has("parts/own"), "{}", run.stderr);
}
