//! What a part may touch: the defaults, and what its recipe declared **and** the user granted.
//!
//! - In: a recipe's [`Need`]s, the user's [`Grants`], the configured directories.
//! - Out: the [`Reach`] of one call, or the list of [`Missing`] grants.
//! - Not here: enforcing it (`recipe`'s guard), asking the user (`report`).
//!
//! | file | what it holds |
//! |---|---|
//! | `grants` | what a recipe asks for, what the user gave, what is missing |
//! | `reach` | the places that one call may read and write |
//! | `protected` | names that nothing may write |
//! | `secret` | names that no recipe may read |

mod grants;
mod protected;
mod reach;
mod secret;

pub use grants::{Grant, Grants, Missing, Need, NeedKind, flag};
pub use protected::Protected;
pub use reach::{Deed, Denial, NOT_MADE, Permit, Reach};
