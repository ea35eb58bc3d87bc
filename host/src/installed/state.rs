//! The state: what only we know about installed parts, in the user's own state directory.
//!
//! - In: the user's state directory, the real paths of the buildout directory and of its database.
//! - Out: [`State`], which says for which database it speaks, read and replaced as one JSON file.
//! - Not here: joining it with the database (`Installed`), the steps under way (`journal`).
//!
//! Layout: `STATE/installed/KEY/state.json`, `journal.jsonl`, `foreign.cfg`; directories 0700, files
//! 0600. The key is made of the two paths: no configuration file has a state of its own.
//! Rules: `decisions.md` 3.1, 3.9, 5.5.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::digest::Digest;
use super::directory::{Directory, Sync};
use super::error::InstalledError;
use super::made::Made;
use crate::fault::{self, Step};
use crate::path::real_or_to_be;

/// The version that we write; a higher one is not read.
pub const VERSION: u32 = 1;

const STATE: &str = "state.json";
const LIMIT_BYTES: u64 = 1 << 30;

/// Where everything is. The paths are absolute.
#[derive(Debug, Clone)]
pub struct Places {
    /// The real path of the buildout directory.
    pub directory: Utf8PathBuf,
    /// The database, below the real path of its directory; `None` if the option `installed` is empty.
    pub database: Option<Utf8PathBuf>,
    /// The real path of the project: the state must lie outside.
    pub project: Utf8PathBuf,
    /// The user's state directory, which need not be there yet.
    pub state: Utf8PathBuf,
    /// The configuration file of this run, as messages name it.
    pub configuration: String,
    /// Whether a directory of another user is used as if it were one's own.
    pub trust_owner: bool,
}

/// What we know about one buildout directory and one database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    /// [`VERSION`].
    pub version: u32,
    /// The buildout directory, for people.
    pub directory: Utf8PathBuf,
    /// Its database, for people.
    #[serde(default)]
    pub database: Option<Utf8PathBuf>,
    /// The owner of the buildout directory, as a user number.
    pub owner: u32,
    /// The configuration file of the last run.
    pub configuration: String,
    /// The number of the run that wrote it; the journal has the same one.
    #[serde(default)]
    pub run: u64,
    /// What is so, and while the database is being replaced also what was so before.
    pub generations: Vec<Generation>,
    /// Keys that this version does not know; they are kept.
    #[serde(flatten)]
    pub unknown: BTreeMap<String, serde_json::Value>,
}

/// What we know, given that the database has exactly these bytes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Generation {
    /// Of the database; `None`: there is no such file.
    pub digest: Option<Digest>,
    /// The installed parts by name.
    pub parts: BTreeMap<String, Known>,
    /// The parts of which this run's journal has nothing more to undo.
    #[serde(default)]
    pub settled: BTreeSet<String>,
}

/// What we know about one installed part, beyond its [`Record`](super::Record).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known {
    /// All that it was seen to make, in that order; only this is ever removed.
    pub made: Vec<Made>,
    /// Whether it must be installed again: an `update` failed, or it came back after its hook ran.
    #[serde(default)]
    pub dirty: bool,
    /// The parts that it needs.
    #[serde(default)]
    pub dependencies: Vec<String>,
    /// Those of them that were made anew in a run that did not look at this part.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub outdated: BTreeSet<String>,
    /// The recipe's component, for its uninstall hook.
    #[serde(default)]
    pub component: Option<Digest>,
    /// What its input files held.
    #[serde(default)]
    pub inputs: BTreeMap<Utf8PathBuf, Digest>,
    /// What the files and links that it made held when it was done.
    #[serde(default)]
    pub contents: BTreeMap<Utf8PathBuf, Digest>,
    /// What of it goes with the part although its last call did not return it: an earlier one did, or a part that
    /// is gone.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub inherited: BTreeSet<Utf8PathBuf>,
    /// The options that nobody read when it was installed; none: nobody noted them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unused: Option<BTreeSet<String>>,
    /// Keys that this version does not know; they are kept.
    #[serde(flatten)]
    pub unknown: BTreeMap<String, serde_json::Value>,
}

impl State {
    /// The keys that this version does not know, each once.
    pub fn unknown_keys(&self) -> BTreeSet<&str> {
        let parts = self.generations.iter().flat_map(|generation| generation.parts.values());
        let inner = parts.flat_map(|known| known.unknown.keys());
        self.unknown.keys().chain(inner).map(String::as_str).collect()
    }

    /// What is known for a database with this digest, `None` being a database that is not there.
    pub fn generation(&self, digest: Option<Digest>) -> Option<&Generation> {
        self.generations.iter().rev().find(|generation| generation.digest == digest)
    }
}

/// The directory of one state, held open.
#[derive(Debug)]
pub struct StateFolder {
    directory: Directory,
}

