//! What the kernel enforces on a thread or a child of ours, whatever our own checks say.
//!
//! - In: directories with rights, numbers.
//! - Out: a thread or process that cannot go beyond them, for the rest of its life; or what is missing here.
//! - Not here: who may do what (`access`), what runs confined (`recipe`, `process`).
//!
//! | file | what it holds |
//! |---|---|
//! | `landlock` | files and directories, for one thread and what it starts |
//! | `limits` | time, memory, sizes and numbers, for a whole process |
//! | `namespaces` | a process for which nothing is there but what was put there |
//! | `seccomp` | the system calls that a program can make |
//! | `tier` | which of them are required, and what leaks without the others |

mod landlock;
mod limits;
mod namespaces;
mod seccomp;
mod tier;

pub use landlock::{Landlock, LandlockError, NEEDED, Rights, Rules, Ruleset, directory};
pub use limits::Rations;
pub use namespaces::{DEVICES, NamespaceError, SYSTEM, View, enter};
pub use seccomp::Seccomp;
pub use tier::Tier;
