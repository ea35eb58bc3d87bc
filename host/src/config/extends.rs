//! Extending: a root file becomes all files that it extends, each read once.
//!
//! - In: the request, and somebody who reads files.
//! - Out: nodes for a [`Graph`](super::graph::Graph), children before those who extend them.
//! - Not here: what stands in a file (`read`), what follows from the order (`graph`, `merge`).
//!
//! Rules: zc.buildout 6, `_open`; `semantics.md` 4.2 to 4.5. A file is known by its real path. Files of the
//! project extend only files of the project and of places that the user allowed; the rest is never opened,
//! and whether it is there makes no difference (decisions 4.6).

use std::collections::HashMap;
use std::io;
use std::rc::Rc;
use std::sync::Arc;

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

use super::failure::{Asked, LoadError};
use super::files::Files;
use super::graph::{Node, Speaker};
use super::read::{ReadFile, Reading};
use super::stray::Stray;
use crate::diagnostic::nearest;
use crate::source::Span;

/// What names in a file are relative to.
#[derive(Debug, Clone)]
pub(super) enum Base {
    /// A directory: as it is called, and with its links resolved.
    Directory { shown: Utf8PathBuf, real: Utf8PathBuf },
    /// A URL up to its last `/`, without that.
    Url(String),
}

/// Who asks for a file, which decides what may be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Asker {
    /// The user's own `default.cfg`: may extend from anywhere.
    User,
    /// The project and the command line: below the allowed places.
    Project,
}

/// A name as it stands in `extends`.
struct Asking<'a> {
    name: &'a str,
    at: Option<Span>,
    base: &'a Base,
    asker: Asker,
    optional: bool,
}

/// So many errors are enough to begin with.
const MOST_ERRORS: usize = 1_000;

/// Walks through `extends`.
pub(super) struct Extends<'a> {
    pub(super) reading: Reading<'a>,
    files: &'a mut dyn Files,
    /// Real paths below which the project may read.
    allowed: Vec<Utf8PathBuf>,
    pub(super) nodes: Vec<Node>,
    /// How long the longest chain below each node is.
    heights: Vec<usize>,
    /// Nodes by path before links, so that each is resolved once; none if it could not be read.
    by_path: HashMap<(Utf8PathBuf, Asker), Option<usize>>,
    /// Nodes by real path and real directory.
    by_file: HashMap<(Utf8PathBuf, Utf8PathBuf, Asker), Option<usize>>,
    by_url: HashMap<(String, Asker), Option<usize>>,
    /// Texts by real path.
    texts: HashMap<Utf8PathBuf, Option<Rc<ReadFile>>>,
    /// Files that are being read: what they are known by, how they are called, where they were asked for.
    stack: Vec<(String, String, Option<Span>)>,
    edges: usize,
    pub(super) files_read: usize,
    pub(super) bytes_read: usize,
    not_served: Vec<Asked>,
    outside: Vec<Asked>,
    /// Where the process was started: what names on the command line are relative to.
    started_in: Utf8PathBuf,
    /// A limit was reached; nothing more is read.
    stopped: bool,
}

impl<'a> Extends<'a> {
    pub(super) fn new(reading: Reading<'a>, files: &'a mut dyn Files, started_in: &Utf8Path) -> Self {
        Self {
            reading,
            files,
            allowed: Vec::new(),
            nodes: Vec::new(),
            heights: Vec::new(),
            by_path: HashMap::new(),
            by_file: HashMap::new(),
            by_url: HashMap::new(),
            texts: HashMap::new(),
            stack: Vec::new(),
            edges: 0,
            files_read: 0,
            bytes_read: 0,
            not_served: Vec::new(),
            outside: Vec::new(),
            started_in: started_in.to_owned(),
            stopped: false,
        }
    }

    /// Adds a place below which the project may read.
    pub(super) fn allow(&mut self, directory: &Utf8Path) {
        if let Ok(real) = self.files.real_path(directory) {
            self.allowed.push(real);
        }
    }

    fn is_allowed(&self, real: &Utf8Path) -> bool {
        self.allowed.iter().any(|place| real.starts_with(place))
    }

