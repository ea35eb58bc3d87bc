//! Tests of the whole room, on files in memory. Each shows all that comes out.

mod bounds;
mod conditions;
mod corpus;
mod extending;
mod laws;
mod looking_up;
mod merging;
mod wrong;

use super::*;

/// A request for `/p/buildout.cfg`, and the files below `/`.
fn given(files: &[(&str, &str)]) -> (Request, MemoryFiles) {
    let files = files.iter().map(|(path, text)| (path.to_string(), *text)).collect::<Vec<_>>();
    let files = MemoryFiles::new(files.iter().map(|(path, text)| (path.as_str(), *text)));
    (Request::new("/p/buildout.cfg"), files)
}

fn loaded(files: &[(&str, &str)]) -> Configuration {
    let (request, mut files) = given(files);
    loaded_by(&request, &mut files)
}

fn loaded_by(request: &Request, files: &mut MemoryFiles) -> Configuration {
    match load(request, files) {
        Ok(configuration) => configuration,
        Err(failure) => panic!("{}", told(&failure.diagnostics, &failure.sources)),
    }
}

/// Everything that is wrong, as text.
fn wrong(files: &[(&str, &str)]) -> String {
    let (request, mut files) = given(files);
    wrong_by(&request, &mut files)
}

fn wrong_by(request: &Request, files: &mut MemoryFiles) -> String {
    let failure = load(request, files).expect_err("something is wrong");
    told(&failure.diagnostics, &failure.sources)
}

/// Diagnostics as text: message, places, notes, help, exit code.
fn told(diagnostics: &[Diagnostic], sources: &SourceMap) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let doing: String = diagnostic.doing.iter().map(|line| format!("  {line}\n")).collect();
        out.push_str(&format!("{doing}{}: {}\n", diagnostic.code, diagnostic.message));
        for label in &diagnostic.labels {
            let place = sources.place(label.span);
            let text = sources.text(label.span);
            let at = format!("{}:{}:{}", place.file, place.line, place.column);
            out.push_str(format!(" --> {at} `{text}` {}", label.text).trim_end());
            out.push('\n');
        }
        for note in &diagnostic.notes {
            out.push_str(&format!("note: {note}\n"));
        }
        for help in &diagnostic.help {
            out.push_str(&format!("help: {help}\n"));
        }
        if diagnostic.exit != crate::diagnostic::Exit::Failed {
            out.push_str(&format!("exit: {:?}\n", diagnostic.exit));
        }
    }
    out
}

/// A section before its macros, with histories: what `annotate` shows.
fn annotated(configuration: &Configuration, section: &str) -> String {
    let section = configuration.section(section).expect("there is such a section");
    let mut out = String::new();
    for (name, value) in section.rows() {
        out.push_str(&format!("{name} = {:?}\n", value.text()));
        for entry in value.history() {
            let source = match &entry.origin {
                Origin::File(span) | Origin::CommandLine(span) => {
                    let place = configuration.sources.place(*span);
                    format!("{}:{}", place.file.trim_start_matches("/p/"), place.line)
                }
                Origin::Recipe(part) => format!("recipe of {part}"),
                other => format!("{other:?}"),
            };
            out.push_str(&format!("    {} {:?} {source}\n", entry.change.word(), &*entry.text));
        }
    }
    out
}

/// A section with its macros.
fn expanded(configuration: &Configuration, section: &str) -> String {
    match configuration.expanded(section) {
        Ok(section) => section.iter().map(|(name, value)| format!("{name} = {:?}\n", value.text())).collect(),
        Err(error) => told(&[error.diagnostic()], &configuration.sources),
    }
}

/// The text of one value.
fn value(configuration: &Configuration, section: &str, option: &str) -> String {
    let section = configuration.expanded(section).expect("there is such a section");
    section.get(option).expect("there is such an option").text().to_owned()
}
