//! What a configuration means: every section that is needed, substituted, its recipe asked, in order.
//!
//! - In: a [`Configuration`], the [`Catalogue`] of recipes, what the user granted.
//! - Out: a [`Buildout`]: resolved sections, parts in the order in which they are installed.
//! - Not here: comparing with what is installed (`plan`), changing anything (`execute`).
//!
//! Same files and same recipes give the same `Buildout`: an `init` writes nothing, reaches nothing, and
//! all that it is told goes through one place, [`serve`].
//!
//! | file | what it holds |
//! |---|---|
//! | `reference` | `${…}` in a text |
//! | `section` | a section that was looked up: options as written or as they are now |
//! | `resolver` | looking up, initialising |
//! | `substitute` | replacing references |
//! | `part` | asking a section's recipe |
//! | `part_name` | names that a part can have |
//! | `recipe_name` | what stands behind `recipe =` |
//! | `serve` | the questions of guests |
//! | `directories` | the standard directories, and what each call may touch |
//! | `needs` | access that is declared and not granted |
//! | `unserved` | what this version does not have |
//! | `look`, `trace` | one value, and the way it came about |
//! | `unknown` | why a section is not there |
//! | `error` | why there is no meaning |
//!
//! Rules: zc.buildout 6, `Buildout.__getitem__`, `Options._initialize`, `Options._get`.

mod directories;
mod error;
mod look;
mod needs;
mod part;
mod part_name;
mod recipe_name;
mod reference;
mod resolver;
mod section;
mod serve;
mod substitute;
mod trace;
mod unknown;
mod unserved;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use camino::Utf8PathBuf;
use indexmap::IndexMap;

use crate::access::{Claim, Grants};
use crate::audit::Audit;
use crate::config::Configuration;
use crate::diagnostic::Diagnostic;
use crate::event::Reporter;
use crate::recipe::{Catalogue, Machine, Recipe};

pub use self::directories::Directories;
pub use self::error::{Cause, ResolveError, broken, explain, explain_denials};
pub use self::look::{Looked, look, unserved};
pub use self::reference::Fault;
pub use self::section::Live;
pub use self::trace::{Finish, Referred, Target, Trace};
pub use self::unknown::Hint;
pub use self::unserved::{Kind, Unserved};

use self::resolver::Resolver;

/// What a run knows besides the configuration.
#[derive(Debug, Clone, Default)]
pub struct Surroundings {
    /// What the user granted for this run.
    pub grants: Grants,
    /// What is noted of each decision about access.
    pub audit: Audit,
    /// The granted environment variables that are set.
    pub environment: BTreeMap<String, String>,
    /// About the machine, for recipes.
    pub machine: Machine,
    /// The root configuration file.
    pub file: Utf8PathBuf,
    /// The real path of the project (`decisions.md` 4.6).
    pub project: Utf8PathBuf,
    /// Where the process was started; `./x.wasm` on the command line is relative to it.
    pub started_in: Utf8PathBuf,
}

/// What the configuration means.
pub struct Buildout {
    /// What was written.
    pub configuration: Configuration,
    /// The recipes.
    pub catalogue: Catalogue,
    /// The standard directories, absolute and real.
    pub directories: Directories,
    /// What the user should look at.
    pub warnings: Vec<Diagnostic>,
    surroundings: Surroundings,
    machine: Arc<Machine>,
    /// `[buildout]`, once it does not change any more, to go with each call.
    shared_buildout: Option<Arc<IndexMap<String, String>>>,
    sections: IndexMap<String, Live>,
    parts: IndexMap<String, Part>,
    /// What was being done, outermost first.
    doing: Vec<String>,
    /// The options that are being substituted.
    expanding: Vec<resolver::Expanding>,
    /// Where in `expanding` the section that is being initialised begins.
    expanding_from: usize,
    /// The sections that are being initialised, innermost last.
    initialising: Vec<String>,
    /// The first failure: it ends the run even if a recipe makes light of it.
    failed: Option<ResolveError>,
    substituted_bytes: usize,
    /// What a recipe was told last that could not be done, and what was being done then.
    told: Option<(String, Vec<String>)>,
    /// After every `init`: nothing is initialised any more.
    finished: bool,
    /// `$<a:b>` that were taken for text, each said once.
    angles: BTreeSet<String>,
    /// Whether the recipe that is being called shows how far it is.
    progressing: bool,
    /// How long programs of recipes have run.
    programs_worked: Duration,
    /// Whether the user was told that programs are not confined strictly.
    told_tier: bool,
    /// Whether recipes are asked; not where only what was written is looked at.
    asks: bool,
    /// Whether a section was looked up whose recipe was not asked.
    unasked: bool,
    /// What would have to be granted, if that is why there is no meaning.
    pub missing: Vec<Claim>,
    /// How many sections were substituted and recipes asked, for tests.
    pub counters: Counters,
}

/// What a run did, in numbers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Calls of `init`.
    pub inits: usize,
    /// Options that were substituted.
    pub substitutions: usize,
}

/// A section with a recipe that was asked.
#[derive(Debug, Clone)]
pub struct Part {
    /// The name of its section.
    pub name: String,
    /// Its recipe.
    pub recipe: Arc<Recipe>,
    /// What stands behind the colon, or `default`.
    pub entry: String,
    /// The parts that its options refer to, that its recipe looked at, or that `=>` names; directly or
    /// through other sections.
    pub needs: BTreeSet<String>,
    /// Files whose content counts.
    pub inputs: Vec<Utf8PathBuf>,
    /// Places that it may make itself.
    pub outputs: Vec<Utf8PathBuf>,
}

