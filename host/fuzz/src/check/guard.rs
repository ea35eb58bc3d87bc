//! What holds of every sequence of calls on files, whatever a recipe tries.
//!
//! - In: any bytes: how the call was set up, then three for each deed: which, where, and where to.
//! - Out: nothing, or a panic that says which law is broken.
//!
//! The file system is a map, of paths that are nowhere; what the guard allows happens in it as the kernel would do it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use camino::{Utf8Path, Utf8PathBuf};

use crate::access::Reach;
use crate::installed::{Filled, Kind, Made};
use crate::recipe::files::{Guard, Refusal};
use crate::recipe::{Limits, Witness};

const HOME: &str = "/nowhere";
/// More things than this cannot be made.
const FILES: u64 = 24;

/// What is there before the call, and whether the part made it in an earlier one.
const THERE: [(&str, Kind, bool); 19] = [
    ("p", Kind::Directory, false),
    ("p/parts", Kind::Directory, false),
    ("p/parts/old", Kind::Directory, true),
    ("p/parts/old/f", Kind::File, true),
    ("p/parts/old/l", Kind::Link, true),
    ("p/parts/user", Kind::Directory, false),
    ("p/parts/user/notes", Kind::File, false),
    ("p/parts/hidden", Kind::Directory, false),
    ("p/parts/closed", Kind::Directory, false),
    ("p/bin", Kind::Directory, false),
    ("p/src", Kind::Directory, false),
    ("p/src/code", Kind::File, false),
    ("p/.git", Kind::Directory, false),
    ("p/.buildout", Kind::Directory, false),
    ("p/.buildout/tmp", Kind::Directory, false),
    ("shared", Kind::Directory, false),
    ("shared/data", Kind::Directory, false),
    ("shared/data/f", Kind::File, false),
    ("outside", Kind::Directory, false),
];

/// Where something is tried.
const PLACES: [&str; 32] = [
    "p/parts/a",
    "p/parts/a/f",
    "p/parts/a/d",
    "p/parts/a/d/g",
    "p/parts/b",
    "p/parts/b/f",
    "p/parts/old",
    "p/parts/old/f",
    "p/parts/old/l",
    "p/parts/user",
    "p/parts/user/notes",
    "p/parts/hidden/x",
    "p/parts/closed/x",
    "p/parts/a/.git",
    "p/parts/a/.GIT",
    "p/parts/a/.envrc",
    "p/bin/x",
    "p/etc/app.conf",
    "p/.buildout/tmp/t",
    "p/.buildout/tmp/t/f",
    "p/.buildout/tmp/t/.git",
    "p/.git/hooks",
    "p/etc",
    "p/src",
    "p/src/code",
    "p/src/new",
    "shared/data",
    "shared/data/f",
    "shared/data/d",
    "shared/data/d/f",
    "outside/new",
    "p",
];

/// Tries every deed of the bytes and looks at the record.
pub fn check(bytes: &[u8]) {
    let Some((setting, deeds)) = bytes.split_first() else { return };
    let mut world = World::new(setting & 1 != 0, setting & 2 != 0);
    for deed in deeds.chunks_exact(3) {
        let place = |at: u8| Utf8Path::new(HOME).join(PLACES[usize::from(at) % PLACES.len()]);
        // What is refused changes nothing, as the kernel does not even hear of it.
        let _ = world.tries(deed[0] % 8, &place(deed[1]), &place(deed[2]));
    }
    world.end();
}

/// Something on the disk: two names of one file have one number.
type Thing = (Kind, usize);

struct World {
    /// In `init` nothing can be written but in a temporary directory.
    init: bool,
    links: bool,
    guard: Guard,
    disk: BTreeMap<Utf8PathBuf, Thing>,
    before: BTreeMap<Utf8PathBuf, Thing>,
    own_before: BTreeSet<Utf8PathBuf>,
    /// What the guard looks at on the disk, where nothing is, to know its kind.
    looked_at: BTreeSet<Utf8PathBuf>,
    noted: Arc<Notes>,
    count: usize,
    allowed: u64,
}

