//! Entries that say when they are called, or fail: `trace`, `service`, `logger`, `fail`.

use std::fs;
use std::path::PathBuf;

use buildout_recipe::log::{Level, write};
use buildout_recipe::{At as _, Error, Part, Result};

/// Says that a call runs, and where.
pub(crate) fn trace(part: &Part, call: &str) -> Result<Vec<PathBuf>> {
    let directory = part.directory()?;
    println!("{call} {} {}", part.name(), directory.file_name().unwrap_or_default().display());
    Ok(Vec::new())
}

/// Logs at the levels that there are here.
pub(crate) fn log(part: &Part) -> Result<Vec<PathBuf>> {
    for (number, level) in [(10, Level::Debug), (20, Level::Info), (30, Level::Warn), (40, Level::Error)] {
        write(level, format!("level {number}"));
    }
    part.get("multi")?;
    Ok(Vec::new())
}

/// Starts the service.
pub(crate) fn add_service(part: &Part) -> Result<Vec<PathBuf>> {
    println!("service add {}", part.required("script")?);
    if part.get("file")?.is_none_or(|file| file.is_empty()) {
        return Ok(Vec::new());
    }
    let file = part.path("file")?;
    fs::write(&file, "").at(&file)?;
    Ok(vec![file])
}

/// Stops the service; its file is still there.
pub(crate) fn remove_service(part: &Part) -> Result<()> {
    let there = part.installed().iter().any(|path| path.exists());
    let there = if there { "file-exists" } else { "no-file" };
    println!("service del {} {} {there}", part.name(), part.required("script")?);
    match part.get("fail-uninstall")?.unwrap_or_default().as_str() {
        "" => Ok(()),
        _ => Err(Error::user("uninstall recipe failed")),
    }
}

/// Fails if it is `init` that is to fail.
pub(crate) fn fail_in_init(part: &mut Part) -> Result<()> {
    for option in ["files", "left", "kind"] {
        part.get(option)?;
    }
    if call_that_fails(part)? == "init" {
        return Err(failure(part)?);
    }
    Ok(())
}

/// Makes its files, then fails if it is this call that is to fail.
pub(crate) fn work_and_fail(part: &Part, call: &str) -> Result<Vec<PathBuf>> {
    let paths = part.paths("files")?;
    for path in paths.iter().chain(&part.paths("left")?) {
        fs::write(path, "").at(path)?;
    }
    if call_that_fails(part)? == call {
        return Err(failure(part)?);
    }
    Ok(paths)
}

fn call_that_fails(part: &Part) -> Result<String> {
    let call = part.get("when")?.unwrap_or_else(|| "install".to_owned());
    match part.get("flag")? {
        Some(_) if !part.path("flag")?.exists() => Ok("never".to_owned()),
        _ => Ok(call),
    }
}

/// The error that a user made, or the end in one of the ways that are nobody's intention.
fn failure(part: &Part) -> Result<Error> {
    match part.get("kind")?.as_deref() {
        None | Some("user") => Ok(Error::user(format!("deliberate failure in {}", part.name()))),
        Some("exit") => std::process::exit(7),
        _ => panic!("deliberate internal failure in {}", part.name()),
    }
}