/// Which parts are resolved, with all that they need.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted<'a> {
    /// Those that the option `parts` names.
    All,
    /// These, whether `parts` names them or not.
    Only(&'a [String]),
    /// None: `[buildout]` is all that is asked for.
    Nothing,
}

/// Resolves what is wanted.
///
/// # Errors
///
/// The first failure, with what was being done. Nothing on disk has changed.
pub fn resolve(
    configuration: Configuration,
    catalogue: Catalogue,
    surroundings: Surroundings,
    wanted: Wanted<'_>,
    reporter: &mut dyn Reporter,
) -> Result<Buildout, (Box<Buildout>, ResolveError)> {
    let mut buildout = Buildout::new(configuration, catalogue, surroundings);
    let mut resolver = Resolver { buildout: &mut buildout, reporter };
    match resolver.everything(wanted) {
        Ok(()) => {
            buildout.finished = true;
            Ok(buildout)
        }
        Err(error) => {
            buildout.missing = error.missing().to_vec();
            Err((Box::new(buildout), error))
        }
    }
}

impl Buildout {
    /// Nothing is looked up yet.
    fn new(configuration: Configuration, catalogue: Catalogue, surroundings: Surroundings) -> Self {
        Self {
            directories: Directories::at(configuration.directory()),
            configuration,
            catalogue,
            warnings: Vec::new(),
            machine: Arc::new(surroundings.machine.clone()),
            surroundings,
            shared_buildout: None,
            sections: IndexMap::new(),
            parts: IndexMap::new(),
            doing: Vec::new(),
            expanding: Vec::new(),
            expanding_from: 0,
            initialising: Vec::new(),
            failed: None,
            told: None,
            substituted_bytes: 0,
            finished: false,
            angles: BTreeSet::new(),
            progressing: false,
            programs_worked: Duration::ZERO,
            told_tier: false,
            asks: true,
            unasked: false,
            missing: Vec::new(),
            counters: Counters::default(),
        }
    }

    /// The parts in the order in which they are installed.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.values()
    }

    /// A part by its name.
    pub fn part(&self, name: &str) -> Option<&Part> {
        self.parts.get(name)
    }

    /// A section that was looked up.
    pub fn section(&self, name: &str) -> Option<&Live> {
        self.sections.get(name)
    }

    /// The names of all sections that were looked up, sorted.
    pub fn looked_up(&self) -> BTreeSet<&str> {
        self.sections.keys().map(String::as_str).collect()
    }

    /// The options of a part as its recipe left them.
    pub fn options(&self, part: &str) -> IndexMap<String, String> {
        self.sections.get(part).map(Live::values).unwrap_or_default()
    }

    /// What a run knows besides the configuration.
    pub fn surroundings(&self) -> &Surroundings {
        &self.surroundings
    }

    /// About the machine, to go with a call.
    pub fn machine(&self) -> &Arc<Machine> {
        &self.machine
    }

    /// The value of an option of `[buildout]`, substituted.
    pub fn setting(&self, option: &str) -> Option<&str> {
        self.sections.get("buildout")?.text(option)
    }

    /// Whether an option of `[buildout]` is `true`; it was checked to be `true` or `false`.
    pub fn flag(&self, option: &str) -> bool {
        self.setting(option) == Some("true")
    }

    /// Where a word of an option was written; the option's place if the word can have come by a reference.
    fn word(&self, section: &str, option: &str, word: &str) -> Option<crate::source::Span> {
        let live = self.sections.get(section)?;
        let value = live.written.get(option)?;
        let text = value.text();
        let mut at = 0;
        for piece in text.split_whitespace() {
            at += text[at..].find(piece)?;
            if piece == word {
                return value.span_of(at..at + piece.len()).or_else(|| value.place());
            }
            at += piece.len();
        }
        value.place().filter(|_| reference::may_refer(text))
    }

    /// The section `[buildout]`, to go with a call.
    pub fn shared_buildout(&self) -> Option<Arc<IndexMap<String, String>>> {
        self.shared_buildout.clone()
    }

    /// The names that an option of a section may have been meant to have.
    pub fn known_options(&self, section: &str) -> Vec<String> {
        if section == "buildout" {
            return resolver::BUILDOUTS_OWN.iter().map(|option| (*option).to_owned()).collect();
        }
        let Some(part) = self.part(section) else { return Vec::new() };
        let entry = part.recipe.description.entry(&part.entry);
        entry.map(|entry| entry.option.keys().cloned().collect()).unwrap_or_default()
    }

    /// Options that files wrote and nobody read, of one section, sorted by name.
    pub fn unused(&self, section: &str) -> Vec<(String, Option<crate::source::Span>)> {
        // `<` makes a macro of every section but this one.
        let macros = section != "buildout";
        self.sections.get(section).map(|live| live.unused(macros)).unwrap_or_default()
    }

    /// Notes that a call read options of its own part.
    pub fn mark_used(&mut self, part: &str, options: &[String]) {
        if let Some(live) = self.sections.get_mut(part) {
            live.used.extend(options.iter().cloned());
        }
    }

    /// Whether a recipe showed how far it is since this was asked last.
    pub fn has_progressed(&mut self) -> bool {
        std::mem::take(&mut self.progressing)
    }

    /// Serves a guest in `install`, `update` or `uninstall`.
    pub fn serving<'b>(&'b mut self, reporter: &'b mut dyn Reporter) -> impl crate::recipe::Serve + 'b {
        Resolver { buildout: self, reporter }
    }

    /// What all parts need beyond the defaults, and how it stands.
    pub fn claims(&self) -> Vec<Claim> {
        needs::claims(self)
    }
}
