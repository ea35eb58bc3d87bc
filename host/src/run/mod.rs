//! One run: the straight line of five nouns.
//!
//! - In: a [`Request`], everything that was asked for and is known, plain data.
//! - Out: what is installed now, or a [`Stopped`] that says why not.
//! - Not here: reading the command line and the environment (`cli`), telling people (`report`).

mod readable;

use std::collections::BTreeMap;

use camino::{Utf8Path, Utf8PathBuf};

use self::readable::Readable;
use crate::config::{self, Configuration};
use crate::diagnostic::{Diagnostic, Exit};
use crate::event::Reporter;
use crate::execute::remove::Bounds;
use crate::execute::{self, Adoption, Execution, Going};
use crate::installed::{Holder, Installed, Places, RunLock};
use crate::plan::{Aim, Plan};
use crate::recipe::{Catalogue, Settings};
use crate::resolve::{self, Buildout, Looked, ResolveError, Surroundings, Wanted};
use crate::source::SourceMap;

/// What was asked for, and what is known about the user and the machine.
#[derive(Debug)]
pub struct Request {
    /// Which files, which assignments.
    pub configuration: config::Request,
    /// Grants, environment, machine.
    pub surroundings: Surroundings,
    /// What the run is to bring about.
    pub aim: Aim,
    /// The user's state directory; none where the user has no home.
    pub state: Option<Utf8PathBuf>,
    /// The user's home, which is never removed.
    pub home: Option<Utf8PathBuf>,
    /// Who we are, for another run that finds the directory taken.
    pub holder: Holder,
    /// Whether the records of another machine or program are taken over.
    pub adopt: bool,
    /// Whether a directory of another user is used as if it were one's own.
    pub trust_owner: bool,
}

impl Request {
    /// What is never removed, whatever is recorded.
    fn never(&self) -> Vec<Utf8PathBuf> {
        self.home.iter().chain(&self.state).cloned().collect()
    }
}

/// Why a run stopped: at least one error, with the sources that it points into.
pub struct Stopped {
    /// Every text that was read.
    pub sources: SourceMap,
    /// The first one decides how the process ends.
    pub diagnostics: Vec<Diagnostic>,
    /// The buildout as far as it had come, without its sources; none if its files were not even read.
    pub buildout: Option<Box<Buildout>>,
}

impl Stopped {
    fn of(buildout: impl Into<Box<Buildout>>, diagnostic: Diagnostic) -> Self {
        let mut buildout = buildout.into();
        let sources = std::mem::take(&mut buildout.configuration.sources);
        Self { sources, diagnostics: vec![diagnostic], buildout: Some(buildout) }
    }

    /// How the process ends.
    pub fn exit(&self) -> Exit {
        self.diagnostics.first().map_or(Exit::Bug, |first| first.exit)
    }
}

/// Loads the configuration: what was written.
///
/// # Errors
///
/// Everything that is wrong in the files, at once.
pub fn load(request: &Request, reporter: &mut dyn Reporter) -> Result<Configuration, Stopped> {
    let mut files = Readable { request: &request.configuration, grants: &request.surroundings.grants };
    match config::load(&request.configuration, &mut files) {
        Ok(mut configuration) => {
            // What an error is going to say in full is not said before as well.
            let waits = |warning: &Diagnostic| warning.code == config::UNSUPPORTED_CONDITION;
            tell(&mut configuration, reporter, |warning| !waits(warning));
            Ok(configuration)
        }
        Err(failure) => {
            let mut diagnostics = failure.diagnostics;
            for diagnostic in &mut diagnostics {
                if diagnostic.doing.is_empty() {
                    diagnostic.doing.push("Initializing.".to_owned());
                }
            }
            Err(Stopped { sources: failure.sources, diagnostics, buildout: None })
        }
    }
}

/// Tells the warnings that `load` kept back, for a command that goes no further.
pub fn tell_rest(configuration: &mut Configuration, reporter: &mut dyn Reporter) {
    configuration.warnings.extend(configuration.idle());
    tell(configuration, reporter, |_| true);
}

