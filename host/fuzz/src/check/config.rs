//! What holds of every configuration, whoever wrote it.
//!
//! - In: any bytes; lines that are [`BETWEEN`] part them into files, the first one the root.
//! - Out: nothing, or a panic that says which law is broken.

use crate::config::{
    Change, ConfigFile, Configuration, Failure, Limits, MemoryFiles, Operator, Request, Written, load, parse,
};
use crate::diagnostic::Diagnostic;
use crate::source::SourceMap;

/// Parts the files of one input. The first one is `buildout.cfg`, the others are `1.cfg`, `2.cfg` …
pub const BETWEEN: &str = "\n#----\n";

/// Parses each file, loads all of them, and looks at everything that comes of it.
pub fn check(bytes: &[u8]) {
    let files = parted(bytes);
    let mut same = Vec::new();
    for file in &files {
        same.push(std::str::from_utf8(file).map_or_else(|_| file.to_vec(), |text| parsed(text).into_bytes()));
    }
    let first = loaded(files);
    let again = loaded(same.iter().map(Vec::as_slice).collect());
    assert_eq!(again, first, "files that are written back mean the same");
}

fn parted(bytes: &[u8]) -> Vec<&[u8]> {
    let mut files = Vec::new();
    let mut rest = bytes;
    while let Some(at) = rest.windows(BETWEEN.len()).position(|window| window == BETWEEN.as_bytes()) {
        files.push(&rest[..=at]);
        rest = &rest[at + BETWEEN.len()..];
    }
    files.push(rest);
    files
}

/// Parses a text; returns it as it is written back, or as it is where it cannot be parsed.
fn parsed(text: &str) -> String {
    let Ok(file) = parse(text, &Limits::default()) else { return text.to_owned() };
    let outline = outline(text, &file);
    let back = written(text, &file);
    let again = parse(&back, &Limits::default()).expect("what is written back is accepted");
    assert_eq!(self::outline(&back, &again), outline, "what is written back is the same");

    let options: Vec<&Written> = file.blocks.iter().flat_map(|block| &block.options).collect();
    // Each takes a whole parse; the first few show as much as all.
    for (at, option) in options.iter().enumerate().take(8) {
        let whole = option.whole.range();
        let edited = format!("{} new{}", &text[..whole.start], &text[whole.end..]);
        let again = parse(&edited, &Limits::default()).expect("an edited file is as good as before");
        let mut wanted = outline.clone();
        let line = wanted.iter_mut().filter(|line| !line.header).nth(at).expect("one line for each option");
        line.texts = vec!["new".to_owned()];
        assert_eq!(self::outline(&edited, &again), wanted, "a replaced value changes nothing else");
    }
    back
}

/// A header or an option, without its place.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Line {
    header: bool,
    name: String,
    operator: Option<Operator>,
    texts: Vec<String>,
}

fn outline(text: &str, file: &ConfigFile) -> Vec<Line> {
    let mut lines = Vec::new();
    for block in &file.blocks {
        let texts = block.condition.iter().map(|at| text[at.range()].to_owned()).collect();
        lines.push(Line { header: true, name: text[block.name.range()].to_owned(), operator: None, texts });
        for option in &block.options {
            let texts =
                [option.first].iter().chain(&option.more).map(|at| text[at.range()].to_owned()).collect();
            let (name, operator) = (option.name.text(text).to_owned(), Some(option.operator));
            assert!(!name.is_empty() && !name.contains(char::is_whitespace), "a name is one word");
            lines.push(Line { header: false, name, operator, texts });
        }
    }
    lines
}

/// A file with nothing in it but what it means.
fn written(text: &str, file: &ConfigFile) -> String {
    let mut out = String::new();
    for block in &file.blocks {
        let condition = block.condition.map_or(String::new(), |at| format!(":{}", &text[at.range()]));
        out.push_str(&format!("[{}{condition}]\n", &text[block.name.range()]));
        for option in &block.options {
            let operator = match option.operator {
                Operator::Set => "=",
                Operator::Add => "+=",
                Operator::Remove => "-=",
            };
            let first = &text[option.first.range()];
            out.push_str(&format!("{} {operator} {first}\n", option.name.text(text)));
            for line in &option.more {
                // A line of a block begins with its own indentation.
                let indent = if first.is_empty() { "" } else { "  " };
                out.push_str(&format!("{indent}{}\n", &text[line.range()]));
            }
        }
    }
    out
}

/// Loads the files and returns all values; nothing if they are refused.
fn loaded(files: Vec<&[u8]>) -> Vec<(String, String, String)> {
    let mut memory = MemoryFiles::default();
    for (at, file) in files.into_iter().enumerate() {
        let name = if at == 0 { "/p/buildout.cfg".to_owned() } else { format!("/p/{at}.cfg") };
        memory.add(&name, file);
    }
    match load(&Request::new("/p/buildout.cfg"), &mut memory) {
        Ok(configuration) => looked_at(&configuration),
        Err(Failure { sources, diagnostics }) => {
            assert!(!diagnostics.is_empty(), "a refusal has a reason");
            told(&diagnostics, &sources);
            Vec::new()
        }
    }
}

/// Every value of every section, before and after its macros; each line is where its span says.
fn looked_at(configuration: &Configuration) -> Vec<(String, String, String)> {
    told(&configuration.warnings, &configuration.sources);
    let mut all = Vec::new();
    for name in configuration.names() {
        let section = configuration.section(name).expect("it was just named");
        for (option, value) in section.rows() {
            assert!(!value.history().is_empty(), "a value has a history");
            all.push((name.to_owned(), option.into_owned(), value.text().to_owned()));
        }
        match configuration.expanded(name) {
            Ok(section) => {
                for (option, value) in section.iter() {
                    all.push((name.to_owned(), format!("expanded {option}"), value.text().to_owned()));
                    // A directory that was made absolute still points at what was written.
                    if value.history().iter().any(|entry| entry.change == Change::Directory) {
                        continue;
                    }
                    let mut at = 0;
                    for line in value.text().split('\n') {
                        let span = value.span_of(at..at + line.len()).filter(|_| !line.is_empty());
                        if let Some(span) = span {
                            assert_eq!(
                                configuration.sources.text(span),
                                line,
                                "a line is where its span says"
                            );
                        }
                        at += line.len() + 1;
                    }
                }
            }
            Err(error) => told(&[error.diagnostic()], &configuration.sources),
        }
    }
    all
}

/// Every place of a diagnostic can be shown.
fn told(diagnostics: &[Diagnostic], sources: &SourceMap) {
    for diagnostic in diagnostics {
        assert!(!diagnostic.message.is_empty(), "a diagnostic says something");
        for label in &diagnostic.labels {
            sources.place(label.span);
            sources.text(label.span);
        }
    }
}
