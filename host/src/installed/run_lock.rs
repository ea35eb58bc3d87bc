//! One run at a time: the lock of a buildout directory, and what it says about its holder.
//!
//! - In: the buildout directory and a few words about this run.
//! - Out: a [`RunLock`] that holds the directory until it is dropped, or who holds it.
//! - Not here: what else lies in `.buildout/` (`execute`), waiting for the other run to end.
//!
//! Rules: `decisions.md` 3.1, 5.8. The system gives the lock back when its process ends, however it
//! ends; what stands in the file is only for the message of the other run.

use std::fs::File;
use std::io::{self, Seek, Write};
use std::thread;
use std::time::Duration;

use camino::Utf8PathBuf;
use rustix::fs::FlockOperation;
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::directory::{Directory, Found, Sync};
use super::made::Kind;
use crate::diagnostic::{Diagnostic, Exit};
use crate::fault::{self, Step};

/// The directory of what must be on the project's own file system.
pub const FOLDER: &str = ".buildout";

const LOCK: &str = "lock";

/// The directories in it that a run may make.
const OURS: [&str; 4] = ["aside", "kept", "new", "tmp"];
const GITIGNORE: &str = ".gitignore";
const LIMIT_BYTES: u64 = 16 << 10;

/// So often a holder is looked at that has not yet said, or says no more, who it is.
const LOOKS: u32 = 100;
const BETWEEN_LOOKS: Duration = Duration::from_millis(2);

/// Who holds a directory, in words for the other run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The process.
    pub pid: u32,
    /// What was typed, such as `buildout install`.
    pub command: String,
    /// The configuration file.
    pub configuration: String,
    /// When it began, as people write it.
    pub since: String,
}

/// A buildout directory that belongs to this run alone until this is dropped.
#[derive(Debug)]
pub struct RunLock {
    file: File,
    folder: Directory,
}

impl RunLock {
    /// Takes the directory `root` for this run, making `.buildout/` when it is not there.
    ///
    /// # Errors
    ///
    /// - [`RunLockError::Busy`]: another run holds it, whatever its user and configuration file.
    /// - [`RunLockError::NotOurs`]: a link or something else stands where our directory or lock should.
    pub fn take(root: &Directory, holder: &Holder) -> Result<Self, RunLockError> {
        let path = root.path().join(FOLDER);
        let io = |source| RunLockError::Io { path: path.clone(), source };
        match root.look(FOLDER).map_err(io)? {
            Found::Nothing => match root.make_directory(FOLDER, 0o777) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(io(error)),
                Ok(()) | Err(_) => {}
            },
            Found::Kind(_) | Found::Special => {}
        }
        let folder = root.directory(FOLDER).map_err(|error| not_ours(path.clone(), error))?;
        for name in OURS {
            match folder.look(name).map_err(io)? {
                Found::Nothing | Found::Kind(Kind::Directory) => {}
                Found::Kind(Kind::File | Kind::Link) | Found::Special => {
                    return Err(RunLockError::NotOurs { path: path.join(name) });
                }
            }
        }
        let lock = path.join(LOCK);
        let mut file = folder.open_file(LOCK, 0o666).map_err(|error| not_ours(lock.clone(), error))?;
        let mut looks = LOOKS;
        loop {
            match rustix::fs::flock(&file, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => break,
                Err(Errno::WOULDBLOCK) => {}
                Err(Errno::INTR) => continue,
                Err(error) => return Err(RunLockError::Unlockable { path: lock, source: error.into() }),
            }
            let text = folder.read(LOCK, LIMIT_BYTES).ok().flatten().unwrap_or_default();
            let holder = serde_json::from_slice(&text).ok();
            looks -= 1;
            if holder.is_some() || looks == 0 {
                return Err(RunLockError::Busy { directory: root.path().to_owned(), holder });
            }
            // It begins or ends in this instant.
            thread::sleep(BETWEEN_LOOKS);
        }
        let text = serde_json::to_string(holder).expect("plain text becomes JSON");
        fault::point(Step::Write, LOCK)
            .and_then(|()| file.set_len(0))
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{text}"))
            .map_err(|source| RunLockError::Io { path: lock, source })?;
        if folder.look(GITIGNORE).map_err(io)? == Found::Nothing {
            folder.replace_file(GITIGNORE, b"*\n", 0o666, Sync::Later).map_err(io)?;
        }
        Ok(Self { file, folder })
    }

    /// Which run is at work in `root`, as far as that is seen without standing in its way: a lock that is only tried
    /// for a moment could turn away a run that begins in that moment.
    pub fn at_work(root: &Directory) -> Option<Holder> {
        let text = root.directory(FOLDER).ok()?.read(LOCK, LIMIT_BYTES).ok()??;
        let holder: Holder = serde_json::from_slice(&text).ok()?;
        let process = rustix::process::Pid::from_raw(i32::try_from(holder.pid).ok()?)?;
        // A killed run leaves its words behind. Another user's process answers, too.
        let is_alive = !matches!(rustix::process::test_kill_process(process), Err(Errno::SRCH));
        is_alive.then_some(holder)
    }

    /// The directory `.buildout/`.
    pub fn folder(&self) -> &Directory {
        &self.folder
    }
}

