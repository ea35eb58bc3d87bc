//! Aside: the old part is kept out of the way until the new one stands.
//!
//! - In: the paths that a part returned, and what it is known to have made.
//! - Out: they are in `.buildout/aside/`, can be put back, or be discarded.
//! - Not here: in which order parts go aside and come back (`execute`), what a killed run left aside
//!   (`installed::journal`).
//!
//! Rules: `decisions.md` 3.4. A file that somebody changed goes to where it is kept (`keep`). Each move is written down before it is made. A directory that is wholly
//! the part's goes in one move; one that holds others' files stays where it is, and only what is
//! recorded moves. Where `.buildout/` is on another file system, a hidden sibling takes its place.
//! Nothing is ever moved over something.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use camino::{Utf8Path, Utf8PathBuf};
use rustix::io::Errno;

use super::keep::{self, Shelf, is_kept};
use super::python_cache;
use super::remove::{Belongings, Bounds, NAMED_AT_MOST, Place, Why, failed, lies_in, owned};
use super::standing::Standing;
use crate::diagnostic::{Diagnostic, Exit};
use crate::installed::run_lock::FOLDER;
use crate::installed::{Digest, Directory, Found, InstalledError, Journal, Kind, Made, Moved, Reach};

/// The directory in `.buildout/`.
const ASIDE: &str = "aside";

/// What marks a hidden sibling.
const SIBLING: &str = ".buildout-aside-";

/// What was moved out of the way of a new part.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Aside {
    /// In the order in which it was moved.
    pub moved: Vec<Moved>,
    /// What of the part's stays and remains the part's: directories that hold others' files, and what another part
    /// returned too.
    pub stays: Vec<Made>,
    /// How much the part was known to have made; what others hand over to it meanwhile comes behind that.
    pub made: usize,
    /// What stays and is not the part's, or not any more.
    pub kept: Vec<(Utf8PathBuf, Why)>,
}

/// Why a part could not be moved aside.
#[derive(Debug, thiserror::Error)]
pub enum AsideError {
    /// It could not be written down.
    #[error(transparent)]
    Journal(#[from] InstalledError),
    /// The user lets nothing be changed there.
    #[error("Cannot move {path} aside: it lies where you let nothing be written")]
    Refused {
        /// What.
        path: Utf8PathBuf,
    },
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
            Self::Refused { .. } => Diagnostic::error("refused", self.to_string())
                .note("the part stays as it is")
                .exit(Exit::Denied),
            Self::Move { .. } => Diagnostic::error("aside", self.to_string()),
        }
    }
}

