//! What is known to be on disk: the database of the project joined with the state of the user.
//!
//! - In: the buildout directory with its `.installed.cfg`, and the user's own state directory.
//! - Out: [`Installed`]: each part with its options, paths, signature, and what it was seen to make;
//!   after a run the same, recorded again.
//! - Not here: what must change (`plan`), changing it (`execute`), which directory is the user's (`cli`).
//!
//! The map:
//!
//! | file | what it holds |
//! |---|---|
//! | `database` | `.installed.cfg`: text ⇄ [`Database`]; `quote` has its escapes |
//! | `state` | `state.json`: what only we know, and for which bytes of the database it holds |
//! | `journal` | the steps under way, and what a killed run left to do |
//! | `run_lock` | `.buildout/lock`: one run at a time |
//! | `directory` | handles that no link can redirect; every change on disk of this room and of `execute` |
//! | `reach` | directories beneath a handle, quickly and at any depth |
//! | `foreign`, `adopt`, `moved` | a foreign database is kept, and taken over, also one of another place |
//! | `contents`, `verify` | what was written, and whether it still is |
//! | `made`, `seen`, `digest`, `error` | [`Made`], [`Seen`], [`Digest`], [`InstalledError`] |
//!
//! Rules: a database counts only if the state vouches for exactly its bytes; else it is foreign, its
//! parts count as not installed, and nothing that it names is removed (`decisions.md` 3.1, 3.2). The
//! state is written for the old and the new database before the new one takes its place, so that a
//! kill at any instant leaves a database and a state that speaks for it.

pub mod adopt;
mod contents;
pub mod database;
pub mod digest;
pub mod directory;
pub mod error;
mod foreign;
pub mod journal;
pub mod made;
mod moved;
mod quote;
pub mod reach;
pub mod run_lock;
mod seen;
pub mod state;
pub mod verify;

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use camino::Utf8Path;

pub use self::adopt::{Adoptable, Claim};
pub use self::contents::{content_at, content_in, contents};
pub use self::database::{Database, DatabaseError, Record};
pub use self::digest::Digest;
pub use self::directory::{Directory, Entry, Found, Sync};
pub use self::error::InstalledError;
pub use self::journal::{Journal, Moved, Recovery};
pub use self::made::{Filled, Kind, Made};
pub use self::reach::Reach;
pub use self::run_lock::{Holder, RunLock, RunLockError};
pub use self::seen::Seen;
pub use self::state::{Generation, Known, Places, State, StateFolder};
pub use self::verify::{Difference, What};

use crate::diagnostic::Diagnostic;

/// What is installed, as far as it may be believed.
#[derive(Debug)]
pub struct Installed {
    /// What is recorded in the project.
    pub database: Database,
    /// What only we know, by part.
    pub known: BTreeMap<String, Known>,
    /// What parts made of which nothing is recorded any more, since somebody deleted the database.
    /// Such a part may write there again; nothing of it is removed.
    pub remembered: BTreeMap<String, Vec<Made>>,
    /// A database that is not vouched for. Its parts count as not installed until they are adopted.
    pub foreign: Option<Database>,
    root: Directory,
    places: Places,
    folder: Option<StateFolder>,
    /// Whether state and journal may be used: the directory's owner is as expected.
    trusted: bool,
    owner: u32,
    /// The state as it was written last.
    state: Option<State>,
    /// The bytes of the foreign database on disk, until ours takes its place.
    foreign_bytes: Option<Vec<u8>>,
    /// The copy beside the state from which `foreign` was read.
    foreign_copy: Option<String>,
    /// Whether the state speaks for what is on disk, or nothing is there.
    vouched: bool,
    /// The digest of the database on disk; `None`: no such file.
    on_disk: Option<Digest>,
    run: u64,
    settled: BTreeSet<String>,
}

