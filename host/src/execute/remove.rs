//! Removing: what a part returned and is known to have made, and nothing else.
//!
//! - In: the paths that a part returned, what it was seen to make, and the places that are allowed.
//! - Out: a [`Removal`]: what is gone, and what was kept and why.
//! - Not here: undoing a failed call (`undo`), keeping the old part until the new one stands (`aside`),
//!   the handles through which all of it happens (`installed::directory`).
//!
//! Rules: `decisions.md` 3.3, architecture §3.6, `semantics.md` §10.3. The latest goes first, and
//! directories after what they hold. A link that the part made is removed and never followed; one that somebody
//! put in the place of something stays. A file that somebody changed is kept elsewhere. A directory that holds
//! somebody else's file stays with it; `__pycache__` goes with the part's sources. A read-only directory
//! of the part is made writable for it. Whoever exchanges a directory by a link meanwhile redirects
//! nothing, as every step goes through a handle.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};
use rustix::io::Errno;

use super::keep::keep;
use super::python_cache;
use super::standing::Standing;
use crate::installed::run_lock::FOLDER;
use crate::installed::{Digest, Directory, Entry, Found, Kind, Made, Reach};

/// So many things of others are named in one directory that stays.
pub(super) const NAMED_AT_MOST: usize = 100;

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

/// What is recorded of a part that goes.
#[derive(Debug, Clone, Copy)]
pub struct Belongings<'a> {
    /// The paths that it returned, as they are recorded.
    pub returned: &'a [String],
    /// What it was seen to make.
    pub made: &'a [Made],
    /// What that held when the part was done.
    pub contents: &'a BTreeMap<Utf8PathBuf, Digest>,
    /// The paths that other installed parts returned, absolute.
    pub others: &'a BTreeSet<Utf8PathBuf>,
    /// Directories in which the user lets nothing of it be changed.
    pub refused: &'a [Utf8PathBuf],
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
    /// Another file or link stands where the part made one.
    #[error("somebody put another {} in its place", if *.kind == Kind::Link { "link" } else { "file" })]
    Replaced {
        /// A file or a link.
        kind: Kind,
    },
    /// The file is gone from its place, with what somebody wrote into it.
    #[error("somebody changed it, and it is now {kept_in}")]
    Edited {
        /// Where it is.
        kept_in: Utf8PathBuf,
    },
    /// A directory of the part in which something is left.
    #[error("it holds what this part did not make")]
    HoldsOthers,
    /// A directory of the part that holds what another part made.
    #[error("it holds what `{heir}` made, and goes with that part")]
    Inherited {
        /// That part.
        heir: String,
    },
    /// The root, the user's home, the buildout directory, or what one of them lies in.
    #[error("it is never removed")]
    Protected,
    /// Outside the buildout directory, where the user grants nothing.
    #[error("it lies outside the buildout directory")]
    Outside,
    /// In a directory in which the user lets nothing be changed.
    #[error("it lies where you let nothing be written")]
    Refused,
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
/// Something that is gone already is no failure and not in the result. It goes on after a failure.
pub fn remove_owned(bounds: Bounds<'_>, belongings: Belongings<'_>) -> Removal {
    let mut removal = Removal::default();
    let owned = owned(bounds, belongings, &mut removal.kept);
    Sweep::new(bounds, &owned, belongings.contents).sweep(&owned, removal)
}

/// What of the part's own lies where the user lets nothing be changed, if anything does.
pub(super) fn refused(bounds: Bounds<'_>, belongings: Belongings<'_>) -> Option<(Utf8PathBuf, Why)> {
    let mut kept = Vec::new();
    if !belongings.refused.is_empty() {
        owned(bounds, belongings, &mut kept);
    }
    kept.into_iter().find(|(_, why)| *why == Why::Refused)
}

/// The part's own among what it made; what of its returned paths is not its own goes to `kept`.
pub(super) fn owned<'m>(
    bounds: Bounds<'_>,
    belongings: Belongings<'m>,
    kept: &mut Vec<(Utf8PathBuf, Why)>,
) -> Vec<&'m Made> {
    let Belongings { returned, made, others, refused, .. } = belongings;
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
            (Some(_), _) if refused.iter().any(|refused| lies_in(&made.path, refused)) => {
                kept.push((made.path.clone(), Why::Refused));
            }
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

    /// The path under which it is kept.
    pub(super) fn kept_as(&self) -> Utf8PathBuf {
        if self.number == 0 { self.beneath.clone() } else { self.root.path().join(&self.beneath) }
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
    files: HashSet<&'a Utf8Path>,
    contents: &'a BTreeMap<Utf8PathBuf, Digest>,
}

