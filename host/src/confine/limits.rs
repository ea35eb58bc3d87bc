//! What one process may use, as the kernel counts it.
//!
//! - In: [`Rations`].
//! - Out: the calling process, and whatever it starts, cannot use more, with no way back.
//! - Not here: what a recipe may use while it runs in us (`recipe`), which the kernel cannot tell from our own.

use std::io;
use std::time::Duration;

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// What a process may use; none is as much as whoever started it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Rations {
    /// Time on a processor, rounded up to seconds; then SIGXCPU, and SIGKILL a second later.
    pub processor_time: Option<Duration>,
    /// Address space in bytes, whether used or not.
    pub address_space: Option<u64>,
    /// Heap and private memory in bytes.
    pub data: Option<u64>,
    /// Bytes of the largest file that is written; then SIGXFSZ.
    pub file_size: Option<u64>,
    /// Handles at once.
    pub open_files: Option<u64>,
    /// Processes and threads of this user at once, ours included.
    pub processes: Option<u64>,
}

impl Rations {
    /// Takes the calling process down to these, and never leaves a picture of its memory behind.
    ///
    /// # Errors
    ///
    /// When the system refuses; some may then be in force.
    pub fn apply(&self) -> io::Result<()> {
        let seconds = self.processor_time.map(|time| time.as_millis().div_ceil(1000));
        let seconds = seconds.map(|seconds| u64::try_from(seconds).unwrap_or(u64::MAX));
        lower(Resource::Core, Some(0), 0)?;
        lower(Resource::Cpu, seconds, 1)?;
        lower(Resource::As, self.address_space, 0)?;
        lower(Resource::Data, self.data, 0)?;
        lower(Resource::Fsize, self.file_size, 0)?;
        lower(Resource::Nofile, self.open_files, 0)?;
        lower(Resource::Nproc, self.processes, 0)
    }
}

/// Lowers one limit, never raises it; the hard one stands `grace` above the one that is told of first.
fn lower(resource: Resource, to: Option<u64>, grace: u64) -> io::Result<()> {
    let Some(to) = to else { return Ok(()) };
    let now = getrlimit(resource);
    let least = |limit: Option<u64>, to: u64| limit.map_or(to, |limit| limit.min(to));
    let maximum = least(now.maximum, to.saturating_add(grace));
    let current = least(now.current, to).min(maximum);
    Ok(setrlimit(resource, Rlimit { current: Some(current), maximum: Some(maximum) })?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ration_lowers_a_limit_and_never_raises_it() {
        // Large enough for whatever runs in this process beside this test.
        let (much, more) = (1 << 50, 1 << 51);
        Rations { file_size: Some(much), ..Rations::default() }.apply().unwrap();
        Rations { file_size: Some(more), ..Rations::default() }.apply().unwrap();
        assert_eq!(getrlimit(Resource::Fsize), Rlimit { current: Some(much), maximum: Some(much) });
        assert_eq!(getrlimit(Resource::Core), Rlimit { current: Some(0), maximum: Some(0) });
    }
}