impl Installed {
    /// Reads the database and the state of a buildout directory, and changes nothing.
    ///
    /// The diagnostics are warnings and notices: a foreign database, another user's directory,
    /// another configuration file than last time, keys of the state that nobody knows here.
    ///
    /// # Errors
    ///
    /// A database or a state that cannot be read (never one that is merely foreign), and a state
    /// directory that others control.
    pub fn read(places: Places) -> Result<(Self, Vec<Diagnostic>), InstalledError> {
        let opened = Directory::open(&places.directory);
        let root = opened.map_err(io_error("open", &places.directory))?;
        let (owner, _) = root.owner_and_mode().map_err(io_error("look at", &places.directory))?;
        let folder = StateFolder::find(&places)?;
        let state = match &folder {
            Some(folder) => folder.load()?,
            None => None,
        };
        let mut said = Vec::new();
        if let Some(state) = &state {
            said.extend(unknown_keys(state));
        }
        let trusted = match distrust(&places, owner, state.as_ref()) {
            Some(warning) if !places.trust_owner => {
                said.push(warning);
                false
            }
            Some(_) | None => true,
        };
        let mut installed = Self {
            database: Database::default(),
            known: BTreeMap::new(),
            remembered: BTreeMap::new(),
            foreign: None,
            root,
            folder,
            trusted,
            owner,
            run: state.as_ref().map_or(0, |state| state.run),
            state,
            foreign_bytes: None,
            foreign_copy: None,
            vouched: true,
            on_disk: None,
            settled: BTreeSet::new(),
            places,
        };
        installed.join(&mut said)?;
        Ok((installed, said))
    }

    /// The buildout directory, held open.
    pub fn root(&self) -> &Directory {
        &self.root
    }

    /// Whether the directory and what is recorded about it are the user's own, or were declared so.
    pub fn is_trusted(&self) -> bool {
        self.trusted
    }

    /// What a part is known to have made.
    pub fn made(&self, part: &str) -> &[Made] {
        self.known.get(part).map_or(&[], |known| &known.made)
    }

    /// Refuses what could be written and then not be read again.
    ///
    /// # Errors
    ///
    /// [`InstalledError::NoRoom`]: with this record the database would be too long.
    pub fn check_room(&self, part: &str, record: &Record) -> Result<(), InstalledError> {
        match &self.places.database {
            Some(path) if !self.database.has_room(part, record) => {
                Err(InstalledError::NoRoom { part: part.to_owned(), path: path.clone() })
            }
            Some(_) | None => Ok(()),
        }
    }

    /// Checks, without writing, that what is installed can be recorded.
    ///
    /// # Errors
    ///
    /// [`InstalledError::Unwritable`]: the buildout directory, or that of the database.
    pub fn check_writable(&self) -> Result<(), InstalledError> {
        let unwritable = |path: &Utf8Path| {
            let path = path.to_owned();
            move |source| InstalledError::Unwritable { path, source }
        };
        self.root.check_writable().map_err(unwritable(self.root.path()))?;
        let folder = self.places.database.as_deref().and_then(Utf8Path::parent);
        folder.map_or(Ok(()), |folder| {
            let directory = self.database_directory(folder);
            directory.and_then(|directory| directory.check_writable()).map_err(unwritable(folder))
        })
    }

    /// Records a part that was installed, behind all others, and calls it settled: its journal has
    /// nothing more to undo once this is saved.
    pub fn record(&mut self, part: &str, record: Record, known: Known) {
        self.database.record(part, record);
        self.known.insert(part.to_owned(), known);
        self.settle(part);
    }

    /// Forgets a part that was uninstalled, and calls it settled.
    pub fn forget(&mut self, part: &str) {
        self.database.forget(part);
        self.known.remove(part);
        self.settle(part);
    }

    /// Says that a part, which stays as it is recorded, has nothing more to undo once this is saved.
    pub fn settle(&mut self, part: &str) {
        self.remembered.remove(part);
        self.settled.insert(part.to_owned());
    }

    /// Marks a part so that the next run installs it again.
    pub fn mark_dirty(&mut self, part: &str) {
        if self.database.parts.contains_key(part) {
            self.known.entry(part.to_owned()).or_default().dirty = true;
        }
    }

