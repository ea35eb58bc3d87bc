//! Telling people: events become the lines that users of zc.buildout know.
//!
//! - In: [`Event`]s and diagnostics, as they come.
//! - Out: lines on standard error; a line that moves while something lasts, on a terminal only.
//! - Not here: results (standard output, `mod`), drawing a diagnostic (`snippet`), which colours are wanted.
//!
//! Rules: zc.buildout's words stand alone on their lines, to the letter; reasons are our own and stand on the lines
//! below. Every line of a recipe carries the name of its part, so that no recipe can speak for buildout.

use std::fmt::Write as _;
use std::io::Write;
use std::sync::{Arc, Mutex, MutexGuard};

use anstyle::{Effects, Style};

use super::log_format::LogFormat;
use super::screen::{Screen, Ticker, columns};
use super::snippet::{self, Frame};
use super::threshold::Threshold;
use super::visible;
use crate::diagnostic::{Diagnostic, Severity};
use crate::event::{Activity, Cause, Event, Level, Reporter, UnusedOption};
use crate::source::SourceMap;

const DIM: Style = Style::new().effects(Effects::DIMMED);

/// Writes for a person.
#[derive(Debug)]
pub struct Human<W: Write> {
    screen: Arc<Mutex<Screen<W>>>,
    ticker: Option<Ticker>,
    frame: Frame,
    threshold: Threshold,
    /// How the lines look, if not as usual.
    format: Option<LogFormat>,
    /// Whether a line can be written over.
    moving: bool,
    /// Whether all that is known about an error is told.
    all: bool,
}

impl<W: Write> Human<W> {
    /// Makes a reporter that writes to `out`, which takes colours out where they are not wanted.
    ///
    /// `moving` says that `out` is a terminal, on which progress can be shown.
    pub fn new(out: W, frame: Frame, threshold: Threshold, moving: bool) -> Self {
        let screen = Arc::new(Mutex::new(Screen::new(out)));
        Self { screen, ticker: None, frame, threshold, format: None, moving, all: false }
    }

    /// Shows, where a line can move, how long a step lasts of which its recipe says nothing.
    #[must_use]
    pub fn ticking(mut self) -> Self
    where
        W: Send + 'static,
    {
        self.ticker = self.moving.then(|| Ticker::start(&self.screen));
        self
    }

    /// Shows from now on what the configuration asks for.
    pub fn set_threshold(&mut self, threshold: Threshold) {
        self.threshold = threshold;
    }

    /// Makes lines of the log look so from now on.
    pub fn set_format(&mut self, format: Option<LogFormat>) {
        self.format = format;
    }

    /// Writes lines of the log: of a part, or without one of buildout itself.
    fn log(&mut self, part: Option<&str>, level: Level, message: &str) {
        let message = message.strip_suffix('\n').unwrap_or(message);
        let lines = match (&self.format, part) {
            (Some(format), part) => format.lines(part, level, message),
            (None, Some(part)) => message.split('\n').map(|line| format!("{part}: {line}\n")).collect(),
            (None, None) => format!("{message}\n"),
        };
        self.write(&lines);
    }

    /// Tells from now on all that is known about every error.
    pub fn tell_all(&mut self) {
        self.all = true;
    }

    /// Writes a text as it is; behind one without a line end somebody may type.
    pub fn talk(&mut self, text: &str) {
        self.clear_progress();
        self.write(text);
    }

    /// Takes the progress line off the screen, for others who are about to write there.
    pub fn clear_progress(&mut self) {
        self.screen().show(String::new());
    }

    fn write(&mut self, lines: &str) {
        self.screen().write(lines);
    }