    /// Reads the user's `default.cfg` and all that it extends.
    pub(super) fn user_defaults(&mut self, path: &Utf8Path) -> Option<usize> {
        self.named(path, None, Asker::User, false)
    }

    /// Reads a file that the user named; its own directory is then allowed.
    pub(super) fn root(&mut self, path: &Utf8Path, at: Option<Span>) -> Option<usize> {
        if let Some(directory) = path.parent() {
            self.allow(directory);
        }
        self.named(path, at, Asker::Project, true)
    }

    /// Reads a file that the command line adds; relative to where the process was started.
    pub(super) fn added(&mut self, name: &str, at: Span, directory: &Utf8Path) -> Option<usize> {
        if !is_url(name) {
            return self.root(&directory.join(name), Some(at));
        }
        let base = Base::Url(String::new());
        let asking = Asking { name, at: Some(at), base: &base, asker: Asker::Project, optional: false };
        self.include(&asking)
    }

    fn named(&mut self, path: &Utf8Path, at: Option<Span>, asker: Asker, root: bool) -> Option<usize> {
        let base = self.base_of(path);
        let real = self.files.real_path(path).ok()?;
        if root && !self.is_allowed(&real) {
            self.reading.errors.push(LoadError::RootLeadsOut { path: path.to_owned() });
            return None;
        }
        let asking = Asking { name: path.as_str(), at, base: &base, asker, optional: false };
        self.local(&asking)
    }

    fn base_of(&mut self, path: &Utf8Path) -> Base {
        let shown = path.parent().unwrap_or(path).to_owned();
        let real = self.files.real_path(&shown).unwrap_or_else(|_| shown.clone());
        Base::Directory { shown, real }
    }

    /// Reads what a name in a file stands for; the node, or none if there is nothing to merge.
    fn include(&mut self, asking: &Asking<'_>) -> Option<usize> {
        if self.stopped || self.reading.errors.len() >= MOST_ERRORS {
            return None;
        }
        self.edges += 1;
        if self.edges > self.reading.limits.extends {
            let most = self.reading.limits.extends;
            return self.stop(LoadError::TooMany { what: "names in `extends`", most, at: asking.at });
        }
        let Some(url) = remote_name(asking) else { return self.local(asking) };
        if asking.optional {
            let at = asking.at.expect("only a file can name something optional");
            self.reading.errors.push(LoadError::OptionalRemote { url, at });
            return None;
        }
        self.remote(asking, url)
    }

    fn remote(&mut self, asking: &Asking<'_>, url: String) -> Option<usize> {
        if self.recursion(&url, &url, asking.at) {
            return None;
        }
        let key = (url.clone(), asking.asker);
        if let Some(known) = self.by_url.get(&key) {
            if known.is_none() {
                self.not_served.push(Asked { name: url, at: asking.at });
            }
            return *known;
        }
        let Some(bytes) = self.files.remote(&url) else {
            self.by_url.insert(key, None);
            self.not_served.push(Asked { name: url, at: asking.at });
            return None;
        };
        self.count(&url, bytes.len(), asking.at)?;
        let file = Rc::new(self.reading.file(&url, bytes)?);
        let base = Base::Url(url.rsplit_once('/').map_or("", |(base, _)| base).to_owned());
        let node = self.node(&file, (url.clone(), url), &base, asking);
        self.by_url.insert(key, node);
        node
    }

