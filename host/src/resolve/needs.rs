//! What a part's recipe declares: inputs, outputs, access; and what of it nobody granted.
//!
//! - In: `recipe.toml`, the part's options.
//! - Out: places and needs with the options filled in; [`Missing`] ones.
//! - Not here: the places that follow from grants (`directories`).

use camino::{Utf8Path, Utf8PathBuf};

use super::error::Cause;
use super::reference::{Piece, pieces};
use super::{Buildout, Part};
use crate::access::{Missing, Need, NeedKind, Protected, flag};
use crate::path::real_or_to_be;
use crate::recipe::{Kind, Recipe};

/// A recipe as a bug report names it.
pub(super) fn called(recipe: &Recipe) -> String {
    let digest = recipe.digest.get(..12).unwrap_or(&recipe.digest);
    let version = &recipe.description.recipe.version;
    let blank = if version.is_empty() { "" } else { " " };
    format!("{}{blank}{version} (sha256 {digest}…)", recipe.name)
}

impl Buildout {
    /// A part's recipe as a bug report names it.
    pub fn called(&self, recipe: &Recipe) -> String {
        called(recipe)
    }

    /// The places behind the options of one kind, absolute and real.
    fn places(&self, part: &str, recipe: &Recipe, entry: &str, kind: Kind) -> Vec<Utf8PathBuf> {
        let Some(live) = self.section(part) else { return Vec::new() };
        let root = &self.directories.root;
        let mut places = Vec::new();
        for (name, option) in recipe.description.options_of(entry, kind) {
            let text = match (live.text(name), &option.default) {
                (Some(text), _) => text.to_owned(),
                (None, Some(default)) => self.filled(part, default),
                (None, None) => continue,
            };
            // Where a text may stand instead of a file, it is marked as one.
            if kind == Kind::Input && text.starts_with("inline:") {
                continue;
            }
            let items = if option.list { split_paths(root, &text) } else { vec![text.trim().to_owned()] };
            places.extend(
                items.iter().filter(|item| !item.is_empty()).map(|item| real_or_to_be(&root.join(item))),
            );
        }
        places
    }

    /// A text of `recipe.toml` with the part's own options filled in.
    fn filled(&self, part: &str, text: &str) -> String {
        let value = |piece: &Piece<'_>| match piece {
            Piece::Plain(text) => (*text).to_owned(),
            Piece::Malformed(malformed) => malformed.text.to_owned(),
            Piece::Reference(reference) | Piece::Angle(reference) => {
                let section = if reference.section.is_empty() { part } else { reference.section };
                let live = self.section(section);
                match live.and_then(|live| live.text(reference.option)) {
                    Some(text) => text.to_owned(),
                    None if reference.option == "_buildout_section_name_" => section.to_owned(),
                    None => reference.default.unwrap_or_default().to_owned(),
                }
            }
        };
        pieces(text).iter().map(value).collect()
    }
}

/// Splits a list of paths at blanks, but not inside the buildout directory's own path.
fn split_paths(root: &Utf8Path, text: &str) -> Vec<String> {
    let mut items = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let skipped = match rest.strip_prefix(root.as_str()) {
            Some(behind) if behind.is_empty() || behind.starts_with(['/', ' ', '\n', '\t']) => {
                root.as_str().len()
            }
            _ => 0,
        };
        let end = rest[skipped..].find(char::is_whitespace).map_or(rest.len(), |at| skipped + at);
        items.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    items
}

/// Files whose content counts.
pub(super) fn inputs(buildout: &Buildout, part: &str, recipe: &Recipe, entry: &str) -> Vec<Utf8PathBuf> {
    buildout.places(part, recipe, entry, Kind::Input)
}

/// Places that the part may make itself.
pub(super) fn outputs(buildout: &Buildout, part: &str, recipe: &Recipe, entry: &str) -> Vec<Utf8PathBuf> {
    buildout.places(part, recipe, entry, Kind::Output)
}

/// Whether an entry declares places, or has options that name some, which may lie anywhere.
pub(super) fn names_places(recipe: &Recipe, entry: &str) -> bool {
    let mut options = recipe.description.entry(entry).into_iter().flat_map(|entry| entry.option.values());
    let mut needs = recipe.description.access.iter().filter(|need| need.concerns(entry));
    options.any(|option| matches!(option.kind, Kind::Input | Kind::Output))
        || needs.any(|need| matches!(need.kind, NeedKind::Read | NeedKind::Write))
}

fn needs(part: &Part, kind: NeedKind) -> impl Iterator<Item = &Need> {
    part.recipe.description.access.iter().filter(move |need| need.kind == kind && need.concerns(&part.entry))
}

/// Directories that a part declares to need, absolute and real.
pub(super) fn declared(buildout: &Buildout, part: &Part, kind: NeedKind) -> Vec<Utf8PathBuf> {
    let root = &buildout.directories.root;
    let value = |need: &Need| real_or_to_be(&root.join(buildout.filled(&part.name, &need.value)));
    needs(part, kind).map(value).collect()
}

