//! The lowest rooms of the host alone, without the sandbox above them, and the laws that every input keeps.
//!
//! - In: the host's own source files, compiled in place: nothing here is a copy.
//! - Out: [`check`], one function for each target; a broken law is a panic.
//! - Not here: looking for inputs (libFuzzer, in `targets/`); replaying the ones that were kept in `corpus/`
//!   (a test of each room).

#![allow(dead_code, unused_imports, reason = "a room has more than its laws need")]

#[path = "../../src/audit/mod.rs"]
pub mod audit;
#[path = "../../src/config/mod.rs"]
pub mod config;
#[path = "../../src/diagnostic.rs"]
pub mod diagnostic;
#[path = "../../src/fault.rs"]
pub mod fault;
#[path = "../../src/path.rs"]
pub mod path;
#[path = "../../src/source.rs"]
pub mod source;

/// What is asked for and what one call may touch: the policy and the approvals are files of the user.
#[path = "../../src/access"]
pub mod access {
    mod claim;
    mod grants;
    mod need;
    mod pattern;
    mod protected;
    mod reach;
    mod secret;

    pub use self::claim::Claim;
    pub use self::grants::{Grants, Standing, Word};
    pub use self::need::{Need, NeedKind};
    pub use self::protected::Protected;
    pub use self::reach::{Deed, Denial, NOT_MADE, Permit, Reach};
}

/// A name that the limits of programs use.
#[path = "../../src/confine"]
pub mod confine {
    mod tier;

    pub use self::tier::Tier;
}

/// The database, and what is noted of a thing that was made: the rest of the room works on directories.
#[path = "../../src/installed"]
pub mod installed {
    mod database;
    mod made;
    mod quote;
    mod seen;

    pub use self::database::{Database, DatabaseError, Record};
    pub use self::made::{Filled, Kind, Made};
    pub use self::seen::Seen;
}

/// What a program left: the rest of the room starts it.
#[path = "../../src/process"]
pub mod process {
    mod limits;
    mod sweep;

    pub use self::limits::Limits;
    pub use self::sweep::Swept;
}

/// What a component says of itself, and the guard of one call: the rest of the room is the sandbox.
#[path = "../../src/recipe"]
pub mod recipe {
    mod description;
    mod limits;

    /// The guard alone.
    pub mod files {
        mod guard;

        pub(crate) use self::guard::{Guard, Refusal};
        pub use self::guard::{Record, Witness};
    }

    pub use self::description::{About, Description, DescriptionError, Entry, Kind, OptionHelp};
    pub use self::files::{Record, Witness};
    pub use self::limits::Limits;
}

/// The laws.
pub mod check {
    pub mod audit;
    pub mod config;
    pub mod guard;
    pub mod installed;
    pub mod recipe_toml;
}
