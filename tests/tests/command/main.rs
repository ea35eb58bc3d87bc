//! What can be typed, and what comes of it: the real command as a user runs it.
//!
//! - In: configurations for the stock recipes and for the guest `actor`.
//! - Out: exit codes, both streams, what lies on the disk.
//! - Not here: how arguments are read (`cli` in the host), what recipes may do (`guests`).
//!
//! | file | what it holds |
//! |---|---|
//! | `begin` | `init`, `bootstrap` |
//! | `plan` | `plan`: what goes, `--check` |
//! | `debug` | `-D` |
//! | `exits` | every exit code |
//! | `json` | `--json`, with every command |
//! | `look` | `graph`, `doctor`, `completions`, manual pages |
//! | `terminal` | colours, what moves, the prompt |
//! | `letters` | options, and what is wrong with them |

mod begin;
mod debug;
mod exits;
mod json;
mod letters;
mod look;
mod plan;
mod terminal;