    fn screen(&self) -> MutexGuard<'_, Screen<W>> {
        self.screen.lock().expect("nothing panics while it holds the screen")
    }

    fn causes(&self, activity: Activity, causes: &[Cause]) -> String {
        // A part that is new and one that is kept up to date surprise nobody; one that goes does.
        let level = match activity {
            Activity::Uninstalling => Level::Info,
            Activity::Installing | Activity::Updating => Level::Debug,
        };
        let mut lines = String::new();
        if self.threshold.shows(level) {
            for cause in causes {
                let at = cause.place.as_ref();
                let at = at.map(|at| format!(" ({})", snippet::place(at, &self.frame.directory)));
                let (text, at) = (visible::line(&cause.text), at.unwrap_or_default());
                writeln!(lines, "  {DIM}because {text}{at}{DIM:#}").expect("a String takes all");
            }
        }
        lines
    }

    fn unused(&self, section: &str, options: &[UnusedOption]) -> String {
        let names: Vec<String> =
            options.iter().map(|unused| format!("'{}'", visible::line(&unused.option))).collect();
        let mut lines = format!(
            "Section `{}` contains unused option(s): {}.\n\
             This may be an indication for either a typo in the option's name or a bug in the used recipe.\n",
            visible::line(section),
            names.join(" ")
        );
        for unused in options {
            let at = unused.place.as_ref().map(|at| snippet::place(at, &self.frame.directory));
            let nearest =
                unused.nearest.as_ref().map(|name| format!("did you mean `{}`?", visible::line(name)));
            let said: Vec<String> = [at, nearest].into_iter().flatten().collect();
            if !said.is_empty() {
                let option = visible::line(&unused.option);
                writeln!(lines, "  {DIM}{option}: {}{DIM:#}", said.join(", ")).expect("a String takes all");
            }
        }
        lines
    }

    /// The progress line, cut to the screen.
    fn progress(&self, part: &str, what: &str, done: f64, total: Option<f64>) -> String {
        let how_far = match total {
            Some(total) if total > 0.0 => {
                format!(" {:.0}%", (done / total * 100.0).clamp(0.0, 100.0).floor())
            }
            _ if done > 0.0 => format!(" {done:.0}"),
            _ => String::new(),
        };
        self.one_line(&format!("{part}: {what}"), &how_far)
    }

    /// A line that fits on the screen, whose end is not cut.
    fn one_line(&self, begin: &str, end: &str) -> String {
        let room = self.frame.width.saturating_sub(columns(end) + 1);
        let mut line = String::new();
        for character in visible::line(begin).chars() {
            if columns(&line) + columns(character.encode_utf8(&mut [0; 4])) > room {
                break;
            }
            line.push(character);
        }
        line + end
    }
}

impl<W: Write> Reporter for Human<W> {
    fn event(&mut self, event: &Event) {
        let info = self.threshold.shows(Level::Info);
        match event {
            Event::CreatingDirectory { path } if info => {
                self.log(None, Level::Info, &format!("Creating directory '{}'.", visible::line(path)));
            }
            Event::CreatingFile { path } if info => {
                self.log(None, Level::Info, &format!("Creating '{}'.", visible::line(path)));
            }
            Event::CompilingRecipe { recipe } if info => {
                let recipe = visible::line(recipe);
                self.log(None, Level::Info, &format!("Compiling recipe {recipe} (once on this machine)."));
            }
            Event::StepStarted { activity, part, causes } => {
                if info {
                    let word = match activity {
                        Activity::Installing => "Installing",
                        Activity::Updating => "Updating",
                        Activity::Uninstalling => "Uninstalling",
                    };
                    self.log(None, Level::Info, &format!("{word} {}.", visible::line(part)));
                    let causes = self.causes(*activity, causes);
                    if !causes.is_empty() {
                        self.write(&causes);
                    }
                }
                if info {
                    let doing = match activity {
                        Activity::Installing => "installing",
                        Activity::Updating => "updating",
                        Activity::Uninstalling => "uninstalling",
                    };
                    // Room for the seconds of a day.
                    let line = self.one_line(&format!("{part}: {doing}"), "         ");
                    self.screen().lasts(line.trim_end().to_owned());
                }
            }
            Event::StepFinished { .. } => {
                self.screen().forget();
                self.clear_progress();
            }
            Event::Log { part, level, message } if self.threshold.shows(*level) => {
                let part = part.as_ref().map(|part| visible::line(part));
                self.log(part.as_deref(), *level, &visible::text(message));
            }
            Event::Progress { part, what, done, total } if self.moving && info => {
                let line = self.progress(part, what, *done, *total);
                let mut screen = self.screen();
                screen.forget();
                screen.show(line);
            }
            Event::ProgressEnded { .. } => self.clear_progress(),
            Event::Kept { path, why } if self.threshold.shows(Level::Warning) => {
                let path = snippet::file_name(path, &self.frame.directory);
                self.write(&format!("Keeping '{path}': {}.\n", visible::line(why)));
            }
            Event::Undone { part, paths } if info && !paths.is_empty() => {
                let mut lines = format!("Removed what {} had made.\n", visible::line(part));
                if self.threshold.shows(Level::Debug) {
                    for path in paths {
                        let path = snippet::file_name(path, &self.frame.directory);
                        writeln!(lines, "  {DIM}{path}{DIM:#}").expect("a String takes all");
                    }
                }
                self.write(&lines);
            }
            Event::PutBack { part, paths } if info && !paths.is_empty() => {
                let mut lines = format!("Put back what {} had before.\n", visible::line(part));
                if self.threshold.shows(Level::Debug) {
                    for path in paths {
                        let path = snippet::file_name(path, &self.frame.directory);
                        writeln!(lines, "  {DIM}{path}{DIM:#}").expect("a String takes all");
                    }
                }
                self.write(&lines);
            }
            Event::UnusedOptions { section, options } if self.threshold.shows(Level::Warning) => {
                self.write(&self.unused(section, options));
            }
            Event::CreatingDirectory { .. }
            | Event::CreatingFile { .. }
            | Event::CompilingRecipe { .. }
            | Event::Log { .. }
            | Event::Progress { .. }
            | Event::Kept { .. }
            | Event::Undone { .. }
            | Event::PutBack { .. }
            | Event::UnusedOptions { .. }
            | Event::RunStarted { .. } => {}
        }
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic, sources: &SourceMap) {
        if diagnostic.severity == Severity::Error {
            self.screen().forget();
            self.clear_progress();
        }
        let level = match diagnostic.severity {
            // However quiet: why a run ends is always told.
            Severity::Error => None,
            Severity::Warning => Some(Level::Warning),
            Severity::Notice => Some(Level::Info),
        };
        if level.is_none_or(|level| self.threshold.shows(level)) {
            let frame =
                Frame { verbose: self.all || self.threshold.shows(Level::Debug), ..self.frame.clone() };
            self.write(&snippet::draw(diagnostic, sources, &frame));
        }
    }
}

