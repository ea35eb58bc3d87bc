//! A component becomes four calls: found, described, loaded, run in a sandbox.
//!
//! - In: a recipe's name or file, the options of a part, what the part may touch.
//! - Out: an [`Outcome`] for each call; questions that only the run can answer go through [`Serve`].
//! - Not here: what a section means (`resolve`), what must be done (`plan`).
//!
//! Only this room names wasmtime.
//!
//! | file | what it holds |
//! |---|---|
//! | `catalogue` | names and files → [`Recipe`], loaded once a run |
//! | `stock` | the recipes in this binary, and their historical names |
//! | `description` | `recipe.toml`, read out of a component |
//! | `engine`, `code_cache`, `system_cache`, `bundle` | compiling, and keeping what was compiled |
//! | `compile` | compiling a stranger's component in a child |
//! | `call` | what travels between the run and a guest |
//! | `pool` | threads that guests run on; the run answers meanwhile |
//! | `confiner` | what the kernel lets the thread of one call open |
//! | `instance` | one fresh instance: store, limits, deadlines, how it ended |
//! | `link` | everything that a guest may import |
//! | `imports` | our own interfaces, one file each |
//! | `files` | the guarded file system |
//! | `output` | what a guest prints, line by line |
//! | `limits` | how much a recipe may use |

mod bindings;
mod bundle;
mod call;
mod catalogue;
mod code_cache;
mod compile;
mod confiner;
mod description;
mod engine;
mod files;
mod imports;
mod instance;
mod limits;
mod link;
mod output;
mod pool;
mod stock;
mod system_cache;

pub use bundle::BundleError;
pub use call::{Ask, Call, Change, Failure, Machine, NoReply, Outcome, Phase, RecipeError, Reply, Serve};
pub use catalogue::{Catalogue, FindError, Recipe, Settings, Source, split_entry};
pub use code_cache::{CodeCache, CodeCacheError};
pub use compile::{COMPILE, compile_here};
pub use description::{About, Description, DescriptionError, Entry, Kind, OptionHelp};
pub use files::{Record, Witness};
pub use instance::{cancel_on, cancelled};
pub use limits::{Limits, time};
pub use pool::Running;
pub use system_cache::SYSTEM_CODE;

#[cfg(test)]
mod corpus;
