//! What counts like a file without being one: built-in defaults and the command line.
//!
//! - In: facts, the root file's directory, assignments.
//! - Out: nodes for a [`Graph`](super::graph::Graph).
//! - Not here: what is added after merging (`complete`).
//!
//! Source: zc.buildout 6, `_buildout_default_options`; `semantics.md` 7.1.

use std::sync::Arc;

use camino::Utf8Path;

use super::assignment::Assignment;
use super::facts::Facts;
use super::graph::{Node, Speaker};
use super::parse::{Name, Operator, Stretch};
use super::settle::{Operation, Settled, SettledOption, SettledSection};
use super::text::words;
use crate::diagnostic::Diagnostic;
use crate::source::{FileId, SourceMap, Span};

/// The options of `[buildout]` that are there without being written.
const DEFAULTS: [(&str, &str); 21] = [
    ("allow-hosts", "*"),
    ("allow-picked-versions", "true"),
    ("allow-unknown-extras", "false"),
    ("bin-directory", "bin"),
    ("develop-eggs-directory", "develop-eggs"),
    ("eggs-directory", "eggs"),
    ("eggs-directory-version", "v5"),
    ("find-links", ""),
    ("install-from-cache", "false"),
    ("installed", ".installed.cfg"),
    ("log-format", ""),
    ("log-level", "INFO"),
    ("newest", "true"),
    ("offline", "false"),
    ("parts-directory", "parts"),
    ("prefer-final", "true"),
    ("python", "buildout"),
    ("show-picked-versions", "false"),
    ("socket-timeout", ""),
    ("update-versions-file", ""),
    ("use-dependency-links", "true"),
];

/// The built-in defaults, and the directory that the root file lies in.
pub(super) fn nodes(facts: &Facts, directory: &Utf8Path) -> [Node; 2] {
    let executable = facts.executable.as_ref().map(|path| ("executable", path.as_str()));
    let defaults = DEFAULTS.into_iter().chain(executable);
    [
        said(Speaker::Default, None, defaults.map(|(name, text)| ("buildout", name, Operator::Set, text))),
        said(Speaker::Computed, None, [("buildout", "directory", Operator::Set, directory.as_str())]),
    ]
}

/// What the command line says.
pub(super) struct CommandLine {
    pub(super) node: Node,
    /// Files that `buildout:extends=` adds.
    pub(super) extends: Vec<(String, Span)>,
    pub(super) warnings: Vec<Diagnostic>,
}

/// Makes a source of the assignments, `command line`, and a node of that.
pub(super) fn command_line(assignments: &[Assignment], sources: &mut SourceMap) -> CommandLine {
    let (steering, others): (Vec<&Assignment>, Vec<&Assignment>) =
        assignments.iter().partition(|one| one.section == "buildout" && one.option == "extends");
    let all = steering.iter().chain(&others);
    let said_by =
        |one: &&Assignment| (one.section.clone(), one.option.clone(), one.operator, one.text.clone());
    let texts: Vec<_> = all.map(said_by).collect();
    let parts = texts.iter().map(|(section, option, operator, text)| {
        (section.as_str(), option.as_str(), *operator, text.as_str())
    });
    let mut writing = Writing::default();
    let stretches: Vec<Said> = parts.map(|part| writing.say(part)).collect();
    let text: Arc<str> = writing.text.into();
    let file = sources.add("command line", Arc::clone(&text));
    let mut extends = Vec::new();
    let mut warnings = Vec::new();
    for said in &stretches[..steering.len()] {
        if said.operator != Operator::Set {
            let message = "`extends` takes no `+=` or `-=`; this does nothing";
            warnings.push(Diagnostic::warning("extends-increment", message).at(span(file, said.option), ""));
            continue;
        }
        extends.clear();
        for line in &said.lines {
            let start = line.start as usize;
            extends.extend(
                words(&text[line.range()]).map(|(at, word)| {
                    (word.to_owned(), Span::new(file, start + at, start + at + word.len()))
                }),
            );
        }
    }
    let settled = settle(&text, stretches.into_iter().skip(steering.len()));
    let node = node(Speaker::CommandLine, Some(file), text, settled);
    CommandLine { node, extends, warnings }
}

impl CommandLine {
    /// The sections of its assignments, each where it is named first.
    pub(super) fn sections(&self) -> Vec<(String, Span)> {
        let file = self.node.file.expect("the command line is a source");
        let sections = self.node.settled.sections.iter();
        sections
            .map(|section| (self.node.text[section.name.range()].to_owned(), span(file, section.name)))
            .collect()
    }
}

fn span(file: FileId, stretch: Stretch) -> Span {
    Span::new(file, stretch.start as usize, stretch.end as usize)
}

fn node(speaker: Speaker, file: Option<FileId>, text: Arc<str>, settled: Settled) -> Node {
    Node { speaker, file, text, settled: Arc::new(settled), extends: Vec::new() }
}

type Part<'a> = (&'a str, &'a str, Operator, &'a str);

fn said<'a>(speaker: Speaker, file: Option<FileId>, parts: impl IntoIterator<Item = Part<'a>>) -> Node {
    let mut writing = Writing::default();
    let said: Vec<Said> = parts.into_iter().map(|part| writing.say(part)).collect();
    let settled = settle(&writing.text, said.into_iter());
    node(speaker, file, writing.text.into(), settled)
}

/// One assignment in a text of assignments.
struct Said {
    section: Stretch,
    option: Stretch,
    operator: Operator,
    lines: Vec<Stretch>,
}

/// A text of assignments, one after the other.
#[derive(Default)]
struct Writing {
    text: String,
}

impl Writing {
    fn write(&mut self, text: &str) -> Stretch {
        let start = self.text.len();
        self.text.push_str(text);
        Stretch::new(start, self.text.len())
    }

    fn say(&mut self, (section, option, operator, value): Part<'_>) -> Said {
        let section = self.write(section);
        self.write(":");
        let option = self.write(option);
        self.write(match operator {
            Operator::Set => "=",
            Operator::Add => "+=",
            Operator::Remove => "-=",
        });
        let mut lines = Vec::new();
        for line in value.split('\n') {
            lines.push(self.write(line));
            self.write("\n");
        }
        Said { section, option, operator, lines }
    }
}

/// Puts assignments together; each keeps its place in the order.
fn settle(text: &str, said: impl Iterator<Item = Said>) -> Settled {
    let mut settled = Settled::default();
    let same = |one: Stretch, other: Stretch| text[one.range()] == text[other.range()];
    for one in said {
        let sections = &mut settled.sections;
        let at = sections.iter().position(|section| same(section.name, one.section)).unwrap_or_else(|| {
            sections.push(SettledSection { name: one.section, options: Vec::new() });
            sections.len() - 1
        });
        let options = &mut sections[at].options;
        let named = |option: &SettledOption| same(option.name.stretch(), one.option);
        let at = options.iter().position(named).unwrap_or_else(|| {
            options.push(SettledOption { name: Name::Written(one.option), operations: Vec::new() });
            options.len() - 1
        });
        let operation = Operation { operator: one.operator, name: one.option, lines: one.lines.into() };
        options[at].operations.push(operation);
    }
    settled
}
