//! Removing: what a part returned and is known to have made, and nothing else.
//!
//! - In: the paths that a part returned, what it was seen to make, and the places that are allowed.
//! - Out: a [`Removal`]: what is gone, and what was kept and why.
//! - Not here: undoing a failed call (`undo`), keeping the old part until the new one stands (`aside`),
//!   the handles through which all of it happens (`installed::directory`).
//!
//! Rules: `decisions.md` 3.3, architecture §3.6, `semantics.md` §10.3. The latest goes first, and
//! directories after what they hold. A link is removed and never followed. A directory that holds
//! somebody else's file stays with it; `__pycache__` goes with its directory. A read-only directory
//! of the part is made writable for it. Whoever exchanges a directory by a link meanwhile redirects
//! nothing, as every step goes through a handle.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::io;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use rustix::io::Errno;

use crate::installed::run_lock::FOLDER;
use crate::installed::{Directory, Found, Kind, Made, Reach};

/// Python writes its caches beside any file; they are nobody's.
pub(super) const CACHE: &str = "__pycache__";

/// So many things of others are named in one directory that stays.
const NAMED_AT_MOST: usize = 100;

/// Where something may be removed at all.
#[derive(Debug, Clone, Copy)]
pub struct Bounds<'a> {
    /// The buildout directory, opened by its real path.
    pub root: &'a Directory,
    /// Directories outside it in which the user lets the part write.
    pub granted: &'a [Directory],
    /// What is never removed, nor any directory above it: the user's home, the state directory.
    pub never: &'a [Utf8PathBuf],
}

/// What a removal did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Removal {
    /// Gone, in that order.
    pub removed: Vec<Utf8PathBuf>,
    /// Still there.
    pub kept: Vec<(Utf8PathBuf, Why)>,
}

/// Why something is still there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Why {
    /// It was there before the part, or somebody put it there later.
    #[error("this part did not make it")]
    NotMade,
    /// Another part returned it too; it goes with the last of them.
    #[error("it is also another part's")]
    AnothersPart,
    /// The part made something else under this name.
    #[error("it is {} now, and the part made {}", .now, .made.words())]
    Changed {
        /// What the part made.
        made: Kind,
        /// What it is, in words.
        now: &'static str,
    },
    /// Another file stands where the part made one.
    #[error("somebody put another file in its place")]
    Replaced,
    /// A directory of the part in which something is left.
    #[error("it holds what this part did not make")]
    HoldsOthers,
    /// The root, the user's home, the buildout directory, or what one of them lies in.
    #[error("it is never removed")]
    Protected,
    /// Outside the buildout directory, where the user grants nothing.
    #[error("it lies outside the buildout directory")]
    Outside,
    /// A path with `..`, or none at all.
    #[error("it is not a plain path")]
    NotPlain,
    /// A directory above it was exchanged by something else.
    #[error("a link or a file stands where a directory above it was")]
    LinkInTheWay,
    /// Somebody took its place while it was aside.
    #[error("something else has its place; what was there is in {kept_in}")]
    Taken {
        /// Where the old one still is.
        kept_in: Utf8PathBuf,
    },
    /// The system refused.
    #[error("{0}")]
    Failed(String),
}

/// Removes what a part returned and is known to have made.
///
/// `returned` are the paths as they are recorded, `made` is what the part was seen to make, and
/// `others` are the paths that other installed parts returned, absolute. Something that is gone
/// already is no failure and not in the result. It goes on after a failure.
pub fn remove_owned(
    bounds: Bounds<'_>,
    returned: &[String],
    made: &[Made],
    others: &BTreeSet<Utf8PathBuf>,
) -> Removal {
    let mut removal = Removal::default();
    let owned = owned(bounds, returned, made, others, &mut removal.kept);
    Sweep::new(bounds, &owned).sweep(&owned, removal)
}