impl<'a> Sweep<'a> {
    pub(super) fn new(
        bounds: Bounds<'a>,
        owned: &[&'a Made],
        contents: &'a BTreeMap<Utf8PathBuf, Digest>,
    ) -> Self {
        let (directories, files): (Vec<&Made>, Vec<&Made>) =
            owned.iter().partition(|made| made.kind == Kind::Directory);
        let paths = |made: Vec<&'a Made>| made.into_iter().map(|made| made.path.as_path()).collect();
        Self { bounds, directories: paths(directories), files: paths(files), contents }
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
            (Found::Kind(Kind::File), Kind::File) | (Found::Kind(Kind::Link), Kind::Link) => {
                let recorded = self.contents.get(&made.path);
                let standing = match python_cache::is_cached(&made.path, |source| self.files.contains(source))
                {
                    true => Standing::Own,
                    false => reach
                        .change(folder, |directory| Standing::of(directory, name.as_ref(), made, recorded))
                        .map_err(failed)?,
                };
                match standing {
                    Standing::Own => reach.change(folder, |directory| directory.remove_file(name)),
                    Standing::Edited => {
                        let kept_in = self.keep(reach, place).map_err(failed)?;
                        return Err(Why::Edited { kept_in });
                    }
                    Standing::Replaced => return Err(Why::Replaced { kind: made.kind }),
                }
            }
            (Found::Kind(Kind::Directory), Kind::Directory) => {
                match reach.change(folder, |directory| directory.remove_directory(name)) {
                    Err(error) if is_not_empty(&error) => {
                        self.empty_of_caches(reach, place, &made.path, staying, kept)?;
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

    /// Keeps a changed file that goes.
    fn keep(&self, reach: &mut Reach<'_>, place: &Place<'_>) -> io::Result<Utf8PathBuf> {
        let folder = self.bounds.root.directory(FOLDER)?;
        reach.change(place.folder().as_std_path(), |directory| {
            keep(&folder, directory, place.name(), &place.kept_as())
        })
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

    /// Empties a directory that holds nothing but Python's caches of the part's files, or is such a cache; otherwise
    /// names what else it holds.
    fn empty_of_caches(
        &self,
        reach: &mut Reach<'_>,
        place: &Place<'_>,
        path: &Utf8Path,
        staying: &HashSet<Utf8PathBuf>,
        kept: &mut Vec<(Utf8PathBuf, Why)>,
    ) -> Result<(), Why> {
        let beneath = place.beneath.as_std_path();
        let entries = reach.change(beneath, Directory::entries).map_err(failed)?;
        if place.name() == python_cache::NAME && self.is_cache(path, &entries) {
            let (folder, name) = (place.folder().as_std_path(), place.name().as_ref());
            return reach.remove_tree(folder, name).map_err(failed);
        }
        let (mut caches, mut others) = (Vec::new(), Vec::new());
        for entry in entries {
            let is_cache = entry.name == python_cache::NAME
                && entry.kind == Some(Kind::Directory)
                && reach
                    .change(&beneath.join(&entry.name), Directory::entries)
                    .is_ok_and(|held| self.is_cache(&path.join(python_cache::NAME), &held));
            if is_cache { caches.push(entry) } else { others.push(entry) }
        }
        if others.is_empty() {
            return caches
                .iter()
                .try_for_each(|entry| reach.remove_tree(beneath, &entry.name))
                .map_err(failed);
        }
        let others = others.iter().map(|entry| path.join(entry.name.to_string_lossy().as_ref()));
        let strangers = others.filter(|other| !staying.contains(other)).take(NAMED_AT_MOST);
        kept.extend(strangers.map(|other| (other, Why::NotMade)));
        Err(Why::HoldsOthers)
    }

    /// Whether a `__pycache__` holds only what was compiled from the part's files.
    fn is_cache(&self, path: &Utf8Path, held: &[Entry]) -> bool {
        let sources = path.parent().unwrap_or(path);
        let is_ours = |name: &str| self.files.contains(sources.join(name).as_path());
        held.iter().all(|entry| python_cache::is_compiled_from(&entry.name, is_ours))
    }
}

fn is_not_empty(error: &io::Error) -> bool {
    matches!(Errno::from_io_error(error), Some(Errno::NOTEMPTY | Errno::EXIST))
}

pub(super) fn failed(error: io::Error) -> Why {
    Why::Failed(error.to_string())
}

#[cfg(test)]
pub(super) mod tests;
