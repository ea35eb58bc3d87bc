//! Names and files become recipes, each loaded once a run.
//!
//! - In: what stands behind `recipe =`, and the directory of the file that says so.
//! - Out: a [`Recipe`]: its digest, its description, and, when it is first called, its code.
//! - Not here: the configuration's `[recipes]` (`resolve` looks there first), calling (`pool`, `instance`).
//!
//! Order: stock and historical names, then `NAME.wasm` in a directory of `$BUILDOUT_RECIPES`.

use std::collections::HashMap;
use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};
use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::{Component, Linker};

use super::bindings::RecipePre;
use super::bundle::Bundle;
use super::call::{Call, Failure, Outcome, RecipeError};
use super::code_cache::CodeCache;
use super::compile::compile;
use super::confiner::Confiner;
use super::description::{Description, DescriptionError};
use super::files::Porter;
use super::instance::{self, State};
use super::limits::{Limits, size_in_words};
use super::pool::{Pool, Running};
use super::system_cache::SystemCache;
use super::{engine, link, stock};
use crate::confine::{Landlock, LandlockError, Rules};
use crate::diagnostic::nearest;
use crate::path::straight;

/// How many times the wasm stack a thread's own stack is: host calls run on it as well.
const THREAD_STACK: usize = 4;

/// What a catalogue is made with.
#[derive(Debug, Default)]
pub struct Settings {
    /// Where compiled code is kept; none compiles in memory.
    pub cache: Option<CodeCache>,
    /// The directories of `$BUILDOUT_RECIPES`.
    pub search: Vec<Utf8PathBuf>,
    /// Where components of parts are kept for their `uninstall`; none keeps none.
    pub components: Option<Utf8PathBuf>,
    /// How much a recipe may use.
    pub limits: Limits,
    /// Whether a recipe that did not come with us may run where the kernel cannot confine its thread.
    pub guard_is_enough: bool,
}

/// Where a component is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Source {
    /// In this binary, under its own name.
    Stock(&'static str),
    /// In a file.
    File(Utf8PathBuf),
}

/// One recipe.
pub struct Recipe {
    /// As the configuration names it, without the entry.
    pub name: String,
    /// Where it came from.
    pub source: Source,
    /// The SHA-256 of the component, in hex.
    pub digest: String,
    /// What it says about itself.
    pub description: Description,
    wasm: Wasm,
    code: OnceLock<Result<RecipePre<State>, Failure>>,
}

enum Wasm {
    Static(&'static [u8]),
    Owned(Vec<u8>),
}

impl Wasm {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Static(bytes) => bytes,
            Self::Owned(bytes) => bytes,
        }
    }
}

impl std::fmt::Debug for Recipe {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recipe")
            .field("name", &self.name)
            .field("digest", &self.digest)
            .finish_non_exhaustive()
    }
}

impl Recipe {
    /// What `.installed.cfg` records: stock recipes by name and generation, so that a new host does not
    /// reinstall the world; others by digest.
    pub fn signature(&self) -> String {
        match self.source {
            Source::Stock(name) => format!("{name} {}", self.description.recipe.generation),
            Source::File(_) => format!("sha256:{}", self.digest),
        }
    }

    /// What a grant to it is bound to. A stock recipe is as trustworthy as this program, whichever version.
    pub fn identity(&self) -> String {
        match self.source {
            Source::Stock(name) => format!("stock {name}"),
            Source::File(_) => format!("sha256:{}", self.digest),
        }
    }

    /// Whether it came with this binary.
    pub fn is_stock(&self) -> bool {
        matches!(self.source, Source::Stock(_))
    }
}

/// Why a recipe cannot be had.
#[derive(Debug, thiserror::Error)]
pub enum FindError {
    /// Nobody knows the name.
    #[error("There is no recipe named `{name}`")]
    Unknown {
        /// As the configuration spells it.
        name: String,
        /// The most similar name that is known.
        nearest: Option<String>,
    },
    /// It is named by an address, which this version does not fetch.
    #[error("recipes from `{scheme}:` addresses are not served yet")]
    Remote {
        /// `https`, `oci`, …
        scheme: String,
    },
    /// The configuration names a file that is not the project's.
    #[error("The recipe {path} lies outside the project")]
    Outside {
        /// Its real path, as far as it is there.
        path: Utf8PathBuf,
    },
    /// Compiled code is never taken from outside our own cache.
    #[error("{0} is compiled code; a recipe is a portable component (`.wasm`)")]
    Compiled(Utf8PathBuf),
    /// The file cannot be read.
    #[error("Couldn't open {path}: {error}")]
    Io {
        /// The file.
        path: Utf8PathBuf,
        /// What the system said.
        error: std::io::Error,
    },
    /// It is larger than a component may be.
    #[error("{path} is larger than {}", size_in_words(*.limit))]
    TooLarge {
        /// The file.
        path: Utf8PathBuf,
        /// In bytes.
        limit: u64,
    },
    /// It is no recipe, or describes itself wrongly.
    #[error("{path}: {error}")]
    Description {
        /// The file.
        path: Utf8PathBuf,
        /// What is wrong.
        error: DescriptionError,
    },
}

