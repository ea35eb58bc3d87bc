//! The buildout of a test: its sections, what was said, and which call is running.
//!
//! - In: what the test wrote, and calls of recipes.
//! - Out: the state that `imports` answers from.
//! - Not here: replacing `${…}` (`substitute`).
//!
//! Nothing here is borrowed while a recipe runs, as its calls come back here.

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::SystemTime;

use super::substitute;
use crate::{Error, Kind, Part, Result};

/// The directories of `[buildout]`, which the host makes before any part.
const DIRECTORIES: [(&str, &str); 4] = [
    ("parts-directory", "parts"),
    ("bin-directory", "bin"),
    ("eggs-directory", "eggs"),
    ("develop-eggs-directory", "develop-eggs"),
];

/// Which of a recipe's calls is running.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Phase {
    Init,
    Install,
    Update,
    Uninstall,
}

/// What an option holds.
#[derive(Clone)]
pub(crate) struct Value {
    pub(crate) text: String,
    /// Set by a recipe: `${` in it is text.
    pub(crate) literal: bool,
}

#[derive(Clone, Copy, PartialEq)]
enum Progress {
    Never,
    Running,
    Done,
}

pub(crate) struct Section {
    pub(crate) name: String,
    /// As the test wrote it.
    written: Vec<(String, String)>,
    /// As it stands now.
    pub(crate) options: Vec<(String, Value)>,
    /// Set if it is a part.
    init: Option<fn(&mut Part) -> Result<()>>,
    entry: String,
    progress: Progress,
    failure: Option<Error>,
    installed: Vec<String>,
}

/// One call of a recipe.
struct Call {
    section: String,
    phase: Phase,
    temporary: Vec<PathBuf>,
}

/// What does not belong to a section.
pub(crate) struct Run {
    pub(crate) offline: bool,
    pub(crate) newest: bool,
    pub(crate) verbosity: i32,
    pub(crate) facts: Vec<(String, String)>,
    pub(crate) log: Vec<String>,
}

/// The whole state of a test's buildout.
pub(crate) struct World {
    /// The buildout directory.
    pub(crate) directory: String,
    /// What it lies in, alone.
    around: PathBuf,
    pub(crate) sections: RefCell<Vec<Section>>,
    pub(crate) run: RefCell<Run>,
    calls: RefCell<Vec<Call>>,
}

thread_local! {
    /// The buildout whose recipe is running, innermost last.
    static RUNNING: RefCell<Vec<Rc<World>>> = const { RefCell::new(Vec::new()) };
}

impl World {
    pub(super) fn new(name: &str) -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let around = loop {
            let count = COUNT.fetch_add(1, Ordering::Relaxed);
            let path = std::env::temp_dir().join(format!("buildout-recipe-{}-{count}", std::process::id()));
            match fs::create_dir(&path) {
                Ok(()) => break path,
                // Left by a process that was killed.
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(error) => panic!("{}: {error}", path.display()),
            }
        };
        let above = around.to_str().expect("a temporary directory has a UTF-8 name").replace('\\', "/");
        let world = Self {
            directory: format!("{above}/{name}"),
            around,
            sections: RefCell::default(),
            run: RefCell::new(Run {
                offline: false,
                newest: false,
                verbosity: 0,
                facts: facts(),
                log: Vec::new(),
            }),
            calls: RefCell::default(),
        };
        world.write("buildout", "directory", &world.directory.clone());
        for (key, name) in DIRECTORIES {
            let path = format!("{}/{name}", world.directory);
            fs::create_dir_all(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
            world.write("buildout", key, &path);
        }
        world
    }

    /// Writes an option of the configuration file.
    pub(super) fn write(&self, section: &str, key: &str, value: &str) {
        let mut sections = self.sections.borrow_mut();
        let section = entry_of(&mut sections, section);
        put(&mut section.written, key, value.to_owned());
        section.set(key, value, false);
    }

    pub(super) fn add_part(&self, name: &str, init: fn(&mut Part) -> Result<()>) {
        entry_of(&mut self.sections.borrow_mut(), name).init = Some(init);
    }

    pub(super) fn set_entry(&self, name: &str, entry: &str) {
        entry_of(&mut self.sections.borrow_mut(), name).entry = entry.to_owned();
    }