    fn local(&mut self, asking: &Asking<'_>) -> Option<usize> {
        let (shown, path) = match asking.base {
            Base::Directory { shown, real } => (shown.join(asking.name), joined(real, asking.name)),
            Base::Url(_) => (asking.name.into(), asking.name.into()),
        };
        let key = (path, asking.asker);
        if let Some(known) = self.by_path.get(&key) {
            let known = *known;
            return self.known(known, asking);
        }
        let path = &key.0;
        let Ok(real) = self.files.real_path(path) else {
            // Where its links lead cannot be said, so it is nowhere that is allowed.
            self.outside.push(Asked { name: shown.into_string(), at: asking.at });
            return None;
        };
        if asking.asker == Asker::Project && !self.is_allowed(&real) {
            self.outside.push(Asked { name: shown.into_string(), at: asking.at });
            return None;
        }
        if self.recursion(real.as_str(), shown.as_str(), asking.at) {
            return None;
        }
        let directory = path.parent().unwrap_or(path);
        let directory = self.files.real_path(directory).unwrap_or_else(|_| directory.to_owned());
        let file_key = (real, directory, asking.asker);
        if let Some(known) = self.by_file.get(&file_key) {
            let known = *known;
            self.by_path.insert(key, known);
            return self.known(known, asking);
        }
        let file = self.read(&file_key.0, &shown, asking)?;
        let base =
            Base::Directory { shown: shown.parent().unwrap_or(&shown).to_owned(), real: file_key.1.clone() };
        let node = self.node(&file, (file_key.0.to_string(), shown.into_string()), &base, asking);
        self.by_path.insert(key, node);
        self.by_file.insert(file_key, node);
        node
    }

    fn known(&mut self, known: Option<usize>, asking: &Asking<'_>) -> Option<usize> {
        let node = known?;
        self.deep(self.stack.len() + self.heights[node], asking.at)?;
        Some(node)
    }

    /// Reads a local file once, however often it is extended.
    fn read(&mut self, real: &Utf8Path, shown: &Utf8Path, asking: &Asking<'_>) -> Option<Rc<ReadFile>> {
        if let Some(known) = self.texts.get(real) {
            return known.clone();
        }
        let most = self.reading.limits.file_bytes;
        let bytes = match self.files.read(real, most) {
            Ok(bytes) => bytes,
            Err(error) if asking.optional && error.kind() == io::ErrorKind::NotFound => return None,
            Err(error) => {
                let reason = match error.kind() {
                    io::ErrorKind::NotFound => "there is no such file".to_owned(),
                    io::ErrorKind::PermissionDenied => "you may not read it".to_owned(),
                    io::ErrorKind::InvalidInput => format!("it {error}"),
                    _ => error.to_string(),
                };
                let path = shown.to_owned();
                let instead = self.instead(real, asking);
                let stray = asking.at.and_then(|at| Stray::around(at, &self.reading.sources));
                let told = |error: &LoadError| matches!(error, LoadError::Open { stray: other, .. } if *other == stray);
                if stray.is_some() && self.reading.errors.iter().any(told) {
                    // Another word of the same line.
                    return None;
                }
                self.reading.errors.push(LoadError::Open { path, reason, asked: asking.at, instead, stray });
                return None;
            }
        };
        self.count(shown.as_str(), bytes.len(), asking.at)?;
        let file = self.reading.file(shown.as_str(), bytes).map(Rc::new);
        self.texts.insert(real.to_owned(), file.clone());
        file
    }

    /// The name of a file that was probably meant: a similar one beside it, or one in the directory of that name.
    fn instead(&mut self, real: &Utf8Path, asking: &Asking<'_>) -> Option<String> {
        let name = Utf8Path::new(asking.name);
        let typed = |path: Utf8PathBuf| match path.strip_prefix(&self.started_in) {
            Ok(path) if asking.at.is_none() => path.to_string(),
            Ok(_) | Err(_) => path.into_string(),
        };
        if self.files.names(real).iter().any(|inside| inside == "buildout.cfg") {
            return Some(typed(name.join("buildout.cfg")));
        }
        let names = self.files.names(real.parent()?);
        let near = nearest(real.file_name()?, names.iter().map(String::as_str))?;
        Some(typed(name.with_file_name(near)))
    }

    /// Counts a file; none if it is one too many.
    fn count(&mut self, path: &str, bytes: usize, at: Option<Span>) -> Option<()> {
        let limits = *self.reading.limits;
        self.files_read += 1;
        self.bytes_read += bytes;
        if bytes > limits.file_bytes {
            return self.stop(LoadError::TooLarge { path: path.to_owned(), most: limits.file_bytes, at });
        }
        if self.bytes_read > limits.total_bytes {
            return self.stop(LoadError::TooMany { what: "bytes", most: limits.total_bytes, at });
        }
        if self.files_read > limits.files {
            return self.stop(LoadError::TooMany { what: "files", most: limits.files, at });
        }
        Some(())
    }

