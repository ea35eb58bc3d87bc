//! Records that somebody else wrote, or bent: nothing is removed that no part is known to have made.
//!
//! Rules: `security.md` INS-01 to INS-04 and INS-11. Every run watches the user's home and a directory outside.

use std::fs;
use std::path::Path;

use buildout_tests::{Site, assert_shows};
use snapbox::str;

/// Paths of other people, and of the project itself.
fn victims(site: &Site) -> String {
    let outside = site.path("../outside").canonicalize().expect("it is there");
    let home = site.path("../home").canonicalize().expect("it is there");
    [
        outside.to_str().expect("it is text"),
        home.to_str().expect("it is text"),
        "../outside",
        "../outside/file",
        "src",
        ".git",
        ".",
        "./",
        "buildout.cfg",
        "parts",
        "parts/x/../../src",
        "parts/./../..",
        "/",
    ]
    .map(|path| format!("\n\t{path}"))
    .concat()
}

fn with_project() -> Site {
    let site = Site::new("[buildout]\nparts = new\n[new]\nrecipe = mkdir\npath = made\n");
    site.write("src/file", "ours").write(".git/config", "theirs").write("parts/x/file", "ours");
    site
}

fn is_whole(site: &Site) {
    for path in ["src/file", ".git/config", "parts/x/file", "buildout.cfg"] {
        assert!(site.has(path), "{path} is gone");
    }
}

#[test]
fn a_record_that_came_with_the_project_removes_nothing_adopted_or_not() {
    let site = with_project();
    let record = |site: &Site| {
        format!(
            "[buildout]\ninstalled_develop_eggs =\nparts = old\n\n[old]\n__buildout_installed__ ={}\n__buildout_signature__ = x\nrecipe = y\n",
            victims(site)
        )
    };
    site.write(".installed.cfg", record(&site));
    assert_shows(
        site.run(&[]),
        str![[r#"
exit 0
-- standard error
Warning: [DIR]/.installed.cfg was not written by buildout on this machine: its parts count as not installed
note: nothing that it names is removed; a copy is kept when a run replaces it, so that it can be taken over later too
help: to take the installed parts over: `buildout install --adopt`
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Installing new.
new: Creating directory made

"#]],
    );
    is_whole(&site);
    let site = with_project();
    site.write(".installed.cfg", record(&site));
    assert_shows(
        site.run(&["--adopt"]),
        str![[r#"
exit 0
-- standard error
Taking over old: nothing here counts as made by it.
  [ROOT]/outside stays nobody's, as it lies elsewhere
  [ROOT]/home stays nobody's, as it lies elsewhere
  [DIR]/../outside stays nobody's
  [DIR]/../outside/file stays nobody's
  [DIR]/src stays nobody's
  [DIR]/.git stays nobody's
  [DIR]/. stays nobody's
  [DIR]/./ stays nobody's
  [DIR]/buildout.cfg stays nobody's
  [DIR]/parts stays nobody's
  [DIR]/parts/x/../../src stays nobody's
  [DIR]/parts/./../.. stays nobody's
  / stays nobody's, as it lies elsewhere
Creating directory '[DIR]/bin'.
Creating directory '[DIR]/eggs/v5'.
Creating directory '[DIR]/develop-eggs'.
Uninstalling old.
  because nothing names it any more
Keeping '.git': this part did not make it.
Keeping 'buildout.cfg': this part did not make it.
Keeping 'parts': this part did not make it.
Keeping 'src': this part did not make it.
Installing new.
new: Creating directory made

"#]],
    );
    is_whole(&site);
}

#[test]
fn a_record_of_our_own_that_somebody_bent_removes_nothing() {
    let site = with_project();
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    let bent = site
        .read(".installed.cfg")
        .replace("__buildout_installed__ =", &format!("__buildout_installed__ ={}", victims(&site)));
    site.write(".installed.cfg", &bent);
    for arguments in [&["buildout:parts="][..], &["uninstall"], &["--adopt", "buildout:parts="]] {
        let run = site.run(arguments);
        assert!(matches!(run.exit, Some(0 | 1 | 3 | 7)), "{arguments:?}: {:?} {}", run.exit, run.stderr);
        is_whole(&site);
    }
}

#[test]
fn a_copy_of_a_project_with_its_records_is_foreign_and_keeps_what_it_has() {
    let site = with_project();
    assert_eq!(site.run(&["-q"]).exit, Some(0));
    let copy = site.path("copy");
    fs::create_dir(&copy).expect("nothing is there");
    for name in ["buildout.cfg", ".installed.cfg"] {
        fs::copy(site.path(name), copy.join(name)).expect("it can be copied");
    }
    fs::create_dir(copy.join("made")).expect("nothing is there");
    assert_shows(
        site.run(&["-c", "copy/buildout.cfg", "buildout:parts="]),
        str![[r#"
exit 0
-- standard error
Warning: [DIR]/copy/.installed.cfg was not written by buildout on this machine: its parts count as not installed
note: nothing that it names is removed; a copy is kept when a run replaces it, so that it can be taken over later too
help: to take the installed parts over: `buildout install --adopt`
Creating directory '[DIR]/copy/bin'.
Creating directory '[DIR]/copy/parts'.
Creating directory '[DIR]/copy/eggs/v5'.
Creating directory '[DIR]/copy/develop-eggs'.

"#]],
    );
    assert!(Path::new(&copy).join("made").is_dir() && site.has("made"));
}
