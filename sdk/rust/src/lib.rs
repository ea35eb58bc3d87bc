//! Write recipes for buildout in Rust.
//!
//! A recipe makes a part: it completes the options of a section, makes files, and says which paths belong to
//! the part, so that buildout can remove them. This is a whole one:
//!
//! ```
//! use std::{fs, path::PathBuf};
//!
//! use buildout_recipe::{At, Part, Recipe, Result, info, recipe};
//!
//! /// Writes `text` into the file `output`.
//! pub struct Hello;
//!
//! #[recipe]
//! impl Recipe for Hello {
//!     fn init(part: &mut Part) -> Result<()> {
//!         let output = part.path("output")?; // `Missing option: …` if it is not there
//!         part.set_default("text", "Hello")?;
//!         part.set_path("output", &output)   // now absolute, for all who refer to it
//!     }
//!
//!     fn install(part: &Part) -> Result<Vec<PathBuf>> {
//!         let output = part.path("output")?;
//!         info!("Writing {}", output.display());
//!         fs::write(&output, part.required("text")?).at(&output)?;
//!         Ok(vec![output])
//!     }
//! }
//!
//! # fn main() -> Result<()> {
//! let buildout = buildout_recipe::testing::Buildout::new();
//! let part = buildout.part::<Hello>("greeting", &[("output", "hello.txt")]);
//! assert_eq!(part.install()?, [buildout.path("hello.txt")]);
//! assert_eq!(buildout.read("hello.txt"), "Hello");
//! # Ok(())
//! # }
//! ```
//!
//! # The crate around it
//!
//! ```toml
//! # Cargo.toml
//! [lib]
//! crate-type = ["cdylib"]
//!
//! [dependencies]
//! buildout-recipe = { path = "…/sdk/rust" }    # in a checkout of buildout
//! ```
//!
//! `recipe.toml` lies beside it. It describes the recipe to people and to buildout, is checked in every build and
//! travels inside the component:
//!
//! ```toml
#![doc = include_str!("../recipe.toml")]
//! ```
//!
//! `cargo build --release --target wasm32-wasip2` makes the component; `recipe = ./hello.wasm` in a section uses
//! it. `cargo test` needs no WebAssembly: see [`testing`].
//!
//! # What a recipe can rely on
//!
//! - **Every call is a fresh start.** What `install` has to know stands in the options: `init` sets it, `.installed.cfg`
//!   records it. So the four calls of [`Recipe`] take no `self`.
//! - **`init` only reads.** It gets the options to change, but can write no file: it runs for `buildout plan` as well.
//!   Find mistakes here; an error ends the run before anything is changed.
//! - **Paths are absolute**, with `/` on every system; there is no working directory. [`Part::path`] makes them so.
//! - **Files** are read and written with `std::fs`; what WASI has no call for is in [`files`].
//! - **Errors**: `?` works on all of them. Say [`At::at`] to name the path, [`Part::error`] to name the option; the host
//!   shows where it was written. A panic is reported as a bug in the recipe.
//! - **Programs** of the system are started with [`process::Command`], in a sandbox, if the user grants it.
//! - **`update`** is called for a part whose options have not changed, if it is written at all.

// Generated code, here and in recipes, names this crate by its name.
extern crate self as buildout_recipe;

#[cfg(target_family = "wasm")]
pub mod border;
mod error;
pub mod files;
pub mod host;
pub mod log;
mod part;
pub mod process;
pub mod sections;
#[cfg(not(target_family = "wasm"))]
pub mod testing;
mod value;

use std::path::PathBuf;

#[cfg(target_family = "wasm")]
use border::imports;
#[cfg(not(target_family = "wasm"))]
use testing::imports;

pub use buildout_recipe_macros::recipe;
pub use error::{At, Error, Kind, Result};
pub use part::Part;

/// A recipe: what makes the parts of a buildout that name it.
///
/// Put [`#[recipe]`](macro@recipe) on the `impl`. The order of calls in a run: `init` for every part that is needed;
/// then, for a part that is new or has changed, `uninstall` with the old options and `install` with the new ones; for
/// another one `update`.
pub trait Recipe: 'static {
    /// Reads and completes the options.
    ///
    /// Runs when the section is first needed, in every run, `buildout plan` included; so it can write nothing and
    /// reach no network, its clocks stand still and its random numbers repeat.
    ///
    /// # Errors
    ///
    /// End the run before anything is changed.
    fn init(part: &mut Part) -> Result<()>;

    /// Makes the part and returns the paths that belong to it, which are removed when the part is.
    ///
    /// What it makes and does not return stays; what was there before is never removed.
    ///
    /// # Errors
    ///
    /// All that it made is undone, and the part that was there before is put back.
    fn install(part: &Part) -> Result<Vec<PathBuf>>;

    /// Brings a part whose options have not changed up to date, and returns the paths that have come to it.
    ///
    /// Written or not makes a difference: without it, the component says that there is nothing to do, and is not
    /// started.
    ///
    /// # Errors
    ///
    /// The part is installed anew in the next run.
    fn update(part: &Part) -> Result<Vec<PathBuf>> {
        let _ = part;
        Ok(Vec::new())
    }

    /// Undoes what removing the part's paths does not undo. Runs before they are removed, with the options that the
    /// part was installed with; other sections cannot be read.
    ///
    /// # Errors
    ///
    /// End the run; the part stays.
    fn uninstall(part: &Part) -> Result<()> {
        let _ = part;
        Ok(())
    }
}
