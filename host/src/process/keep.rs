//! In the child: waiting for what it started, reaping, counting, and ending everything.
//!
//! - In: the number of a process.
//! - Out: how it ended, or why it was ended.
//! - Not here: starting it (`start`).

use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::time::Duration;

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, Signal, WaitOptions, kill_process, pidfd_open, waitpid};

use super::plan::{Resource, Told};

/// How often processes are counted, and what was orphaned is reaped.
const TICK: Duration = Duration::from_millis(100);

/// How much all processes of this namespace may use.
#[derive(Debug, Clone, Copy)]
pub(super) struct Most {
    pub(super) memory_bytes: u64,
    pub(super) processes: u64,
}

/// Waits until `child` ends, until whoever asked for it is gone or wants it ended, or until there is too much of it.
/// Only in the last two cases it may still be there.
pub(super) fn keep(child: Pid, asked: Option<BorrowedFd<'_>>, most: Option<Most>) -> io::Result<Told> {
    let ending = pidfd_open(child, PidfdFlags::empty())?;
    let tick = Timespec { tv_sec: 0, tv_nsec: TICK.subsec_nanos().into() };
    loop {
        let mut watched = vec![PollFd::new(&ending, PollFlags::IN)];
        watched.extend(asked.as_ref().map(|asked| PollFd::new(asked, PollFlags::IN | PollFlags::RDHUP)));
        match poll(&mut watched, Some(&tick)) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        let wanted = watched.get(1).is_none_or(|asked| asked.revents().is_empty());
        if let Some(told) = reap(child)? {
            return Ok(told);
        }
        if !wanted {
            return Ok(Told::Stopped);
        }
        if let Some(over) = most.and_then(too_much) {
            return Ok(Told::Over(over));
        }
    }
}

/// Reaps all that have ended; says how `child` did if it is one of them.
fn reap(child: Pid) -> io::Result<Option<Told>> {
    let mut told = None;
    loop {
        match waitpid(None, WaitOptions::NOHANG) {
            Ok(Some((pid, status))) if pid == child => {
                told = Some(match (status.exit_status(), status.terminating_signal()) {
                    (Some(status), _) => Told::Exited(status),
                    (None, signal) => Told::Signalled(signal.unwrap_or(0)),
                });
            }
            Ok(Some(_)) | Err(rustix::io::Errno::INTR) => {}
            Ok(None) | Err(rustix::io::Errno::CHILD) => return Ok(told),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Ends a process and waits for that.
pub(super) fn end(child: Pid) {
    let _ = kill_process(child, Signal::KILL);
    while matches!(waitpid(Some(child), WaitOptions::empty()), Err(rustix::io::Errno::INTR)) {}
}

/// Ends everything that this process or something of its own has started, which is handed to it when its own parent
/// ends: only for a process that is such a reaper.
pub(super) fn end_all() {
    let me = std::process::id();
    // Bounded: a program that starts others faster than they can be ended is bounded by their number.
    for _ in 0..10_000 {
        let children = std::fs::read_to_string(format!("/proc/{me}/task/{me}/children")).unwrap_or_default();
        let children: Vec<Pid> =
            children.split_whitespace().filter_map(|pid| Pid::from_raw(pid.parse().ok()?)).collect();
        for child in &children {
            let _ = kill_process(*child, Signal::KILL);
        }
        match waitpid(None, WaitOptions::empty()) {
            Ok(_) | Err(rustix::io::Errno::INTR) => {}
            Err(_) => return,
        }
    }
}

/// Whether all processes of this namespace use too much together.
fn too_much(most: Most) -> Option<Resource> {
    let mut memory_bytes = ["/tmp", "/dev/shm"].iter().map(|place| used(place)).sum::<u64>();
    let mut processes = 0;
    for entry in std::fs::read_dir("/proc").ok()?.flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().filter(|name| name.bytes().all(|byte| byte.is_ascii_digit())) else {
            continue;
        };
        let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
        let number = |key: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(key))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        memory_bytes += (number("RssAnon:").unwrap_or(0) + number("RssShmem:").unwrap_or(0)) << 10;
        processes += number("Threads:").unwrap_or(1);
    }
    match () {
        () if memory_bytes > most.memory_bytes => Some(Resource::Memory),
        () if processes > most.processes => Some(Resource::Processes),
        () => None,
    }
}

fn used(place: &str) -> u64 {
    rustix::fs::statvfs(place).map_or(0, |stat| (stat.f_blocks - stat.f_bfree) * stat.f_frsize)
}

/// Whether the other end of a pipe is still held.
pub(super) fn is_held(pipe: impl AsFd) -> bool {
    let mut watched = [PollFd::new(&pipe, PollFlags::IN)];
    let now = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut watched, Some(&now)).is_ok_and(|_| watched[0].revents().is_empty())
}