/// Splits `NAME[:ENTRY]`; the entry is `default` if there is none. Blanks around either do not count.
pub fn split_entry(text: &str) -> (&str, &str) {
    match text.rsplit_once(':') {
        Some((name, entry)) if !entry.contains(['/', '\\']) && !name.is_empty() => {
            (name.trim(), entry.trim())
        }
        _ => (text, "default"),
    }
}

/// All recipes of a run, and what they run with.
pub struct Catalogue {
    settings: Settings,
    limits: Arc<Limits>,
    engine: OnceLock<(Engine, Linker<State>)>,
    ticking: AtomicBool,
    loaded: HashMap<Source, Arc<Recipe>>,
    bundle: OnceLock<Option<Bundle>>,
    pool: Pool,
    confiner: Confiner,
    worked: Duration,
}

impl Catalogue {
    /// Makes an empty catalogue; nothing is loaded and no engine made before it is needed.
    pub fn new(settings: Settings) -> Self {
        let pool = Pool::new(settings.limits.stack_bytes * THREAD_STACK);
        Self {
            limits: Arc::new(settings.limits.clone()),
            settings,
            engine: OnceLock::new(),
            ticking: AtomicBool::new(false),
            loaded: HashMap::new(),
            bundle: OnceLock::new(),
            pool,
            confiner: Confiner::default(),
            worked: Duration::ZERO,
        }
    }

    /// How much a recipe may use.
    pub fn limits(&self) -> &Arc<Limits> {
        &self.limits
    }

    /// Finds where a recipe is; `base` is the directory of the file that names it.
    ///
    /// # Errors
    ///
    /// [`FindError::Unknown`], with the nearest name; [`FindError::Remote`]. A path is not looked at.
    pub fn locate(&self, name: &str, base: &Utf8Path) -> Result<Source, FindError> {
        if let Some((scheme, _)) = name.split_once("://") {
            return Err(FindError::Remote { scheme: scheme.to_owned() });
        }
        let path = name.strip_prefix("file:").unwrap_or(name);
        if path.starts_with("./")
            || path.starts_with("../")
            || Utf8Path::new(path).is_absolute()
            || path != name
        {
            return Ok(Source::File(straight(&base.join(path))));
        }
        if let Some(component) = stock::find(name) {
            return Ok(Source::Stock(component.name));
        }
        let plain = !name.is_empty() && !name.contains(['/', '\\']) && !name.starts_with('.');
        let file = plain.then(|| {
            let candidates =
                self.settings.search.iter().map(|directory| directory.join(format!("{name}.wasm")));
            candidates.into_iter().find(|path| path.is_file())
        });
        file.flatten().map(Source::File).ok_or_else(|| {
            let known = self.names();
            let nearest = nearest(name, known.iter().map(String::as_str)).map(str::to_owned);
            FindError::Unknown { name: name.to_owned(), nearest }
        })
    }

    /// Loads a recipe, without compiling it; the second time it is the same one.
    ///
    /// # Errors
    ///
    /// See [`FindError`].
    pub fn load(&mut self, name: &str, source: &Source) -> Result<Arc<Recipe>, FindError> {
        if let Some(recipe) = self.loaded.get(source) {
            return Ok(recipe.clone());
        }
        let (wasm, digest, path) = match source {
            Source::Stock(own) => {
                let component = stock::find(own).expect("it was located by this name");
                let path = Utf8PathBuf::from(format!("stock recipe {own}"));
                (Wasm::Static(component.wasm), component.sha256.to_owned(), path)
            }
            Source::File(path) => {
                let bytes = self.read(path)?;
                let digest = hex(&Sha256::digest(&bytes));
                (Wasm::Owned(bytes), digest, path.clone())
            }
        };
        let description =
            Description::of(wasm.bytes()).map_err(|error| FindError::Description { path, error })?;
        let recipe = Arc::new(Recipe {
            name: name.to_owned(),
            source: source.clone(),
            digest,
            description,
            wasm,
            code: OnceLock::new(),
        });
        self.loaded.insert(source.clone(), recipe.clone());
        Ok(recipe)
    }

