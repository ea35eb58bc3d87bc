//! The guarded file system: what a recipe makes or changes is decided, counted and recorded.
//!
//! - In: the [`Reach`] of the call.
//! - Out: a [`Record`] of what the call made, changed under a grant, and was refused.
//! - Not here: undoing it (`execute`).
//!
//! Every decision is made on a handle of the parent directory and the last component of the name,
//! never on the guest's text: the parent is opened beneath a preopened directory by the kernel, its
//! real path is asked back, and the deed is done relative to that same handle. A link that is swapped
//! in between redirects nothing.
//!
//! | file | what it holds |
//! |---|---|
//! | `guard` | decide, count, record |
//! | `guarded` | one place that a guest names, held open and judged |
//! | `wasi` | `wasi:filesystem/types` in front of wasmtime's own |
//! | `porter` | what a confined thread has the run's thread do |
//! | `streams` | synchronous file streams, `wasi:io` without hand-offs between threads |
//! | `places` | absolute paths of the `files` interface, opened beneath the same directories |

mod guard;
mod guarded;
mod places;
mod porter;
mod streams;
mod wasi;

pub(crate) use guard::{Guard, Refusal};
pub use guard::{Record, Witness};
pub(crate) use guarded::{Guarded, HasGuarded};
pub(crate) use places::{Places, Spot};
pub(crate) use porter::{Brought, Errand, Errands, Porter, temporary_directory};
pub(crate) use streams::{HasIo, Io, WaitedTooLong, Waiting};