impl<W: Write> Drop for Human<W> {
    fn drop(&mut self) {
        self.ticker = None;
        self.clear_progress();
    }
}

#[cfg(test)]
mod tests {
    use snapbox::{IntoData as _, assert_data_eq, str};

    use super::*;
    use crate::source::Place;

    /// What is on the screen after some events, without colours.
    fn told(verbosity: i64, moving: bool, events: &[Event]) -> String {
        let mut out = Vec::new();
        let frame = Frame { directory: "/home/ann/site".into(), width: 40, verbose: false };
        let stream = anstream::StripStream::new(&mut out);
        let mut human = Human::new(stream, frame, Threshold::default().more(verbosity), moving);
        events.iter().for_each(|event| human.event(event));
        drop(human);
        String::from_utf8(out).expect("we write text")
    }

    fn log(part: Option<&str>, level: Level, message: &str) -> Event {
        Event::Log { part: part.map(str::to_owned), level, message: message.to_owned() }
    }

    fn step(activity: Activity, text: &str) -> Event {
        let place = Some(Place { file: "/home/ann/site/site.cfg".to_owned(), line: 3, column: 8 });
        let causes = vec![Cause { code: "x", text: text.to_owned(), place }];
        Event::StepStarted { activity, part: "site".to_owned(), causes }
    }

    fn a_run() -> Vec<Event> {
        let part = || "site".to_owned();
        vec![
            Event::RunStarted { command: "install".to_owned(), file: "/home/ann/site/site.cfg".to_owned() },
            Event::CreatingDirectory { path: "/home/ann/site/parts".to_owned() },
            Event::CompilingRecipe { recipe: "mkdir".to_owned() },
            step(Activity::Uninstalling, "option `mode` was `0755`, is `0700`"),
            Event::Kept {
                path: "/home/ann/site/var/notes.txt".to_owned(),
                why: "the part did not make it".to_owned(),
            },
            Event::StepFinished { activity: Activity::Uninstalling, part: part() },
            step(Activity::Installing, "it is new"),
            log(Some("site"), Level::Debug, "looking"),
            log(Some("site"), Level::Info, "made var\nmade etc\n"),
            log(Some("site"), Level::Warning, "careful"),
            log(None, Level::Debug, "12 files read"),
            Event::Undone { part: part(), paths: vec!["/home/ann/site/var".to_owned()] },
            step(Activity::Updating, "it stands"),
            Event::UnusedOptions {
                section: part(),
                options: vec![UnusedOption {
                    option: "pth".to_owned(),
                    place: Some(Place { file: "/home/ann/site/site.cfg".to_owned(), line: 4, column: 1 }),
                    nearest: Some("path".to_owned()),
                }],
            },
        ]
    }