#[derive(Default)]
struct Notes(Mutex<BTreeSet<Utf8PathBuf>>);

impl Witness for Notes {
    fn making(&self, made: &Made) -> std::io::Result<()> {
        self.0.lock().expect("nobody panics with it").insert(made.path.clone());
        Ok(())
    }

    fn filling(&self, _: &Filled) -> std::io::Result<()> {
        Ok(())
    }

    fn still_filling(&self) -> std::io::Result<()> {
        Ok(())
    }
}

/// A deed that did not happen.
struct Not;

impl From<Refusal> for Not {
    fn from(_: Refusal) -> Self {
        Self
    }
}

impl World {
    fn new(links: bool, init: bool) -> Self {
        let home = Utf8Path::new(HOME);
        let mut disk: BTreeMap<_, _> =
            THERE.iter().enumerate().map(|(at, (path, kind, _))| (home.join(path), (*kind, at))).collect();
        disk.insert(home.to_owned(), (Kind::Directory, disk.len()));
        let own_before: BTreeSet<_> =
            THERE.iter().filter(|(_, _, own)| *own).map(|(path, _, _)| home.join(path)).collect();
        let places = |places: &[&str]| places.iter().map(|place| home.join(place)).collect::<Vec<_>>();
        let mut reach = Reach {
            root: home.join("p"),
            read: places(&["p", "shared/data"]),
            own: own_before.clone(),
            links,
            hidden: places(&["p/parts/hidden"]),
            closed: places(&["p/parts/closed", "p/parts/b/f"]),
            ..Reach::default()
        };
        if !init {
            reach.make = places(&["p/parts", "p/bin"]);
            reach.outputs = places(&["p/etc/app.conf"]);
            reach.granted = places(&["shared/data"]);
            reach.given = places(&["shared/data"]);
        }
        let noted = Arc::new(Notes::default());
        let limits = Limits { files: FILES, ..Limits::default() };
        let mut guard = Guard::new(reach, Some(noted.clone()), &limits);
        guard.add_temporary(home.join("p/.buildout/tmp"));
        let count = disk.len();
        let (before, looked_at) = (disk.clone(), BTreeSet::new());
        Self { init, links, guard, before, disk, own_before, looked_at, noted, count, allowed: 0 }
    }

    fn tries(&mut self, deed: u8, at: &Utf8Path, to: &Utf8Path) -> Result<(), Not> {
        match deed {
            0 => self.make(at, Kind::File),
            1 => self.make(at, Kind::Directory),
            2 => self.make(at, Kind::Link),
            3 => self.change(at),
            4 => self.remove(at),
            5 => self.rename(at, to),
            6 => self.hard_link(at, to),
            _ => self.see(at),
        }
    }

    fn temporary(&self, path: &Utf8Path) -> bool {
        path.starts_with(Utf8Path::new(HOME).join("p/.buildout/tmp")) && !path.ends_with(".buildout/tmp")
    }

    /// Whether a part may have something here at all, said once more in other words.
    fn granted(&self, path: &Utf8Path) -> bool {
        let below = |place: &str| {
            path.strip_prefix(Utf8Path::new(HOME).join(place)).is_ok_and(|rest| !rest.as_str().is_empty())
        };
        let protected = path
            .components()
            .any(|name| [".git", ".envrc", ".buildout"].contains(&name.as_str().to_lowercase().as_str()));
        let etc = path == "/nowhere/p/etc" || path.starts_with("/nowhere/p/etc/app.conf");
        let refused = ["p/parts/hidden", "p/parts/closed"].iter().any(|place| below(place))
            || path == "/nowhere/p/parts/b/f";
        let somewhere = below("p/parts") || below("p/bin") || etc || below("shared/data");
        self.temporary(path) || (!self.init && somewhere && !protected && !refused)
    }

