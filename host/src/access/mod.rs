//! What a part may touch: the defaults, and what its recipe declared **and** the user granted.
//!
//! - In: a recipe's [`Need`]s, the user's [`Grants`], the configured directories.
//! - Out: the [`Reach`] of one call, or the [`Claim`]s that nobody granted.
//! - Not here: enforcing it (`recipe`'s guard), asking the user (`report`).
//!
//! | file | what it holds |
//! |---|---|
//! | `need` | what a recipe asks for |
//! | `grants` | what the user gave and refused |
//! | `claim` | what is told about a need, and what would meet it |
//! | `approvals` | what the user said when asked |
//! | `policy`, `written`, `pattern` | what the user said once and for all |
//! | `reach` | the places that one call may read and write |
//! | `protected` | names that nothing may write |
//! | `secret` | names that no recipe may read |

mod approvals;
mod claim;
mod grants;
mod need;
mod pattern;
mod policy;
mod protected;
mod reach;
mod secret;
mod written;

pub use approvals::{Approvals, ApprovalsError, Approved};
pub use claim::{Claim, flag, missing, ways};
pub use grants::{Asker, Before, Grant, Grants, Standing, Word};
pub use need::{Need, NeedKind, net_value};
pub use policy::{Confine, Fetch, Limit, Policy, PolicyError, Rule};
pub use protected::Protected;
pub use reach::{Deed, Denial, NOT_MADE, Permit, Reach};
pub use secret::beneath as has_secret_name;
