//! Landlock: the files that one thread, and what it starts, can open.
//!
//! - In: directories and files, each with [`Rights`].
//! - Out: a thread for which everything else does not open any more, with no way back.
//! - Not here: which directories those are.
//!
//! Rules: a rule binds the inode that is there when it is made, and follows it when it is renamed. What lies
//! beneath a directory has its rights; nothing can be taken away beneath again. Looking at what is there
//! (`stat`, `readlink`), `chmod` and times are not covered by any kernel.

use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use landlock::{
    ABI, Access, AccessFs, AccessNet, BitFlags, CompatLevel, Compatible, PathBeneath, RulesetAttr,
    RulesetCreated, RulesetCreatedAttr, Scope, make_bitflags,
};
use rustix::fs::{FileType, Mode, OFlags};

/// The oldest version that holds what we need: before it, a file that could not be written could be cut
/// to nothing.
pub const NEEDED: u32 = 3;

/// What the kernel of this machine offers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Landlock {
    /// The version of its interface, as far as we know it; 0 is none.
    pub version: u32,
}

/// Asked once.
static HERE: LazyLock<Landlock> = LazyLock::new(|| {
    let offered = |version: &u32| {
        let all = AccessFs::from_all(abi(*version));
        let created = landlock::Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(all)
            .and_then(|ruleset| match Scope::from_all(abi(*version)) {
                scopes if scopes.is_empty() => Ok(ruleset),
                scopes => ruleset.scope(scopes),
            })
            .and_then(landlock::Ruleset::create);
        created.is_ok()
    };
    Landlock { version: (1..=NEWEST).rev().find(offered).unwrap_or(0) }
});

/// The newest version that adds something which we use: scopes.
const NEWEST: u32 = 6;

fn abi(version: u32) -> ABI {
    match version {
        0 => ABI::Unsupported,
        1 => ABI::V1,
        2 => ABI::V2,
        3 => ABI::V3,
        4 => ABI::V4,
        5 => ABI::V5,
        _ => ABI::V6,
    }
}

impl Landlock {
    /// What this machine offers.
    pub fn here() -> Self {
        *HERE
    }

    /// Whether that is enough to confine a recipe.
    pub fn is_enough(self) -> bool {
        self.version >= NEEDED
    }

    /// What a thread that is confined here can still do, in words; of a machine that offers all, nothing.
    pub fn leaks(self) -> Vec<&'static str> {
        let since = [
            (1, "open any file"),
            (2, "move files between directories"),
            (3, "cut files off"),
            (4, "open connections"),
            (5, "steer devices"),
            (6, "send signals, reach abstract sockets"),
        ];
        since.iter().filter(|(version, _)| self.version < *version).map(|(_, what)| *what).collect()
    }
}

/// What can be done with a file, or with all that lies beneath a directory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rights(BitFlags<AccessFs>);

impl Rights {
    /// Read files.
    pub const READ: Self = Self(make_bitflags!(AccessFs::{ReadFile}));
    /// List directories.
    pub const LIST: Self = Self(make_bitflags!(AccessFs::{ReadDir}));
    /// Start programs.
    pub const EXECUTE: Self = Self(make_bitflags!(AccessFs::{Execute}));
    /// Make, change, move and remove files, directories and links, but no devices and sockets.
    pub const WRITE: Self = Self(make_bitflags!(AccessFs::{
        WriteFile | Truncate | MakeReg | MakeDir | MakeSym | MakeFifo | RemoveFile | RemoveDir | Refer
    }));

