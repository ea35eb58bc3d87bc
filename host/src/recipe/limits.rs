//! How much a recipe may use, each number with its reason.
//!
//! - Out: [`Limits`], plain numbers that the engine, the guard and the log are built with.
//! - Not here: the limits of the configuration language (`config`).
//!
//! Only the user raises a limit; a configuration may lower one.

use std::time::Duration;

use crate::process;

/// The limits of one call of a recipe, and of one part.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Guest time of one `init`: it runs in every run, `plan` included, so it must be short.
    pub init_time: Duration,
    /// Guest time of one `install`, `update` or `uninstall`; what the run does for it counts, another recipe's time does not.
    pub call_time: Duration,
    /// Wall time of one call, sleeping included: nothing may hang for ever.
    pub wall_time: Duration,
    /// Linear memory of one instance, in bytes.
    pub memory_bytes: usize,
    /// Elements of all tables of one instance.
    pub table_elements: usize,
    /// Core instances, memories and tables in one component.
    pub instances: usize,
    /// The wasm stack, in bytes; a pooled thread has four times that.
    pub stack_bytes: usize,
    /// What one call across the border may carry, in bytes.
    pub border_bytes: usize,
    /// Files, directories and links that one call may make.
    pub files: u64,
    /// Bytes that one call may write.
    pub written_bytes: u64,
    /// Log lines of one call; more are dropped, and that is said.
    pub log_lines: usize,
    /// Bytes of log text of one call.
    pub log_bytes: usize,
    /// How deep `init`s may nest: each has a thread of its own.
    pub nesting: usize,
    /// Size of a component, in bytes, before it is compiled.
    pub component_bytes: u64,
    /// What the programs that it starts may use, and how they are confined.
    pub programs: process::Limits,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            init_time: Duration::from_secs(10),
            call_time: Duration::from_secs(600),
            wall_time: Duration::from_secs(3600),
            memory_bytes: 256 << 20,
            table_elements: 100_000,
            instances: 50,
            stack_bytes: 512 << 10,
            border_bytes: 16 << 20,
            files: 200_000,
            written_bytes: 4 << 30,
            log_lines: 10_000,
            log_bytes: 1 << 20,
            nesting: 200,
            component_bytes: 64 << 20,
            programs: process::Limits::default(),
        }
    }
}