    /// Sets a section back to what is written.
    pub(super) fn forget(&self, name: &str) {
        let mut sections = self.sections.borrow_mut();
        let section = entry_of(&mut sections, name);
        section.options.clear();
        for (key, text) in section.written.clone() {
            section.set(&key, &text, false);
        }
        section.progress = Progress::Never;
        section.failure = None;
    }

    pub(super) fn installed(&self, name: &str) -> Vec<String> {
        self.sections
            .borrow()
            .iter()
            .find(|section| section.name == name)
            .map_or(Vec::new(), |section| section.installed.clone())
    }

    pub(super) fn set_installed(&self, name: &str, paths: Vec<String>) {
        entry_of(&mut self.sections.borrow_mut(), name).installed = paths;
    }

    /// The value of an option, for the test.
    pub(super) fn shown(self: &Rc<Self>, section: &str, key: &str) -> Option<String> {
        let there = self.sections.borrow().iter().any(|known| known.name == section);
        if !there {
            return None;
        }
        substitute::value(self, section, key).unwrap_or_else(|error| panic!("{section}:{key}: {error}"))
    }

    /// Initialises a part if that was not done. A part that is being initialised can be read half-made.
    pub(super) fn initialise(world: &Rc<Self>, name: &str) -> Result<()> {
        let init = {
            let mut sections = world.sections.borrow_mut();
            let section = entry_of(&mut sections, name);
            if let Some(failure) = &section.failure {
                return Err(failure.clone());
            }
            match (section.init, section.progress) {
                (Some(init), Progress::Never) => {
                    section.progress = Progress::Running;
                    init
                }
                (_, Progress::Running | Progress::Done) | (None, Progress::Never) => return Ok(()),
            }
        };
        let before = world.snapshot();
        let result = Self::call(world, name, Phase::Init, init);
        assert!(world.snapshot() == before, "`init` of [{name}] wrote to the buildout directory");
        let mut sections = world.sections.borrow_mut();
        let section = entry_of(&mut sections, name);
        section.progress = Progress::Done;
        section.failure = result.as_ref().err().cloned();
        result
    }

    /// Calls a recipe for a part.
    pub(super) fn call<T>(
        world: &Rc<Self>,
        name: &str,
        phase: Phase,
        recipe: impl FnOnce(&mut Part) -> Result<T>,
    ) -> Result<T> {
        /// Ends the call, also when the recipe panics.
        struct End<'a>(&'a World);
        impl Drop for End<'_> {
            fn drop(&mut self) {
                RUNNING.with_borrow_mut(Vec::pop);
                let call = self.0.calls.borrow_mut().pop();
                for path in call.into_iter().flat_map(|call| call.temporary) {
                    // A recipe may have moved it away.
                    let _ = fs::remove_dir_all(path);
                }
            }
        }
        let entry = entry_of(&mut world.sections.borrow_mut(), name).entry.clone();
        RUNNING.with_borrow_mut(|running| running.push(Rc::clone(world)));
        world.calls.borrow_mut().push(Call { section: name.to_owned(), phase, temporary: Vec::new() });
        let _end = End(world);
        recipe(&mut Part::new(entry))
    }

    /// Makes a section readable in the call that is running.
    pub(super) fn reach(world: &Rc<Self>, name: &str) -> Result<()> {
        let state = world
            .sections
            .borrow()
            .iter()
            .find(|section| section.name == name)
            .map(|section| (section.init.is_some(), section.progress));
        let Some((is_part, progress)) = state else {
            let message = format!("The referenced section, '{name}', was not defined.");
            return Err(Error::new(Kind::Missing, message).with("section", name));
        };
        match world.phase() {
            Some(Phase::Init) => Self::initialise(world, name),
            Some(Phase::Install | Phase::Update) if is_part && progress == Progress::Never => {
                let message = format!("[{name}] was never initialised in this run");
                Err(Error::new(Kind::Phase, message).with("section", name))
            }
            Some(Phase::Install | Phase::Update) | None => Ok(()),
            Some(Phase::Uninstall) => Err(phase_error("other sections cannot be read in `uninstall`")),
        }
    }

    /// The call that is running; none while the test itself looks.
    pub(super) fn phase(&self) -> Option<Phase> {
        self.calls.borrow().last().map(|call| call.phase)
    }

    /// The part that is being called for.
    pub(super) fn caller(&self) -> String {
        self.calls.borrow().last().expect("a call is running").section.clone()
    }

    /// Makes a directory that goes when the call ends.
    pub(super) fn temporary_directory(&self) -> Result<String> {
        let path = {
            let calls = self.calls.borrow();
            let depth = calls.len();
            let count = calls.last().map_or(0, |call| call.temporary.len());
            format!("{}/.buildout/temporary/{depth}-{count}", self.directory)
        };
        fs::create_dir_all(&path)?;
        let mut calls = self.calls.borrow_mut();
        calls.last_mut().expect("a call is running").temporary.push(PathBuf::from(&path));
        Ok(path)
    }

    /// What has come into the buildout directory.
    pub(super) fn tree(&self) -> Vec<String> {
        let own: Vec<_> = DIRECTORIES.iter().map(|(_, name)| format!("{name}/")).collect();
        let names = self.snapshot().into_iter().map(|(name, ..)| name);
        names.filter(|name| !own.contains(name)).collect()
    }

    /// Every file with its size and time, sorted by name.
    fn snapshot(&self) -> Vec<(String, u64, Option<SystemTime>)> {
        fn walk(directory: &Path, above: &str, found: &mut Vec<(String, u64, Option<SystemTime>)>) {
            let entries =
                fs::read_dir(directory).unwrap_or_else(|error| panic!("{}: {error}", directory.display()));
            for entry in entries.flatten() {
                let name = format!("{above}{}", entry.file_name().display());
                // Buildout's own.
                if name == ".buildout" {
                    continue;
                }
                let Ok(metadata) = entry.metadata() else { continue };
                if metadata.is_dir() {
                    let name = format!("{name}/");
                    walk(&entry.path(), &name, found);
                    found.push((name, 0, None));
                } else {
                    found.push((name, metadata.len(), metadata.modified().ok()));
                }
            }
        }
        let mut found = Vec::new();
        walk(Path::new(&self.directory), "", &mut found);
        found.sort();
        found
    }
}