/// Moves aside what a part returned and is known to have made; `folder` is `.buildout/`. A file that somebody changed is
/// kept for good, unless it is put back.
///
/// # Errors
///
/// When one move fails; `aside` then holds those before it, to be put back.
pub fn move_aside(
    bounds: Bounds<'_>,
    folder: &Directory,
    part: &str,
    belongings: Belongings<'_>,
    journal: &mut Journal,
    aside: &mut Aside,
) -> Result<(), AsideError> {
    let mut claimed = Vec::new();
    let owned = owned(bounds, belongings, &mut claimed);
    if let Some((path, _)) = claimed.iter().find(|(_, why)| *why == Why::Refused) {
        return Err(AsideError::Refused { path: path.clone() });
    }
    let known: HashMap<&Utf8Path, &Made> = owned.iter().map(|made| (made.path.as_path(), *made)).collect();
    let directories: HashSet<&Utf8Path> =
        owned.iter().filter(|made| made.kind == Kind::Directory).map(|made| made.path.as_path()).collect();
    let mut reaches = bounds.reaches(&directories);
    let contents = belongings.contents;
    let mut mover = Mover { folder, part, journal, shelf: None, aside };
    let mut done = Ok(());
    for top in tops(&owned) {
        let Ok(place) = bounds.place(&top.path) else {
            continue;
        };
        let reach = &mut reaches[place.number];
        let mut survey = Survey { place: &place, top, known: &known, contents, edited: Vec::new() };
        let units = match survey.units(reach, mover.aside) {
            Ok(units) => units,
            Err(source) => {
                done = Err(AsideError::Move { path: top.path.clone(), source });
                break;
            }
        };
        reach.close_up();
        let edited = std::mem::take(&mut survey.edited);
        done = edited
            .iter()
            .try_for_each(|file| mover.keep(reach, &place, file))
            .and_then(|()| units.iter().try_for_each(|unit| mover.move_away(reach, &place, unit)));
        if done.is_err() {
            break;
        }
    }
    reaches.iter_mut().for_each(Reach::close_up);
    let is_shared =
        |made: &&Made| claimed.iter().any(|(path, why)| *path == made.path && *why == Why::AnothersPart);
    let is_there =
        |made: &&Made| bounds.place(&made.path).is_ok_and(|place| place.found() == Found::Kind(made.kind));
    let shared = belongings.made.iter().filter(is_shared).filter(is_there);
    aside.stays.extend(shared.cloned());
    aside.made = belongings.made.len();
    // What is another part's too was told when that one was made.
    aside
        .kept
        .retain(|(path, why)| *why != Why::NotMade || !claimed.iter().any(|(claimed, _)| claimed == path));
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

/// Removes what is still aside, with all that it holds, and returns what could not be removed, and by its old path
/// what is kept since somebody changed it.
pub fn discard(bounds: Bounds<'_>, moved: &[Moved]) -> Vec<(Utf8PathBuf, Why)> {
    let mut kept = Vec::new();
    for moved in moved.iter().rev() {
        match discard_one(bounds, moved) {
            Ok(()) => {}
            Err(why @ Why::Edited { .. }) => kept.push((moved.from.clone(), why)),
            Err(why) => kept.push((moved.to.clone(), why)),
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

/// A look at a part's thing before it is moved.
struct Survey<'a> {
    place: &'a Place<'a>,
    top: &'a Made,
    known: &'a HashMap<&'a Utf8Path, &'a Made>,
    contents: &'a BTreeMap<Utf8PathBuf, Digest>,
    /// The files that somebody changed, beneath the place's root.
    edited: Vec<PathBuf>,
}

impl Survey<'_> {
    /// The fewest things, as paths beneath the place's root, that together are all of the part there.
    fn units(&mut self, reach: &mut Reach<'_>, aside: &mut Aside) -> io::Result<Vec<PathBuf>> {
        let (place, top) = (self.place, self.top);
        let folder = place.folder().as_std_path();
        let found = match reach.change(folder, |directory| directory.look(place.name())) {
            Ok(found) => found,
            Err(error) => match Errno::from_io_error(&error) {
                // Not there, or not by a way that may be followed.
                Some(Errno::NOENT | Errno::NOTDIR | Errno::LOOP) => return Ok(Vec::new()),
                Some(_) | None => return Err(error),
            },
        };
        let itself = place.beneath.as_std_path();
        match (found, top.kind) {
            (Found::Kind(Kind::Directory), Kind::Directory) => {}
            (Found::Kind(kind), _) => {
                let owned = self.is_owned(reach, itself, top, Some(kind), aside)?;
                return Ok(if owned { vec![itself.to_owned()] } else { Vec::new() });
            }
            (Found::Special, _) => {
                self.is_owned(reach, itself, top, None, aside)?;
                return Ok(Vec::new());
            }
            (Found::Nothing, _) => return Ok(Vec::new()),
        }
        let mut nodes = self.walk(reach, aside)?;
        // Each node stands behind the one above it.
        for at in (1..nodes.len()).rev() {
            if !nodes[at].whole {
                let above = nodes[at].above;
                nodes[above].whole = false;
            }
        }
        if nodes[0].whole {
            return Ok(vec![itself.to_owned()]);
        }
        let below = |at: usize| {
            let mut names = Vec::new();
            let mut at = at;
            while at != 0 {
                names.push(&nodes[at].name);
                at = nodes[at].above;
            }
            let mut below = itself.to_owned();
            below.extend(names.into_iter().rev());
            below
        };
        let path = |at: usize| place.root.path().join(below(at).to_string_lossy().as_ref());
        let (mut units, mut strangers) = (Vec::new(), Vec::new());
        for (at, node) in nodes.iter().enumerate() {
            if node.whole && node.owned && !nodes[node.above].whole {
                let below = below(at);
                // A changed file moves by itself.
                units.extend((!self.edited.contains(&below)).then_some(below));
            } else if node.owned && !node.whole && node.kind == Some(Kind::Directory) {
                aside.stays.push(Made::new(path(at), Kind::Directory));
            } else if !node.owned && nodes[node.above].owned && strangers.len() < NAMED_AT_MOST {
                // What is recorded and not the part's any more is told already.
                strangers.extend(Some(path(at)).filter(|path| !self.known.contains_key(path.as_path())));
            }
        }
        aside.kept.extend(strangers.into_iter().map(|path| (path, Why::NotMade)));
        aside.kept.extend(aside.stays.iter().rev().map(|made| (made.path.clone(), Why::HoldsOthers)));
        Ok(units)
    }

    /// Whether what stands at `beneath` as a `found` is what the part made there; what somebody changed is noted.
    fn is_owned(
        &mut self,
        reach: &mut Reach<'_>,
        beneath: &Path,
        made: &Made,
        found: Option<Kind>,
        aside: &mut Aside,
    ) -> io::Result<bool> {
        if found != Some(made.kind) {
            let now = found.map_or("a special file", Kind::words);
            aside.kept.push((made.path.clone(), Why::Changed { made: made.kind, now }));
            return Ok(false);
        }
        let folder = beneath.parent().unwrap_or(Path::new(""));
        let name = beneath.file_name().expect("a thing of a part has a name");
        let recorded = self.contents.get(&made.path);
        match reach.change(folder, |directory| Standing::of(directory, name, made, recorded))? {
            Standing::Own => Ok(true),
            Standing::Edited => {
                self.edited.push(beneath.to_owned());
                Ok(true)
            }
            Standing::Replaced => {
                aside.kept.push((made.path.clone(), Why::Replaced { kind: made.kind }));
                Ok(false)
            }
        }
    }

    /// All that the directory holds, each thing behind the directory that holds it; links are not followed.
    fn walk(&mut self, reach: &mut Reach<'_>, aside: &mut Aside) -> io::Result<Vec<Node>> {
        let root =
            Node { above: 0, name: OsString::new(), kind: Some(Kind::Directory), whole: true, owned: true };
        let mut nodes = vec![root];
        // The path of the directory that is being read, and the number of names that lead there.
        let mut here = self.place.beneath.as_std_path().to_owned();
        let mut path = self.top.path.as_std_path().to_owned();
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
                let recorded = |name: &OsStr| {
                    Utf8Path::from_path(&path.join(name)).and_then(|path| self.known.get(path)).copied()
                };
                let is_ours =
                    |name: &str| recorded(name.as_ref()).is_some_and(|made| made.kind == Kind::File);
                let cache = entry.name == python_cache::NAME
                    && entry.kind == Some(Kind::Directory)
                    && reach
                        .change(&here.join(&entry.name), Directory::entries)?
                        .iter()
                        .all(|entry| python_cache::is_compiled_from(&entry.name, is_ours));
                let owned = match recorded(&entry.name) {
                    Some(made) => self.is_owned(reach, &here.join(&entry.name), made, entry.kind, aside)?,
                    None => false,
                };
                if entry.kind == Some(Kind::Directory) && !cache {
                    todo.push((nodes.len(), depth + 1));
                }
                nodes.push(Node {
                    above: at,
                    name: entry.name,
                    kind: entry.kind,
                    whole: owned || cache,
                    owned,
                });
            }
        }
        Ok(nodes)
    }
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
    /// Moves a changed file to where it is kept.
    fn keep(&mut self, reach: &mut Reach<'_>, place: &Place<'_>, file: &Path) -> Result<(), AsideError> {
        let beneath = Utf8Path::from_path(file).expect("what is owned has a UTF-8 path");
        let place = Place { beneath: beneath.to_owned(), ..*place };
        let from = place.root.path().join(beneath);
        let failed = |source| AsideError::Move { path: from.clone(), source };
        let mut shelf = Shelf::of(self.folder, &place.kept_as()).map_err(failed)?;
        let directory = place.folder().as_std_path();
        loop {
            let moved = Moved { from: from.clone(), to: shelf.path() };
            self.journal.aside(self.part, &moved)?;
            match reach.change(directory, |directory| shelf.take(directory, place.name())) {
                Ok(()) => {
                    self.aside.moved.push(moved);
                    return Ok(());
                }
                Err(error) if error.kind() == io::ErrorKind::CrossesDevices => {
                    shelf = reach
                        .change(directory, |directory| Shelf::beside(directory, place.name()))
                        .map_err(failed)?;
                }
                Err(error) => return Err(failed(error)),
            }
        }
    }

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
    match on_shelf || place.name().contains(SIBLING) || is_kept(&place) {
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
    let back = match rename(&shelf, to.name(), &home, from.name()) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            writable(&home, || rename(&shelf, to.name(), &home, from.name()))
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return Err(Why::Taken { kept_in: moved.to.clone() });
        }
        done => done,
    };
    if back.is_ok() && is_kept(&to) {
        keep::tidy(&to);
    }
    back.map_err(failed)
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
    if is_kept(&to) {
        let is_there = to.found() != Found::Nothing;
        return if is_there { Err(Why::Edited { kept_in: moved.to.clone() }) } else { Ok(()) };
    }
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
