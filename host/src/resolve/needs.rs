//! What a part's recipe declares: inputs, outputs, access; and what of it nobody granted.
//!
//! - In: `recipe.toml`, the part's options.
//! - Out: places and needs with the options filled in, and how each need stands: [`Claim`]s.
//! - Not here: the places that follow from grants (`directories`).

use camino::{Utf8Path, Utf8PathBuf};

use super::error::Cause;
use super::reference::{Piece, pieces};
use super::{Buildout, Part};
use crate::access::{Asker, Claim, Need, NeedKind, Protected, net_value};
use crate::installed::Digest;
use crate::path::real_or_to_be;
use crate::recipe::{Kind, Recipe};
use crate::source::Span;

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

    /// The places behind the options of one kind, absolute and real, each with its option.
    fn places<'r>(
        &self,
        part: &str,
        recipe: &'r Recipe,
        entry: &str,
        kind: Kind,
    ) -> Vec<(&'r str, Utf8PathBuf)> {
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
            let items = items.iter().filter(|item| !item.is_empty());
            places.extend(items.map(|item| (name, real_or_to_be(&root.join(item)))));
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
    buildout.places(part, recipe, entry, Kind::Input).into_iter().map(|(_, path)| path).collect()
}

/// Places that the part may make itself.
pub(super) fn outputs(buildout: &Buildout, part: &str, recipe: &Recipe, entry: &str) -> Vec<Utf8PathBuf> {
    buildout.places(part, recipe, entry, Kind::Output).into_iter().map(|(_, path)| path).collect()
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

/// The names that a part declares to need, and was granted.
pub(super) fn granted(buildout: &Buildout, part: &Part, kind: NeedKind) -> Vec<String> {
    let identity = part.recipe.identity();
    let asker = Asker::Part { name: &part.name, recipe: &identity };
    let names = needs(part, kind).map(|need| buildout.filled(&part.name, &need.value));
    names.filter(|name| buildout.surroundings.grants.hold(kind, name, asker)).collect()
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
    let asker = Asker::Part { name: part, recipe: &recipe.identity() };
    let declared =
        recipe.description.access.iter().filter(|need| need.kind == NeedKind::Env && need.concerns(entry));
    let names = declared.map(|need| buildout.filled(part, &need.value));
    let granted = names.filter(|name| buildout.surroundings.grants.hold(NeedKind::Env, name, asker));
    let set = granted.filter_map(|name| {
        let value = buildout.surroundings.environment.get(&name)?.clone();
        Some((name, value))
    });
    set.collect()
}

impl Buildout {
    /// The environment of a part's calls: what is declared, granted and set.
    pub fn environment_of(&self, part: &Part) -> Vec<(String, String)> {
        environment(self, &part.name, &part.recipe, &part.entry)
    }
}

/// What all parts need beyond the defaults, and how it stands.
pub(super) fn claims(buildout: &Buildout) -> Vec<Claim> {
    let mut claims: Vec<Claim> = Vec::new();
    for part in buildout.parts() {
        for need in part.recipe.description.access.iter().filter(|need| need.concerns(&part.entry)) {
            if let Some(need) = settled(buildout, &part.name, need) {
                let at = buildout.section(&part.name).and_then(|live| live.place("recipe"));
                let place = Utf8PathBuf::from(&need.value);
                claims.push(claim(buildout, (&part.name, &part.recipe), need, &place, at));
            }
        }
        claims.extend(places_outside(buildout, &part.name, &part.recipe, &part.entry));
    }
    claims.dedup_by(|one, other| {
        one.part == other.part && one.need.kind == other.need.kind && one.need.value == other.need.value
    });
    claims
}

/// A need with the part's options filled in and its value as it is compared; none if everybody may.
fn settled(buildout: &Buildout, part: &str, need: &Need) -> Option<Need> {
    let mut need = need.clone();
    need.value = buildout.filled(part, &need.value);
    let path = |text: &str| real_or_to_be(&buildout.directories.root.join(text));
    match need.kind {
        NeedKind::Read | NeedKind::Write => {
            let path = path(&need.value);
            let reads_own = need.kind == NeedKind::Read && buildout.directories.holds(&path);
            let makes_own = buildout.directories.standard().into_iter().any(|root| path.starts_with(root));
            if reads_own || makes_own {
                return None;
            }
            need.value = path.into_string();
        }
        NeedKind::Net => need.value = net_value(&need.value).unwrap_or(need.value),
        NeedKind::Run if need.value.contains('/') => need.value = path(&need.value).into_string(),
        NeedKind::Run | NeedKind::Env | NeedKind::Links => {}
    }
    Some(need)
}

/// How a need of a part stands; `place` is what there is to give if it is about one.
fn claim(
    buildout: &Buildout,
    (part, recipe): (&str, &Recipe),
    need: Need,
    place: &Utf8Path,
    at: Option<Span>,
) -> Claim {
    let identity = recipe.identity();
    let asker = Asker::Part { name: part, recipe: &identity };
    let value = match need.kind {
        NeedKind::Read | NeedKind::Write => {
            // What holds the buildout holds far more of the user's than the place: his home, or everything.
            let wide = around(place);
            if buildout.directories.root.starts_with(wide) { place } else { wide }.to_string()
        }
        NeedKind::Net | NeedKind::Run | NeedKind::Env | NeedKind::Links => need.value.clone(),
    };
    let grants = &buildout.surroundings.grants;
    Claim {
        part: Some(part.to_owned()),
        recipe: recipe.name.clone(),
        standing: grants.standing_of(&need, asker),
        before: grants.before(part, &identity, need.kind, &value),
        value,
        identity,
        need,
        at,
    }
}

/// The directory to give for a place: a file, or what is not there yet, is reached through the one around it.
fn around(place: &Utf8Path) -> &Utf8Path {
    let above = || place.parent().filter(|above| above.is_dir());
    if place.is_dir() { place } else { above().unwrap_or(place) }
}

/// How an environment variable stands that a file of the configuration reads.
pub(super) fn claim_of_file(buildout: &Buildout, name: &str, at: Option<Span>) -> Claim {
    let file = at.map(|at| buildout.configuration.sources.file(at.file));
    let identity = file.map(|file| format!("file sha256:{}", Digest::of(file.text().as_bytes())));
    let identity = identity.unwrap_or_default();
    let need = Need { kind: NeedKind::Env, value: name.to_owned(), why: String::new(), entries: None };
    let asker = Asker::Configuration { file: &identity };
    Claim {
        part: None,
        recipe: file.map_or_else(String::new, |file| file.name().to_owned()),
        standing: buildout.surroundings.grants.standing_of(&need, asker),
        value: name.to_owned(),
        before: None,
        identity,
        need,
        at,
    }
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

/// Places outside the buildout directory that options of the part name.
pub(super) fn places_outside(buildout: &Buildout, part: &str, recipe: &Recipe, entry: &str) -> Vec<Claim> {
    let directories = &buildout.directories;
    let by_user =
        |path: &Utf8Path| recipe.is_stock() && directories.outside.iter().any(|root| path.starts_with(root));
    let mut claims = Vec::new();
    for (kind, option) in [(NeedKind::Write, Kind::Output), (NeedKind::Read, Kind::Input)] {
        for (name, path) in buildout.places(part, recipe, entry, option) {
            if directories.holds(&path) || by_user(&path) {
                continue;
            }
            let around = path.parent().unwrap_or(&path).to_owned();
            let why = "an option of the part names it".to_owned();
            let need = Need { kind, value: path.into_string(), why, entries: None };
            let at = buildout.section(part).and_then(|live| live.place(name).or(live.written.at));
            claims.push(claim(buildout, (part, recipe), need, &around, at));
        }
    }
    claims
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
