//! What people do by hand to the files of a part: edit them, replace them, put others there.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

/// A part with two files and one below a directory of its own.
const FILES: &str = "install = write parts/f from-the-part\n    mkdir parts/d\n    write parts/d/f from-the-part\n    return parts/f\n    return parts/d";

/// Puts another file where the part's is, as many editors save.
fn replace(site: &Site, path: &str) {
    site.write(&format!("{path}.new"), "somebody's");
    std::fs::rename(site.path(&format!("{path}.new")), site.path(path)).expect("both are there");
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
