//! Moving aside, putting back and discarding, with others in the way.

use std::collections::BTreeSet;

use super::super::remove::tests::{Scratch, as_somebody, belongings, tree};
use super::super::undo::undo;
use super::*;

struct Run {
    scratch: Scratch,
    folder: Directory,
    journal: Journal,
    state: tempfile::TempDir,
}

impl Run {
    fn new() -> Self {
        let scratch = Scratch::new();
        scratch.make(&[".buildout/"]);
        let state = tempfile::tempdir().unwrap();
        let folder = scratch.root.directory(FOLDER).unwrap();
        let journal = journal(&scratch, &state).0;
        Self { scratch, folder, journal, state }
    }

    fn move_aside(&mut self, part: &str, returned: &[&str], made: &[Made]) -> Result<Aside, AsideError> {
        let returned: Vec<String> = returned.iter().map(|path| (*path).to_owned()).collect();
        let bounds = self.scratch.bounds();
        let journal = &mut self.journal;
        let mut aside = Aside::default();
        let others = BTreeSet::new();
        let belongings = belongings(&returned, made, &others);
        move_aside(bounds, &self.folder, part, belongings, journal, &mut aside).map(|()| aside)
    }

    fn journalled(&self) -> crate::installed::Recovery {
        journal(&self.scratch, &self.state).1
    }
}

fn journal(scratch: &Scratch, state: &tempfile::TempDir) -> (Journal, crate::installed::Recovery) {
    let folder = Directory::open(Utf8Path::from_path(state.path()).unwrap()).unwrap();
    Journal::recover(&folder, &scratch.root, 0, |_| BTreeSet::new()).unwrap()
}

#[test]
fn an_old_part_is_kept_in_one_piece_and_comes_back() {
    let mut run = Run::new();
    let made =
        run.scratch.make(&["parts/x/", "parts/x/f.py", "parts/x/d/", "parts/x/l -> f", "bin/", "bin/x"]);
    run.scratch.make(&["parts/x/__pycache__/", "parts/x/__pycache__/f.pyc", "bin/other"]);
    let before = run.scratch.tree();
    let aside = run.move_aside("a/x", &["parts/x", "bin/x"], &made).unwrap();
    let moved = |from: &str, to: &str| Moved { from: run.scratch.path(from), to: run.scratch.path(to) };
    assert_eq!(
        aside,
        Aside {
            moved: vec![moved("bin/x", ".buildout/aside/ax-0/0"), moved("parts/x", ".buildout/aside/ax-0/1")],
            kept: vec![],
            stays: vec![],
            made: made.len()
        }
    );
    assert_eq!(run.journalled().put_back, aside.moved);
    assert_eq!(put_back(run.scratch.bounds(), &aside.moved), []);
    assert_eq!(run.scratch.tree(), before);
    assert_eq!(put_back(run.scratch.bounds(), &aside.moved), [], "once more is no failure");
    assert_eq!(run.scratch.tree(), before);
}

#[test]
fn what_is_aside_is_discarded_when_the_new_part_stands() {
    let mut run = Run::new();
    let made = run.scratch.make(&["parts/x/", "parts/x/f"]);
    let aside = run.move_aside("x", &["parts/x"], &made).unwrap();
    run.scratch.make(&["parts/x/", "parts/x/new"]);
    assert_eq!(discard(run.scratch.bounds(), &aside.moved), []);
    assert_eq!(run.scratch.tree(), [".buildout/", "parts/", "parts/x/", "parts/x/new"]);
}