    /// Notes that a part was made anew, for the parts that need it and are not among those `looked_at`.
    pub fn outdate<'a>(&mut self, part: &str, looked_at: impl Fn(&str) -> bool + 'a) {
        for (name, known) in &mut self.known {
            if !looked_at(name) && known.dependencies.iter().any(|needed| needed == part) {
                known.outdated.insert(part.to_owned());
            }
        }
    }

    /// Opens the journal of this directory, and says what a killed run left to do.
    ///
    /// What it says must be done, and [`Installed::close_journal`] be called, before the first step.
    pub fn open_journal(&mut self) -> Result<(Journal, Recovery), InstalledError> {
        self.make_folder()?;
        let folder = self.folder.as_ref().expect("it was made above");
        let settled = |run| {
            let state = self.state.iter().filter(|state| state.run == run);
            let settled = state.map(|state| match state.generation(self.on_disk) {
                Some(generation) => generation.settled.clone(),
                // Nobody vouches for what is there: what any of them calls settled is not undone.
                None => state.generations.iter().flat_map(|each| each.settled.iter().cloned()).collect(),
            });
            settled.flatten().collect()
        };
        let (mut journal, mut recovery) =
            Journal::recover(folder.directory(), &self.root, self.run, settled)?;
        if !self.trusted {
            journal.clear()?;
            recovery = Recovery::default();
        }
        if !recovery.is_empty() {
            self.settled = settled(journal.run());
        }
        self.run = journal.run();
        Ok((journal, recovery))
    }

    /// Empties the journal, as nothing of it is left to do and all is saved.
    pub fn close_journal(&mut self, journal: &mut Journal) -> Result<(), InstalledError> {
        journal.clear()?;
        self.run = journal.run();
        self.settled.clear();
        Ok(())
    }

    /// Records what is installed: first the state for the old and the new database, then the database,
    /// and with [`Sync::Now`] the state for the new one alone. Writes nothing if nothing changed.
    ///
    /// A database without parts and develop links is deleted. A foreign one stays until there is
    /// something to record, and is then copied beside the state, so that it can still be adopted.
    ///
    /// # Errors
    ///
    /// [`InstalledError::Io`]: on disk is what was there before, or what is to be recorded; the state
    /// speaks for either.
    pub fn save(&mut self, sync: Sync) -> Result<(), InstalledError> {
        if !self.vouched && self.database.is_empty() {
            return Ok(());
        }
        let text = self.database.text();
        let has_file = self.places.database.is_some() && !self.database.is_empty();
        let digest = has_file.then(|| Digest::of(text.as_bytes()));
        let replaces = !self.vouched || digest != self.on_disk;
        let parts = self.known_and_remembered();
        if !replaces && self.is_recorded(&parts) {
            return Ok(());
        }
        self.make_folder()?;
        let generation = Generation { digest, parts, settled: self.settled.clone() };
        if replaces && let Some(path) = self.places.database.clone() {
            if let Some(bytes) = &self.foreign_bytes {
                let copy = foreign::keep(self.folder(), bytes, sync)?;
                self.foreign_copy.get_or_insert(copy);
            }
            let mut both = Vec::new();
            if self.vouched {
                both.push(self.generation_on_disk());
            }
            both.push(generation.clone());
            self.store(self.state_of(both), sync)?;
            self.replace_database(&path, has_file.then_some(text.as_bytes()), sync)
                .map_err(io_error("write", &path))?;
            self.foreign_bytes = None;
            self.vouched = true;
            self.on_disk = digest;
            if sync == Sync::Later {
                // The state speaks for both until the next save; a third write would only tidy it up.
                return Ok(());
            }
        }
        self.vouched = true;
        self.on_disk = digest;
        self.store(self.state_of(vec![generation]), sync)
    }

    /// What is so for the database on disk, which is vouched for. Where there is none, and none was recorded,
    /// somebody deleted the last one, or this run makes the first.
    fn generation_on_disk(&self) -> Generation {
        let state = self.state.as_ref();
        let exact = state.and_then(|state| state.generation(self.on_disk)).cloned();
        let last = || state.and_then(|state| state.generations.last()).cloned().unwrap_or_default();
        let mut generation = exact.unwrap_or_else(|| Generation { digest: self.on_disk, ..last() });
        if state.is_some_and(|state| state.run != self.run) {
            // What another run settled says nothing about the journal of this one.
            generation.settled.clear();
        }
        generation
    }

    /// Joins the database with the generation of the state that speaks for it.
    fn join(&mut self, said: &mut Vec<Diagnostic>) -> Result<(), InstalledError> {
        let written = self.folder.as_ref().and_then(StateFolder::written);
        let state = self.state.as_ref().filter(|_| self.trusted);
        let bytes = self.read_database()?;
        let digest = bytes.as_deref().map(Digest::of);
        let rest_of_last = |database: &Database| {
            let last = state.and_then(|state| state.generation(None).or(state.generations.last()));
            last.map(|last| rest_of(database, last, written)).unwrap_or_default()
        };
        let (Some(bytes), Some(path)) = (bytes, self.places.database.clone()) else {
            self.remembered = rest_of_last(&self.database);
            self.read_kept_foreign();
            return Ok(());
        };
        let database = Database::parse(&bytes)
            .map_err(|source| InstalledError::Database { path: path.clone(), source })?;
        self.on_disk = digest;
        let Some((state, generation)) = state.and_then(|state| Some((state, state.generation(digest)?)))
        else {
            self.vouched = false;
            let ours = [b"installed_develop_eggs".as_slice(), b"__buildout_"];
            let record = ours.iter().any(|mark| bytes.windows(mark.len()).any(|window| window == *mark));
            if path.file_name() != Some(".installed.cfg") && !record && !bytes.trim_ascii().is_empty() {
                let source = io::Error::other("this is no record of installed parts");
                return Err(InstalledError::DatabaseUnread { path: path.clone(), source });
            }
            if database.is_empty() {
                // Whatever emptied it, it is as if it were not there.
                self.remembered = rest_of_last(&database);
                self.read_kept_foreign();
                said.extend((!self.remembered.is_empty()).then(|| emptied(&path)));
            } else {
                said.push(foreign::warning(&path));
                self.foreign = Some(database);
                self.foreign_bytes = Some(bytes);
            }
            return Ok(());
        };
        if state.configuration != self.places.configuration {
            said.push(other_configuration(&state.configuration, &self.places.configuration));
        }
        self.known = parts_of(&database, generation);
        self.remembered = rest_of(&database, generation, written);
        self.database = database;
        self.read_kept_foreign();
        Ok(())
    }

    fn read_database(&self) -> Result<Option<Vec<u8>>, InstalledError> {
        let Some(path) = &self.places.database else {
            return Ok(None);
        };
        let unread = |source| InstalledError::DatabaseUnread { path: path.clone(), source };
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(unread(io::ErrorKind::InvalidFilename.into()));
        };
        match self.database_directory(folder) {
            Ok(directory) => directory.read(name, database::LIMIT_BYTES).map_err(unread),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(source) => Err(unread(source)),
        }
    }

    /// The directory of the database; on the way to it from the buildout directory no link is followed.
    fn database_directory(&self, folder: &Utf8Path) -> io::Result<Directory> {
        match folder.strip_prefix(&self.places.directory) {
            Ok(beneath) => self.root.directory(beneath),
            Err(_) => Directory::open(folder),
        }
    }

    fn replace_database(&self, path: &Utf8Path, bytes: Option<&[u8]>, sync: Sync) -> io::Result<()> {
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(io::ErrorKind::InvalidFilename.into());
        };
        let directory = self.database_directory(folder)?;
        match bytes {
            Some(bytes) => directory.replace_file(name, bytes, 0o666, sync),
            None => directory.remove_file(name),
        }
    }

    /// Whether the state on disk says all this already, and says it for the database on disk alone.
    fn is_recorded(&self, parts: &BTreeMap<String, Known>) -> bool {
        let Some(state) = &self.state else {
            return parts.is_empty() && self.settled.is_empty();
        };
        let [only] = state.generations.as_slice() else {
            return false;
        };
        self.settled.is_subset(&only.settled)
            && (self.settled.is_empty() || state.run == self.run)
            && only.digest == self.on_disk
            && only.parts == *parts
            && state.configuration == self.places.configuration
            && state.owner == self.owner
    }

    fn known_and_remembered(&self) -> BTreeMap<String, Known> {
        let mut parts = self.known.clone();
        for (part, made) in &self.remembered {
            parts.entry(part.clone()).or_insert_with(|| Known { made: made.clone(), ..Known::default() });
        }
        parts
    }

    fn state_of(&self, generations: Vec<Generation>) -> State {
        State {
            version: state::VERSION,
            directory: self.places.directory.clone(),
            database: self.places.database.clone(),
            owner: self.owner,
            configuration: self.places.configuration.clone(),
            run: self.run,
            generations,
            unknown: self.state.as_ref().map(|state| state.unknown.clone()).unwrap_or_default(),
        }
    }

    fn store(&mut self, state: State, sync: Sync) -> Result<(), InstalledError> {
        let bytes = serde_json::to_vec(&state).expect("plain data becomes JSON");
        self.folder().store(&bytes, sync)?;
        self.state = Some(state);
        Ok(())
    }

    fn make_folder(&mut self) -> Result<(), InstalledError> {
        if self.folder.is_none() {
            self.folder = Some(StateFolder::make(&self.places)?);
        }
        Ok(())
    }

    fn folder(&self) -> &StateFolder {
        self.folder.as_ref().expect("it is made before something is written")
    }
}

