//! Removing, with users, links, races and hostile records in the way.

use super::*;
use std::path::PathBuf;

/// A buildout directory, and a directory elsewhere that must stay as it is.
pub(in super::super) struct Scratch {
    pub(in super::super) root: Directory,
    pub(in super::super) elsewhere: PathBuf,
    _temporary: tempfile::TempDir,
}

impl Scratch {
    pub(in super::super) fn new() -> Self {
        Self::within(tempfile::tempdir().unwrap())
    }

    fn within(temporary: tempfile::TempDir) -> Self {
        let real = temporary.path().canonicalize().unwrap();
        let elsewhere = real.join("victim");
        for name in ["buildout/parts", "victim/x/sub"] {
            fs_err::create_dir_all(real.join(name)).unwrap();
        }
        for name in ["victim/x/f", "victim/x/sub/g", "victim/x/user"] {
            fs_err::write(real.join(name), "precious").unwrap();
        }
        let root = Directory::open(Utf8Path::from_path(&real.join("buildout")).unwrap()).unwrap();
        Self { root, elsewhere, _temporary: temporary }
    }

    pub(in super::super) fn bounds(&self) -> Bounds<'_> {
        Bounds { root: &self.root, granted: &[], never: &[] }
    }

    pub(in super::super) fn path(&self, path: &str) -> Utf8PathBuf {
        self.root.path().join(path)
    }

    /// Makes directories (`a/`), links (`a -> b`) and files, each saying what it was made as.
    pub(in super::super) fn make(&self, paths: &[&str]) -> Vec<Made> {
        paths.iter().map(|path| self.make_one(path)).collect()
    }

    fn make_one(&self, path: &str) -> Made {
        if let Some(directory) = path.strip_suffix('/') {
            fs_err::create_dir_all(self.path(directory)).unwrap();
            return Made::new(self.path(directory), Kind::Directory);
        }
        if let Some((link, target)) = path.split_once(" -> ") {
            fs_err::os::unix::fs::symlink(target, self.path(link)).unwrap();
            return Made::new(self.path(link), Kind::Link);
        }
        fs_err::write(self.path(path), path).unwrap();
        Made::new(self.path(path), Kind::File)
    }

    /// All that is below the buildout directory, as [`Scratch::make`] takes it.
    pub(in super::super) fn tree(&self) -> Vec<String> {
        tree(self.root.path().as_std_path())
    }

    /// Paths below the buildout directory with the reasons, as text.
    pub(in super::super) fn said(&self, kept: &[(Utf8PathBuf, Why)]) -> Vec<String> {
        let beneath = |path: &Utf8PathBuf| path.as_str().replace(&format!("{}/", self.root.path()), "");
        kept.iter().map(|(path, why)| format!("{}: {why}", beneath(path))).collect()
    }
}

pub(in super::super) fn tree(root: &std::path::Path) -> Vec<String> {
    let mut tree = Vec::new();
    let mut todo = vec![root.to_owned()];
    while let Some(directory) = todo.pop() {
        for entry in fs_err::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
            if path.is_symlink() {
                tree.push(format!("{name} -> {}", fs_err::read_link(&path).unwrap().display()));
            } else if path.is_dir() {
                tree.push(format!("{name}/"));
                todo.push(path);
            } else {
                tree.push(name);
            }
        }
    }
    tree.sort();
    tree
}

fn remove(scratch: &Scratch, returned: &[&str], made: &[Made]) -> Removal {
    let returned: Vec<String> = returned.iter().map(|path| (*path).to_owned()).collect();
    remove_owned(scratch.bounds(), belongings(&returned, made, &BTreeSet::new()))
}

/// What a part returned and made, of which nobody knows what it held.
pub(in super::super) fn belongings<'a>(
    returned: &'a [String],
    made: &'a [Made],
    others: &'a BTreeSet<Utf8PathBuf>,
) -> Belongings<'a> {
    const NOTHING: &BTreeMap<Utf8PathBuf, Digest> = &BTreeMap::new();
    Belongings { returned, made, contents: NOTHING, others, refused: &[] }
}

#[test]
fn only_what_a_part_returned_and_made_is_removed() {
    let scratch = Scratch::new();
    let made = scratch.make(&["parts/x/", "parts/x/f", "data", "bin/", "bin/run", "l -> parts/x"]);
    scratch.make(&["bin/other", "was-there"]);
    let removal = remove(&scratch, &["parts/x", "bin/run", "was-there", "l", "never-made"], &made);
    assert_eq!(scratch.tree(), ["bin/", "bin/other", "data", "parts/", "was-there"]);
    assert_eq!(scratch.said(&removal.kept), ["was-there: this part did not make it"]);
    let removed: Vec<_> = ["l", "bin/run", "parts/x/f", "parts/x"].map(|path| scratch.path(path)).into();
    assert_eq!(removal.removed, removed, "the latest first, directories last");
}

