//! Aside: the old part is kept out of the way until the new one stands.
//!
//! - In: the paths that a part returned, and what it is known to have made.
//! - Out: they are in `.buildout/aside/`, can be put back, or be discarded.
//! - Not here: in which order parts go aside and come back (`execute`), what a killed run left aside
//!   (`installed::journal`).
//!
//! Rules: `decisions.md` 3.4. Each move is written down before it is made. A directory that is wholly
//! the part's goes in one move; one that holds others' files stays where it is, and only what is
//! recorded moves. Where `.buildout/` is on another file system, a hidden sibling takes its place.
//! Nothing is ever moved over something.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::io::Errno;

use super::remove::{Bounds, CACHE, Place, Why, failed, is_replaced, lies_in, owned};
use crate::diagnostic::Diagnostic;
use crate::installed::run_lock::FOLDER;
use crate::installed::{Directory, Found, InstalledError, Journal, Kind, Made, Moved, Reach};

/// The directory in `.buildout/`.
const ASIDE: &str = "aside";

/// What marks a hidden sibling.
const SIBLING: &str = ".buildout-aside-";

/// What was moved out of the way of a new part.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Aside {
    /// In the order in which it was moved.
    pub moved: Vec<Moved>,
    /// The part's directories that stay, as they hold others' files. They remain the part's.
    pub stays: Vec<Made>,
    /// Files that somebody put in the place of the part's: they stay, and are not the part's any more.
    pub replaced: Vec<Utf8PathBuf>,
}

/// Why a part could not be moved aside.
#[derive(Debug, thiserror::Error)]
pub enum AsideError {
    /// It could not be written down.
    #[error(transparent)]
    Journal(#[from] InstalledError),
    /// It could not be moved.
    #[error("Cannot move {path} aside: {source}")]
    Move {
        /// What.
        path: Utf8PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl AsideError {
    /// The same error, as it is shown.
    pub fn diagnostic(&self) -> Diagnostic {
        match self {
            Self::Journal(error) => error.diagnostic(),
            Self::Move { .. } => Diagnostic::error("aside", self.to_string()),
        }
    }
}

/// Moves aside what a part returned and is known to have made; the arguments are those of
/// [`remove_owned`](super::remove::remove_owned), and `folder` is `.buildout/`.
///
/// # Errors
///
/// When one move fails; `aside` then holds those before it, to be put back.
pub fn move_aside(
    bounds: Bounds<'_>,
    folder: &Directory,
    part: &str,
    (returned, made): (&[String], &[Made]),
    others: &BTreeSet<Utf8PathBuf>,
    journal: &mut Journal,
    aside: &mut Aside,
) -> Result<(), AsideError> {
    let owned = owned(bounds, returned, made, others, &mut Vec::new());
    let known: HashMap<&Utf8Path, &Made> = owned.iter().map(|made| (made.path.as_path(), *made)).collect();
    let directories: HashSet<&Utf8Path> =
        owned.iter().filter(|made| made.kind == Kind::Directory).map(|made| made.path.as_path()).collect();
    let mut reaches = bounds.reaches(&directories);
    let mut mover = Mover { folder, part, journal, shelf: None, aside };
    let mut done = Ok(());
    for top in tops(&owned) {
        let Ok(place) = bounds.place(&top.path) else {
            continue;
        };
        let reach = &mut reaches[place.number];
        let units = match units(reach, &place, top, &known, mover.aside) {
            Ok(units) => units,
            Err(source) => {
                done = Err(AsideError::Move { path: top.path.clone(), source });
                break;
            }
        };
        reach.close_up();
        done = units.iter().try_for_each(|unit| mover.move_away(reach, &place, unit));
        if done.is_err() {
            break;
        }
    }
    reaches.iter_mut().for_each(Reach::close_up);
    done
}

/// Moves back what was moved aside, the last one first, and returns what could not go back.
///
/// What is not aside any more is passed over, so it may be done again after a kill. A path that
/// somebody has taken meanwhile stays with that one; the old one stays aside until it is discarded.
pub fn put_back(bounds: Bounds<'_>, moved: &[Moved]) -> Vec<(Utf8PathBuf, Why)> {
    let mut kept = Vec::new();
    for moved in moved.iter().rev() {
        if let Err(why) = put_one_back(bounds, moved) {
            kept.push((moved.from.clone(), why));
        }
    }
    tidy(bounds);
    kept
}

/// Removes what is still aside, with all that it holds, and returns what could not be removed.
pub fn discard(bounds: Bounds<'_>, moved: &[Moved]) -> Vec<(Utf8PathBuf, Why)> {
    let mut kept = Vec::new();
    for moved in moved.iter().rev() {
        if let Err(why) = discard_one(bounds, moved) {
            kept.push((moved.to.clone(), why));
        }
    }
    tidy(bounds);
    kept
}

/// Those of the part's things that lie in no directory of the part.
fn tops<'m>(owned: &[&'m Made]) -> Vec<&'m Made> {
    let mut sorted = owned.to_vec();
    sorted.sort_by(|one, other| one.path.cmp(&other.path));
    let mut tops: Vec<&Made> = Vec::new();
    let mut above: Option<&Made> = None;
    for made in sorted {
        if above.is_some_and(|above| lies_in(&made.path, &above.path)) {
            continue;
        }
        if made.kind == Kind::Directory {
            above = Some(made);
        }
        tops.push(made);
    }
    tops
}

