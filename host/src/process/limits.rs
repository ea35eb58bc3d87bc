//! How a program is confined, and how much it may use, each number with its reason.
//!
//! - Out: [`Limits`], plain numbers.
//! - Not here: what a recipe itself may use (`recipe`).

use std::time::Duration;

use crate::confine::Tier;

/// The limits of one program, with all that it starts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// How strongly it is confined at least.
    pub tier: Tier,
    /// From its start to its end: a compiler takes long, nothing takes for ever.
    pub time: Duration,
    /// What is captured of its output: it becomes one text of the recipe.
    pub captured_bytes: usize,
    /// What is shown of its output; the rest is dropped, and that is said.
    pub log_bytes: usize,
    /// What may come to the directories where it writes.
    pub written_bytes: u64,
    /// One file.
    pub file_bytes: u64,
    /// Address space of one process: compilers reserve much more than they use.
    pub address_bytes: u64,
    /// Memory of all processes together.
    pub memory_bytes: u64,
    /// Its private `/tmp`, which is memory.
    pub temporary_bytes: u64,
    /// Processes and threads at once.
    pub processes: u64,
    /// Open files of one process.
    pub open_files: u64,
    /// What must stay free on the file system: an editor must still be able to save.
    pub free_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            tier: Tier::Strict,
            time: Duration::from_secs(3600),
            captured_bytes: 16 << 20,
            log_bytes: 1 << 20,
            written_bytes: 4 << 30,
            file_bytes: 2 << 30,
            address_bytes: 8 << 30,
            memory_bytes: 4 << 30,
            temporary_bytes: 1 << 30,
            processes: 512,
            open_files: 1024,
            free_bytes: 64 << 20,
        }
    }
}
