//! Fault points: where a test may kill the run, or have the system refuse.
//!
//! - In: a [`Step`] that is about to change something on disk, each time just before it does.
//! - Out: `Ok`, always, unless the feature `faults` is on and a test has armed it.
//! - Not here: the steps themselves; caches, of which nothing that is installed depends.
//!
//! The feature is set by nobody but the package of the tests, and so by `cargo build --workspace`; neither
//! `cargo install` nor `cargo xtask dist` has it, and `dist` looks. With it, [`arm`] takes from the environment
//! (which `cli` reads):
//!
//! | variable | what it does |
//! |---|---|
//! | `BUILDOUT_FAULT` | `kill:N` ends the process before the N-th step as a `kill -9` would; `ENOSPC:N` and `EIO:N` have that step fail; `full:N` and `dead:N` have it and those after it fail: on a full disk those that take room, on a dead one all |
//! | `BUILDOUT_FAULT` | `unguarded`: the guard of the file system allows everything, so that tests see what holds beneath it |
//! | `BUILDOUT_FAULT_TRACE` | a file that gets a line for each step that is reached |

use std::ffi::OsStr;
use std::io;

/// What is about to be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A file, a directory or a link is made.
    Make,
    /// Bytes of a file are written, or it is cut.
    Write,
    /// Something is removed.
    Remove,
    /// Something gets another name.
    Rename,
    /// Permissions or times are set.
    Set,
    /// What was written reaches the disk.
    Sync,
}

/// Stands before every step that changes something on disk; `what` is its name, for the trace.
///
/// # Errors
///
/// What a test asked for. The step must then not be done.
#[cfg(not(feature = "faults"))]
#[inline(always)]
pub fn point(_: Step, _: impl AsRef<OsStr>) -> io::Result<()> {
    Ok(())
}

/// Whether a test has turned the guard of recipes' files off.
#[cfg(not(feature = "faults"))]
#[inline(always)]
pub fn unguarded() -> bool {
    false
}

#[cfg(feature = "faults")]
pub use self::armed::{arm, point, unguarded};

#[cfg(feature = "faults")]
mod armed {
    use std::fs::{File, OpenOptions};
    use std::io::Write as _;
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicU64, Ordering};

    use rustix::io::Errno;
    use rustix::process::{Signal, getpid, kill_process};

    use super::*;

    /// The steps that were reached.
    static REACHED: AtomicU64 = AtomicU64::new(0);
    static FAULT: OnceLock<Fault> = OnceLock::new();

    struct Fault {
        deed: Option<(Deed, u64)>,
        trace: Option<File>,
    }

    #[derive(Clone, Copy, PartialEq, Eq)]
    enum Deed {
        Kill,
        NoSpace,
        Broken,
        Full,
        Dead,
        Unguarded,
    }

    /// Arms the points of this process, once.
    ///
    /// # Errors
    ///
    /// A fault that nobody knows, or a trace that cannot be written.
    pub fn arm(fault: Option<&str>, trace: Option<&str>) -> io::Result<()> {
        let deed = fault.map(read).transpose()?;
        let trace = trace.map(|path| OpenOptions::new().create(true).append(true).open(path)).transpose()?;
        if deed.is_some() || trace.is_some() {
            let _ = FAULT.set(Fault { deed, trace });
        }
        Ok(())
    }

    fn read(fault: &str) -> io::Result<(Deed, u64)> {
        let unknown = || io::Error::new(io::ErrorKind::InvalidInput, format!("no such fault: `{fault}`"));
        if fault == "unguarded" {
            return Ok((Deed::Unguarded, 0));
        }
        let (deed, number) = fault.split_once(':').ok_or_else(unknown)?;
        let deed = match deed {
            "kill" => Deed::Kill,
            "ENOSPC" => Deed::NoSpace,
            "EIO" => Deed::Broken,
            "full" => Deed::Full,
            "dead" => Deed::Dead,
            _ => return Err(unknown()),
        };
        Ok((deed, number.parse().map_err(|_| unknown())?))
    }

    /// Whether a test has turned the guard of recipes' files off.
    pub fn unguarded() -> bool {
        FAULT.get().is_some_and(|fault| matches!(fault.deed, Some((Deed::Unguarded, _))))
    }

    /// Stands before every step that changes something on disk; `what` is its name, for the trace.
    ///
    /// # Errors
    ///
    /// What a test asked for. The step must then not be done.
    pub fn point(step: Step, what: impl AsRef<OsStr>) -> io::Result<()> {
        let Some(fault) = FAULT.get() else { return Ok(()) };
        let number = REACHED.fetch_add(1, Ordering::SeqCst) + 1;
        if let Some(mut trace) = fault.trace.as_ref() {
            let line = format!("{number} {step:?} {}\n", what.as_ref().to_string_lossy());
            trace.write_all(line.as_bytes())?;
        }
        let Some((deed, at)) = fault.deed else { return Ok(()) };
        let takes_room = matches!(step, Step::Make | Step::Write);
        match deed {
            Deed::Kill if number == at => loop {
                let _ = kill_process(getpid(), Signal::KILL);
            },
            Deed::NoSpace if number == at => Err(Errno::NOSPC.into()),
            Deed::Full if number >= at && takes_room => Err(Errno::NOSPC.into()),
            Deed::Broken if number == at => Err(Errno::IO.into()),
            Deed::Dead if number >= at => Err(Errno::IO.into()),
            Deed::Kill | Deed::NoSpace | Deed::Full | Deed::Broken | Deed::Dead | Deed::Unguarded => Ok(()),
        }
    }
}