/// One thing on the way through a directory of the part.
struct Node {
    above: usize,
    name: OsString,
    kind: Option<Kind>,
    /// Whether it and all that it holds is the part's.
    whole: bool,
    owned: bool,
}

/// The fewest things, as paths beneath `place`'s root, that together are all of the part below `top`.
fn units(
    reach: &mut Reach<'_>,
    place: &Place<'_>,
    top: &Made,
    known: &HashMap<&Utf8Path, &Made>,
    aside: &mut Aside,
) -> io::Result<Vec<PathBuf>> {
    let folder = place.folder().as_std_path();
    let found = match reach.change(folder, |directory| directory.look(place.name())) {
        Ok(found) => found,
        Err(error) => match Errno::from_io_error(&error) {
            // Not there, or not by a way that may be followed.
            Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(Vec::new()),
            Some(_) | None => return Err(error),
        },
    };
    let itself = vec![place.beneath.clone().into_std_path_buf()];
    match (found, top.kind) {
        (Found::Kind(Kind::File), Kind::File)
            if reach.change(folder, |directory| is_replaced(directory, place.name().as_ref(), top))? =>
        {
            aside.replaced.push(top.path.clone());
            return Ok(Vec::new());
        }
        (Found::Kind(Kind::Link), _) | (Found::Kind(Kind::File), Kind::File) => return Ok(itself),
        (Found::Kind(Kind::Directory), Kind::Directory) => {}
        (Found::Nothing | Found::Kind(_) | Found::Special, _) => return Ok(Vec::new()),
    }
    let mut nodes = walk(reach, place, top, known, &mut aside.replaced)?;
    // Each node stands behind the one above it.
    for at in (1..nodes.len()).rev() {
        if !nodes[at].whole {
            let above = nodes[at].above;
            nodes[above].whole = false;
        }
    }
    let path = |at: usize| {
        let mut names = Vec::new();
        let mut at = at;
        while at != 0 {
            names.push(&nodes[at].name);
            at = nodes[at].above;
        }
        names.into_iter().rev().collect::<PathBuf>()
    };
    if nodes[0].whole {
        return Ok(itself);
    }
    let mut units = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        // Joined with nothing, a path would end in a slash.
        let below = || if at == 0 { itself[0].clone() } else { itself[0].join(path(at)) };
        if node.whole && node.owned && !nodes[node.above].whole {
            units.push(below());
        } else if node.owned && !node.whole && node.kind == Some(Kind::Directory) {
            let path = below();
            let path = Utf8Path::from_path(&path).expect("what is owned has a UTF-8 path");
            aside.stays.push(Made::new(place.root.path().join(path), Kind::Directory));
        }
    }
    Ok(units)
}

