//! What a stranger's project and a stranger's recipe try, by the names that the design gives to each attack.
//!
//! - In: `cases.toml`, which says for each case which tests show it, or what it waits for.
//! - Out: a failed test where a case has no test, or names one that is not there.
//! - Not here: the cases that belong to another topic; they stand there, and `cases.toml` says where.
//!
//! Every run watches the user's home and a directory outside, and looks for what only the user knows in all that is
//! shown.

mod components;
mod configurations;
mod list;
mod paths;
mod programs;
mod random;
mod surroundings;
mod tiers;