impl Drop for World {
    fn drop(&mut self) {
        // Nothing can be done about what cannot be removed, and a second panic would hide the first.
        let _ = fs::remove_dir_all(&self.around);
    }
}

impl Section {
    /// Sets an option; a new one comes last.
    pub(crate) fn set(&mut self, key: &str, text: &str, literal: bool) {
        put(&mut self.options, key, Value { text: text.to_owned(), literal });
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.options.iter().map(|(key, _)| key.clone()).collect()
    }
}

/// Replaces the value of that name, or adds one.
fn put<T>(values: &mut Vec<(String, T)>, key: &str, value: T) {
    match values.iter_mut().find(|(known, _)| known == key) {
        Some((_, old)) => *old = value,
        None => values.push((key.to_owned(), value)),
    }
}

/// The section of that name, made if it is not there.
pub(crate) fn entry_of<'a>(sections: &'a mut Vec<Section>, name: &str) -> &'a mut Section {
    let at = sections.iter().position(|section| section.name == name).unwrap_or_else(|| {
        sections.push(Section {
            name: name.to_owned(),
            written: Vec::new(),
            options: Vec::new(),
            init: None,
            entry: "default".to_owned(),
            progress: Progress::Never,
            failure: None,
            installed: Vec::new(),
        });
        sections.len() - 1
    });
    &mut sections[at]
}

/// The buildout whose recipe is running.
pub(crate) fn running() -> Rc<World> {
    RUNNING.with_borrow(|running| {
        running.last().cloned().expect("natively, recipes are called through `buildout_recipe::testing`")
    })
}

pub(crate) fn phase_error(message: &str) -> Error {
    Error::new(Kind::Phase, message)
}

fn facts() -> Vec<(String, String)> {
    let abi = match (cfg!(target_env = "gnu"), cfg!(target_env = "musl"), cfg!(target_env = "msvc")) {
        (true, ..) => "gnu",
        (_, true, _) => "musl",
        (.., true) => "msvc",
        _ => "",
    };
    [
        ("os", std::env::consts::OS),
        ("arch", std::env::consts::ARCH),
        ("abi", abi),
        ("exe-suffix", std::env::consts::EXE_SUFFIX),
        ("path-separator", if cfg!(windows) { ";" } else { ":" }),
        ("buildout-version", env!("CARGO_PKG_VERSION")),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .to_vec()
}
