//! Nothing is lost and nothing is left: runs that are killed, starved, begun together, or find their records damaged.
//!
//! - In: the guests, built by `cargo xtask test`, and the command with its fault points (`buildout::fault`).
//! - Out: after each run that ends well, the files and records of a run that nothing ever disturbed.
//! - Not here: what a user sees of the life cycle (`guests/life`, `guests/ownership`).
//!
//! | file | what it holds |
//! |---|---|
//! | `calls` | a kill, a signal and an error at every system call that changes something |
//! | `cut` | records that were cut off |
//! | `edits` | what somebody changed outlives a kill at every step |
//! | `faults` | a kill, a full disk and a broken one at every step that changes something |
//! | `model` | sequences of configurations, failures and edits, made up |
//! | `sweep` | one run that is disturbed in every way |
//! | `together` | runs that begin together in one directory |

mod calls;
mod cut;
mod edits;
mod faults;
mod model;
mod sweep;
mod together;
