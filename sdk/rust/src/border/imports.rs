//! What a component imports, with this crate's errors. One module per interface, as in `wit/recipe.wit`.
//!
//! The same calls natively: `testing::imports`.

use super::bindings::buildout::recipe as border;
use crate::{Error, Result};

fn told(error: border::types::Error) -> Error {
    Error::told(error.kind, error.message, error.details)
}

pub(crate) mod section {
    use super::*;

    pub(crate) fn name() -> String {
        border::section::name()
    }

    pub(crate) fn get(key: &str) -> Result<Option<String>> {
        border::section::get(key).map_err(told)
    }

    pub(crate) fn all() -> Result<Vec<(String, String)>> {
        border::section::all().map_err(told)
    }

    pub(crate) fn keys() -> Vec<String> {
        border::section::keys()
    }

    pub(crate) fn expand(text: &str) -> Result<String> {
        border::section::expand(text).map_err(told)
    }

    pub(crate) fn set(key: &str, value: &str) -> Result<()> {
        border::section::set(key, value).map_err(told)
    }

    pub(crate) fn remove(key: &str) -> Result<bool> {
        border::section::remove(key).map_err(told)
    }

    pub(crate) fn installed() -> Vec<String> {
        border::section::installed()
    }
}

pub(crate) mod sections {
    use super::*;

    pub(crate) fn get(section: &str, key: &str) -> Result<Option<String>> {
        border::sections::get(section, key).map_err(told)
    }

    pub(crate) fn all(section: &str) -> Result<Vec<(String, String)>> {
        border::sections::all(section).map_err(told)
    }

    pub(crate) fn keys(section: &str) -> Result<Vec<String>> {
        border::sections::keys(section).map_err(told)
    }

    pub(crate) fn exists(section: &str) -> Result<bool> {
        border::sections::exists(section).map_err(told)
    }

    pub(crate) fn names() -> Result<Vec<String>> {
        border::sections::names().map_err(told)
    }

    pub(crate) fn add(section: &str, values: &[(String, String)]) -> Result<()> {
        border::sections::add(section, values).map_err(told)
    }

    pub(crate) fn parse(text: &str) -> Result<Vec<String>> {
        border::sections::parse(text).map_err(told)
    }
}

pub(crate) mod host {
    use super::border;

    pub(crate) fn facts() -> Vec<(String, String)> {
        border::host::facts()
    }

    pub(crate) fn offline() -> bool {
        border::host::offline()
    }

    pub(crate) fn newest() -> bool {
        border::host::newest()
    }

    pub(crate) fn verbosity() -> i32 {
        border::host::verbosity()
    }
}

pub(crate) mod log {
    use super::border;
    use crate::log::Level;

    pub(crate) fn write(level: Level, message: &str) {
        let level = match level {
            Level::Debug => border::log::Level::Debug,
            Level::Info => border::log::Level::Info,
            Level::Warn => border::log::Level::Warn,
            Level::Error => border::log::Level::Error,
        };
        border::log::write(level, message);
    }

    pub(crate) fn progress(what: &str, done: f64, total: f64) {
        border::log::progress(what, done, total);
    }
}

pub(crate) mod files {
    use super::*;

    pub(crate) fn set_mode(path: &str, mode: u32) -> Result<()> {
        border::files::set_mode(path, mode).map_err(told)
    }

    pub(crate) fn mode(path: &str) -> Result<u32> {
        border::files::mode(path).map_err(told)
    }

    pub(crate) fn symlink(target: &str, path: &str) -> Result<()> {
        border::files::symlink(target, path).map_err(told)
    }

    pub(crate) fn read_link(path: &str) -> Result<String> {
        border::files::read_link(path).map_err(told)
    }

    pub(crate) fn temporary_directory() -> Result<String> {
        border::files::temporary_directory().map_err(told)
    }
}

pub(crate) mod process {
    use super::*;
    use crate::process::Command;

    /// Status, output, errors.
    pub(crate) fn run(command: &Command, capture: bool) -> Result<(i32, String, String)> {
        use border::process::Output;

        let command = border::process::Command {
            program: command.program.clone(),
            arguments: command.arguments.clone(),
            directory: command.directory.clone(),
            environment: command.environment.clone(),
            reads: command.reads.clone(),
            output: if capture { Output::Capture } else { Output::Log },
            time_limit: command.seconds,
        };
        let ended = border::process::run(&command).map_err(told)?;
        Ok((ended.status, ended.output, ended.errors))
    }

    pub(crate) fn find(program: &str) -> Result<Option<String>> {
        border::process::find(program).map_err(told)
    }
}
