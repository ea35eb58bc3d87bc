//! What people and programs are told. Only this room prints.
//!
//! - In: events and diagnostics of every room below; results of commands.
//! - Out: talk on standard error and results on standard output; with `--json`, lines of JSON on standard output.
//! - Not here: what happens (`execute`), whether it is an error (the room that found it), the exit code (`cli`).
//!
//! | file | what |
//! |---|---|
//! | `human` | events become lines for people |
//! | `screen` | lines, of which the last may move |
//! | `json` | events, diagnostics and results become lines of JSON |
//! | `snippet` | a diagnostic becomes a message with source lines and carets |
//! | `annotate` | a configuration with the origin of each value |
//! | `query` | one value |
//! | `why` | the way of one value |
//! | `inspect` | a section at the moment of an error |
//! | `graph` | parts and what they need |
//! | `doctor` | what is known about a buildout |
//! | `policy` | what a policy says |
//! | `permissions`, `approve`, `audit` | what parts may do, what is asked about it, what they did |
//! | `log_format` | `log-format`: how a line of the log looks |
//! | `threshold` | `log-level` and `verbosity`: which messages are shown |
//! | `visible` | text of others, made harmless |

pub mod annotate;
pub mod approve;
pub mod audit;
pub mod doctor;
pub mod graph;
pub mod human;
pub mod inspect;
pub mod json;
pub mod log_format;
pub mod permissions;
pub mod plan;
pub mod policy;
pub mod query;
pub mod recipes;
mod screen;
pub mod snippet;
pub mod threshold;
pub mod visible;
pub mod why;

use std::collections::BTreeMap;
use std::io::{self, IsTerminal as _, Write as _};

use anstream::{AutoStream, ColorChoice};
use camino::Utf8PathBuf;
use serde::Serialize;

use crate::diagnostic::Diagnostic;
use crate::environment::Environment;
use crate::event::{Event, Level, Reporter};
use crate::installed::Database;
use crate::resolve::Buildout;
use crate::source::SourceMap;
use human::Human;
use json::Json;
use log_format::LogFormat;
use snippet::Frame;
use threshold::Threshold;

/// The width that lines are cut to where nobody knows the screen's.
const WIDTH: usize = 100;

/// Whoever is told, on the streams of this process.
pub enum Report {
    /// A person.
    Human(Box<Human<AutoStream<io::Stderr>>>),
    /// A program.
    Json(Json<io::Stdout>),
}

impl Report {
    /// Talks to a person; files below `directory` (absolute) are named relative to it.
    pub fn human(environment: &Environment, directory: Utf8PathBuf, threshold: Threshold) -> Self {
        let terminal = io::stderr().is_terminal();
        let choice = match environment.colour(terminal) {
            true => ColorChoice::Always,
            false => ColorChoice::Never,
        };
        let width = if terminal { terminal_width().unwrap_or(WIDTH) } else { WIDTH };
        let frame = Frame { directory, width, verbose: false };
        let moving = terminal && !environment.dumb_terminal;
        let out = AutoStream::new(io::stderr(), choice);
        Self::Human(Box::new(Human::new(out, frame, threshold, moving).ticking()))
    }

    /// Talks to a program.
    pub fn json() -> Self {
        Self::Json(Json::new(io::stdout()))
    }

    /// Shows from now on what the configuration asks for. Programs are always told everything.
    pub fn set_threshold(&mut self, threshold: Threshold) {
        match self {
            Self::Human(human) => human.set_threshold(threshold),
            Self::Json(_) => {}
        }
    }

    /// Makes lines of the log look so from now on, for people.
    pub fn set_format(&mut self, format: Option<LogFormat>) {
        match self {
            Self::Human(human) => human.set_format(format),
            Self::Json(_) => {}
        }
    }

    /// Tells all that is known about every error: its code, a recipe's backtrace.
    pub fn tell_all(&mut self) {
        match self {
            Self::Human(human) => human.tell_all(),
            Self::Json(_) => {}
        }
    }

    /// Asks a person for something; a program is not asked.
    pub fn prompt(&mut self, text: &str) {
        match self {
            Self::Human(human) => human.talk(text),
            Self::Json(_) => {}
        }
    }

    /// Tells all sections that were looked up, as zc.buildout does: sorted, in the form of the database.
    pub fn configuration_data(&mut self, buildout: &Buildout) {
        let mut text = "\nConfiguration data:\n".to_owned();
        for name in buildout.looked_up() {
            let options: BTreeMap<String, String> = buildout.options(name).into_iter().collect();
            let options = options.iter().map(|(option, value)| (option.as_str(), value.as_str()));
            text.push_str(&Database::section_text(name, options));
        }
        text.push('\n');
        match self {
            Self::Human(human) => human.talk(&visible::text(&text)),
            Self::Json(json) => json.event(&Event::Log { part: None, level: Level::Debug, message: text }),
        }
    }

    /// Writes what a command was asked for: `text` for a person, `data` under the name `result` for a program.
    ///
    /// What a terminal would obey is made visible, into a pipe or a file as well: it may be shown from there.
    ///
    /// # Errors
    ///
    /// Standard output cannot be written. That nobody reads on (`| head`) is no error.
    pub fn result(&mut self, result: &str, text: &str, data: &impl Serialize) -> io::Result<()> {
        self.write_result(result, &visible::text(text), data)
    }

    /// The same for a text that is wanted as it is: only on a terminal it is made harmless.
    ///
    /// # Errors
    ///
    /// As [`Report::result`].
    pub fn raw_result(&mut self, result: &str, text: &str, data: &impl Serialize) -> io::Result<()> {
        match io::stdout().is_terminal() {
            true => self.result(result, text, data),
            false => self.write_result(result, text, data),
        }
    }

    fn write_result(&mut self, result: &str, text: &str, data: &impl Serialize) -> io::Result<()> {
        let written = match self {
            Self::Human(human) => {
                human.clear_progress();
                let mut out = io::stdout().lock();
                out.write_all(text.as_bytes()).and_then(|()| out.flush())
            }
            Self::Json(json) => json.result(result, data),
        };
        match written {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            other => other,
        }
    }
}

impl Reporter for Report {
    fn event(&mut self, event: &Event) {
        match self {
            Self::Human(human) => human.event(event),
            Self::Json(json) => json.event(event),
        }
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic, sources: &SourceMap) {
        match self {
            Self::Human(human) => human.diagnostic(diagnostic, sources),
            Self::Json(json) => json.diagnostic(diagnostic, sources),
        }
    }
}

/// The columns of the terminal behind standard error.
fn terminal_width() -> Option<usize> {
    let size = rustix::termios::tcgetwinsize(io::stderr()).ok()?;
    (size.ws_col > 0).then_some(usize::from(size.ws_col))
}