#[test]
fn a_users_file_stays_with_its_directory_and_is_named() {
    let scratch = Scratch::new();
    let made = scratch.make(&["parts/x/", "parts/x/a/", "parts/x/a/f.py", "parts/x/b/", "parts/x/b/g.py"]);
    scratch.make(&["parts/x/a/notes", "parts/x/a/__pycache__/", "parts/x/a/__pycache__/f.pyc"]);
    scratch.make(&["parts/x/b/__pycache__/", "parts/x/b/__pycache__/g.pyc"]);
    let removal = remove(&scratch, &["parts/x"], &made);
    assert_eq!(
        scratch.tree(),
        [
            "parts/",
            "parts/x/",
            "parts/x/a/",
            "parts/x/a/__pycache__/",
            "parts/x/a/__pycache__/f.pyc",
            "parts/x/a/notes"
        ]
    );
    assert_eq!(
        scratch.said(&removal.kept),
        [
            "parts/x/a/notes: this part did not make it",
            "parts/x/a: it holds what this part did not make",
            "parts/x: it holds what this part did not make"
        ]
    );
}

#[test]
fn a_link_in_the_place_of_a_directory_stays_and_is_not_followed() {
    let scratch = Scratch::new();
    let made = scratch.make(&["parts/x/", "parts/x/f", "parts/x/sub/", "parts/x/sub/g"]);
    fs_err::remove_dir_all(scratch.path("parts/x")).unwrap();
    scratch.make(&[&format!("parts/x -> {}/x", scratch.elsewhere.display())]);
    let removal = remove(&scratch, &["parts/x"], &made);
    assert_eq!(removal.removed, [] as [Utf8PathBuf; 0]);
    assert_eq!(
        scratch.said(&removal.kept),
        ["parts/x: it is a symbolic link now, and the part made a directory"]
    );
    assert_eq!(tree(&scratch.elsewhere), ["x/", "x/f", "x/sub/", "x/sub/g", "x/user"]);
}

#[test]
fn a_link_above_what_the_part_made_is_not_followed() {
    let scratch = Scratch::new();
    let made = scratch.make(&["parts/x/", "parts/x/f"]);
    fs_err::remove_dir_all(scratch.path("parts")).unwrap();
    scratch.make(&[&format!("parts -> {}", scratch.elsewhere.display())]);
    let removal = remove(&scratch, &["parts/x"], &made);
    assert_eq!(
        scratch.said(&removal.kept),
        ["parts/x: a link or a file stands where a directory above it was"]
    );
    assert_eq!(tree(&scratch.elsewhere), ["x/", "x/f", "x/sub/", "x/sub/g", "x/user"]);
}

#[test]
fn what_became_something_else_stays() {
    let scratch = Scratch::new();
    let made = scratch.make(&["f", "d/", "l -> f"]);
    fs_err::remove_file(scratch.path("f")).unwrap();
    fs_err::remove_dir(scratch.path("d")).unwrap();
    fs_err::remove_file(scratch.path("l")).unwrap();
    scratch.make(&["f/", "d", "l"]);
    let removal = remove(&scratch, &["f", "d", "l"], &made);
    assert_eq!(
        scratch.said(&removal.kept),
        [
            "l: it is a file now, and the part made a symbolic link",
            "f: it is a directory now, and the part made a file",
            "d: it is a file now, and the part made a directory"
        ]
    );
}