/// Tells some of the warnings of a configuration, and forgets them.
fn tell(configuration: &mut Configuration, reporter: &mut dyn Reporter, now: impl Fn(&Diagnostic) -> bool) {
    let (told, kept) = std::mem::take(&mut configuration.warnings).into_iter().partition(now);
    configuration.warnings = kept;
    let told: Vec<Diagnostic> = told;
    for warning in &told {
        reporter.diagnostic(warning, &configuration.sources);
    }
}

/// Stops with an error, after what else there is to say about the configuration.
fn stopped(mut buildout: Box<Buildout>, error: &ResolveError, reporter: &mut dyn Reporter) -> Stopped {
    let diagnostic = error.diagnostic();
    let said = |warning: &Diagnostic| {
        let told = |at| diagnostic.labels.iter().any(|label| label.span == at);
        warning.labels.iter().all(|label| told(label.span))
    };
    tell(&mut buildout.configuration, reporter, |warning| !said(warning));
    Stopped::of(buildout, diagnostic)
}

/// All that a configuration asks for and that is not served, its remote files first.
pub fn unserved(
    configuration: Configuration,
    settings: Settings,
    request: &Request,
    reporter: &mut dyn Reporter,
) -> Stopped {
    let surroundings = request.surroundings.clone();
    let (buildout, error) =
        resolve::unserved(configuration, Catalogue::new(settings), surroundings, reporter);
    stopped(buildout, &error, reporter)
}

/// Resolves it: what it means.
///
/// # Errors
///
/// The first failure. Nothing on disk has changed.
pub fn resolve(
    configuration: Configuration,
    settings: Settings,
    request: &Request,
    reporter: &mut dyn Reporter,
) -> Result<Buildout, Stopped> {
    let catalogue = Catalogue::new(settings);
    let surroundings = request.surroundings.clone();
    let wanted = match request.aim.wanted() {
        // What is taken over depends on where parts may write.
        Wanted::Nothing if request.adopt => Wanted::All,
        wanted => wanted,
    };
    match resolve::resolve(configuration, catalogue, surroundings, wanted, reporter) {
        Ok(mut buildout) => {
            tell_rest(&mut buildout.configuration, reporter);
            for warning in &buildout.warnings {
                reporter.diagnostic(warning, &buildout.configuration.sources);
            }
            Ok(buildout)
        }
        Err((buildout, error)) => Err(stopped(buildout, &error, reporter)),
    }
}

/// Looks at one option; `settings` is asked for only if recipes have a say in it.
///
/// # Errors
///
/// The option is there and has no value. Nothing on disk has changed.
pub fn look(
    configuration: Configuration,
    settings: impl FnOnce(&mut dyn Reporter) -> Settings,
    request: &Request,
    option: (&str, &str),
    reporter: &mut dyn Reporter,
) -> Result<Looked, Stopped> {
    let surroundings = request.surroundings.clone();
    let mut looked = match resolve::look(configuration, surroundings, settings, option, reporter) {
        Ok(looked) => looked,
        Err((buildout, error)) => return Err(stopped(buildout, &error, reporter)),
    };
    tell_rest(&mut looked.buildout.configuration, reporter);
    if let Some(error) = &looked.unasked {
        let error = error.diagnostic();
        let message =
            format!("What a recipe would change is not shown, as it cannot be asked: {}", error.message);
        let notice = Diagnostic { labels: error.labels, ..Diagnostic::notice("recipe-not-asked", message) };
        reporter.diagnostic(&notice, &looked.buildout.configuration.sources);
    }
    Ok(looked)
}

/// Resolves `[buildout]` alone: no recipe is asked.
///
/// # Errors
///
/// As [`resolve`].
pub fn settle(
    configuration: Configuration,
    settings: Settings,
    request: &Request,
    reporter: &mut dyn Reporter,
) -> Result<Buildout, Stopped> {
    let catalogue = Catalogue::new(settings);
    match resolve::resolve(configuration, catalogue, request.surroundings.clone(), Wanted::Nothing, reporter)
    {
        Ok(mut buildout) => {
            tell_rest(&mut buildout.configuration, reporter);
            Ok(buildout)
        }
        Err((buildout, error)) => Err(stopped(buildout, &error, reporter)),
    }
}