    /// Both together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// Why a thread could not be confined.
#[derive(Debug, thiserror::Error)]
pub enum LandlockError {
    /// The kernel is too old, or Landlock is turned off.
    #[error("this machine's kernel cannot confine files (Landlock {}, {NEEDED} is needed)", .0.version)]
    Missing(Landlock),
    /// Something that shall be allowed cannot be opened.
    #[error("Couldn't open {path}: {error}")]
    Path {
        /// What it is.
        path: PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// The kernel refused.
    #[error("Landlock: {0}")]
    Kernel(#[from] landlock::RulesetError),
    /// There are no more handles.
    #[error("Landlock: {0}")]
    Io(#[from] std::io::Error),
}

/// What is allowed, as paths, each of which must be there.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Ruleset {
    /// Files are read there, directories listed.
    pub read: Vec<PathBuf>,
    /// Everything is read and written there.
    pub write: Vec<PathBuf>,
    /// Programs are read and started there.
    pub execute: Vec<PathBuf>,
}

impl Ruleset {
    /// Opens what it names.
    ///
    /// # Errors
    ///
    /// See [`LandlockError`].
    pub fn open(&self) -> Result<Rules, LandlockError> {
        let mut rules = Rules::new()?;
        let reading = Rights::READ.and(Rights::LIST);
        let kinds = [
            (&self.read, reading),
            (&self.write, reading.and(Rights::WRITE)),
            (&self.execute, reading.and(Rights::EXECUTE)),
        ];
        for (paths, rights) in kinds {
            for path in paths {
                rules.allow_path(path, rights)?;
            }
        }
        Ok(rules)
    }

    /// Confines the calling thread, and whatever it starts from now on, to what is named here.
    ///
    /// # Errors
    ///
    /// See [`LandlockError`]; the thread is then as it was.
    pub fn restrict_thread(&self) -> Result<(), LandlockError> {
        self.open()?.restrict_thread()
    }
}

/// What is allowed, opened: it can be made on one thread and used on others.
#[derive(Debug)]
pub struct Rules(RulesetCreated);

impl Rules {
    /// Allows nothing yet: no file, no connection, no signal to others.
    ///
    /// # Errors
    ///
    /// [`LandlockError::Missing`] where the kernel does not offer enough.
    pub fn new() -> Result<Self, LandlockError> {
        let here = Landlock::here();
        if !here.is_enough() {
            return Err(LandlockError::Missing(here));
        }
        let mut ruleset = landlock::Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(AccessFs::from_all(abi(here.version)))?;
        if here.version >= 4 {
            ruleset = ruleset.handle_access(AccessNet::from_all(abi(here.version)))?;
        }
        if here.version >= 6 {
            ruleset = ruleset.scope(Scope::from_all(abi(here.version)))?;
        }
        Ok(Self(ruleset.create()?))
    }

    /// Allows something with a file or beneath a directory that is held open.
    ///
    /// # Errors
    ///
    /// When the kernel refuses.
    pub fn allow(&mut self, handle: impl AsFd, rights: Rights) -> Result<(), LandlockError> {
        let stat = rustix::fs::fstat(&handle).map_err(std::io::Error::from)?;
        let rights = match FileType::from_raw_mode(stat.st_mode) {
            FileType::Directory => rights.0,
            _ => rights.0 & AccessFs::from_file(abi(NEEDED)),
        };
        if !rights.is_empty() {
            (&mut self.0).add_rule(PathBeneath::new(handle, rights))?;
        }
        Ok(())
    }

    /// Allows something with a file or beneath a directory; a link is followed.
    ///
    /// # Errors
    ///
    /// See [`LandlockError`].
    pub fn allow_path(&mut self, path: &Path, rights: Rights) -> Result<(), LandlockError> {
        let handle = rustix::fs::open(path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())
            .map_err(|error| LandlockError::Path { path: path.to_owned(), error: error.into() })?;
        self.allow(handle, rights)
    }

    /// The same rules once more, for another thread.
    ///
    /// # Errors
    ///
    /// When there are no more handles.
    pub fn try_clone(&self) -> Result<Self, LandlockError> {
        Ok(Self(self.0.try_clone()?))
    }

    /// Confines the calling thread, and whatever it starts from now on. What is open stays open.
    ///
    /// # Errors
    ///
    /// When the kernel refuses; the thread is then as it was.
    pub fn restrict_thread(self) -> Result<(), LandlockError> {
        self.0.restrict_self()?;
        Ok(())
    }
}

/// Opens a directory to name it in a rule, if it is one and lies where its path says, behind no link.
pub fn directory(path: &Path) -> Option<OwnedFd> {
    let flags = OFlags::PATH | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let handle = rustix::fs::open(path, flags, Mode::empty()).ok()?;
    let real = std::fs::read_link(format!("/proc/self/fd/{}", handle.as_raw_fd()));
    (real.ok()? == path).then_some(handle)
}

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;
    use std::thread;

    use super::*;

    /// Three directories with a file in each.
    fn place() -> tempfile::TempDir {
        let place = tempfile::tempdir().unwrap();
        for name in ["read", "write", "other"] {
            std::fs::create_dir(place.path().join(name)).unwrap();
            std::fs::write(place.path().join(name).join("file"), name).unwrap();
        }
        place
    }

    /// Whether a machine that cannot do it says so; these tests then have nothing more to show.
    fn is_refused_here() -> bool {
        if Landlock::here().is_enough() {
            return false;
        }
        assert!(matches!(Ruleset::default().restrict_thread(), Err(LandlockError::Missing(_))));
        true
    }

    fn confined<T: Send + 'static>(ruleset: Ruleset, deed: impl FnOnce() -> T + Send + 'static) -> T {
        thread::spawn(move || {
            ruleset.restrict_thread().unwrap();
            deed()
        })
        .join()
        .unwrap()
    }