#[test]
fn what_nobody_may_remove_stays_whatever_the_state_says() {
    let scratch = Scratch::new();
    let home = scratch.elsewhere.join("x");
    let never = [Utf8PathBuf::from_path_buf(home).unwrap()];
    let granted = [Directory::open(never[0].parent().unwrap()).unwrap()];
    let bounds = Bounds { granted: &granted, never: &never, ..scratch.bounds() };
    let returned = ["/", ".", "..", "parts/../../victim", "/etc", ".buildout/lock"].map(str::to_owned);
    let returned = [&returned[..], &[never[0].to_string(), granted[0].path().to_string()]].concat();
    let made: Vec<Made> = ["/", "/etc", never[0].as_str(), granted[0].path().as_str()]
        .map(|path| Made::new(path, Kind::Directory))
        .into();
    let mut made = [made, scratch.make(&[".buildout/", ".buildout/lock"])].concat();
    made.push(Made::new(scratch.root.path().to_owned(), Kind::Directory));
    let removal = remove_owned(bounds, belongings(&returned, &made, &BTreeSet::new()));
    assert_eq!(removal.removed, [] as [Utf8PathBuf; 0]);
    assert_eq!(scratch.tree(), [".buildout/", ".buildout/lock", "parts/"]);
    assert_eq!(tree(&scratch.elsewhere), ["x/", "x/f", "x/sub/", "x/sub/g", "x/user"]);
    let why = |path: &str| {
        let said: Vec<_> = removal.kept.iter().filter(|(kept, _)| kept == path).map(|(_, why)| why).collect();
        said.last().map(|why| why.to_string())
    };
    assert_eq!(why("/").as_deref(), Some("it is never removed"));
    assert_eq!(why(never[0].as_str()).as_deref(), Some("it is never removed"));
    assert_eq!(why(scratch.root.path().as_str()).as_deref(), Some("it is never removed"));
    assert_eq!(why(granted[0].path().as_str()).as_deref(), Some("it is never removed"));
    assert_eq!(why("..").as_deref(), Some("it is not a plain path"));
    assert_eq!(why("parts/../../victim").as_deref(), Some("it is not a plain path"));
    assert_eq!(why(scratch.path(".buildout/lock").as_str()).as_deref(), Some("it is never removed"));
}

#[test]
fn outside_only_what_lies_below_a_granted_directory_is_removed() {
    let scratch = Scratch::new();
    let file = Utf8PathBuf::from_path_buf(scratch.elsewhere.join("x/f")).unwrap();
    let made = [Made::new(file.clone(), Kind::File)];
    let refused = remove(&scratch, &[file.as_str()], &made);
    assert_eq!(refused.kept, [(file.clone(), Why::Outside)]);
    let granted = [Directory::open(file.parent().unwrap()).unwrap()];
    let bounds = Bounds { granted: &granted, ..scratch.bounds() };
    let removal = remove_owned(bounds, belongings(&[file.to_string()], &made, &BTreeSet::new()));
    assert_eq!(removal, Removal { removed: vec![file], kept: vec![] });
}

#[test]
fn what_another_part_returned_too_stays() {
    let scratch = Scratch::new();
    let made = scratch.make(&["parts/x/", "parts/x/f", "parts/x/shared"]);
    let others = BTreeSet::from([scratch.path("parts/x/shared"), scratch.path("a"), scratch.path("z")]);
    let removal = remove_owned(scratch.bounds(), belongings(&["parts/x".to_owned()], &made, &others));
    assert_eq!(scratch.tree(), ["parts/", "parts/x/", "parts/x/shared"]);
    assert_eq!(
        scratch.said(&removal.kept),
        ["parts/x/shared: it is also another part's", "parts/x: it holds what this part did not make"]
    );
}

#[test]
fn a_part_in_another_parts_directory_keeps_what_it_returned_by_name() {
    let scratch = Scratch::new();
    // One part returned `etc` and `var`, this one `etc/app` in it and `var` as well.
    let made = scratch.make(&["etc/app/", "etc/app/conf", "var/", "var/log"]);
    let others = BTreeSet::from([scratch.path("etc"), scratch.path("var")]);
    let returned = ["etc/app".to_owned(), "var".to_owned()];
    let removal = remove_owned(scratch.bounds(), belongings(&returned, &made, &others));
    assert_eq!(scratch.tree(), ["etc/", "parts/", "var/", "var/log"]);
    assert_eq!(
        scratch.said(&removal.kept),
        ["var: it is also another part's", "var/log: it is also another part's"]
    );
}

/// Root may write anywhere: the thread becomes somebody else for it.
pub(in super::super) fn as_somebody(test: impl FnOnce() + Send) {
    std::thread::scope(|scope| {
        let done = scope.spawn(|| {
            if rustix::process::geteuid().is_root() {
                rustix::thread::set_thread_uid(rustix::fs::Uid::from_raw(65534)).unwrap();
            }
            test();
        });
        done.join().unwrap();
    });
}

