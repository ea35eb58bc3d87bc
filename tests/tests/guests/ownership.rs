//! What belongs to a part: what it returned and made, alone or with other parts.

use buildout_tests::{Site, assert_shows};
use snapbox::str;

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
        assert!(!site.records("a"), "{path}");
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
fn a_directory_that_one_part_made_and_two_use_goes_with_the_last_of_them() {
    let part = |name: &str| format!("[{name}]\nrecipe = template\ninline = x\noutput = etc/{name}.conf\n");
    let site = Site::new(&format!("[buildout]\nparts = a b c\n{}{}{}", part("a"), part("b"), part("c")));
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_shows(
        site.run(&["buildout:parts=b c"]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because nothing names it any more
Keeping 'etc': it holds what `b` made, and goes with that part.
Updating b.
Updating c.

"#]],
    );
    assert_shows(
        site.run(&["buildout:parts=b c"]),
        str![[r#"
exit 0
-- standard error
Updating b.
Updating c.

"#]],
    );
    assert_shows(
        site.run(&["uninstall", "c"]),
        str![[r#"
exit 0
-- standard error
Uninstalling c.
  because `uninstall` was asked for

"#]],
    );
    assert_shows(
        site.run(&["plan", "--uninstall"]),
        str![[r#"
exit 0
-- standard output
uninstall b
  `uninstall` was asked for
  removes etc/b.conf
  removes etc

"#]],
    );
    assert_shows(
        site.run(&["uninstall"]),
        str![[r#"
exit 0
-- standard error
Uninstalling b.
  because `uninstall` was asked for

"#]],
    );
    assert!(!site.has("etc"));
}

#[test]
fn what_two_parts_return_is_still_one_of_theirs_after_both_were_made_anew() {
    let part = |name: &str| {
        format!(
            "[{name}]\nrecipe = actor\ninstall = try mkdir parts/shared\n    write parts/shared/{name} x\n    return parts/shared\n    return parts/shared/{name}\n"
        )
    };
    let site = Site::new(&format!("[buildout]\nparts = a b\n{}{}", part("a"), part("b")));
    assert_eq!(site.run(&[]).exit, Some(0));
    assert_eq!(site.run(&["a:more=1", "b:more=1"]).exit, Some(0));
    // One goes while the other is made anew.
    assert_eq!(site.run(&["buildout:parts=b", "b:more=2"]).exit, Some(0));
    assert_shows(
        site.tree("parts"),
        str![[r#"
shared/
shared/b 644 "x"

"#]],
    );
    assert_shows(
        site.run(&["uninstall"]),
        str![[r#"
exit 0
-- standard error
Uninstalling b.
  because `uninstall` was asked for

"#]],
    );
    assert_eq!(site.tree("parts"), "");
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
