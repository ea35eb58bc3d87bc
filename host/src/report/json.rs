//! Telling programs: one versioned object a line (`--json`).
//!
//! - In: [`Event`]s, diagnostics and results.
//! - Out: lines of JSON, all on standard output, in the order in which things happen.
//! - Not here: words for people (`human`).
//!
//! Rules: every object has `version` and `kind`: `event` (with `event`), `diagnostic` (with `severity` and `code`) or
//! `result` (with `result` and `data`). Within a version, fields and names are only added. What a terminal would obey or
//! not show is written as `\uXXXX`, which reads back as the same text.

use std::io::{self, Write};

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, Serializer};

use super::visible;
use crate::diagnostic::{Diagnostic, Severity};
use crate::event::{Event, Reporter};
use crate::source::{SourceMap, Span};

/// The version of every object; raised when a field goes or changes its meaning.
pub const VERSION: u32 = 1;

/// Writes for a program.
#[derive(Debug)]
pub struct Json<W: Write> {
    out: W,
}

/// What every line has in common.
#[derive(Serialize)]
struct Line<T> {
    version: u32,
    kind: &'static str,
    #[serde(flatten)]
    rest: T,
}

#[derive(Serialize)]
struct Told<'a> {
    severity: &'static str,
    code: &'a str,
    message: &'a str,
    doing: &'a [String],
    labels: Vec<Stretch<'a>>,
    notes: &'a [String],
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    details: &'a [String],
    help: &'a [String],
    exit: u8,
}

/// A label with its span as people and editors count: from 1, the end behind the last character.
#[derive(Serialize)]
struct Stretch<'a> {
    file: String,
    line: usize,
    column: usize,
    end_line: usize,
    end_column: usize,
    text: &'a str,
}

#[derive(Serialize)]
struct Outcome<'a, T> {
    result: &'a str,
    data: T,
}

impl<W: Write> Json<W> {
    /// Makes a reporter that writes its lines to `out`.
    pub fn new(out: W) -> Self {
        Self { out }
    }

    /// Writes what a command was asked for.
    ///
    /// # Errors
    ///
    /// `out` cannot be written.
    pub fn result(&mut self, result: &str, data: &impl Serialize) -> io::Result<()> {
        self.line("result", Outcome { result, data })
    }

    fn line(&mut self, kind: &'static str, rest: impl Serialize) -> io::Result<()> {
        let mut line = Vec::with_capacity(256);
        let line_of = Line { version: VERSION, kind, rest };
        line_of.serialize(&mut Serializer::with_formatter(&mut line, Visible))?;
        line.push(b'\n');
        self.out.write_all(&line).and_then(|()| self.out.flush())
    }
}

impl<W: Write> Reporter for Json<W> {
    fn event(&mut self, event: &Event) {
        // A closed standard output is no reason to stop a run half way; `result` tells it.
        let _ = self.line("event", event);
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic, sources: &SourceMap) {
        let labels = diagnostic.labels.iter().map(|label| {
            let start = sources.place(label.span);
            let end = sources.place(Span { start: label.span.end, ..label.span });
            Stretch {
                file: start.file,
                line: start.line,
                column: start.column,
                end_line: end.line,
                end_column: end.column,
                text: &label.text,
            }
        });
        let _ = self.line(
            "diagnostic",
            Told {
                severity: match diagnostic.severity {
                    Severity::Error => "error",
                    Severity::Warning => "warning",
                    Severity::Notice => "notice",
                },
                code: diagnostic.code,
                message: &diagnostic.message,
                doing: &diagnostic.doing,
                labels: labels.collect(),
                notes: &diagnostic.notes,
                details: &diagnostic.details,
                help: &diagnostic.help,
                exit: diagnostic.exit as u8,
            },
        );
    }
}

/// Compact JSON in which everything can be seen.
struct Visible;

impl Formatter for Visible {
    fn write_string_fragment<W: ?Sized + Write>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()> {
        let mut rest = fragment;
        while let Some(at) = rest.find(visible::is_invisible) {
            let hidden = rest[at..].chars().next().expect("it was found there");
            writer.write_all(&rest.as_bytes()[..at])?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
            rest = &rest[at + hidden.len_utf8()..];
        }
        writer.write_all(rest.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()> {
        CompactFormatter.write_char_escape(writer, escape)
    }
}

#[cfg(test)]
mod tests {
    use snapbox::{IntoData as _, assert_data_eq, str};

    use super::*;
    use crate::event::{Activity, Level};

    fn written(write: impl FnOnce(&mut Json<&mut Vec<u8>>)) -> String {
        let mut out = Vec::new();
        write(&mut Json::new(&mut out));
        String::from_utf8(out).expect("JSON is text")
    }

    #[test]
    fn every_event_is_one_line() {
        let lines = written(|json| {
            let part = || "site".to_owned();
            json.event(&Event::StepStarted {
                activity: Activity::Installing,
                part: part(),
                causes: Vec::new(),
            });
            json.event(&Event::Log { part: Some(part()), level: Level::Info, message: "a\nb".to_owned() });
            json.event(&Event::Progress { part: part(), what: "w".to_owned(), done: f64::NAN, total: None });
            json.event(&Event::ProgressEnded { part: part() });
        });
        assert_data_eq!(
            lines,
            str![[r#"
{"version":1,"kind":"event","event":"step-started","activity":"installing","part":"site","causes":[]}
{"version":1,"kind":"event","event":"log","part":"site","level":"info","message":"a\nb"}
{"version":1,"kind":"event","event":"progress","part":"site","what":"w","done":null,"total":null}
{"version":1,"kind":"event","event":"progress-ended","part":"site"}

"#]]
            .raw()
        );
    }

    #[test]
    fn a_diagnostic_names_its_places_as_lines_and_columns() {
        let mut sources = SourceMap::default();
        let file = sources.add("/x/site.cfg", "[ä]\nx = ${b:y}\n");
        let diagnostic =
            Diagnostic::error("unknown-section", "The referenced section, 'b', was not defined.")
                .at(Span::new(file, 9, 15), "referenced here")
                .note("a fact")
                .help("do this")
                .doing("Installing.");
        let lines = written(|json| json.diagnostic(&diagnostic, &sources));
        assert_data_eq!(lines, str![[r#"
{"version":1,"kind":"diagnostic","severity":"error","code":"unknown-section","message":"The referenced section, 'b', was not defined.","doing":["Installing."],"labels":[{"file":"/x/site.cfg","line":2,"column":5,"end_line":2,"end_column":11,"text":"referenced here"}],"notes":["a fact"],"help":["do this"],"exit":1}

"#]].raw());
    }

    #[test]
    fn a_result_carries_the_name_of_its_command() {
        let lines = written(|json| json.result("query", &[("a", 1)]).expect("a Vec takes all"));
        assert_data_eq!(
            lines,
            str![[r#"
{"version":1,"kind":"result","result":"query","data":[["a",1]]}

"#]]
            .raw()
        );
    }

    #[test]
    fn what_a_terminal_would_obey_is_escaped_and_reads_back_the_same() {
        let text = "\u{1b}[31m \u{9b} \u{202e} \u{e0041} \"\\ é";
        let line = written(|json| json.result("query", &text).expect("a Vec takes all"));
        assert_data_eq!(
            &line,
            str![[r#"
{"version":1,"kind":"result","result":"query","data":"\u001b[31m \u009b \u202e \udb40\udc41 \"\\ é"}

"#]]
            .raw()
        );
        let read: serde_json::Value = serde_json::from_str(&line).expect("it is JSON");
        assert_eq!(read["data"], text);
    }
}