impl Drop for RunLock {
    fn drop(&mut self) {
        // Closing the file gives the lock back; nobody shall read of a run that has ended.
        let _ = fault::point(Step::Write, LOCK).and_then(|()| self.file.set_len(0));
    }
}

fn not_ours(path: Utf8PathBuf, error: io::Error) -> RunLockError {
    match Errno::from_io_error(&error) {
        Some(Errno::LOOP | Errno::NOTDIR | Errno::ISDIR | Errno::NXIO) => RunLockError::NotOurs { path },
        None if error.kind() == io::ErrorKind::InvalidInput => RunLockError::NotOurs { path },
        _ => RunLockError::Io { path, source: error },
    }
}

/// Why this run cannot have the directory for itself.
#[derive(Debug, thiserror::Error)]
pub enum RunLockError {
    /// Another run has it.
    #[error("Another run holds {directory}{}", by(.holder))]
    Busy {
        /// The buildout directory.
        directory: Utf8PathBuf,
        /// What that run says of itself; `None`: nothing for a while.
        holder: Option<Holder>,
    },
    /// Something that we did not make stands in our place.
    #[error("{path} is not buildout's own: a link, or no regular directory or file")]
    NotOurs {
        /// `.buildout` or the lock in it.
        path: Utf8PathBuf,
    },
    /// The file system knows no locks.
    #[error("Cannot lock {path}: {source}")]
    Unlockable {
        /// The lock.
        path: Utf8PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The system failed.
    #[error("Cannot use {path}: {source}")]
    Io {
        /// `.buildout` or the lock in it.
        path: Utf8PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

fn by(holder: &Option<Holder>) -> String {
    holder.as_ref().map_or(String::new(), |holder| format!(": {holder}"))
}

impl std::fmt::Display for Holder {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { pid, command, configuration, since } = self;
        write!(formatter, "process {pid}, `{command}` with `{configuration}`, since {since}")
    }
}

impl Holder {
    /// What whoever only looks is told of a run that is at work meanwhile.
    pub fn notice(&self) -> Diagnostic {
        Diagnostic::notice("run-at-work", format!("Another run is at work in this directory: {self}"))
            .note("what is shown may be different as soon as it is shown")
    }
}

impl RunLockError {
    /// The same error, with the advice a person needs.
    pub fn diagnostic(&self) -> Diagnostic {
        let error = |code| Diagnostic::error(code, self.to_string());
        match self {
            Self::Busy { holder, .. } => {
                let busy = error("busy").exit(Exit::Busy);
                match holder {
                    Some(Holder { pid, .. }) => {
                        busy.help(format!("wait until it ends, or end it: `kill {pid}`"))
                    }
                    None => busy.help("wait until it ends"),
                }
            }
            Self::NotOurs { path } => error("not-ours").help(format!("remove it: `rm {path}`")),
            Self::Unlockable { .. } => error("no-locks")
                .help("two runs at once would harm each other: use a file system with `flock`"),
            Self::Io { .. } => error("lock-io"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use camino::Utf8Path;

    fn scratch() -> (tempfile::TempDir, Directory) {
        let folder = tempfile::tempdir().unwrap();
        let root = Directory::open(Utf8Path::from_path(folder.path()).unwrap()).unwrap();
        (folder, root)
    }

    fn holder(pid: u32) -> Holder {
        Holder {
            pid,
            command: "buildout install".to_owned(),
            configuration: "dev.cfg".to_owned(),
            since: "2026-01-02 03:04:05".to_owned(),
        }
    }

    #[test]
    fn a_second_run_is_told_who_holds_the_directory() {
        let (folder, root) = scratch();
        let lock = RunLock::take(&root, &holder(7)).unwrap();
        let refusal = RunLock::take(&root, &holder(8)).unwrap_err();
        assert_eq!(
            refusal.to_string().replace(root.path().as_str(), "DIR"),
            "Another run holds DIR: process 7, `buildout install` with `dev.cfg`, since 2026-01-02 03:04:05"
        );
        assert_eq!(refusal.diagnostic().exit, Exit::Busy);
        assert_eq!(fs_err::read_to_string(folder.path().join(".buildout/.gitignore")).unwrap(), "*\n");
        drop(lock);
        let _again = RunLock::take(&root, &holder(8)).unwrap();
    }

    #[test]
    fn a_second_run_does_not_wait_for_ever_to_be_told_who_holds_the_directory() {
        let (_folder, root) = scratch();
        let lock = RunLock::take(&root, &holder(7)).unwrap();
        lock.file.set_len(0).unwrap();
        let refusal = RunLock::take(&root, &holder(8)).unwrap_err();
        assert!(matches!(refusal, RunLockError::Busy { holder: None, .. }));
    }

    #[test]
    fn a_lock_that_a_dead_run_left_is_taken_over() {
        let (folder, root) = scratch();
        fs_err::create_dir(folder.path().join(FOLDER)).unwrap();
        fs_err::write(folder.path().join(".buildout/lock"), "{\"pid\":1, and more that was never").unwrap();
        RunLock::take(&root, &holder(8)).unwrap();
    }

    #[test]
    fn a_link_in_the_place_of_the_directory_or_the_lock_is_refused() {
        let (folder, root) = scratch();
        let victim = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        fs_err::os::unix::fs::symlink(victim.path(), at(FOLDER)).unwrap();
        let refused = || RunLock::take(&root, &holder(8)).unwrap_err();
        assert!(matches!(refused(), RunLockError::NotOurs { .. }));
        assert_eq!(fs_err::read_dir(victim.path()).unwrap().count(), 0);

        fs_err::remove_file(at(FOLDER)).unwrap();
        fs_err::write(at(FOLDER), "").unwrap();
        assert!(matches!(refused(), RunLockError::NotOurs { .. }));

        fs_err::remove_file(at(FOLDER)).unwrap();
        fs_err::create_dir(at(FOLDER)).unwrap();
        fs_err::write(victim.path().join("precious"), "mine").unwrap();
        fs_err::os::unix::fs::symlink(victim.path().join("precious"), at(".buildout/lock")).unwrap();
        assert!(matches!(refused(), RunLockError::NotOurs { .. }));
        fs_err::remove_file(at(".buildout/lock")).unwrap();
        fs_err::hard_link(victim.path().join("precious"), at(".buildout/lock")).unwrap();
        assert!(matches!(refused(), RunLockError::NotOurs { .. }));
        fs_err::remove_file(at(".buildout/lock")).unwrap();
        for name in OURS {
            let planted = at(&format!(".buildout/{name}"));
            fs_err::os::unix::fs::symlink(victim.path(), &planted).unwrap();
            let message = refused().diagnostic().message;
            assert!(message.contains(&format!(".buildout/{name} is not buildout's own")), "{message}");
            fs_err::remove_file(planted).unwrap();
        }
        assert_eq!(fs_err::read_to_string(victim.path().join("precious")).unwrap(), "mine");
    }
}
