//! What travels between the run and a guest: plain data, so that a process could stand in for the thread.
//!
//! - In: [`Call`]: the part's own options, where it may write, how long it may take.
//! - On the way: [`Ask`] with [`Reply`], one for each question that only the run can answer.
//! - Out: [`Outcome`]: what the call returned, set, used, did to the file system.
//! - Not here: threads (`pool`), the guest itself (`instance`).

use std::sync::Arc;
use std::time::Duration;

use camino::Utf8PathBuf;
use indexmap::IndexMap;

use super::files::{Record, Witness};
use super::limits::Limits;
use crate::access::Reach;
use crate::event::Level;
use crate::process::{Allowed, Command, Ended, Swept};

/// Which function of the recipe is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Phase {
    /// Reads and completes the options.
    Init,
    /// Makes the part.
    Install,
    /// Brings an unchanged part up to date.
    Update,
    /// Runs before the part's paths are removed.
    Uninstall,
}

impl Phase {
    /// The name of the function in the WIT.
    pub fn word(self) -> &'static str {
        match self {
            Self::Init => "init",
            Self::Install => "install",
            Self::Update => "update",
            Self::Uninstall => "uninstall",
        }
    }
}

/// What a recipe can ask about the machine and the run; the same for all calls of a run.
#[derive(Debug, Clone, Default)]
pub struct Machine {
    /// `os`, `arch`, `abi` and so on, as the WIT lists them.
    pub facts: Vec<(String, String)>,
    /// Whether the network must not be used.
    pub offline: bool,
    /// Whether to look for something newer than what is there.
    pub newest: bool,
    /// How much the user wants to read: 0 is normal, more is above.
    pub verbosity: i32,
}

/// One call of a recipe.
#[derive(Clone)]
pub struct Call {
    /// The part, which is the name of its section.
    pub part: String,
    /// Which function.
    pub phase: Phase,
    /// What stands behind the colon of the recipe's name, or `default`.
    pub entry: String,
    /// The part's own options, substituted.
    pub options: IndexMap<String, String>,
    /// The section `[buildout]`, once it does not change any more: most recipes ask for its directories,
    /// and a question to the run costs two wake-ups.
    pub buildout: Option<Arc<IndexMap<String, String>>>,
    /// The paths that belong to the part now.
    pub installed: Vec<String>,
    /// What it may touch.
    pub reach: Reach,
    /// Where a directory for the length of the call may be made; none in `init`.
    pub temporary: Option<Utf8PathBuf>,
    /// Environment variables that it declared and the user granted.
    pub environment: Vec<(String, String)>,
    /// About the machine and the run.
    pub machine: Arc<Machine>,
    /// How much it may use.
    pub limits: Arc<Limits>,
    /// Is told of each thing before it is made.
    pub witness: Option<Arc<dyn Witness>>,
}

/// Why a call could not be done, in the words of the WIT's `error`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecipeError {
    /// One stable word.
    pub kind: String,
    /// One sentence for the user.
    pub message: String,
    /// What a program can know about it, by name.
    pub details: Vec<(String, String)>,
}

impl RecipeError {
    /// Makes an error without details.
    pub fn new(kind: &str, message: impl Into<String>) -> Self {
        Self { kind: kind.to_owned(), message: message.into(), details: Vec::new() }
    }

    /// Adds a detail.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.details.push((name.to_owned(), value.into()));
        self
    }

    /// A detail by its name.
    pub fn detail(&self, name: &str) -> Option<&str> {
        self.details.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// A change that a recipe made to its own section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The option has this value now.
    Set(String, String),
    /// The option is gone.
    Remove(String),
}

/// A question that only the run can answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// `sections.get`
    Get(String, String),
    /// `sections.all`
    All(String),
    /// `sections.keys`
    Keys(String),
    /// `sections.exists`
    Exists(String),
    /// `sections.names`
    Names,
    /// `section.expand`
    Expand(String),
    /// `sections.add`
    Add(String, Vec<(String, String)>),
    /// `sections.parse`
    Parse(String),
    /// `process.run`
    Run(Box<(Command, Allowed)>),
}

/// The answer to an [`Ask`], one shape for each kind of answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reply {
    /// To `Get`.
    Value(Option<String>),
    /// To `All`.
    Options(Vec<(String, String)>),
    /// To `Keys`, `Names` and `Parse`.
    Names(Vec<String>),
    /// To `Exists`.
    Flag(bool),
    /// To `Expand`.
    Text(String),
    /// To `Add`.
    Done,
    /// To `Run`: how it ended, and what it did to the part's directories in any case.
    Ran(Box<(Result<Ended, RecipeError>, Swept)>),
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoReply {
    /// The recipe is told, and may go on.
    Error(RecipeError),
    /// The run is over: another recipe's bug, or the user's wish. The guest is stopped.
    Stop,
}

/// What the run does for a guest while it is called.
///
/// All answers go through here, in one place: what an `init` asked and was told is its whole input.
pub trait Serve {
    /// Answers a question of `part`; what it changed in its own section since the last question comes
    /// with it.
    ///
    /// # Errors
    ///
    /// [`NoReply::Error`] is for the recipe, [`NoReply::Stop`] ends it.
    fn answer(&mut self, part: &str, changes: Vec<Change>, ask: Ask) -> Result<Reply, NoReply>;

    /// How long recipes worked that were called to answer some question: that is their time, and not the time
    /// of whoever asked.
    fn nested(&self) -> Duration;

    /// Tells the user something under the part's name.
    fn log(&mut self, part: &str, level: Level, message: &str);

    /// Shows how far a long step is.
    fn progress(&mut self, part: &str, what: &str, done: f64, total: f64);
}

/// Why a call did not return.
#[derive(Debug, Clone, PartialEq)]
pub enum Failure {
    /// The recipe said so: the user can do something about it.
    Error(RecipeError),
    /// It reached a limit.
    Limit {
        /// What is limited, and by how much.
        what: String,
        /// The flag that raises it, where there is one.
        flag: Option<&'static str>,
        /// The last lines on its standard error.
        said: Vec<String>,
    },
    /// It trapped, left the process, or broke the border's rules: a bug of the recipe.
    Bug {
        /// The trap, in one line.
        what: String,
        /// The last lines on its standard error: often the real reason.
        said: Vec<String>,
        /// Function names, innermost first.
        backtrace: Vec<String>,
    },
    /// The component does not fit this host.
    Link(String),
    /// The system refused what every recipe needs, such as memory.
    System(String),
    /// This machine cannot hold it to what it may touch.
    Unconfined(String),
    /// The run was over before the call was.
    Stopped,
}

/// What came of a call.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// The paths that it returned.
    pub result: Result<Vec<String>, Failure>,
    /// What it changed in its own section since its last question.
    pub changes: Vec<Change>,
    /// The names of its own options that it read.
    pub used: Vec<String>,
    /// The names of the options of `[buildout]` that it read without asking the run.
    pub used_of_buildout: Vec<String>,
    /// What it did to the file system, whether it failed or not.
    pub record: Record,
}

impl From<Failure> for Outcome {
    /// What comes of a call that did not even begin.
    fn from(failure: Failure) -> Self {
        Self {
            result: Err(failure),
            changes: Vec::new(),
            used: Vec::new(),
            used_of_buildout: Vec::new(),
            record: Record::default(),
        }
    }
}