/// Says that another run is at work, for whoever only looks.
fn tell_of_another(installed: &Installed, buildout: &Buildout, reporter: &mut dyn Reporter) {
    if let Some(holder) = RunLock::at_work(installed.root()) {
        reporter.diagnostic(&holder.notice(), &buildout.configuration.sources);
    }
}

/// Reads what is installed, and says what is strange about it.
fn installed(
    buildout: &Buildout,
    request: &Request,
    reporter: &mut dyn Reporter,
) -> Result<Installed, Diagnostic> {
    let Some(state) = request.state.clone() else {
        let error = Diagnostic::error(
            "no-state-directory",
            "there is no place for what is known about this directory",
        );
        return Err(error.help("set HOME, or give `--state-dir=DIR`").exit(Exit::Usage));
    };
    let places = Places {
        directory: buildout.directories.root.clone(),
        database: buildout.directories.database.clone(),
        project: buildout.directories.root.clone(),
        state,
        configuration: real_file(&request.configuration.file),
        trust_owner: request.trust_owner,
    };
    let (installed, said) = Installed::read(places).map_err(|error| error.diagnostic())?;
    // Who types `--adopt` knows that the records are foreign.
    for mut diagnostic in said.into_iter().filter(|said| !(request.adopt && said.code == "foreign-state")) {
        if diagnostic.code == "other-configuration" && !request.aim.named().is_empty() {
            // Which parts go without being named is of no interest: none does.
            diagnostic.notes.clear();
        }
        reporter.diagnostic(&diagnostic, &buildout.configuration.sources);
    }
    Ok(installed)
}

/// What a run would do.
pub struct Planned {
    /// What is taken over first.
    pub adoption: Adoption,
    /// The steps.
    pub plan: Plan,
    /// What goes with each part that goes.
    pub going: BTreeMap<String, Going>,
    /// What would stop the run before its first step.
    pub obstacle: Option<Diagnostic>,
    /// What it was compared with.
    pub buildout: Buildout,
}

impl Planned {
    /// Stops as the run would, if anything stands in its way.
    ///
    /// # Errors
    ///
    /// What the run would come to before its first step.
    pub fn check(self) -> Result<(), Stopped> {
        match self.obstacle {
            Some(diagnostic) => Err(Stopped::of(self.buildout, diagnostic)),
            None => Ok(()),
        }
    }
}

/// Compares: what must change. Writes nothing.
///
/// # Errors
///
/// What is installed cannot be read, or what was asked for cannot be done.
pub fn plan(buildout: Buildout, request: &Request, reporter: &mut dyn Reporter) -> Result<Planned, Stopped> {
    let mut installed = match installed(&buildout, request, reporter) {
        Ok(installed) => installed,
        Err(diagnostic) => return Err(Stopped::of(buildout, diagnostic)),
    };
    tell_of_another(&installed, &buildout, reporter);
    let mut adoption = Adoption::default();
    if request.adopt {
        adoption = Adoption::of(&buildout, &mut installed);
    }
    let plan = match Plan::compare(&buildout, &installed, &request.aim) {
        Ok(plan) => plan,
        Err(error) => return Err(Stopped::of(buildout, error.diagnostic())),
    };
    for event in plan.unused(&buildout, &installed) {
        reporter.event(&event);
    }
    let granted = execute::granted(&buildout);
    let bounds = Bounds { root: installed.root(), granted: &granted, never: &request.never() };
    let going = execute::foresee(bounds, &installed, &buildout.surroundings().grants, &plan);
    let obstacle = execute::find_obstacle(&buildout, &installed, &plan).err().map(|error| error.diagnostic());
    Ok(Planned { adoption, plan, going, obstacle, buildout })
}

