//! What of the sandbox this machine gives to this user, found out by trying.
//!
//! - Out: [`Probe`]: each layer, and the tiers that follow.
//! - Not here: what is required (the user says), showing it (`report`).

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::Stdio;

use super::plan::{Task, Told};
use super::start::START;
use crate::confine::{Landlock, Seccomp, Tier, View};

/// What of the sandbox there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Namespaces with a root directory in them; else why not.
    pub namespaces: Result<(), String>,
    /// Whether `bwrap` makes them, where we cannot.
    pub bubblewrap: bool,
    /// Landlock.
    pub landlock: Landlock,
    /// The filter of system calls; else why not.
    pub seccomp: Result<(), String>,
}

impl Probe {
    /// Tries what there is.
    pub fn here() -> Self {
        let namespaces = tried(std::process::Command::new("/proc/self/exe"), &Task::Probe);
        Self {
            bubblewrap: namespaces.is_err() && bubblewrap(),
            namespaces,
            landlock: Landlock::here(),
            seccomp: Seccomp::offered().map_err(|error| error.to_string()),
        }
    }

    /// Whether a program can be confined that strongly.
    pub fn gives(&self, tier: Tier) -> bool {
        let landlock = self.landlock.is_enough() && self.seccomp.is_ok();
        match tier {
            Tier::Strict => landlock && (self.namespaces.is_ok() || self.bubblewrap),
            Tier::Landlock => landlock,
            Tier::None => true,
        }
    }
}

/// Whether `bwrap` makes namespaces for this user: has it start a child of ours.
pub(super) fn bubblewrap() -> bool {
    let view = View { temporary_bytes: 1 << 20, ..View::default() };
    super::bubblewrap::command(&view).is_some_and(|command| tried(command, &Task::Answer).is_ok())
}

/// Has a child of ours try.
fn tried(mut command: std::process::Command, task: &Task) -> Result<(), String> {
    let asked = move || -> std::io::Result<Option<Told>> {
        let (mut ours, theirs) = UnixStream::pair()?;
        let started = command
            .arg(START)
            .env_clear()
            .stdin(Stdio::from(OwnedFd::from(theirs)))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn();
        // It holds the child's end, which must close with the child.
        drop(command);
        let mut child = started?;
        let mut task = serde_json::to_vec(task)?;
        task.push(b'\n');
        let _ = ours.write_all(&task);
        let mut line = String::new();
        let read = BufReader::new(ours).read_line(&mut line);
        child.wait()?;
        read?;
        Ok(serde_json::from_str(&line).ok())
    };
    match asked() {
        Ok(Some(Told::Possible)) => Ok(()),
        Ok(Some(Told::Missing { why, .. })) => Err(why),
        Ok(_) => Err("the child that tried was ended".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}
