//! Runs recipes natively, in a temporary buildout: no wasm toolchain, no buildout.
//!
//! The body of a test, for a recipe `Hello` that writes `text` to `output`:
//!
//! ```
//! # use std::path::PathBuf;
//! # use buildout_recipe::{Part, Recipe, Result, info};
//! # struct Hello;
//! # impl Recipe for Hello {
//! #     fn init(part: &mut Part) -> Result<()> { part.path("output").map(drop) }
//! #     fn install(part: &Part) -> Result<Vec<PathBuf>> {
//! #         info!("Writing");
//! #         let output = part.path("output")?;
//! #         std::fs::write(&output, part.required("text")?)?;
//! #         Ok(vec![output])
//! #     }
//! # }
//! use buildout_recipe::testing::Buildout;
//!
//! let buildout = Buildout::new();
//! buildout.option("words", "greeting", "Good morning");
//! let part = buildout.part::<Hello>("hello", &[("output", "x"), ("text", "${words:greeting}")]);
//!
//! assert_eq!(part.install().unwrap(), [buildout.path("x")]);
//! assert_eq!(buildout.read("x"), "Good morning");
//! assert_eq!(buildout.log(), ["hello: info: Writing"]);
//! assert_eq!(buildout.tree(), ["x"]);
//! ```
//!
//! The calls answer as `wit/recipe.wit` promises: substitution, parts that initialise each other, what is allowed in which
//! call, kinds of errors. What is different natively:
//!
//! - Nothing confines the recipe. `init` *can* write, but then the test panics.
//! - Nothing is undone when `install` fails, and nothing is removed by `uninstall`: that is the host's work.
//! - Options of a configuration file are just names and values: `+=` and `<=` mean nothing, also in
//!   [`sections::parse`](crate::sections::parse). A part that is [added](crate::sections::add) is not initialised.
//! - What is printed with `println!` goes where the test's own output goes, not to [`Buildout::log`].

pub(crate) mod imports;
mod substitute;
mod world;

use std::fs;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::rc::Rc;

use crate::files::text_of;
use crate::{Error, Recipe, Result, value};
use world::{Phase, World};

/// A buildout in a directory of its own, which goes when this does.
///
/// `[buildout]` has `directory`, `parts-directory`, `bin-directory`, `eggs-directory` and `develop-eggs-directory`, and all
/// of these exist.
pub struct Buildout {
    world: Rc<World>,
}

impl Buildout {
    /// Makes an empty buildout.
    ///
    /// # Panics
    ///
    /// If the system's temporary directory cannot be written.
    #[expect(clippy::new_without_default, reason = "it makes a directory")]
    pub fn new() -> Self {
        Self::named("buildout")
    }

    /// Makes an empty buildout in a directory of that name, to see what a blank in it does.
    ///
    /// # Panics
    ///
    /// As [`Buildout::new`].
    pub fn named(name: &str) -> Self {
        Self { world: Rc::new(World::new(name)) }
    }

    /// Gives an option of any section a value, as if it stood in the configuration file.
    pub fn option(&self, section: &str, key: &str, value: &str) {
        self.world.write(section, key, value);
    }

    /// Adds a section that the recipe `R` makes a part of.
    pub fn part<R: Recipe>(&self, name: &str, options: &[(&str, &str)]) -> TestPart<R> {
        self.world.add_part(name, R::init);
        for (key, value) in options {
            self.world.write(name, key, value);
        }
        TestPart { world: Rc::clone(&self.world), name: name.to_owned(), recipe: PhantomData }
    }

    /// The value of an option as everybody sees it now; none if there is no such option or section.
    ///
    /// # Panics
    ///
    /// If a substitution in it cannot be made.
    pub fn value(&self, section: &str, key: &str) -> Option<String> {
        self.world.shown(section, key)
    }

    /// Sets whether the network must not be used; at first it may.
    pub fn offline(&self, offline: bool) {
        self.world.run.borrow_mut().offline = offline;
    }

    /// Sets whether to look for something newer; at first not.
    pub fn newest(&self, newest: bool) {
        self.world.run.borrow_mut().newest = newest;
    }

    /// Sets how much the user wants to read; at first 0.
    pub fn verbosity(&self, verbosity: i32) {
        self.world.run.borrow_mut().verbosity = verbosity;
    }

    /// Sets a fact about the machine; at first they are those of this one.
    pub fn fact(&self, name: &str, value: &str) {
        let facts = &mut self.world.run.borrow_mut().facts;
        facts.retain(|(known, _)| known != name);
        facts.push((name.to_owned(), value.to_owned()));
    }

