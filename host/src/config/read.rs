//! Reading: bytes of one file become its settled operations, with what it extends taken out.
//!
//! - In: bytes, a name for messages, facts for conditions.
//! - Out: [`ReadFile`], and everything that is wrong with it.
//! - Not here: which files are read, and in which order (`extends`).

use std::collections::HashMap;
use std::sync::Arc;

use super::condition::{Environment, Judgement, judge};
use super::facts::Facts;
use super::failure::{Asked, Bad, LoadError};
use super::limits::Limits;
use super::parse::{BadLine, Block, Fault, Operator, Stretch, parse};
use super::settle::{Settled, settle};
use super::text::words;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceMap, Span};

/// A section that was left out because nobody can say whether it counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The expression in its header.
    pub at: Span,
    /// Why it cannot be judged, in a few words.
    pub reason: String,
    /// What may be written instead.
    pub help: String,
}

/// One file, ready to be merged.
#[derive(Debug)]
pub(super) struct ReadFile {
    pub(super) id: FileId,
    pub(super) text: Arc<str>,
    pub(super) settled: Arc<Settled>,
    pub(super) extends: Vec<(String, Span)>,
    pub(super) optional_extends: Vec<(String, Span)>,
}

/// What all files of a run have in common while they are read.
#[derive(Debug)]
pub(super) struct Reading<'a> {
    pub(super) facts: &'a Facts,
    pub(super) environment: &'a Environment,
    pub(super) limits: &'a Limits,
    pub(super) sources: SourceMap,
    pub(super) errors: Vec<LoadError>,
    pub(super) warnings: Vec<Diagnostic>,
    pub(super) skipped: HashMap<String, Vec<Skipped>>,
    /// Conditions that are false, by section.
    pub(super) left_out: HashMap<String, Vec<Span>>,
    /// Environment variables that were asked for in vain.
    pub(super) needs: Vec<Asked>,
    pub(super) sections: usize,
    pub(super) options: usize,
    judged: HashMap<String, Judgement>,
}

impl<'a> Reading<'a> {
    pub(super) fn new(
        sources: SourceMap,
        facts: &'a Facts,
        environment: &'a Environment,
        limits: &'a Limits,
    ) -> Self {
        Self {
            facts,
            environment,
            limits,
            sources,
            errors: Vec::new(),
            warnings: Vec::new(),
            skipped: HashMap::new(),
            left_out: HashMap::new(),
            needs: Vec::new(),
            sections: 0,
            options: 0,
            judged: HashMap::new(),
        }
    }

    /// Reads a file; none if that failed, and then the errors say so.
    pub(super) fn file(&mut self, name: &str, bytes: Vec<u8>) -> Option<ReadFile> {
        let text: Arc<str> = match String::from_utf8(bytes) {
            Ok(text) => text.into(),
            Err(error) => {
                let position = error.utf8_error().valid_up_to();
                let byte = error.as_bytes()[position];
                let shown = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let id = self.sources.add(name, shown);
                // The replacement character has three bytes.
                let at = Span::new(id, position, position + 3);
                self.errors.push(LoadError::NotText { path: name.to_owned(), byte, position, at });
                return None;
            }
        };
        let id = self.sources.add(name, Arc::clone(&text));
        self.text(name, id, text)
    }

    /// Reads a text that is a source already.
    pub(super) fn text(&mut self, name: &str, id: FileId, text: Arc<str>) -> Option<ReadFile> {
        let left = Limits {
            sections: self.limits.sections - self.sections,
            options: self.limits.options - self.options,
            ..*self.limits
        };
        let file = match parse(&text, &left) {
            Ok(file) => file,
            Err(fault) => {
                self.fault(name, id, &text, fault);
                return None;
            }
        };
        self.sections += file.blocks.len();
        self.options += file.options;
        let counts: Vec<bool> = file.blocks.iter().map(|block| self.counts(id, &text, block)).collect();
        let mut verdicts = counts.into_iter();
        let mut settled =
            settle(&text, &file.blocks, |_| verdicts.next().expect("one verdict for each block"));
        let steering = self.take_steering(name, id, &text, &mut settled);
        let (extends, optional_extends) = steering;
        Some(ReadFile { id, text, settled: Arc::new(settled), extends, optional_extends })
    }

    fn fault(&mut self, name: &str, id: FileId, text: &str, fault: Fault) {
        let span = |stretch: Stretch| Span::new(id, stretch.start as usize, stretch.end as usize);
        match fault {
            Fault::TooMany { what, at } => {
                let most = if what == "sections" { self.limits.sections } else { self.limits.options };
                self.errors.push(LoadError::TooMany { what, most, at: Some(span(at)) });
            }
            Fault::Lines { headless, bad, more } => {
                if let Some(line) = headless {
                    let (number, shown) = (line.number, line.shown(text));
                    let path = name.to_owned();
                    self.errors.push(LoadError::Headless { path, number, line: shown, at: span(line.at) });
                }
                if !bad.is_empty() {
                    let lines = bad.into_iter().map(|line| Bad {
                        number: line.number,
                        line: line.shown(text),
                        at: span(line.at),
                        help: advice(text, line),
                    });
                    let lines = lines.collect();
                    self.errors.push(LoadError::BadLines { path: name.to_owned(), lines, more });
                }
            }
        }
    }