/// All that a directory holds, each thing behind the directory that holds it; links are not followed.
fn walk(
    reach: &mut Reach<'_>,
    place: &Place<'_>,
    top: &Made,
    known: &HashMap<&Utf8Path, &Made>,
    replaced: &mut Vec<Utf8PathBuf>,
) -> io::Result<Vec<Node>> {
    let root =
        Node { above: 0, name: OsString::new(), kind: Some(Kind::Directory), whole: true, owned: true };
    let mut nodes = vec![root];
    // The path of the directory that is being read, and the number of names that lead there.
    let mut here = place.beneath.as_std_path().to_owned();
    let mut path = top.path.as_std_path().to_owned();
    let mut todo = vec![(0, 0)];
    let mut depth_here = 0;
    while let Some((at, depth)) = todo.pop() {
        while depth_here >= depth.max(1) {
            here.pop();
            path.pop();
            depth_here -= 1;
        }
        if at != 0 {
            here.push(&nodes[at].name);
            path.push(&nodes[at].name);
            depth_here += 1;
        }
        for entry in reach.change(&here, Directory::entries)? {
            path.push(&entry.name);
            let recorded = Utf8Path::from_path(&path).and_then(|path| known.get(path)).copied();
            path.pop();
            let cache = entry.name == CACHE && entry.kind == Some(Kind::Directory);
            // A link in the place of something recorded is nobody's loss.
            let mut owned =
                recorded.is_some_and(|made| entry.kind == Some(made.kind) || entry.kind == Some(Kind::Link));
            if let Some(made) = recorded
                && owned
                && entry.kind == Some(Kind::File)
                && reach.change(&here, |directory| is_replaced(directory, &entry.name, made))?
            {
                replaced.push(made.path.clone());
                owned = false;
            }
            if entry.kind == Some(Kind::Directory) && !cache {
                todo.push((nodes.len(), depth + 1));
            }
            nodes.push(Node { above: at, name: entry.name, kind: entry.kind, whole: owned || cache, owned });
        }
    }
    Ok(nodes)
}

/// Moves one part aside.
struct Mover<'a> {
    folder: &'a Directory,
    part: &'a str,
    journal: &'a mut Journal,
    /// The part's own directory in `.buildout/aside/`; made with the first move.
    shelf: Option<Directory>,
    aside: &'a mut Aside,
}

impl Mover<'_> {
    fn move_away(&mut self, reach: &mut Reach<'_>, place: &Place<'_>, unit: &Path) -> Result<(), AsideError> {
        let beneath = Utf8Path::from_path(unit).expect("what is owned has a UTF-8 path");
        let from = place.root.path().join(beneath);
        let failed = |source| AsideError::Move { path: from.clone(), source };
        let name = beneath.file_name().expect("a thing of a part has a name");
        let folder = beneath.parent().unwrap_or(Utf8Path::new("")).as_std_path();

        let number = self.aside.moved.len();
        let shelf = self.shelf().map_err(failed)?;
        let moved = Moved { from: from.clone(), to: shelf.path().join(number.to_string()) };
        self.journal.aside(self.part, &moved)?;
        let shelf = self.shelf.as_ref().expect("it was opened above");
        let renamed = reach.change(folder, |directory| rename(directory, name, shelf, &number.to_string()));
        match renamed {
            Ok(()) => {
                self.aside.moved.push(moved);
                return Ok(());
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {}
            Err(error) => return Err(failed(error)),
        }
        for number in 0.. {
            let sibling = format!(".{name}{SIBLING}{number}");
            // What is written down may later be discarded: never a name that somebody has already.
            if reach.change(folder, |directory| directory.look(&sibling)).map_err(failed)? != Found::Nothing {
                continue;
            }
            let moved = Moved { from: from.clone(), to: from.with_file_name(&sibling) };
            self.journal.aside(self.part, &moved)?;
            match reach.change(folder, |directory| rename(directory, name, directory, &sibling)) {
                Ok(()) => {
                    self.aside.moved.push(moved);
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(failed(error)),
            }
        }
        unreachable!("a name is free before the numbers end")
    }

    /// A directory that nobody used yet, so that what a killed run left is never mistaken for ours.
    fn shelf(&mut self) -> io::Result<&Directory> {
        if self.shelf.is_none() {
            exists_is_done(self.folder.make_directory(ASIDE, 0o777))?;
            let aside = self.folder.directory(ASIDE)?;
            // For people only; a part's name may hold a `/` and be long.
            let words: String = self.part.chars().filter(|c| c.is_ascii_alphanumeric()).take(40).collect();
            for number in 0.. {
                let name = format!("{words}-{number}");
                match aside.make_directory(&name, 0o777) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    done => {
                        done?;
                        self.shelf = Some(aside.directory(&name)?);
                        break;
                    }
                }
            }
        }
        Ok(self.shelf.as_ref().expect("it was set above"))
    }
}