impl StateFolder {
    /// Opens the folder of the state for `places`; `None`: nothing was ever recorded.
    ///
    /// # Errors
    ///
    /// The state directory lies inside the project, or is another user's, or others can write in it.
    pub fn find(places: &Places) -> Result<Option<Self>, InstalledError> {
        refuse_inside(places)?;
        let mut directory = match Directory::open(&places.state) {
            Ok(directory) => directory,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(source) => {
                return Err(InstalledError::Io { verb: "open", path: places.state.clone(), source });
            }
        };
        refuse_others(&directory)?;
        for name in ["installed", &key(places)] {
            let path = directory.path().join(name);
            directory = match directory.directory(name) {
                Ok(directory) => directory,
                Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
                Err(source) => return Err(InstalledError::Io { verb: "open", path, source }),
            };
            refuse_others(&directory)?;
        }
        Ok(Some(Self { directory }))
    }

    /// The same, making the folder when it is not there.
    pub fn make(places: &Places) -> Result<Self, InstalledError> {
        if let Some(folder) = Self::find(places)? {
            return Ok(folder);
        }
        let io = |verb, path: &Utf8Path| {
            let path = path.to_owned();
            move |source| InstalledError::Io { verb, path, source }
        };
        let mut builder = std::fs::DirBuilder::new();
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        fault::point(Step::Make, places.state.as_str())
            .and_then(|()| builder.recursive(true).create(&places.state))
            .map_err(io("make", &places.state))?;
        // Once more: now the real path is known to its end.
        refuse_inside(places)?;
        let mut directory = Directory::open(&places.state).map_err(io("open", &places.state))?;
        refuse_others(&directory)?;
        for name in ["installed", &key(places)] {
            let path = directory.path().join(name);
            match directory.make_directory(name, 0o700) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(io("make", &path)(error));
                }
                Ok(()) | Err(_) => directory = directory.directory(name).map_err(io("open", &path))?,
            }
            refuse_others(&directory)?;
        }
        Ok(Self { directory })
    }

    /// The folder itself, for the other files in it.
    pub fn directory(&self) -> &Directory {
        &self.directory
    }

    /// Reads the state; `None`: there is none yet.
    pub fn load(&self) -> Result<Option<State>, InstalledError> {
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let path = self.directory.path().join(STATE);
        let bytes = self.directory.read(STATE, LIMIT_BYTES);
        let bytes =
            bytes.map_err(|source| InstalledError::Io { verb: "read", path: path.clone(), source })?;
        let Some(bytes) = bytes else {
            return Ok(None);
        };
        let bad = |error: serde_json::Error| InstalledError::State {
            path: path.clone(),
            line: error.line(),
            reason: error.to_string(),
        };
        let Version { version } = serde_json::from_slice(&bytes).map_err(bad)?;
        if version > VERSION {
            return Err(InstalledError::Newer { path: path.clone(), version, known: VERSION });
        }
        serde_json::from_slice(&bytes).map(Some).map_err(bad)
    }

    /// When the state was written last, as seconds and nanoseconds of the file system's clock.
    pub fn written(&self) -> Option<(i64, i64)> {
        use std::os::unix::fs::MetadataExt as _;
        let about = self.directory.path().join(STATE).symlink_metadata().ok()?;
        Some((about.ctime(), about.ctime_nsec()))
    }

    /// Replaces the state as a whole.
    pub fn store(&self, bytes: &[u8], sync: Sync) -> Result<(), InstalledError> {
        self.write(STATE, bytes, sync)
    }

    /// Replaces one file of the folder as a whole.
    pub fn write(&self, name: &str, bytes: &[u8], sync: Sync) -> Result<(), InstalledError> {
        let path = || self.directory.path().join(name);
        self.directory.replace_file(name, bytes, 0o600, sync).map_err(|source| InstalledError::Io {
            verb: "write",
            path: path(),
            source,
        })
    }
}

/// The name of the folder for one directory and one database.
fn key(places: &Places) -> String {
    let database = places.database.as_ref().map_or("", |path| path.as_str());
    let digest = Digest::of_texts(&[places.directory.as_str(), database]).to_string();
    digest[..32].to_owned()
}

fn refuse_inside(places: &Places) -> Result<(), InstalledError> {
    let path = real_or_to_be(&places.state);
    match [&places.directory, &places.project].into_iter().find(|inside| path.starts_with(inside)) {
        Some(inside) => Err(InstalledError::StateInside { path, inside: inside.clone() }),
        None => Ok(()),
    }
}

fn refuse_others(directory: &Directory) -> Result<(), InstalledError> {
    let path = directory.path().to_owned();
    let (owner, mode) = directory.owner_and_mode().map_err(|source| InstalledError::Io {
        verb: "look at",
        path: path.clone(),
        source,
    })?;
    if owner != rustix::process::geteuid().as_raw() {
        return Err(InstalledError::StateOwner { path, owner });
    }
    if mode & 0o022 != 0 {
        return Err(InstalledError::StateOpen { path, mode });
    }
    Ok(())
}