/// The part's own among `made`; what of its returned paths is not its own goes to `kept`.
pub(super) fn owned<'m>(
    bounds: Bounds<'_>,
    returned: &[String],
    made: &'m [Made],
    others: &BTreeSet<Utf8PathBuf>,
    kept: &mut Vec<(Utf8PathBuf, Why)>,
) -> Vec<&'m Made> {
    let mut named = BTreeSet::new();
    for path in returned {
        match plain(&bounds.root.path().join(path)) {
            Some(path) => {
                named.insert(path);
            }
            None => kept.push((Utf8PathBuf::from(path), Why::NotPlain)),
        }
    }
    let known: HashSet<&Utf8Path> = made.iter().map(|made| made.path.as_path()).collect();
    for path in named.iter().filter(|path| !known.contains(path.as_path())) {
        match bounds.place(path) {
            // It would not be removed if it were allowed.
            Err(Why::Outside) if path.symlink_metadata().is_err() => {}
            Err(Why::Outside) => kept.push((path.clone(), Why::NotMade)),
            Err(why) => kept.push((path.clone(), why)),
            Ok(place) if place.found() != Found::Nothing => kept.push((path.clone(), Why::NotMade)),
            Ok(_) => {}
        }
    }
    let (ours, theirs) = (nearest(made, &named), nearest(made, others));
    let mut owned = Vec::new();
    for (made, claims) in made.iter().zip(ours.into_iter().zip(theirs)) {
        match claims {
            (None, _) => {}
            // Whoever returned a directory above does not thereby claim what this part returned by name.
            (Some(ours), Some(theirs)) if theirs >= ours => kept.push((made.path.clone(), Why::AnothersPart)),
            (Some(_), _) => owned.push(made),
        }
    }
    owned
}

/// For each of `made` the length of the nearest of these paths that it is or lies below.
fn nearest(made: &[Made], paths: &BTreeSet<Utf8PathBuf>) -> Vec<Option<usize>> {
    let mut order: Vec<usize> = (0..made.len()).collect();
    order.sort_by(|one, other| made[*one].path.cmp(&made[*other].path));
    // In this order all that lies below a path follows it without a gap.
    let mut nearest = vec![None; made.len()];
    let mut coming = paths.iter().peekable();
    let mut above: Vec<&Utf8PathBuf> = Vec::new();
    for at in order {
        let path = &made[at].path;
        while let Some(next) = coming.next_if(|next| *next <= path) {
            while above.pop_if(|last| !lies_in(next, last)).is_some() {}
            above.push(next);
        }
        while above.pop_if(|last| !lies_in(path, last)).is_some() {}
        nearest[at] = above.last().map(|last| last.as_str().len());
    }
    nearest
}

/// Whether a plain path is another one or lies below it.
pub(super) fn lies_in(path: &Utf8Path, directory: &Utf8Path) -> bool {
    // In bytes: paths of ten thousand names are not taken apart to be compared.
    let rest = path.as_str().strip_prefix(directory.as_str());
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The path without `.` and doubled slashes; `None` if it is not absolute or has a `..`.
fn plain(path: &Utf8Path) -> Option<Utf8PathBuf> {
    let names = path.as_str().strip_prefix('/')?;
    if !names.contains('\0') && !names.split('/').any(|name| matches!(name, "" | "." | "..")) {
        return Some(path.to_owned());
    }
    let mut plain = Utf8PathBuf::from("/");
    for component in path.components() {
        match component {
            Utf8Component::Normal(name) => plain.push(name),
            Utf8Component::RootDir | Utf8Component::CurDir => {}
            Utf8Component::ParentDir | Utf8Component::Prefix(_) => return None,
        }
    }
    (!names.contains('\0')).then_some(plain)
}

/// A path as a directory that is held open and the names beneath it, of which there is at least one.
#[derive(Debug)]
pub(super) struct Place<'a> {
    /// Which of the allowed directories it is: 0 is the buildout directory.
    pub(super) number: usize,
    pub(super) root: &'a Directory,
    pub(super) beneath: Utf8PathBuf,
}

impl Place<'_> {
    /// The directory that holds it, beneath the root.
    pub(super) fn folder(&self) -> &Utf8Path {
        self.beneath.parent().unwrap_or(Utf8Path::new(""))
    }

    /// Its name in that directory.
    pub(super) fn name(&self) -> &str {
        self.beneath.file_name().expect("a place has a name of its own")
    }

    /// What stands there; nothing where no way leads that may be followed.
    pub(super) fn found(&self) -> Found {
        let found = self.root.directory(self.folder()).and_then(|folder| folder.look(self.name()));
        found.unwrap_or(Found::Nothing)
    }
}