#[test]
fn a_directory_with_others_files_stays_and_only_recorded_things_move() {
    let mut run = Run::new();
    let made = run.scratch.make(&[
        "parts/x/",
        "parts/x/f",
        "parts/x/whole/",
        "parts/x/whole/g",
        "parts/x/mixed/",
        "parts/x/mixed/h",
    ]);
    let user = run.scratch.make(&["parts/x/mixed/notes", "parts/x/theirs/", "parts/x/theirs/notes"]);
    let mut made_there = made.clone();
    made_there.extend(run.scratch.make(&["parts/x/theirs/ours"]));
    let before = run.scratch.tree();
    let aside = run.move_aside("x", &["parts/x"], &made_there).unwrap();
    assert_eq!(
        run.scratch.tree(),
        [
            ".buildout/",
            ".buildout/aside/",
            ".buildout/aside/x-0/",
            ".buildout/aside/x-0/0",
            ".buildout/aside/x-0/1/",
            ".buildout/aside/x-0/1/g",
            ".buildout/aside/x-0/2",
            ".buildout/aside/x-0/3",
            "parts/",
            "parts/x/",
            "parts/x/mixed/",
            "parts/x/mixed/notes",
            "parts/x/theirs/",
            "parts/x/theirs/notes"
        ]
    );
    assert_eq!(aside.stays, [made[0].clone(), made[4].clone()]);
    let texts = aside.stays.iter().map(|stays| stays.path.as_str()).collect::<Vec<_>>();
    assert_eq!(texts, [made[0].path.as_str(), made[4].path.as_str()], "to the letter: no slash at the end");
    assert_eq!(put_back(run.scratch.bounds(), &aside.moved), []);
    assert_eq!(run.scratch.tree(), before);
    assert_eq!(user.len(), 3);
}

#[test]
fn a_path_that_somebody_has_taken_stays_with_that_one() {
    let mut run = Run::new();
    let made = run.scratch.make(&["parts/x/", "parts/x/old", "parts/f"]);
    let aside = run.move_aside("x", &["parts/x", "parts/f"], &made).unwrap();
    let new = run.scratch.make(&["parts/x/", "parts/x/new", "parts/failed"]);
    undo(run.scratch.bounds(), &new[2..]);
    let kept = put_back(run.scratch.bounds(), &aside.moved);
    let old = run.scratch.path(".buildout/aside/x-0/1");
    assert_eq!(kept, [(run.scratch.path("parts/x"), Why::Taken { kept_in: old })]);
    assert_eq!(
        run.scratch.tree(),
        [
            ".buildout/",
            ".buildout/aside/",
            ".buildout/aside/x-0/",
            ".buildout/aside/x-0/1/",
            ".buildout/aside/x-0/1/old",
            "parts/",
            "parts/f",
            "parts/x/",
            "parts/x/new"
        ]
    );
    assert_eq!(discard(run.scratch.bounds(), &aside.moved), []);
    assert_eq!(run.scratch.tree(), [".buildout/", "parts/", "parts/f", "parts/x/", "parts/x/new"]);
}

#[test]
fn directories_on_the_way_back_are_made_again() {
    let mut run = Run::new();
    run.scratch.make(&["deep/", "deep/er/"]);
    let made = run.scratch.make(&["deep/er/f"]);
    let aside = run.move_aside("x", &["deep/er/f"], &made).unwrap();
    fs_err::remove_dir_all(run.scratch.path("deep")).unwrap();
    assert_eq!(put_back(run.scratch.bounds(), &aside.moved), []);
    assert_eq!(run.scratch.tree(), [".buildout/", "deep/", "deep/er/", "deep/er/f", "parts/"]);
}

#[test]
fn links_are_moved_and_not_followed() {
    let mut run = Run::new();
    let made = run.scratch.make(&["parts/x/", "parts/x/f", "parts/l -> x"]);
    fs_err::remove_dir_all(run.scratch.path("parts/x")).unwrap();
    let trap = format!("parts/x -> {}/x", run.scratch.elsewhere.display());
    run.scratch.make(&[&trap]);
    let aside = run.move_aside("x", &["parts/x", "parts/l"], &made).unwrap();
    assert_eq!(aside.moved.len(), 1);
    assert_eq!(
        run.scratch.said(&aside.kept),
        ["parts/x: it is a symbolic link now, and the part made a directory"]
    );
    assert_eq!(discard(run.scratch.bounds(), &aside.moved), []);
    assert_eq!(run.scratch.tree(), [".buildout/", "parts/", &trap]);
    assert_eq!(tree(&run.scratch.elsewhere), ["x/", "x/f", "x/sub/", "x/sub/g", "x/user"]);
}