    /// The recipe that made a part: never other bytes under its name.
    ///
    /// A stock recipe of the recorded generation counts as the same, whatever its digest.
    pub fn by_digest(&mut self, digest: &str, signature: &str) -> Option<Arc<Recipe>> {
        if let Some(recipe) = self.loaded.values().find(|recipe| recipe.digest == digest) {
            return Some(recipe.clone());
        }
        let stock = self.stock().ok()?;
        if let Some(recipe) = stock.into_iter().find(|recipe| recipe.signature() == signature) {
            return Some(recipe);
        }
        let path = self.settings.components.as_ref()?.join(format!("{digest}.wasm"));
        let recipe = self.load("(kept)", &Source::File(path)).ok()?;
        (recipe.digest == digest).then_some(recipe)
    }

    /// Keeps a component for the `uninstall` of what it made. A failure only costs that hook.
    pub fn keep_component(&self, recipe: &Recipe) {
        let Some(directory) = self.settings.components.as_ref().filter(|_| !recipe.is_stock()) else {
            return;
        };
        let path = directory.join(format!("{}.wasm", recipe.digest));
        if path.exists() || fs_err::create_dir_all(directory).is_err() {
            return;
        }
        let Ok(mut file) = tempfile::NamedTempFile::new_in(directory) else { return };
        if file.write_all(recipe.wasm.bytes()).is_ok() {
            let _ = file.persist(path);
        }
    }

    fn read(&self, path: &Utf8Path) -> Result<Vec<u8>, FindError> {
        let io = |error| FindError::Io { path: path.to_owned(), error };
        if path.extension() == Some("cwasm") {
            return Err(FindError::Compiled(path.to_owned()));
        }
        // Looked at before it is opened: opening a pipe would wait for ever.
        if !std::fs::metadata(path).map_err(io)?.is_file() {
            return Err(io(std::io::Error::new(std::io::ErrorKind::InvalidInput, "not a file")));
        }
        let limit = self.settings.limits.component_bytes;
        let mut bytes = Vec::new();
        let file = std::fs::File::open(path).map_err(io)?;
        file.take(limit + 1).read_to_end(&mut bytes).map_err(io)?;
        if bytes.len() as u64 > limit {
            return Err(FindError::TooLarge { path: path.to_owned(), limit });
        }
        if Engine::detect_precompiled(&bytes).is_some() {
            return Err(FindError::Compiled(path.to_owned()));
        }
        Ok(bytes)
    }

    fn engine(&self) -> Result<&(Engine, Linker<State>), Failure> {
        if let Some(both) = self.engine.get() {
            return Ok(both);
        }
        let made = engine::engine(&self.settings.limits, false)
            .and_then(|engine| link::linker(&engine).map(|linker| (engine, linker)))
            .map_err(|error| Failure::Link(format!("this machine cannot run recipes: {error:#}")))?;
        Ok(self.engine.get_or_init(|| made))
    }

    /// Whether a recipe's code is at hand; if not, the next call compiles it, which takes a while.
    pub fn is_compiled(&self, recipe: &Recipe) -> bool {
        if recipe.code.get().is_some() {
            return true;
        }
        let Ok((engine, linker)) = self.engine() else { return false };
        let bundled = || {
            let bundle = self.bundle.get_or_init(Bundle::of_this_program).as_ref()?;
            bundle.load(engine, &recipe.digest)
        };
        let cached = || self.settings.cache.as_ref()?.load(engine, &recipe.digest);
        let systems = || SystemCache::default().load(engine, &recipe.digest);
        let found = if recipe.is_stock() {
            bundled().or_else(cached).or_else(systems)
        } else {
            cached().or_else(systems)
        };
        let Some(component) = found else { return false };
        recipe.code.get_or_init(|| linked(engine, linker, &component));
        true
    }

