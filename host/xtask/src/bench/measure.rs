//! One run of a program, measured from outside.
//!
//! - In: a command.
//! - Out: a [`Sample`]: how long it took, start of the process included, and the most memory that it held.
//! - Not here: how often, and what is made of it (`report`).

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

/// What one run took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sample {
    pub(crate) wall: Duration,
    /// The largest resident set. The kernel counts from before the program was loaded, so it is never less than what
    /// this process holds itself, about 3 MB.
    pub(crate) memory_bytes: u64,
}

/// Runs `command` once; what it prints goes to `log`.
///
/// # Errors
///
/// It does not start or fails; the error holds what it printed.
pub(crate) fn once(command: &mut Command, log: &Path) -> Result<Sample> {
    let printed = File::create(log).with_context(|| format!("writing {}", log.display()))?;
    command.stdin(Stdio::null()).stdout(printed.try_clone()?).stderr(printed);
    let start = Instant::now();
    let child = command.spawn().with_context(|| format!("{command:?} does not start"))?;
    let (succeeded, memory_bytes) = wait(child)?;
    let wall = start.elapsed();
    if !succeeded {
        bail!("{command:?} failed:\n{}", std::fs::read_to_string(log)?);
    }
    Ok(Sample { wall, memory_bytes })
}

/// Waits for a child and returns whether it succeeded and its largest resident set in bytes.
#[cfg(unix)]
fn wait(child: Child) -> Result<(bool, u64)> {
    let pid = libc::pid_t::try_from(child.id())?;
    let mut status = 0;
    // SAFETY: `rusage` is plain numbers, for which zero is a value.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    loop {
        // SAFETY: both pointers are to live values of the right type, and `child` is not waited for elsewhere.
        let waited = unsafe { libc::wait4(pid, &raw mut status, 0, &raw mut usage) };
        if waited == pid {
            break;
        }
        let error = std::io::Error::last_os_error();
        if error.kind() != std::io::ErrorKind::Interrupted {
            return Err(error).context("waiting for a child");
        }
    }
    // Linux counts in KiB, macOS in bytes.
    let unit = if cfg!(target_os = "macos") { 1 } else { 1024 };
    Ok((libc::WIFEXITED(status) && libc::WEXITSTATUS(status) == 0, u64::try_from(usage.ru_maxrss)? * unit))
}

/// Where the system does not say how much memory a child took, it counts as none.
#[cfg(not(unix))]
fn wait(mut child: Child) -> Result<(bool, u64)> {
    Ok((child.wait()?.success(), 0))
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_run_that_fails_shows_what_it_printed() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new("sh");
        command.args(["-c", "echo out; echo err >&2; exit 3"]);
        let error = once(&mut command, &folder.path().join("log")).unwrap_err().to_string();
        assert!(error.ends_with("failed:\nout\nerr\n"), "{error}");
    }

    #[test]
    fn memory_is_counted_in_bytes() {
        let folder = tempfile::tempdir().unwrap();
        let sample = once(&mut Command::new("true"), &folder.path().join("log")).unwrap();
        assert!(sample.memory_bytes > 100_000, "{sample:?}");
    }
}