#[test]
fn a_forged_record_moves_and_removes_nothing_that_was_not_aside() {
    let run = Run::new();
    run.scratch.make(&["precious", ".buildout/aside/", ".buildout/aside/x-0/", ".buildout/aside/x-0/0"]);
    let forged = |from: &str, to: &str| Moved { from: run.scratch.path(from), to: run.scratch.path(to) };
    let before = run.scratch.tree();
    let moved = [
        forged("new", "precious"),
        forged("new", ".buildout/aside/../../precious"),
        forged(".git", ".buildout/aside/x-0"),
        forged("../new", ".buildout/aside/x-0/0"),
    ];
    assert_eq!(put_back(run.scratch.bounds(), &moved).len(), 4);
    assert_eq!(discard(run.scratch.bounds(), &moved[..3]).len(), 3);
    assert_eq!(run.scratch.tree(), before);
}

#[test]
fn read_only_directories_move_and_keep_their_permissions() {
    as_somebody(|| {
        let mut run = Run::new();
        let made = run.scratch.make(&["parts/x/", "parts/x/d/", "parts/x/d/f"]);
        for path in ["parts/x/d", "parts/x"] {
            let permissions = std::os::unix::fs::PermissionsExt::from_mode(0o555);
            fs_err::set_permissions(run.scratch.path(path), permissions).unwrap();
        }
        let aside = run.move_aside("x", &["parts/x"], &made).unwrap();
        assert_eq!(aside.moved.len(), 1);
        assert_eq!(put_back(run.scratch.bounds(), &aside.moved), []);
        let about = fs_err::metadata(run.scratch.path("parts/x")).unwrap().permissions();
        assert_eq!(std::os::unix::fs::PermissionsExt::mode(&about) & 0o777, 0o555);
        let aside = run.move_aside("x", &["parts/x"], &made).unwrap();
        assert_eq!(discard(run.scratch.bounds(), &aside.moved), []);
        assert_eq!(run.scratch.tree(), [".buildout/", "parts/"]);
    });
}

#[test]
fn on_another_file_system_a_hidden_sibling_takes_its_place() {
    let device = |path: &std::path::Path| {
        fs_err::metadata(path).map(|about| std::os::unix::fs::MetadataExt::dev(&about)).ok()
    };
    let mut run = Run::new();
    let other = std::path::Path::new("/dev/shm");
    if device(other).is_none_or(|other| Some(other) == device(run.scratch.root.path().as_std_path())) {
        // This machine has no second file system to test with.
        return;
    }
    let far = tempfile::tempdir_in(other).unwrap();
    run.folder = Directory::open(Utf8Path::from_path(far.path()).unwrap()).unwrap();
    let made = run.scratch.make(&["parts/x/", "parts/x/f"]);
    run.scratch.make(&["parts/.x.buildout-aside-0"]);
    let before = run.scratch.tree();
    let aside = run.move_aside("x", &["parts/x"], &made).unwrap();
    assert_eq!(
        run.scratch.tree(),
        [
            ".buildout/",
            "parts/",
            "parts/.x.buildout-aside-0",
            "parts/.x.buildout-aside-1/",
            "parts/.x.buildout-aside-1/f"
        ]
    );
    let journalled = run.journalled().put_back;
    assert_eq!(journalled.len(), 2, "each try is written down, and no name that somebody has");
    assert_eq!(journalled.last(), aside.moved.last());
    assert_eq!(put_back(run.scratch.bounds(), &aside.moved), []);
    assert_eq!(run.scratch.tree(), before);
}