fn parts_of(database: &Database, generation: &Generation) -> BTreeMap<String, Known> {
    let known = |part: &String| generation.parts.get(part).cloned().unwrap_or_default();
    database.parts.keys().map(|part| (part.clone(), known(part))).collect()
}

/// What was made by parts that the database does not name, as far as nobody touched it since the state
/// was written: somebody may have put a thing of his own there. A directory may hold what it likes.
fn rest_of(
    database: &Database,
    generation: &Generation,
    written: Option<(i64, i64)>,
) -> BTreeMap<String, Vec<Made>> {
    use std::os::unix::fs::MetadataExt as _;
    let untouched = |made: &&Made| {
        let about = made.path.symlink_metadata();
        let changed = |about: std::fs::Metadata| (about.ctime(), about.ctime_nsec());
        match about {
            Ok(about) => about.is_dir() || written.is_some_and(|written| changed(about) <= written),
            Err(_) => true,
        }
    };
    let rest = generation.parts.iter().filter(|(part, _)| !database.parts.contains_key(part.as_str()));
    let rest = rest.map(|(part, known)| {
        (part.clone(), known.made.iter().filter(untouched).cloned().collect::<Vec<_>>())
    });
    rest.filter(|(_, made)| !made.is_empty()).collect()
}

/// Why state and journal are not used, if the directory is not plainly the user's own.
fn distrust(places: &Places, owner: u32, state: Option<&State>) -> Option<Diagnostic> {
    let user = rustix::process::geteuid().as_raw();
    let why = if owner != user {
        format!("{} belongs to another user (number {owner}, this is {user})", places.directory)
    } else {
        let before = state?.owner;
        if before == owner {
            return None;
        }
        format!("{} belonged to another user (number {before}) when it was installed", places.directory)
    };
    Some(
        Diagnostic::warning(
            "another-owner",
            format!("{why}: what is recorded as installed there is not used"),
        )
        .help("if the directory is yours all the same: `--trust-owner`"),
    )
}

fn emptied(path: &Utf8Path) -> Diagnostic {
    Diagnostic::warning(
        "emptied-database",
        format!(
            "{path} names no part any more, and buildout did not write it so: all parts are installed anew"
        ),
    )
    .note("of what the parts made, nothing is removed")
}

fn other_configuration(before: &str, now: &str) -> Diagnostic {
    Diagnostic::notice(
        "other-configuration",
        format!("this directory was last installed from `{before}`, this run uses `{now}`"),
    )
    .note("parts that `parts` does not name here are uninstalled")
}

fn unknown_keys(state: &State) -> Option<Diagnostic> {
    let keys: Vec<_> = state.unknown_keys().into_iter().map(|key| format!("`{key}`")).collect();
    (!keys.is_empty()).then(|| {
        Diagnostic::warning(
            "unknown-state",
            format!("the state of {} has unknown keys: {}", state.directory, keys.join(", ")),
        )
    })
}

fn io_error(verb: &'static str, path: &Utf8Path) -> impl FnOnce(io::Error) -> InstalledError + use<> {
    let path = path.to_owned();
    move |source| InstalledError::Io { verb, path, source }
}

#[cfg(test)]
mod corpus;
#[cfg(test)]
mod tests;