    /// What recipes have said, as `PART: LEVEL: MESSAGE`.
    pub fn log(&self) -> Vec<String> {
        self.world.run.borrow().log.clone()
    }

    /// A path in the buildout directory; the directory itself for `""`.
    pub fn path(&self, relative: &str) -> PathBuf {
        PathBuf::from(value::absolute(relative, &self.world.directory))
    }

    /// Writes a file in the buildout directory, with the directories above it.
    ///
    /// # Panics
    ///
    /// If it cannot be written.
    pub fn write(&self, relative: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(relative);
        let written = path.parent().map_or(Ok(()), fs::create_dir_all);
        written
            .and_then(|()| fs::write(&path, contents))
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        path
    }

    /// The text of a file in the buildout directory.
    ///
    /// # Panics
    ///
    /// If it cannot be read, or is not UTF-8.
    pub fn read(&self, relative: &str) -> String {
        let path = self.path(relative);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// The permission bits of a file in the buildout directory.
    ///
    /// # Panics
    ///
    /// If there is no such file.
    pub fn mode(&self, relative: &str) -> u32 {
        let path = self.path(relative);
        imports::files::mode_of(&path).unwrap_or_else(|error| panic!("{error}"))
    }

    /// What has come into the buildout directory, sorted, a directory with `/` at its end.
    pub fn tree(&self) -> Vec<String> {
        self.world.tree()
    }
}

/// A section of a [`Buildout`] that a recipe makes a part of.
///
/// As in a real run, each call of the recipe starts afresh: only options and files remain.
pub struct TestPart<R> {
    world: Rc<World>,
    name: String,
    recipe: PhantomData<R>,
}

impl<R: Recipe> TestPart<R> {
    /// The same part with another entry than `default`.
    #[must_use]
    pub fn entry(self, entry: &str) -> Self {
        self.world.set_entry(&self.name, entry);
        self
    }

    /// Gives an option another value, as if the configuration file had been changed between two runs. What `init` had set is
    /// forgotten.
    pub fn change(&self, key: &str, value: &str) {
        self.world.write(&self.name, key, value);
        self.world.forget(&self.name);
    }

    /// Calls `init` on the options as they are written.
    ///
    /// # Errors
    ///
    /// The recipe's own.
    ///
    /// # Panics
    ///
    /// If `init` wrote to the buildout directory.
    pub fn init(&self) -> Result<()> {
        self.world.forget(&self.name);
        World::initialise(&self.world, &self.name)
    }

    /// Calls `install`, after `init` if that was not called since the last change, and returns the part's paths.
    ///
    /// # Errors
    ///
    /// The recipe's own; kind [`Kind::Failed`](crate::Kind::Failed) if it returns a relative path.
    pub fn install(&self) -> Result<Vec<PathBuf>> {
        World::initialise(&self.world, &self.name)?;
        self.world.set_installed(&self.name, Vec::new());
        let paths = World::call(&self.world, &self.name, Phase::Install, |part| R::install(part))?;
        self.keep(paths)
    }

    /// Calls `update`, after `init` if that was not called since the last change, and returns the paths that have come to the
    /// part.
    ///
    /// # Errors
    ///
    /// As [`TestPart::install`].
    pub fn update(&self) -> Result<Vec<PathBuf>> {
        World::initialise(&self.world, &self.name)?;
        let paths = World::call(&self.world, &self.name, Phase::Update, |part| R::update(part))?;
        self.keep(paths)
    }

    /// Calls `uninstall` on the options as they are now.
    ///
    /// # Errors
    ///
    /// The recipe's own.
    pub fn uninstall(&self) -> Result<()> {
        World::call(&self.world, &self.name, Phase::Uninstall, |part| R::uninstall(part))
    }

    /// The value of an option as everybody sees it now; none if there is no such option.
    ///
    /// # Panics
    ///
    /// If a substitution in it cannot be made.
    pub fn value(&self, key: &str) -> Option<String> {
        self.world.shown(&self.name, key)
    }

    /// Records the paths that a call returned.
    fn keep(&self, paths: Vec<PathBuf>) -> Result<Vec<PathBuf>> {
        let mut installed = self.world.installed(&self.name);
        for path in &paths {
            let text = text_of(path)?;
            if !value::is_absolute(text) {
                return Err(Error::failed(format!("the recipe returned a relative path: {text}")));
            }
            if !installed.iter().any(|known| known == text) {
                installed.push(text.to_owned());
            }
        }
        self.world.set_installed(&self.name, installed);
        Ok(paths)
    }
}
