//! Embeds the stock recipes: builds their components, or takes them from where they are.
//!
//! - In: `recipes/`, `sdk/rust` and `wit/`, or the folder that `BUILDOUT_STOCK_RECIPES` names.
//! - Out: `$OUT_DIR/stock.rs` with `STOCK`, each recipe's name, component and digest.
//! - Not here: compiling ahead to native code (`buildout cache`): it would build wasmtime twice.
//!
//! Never silently without recipes: that is what `--no-default-features` is for.

#[path = "build/manifest.rs"]
#[allow(dead_code, reason = "`cargo xtask` uses the rest")]
mod manifest;
#[path = "build/stock.rs"]
mod stock;
#[path = "build/toolchain.rs"]
mod toolchain;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use stock::Stock;
use toolchain::Way;

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            error.chain().for_each(|cause| eprintln!("{cause}"));
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<()> {
    for name in [stock::STOCK_RECIPES, toolchain::WASM_RUSTC] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed=build");
    ensure!(env::var_os(stock::NESTED).is_none(), "a stock recipe depends on `buildout`, which embeds it");
    let out_dir = PathBuf::from(env::var_os("OUT_DIR").context("cargo sets OUT_DIR")?);
    let stock = if env::var_os("CARGO_FEATURE_STOCK_RECIPES").is_none() {
        Vec::new()
    } else if let Some(folder) = env::var_os(stock::STOCK_RECIPES) {
        taken(Path::new(&folder))?
    } else {
        built(&out_dir)?
    };
    stock::embed(&stock, &out_dir)
}

/// The components of a folder as they are.
fn taken(folder: &Path) -> Result<Vec<Stock>> {
    ensure!(folder.is_absolute(), "{} must be an absolute path", stock::STOCK_RECIPES);
    let stock = stock::collect(folder)?;
    rerun_if_changed(folder);
    stock.iter().for_each(|stock| rerun_if_changed(&stock.component));
    Ok(stock)
}

/// The components of this repository, built now.
fn built(out_dir: &Path) -> Result<Vec<Stock>> {
    let host = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").context("cargo sets CARGO_MANIFEST_DIR")?);
    let root = host.parent().context("host/ lies in the repository")?;
    let recipes = root.join("recipes");
    ensure!(
        recipes.is_dir(),
        "{} is not there; to embed components that are already built, set {} to their folder",
        recipes.display(),
        stock::STOCK_RECIPES
    );
    let way = Way::find().with_context(|| {
        let variable = stock::STOCK_RECIPES;
        format!("the stock recipes cannot be built (to embed components that are there, set {variable} to their folder)")
    })?;
    let stock = stock::build(root, &way, &out_dir.join("recipes"))?;
    // The folders for what is new in them, the files for what lies elsewhere.
    for source in ["Cargo.lock", "Cargo.toml", "recipes", "sdk/rust", "wit"] {
        rerun_if_changed(&root.join(source));
    }
    for Stock { component, .. } in &stock {
        let dep_info = fs::read_to_string(component.with_extension("d")).unwrap_or_default();
        stock::dependencies(&dep_info).iter().for_each(|path| rerun_if_changed(path));
    }
    Ok(stock)
}

/// Has cargo run this again when `path` changes. One that is not there would make it run every time.
fn rerun_if_changed(path: &Path) {
    if path.exists() {
        println!("cargo::rerun-if-changed={}", path.display());
    }
}