impl<'a> Bounds<'a> {
    /// Finds the place of an absolute path, if something may be removed there.
    pub(super) fn place(self, path: &Utf8Path) -> Result<Place<'a>, Why> {
        let Some(path) = plain(path) else {
            return Err(Why::NotPlain);
        };
        let never = self.never.iter().map(Utf8PathBuf::as_path).chain([self.root.path()]);
        if never.into_iter().any(|never| never.starts_with(&path)) {
            return Err(Why::Protected);
        }
        let place = self.locate(&path)?;
        if place.number == 0 && place.beneath.starts_with(FOLDER) {
            return Err(Why::Protected);
        }
        Ok(place)
    }

    /// Finds the place of a plain absolute path, whatever it is.
    pub(super) fn locate(self, path: &Utf8Path) -> Result<Place<'a>, Why> {
        let roots = std::iter::once(self.root).chain(self.granted).enumerate();
        let inside = roots.filter_map(|(number, root)| {
            let beneath = path.strip_prefix(root.path()).ok()?.to_owned();
            Some(Place { number, root, beneath })
        });
        match inside.min_by_key(|place| place.beneath.as_str().len()) {
            Some(place) if place.beneath.as_str().is_empty() => Err(Why::Protected),
            Some(place) => Ok(place),
            None => Err(Why::Outside),
        }
    }

    /// Ways into all allowed directories, by number; a directory in `ours` may be made writable.
    pub(super) fn reaches(self, ours: &'a HashSet<&'a Utf8Path>) -> Vec<Reach<'a>> {
        let roots = std::iter::once(self.root).chain(self.granted);
        let reach = |root: &'a Directory| {
            Reach::new(root, move |beneath| {
                let path = Utf8Path::from_path(beneath).map(|beneath| root.path().join(beneath));
                path.is_some_and(|path| ours.contains(path.as_path()))
            })
        };
        roots.map(reach).collect()
    }
}

/// The removal of a set of things, each at most once.
pub(super) struct Sweep<'a> {
    bounds: Bounds<'a>,
    directories: HashSet<&'a Utf8Path>,
}