    /// Compiles a recipe and keeps its code.
    ///
    /// # Errors
    ///
    /// [`Failure::Link`] when it is no valid component or does not fit this host.
    pub fn compile(&self, recipe: &Recipe) -> Result<(), Failure> {
        if self.is_compiled(recipe) {
            return self.code(recipe).map(|_| ());
        }
        let (engine, linker) = self.engine()?;
        let compiled = || {
            let invalid =
                |error: wasmtime::Error| Failure::Link(format!("it is not a valid component: {error:#}"));
            let limits = &self.settings.limits;
            let cache = self.settings.cache.as_ref();
            let code = match recipe.is_stock() {
                true => engine.precompile_component(recipe.wasm.bytes()).map_err(invalid)?,
                false => match cache.and_then(|cache| cache.failed(engine, &recipe.digest, limits)) {
                    Some(failure) => return Err(failure),
                    None => compile(recipe.wasm.bytes(), limits).inspect_err(|failure| {
                        if let Some(cache) = cache {
                            let _ = cache.keep_failure(engine, &recipe.digest, limits, failure);
                        }
                    })?,
                },
            };
            if let Some(cache) = cache {
                // Without it the next run compiles again, no more.
                let _ = cache.keep(engine, &recipe.digest, &code);
            }
            // SAFETY: these bytes came out of this engine's compiler a moment ago, here or in a child of
            // ours that nobody else could speak to.
            let component = unsafe { Component::deserialize(engine, &code) }.map_err(invalid)?;
            linked(engine, linker, &component)
        };
        recipe.code.get_or_init(compiled);
        self.code(recipe).map(|_| ())
    }

    /// Compiles a recipe into the system's cache, for all users of this machine.
    ///
    /// # Errors
    ///
    /// The recipe does not compile, or this user may not write there.
    pub fn compile_for_all(&self, recipe: &Recipe) -> std::io::Result<()> {
        let (engine, _) =
            self.engine().map_err(|_| std::io::Error::other("this machine cannot run recipes"))?;
        let code = engine.precompile_component(recipe.wasm.bytes()).map_err(std::io::Error::other)?;
        SystemCache::default().keep(engine, &recipe.digest, &code)
    }

    fn code(&self, recipe: &Recipe) -> Result<RecipePre<State>, Failure> {
        recipe.code.get().expect("it was compiled").clone()
    }

    /// Begins a call on a thread of its own; the caller serves it and gives it to [`Catalogue::end`].
    ///
    /// # Errors
    ///
    /// The outcome, where the call cannot even begin.
    pub fn begin(&mut self, recipe: &Arc<Recipe>, call: Call) -> Result<Running, Box<Outcome>> {
        let stillborn = |failure| Box::new(Outcome::from(failure));
        let (began, worked) = (Instant::now(), self.worked);
        if !recipe.is_stock() && !self.settings.guard_is_enough && !Landlock::here().is_enough() {
            let why = LandlockError::Missing(Landlock::here()).to_string();
            return Err(stillborn(Failure::Unconfined(why)));
        }
        self.compile(recipe).map_err(stillborn)?;
        let code = self.code(recipe).map_err(stillborn)?;
        let (engine, _) = self.engine().map_err(stillborn)?;
        engine::start_ticker(engine, &self.ticking);
        let engine = engine.clone();
        let seed = recipe.digest.clone();
        let (rules, porter) = self.confine(recipe, &call).map_err(stillborn)?;
        let job = Box::new(move |run: &_| instance::run(&engine, &code, &seed, call, rules, run));
        let mut running = self.pool.begin(job, recipe.is_stock()).map_err(|error| {
            stillborn(Failure::Error(RecipeError::new("io", format!("no thread for the recipe: {error}"))))
        })?;
        (running.began, running.worked) = (began, worked);
        running.porter = porter.into();
        Ok(running)
    }

    /// What the kernel lets the thread of a call open: of a recipe that came with us, everything.
    fn confine(&mut self, recipe: &Recipe, call: &Call) -> Result<(Option<Rules>, Porter), Failure> {
        if recipe.is_stock() || (self.settings.guard_is_enough && !Landlock::here().is_enough()) {
            return Ok((None, Porter::default()));
        }
        // Threads that others may use must not be made by one that is confined.
        instance::start_waiting();
        let confined = self.confiner.confine(call);
        confined
            .map(|(rules, porter)| (Some(rules), porter))
            .map_err(|error| Failure::Unconfined(error.to_string()))
    }

    /// Ends a call that was served to its outcome.
    pub fn end(&mut self, running: Running) {
        // Calls that were made meanwhile lie within this one.
        self.worked = running.worked + running.began.elapsed();
        self.confiner.release(running.porter.take());
        self.pool.park(running);
    }

    /// How long all calls took that are over, those within another one not counted twice.
    pub fn worked(&self) -> Duration {
        self.worked
    }

    /// Every stock recipe, loaded.
    ///
    /// # Errors
    ///
    /// Never for the recipes of a sound binary.
    pub fn stock(&mut self) -> Result<Vec<Arc<Recipe>>, FindError> {
        stock::all()
            .iter()
            .map(|component| self.load(component.name, &Source::Stock(component.name)))
            .collect()
    }

