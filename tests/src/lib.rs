//! What a user sees, and what a recipe must not be able to do.
//!
//! - In: configurations, guests (`guests/`, built by `cargo xtask test`), the command as a user runs it.
//! - Out: [`Run`]s to compare with a snapshot; a failed test where something was touched that is nobody's business.
//! - Not here: the rooms of the host, which have their own tests.
//!
//! | folder | what it holds |
//! |---|---|
//! | `guests/actor` | does what its options say, line by line, allowed or not |
//! | `guests/meta` | adds sections, as recipes that stand for several parts do |
//! | `src` | the buildout of one test, components written by hand |
//! | `tests/guests` | what recipes do, one file for each topic |
//! | `tests/mistakes` | what a user is told for each mistake |
//! | `tests/durability` | runs that are killed, starved, begun together, or find their records damaged |
//! | `tests/attacks` | what strangers try, each by its name in the design, and the list of all of them |

mod calls;
pub mod component;
mod denied;
mod machine;
mod planned;
mod record;
mod run;
mod shelf;
mod site;
mod terminal;

pub use calls::Strike;
pub use denied::Denied;
pub use machine::is_strict;
pub use record::recorded;
pub use run::{Run, assert_shows};
pub use shelf::Shelf;
pub use site::{Site, guest};

/// Whether sweeps and races take all there is, however long that is (`cargo xtask torture`), or a share of it.
pub fn everything() -> bool {
    std::env::var_os("BUILDOUT_TESTS").is_some_and(|value| value == "all")
}
