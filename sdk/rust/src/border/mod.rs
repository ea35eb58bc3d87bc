//! The border: the calls of `wit/recipe.wit`, in both directions. Only on wasm.
//!
//! - In: what the host calls, and what it answers.
//! - Out: calls of a [`Recipe`]; errors and paths in this crate's types.
//! - Not here: what a recipe sees (the other modules).
//!
//! Public for the code that `#[recipe]` generates, and for nothing else.

pub(crate) mod imports;

use std::marker::PhantomData;
use std::path::PathBuf;

use bindings::buildout::recipe::types;
use bindings::exports::buildout::recipe::part::Guest;

use crate::files::text_of;
use crate::{Error, Part, Recipe};

/// What is generated from `wit/`, and nothing else.
#[allow(missing_docs, reason = "the documentation is in the WIT")]
pub mod bindings {
    wit_bindgen::generate!({
        path: "../../wit",
        // A recipe imports of it only what it calls.
        inline: "
            package buildout:sdk;
            world recipe {
                include buildout:recipe/recipe@0.1.0;
                include buildout:recipe/programs@0.1.0;
            }
        ",
        world: "buildout:sdk/recipe",
        generate_all,
        pub_export_macro: true,
        export_macro_name: "export_component",
        default_bindings_module: "buildout_recipe::border::bindings",
    });
}

pub use bindings::export_component as export;

/// The component of a recipe: its four calls, each on a [`Part`] of its own.
pub struct Component<R>(PhantomData<R>);

impl<R: Recipe> Guest for Component<R> {
    fn init(entry: String) -> Result<(), types::Error> {
        R::init(&mut Part::new(entry)).map_err(record)
    }

    fn install(entry: String) -> Result<Vec<String>, types::Error> {
        R::install(&Part::new(entry)).and_then(texts).map_err(record)
    }

    fn update(entry: String) -> Result<Vec<String>, types::Error> {
        R::update(&Part::new(entry)).and_then(texts).map_err(record)
    }

    fn uninstall(entry: String) -> Result<(), types::Error> {
        R::uninstall(&Part::new(entry)).map_err(record)
    }
}

fn texts(paths: Vec<PathBuf>) -> crate::Result<Vec<String>> {
    paths.iter().map(|path| text_of(path).map(str::to_owned)).collect()
}

fn record(error: Error) -> types::Error {
    let (kind, message, details) = error.into_record();
    types::Error { kind, message, details }
}