/// Renames; a read-only directory must be writable for the moment in which it gets another parent.
fn rename(directory: &Directory, name: &str, to: &Directory, to_name: &str) -> io::Result<()> {
    match directory.rename(name, to, to_name) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let Ok(moving) = directory.directory(name) else {
                return Err(error);
            };
            let (_, mode) = moving.owner_and_mode()?;
            if mode & 0o200 != 0 {
                return Err(error);
            }
            moving.set_mode(mode | 0o700)?;
            let renamed = directory.rename(name, to, to_name);
            moving.set_mode(mode)?;
            renamed
        }
        done => done,
    }
}

/// The place of something that is aside; anything else is refused, whatever the journal says.
fn shelved<'a>(bounds: Bounds<'a>, to: &Utf8Path) -> Result<Place<'a>, Why> {
    let place = bounds.locate(to)?;
    let shelf = Utf8Path::new(FOLDER).join(ASIDE);
    let on_shelf = place.number == 0
        && place.beneath.strip_prefix(&shelf).is_ok_and(|rest| rest.components().count() == 2);
    match on_shelf || place.name().contains(SIBLING) {
        true => Ok(place),
        false => Err(Why::Outside),
    }
}

fn put_one_back(bounds: Bounds<'_>, moved: &Moved) -> Result<(), Why> {
    let (to, from) = (shelved(bounds, &moved.to)?, bounds.place(&moved.from)?);
    let shelf = match to.root.directory(to.folder()) {
        Ok(shelf) => shelf,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    if shelf.look(to.name()).map_err(failed)? == Found::Nothing {
        return Ok(());
    }
    let home = make_way(from.root, from.folder()).map_err(failed)?;
    match rename(&shelf, to.name(), &home, from.name()) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            let back = writable(&home, || rename(&shelf, to.name(), &home, from.name()));
            back.map_err(failed)
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            Err(Why::Taken { kept_in: moved.to.clone() })
        }
        done => done.map_err(failed),
    }
}

/// Does something in a directory that is made writable for it.
fn writable(directory: &Directory, change: impl FnOnce() -> io::Result<()>) -> io::Result<()> {
    let (_, mode) = directory.owner_and_mode()?;
    directory.set_mode(mode | 0o700)?;
    let changed = change();
    directory.set_mode(mode)?;
    changed
}

/// The directory at a path, making those on the way that are gone.
fn make_way(root: &Directory, path: &Utf8Path) -> io::Result<Directory> {
    if let Err(error) = root.directory(path)
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let mut directory = root.directory("")?;
    for name in path.components() {
        directory = match directory.directory(name) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                exists_is_done(directory.make_directory(name, 0o777))?;
                directory.directory(name)?
            }
            opened => opened?,
        };
    }
    Ok(directory)
}

fn discard_one(bounds: Bounds<'_>, moved: &Moved) -> Result<(), Why> {
    let to = shelved(bounds, &moved.to)?;
    let shelf = match to.root.directory(to.folder()) {
        Ok(shelf) => shelf,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(failed(error)),
    };
    let done = match shelf.look(to.name()).map_err(failed)? {
        Found::Nothing => Ok(()),
        Found::Kind(Kind::Directory) => {
            Reach::new(&shelf, |_| false).remove_tree(Path::new(""), to.name().as_ref())
        }
        Found::Kind(Kind::File | Kind::Link) | Found::Special => shelf.remove_file(to.name()),
    };
    done.map_err(failed)
}

/// Removes the directories on the shelf that are empty now, whoever left them.
fn tidy(bounds: Bounds<'_>) {
    let Ok(folder) = bounds.root.directory(FOLDER) else {
        return;
    };
    if let Ok(aside) = folder.directory(ASIDE) {
        for shelf in aside.entries().unwrap_or_default() {
            // Not empty, or not a shelf: then it stays.
            let _ = aside.remove_directory(shelf.name);
        }
    }
    let _ = folder.remove_directory(ASIDE);
}

fn exists_is_done(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests;