    fn stop<T>(&mut self, error: LoadError) -> Option<T> {
        self.stopped = true;
        self.reading.errors.push(error);
        None
    }

    fn deep(&mut self, depth: usize, at: Option<Span>) -> Option<()> {
        let most = self.reading.limits.depth;
        if depth > most { self.stop(LoadError::TooDeep { most, at }) } else { Some(()) }
    }

    /// Whether the file is being read already, which is an error.
    fn recursion(&mut self, known_by: &str, shown: &str, at: Option<Span>) -> bool {
        let Some(from) = self.stack.iter().position(|(other, ..)| other == known_by) else {
            return false;
        };
        // zc.buildout's list starts with the root.
        let stack = self.stack.iter().map(|(_, shown, _)| shown.clone()).collect();
        let mut places: Vec<Span> = self.stack[from + 1..].iter().filter_map(|(.., at)| *at).collect();
        places.extend(at);
        self.reading.errors.push(LoadError::Recursive { path: shown.to_owned(), stack, at: places });
        true
    }

    /// Reads what the file extends, then makes its node.
    fn node(
        &mut self,
        file: &ReadFile,
        names: (String, String),
        base: &Base,
        asking: &Asking<'_>,
    ) -> Option<usize> {
        self.stack.push((names.0, names.1, asking.at));
        let mut extends = Vec::new();
        let mut height = 1;
        if self.deep(self.stack.len(), asking.at).is_some() {
            let firm = file.extends.iter().map(|name| (name, false));
            for ((name, at), optional) in firm.chain(file.optional_extends.iter().map(|name| (name, true))) {
                let inner = Asking { name, at: Some(*at), base, asker: asking.asker, optional };
                if let Some(node) = self.include(&inner) {
                    height = height.max(1 + self.heights[node]);
                    extends.push(node);
                }
            }
        }
        self.stack.pop();
        self.nodes.push(Node {
            speaker: Speaker::File,
            file: Some(file.id),
            text: Arc::clone(&file.text),
            settled: Arc::clone(&file.settled),
            extends,
        });
        self.heights.push(height);
        Some(self.nodes.len() - 1)
    }

    /// Ends the walk: errors of the table kind come last, each as one.
    /// What nobody has brought is no error yet: more may be missing.
    pub(super) fn finish(mut self) -> (Reading<'a>, Vec<Node>, Vec<Asked>) {
        let reading = &mut self.reading;
        if !self.outside.is_empty() {
            reading.errors.push(LoadError::Outside(self.outside));
        }
        if !reading.needs.is_empty() {
            let needs = std::mem::take(&mut reading.needs);
            reading.errors.push(LoadError::Ungranted(needs));
        }
        (self.reading, self.nodes, self.not_served)
    }
}

/// The URL that a name stands for, if it stands for one.
fn remote_name(asking: &Asking<'_>) -> Option<String> {
    if is_url(asking.name) {
        return Some(asking.name.to_owned());
    }
    match asking.base {
        Base::Url(base) if !asking.name.starts_with('/') => Some(format!("{base}/{}", asking.name)),
        Base::Url(_) | Base::Directory { .. } => None,
    }
}

/// Whether a name begins with a scheme.
pub(super) fn is_url(name: &str) -> bool {
    name.split_once("://").is_some_and(|(scheme, _)| {
        !scheme.is_empty() && scheme.bytes().all(|c| c.is_ascii_alphanumeric() || b"+.-".contains(&c))
    })
}

/// Joins a name to a directory without links. Leading `..` are taken off, which is exact there; later
/// ones stay, since what is before them may be a link.
fn joined(directory: &Utf8Path, name: &str) -> Utf8PathBuf {
    let mut path = directory.to_owned();
    let mut leading = true;
    for component in Utf8Path::new(name).components() {
        match component {
            Utf8Component::ParentDir if leading => {
                path.pop();
            }
            Utf8Component::CurDir => {}
            Utf8Component::ParentDir
            | Utf8Component::Normal(_)
            | Utf8Component::RootDir
            | Utf8Component::Prefix(_) => {
                leading = false;
                path.push(component);
            }
        }
    }
    path
}