    /// What the guard allowed to make.
    fn allowed(&mut self, path: &Utf8Path) {
        assert!(self.granted(path), "{path} is not for a part to make");
        self.allowed += 1;
        assert!(self.allowed <= FILES, "no more than the limit");
    }

    /// What the guard allowed to change, replace or remove.
    fn changes(&self, path: &Utf8Path) {
        assert!(self.granted(path), "{path} is not for a part to change");
        let users = self.before.get(path).is_some_and(|thing| self.disk.get(path) == Some(thing))
            && !self.own_before.contains(path);
        let granted = path.starts_with("/nowhere/shared/data") && path != "/nowhere/shared/data";
        assert!(!users || granted, "{path} is the user's");
    }

    fn place(&mut self, path: &Utf8Path, kind: Kind) {
        self.count += 1;
        self.disk.insert(path.to_owned(), (kind, self.count));
    }

    fn kind(&self, path: &Utf8Path) -> Result<Kind, Not> {
        self.disk.get(path).map(|(kind, _)| *kind).ok_or(Not)
    }

    fn directory_above(&self, path: &Utf8Path) -> Result<(), Not> {
        let kind = path.parent().and_then(|above| self.disk.get(above)).map(|(kind, _)| *kind);
        if kind == Some(Kind::Directory) { Ok(()) } else { Err(Not) }
    }

    /// All that lies in a directory.
    fn within(&self, path: &Utf8Path) -> Vec<(Utf8PathBuf, Thing)> {
        let within = self.disk.iter().filter(|(other, _)| other.starts_with(path) && *other != path);
        within.map(|(path, thing)| (path.clone(), *thing)).collect()
    }

    fn make(&mut self, at: &Utf8Path, kind: Kind) -> Result<(), Not> {
        self.directory_above(at)?;
        if self.disk.contains_key(at) {
            return Err(Not);
        }
        self.guard.may_create(at, kind)?;
        assert!(kind != Kind::Link || self.links || self.temporary(at), "links were not granted");
        self.allowed(at);
        self.place(at, kind);
        self.guard.made(at, kind);
        Ok(())
    }

    fn change(&mut self, at: &Utf8Path) -> Result<(), Not> {
        self.kind(at)?;
        self.guard.may_see(at)?;
        self.guard.may_change(at)?;
        self.changes(at);
        Ok(())
    }

    fn remove(&mut self, at: &Utf8Path) -> Result<(), Not> {
        self.kind(at)?;
        self.guard.may_change(at)?;
        self.changes(at);
        if !self.within(at).is_empty() {
            return Err(Not);
        }
        self.disk.remove(at);
        self.guard.removed(at);
        Ok(())
    }

    fn rename(&mut self, from: &Utf8Path, to: &Utf8Path) -> Result<(), Not> {
        let kind = self.kind(from)?;
        self.guard.may_move(from)?;
        self.changes(from);
        let within = self.within(from);
        if kind == Kind::Directory && !within.iter().all(|(path, _)| self.guard.is_own(path)) {
            return Err(Not);
        }
        self.directory_above(to)?;
        // What lies in a temporary directory was never judged.
        let moved = |path: &Utf8Path| to.join(path.strip_prefix(from).expect("it lies in it"));
        let out = kind == Kind::Directory && self.temporary(from) && !self.temporary(to);
        for (path, (kind, _)) in within.iter().filter(|_| out) {
            self.guard.may_create(&moved(path), *kind)?;
            self.allowed(&moved(path));
        }
        let replaced = self.disk.get(to).copied();
        match replaced {
            Some(_) => {
                self.guard.may_change(to)?;
                self.changes(to);
            }
            None => {
                self.guard.may_create(to, kind)?;
                self.allowed(to);
            }
        }
        let brought = self.guard.may_bring(from, to)?;
        // From here on it is the kernel's.
        let thing = self.disk[from];
        if to.starts_with(from) && to != from {
            return Err(Not);
        }
        match replaced {
            Some((other, _)) if (other == Kind::Directory) != (kind == Kind::Directory) => return Err(Not),
            // One file, by whatever names: nothing happens.
            Some(other) if other == thing => return Ok(()),
            Some(_) if !self.within(to).is_empty() => return Err(Not),
            Some(_) | None => {}
        }
        self.disk.remove(from);
        self.disk.insert(to.to_owned(), thing);
        for (path, thing) in &within {
            self.disk.remove(path);
            self.disk.insert(moved(path), *thing);
            if self.own_before.contains(path) || self.looked_at.contains(path) {
                self.looked_at.insert(moved(path));
            }
            assert!(self.granted(&moved(path)), "{} is not for a part to make", moved(path));
        }
        self.guard.renamed((from, to), kind, replaced.map(|(kind, _)| kind), &brought);
        for (path, (kind, _)) in within.iter().filter(|_| out) {
            self.guard.made(&moved(path), *kind);
        }
        Ok(())
    }