/// Reads what is installed, and nothing else.
///
/// # Errors
///
/// It cannot be read.
pub fn known(
    buildout: &Buildout,
    request: &Request,
    reporter: &mut dyn Reporter,
) -> Result<Installed, Diagnostic> {
    let installed = installed(buildout, request, reporter)?;
    tell_of_another(&installed, buildout, reporter);
    Ok(installed)
}

/// Carries it out: what is there now.
///
/// # Errors
///
/// The first failure; see [`Execution::run`].
pub fn install(
    mut buildout: Buildout,
    request: &Request,
    reporter: &mut dyn Reporter,
) -> Result<Plan, Stopped> {
    let done = carry_out(&mut buildout, request, reporter);
    done.map_err(|diagnostic| Stopped::of(buildout, diagnostic))
}

/// Makes the standard directories of a buildout of which only `[buildout]` is resolved.
///
/// # Errors
///
/// One cannot be made, or another run holds the directory.
pub fn bootstrap(
    mut buildout: Buildout,
    request: &Request,
    reporter: &mut dyn Reporter,
) -> Result<(), Stopped> {
    let done = make_directories(&mut buildout, request, reporter);
    done.map_err(|diagnostic| Stopped::of(buildout, diagnostic))
}

fn make_directories(
    buildout: &mut Buildout,
    request: &Request,
    reporter: &mut dyn Reporter,
) -> Result<(), Diagnostic> {
    let lock = lock(buildout, request)?;
    let mut installed = installed(buildout, request, reporter)?;
    let mut execution = Execution::begin(buildout, &mut installed, &lock, request.never(), reporter)
        .map_err(|error| error.diagnostic())?;
    execution.bootstrap().map_err(|error| error.diagnostic().doing("Bootstrapping."))
}

/// Keeps other runs out of the directory, until it is dropped.
fn lock(buildout: &Buildout, request: &Request) -> Result<RunLock, Diagnostic> {
    let root = crate::installed::Directory::open(&buildout.directories.root).map_err(|error| {
        Diagnostic::error("io", format!("Cannot open {}: {error}", buildout.directories.root))
    })?;
    RunLock::take(&root, &request.holder).map_err(|error| error.diagnostic())
}

fn carry_out(
    buildout: &mut Buildout,
    request: &Request,
    reporter: &mut dyn Reporter,
) -> Result<Plan, Diagnostic> {
    let lock = lock(buildout, request)?;
    let mut installed = installed(buildout, request, reporter)?;
    let mut execution = Execution::begin(buildout, &mut installed, &lock, request.never(), reporter)
        .map_err(|error| error.diagnostic())?;
    if request.adopt {
        execution.adopt();
    }
    let plan = execution.plan(&request.aim).map_err(|error| error.diagnostic())?;
    execution.run(&plan).map_err(|error| error.diagnostic())?;
    Ok(plan)
}

/// A file by the real path of its directory, so that a run through a link is no other run.
fn real_file(file: &Utf8Path) -> String {
    let real = file.parent().and_then(|parent| parent.canonicalize_utf8().ok());
    match (real, file.file_name()) {
        (Some(parent), Some(name)) => parent.join(name).into_string(),
        _ => file.to_string(),
    }
}

/// The project that a directory belongs to: the nearest one upward under version control by the same
/// owner, never `home` or above; else the directory itself. Rule: `decisions.md` 4.6.
pub fn project_of(directory: &Utf8Path, home: Option<&Utf8Path>) -> Utf8PathBuf {
    use std::os::unix::fs::MetadataExt;
    let owner = |path: &Utf8Path| path.metadata().map(|meta| meta.uid()).ok();
    let controlled = |path: &Utf8Path| {
        [".git", ".hg", ".svn", ".bzr", ".jj"].iter().any(|name| path.join(name).symlink_metadata().is_ok())
    };
    let below_home = |path: &&Utf8Path| home.is_none_or(|home| !home.starts_with(path));
    directory
        .ancestors()
        .take_while(below_home)
        .find(|path| controlled(path) && owner(path) == owner(directory))
        .unwrap_or(directory)
        .to_owned()
}