    /// Whether a block counts; warns where that cannot be said.
    fn counts(&mut self, id: FileId, text: &str, block: &Block) -> bool {
        let Some(condition) = block.condition else { return true };
        let expression = &text[condition.range()];
        let at = Span::new(id, condition.start as usize, condition.end as usize);
        if !self.judged.contains_key(expression) {
            if self.judged.len() >= self.limits.conditions {
                let most = self.limits.conditions;
                self.errors.push(LoadError::TooMany { what: "conditions", most, at: Some(at) });
                return false;
            }
            let judgement = judge(expression, self.facts, self.environment);
            self.judged.insert(expression.to_owned(), judgement);
        }
        let section = &text[block.name.range()];
        match &self.judged[expression] {
            Judgement::True => true,
            Judgement::False => {
                self.left_out.entry(section.to_owned()).or_default().push(at);
                false
            }
            Judgement::Needs(names) => {
                self.needs.extend(names.iter().map(|name| Asked { name: name.clone(), at: Some(at) }));
                false
            }
            Judgement::Unsupported(reason) => {
                let message = format!("[{section}] is left out, as its condition is unsupported: {reason}");
                let warning = Diagnostic::warning(UNSUPPORTED_CONDITION, message);
                let help = super::condition::advice(expression, self.facts, self.environment);
                self.warnings.push(warning.at(at, "conditions are not Python here").help(help.clone()));
                let skipped = Skipped { at, reason: reason.clone(), help };
                self.skipped.entry(section.to_owned()).or_default().push(skipped);
                false
            }
        }
    }

    /// Takes `extends` and `optional-extends` out of `[buildout]`.
    fn take_steering(&mut self, name: &str, id: FileId, text: &str, settled: &mut Settled) -> (Words, Words) {
        let mut found = (Words::new(), Words::new());
        let Some(buildout) =
            settled.sections.iter_mut().find(|section| &text[section.name.range()] == "buildout")
        else {
            return found;
        };
        for option in &mut buildout.options {
            let words = match option.name.text(text) {
                "extends" => &mut found.0,
                "optional-extends" => &mut found.1,
                "extended-by" => {
                    let at = option.name.stretch();
                    let at = Span::new(id, at.start as usize, at.end as usize);
                    self.errors.push(LoadError::ExtendedBy { path: name.to_owned(), at });
                    continue;
                }
                _ => continue,
            };
            option.operations.retain(|operation| {
                if operation.operator == Operator::Set {
                    for line in operation.lines.as_slice() {
                        words.extend(spans(id, text, *line));
                    }
                    return false;
                }
                let at = Span::new(id, operation.name.start as usize, operation.name.end as usize);
                let message = "`extends` takes no `+=` or `-=`; this is an option like any other";
                let warning = Diagnostic::warning("extends-increment", message).at(at, "");
                self.warnings.push(warning.help("write all files behind one `extends =`"));
                true
            });
        }
        buildout.options.retain(|option| !option.operations.is_empty());
        found
    }
}

/// The code of the warning about a section that is left out because of its condition.
pub const UNSUPPORTED_CONDITION: &str = "unsupported-condition";

type Words = Vec<(String, Span)>;

/// The words of a line with their places.
fn spans(id: FileId, text: &str, line: Stretch) -> impl Iterator<Item = (String, Span)> {
    let start = line.start as usize;
    words(&text[line.range()])
        .map(move |(at, word)| (word.to_owned(), Span::new(id, start + at, start + at + word.len())))
}

/// What a bad line may have been meant to be.
fn advice(text: &str, line: BadLine) -> Option<&'static str> {
    let line = &text[line.at.range()];
    if line.starts_with('[') {
        let name = line.trim_start_matches('[');
        return Some(if name.contains('#') || name.contains(';') {
            "in a condition write `\\x23` for `#` and `\\x3b` for `;`"
        } else {
            "a header is `[NAME]`, and its name has no blanks or brackets"
        });
    }
    if line.starts_with(super::text::is_blank) {
        return Some("an indented line continues the option above it; there is none in this section yet");
    }
    let before = line.split('=').next().unwrap_or_default();
    if let Some(name) = before.trim_end().strip_suffix(['+', '-'])
        && before.ends_with(super::text::is_blank)
        && !name.trim_end().contains(super::text::is_blank)
    {
        return Some("an operator is `+=` or `-=`, with no blank in it");
    }
    match (line.find(':'), line.find('=')) {
        (Some(_), None) => Some("options are written `NAME = VALUE`, with `=` and not `:`"),
        (_, Some(_)) => Some("an option's name has no blanks, colons, braces or brackets"),
        (None, None) => Some("indent the line if it belongs to the option above it"),
    }
}