#[test]
fn read_only_directories_of_the_part_are_no_obstacle() {
    as_somebody(|| {
        let scratch = Scratch::new();
        let made = scratch.make(&[
            "parts/x/",
            "parts/x/a/",
            "parts/x/a/b/",
            "parts/x/a/b/f",
            "parts/x/c/",
            "parts/x/c/f.py",
        ]);
        let mode = |path: &str, mode: u32| {
            let permissions = std::os::unix::fs::PermissionsExt::from_mode(mode);
            fs_err::set_permissions(scratch.path(path), permissions).unwrap();
        };
        scratch.make(&["parts/x/c/__pycache__/", "parts/x/c/__pycache__/f.pyc"]);
        mode("parts/x/c/__pycache__", 0o555);
        for path in ["parts/x/c", "parts/x/a/b", "parts/x/a", "parts/x"] {
            mode(path, 0o000);
        }
        let removal = remove(&scratch, &["parts/x"], &made);
        assert_eq!(removal.kept, []);
        assert_eq!(scratch.tree(), ["parts/"]);

        let made = scratch.make(&["parts/y/", "parts/y/f"]);
        scratch.make(&["parts/y/notes"]);
        mode("parts/y", 0o555);
        let removal = remove(&scratch, &["parts/y"], &made);
        assert_eq!(removal.removed, [scratch.path("parts/y/f")]);
        let about = fs_err::metadata(scratch.path("parts/y")).unwrap().permissions();
        let left = std::os::unix::fs::PermissionsExt::mode(&about) & 0o777;
        assert_eq!(left, 0o555, "what stays has its permissions again");

        mode("parts", 0o555);
        let made = scratch_file_of(&scratch, "parts/y/notes");
        let removal = remove(&scratch, &["parts/y"], &made);
        assert_eq!(removal.removed, [] as [Utf8PathBuf; 0], "a directory of others stays as it is");
        mode("parts", 0o755);
        mode("parts/y", 0o755);
    });
}

fn scratch_file_of(scratch: &Scratch, path: &str) -> Vec<Made> {
    vec![Made::new(scratch.path(path), Kind::File)]
}

#[test]
fn no_depth_is_too_deep() {
    // Thirteen thousand directories in memory, where the system has a place for that.
    let scratch = Scratch::within(tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap());
    let mut made = vec![];
    let mut path = scratch.path("parts/x");
    let mut here = scratch.root.directory("parts").unwrap();
    for name in std::iter::once("x").chain(std::iter::repeat_n("d", 2_999)) {
        here.make_directory(name, 0o777).unwrap();
        here = here.directory(name).unwrap();
        made.push(Made::new(path.clone(), Kind::Directory));
        path.push("d");
    }
    drop(here);
    let removal = remove(&scratch, &["parts/x"], &made);
    assert_eq!(removal.kept, []);
    assert_eq!(removal.removed.len(), 3_000);
    assert_eq!(scratch.tree(), ["parts/"]);
}

#[test]
fn a_racing_exchange_by_a_link_redirects_nothing() {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    use std::sync::atomic::{AtomicBool, Ordering};
    let scratch = Scratch::new();
    scratch.make(&[&format!("trap -> {}", scratch.elsewhere.display())]);
    let parts = scratch.root.directory("parts").unwrap();
    let made: Vec<Made> =
        [("", Kind::Directory), ("/f", Kind::File), ("/sub", Kind::Directory), ("/sub/g", Kind::File)]
            .map(|(name, kind)| Made::new(scratch.path(&format!("parts/x{name}")), kind))
            .into();
    let over = AtomicBool::new(false);
    let mut removed = 0;
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let (one, other) = (scratch.path("parts"), scratch.path("trap"));
                let exchange = RenameFlags::EXCHANGE;
                renameat_with(CWD, one.as_std_path(), CWD, other.as_std_path(), exchange).unwrap();
            }
        });
        let mut rounds = 0;
        // On a busy machine the two may run in step for a long while.
        while rounds < 400 || (removed == 0 && rounds < 100_000) {
            rounds += 1;
            // What the last round did not get is still there.
            let _ = parts.make_directory("x", 0o777);
            let x = parts.directory("x").unwrap();
            let _ = x.make_directory("sub", 0o777);
            let _ = x.make_file("f", b"", 0o666);
            let _ = x.directory("sub").unwrap().make_file("g", b"", 0o666);
            removed += remove(&scratch, &["parts/x"], &made).removed.len();
        }
        over.store(true, Ordering::Relaxed);
    });
    assert_eq!(tree(&scratch.elsewhere), ["x/", "x/f", "x/sub/", "x/sub/g", "x/user"]);
    assert!(removed > 0, "some rounds met the directory itself");
}
