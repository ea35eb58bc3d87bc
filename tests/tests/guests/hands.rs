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
Keeping 'parts/d': it holds what this part did not make.
Installing a.
a: mkdir parts/d: io: File exists
Removed what a had made.
Put back what a had before.
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

/// Puts a copy where the part's file is, with its size and its time in whole seconds, as an archive does.
fn bring_back(site: &Site, path: &str, content: &str) {
    let path = site.path(path);
    let modified = path.metadata().expect("it is there").modified().expect("it has a time");
    let seconds = modified.duration_since(std::time::UNIX_EPOCH).expect("it is later").as_secs();
    std::fs::remove_file(&path).expect("it is there");
    std::fs::write(&path, content).expect("there is room");
    let copy = std::fs::File::options().write(true).open(&path).expect("it is there");
    copy.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds)).expect("it is ours");
}

#[test]
fn a_file_that_came_back_from_an_archive_is_still_the_parts_and_one_that_holds_something_else_is_not() {
    let site = Site::actor(FILES);
    assert_eq!(site.run(&[]).exit, Some(0));
    bring_back(&site, "parts/f", "from-the-part");
    bring_back(&site, "parts/d/f", "from-the-user");
    assert_shows(
        site.run(&["uninstall"]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because `uninstall` was asked for
Keeping 'parts/d/f': somebody put another file in its place.
Keeping 'parts/d': it holds what this part did not make.

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
d/
d/f 644 "from-the-user"

"#]],
    );
}

#[test]
fn an_edited_file_that_goes_is_kept_and_plan_and_run_say_so() {
    let site = Site::actor(FILES);
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("parts/f", "edited").write("parts/d/f", "edited as well");
    assert_shows(
        site.run(&["plan", "--uninstall"]),
        str![[r#"
exit 0
-- standard output
uninstall a
  `uninstall` was asked for
  removes parts/d
  moves parts/d/f to .buildout/kept, as somebody changed it
  moves parts/f to .buildout/kept, as somebody changed it

"#]],
    );
    assert_shows(
        site.run(&["uninstall"]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because `uninstall` was asked for
Keeping 'parts/d/f': somebody changed it, and it is now [DIR]/.buildout/kept/1/parts/d/f.
Keeping 'parts/f': somebody changed it, and it is now [DIR]/.buildout/kept/1/parts/f.

"#]],
    );
    assert_shows(site.tree("parts"), str![]);
    assert_shows(
        site.tree(".buildout/kept"),
        str![[r#"
1/
1/parts/
1/parts/d/
1/parts/d/f 644 "edited as well"
1/parts/f 644 "edited"

"#]],
    );
}

#[test]
fn an_edited_file_of_a_part_that_is_made_anew_is_kept_beside_those_that_were_kept_before() {
    let site = Site::actor(FILES);
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("parts/d/f", "edited");
    assert_shows(
        site.run(&["a:more=1", "plan"]),
        str![[r#"
exit 0
-- standard output
reinstall a
  option `more` is new: '1' (command line:1:8)
  removes parts/f
  removes parts/d
  moves parts/d/f to .buildout/kept, as somebody changed it
-- standard error
Section `a` contains unused option(s): 'more'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  more: command line:1:3

"#]],
    );
    assert_shows(
        site.run(&["-q", "a:more=1"]),
        str![[r#"
exit 0
-- standard error
Keeping 'parts/d/f': somebody changed it, and it is now [DIR]/.buildout/kept/1/parts/d/f.
Section `a` contains unused option(s): 'more'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  more: command line:2:3

"#]],
    );
    site.write("parts/d/f", "edited again");
    assert_eq!(site.run(&["-q", "a:more=2"]).exit, Some(0));
    assert_shows(
        site.tree("parts"),
        str![[r#"
d/
d/f 644 "from-the-part"
f 644 "from-the-part"

"#]],
    );
    assert_shows(
        site.tree(".buildout/kept"),
        str![[r#"
1/
1/parts/
1/parts/d/
1/parts/d/f 644 "edited"
2/
2/parts/
2/parts/d/
2/parts/d/f 644 "edited again"

"#]],
    );
    // Touched and not edited: nothing is lost with it.
    site.write("parts/d/f", "from-the-part");
    assert_eq!(site.run(&["uninstall"]).stderr.matches("Keeping").count(), 0);
}

#[test]
fn an_edited_file_comes_back_with_the_old_part_when_the_new_one_fails() {
    let site = Site::actor(&format!("{FILES}\n    try fail user no"));
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("parts/d/f", "edited");
    site.write("buildout.cfg", site.read("buildout.cfg").replace("try fail", "fail"));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 1
-- standard error
Uninstalling a.
  because option `install` changed: '…return parts/d⏎try fail user no' → '…return parts/d⏎fail user no' (buildout.cfg:11:5)
Installing a.
Removed what a had made.
Put back what a had before.
While:
  Installing a.
Error: no
 --> buildout.cfg:4:2
  |
4 | [a]
  |  ^

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
d/
d/f 644 "edited"
f 644 "from-the-part"

"#]],
    );
    assert_shows(
        site.tree(".buildout"),
        str![[r#"
.gitignore 644 "*\n"
lock 644 ""

"#]],
    );
}

#[test]
fn what_is_in_a_directory_of_a_part_that_is_made_anew_is_reported_as_when_it_goes() {
    let site = Site::actor(&FILES.replace("mkdir parts/d", "try mkdir parts/d"));
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("parts/d/notes", "the user's");
    assert_shows(
        site.run(&["a:more=1"]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because option `more` is new: '1' (command line:1:8)
Keeping 'parts/d/notes': this part did not make it.
Keeping 'parts/d': it holds what this part did not make.
Installing a.
a: mkdir parts/d: io: File exists
Section `a` contains unused option(s): 'more'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  more: command line:1:3

"#]],
    );
    std::fs::remove_file(site.path("parts/d/notes")).expect("it is there");
    // The directory is still the part's, which found it there this time.
    assert_eq!(site.run(&["uninstall"]).exit, Some(0));
    assert_eq!(site.tree("parts"), "");
}

#[test]
fn what_python_compiled_goes_with_its_source_and_nothing_else_does() {
    let site = Site::actor("install = mkdir parts/a\n    write parts/a/f.py x\n    return parts/a");
    assert_eq!(site.run(&[]).exit, Some(0));
    site.write("parts/a/__pycache__/f.cpython-311.pyc", "compiled");
    assert_eq!(site.run(&["a:more=1"]).exit, Some(0));
    assert_eq!(site.tree("parts"), "a/\na/f.py 644 \"x\"\n");
    site.write("parts/a/__pycache__/f.cpython-311.pyc", "compiled")
        .write("parts/a/__pycache__/notes", "the user's");
    assert_shows(
        site.run(&["uninstall"]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because `uninstall` was asked for
Keeping 'parts/a/__pycache__': this part did not make it.
Keeping 'parts/a': it holds what this part did not make.

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
a/
a/__pycache__/
a/__pycache__/f.cpython-311.pyc 644 "compiled"
a/__pycache__/notes 644 "the user's"

"#]],
    );
}

#[test]
fn a_link_in_the_place_of_what_a_part_made_is_kept_and_not_followed() {
    let site = Site::actor(&format!("{FILES}\n    symlink f parts/l\n    return parts/l"));
    site.write("buildout.cfg", site.read("buildout.cfg").replace("recipe = actor", "recipe = actor:links"));
    assert_eq!(site.run(&["--allow-links"]).exit, Some(0));
    site.write("elsewhere/f", "somebody's");
    for (path, target) in
        [("parts/f", "../buildout.cfg"), ("parts/l", "../buildout.cfg"), ("parts/d", "../elsewhere")]
    {
        let there = site.path(path);
        if there.is_dir() { std::fs::remove_dir_all(there) } else { std::fs::remove_file(there) }
            .expect("it is there");
        site.link(target, path);
    }
    assert_shows(
        site.run(&["plan", "--uninstall"]),
        str![[r#"
exit 0
-- standard output
uninstall a
  `uninstall` was asked for

"#]],
    );
    assert_shows(
        site.run(&["uninstall"]),
        str![[r#"
exit 0
-- standard error
Uninstalling a.
  because `uninstall` was asked for
Keeping 'parts/l': somebody put another link in its place.
Keeping 'parts/f': it is a symbolic link now, and the part made a file.
Keeping 'parts/d': it is a symbolic link now, and the part made a directory.

"#]],
    );
    assert_shows(
        site.tree("parts"),
        str![[r#"
d -> ../elsewhere
f -> ../buildout.cfg
l -> ../buildout.cfg

"#]],
    );
    assert_eq!(site.read("elsewhere/f"), "somebody's");
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
