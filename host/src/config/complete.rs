//! Completing: what is added to a configuration after its files are merged.
//!
//! - In: merged sections.
//! - Out: the same with the section of pinned versions and with absolute directories.
//! - Not here: substitution; a directory with `${…}` stays as it is.
//!
//! Rules: `semantics.md` 4.9, 7.2; zc.buildout 6, `Buildout.__init__`.

use std::sync::Arc;

use camino::{Utf8Path, Utf8PathBuf};
use indexmap::IndexMap;

use super::extends::is_url;
use super::facts::Facts;
use super::failure::LoadError;
use super::section::Section;
use super::value::{Change, Layer, Origin, Value};
use crate::diagnostic::nearest;
use crate::path::straight;
use crate::source::SourceMap;

/// The zc.buildout whose language this is; it satisfies pins of `zc.buildout`.
pub const LANGUAGE: &str = "6.0.1";

/// Options that are relative to the file that wrote them.
const RELATIVE_TO_FILE: [&str; 3] = ["download-cache", "eggs-directory", "extends-cache"];

/// Options that are relative to `directory`, wherever they were written.
const RELATIVE_TO_BUILDOUT: [&str; 4] =
    ["bin-directory", "parts-directory", "eggs-directory", "develop-eggs-directory"];

type Sections = IndexMap<Arc<str>, Section>;

fn default(text: &str) -> Value {
    Value::unwritten(text, Change::Set, Origin::Default, Layer::Default)
}

/// Adds the option `versions`, the section that it names, and our own pins there.
pub(super) fn versions(sections: &mut Sections) -> Result<(), LoadError> {
    let buildout = sections.get_mut("buildout").expect("the defaults have a section `buildout`");
    if buildout.get("versions").is_none() {
        buildout.options.insert("versions".into(), default("versions"));
        sections.entry("versions".into()).or_insert_with(|| Section::new("versions", None));
    }
    let value = sections["buildout"].options["versions"].clone();
    let name = value.text();
    if name.is_empty() {
        return Ok(());
    }
    let Some(section) = sections.get_mut(name) else {
        let nearest = nearest(name, sections.keys().map(|name| &**name)).map(str::to_owned);
        return Err(LoadError::NoVersions { name: name.to_owned(), at: value.place(), nearest });
    };
    for (project, version) in [("zc.buildout", format!(">={LANGUAGE}")), ("zc.recipe.egg", ">=2.0.6".into())]
    {
        if !section.pending.contains_key(project) {
            section.options.entry(project.into()).or_insert_with(|| default(&version));
        }
    }
    Ok(())
}

/// Makes `directory` and the caches absolute. Returns the buildout directory: the root file's own, where
/// the option has `${…}`.
pub(super) fn directories(
    sections: &mut Sections,
    sources: &SourceMap,
    facts: &Facts,
    root: &Utf8Path,
) -> Result<Utf8PathBuf, LoadError> {
    let buildout = sections.get_mut("buildout").expect("the defaults have a section `buildout`");
    let mut directory = root.to_owned();
    if let Some(value) = buildout.options.get_mut("directory").filter(|value| !value.text().contains("${")) {
        let written = Utf8PathBuf::from(value.text());
        if let Some(path) = absolute(value.text(), facts, root) {
            *value = value.changed(Change::Directory, path.as_str(), value.origin(), Layer::Default);
            directory = path;
        } else {
            directory = written;
        }
    }
    for option in RELATIVE_TO_FILE {
        let Some(value) = buildout.options.get_mut(option) else { continue };
        if value.text().contains("${") {
            continue;
        }
        let origin = value.origin();
        let base = match &origin {
            Origin::File(span) => {
                let name = sources.file(span.file).name();
                if is_url(name) && !Utf8Path::new(value.text()).is_absolute() {
                    let text = Arc::clone(value.shared_text());
                    return Err(LoadError::RemoteDirectory { option, text, url: name.to_owned(), at: *span });
                }
                Utf8Path::new(name).parent().unwrap_or(root)
            }
            Origin::CommandLine(_)
            | Origin::Default
            | Origin::Computed
            | Origin::Implicit
            | Origin::Recipe(_) => &directory,
        };
        if let Some(path) = absolute(value.text(), facts, base) {
            *value = value.changed(Change::Directory, path.as_str(), origin, Layer::Default);
        }
    }
    Ok(directory)
}

/// The absolute path; none if it is one already.
fn absolute(text: &str, facts: &Facts, base: &Utf8Path) -> Option<Utf8PathBuf> {
    let home = text.strip_prefix('~').filter(|rest| rest.is_empty() || rest.starts_with('/'));
    let expanded = match (home, &facts.home) {
        (Some(rest), Some(home)) => Utf8PathBuf::from(format!("{home}{rest}")),
        (Some(_), None) | (None, _) => Utf8PathBuf::from(text),
    };
    (!Utf8Path::new(text).is_absolute()).then(|| straight(&base.join(expanded)))
}

/// `[buildout]` as everything but `annotate` reads it: with the standard directories joined to `directory`.
pub(super) fn raw_buildout(buildout: &Section) -> Section {
    let mut raw = buildout.clone();
    let Some(directory) = raw.get("directory").filter(|value| !value.text().contains("${")).cloned() else {
        return raw;
    };
    for option in RELATIVE_TO_BUILDOUT {
        if let Some(value) = raw.options.get_mut(option).filter(|value| !value.text().contains("${")) {
            let path = Utf8Path::new(directory.text()).join(value.text());
            if path.as_str() != value.text() {
                *value = value.changed(Change::Directory, path.as_str(), value.origin(), Layer::Default);
            }
        }
    }
    raw
}

/// Whether the cache of extended files is named in a way that reading could not have followed.
pub(super) fn extends_cache(
    sections: &Sections,
    sources: &SourceMap,
    root: &Utf8Path,
) -> Result<(), LoadError> {
    let Some(value) = sections["buildout"].get("extends-cache") else { return Ok(()) };
    if !value.text().contains("${") {
        return Ok(());
    }
    let steers = value.history().last().is_some_and(|entry| match (&entry.origin, entry.layer) {
        (Origin::File(span), Layer::Project) => sources.file(span.file).name() == root,
        _ => true,
    });
    if !steers {
        return Ok(());
    }
    Err(LoadError::ExtendsCache { text: Arc::clone(value.shared_text()), at: value.place() })
}