    fn hard_link(&mut self, from: &Utf8Path, to: &Utf8Path) -> Result<(), Not> {
        self.guard.may_move(from)?;
        let kind = self.kind(from)?;
        self.changes(from);
        self.directory_above(to)?;
        if self.disk.contains_key(to) {
            return Err(Not);
        }
        self.guard.may_hard_link(to, kind)?;
        assert!(self.links || self.temporary(to), "links were not granted");
        self.allowed(to);
        if kind == Kind::Directory {
            return Err(Not);
        }
        self.disk.insert(to.to_owned(), self.disk[from]);
        self.guard.made(to, kind);
        Ok(())
    }

    fn see(&mut self, at: &Utf8Path) -> Result<(), Not> {
        self.guard.may_see(at)?;
        let inside = self.temporary(at) || self.guard.is_own(at);
        assert!(inside || !at.starts_with("/nowhere/p/parts/hidden"), "{at} was refused");
        assert!(inside || !at.starts_with("/nowhere/p/.git"), "{at} is a secret");
        Ok(())
    }

    /// The call is over: the record says of all that is there whose it is.
    fn end(self) {
        let programs = self.guard.reach_of_programs().own;
        for path in &programs {
            assert!(self.disk.contains_key(path), "{path} is the part's own, and is not there");
        }
        let noted = self.noted.0.lock().expect("nobody panics with it").clone();
        let temporary: Vec<_> = self.disk.keys().filter(|path| self.temporary(path)).cloned().collect();
        let record = self.guard.finish();
        let mut made = BTreeMap::new();
        for thing in &record.made {
            assert!(made.insert(&thing.path, thing.kind).is_none(), "{} is recorded twice", thing.path);
            let there = self.disk.get(&thing.path).map(|(kind, _)| *kind);
            assert!(there.is_some(), "{} is there, as it was recorded", thing.path);
            let known = self.looked_at.contains(&thing.path) || there == Some(thing.kind);
            assert!(known, "{} is a {there:?} and not a {:?}", thing.path, thing.kind);
            let known = noted.contains(&thing.path) || self.own_before.contains(&thing.path);
            assert!(known, "{} was noted down before it was made", thing.path);
        }
        for (path, thing) in &self.disk {
            let known = made.contains_key(path) || temporary.contains(path);
            match self.before.get(path) {
                None => assert!(known, "{path} is new and was not recorded"),
                Some(before) if before != thing => {
                    let known =
                        known || record.overwritten.contains(path) || record.changed.contains_key(path);
                    assert!(known, "{path} is another thing and was not recorded");
                }
                Some(_) => {}
            }
        }
        for path in self.before.keys().filter(|path| !self.disk.contains_key(*path)) {
            let known = record.removed.contains(path) || record.overwritten.contains(path);
            assert!(known, "{path} is gone and was not recorded");
        }
        for path in &record.removed {
            assert!(self.own_before.contains(path), "{path} was the part's");
            assert!(!self.disk.contains_key(path), "{path} is recorded as gone, and is there");
        }
    }
}
