//! Recipes that are no part of the workspace: the guests of the tests and the recipes of the examples.
//!
//! - In: a crate.
//! - Out: its component, where a test or a configuration looks for it.
//! - Not here: the stock recipes (`host/build.rs`).

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::manifest;
use crate::shell;
use crate::toolchain::{TARGET, Way};

/// Builds every crate of `tests/guests/NAME` to `target/guests/NAME.wasm`.
pub(crate) fn build_guests(way: &Way) -> Result<()> {
    let guests = shell::root().join("target/guests");
    for crate_dir in crates(&shell::root().join("tests/guests"))? {
        let name =
            crate_dir.file_name().expect("an entry of a folder has a name").to_string_lossy().into_owned();
        build_component(way, &crate_dir, &guests.join(format!("{name}.wasm")))?;
    }
    Ok(())
}

/// Builds every crate of `examples/EXAMPLE/NAME` to `examples/EXAMPLE/NAME.wasm`.
pub(crate) fn build_examples(way: &Way) -> Result<()> {
    for example in folders(&shell::root().join("examples"))? {
        for crate_dir in crates(&example)? {
            build_component(way, &crate_dir, &crate_dir.with_extension("wasm"))?;
        }
    }
    Ok(())
}

/// Builds the crate in `crate_dir` for release and puts its component at `out_wasm`, which is not touched
/// if it would not change.
pub(crate) fn build_component(way: &Way, crate_dir: &Path, out_wasm: &Path) -> Result<()> {
    let manifest = crate_dir.join("Cargo.toml");
    let text = fs::read_to_string(&manifest).with_context(|| format!("reading {}", manifest.display()))?;
    let file = manifest::component_file(&text)
        .with_context(|| format!("{} names no package", manifest.display()))?;
    // One folder for all of them: they share the SDK.
    let products = shell::target().join("components");
    let mut command = way.cargo_build(&shell::root(), &products);
    shell::run(command.args(["--quiet", "--release", "--manifest-path"]).arg(&manifest))?;
    let built = products.join(TARGET).join("release").join(file);
    let bytes = fs::read(&built).with_context(|| {
        format!(
            "{} was not built; the crate-type of {} includes \"cdylib\"",
            built.display(),
            manifest.display()
        )
    })?;
    ensure!(bytes.starts_with(b"\0asm\x0d\0\x01\0"), "{} is not a WASI component", built.display());
    if fs::read(out_wasm).ok().as_deref() != Some(&bytes[..]) {
        fs::create_dir_all(out_wasm.parent().context("a component lies in a folder")?)?;
        fs::write(out_wasm, bytes).with_context(|| format!("writing {}", out_wasm.display()))?;
    }
    Ok(())
}

/// The crates that lie directly in a folder, sorted; none if there is no such folder.
fn crates(folder: &Path) -> Result<Vec<PathBuf>> {
    Ok(folders(folder)?.into_iter().filter(|folder| folder.join("Cargo.toml").is_file()).collect())
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>> {
    if !folder.is_dir() {
        return Ok(Vec::new());
    }
    let mut folders = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            folders.push(entry.path());
        }
    }
    folders.sort();
    Ok(folders)
}
