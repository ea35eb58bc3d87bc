//! The lowest rooms of the host alone, without the sandbox above them, and the laws that every input keeps.
//!
//! - In: the host's own source files, compiled in place: nothing here is a copy.
//! - Out: [`check`], one function for each target; a broken law is a panic.
//! - Not here: looking for inputs (libFuzzer, in `targets/`); replaying the ones that were kept in `corpus/`
//!   (a test of each room).

#[path = "../../src/config/mod.rs"]
pub mod config;
#[path = "../../src/diagnostic.rs"]
pub mod diagnostic;
#[path = "../../src/source.rs"]
pub mod source;

/// The database alone: the rest of the room works on directories.
#[path = "../../src/installed"]
pub mod installed {
    mod database;
    mod quote;

    pub use self::database::{Database, DatabaseError, Record};
}

/// The laws.
pub mod check {
    pub mod config;
    pub mod installed;
}
