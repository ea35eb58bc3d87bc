//! Configuration files become one [`Configuration`].
//!
//! - In: a [`Request`] (which file, which assignments, facts about the machine) and somebody who reads files.
//! - Out: every section merged, every [`Value`] with the bytes it came from and its history; or a
//!   [`Failure`] with everything that is wrong.
//! - Not here: replacing `${…}` (room `resolve`), telling people (room `report`). This room reads no clock,
//!   no network and no environment.
//!
//! The way of a value, file by file:
//!
//! | file | from | to |
//! |---|---|---|
//! | `parse` | the text of a file | headers and options as written, or all bad lines |
//! | `condition` | `[name : expression]` | true, false, unsupported, or a variable that was not granted |
//! | `settle` | the blocks of a file | for each option one `=`, one `+=`, one `-=` |
//! | `read` | the bytes of a file | the three above in a row, with `extends` taken out |
//! | `extends` | the root file | all files, each read once |
//! | `defaults` | built-in values, the command line | what counts like a file |
//! | `graph` | who extends whom | the order in which files count |
//! | `merge`, `walk`, `lines` | all operations on an option | its [`Value`] … |
//! | `pending` | increments in a section with macros | … or what waits for the macro |
//! | `complete` | merged sections | pinned versions, absolute directories |
//! | `configuration`, `macros` | sections | sections as they are looked up |
//! | `lineage` | an option | the macros that it came through |
//! | `stray` | a value that makes no sense | what was not meant to be part of it |

mod assignment;
mod budget;
mod complete;
mod condition;
mod configuration;
mod defaults;
mod error;
mod extends;
mod facts;
mod failure;
mod files;
mod graph;
mod limits;
mod lineage;
mod lines;
mod macros;
mod merge;
mod opaque;
mod parse;
mod pending;
mod read;
mod section;
mod settle;
mod stray;
mod text;
mod value;
mod walk;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex};

use camino::{Utf8Path, Utf8PathBuf};

pub use self::assignment::{Assignment, AssignmentError};
pub use self::complete::LANGUAGE;
pub use self::condition::{Environment, Judgement, judge};
pub use self::configuration::Configuration;
pub use self::error::{ConfigError, TooLong};
pub use self::facts::{Asked, Facts, Python};
pub use self::failure::Failure;
pub use self::files::{Files, LocalFiles, MemoryFiles};
pub use self::limits::Limits;
pub use self::lineage::Inherited;
pub use self::opaque::{OPAQUE, Opaque};
pub use self::parse::{BadLine, Block, ConfigFile, Fault, Name, Operator, Stretch, Written, parse};
pub use self::read::{Skipped, UNSUPPORTED_CONDITION};
pub use self::section::Section;
pub use self::stray::Stray;
pub use self::value::{Change, Entry, Layer, Layers, Origin, Value};
pub use self::walk::Lost;

use self::budget::Budget;
use self::extends::Extends;
use self::failure::LoadError;
use self::graph::Graph;
use self::macros::Memory;
use self::merge::merge;
use self::read::Reading;
use crate::diagnostic::Diagnostic;
use crate::source::SourceMap;

/// All that loading needs to know; plain data.
#[derive(Debug, Clone)]
pub struct Request {
    /// The root configuration file, absolute.
    pub file: Utf8PathBuf,
    /// The user's `default.cfg`, absolute; none with `-U`, or if there is none.
    pub user_defaults: Option<Utf8PathBuf>,
    /// Assignments of the command line, in the order given.
    pub assignments: Vec<Assignment>,
    /// What conditions may know.
    pub facts: Facts,
    /// Environment variables that the user granted, for `env.NAME` in conditions; the value is none where a
    /// granted variable is not set.
    pub environment: Environment,
    /// Where the process was started: what `buildout:extends=` on the command line is relative to.
    pub directory: Utf8PathBuf,
    /// The project (decisions 4.6): its files extend only files below it …
    pub project: Utf8PathBuf,
    /// … and below these.
    pub readable: Vec<Utf8PathBuf>,
    /// Values of the user's own that nobody else may read.
    pub opaque: Opaque,
    /// How much is too much.
    pub limits: Limits,
}

impl Request {
    /// Asks for a file, with nothing else given; its directory is the project.
    pub fn new(file: impl Into<Utf8PathBuf>) -> Self {
        let file = file.into();
        let directory = file.parent().unwrap_or(&file).to_owned();
        Self {
            file,
            user_defaults: None,
            assignments: Vec::new(),
            facts: Facts::default(),
            environment: Environment::new(),
            project: directory.clone(),
            directory,
            readable: Vec::new(),
            opaque: Opaque::default(),
            limits: Limits::default(),
        }
    }
}