    /// The other names of a stock recipe.
    pub fn historical_names(own: &str) -> Vec<&'static str> {
        stock::historical(own).collect()
    }

    /// Every name that can be written without a path.
    pub fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = stock::names().map(str::to_owned).collect();
        for directory in &self.settings.search {
            let Ok(entries) = directory.read_dir_utf8() else { continue };
            let files = entries.flatten().map(|entry| entry.path().to_owned());
            names.extend(
                files
                    .filter(|path| path.extension() == Some("wasm"))
                    .filter_map(|path| path.file_stem().map(str::to_owned)),
            );
        }
        names.sort();
        names.dedup();
        names
    }

    /// Compiles stock recipes for any machine of this architecture, for a release binary.
    ///
    /// # Errors
    ///
    /// When the engine cannot be made or a stock recipe does not compile, which our tests exclude.
    pub(super) fn portable_code(&mut self) -> wasmtime::Result<Vec<(String, Vec<u8>)>> {
        let engine = engine::engine(&self.settings.limits, true)?;
        let all = stock::all().iter();
        all.map(|component| Ok((component.sha256.to_owned(), engine.precompile_component(component.wasm)?)))
            .collect()
    }
}

/// Checks a component's imports and links it.
fn linked(
    engine: &Engine,
    linker: &Linker<State>,
    component: &Component,
) -> Result<RecipePre<State>, Failure> {
    let ours = env!("CARGO_PKG_VERSION");
    let types = component.component_type();
    let imports = types.imports(engine).map(|(name, _)| name);
    let exports = types.exports(engine).map(|(name, _)| name);
    let another = |name: &&str| name.starts_with("buildout:recipe/") && !name.ends_with(&format!("@{WIT}"));
    if let Some(name) = imports.chain(exports).find(another) {
        let what = format!("it was made for `{name}`; this is buildout {ours}, which offers {WIT}");
        return Err(Failure::Link(what));
    }
    let pre = linker.instantiate_pre(component).map_err(|error| {
        let offered = |name: &&str| OFFERED.iter().any(|package| name.starts_with(package));
        let strange = types.imports(engine).map(|(name, _)| name).find(|name| !offered(name));
        Failure::Link(match strange {
            Some(name) => format!("it needs `{name}`, which buildout {ours} does not offer"),
            None => format!("it does not fit buildout {ours}: {error:#}"),
        })
    })?;
    RecipePre::new(pre)
        .map_err(|error| Failure::Link(format!("it does not export `buildout:recipe/part@{WIT}`: {error:#}")))
}

/// The packages that a recipe can import from.
const OFFERED: [&str; 7] = [
    "buildout:recipe/",
    "wasi:cli/",
    "wasi:clocks/",
    "wasi:filesystem/",
    "wasi:io/",
    "wasi:random/",
    "wasi:sockets/",
];

/// The version of the border.
const WIT: &str = "0.1.0";

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String takes everything");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_entry_stands_behind_the_last_colon_unless_that_is_part_of_a_path() {
        assert_eq!(split_entry("mkdir"), ("mkdir", "default"));
        assert_eq!(split_entry("zc.recipe.egg:scripts"), ("zc.recipe.egg", "scripts"));
        assert_eq!(split_entry("./a.wasm:x"), ("./a.wasm", "x"));
        assert_eq!(split_entry("./a:b/c.wasm"), ("./a:b/c.wasm", "default"));
        assert_eq!(split_entry("C:\\a.wasm"), ("C:\\a.wasm", "default"));
    }

    #[test]
    fn a_path_is_relative_to_the_file_that_names_it() {
        let catalogue = Catalogue::new(Settings::default());
        let base = Utf8Path::new("/p/sub");
        let file = |name| match catalogue.locate(name, base) {
            Ok(Source::File(path)) => path.into_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!(file("./x.wasm"), "/p/sub/x.wasm");
        assert_eq!(file("../x.wasm"), "/p/x.wasm");
        assert_eq!(file("/abs/x.wasm"), "/abs/x.wasm");
    }

    #[test]
    fn an_unknown_name_comes_with_the_nearest_known_one() {
        let catalogue = Catalogue::new(Settings::default());
        let error = catalogue.locate("mkdri", Utf8Path::new("/p")).unwrap_err();
        assert!(matches!(error, FindError::Unknown { nearest: Some(name), .. } if name == "mkdir"));
    }

    #[test]
    fn an_address_is_said_to_be_not_served_yet() {
        let catalogue = Catalogue::new(Settings::default());
        let error = catalogue.locate("https://x/y.wasm", Utf8Path::new("/p")).unwrap_err();
        assert_eq!(error.to_string(), "recipes from `https:` addresses are not served yet");
    }
}