impl<'a> Sweep<'a> {
    pub(super) fn new(bounds: Bounds<'a>, owned: &[&'a Made]) -> Self {
        let directories = owned.iter().filter(|made| made.kind == Kind::Directory);
        Self { bounds, directories: directories.map(|made| made.path.as_path()).collect() }
    }

    /// Removes all that is `owned`: files and links, the latest first, then directories, the deepest
    /// first.
    pub(super) fn sweep(&self, owned: &[&Made], mut removal: Removal) -> Removal {
        let mut reaches = self.bounds.reaches(&self.directories);
        let mut staying: HashSet<_> = removal.kept.iter().map(|(path, _)| path.clone()).collect();
        let (mut directories, others): (Vec<&Made>, Vec<&Made>) =
            owned.iter().rev().partition(|made| made.kind == Kind::Directory);
        let depth = |made: &&Made| made.path.as_str().bytes().filter(|byte| *byte == b'/').count();
        // Stable: of two at the same depth the later one stays first.
        directories.sort_by_cached_key(|made| std::cmp::Reverse(depth(made)));
        for made in others.into_iter().chain(directories) {
            let place = match self.bounds.place(&made.path) {
                Ok(place) => place,
                Err(why) => {
                    removal.kept.push((made.path.clone(), why));
                    continue;
                }
            };
            let reach = &mut reaches[place.number];
            match self.remove(reach, &place, made, &mut staying, &mut removal.kept) {
                Ok(true) => removal.removed.push(made.path.clone()),
                Ok(false) => {}
                Err(why) => {
                    staying.insert(made.path.clone());
                    removal.kept.push((made.path.clone(), why));
                }
            }
        }
        reaches.iter_mut().for_each(Reach::close_up);
        removal
    }

    /// Removes one thing; `false`: it was not there.
    fn remove(
        &self,
        reach: &mut Reach<'_>,
        place: &Place<'_>,
        made: &Made,
        staying: &mut HashSet<Utf8PathBuf>,
        kept: &mut Vec<(Utf8PathBuf, Why)>,
    ) -> Result<bool, Why> {
        let folder = place.folder().as_std_path();
        let name = place.name();
        let found = match reach.change(folder, |directory| directory.look(name)) {
            Ok(found) => found,
            Err(error) => return self.unreached(made, &error),
        };
        let done = match (found, made.kind) {
            (Found::Nothing, _) => return Ok(false),
            (Found::Kind(Kind::File), Kind::File)
                if reach
                    .change(folder, |directory| is_replaced(directory, name.as_ref(), made))
                    .map_err(failed)? =>
            {
                return Err(Why::Replaced);
            }
            // A link holds nothing, whoever put it there.
            (Found::Kind(Kind::Link), _) | (Found::Kind(Kind::File), Kind::File) => {
                reach.change(folder, |directory| directory.remove_file(name))
            }
            (Found::Kind(Kind::Directory), Kind::Directory) => {
                match reach.change(folder, |directory| directory.remove_directory(name)) {
                    Err(error) if is_not_empty(&error) => {
                        empty_of_caches(reach, place, &made.path, staying, kept)?;
                        reach.change(folder, |directory| directory.remove_directory(name))
                    }
                    done => done,
                }
            }
            (Found::Kind(now), made) => return Err(Why::Changed { made, now: now.words() }),
            (Found::Special, made) => return Err(Why::Changed { made, now: "a special file" }),
        };
        done.map(|()| true).map_err(failed)
    }

    /// What it means that the directory above something cannot be reached.
    fn unreached(&self, made: &Made, error: &io::Error) -> Result<bool, Why> {
        match Errno::from_io_error(error) {
            Some(Errno::NOENT) => Ok(false),
            Some(Errno::LOOP | Errno::NOTDIR) => {
                let ours = made.path.ancestors().skip(1).any(|path| self.directories.contains(path));
                // If one above it is the part's, its own turn comes, and says what stands there now.
                if ours { Ok(false) } else { Err(Why::LinkInTheWay) }
            }
            Some(_) | None => Err(Why::Failed(error.to_string())),
        }
    }
}

/// Whether another file than the one that was made stands under its name.
pub(super) fn is_replaced(directory: &Directory, name: &OsStr, made: &Made) -> io::Result<bool> {
    if made.seen.is_none() {
        return Ok(false);
    }
    Ok(made.is_replaced(directory.seen(name)?.as_ref()))
}

/// Empties a directory that holds nothing but Python's caches, or is one of them; otherwise names what
/// else it holds.
fn empty_of_caches(
    reach: &mut Reach<'_>,
    place: &Place<'_>,
    path: &Utf8Path,
    staying: &HashSet<Utf8PathBuf>,
    kept: &mut Vec<(Utf8PathBuf, Why)>,
) -> Result<(), Why> {
    let beneath = place.beneath.as_std_path();
    let entries = reach.change(beneath, Directory::entries).map_err(failed)?;
    if place.name() == CACHE {
        let (folder, name) = (place.folder().as_std_path(), CACHE.as_ref());
        return reach.remove_tree(folder, name).map_err(failed);
    }
    let (caches, others): (Vec<_>, Vec<_>) =
        entries.into_iter().partition(|entry| entry.name == CACHE && entry.kind == Some(Kind::Directory));
    if others.is_empty() {
        return caches.iter().try_for_each(|entry| reach.remove_tree(beneath, &entry.name)).map_err(failed);
    }
    let others = others.iter().map(|entry| path.join(entry.name.to_string_lossy().as_ref()));
    let strangers = others.filter(|other| !staying.contains(other)).take(NAMED_AT_MOST);
    kept.extend(strangers.map(|other| (other, Why::NotMade)));
    Err(Why::HoldsOthers)
}

fn is_not_empty(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::NOTEMPTY | Errno::EXIST))
}

pub(super) fn failed(error: io::Error) -> Why {
    Why::Failed(error.to_string())
}

#[cfg(test)]
pub(super) mod tests;