/// Loads a configuration: defaults, the user's defaults, the file with all that it extends, files and
/// assignments of the command line, later ones over earlier ones.
///
/// # Errors
///
/// Everything that is wrong in all files at once; what can only be seen after merging is told if nothing
/// was wrong before.
pub fn load(request: &Request, files: &mut dyn Files) -> Result<Configuration, Failure> {
    let mut sources = SourceMap::default();
    let command_line = defaults::command_line(&request.assignments, &mut sources);
    let typed = command_line.sections();
    let root_directory = request.file.parent().unwrap_or(&request.file);

    let reading = Reading::new(sources, &request.facts, &request.environment, &request.limits);
    let mut extends = Extends::new(reading, files, &request.directory);
    extends.reading.warnings.extend(command_line.warnings);
    for place in request.readable.iter().chain([&request.project]) {
        extends.allow(place);
    }
    let mut top = Vec::new();
    if let Some(path) = &request.user_defaults {
        top.extend(extends.user_defaults(path).map(|node| (node, Layer::User)));
    }
    top.extend(extends.root(&request.file, None).map(|node| (node, Layer::Project)));
    for (name, at) in &command_line.extends {
        let added = extends.added(name, *at, &request.directory);
        top.extend(added.map(|node| (node, Layer::CommandLine)));
    }
    let (files_read, bytes_read) = (extends.files_read, extends.bytes_read);
    let (mut reading, mut nodes, not_served) = extends.finish();
    if !reading.errors.is_empty() {
        if !not_served.is_empty() {
            reading.errors.push(LoadError::NotServed(not_served));
        }
        return Err(failure(reading.sources, &reading.errors, reading.warnings));
    }

    for node in defaults::nodes(&request.facts, root_directory).into_iter().rev() {
        top.insert(0, (nodes.len(), Layer::Default));
        nodes.push(node);
    }
    top.push((nodes.len(), Layer::CommandLine));
    nodes.push(command_line.node);
    let counted = (reading.sections, reading.options);
    let (sources, mut warnings, skipped) = (reading.sources, reading.warnings, reading.skipped);
    let left_out = reading.left_out;
    let mut budget = Budget::new(&request.limits);
    let (sections, directory) = match merged(nodes, top, request, &sources, root_directory, &mut budget) {
        Ok(found) => {
            warnings.extend(budget.idle());
            let written = |name: &str| {
                found.0.get(name).is_some_and(|section| section.at.is_some())
                    || skipped.contains_key(name)
                    || left_out.contains_key(name)
            };
            warnings.extend(assignment::made(&typed, written, found.0.keys().map(|name| &**name)));
            found
        }
        // What is wrong may be so because files are missing.
        Err(_) if !not_served.is_empty() => {
            return Err(failure(sources, &[LoadError::NotServed(not_served)], warnings));
        }
        Err(error) => return Err(failure(sources, &[error], warnings)),
    };
    let memory = Memory {
        done: Default::default(),
        budget: Budget::new(&request.limits),
        options: request.limits.macro_options,
    };
    Ok(Configuration {
        buildout: complete::raw_buildout(&sections["buildout"]),
        sources,
        warnings,
        files_read,
        bytes_read,
        sections,
        directory,
        skipped,
        left_out,
        not_served: not_served.into_iter().map(|one| (one.name, one.at)).collect(),
        facts: request.facts.clone(),
        environment: request.environment.clone(),
        opaque: request.opaque.clone(),
        limits: request.limits,
        counted,
        memory: Mutex::new(memory),
    })
}

type Sections = indexmap::IndexMap<Arc<str>, Section>;

fn merged(
    nodes: Vec<graph::Node>,
    top: Vec<(usize, Layer)>,
    request: &Request,
    sources: &SourceMap,
    root_directory: &Utf8Path,
    budget: &mut Budget,
) -> Result<(Sections, Utf8PathBuf), LoadError> {
    let graph = Arc::new(Graph::new(nodes, top));
    let mut sections = merge(&graph, budget).map_err(LoadError::TooMuch)?;
    complete::extends_cache(&sections, sources, &request.file)?;
    complete::versions(&mut sections)?;
    let directory = complete::directories(&mut sections, sources, &request.facts, root_directory)?;
    Ok((sections, directory))
}

fn failure(sources: SourceMap, errors: &[LoadError], warnings: Vec<Diagnostic>) -> Failure {
    let diagnostics = errors.iter().map(LoadError::diagnostic).chain(warnings).collect();
    Failure { sources, diagnostics }
}