    #[test]
    fn a_run_is_told_in_the_words_of_zc_buildout() {
        assert_data_eq!(
            told(0, false, &a_run()),
            str![[r#"
Creating directory '/home/ann/site/parts'.
Compiling recipe mkdir (once on this machine).
Uninstalling site.
  because option `mode` was `0755`, is `0700` (site.cfg:3:8)
Keeping 'var/notes.txt': the part did not make it.
Installing site.
site: made var
site: made etc
site: careful
Removed what site had made.
Updating site.
Section `site` contains unused option(s): 'pth'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  pth: site.cfg:4:1, did you mean `path`?

"#]]
        );
    }

    #[test]
    fn one_v_tells_every_reason_and_what_recipes_say_for_debugging() {
        assert_data_eq!(
            told(10, false, &a_run()),
            str![[r#"
Creating directory '/home/ann/site/parts'.
Compiling recipe mkdir (once on this machine).
Uninstalling site.
  because option `mode` was `0755`, is `0700` (site.cfg:3:8)
Keeping 'var/notes.txt': the part did not make it.
Installing site.
  because it is new (site.cfg:3:8)
site: looking
site: made var
site: made etc
site: careful
12 files read
Removed what site had made.
  var
Updating site.
  because it stands (site.cfg:3:8)
Section `site` contains unused option(s): 'pth'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  pth: site.cfg:4:1, did you mean `path`?

"#]]
        );
    }

    #[test]
    fn one_q_leaves_warnings() {
        assert_data_eq!(
            told(-10, false, &a_run()),
            str![[r#"
Keeping 'var/notes.txt': the part did not make it.
site: careful
Section `site` contains unused option(s): 'pth'.
This may be an indication for either a typo in the option's name or a bug in the used recipe.
  pth: site.cfg:4:1, did you mean `path`?

"#]]
        );
    }

    #[test]
    fn a_recipe_can_neither_move_the_cursor_nor_speak_for_buildout() {
        let message = "ok\nInstalling other.\rError: \u{1b}[1Agone";
        assert_data_eq!(
            told(0, false, &[log(Some("site"), Level::Info, message)]),
            str![[r#"
site: ok
site: Installing other.\u{d}Error: \u{1b}[1Agone

"#]]
            .raw()
        );
    }

    #[test]
    fn progress_moves_on_one_line_and_is_gone_in_the_end() {
        let progress = |what: &str, done, total| Event::Progress {
            part: "site".to_owned(),
            what: what.to_owned(),
            done,
            total,
        };
        let events = [
            progress("unpacking", 1.0, Some(3.0)),
            progress("unpacking", 1.001, Some(3.0)),
            log(Some("site"), Level::Info, "half way"),
            progress("counting", 5.0, None),
            progress("a text that is far too long for this 漢字 screen\u{1b}", f64::NAN, Some(f64::NAN)),
            Event::ProgressEnded { part: "site".to_owned() },
        ];
        let shown = told(0, true, &events).replace('\r', "<CR>");
        assert_data_eq!(shown, str![[r#"
site: unpacking 33%<CR>                   <CR>site: half way
site: unpacking 33%<CR>                   <CR>site: counting 5<CR>                <CR>site: a text that is far too long for t<CR>                                       <CR>
"#]].raw());
        assert_eq!(told(0, false, &events), "site: half way\n", "nothing moves where nobody looks");
    }

    #[test]
    fn errors_are_told_however_quiet_and_codes_from_one_v_on() {
        let told = |verbosity, diagnostic: &Diagnostic| {
            let mut out = Vec::new();
            let frame = Frame { directory: "/".into(), width: 40, verbose: false };
            let mut human = Human::new(
                anstream::StripStream::new(&mut out),
                frame,
                Threshold::default().more(verbosity),
                false,
            );
            human.diagnostic(diagnostic, &SourceMap::default());
            drop(human);
            String::from_utf8(out).expect("we write text")
        };
        let error = Diagnostic::error("broken", "It broke.");
        let (warning, notice) = (Diagnostic::warning("odd", "Odd."), Diagnostic::notice("fyi", "So."));
        assert_eq!(told(-100, &error), "Error: It broke.\n");
        assert_eq!(told(10, &error), "Error: It broke.\ncode: broken\n");
        assert_eq!((told(-10, &warning), told(-20, &warning)), ("Warning: Odd.\n".into(), String::new()));
        assert_eq!((told(0, &notice), told(-10, &notice)), ("Notice: So.\n".into(), String::new()));
    }
}