    #[test]
    fn a_confined_thread_opens_what_is_named_and_nothing_else() {
        if is_refused_here() {
            return;
        }
        let place = place();
        let path = place.path().to_owned();
        let ruleset =
            Ruleset { read: vec![path.join("read")], write: vec![path.join("write")], ..Ruleset::default() };
        let denied = |result: std::io::Result<()>| result.map_err(|error| error.kind());
        let answers = confined(ruleset, move || {
            [
                ("read in read", denied(std::fs::read(path.join("read/file")).map(drop))),
                ("list read", denied(std::fs::read_dir(path.join("read")).map(drop))),
                ("write in read", denied(std::fs::write(path.join("read/file"), "x"))),
                ("make in write", denied(std::fs::write(path.join("write/new"), "x"))),
                ("remove in write", denied(std::fs::remove_file(path.join("write/file")))),
                ("read in other", denied(std::fs::read(path.join("other/file")).map(drop))),
                ("remove in other", denied(std::fs::remove_file(path.join("other/file")))),
                ("link out", denied(std::fs::hard_link(path.join("read/file"), path.join("other/l")))),
                ("list the whole", denied(std::fs::read_dir(&path).map(drop))),
            ]
        });
        let denied = Err(ErrorKind::PermissionDenied);
        assert_eq!(
            answers,
            [
                ("read in read", Ok(())),
                ("list read", Ok(())),
                ("write in read", denied),
                ("make in write", Ok(())),
                ("remove in write", Ok(())),
                ("read in other", denied),
                ("remove in other", denied),
                ("link out", denied),
                ("list the whole", denied),
            ]
        );
        assert!(std::fs::read(place.path().join("other/file")).is_ok(), "this thread is as it was");
    }

    #[test]
    fn a_rule_follows_its_directory_when_that_is_renamed() {
        if is_refused_here() {
            return;
        }
        let place = place();
        let path = place.path().to_owned();
        let ruleset = Ruleset { write: vec![path.join("write")], ..Ruleset::default() };
        let rules = ruleset.open().unwrap();
        std::fs::rename(path.join("write"), path.join("moved")).unwrap();
        std::fs::create_dir(path.join("write")).unwrap();
        let answers = thread::spawn(move || {
            rules.restrict_thread().unwrap();
            let makes = |name: &str| std::fs::write(path.join(name).join("new"), "x").is_ok();
            (makes("moved"), makes("write"))
        });
        assert_eq!(answers.join().unwrap(), (true, false));
    }

    #[test]
    fn the_same_rules_confine_many_threads() {
        if is_refused_here() {
            return;
        }
        let place = place();
        let path = place.path().to_owned();
        let rules = Ruleset { read: vec![path.join("read")], ..Ruleset::default() }.open().unwrap();
        for _ in 0..3 {
            let (rules, path) = (rules.try_clone().unwrap(), path.clone());
            let reads = thread::spawn(move || {
                rules.restrict_thread().unwrap();
                ["read", "other"].map(|name| std::fs::read(path.join(name).join("file")).is_ok())
            });
            assert_eq!(reads.join().unwrap(), [true, false]);
        }
    }

    #[test]
    fn what_shall_be_allowed_must_be_there() {
        if is_refused_here() {
            return;
        }
        let place = place();
        let missing = place.path().join("missing");
        let error = Ruleset { read: vec![missing.clone()], ..Ruleset::default() }.open().unwrap_err();
        assert!(matches!(error, LandlockError::Path { path, .. } if path == missing));
    }

    #[test]
    fn a_directory_behind_a_link_is_not_named_in_a_rule() {
        let place = place();
        let real = place.path().canonicalize().unwrap();
        std::os::unix::fs::symlink(real.join("other"), real.join("link")).unwrap();
        assert!(directory(&real.join("read")).is_some());
        for name in ["link", "link/.", "read/file", "missing"] {
            assert!(directory(&real.join(name)).is_none(), "{name}");
        }
    }

    #[test]
    fn an_older_kernel_leaks_more() {
        assert_eq!(Landlock { version: 6 }.leaks(), [""; 0]);
        assert_eq!(Landlock { version: 3 }.leaks().len(), 3);
        assert!(Landlock { version: 0 }.leaks().contains(&"open any file"));
        assert!(!Landlock { version: 2 }.is_enough());
    }
}
