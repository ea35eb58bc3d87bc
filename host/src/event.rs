//! What just happened, as plain data.
//!
//! - In: what a run does, told by whoever does it.
//! - Out: [`Event`]s for a [`Reporter`]; they are the only thing that reporters hear of a run besides diagnostics.
//! - Not here: words, colours and JSON (`report`), why a step is needed (`plan`).
//!
//! Rules: names that programs see (`step-started`, `installing`) are stable; fields and events may be added.

use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::source::{Place, SourceMap};

/// One thing that happened in a run.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// A run has begun.
    RunStarted {
        /// `install`, `plan`, …
        command: String,
        /// The configuration file: an absolute path or a URL.
        file: String,
    },
    /// A directory that every buildout has is about to be made.
    CreatingDirectory {
        /// Absolute path.
        path: String,
    },
    /// A configuration to begin with is being written.
    CreatingFile {
        /// Absolute path.
        path: String,
    },
    /// A recipe runs for the first time on this machine and is being compiled, which takes a second.
    CompilingRecipe {
        /// As the configuration names it.
        recipe: String,
    },
    /// A step of the plan has begun.
    StepStarted {
        /// What is being done.
        activity: Activity,
        /// To which part.
        part: String,
        /// Why; the most telling first.
        causes: Vec<Cause>,
    },
    /// A step of the plan is done and recorded.
    StepFinished {
        /// What was done.
        activity: Activity,
        /// To which part.
        part: String,
    },
    /// A message for the user's log.
    Log {
        /// The part whose recipe says it; none: buildout itself.
        part: Option<String>,
        /// How much it matters.
        level: Level,
        /// May have several lines.
        message: String,
    },
    /// How far a long step is. Tell it as often as you like.
    Progress {
        /// The part that takes so long.
        part: String,
        /// What it is doing.
        what: String,
        /// In any unit.
        done: f64,
        /// In the unit of `done`; none: the end is not known.
        total: Option<f64>,
    },
    /// The long step is over, well or badly.
    ProgressEnded {
        /// The part that took so long.
        part: String,
    },
    /// Something that could have been removed stays.
    Kept {
        /// Absolute path.
        path: String,
        /// A few words, such as `it was there before the part`.
        why: String,
    },
    /// What a failed call had made is gone again.
    Undone {
        /// The part that failed.
        part: String,
        /// Absolute paths, in the order in which they were removed.
        paths: Vec<String>,
    },
    /// What a failed reinstall was to replace is in its place again.
    PutBack {
        /// The part that had it.
        part: String,
        /// Absolute paths.
        paths: Vec<String>,
    },
    /// Options that nobody read: a typing error, or something that the recipe does not know.
    UnusedOptions {
        /// The section that they stand in.
        section: String,
        /// Sorted by name.
        options: Vec<UnusedOption>,
    },
}

/// What a step does to a part, in zc.buildout's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Activity {
    /// The part is made.
    Installing,
    /// The part stands and is brought up to date.
    Updating,
    /// The part is taken away, for good or to be made anew.
    Uninstalling,
}

/// Why a step is needed: a reason of the plan, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cause {
    /// A stable word for programs, such as `option-changed`.
    pub code: &'static str,
    /// For people, without a full stop.
    pub text: String,
    /// Where the change was written, if it was.
    pub place: Option<Place>,
}

/// An option that nobody read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnusedOption {
    /// Its name.
    pub option: String,
    /// Where it was written, if in a file.
    pub place: Option<Place>,
    /// The option of the recipe that was probably meant.
    pub nearest: Option<String>,
}

/// How much a log message matters, with Python's numbers behind it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// For whoever looks for a fault.
    Debug,
    /// What is being done.
    Info,
    /// What the user should look at.
    Warning,
    /// What went wrong.
    Error,
}

impl Level {
    /// Its name, as `log-level` spells it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Debug => "DEBUG",
            Self::Info => "INFO",
            Self::Warning => "WARNING",
            Self::Error => "ERROR",
        }
    }

    /// The number that `log-level` is compared with: 10 for debug, up to 40 for an error.
    pub fn number(self) -> i64 {
        match self {
            Self::Debug => 10,
            Self::Info => 20,
            Self::Warning => 30,
            Self::Error => 40,
        }
    }
}

/// Someone who is told what happens, as it happens.
pub trait Reporter {
    /// Hears what just happened.
    fn event(&mut self, event: &Event);

    /// Hears what the user must know; its spans lie in `sources`.
    fn diagnostic(&mut self, diagnostic: &Diagnostic, sources: &SourceMap);
}

/// A reporter that remembers what it hears, for tests and for programs that embed a run.
#[derive(Debug, Default)]
pub struct Heard {
    /// In the order of the run.
    pub events: Vec<Event>,
    /// In the order of the run.
    pub diagnostics: Vec<Diagnostic>,
}

impl Reporter for Heard {
    fn event(&mut self, event: &Event) {
        self.events.push(event.clone());
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic, _: &SourceMap) {
        self.diagnostics.push(diagnostic.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_and_levels_have_stable_names_for_programs() {
        let event = Event::StepStarted {
            activity: Activity::Uninstalling,
            part: "site".to_owned(),
            causes: vec![Cause {
                code: "option-changed",
                text: "option `mode` was `0755`, is `0700`".to_owned(),
                place: Some(Place { file: "/x/site.cfg".to_owned(), line: 3, column: 8 }),
            }],
        };
        assert_eq!(
            serde_json::to_string(&event).unwrap(),
            concat!(
                r#"{"event":"step-started","activity":"uninstalling","part":"site","causes":[{"#,
                r#""code":"option-changed","text":"option `mode` was `0755`, is `0700`","#,
                r#""place":{"file":"/x/site.cfg","line":3,"column":8}}]}"#
            )
        );
        let levels = [Level::Debug, Level::Info, Level::Warning, Level::Error];
        assert_eq!(serde_json::to_string(&levels).unwrap(), r#"["debug","info","warning","error"]"#);
    }
}