/// The declared needs for links.
pub(super) fn declared_links(part: &Part) -> Vec<&Need> {
    needs(part, NeedKind::Links).collect()
}

/// The environment of a call: what is declared, granted and set.
pub(super) fn environment(
    buildout: &Buildout,
    part: &str,
    recipe: &Recipe,
    entry: &str,
) -> Vec<(String, String)> {
    let declared =
        recipe.description.access.iter().filter(|need| need.kind == NeedKind::Env && need.concerns(entry));
    let granted = declared.filter(|need| buildout.surroundings.grants.variable(&need.value, Some(part)));
    let set = granted.filter_map(|need| {
        let value = buildout.surroundings.environment.get(&need.value)?;
        Some((need.value.clone(), value.clone()))
    });
    set.collect()
}

impl Buildout {
    /// The environment of a part's calls: what is declared, granted and set.
    pub fn environment_of(&self, part: &Part) -> Vec<(String, String)> {
        environment(self, &part.name, &part.recipe, &part.entry)
    }
}

/// Access of all parts that is declared and not granted.
pub(super) fn missing(buildout: &Buildout) -> Vec<Missing> {
    let grants = &buildout.surroundings.grants;
    let mut missing = Vec::new();
    for part in buildout.parts() {
        for need in part.recipe.description.access.iter().filter(|need| need.concerns(&part.entry)) {
            let mut need = need.clone();
            need.value = buildout.filled(&part.name, &need.value);
            if matches!(need.kind, NeedKind::Read | NeedKind::Write) {
                let path = real_or_to_be(&buildout.directories.root.join(&need.value));
                let reads_own = need.kind == NeedKind::Read && buildout.directories.holds(&path);
                let makes_own =
                    buildout.directories.standard().into_iter().any(|root| path.starts_with(root));
                if reads_own || makes_own {
                    continue;
                }
                need.value = path.into_string();
            }
            let found = grants.missing(&part.name, &part.recipe.name, &need);
            missing.extend(found.map(|found| widened(found, Utf8Path::new(&need.value))));
        }
        missing.extend(missing_places(buildout, &part.name, &part.recipe, &part.outputs, &part.inputs));
    }
    missing.dedup_by(|one, other| {
        one.part == other.part && one.need.kind == other.need.kind && one.need.value == other.need.value
    });
    missing
}

/// The first place that an option of kind `output` names and that nothing may write.
pub(super) fn protected_output(buildout: &Buildout) -> Option<Cause> {
    let protected = Protected { files: buildout.protected_files() };
    let root = &buildout.directories.root;
    buildout.parts().find_map(|part| {
        let path = part.outputs.iter().find(|path| {
            let beneath = path.parent().unwrap_or(path);
            buildout.directories.holds(path)
                && protected.covers(if beneath.starts_with(root) { root } else { beneath }, path)
        })?;
        let live = buildout.section(&part.name)?;
        let mut options = part.recipe.description.options_of(&part.entry, Kind::Output);
        let at = options.find_map(|(name, _)| live.place(name)).or(live.written.at);
        Some(Cause::ProtectedOutput { part: part.name.clone(), path: path.clone(), at })
    })
}

/// Places outside the buildout directory that options of the part name and nobody granted.
pub(super) fn missing_places(
    buildout: &Buildout,
    part: &str,
    recipe: &Recipe,
    outputs: &[Utf8PathBuf],
    inputs: &[Utf8PathBuf],
) -> Vec<Missing> {
    let directories = &buildout.directories;
    let by_user =
        |path: &Utf8Path| recipe.is_stock() && directories.outside.iter().any(|root| path.starts_with(root));
    let mut missing = Vec::new();
    for (kind, paths) in [(NeedKind::Write, outputs), (NeedKind::Read, inputs)] {
        for path in paths.iter().filter(|path| !directories.holds(path) && !by_user(path)) {
            let why = "an option of the part names it".to_owned();
            let need = Need { kind, value: path.to_string(), why, entries: None };
            let found = buildout.surroundings.grants.missing(part, &recipe.name, &need);
            missing.extend(found.map(|found| widened(found, path.parent().unwrap_or(path))));
        }
    }
    missing
}

/// The same with a flag that does what it says: a file, or what is not there yet, is reached through the
/// directory around it.
fn widened(missing: Missing, place: &Utf8Path) -> Missing {
    let kind = missing.need.kind;
    if !matches!(kind, NeedKind::Read | NeedKind::Write) {
        return missing;
    }
    let above = || place.parent().filter(|above| above.is_dir());
    let around = if place.is_dir() { place } else { above().unwrap_or(place) };
    let flag = missing.flag.is_some().then(|| flag(kind, Some(&missing.part), around.as_str()));
    Missing { flag, ..missing }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_paths_is_not_split_inside_the_buildout_directory() {
        let split = |text| split_paths(Utf8Path::new("/my project"), text);
        assert_eq!(split("a  b\nc"), ["a", "b", "c"]);
        assert_eq!(split("/my project/a b"), ["/my project/a", "b"]);
        assert_eq!(split("/my projects/a"), ["/my", "projects/a"]);
    }
}
