//! The standard directories, and what each call of a recipe may touch.
//!
//! - In: the options of `[buildout]`, the grants.
//! - Out: [`Directories`]; the [`Reach`] of `init` and of the other calls.
//! - Not here: making the directories (`execute`).
//!
//! Rules: `decisions.md` 4.3 and 4.6. The project may put its directories anywhere inside the buildout
//! directory; only the user (command line, `default.cfg`) or a grant leads outside.

use camino::{Utf8Path, Utf8PathBuf};

use super::error::Cause;
use super::section::Slot;
use super::{Buildout, Part, needs};
use crate::access::{Asker, NeedKind, Protected, Reach, flag};
use crate::config::{Layer, Value};
use crate::path::{real_or_to_be, straight};
use crate::recipe::Recipe;

/// The options of `[buildout]` that name a directory for parts.
const OPTIONS: [&str; 4] = ["bin-directory", "parts-directory", "eggs-directory", "develop-eggs-directory"];

/// What can be wrong with a place that an option names.
const OUTSIDE: &str = "leads outside the buildout directory";
pub(super) const MISSING: &str = "there is no such directory";
const PROTECTED: &str = "names a protected place";

/// Where a buildout keeps what. All absolute; the root is real.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Directories {
    /// The buildout directory.
    pub root: Utf8PathBuf,
    /// For programs.
    pub bin: Utf8PathBuf,
    /// For what parts make.
    pub parts: Utf8PathBuf,
    /// For Python distributions.
    pub eggs: Utf8PathBuf,
    /// For links to Python projects under work.
    pub develop_eggs: Utf8PathBuf,
    /// `.installed.cfg`; none keeps no records.
    pub database: Option<Utf8PathBuf>,
    /// Those of the above that the user put outside the buildout directory; stock recipes may write there.
    pub outside: Vec<Utf8PathBuf>,
}

impl Directories {
    /// Only the root is known yet.
    pub(super) fn at(root: &Utf8Path) -> Self {
        Self { root: real_or_to_be(root), ..Self::default() }
    }

    /// The four directories for what parts make.
    pub fn standard(&self) -> [&Utf8PathBuf; 4] {
        [&self.bin, &self.parts, &self.eggs, &self.develop_eggs]
    }

    /// Whether a path lies inside the buildout directory.
    pub fn holds(&self, path: &Utf8Path) -> bool {
        path.starts_with(&self.root)
    }
}

/// An option of `[buildout]` after substitution: those that name a directory are joined to the root.
pub(super) fn joined(buildout: &Buildout, option: &str, text: String) -> String {
    if OPTIONS.contains(&option) {
        return buildout.configuration.directory().join(text).into_string();
    }
    text
}

/// Settles the directories when `[buildout]` has been substituted.
pub(super) fn settle(buildout: &mut Buildout) -> Result<(), Cause> {
    let text = |buildout: &Buildout, option| buildout.setting(option).unwrap_or_default().to_owned();
    let root = Utf8PathBuf::from(text(buildout, "directory"));
    inside_the_projects_own(buildout, &root)?;
    if !root.is_dir() {
        let reason = if root.exists() { "it is no directory" } else { MISSING };
        let at = written(buildout, "directory").as_ref().and_then(Value::place);
        return Err(Cause::NoDirectory { path: root.into_string(), reason, at });
    }
    let version = text(buildout, "eggs-directory-version");
    if !version.is_empty() {
        let version = Utf8Path::new(&version);
        let mut names = version.components();
        let single = matches!((names.next(), names.next()), (Some(camino::Utf8Component::Normal(_)), None));
        if !single || Protected::default().covers(&root, &root.join(version)) {
            return Err(wrong(
                buildout,
                "eggs-directory-version",
                "is no name of a directory",
                version,
                "write one name, without slashes",
            ));
        }
    }
    complete(buildout);
    let mut directories = Directories::at(&root);
    let mut places = Vec::new();
    for option in OPTIONS {
        let named = Utf8PathBuf::from(text(buildout, option));
        let path = real_or_to_be(&named);
        if !directories.holds(&path) {
            let value = written(buildout, option);
            // A name that stays inside leads outside through a link, which came with the project.
            let through_link =
                straight(&named).starts_with(&root) || straight(&named).starts_with(&directories.root);
            let by_user = !through_link && value.as_ref().is_some_and(is_users);
            let granted = buildout
                .surroundings
                .grants
                .directories(NeedKind::Write, Asker::CONFIGURATION)
                .any(|root| path.starts_with(root));
            if !by_user && !granted {
                return Err(Cause::Outside {
                    what: OUTSIDE,
                    option: option.to_owned(),
                    at: value.as_ref().and_then(Value::place),
                    help: format!("`{}` would allow it", flag(NeedKind::Write, None, path.as_str())),
                    path: path.into_string(),
                });
            }
            directories.outside.push(path.clone());
        } else if Protected::default().covers(&directories.root, &path) {
            return Err(wrong(buildout, option, PROTECTED, &path, "name another directory"));
        }
        places.push(path);
    }
    [directories.bin, directories.parts, directories.eggs, directories.develop_eggs] =
        places.try_into().expect("four options name four directories");
    let installed = text(buildout, "installed");
    if !installed.is_empty() {
        let path = Utf8PathBuf::from(installed);
        let (parent, name) = (path.parent().unwrap_or(&path), path.file_name().unwrap_or_default());
        let path = real_or_to_be(parent).join(name);
        let protected = path.strip_prefix(&directories.root).map_or(true, |beneath| {
            Protected::default().covers(&directories.root, &directories.root.join(beneath))
                && name != ".installed.cfg"
        });
        let value = written(buildout, "installed");
        let by_project = !value.as_ref().is_some_and(is_users);
        let steers = buildout
            .configuration
            .sources
            .files()
            .any(|file| real_or_to_be(Utf8Path::new(file.name())) == path);
        if (protected && by_project) || steers {
            return Err(Cause::Outside {
                what: if directories.holds(&path) { PROTECTED } else { OUTSIDE },
                option: "installed".to_owned(),
                path: path.into_string(),
                at: value.as_ref().and_then(Value::place),
                help: "name a file inside the buildout directory".to_owned(),
            });
        }
        directories.database = Some(path);
    }
    buildout.directories = directories;
    Ok(())
}

/// Makes whole paths of the options of `[buildout]` that are more than their text says.
pub(super) fn complete(buildout: &mut Buildout) {
    let text = |buildout: &Buildout, option| buildout.setting(option).unwrap_or_default().to_owned();
    let (root, version) = (text(buildout, "directory"), text(buildout, "eggs-directory-version"));
    if !version.is_empty() {
        replace(buildout, "eggs-directory", |path| path.join(version));
    }
    if !text(buildout, "installed").is_empty() {
        replace(buildout, "installed", |path| Utf8Path::new(&root).join(path));
    }
}

/// The project's files may put the buildout directory below that of the configuration file only.
fn inside_the_projects_own(buildout: &Buildout, root: &Utf8Path) -> Result<(), Cause> {
    let value = written(buildout, "directory");
    let computed = value.as_ref().is_none_or(|value| value.layers().is_only(Layer::Default));
    if computed || value.as_ref().is_some_and(is_users) {
        return Ok(());
    }
    let file = &buildout.surroundings.file;
    let own = real_or_to_be(file.parent().unwrap_or(file));
    if real_or_to_be(root).starts_with(&own) && root.is_absolute() {
        if !Protected::default().covers(&own, &real_or_to_be(root)) {
            return Ok(());
        }
        let help = format!("name another directory, or say it yourself: `buildout directory={root}`");
        return Err(wrong(buildout, "directory", PROTECTED, root, &help));
    }
    Err(wrong(
        buildout,
        "directory",
        OUTSIDE,
        root,
        &format!("on the command line it may: `buildout directory={root}`"),
    ))
}

/// Whether a value is the user's own word alone: nothing of the project's was written or substituted in it.
fn is_users(value: &Value) -> bool {
    let layers = value.layers();
    let of_user = layers.contains(Layer::User) || layers.contains(Layer::CommandLine);
    let of_others = layers.contains(Layer::Project) || layers.contains(Layer::Recipe);
    of_user && !of_others && !super::reference::may_refer(value.text())
}

fn wrong(buildout: &Buildout, option: &str, what: &'static str, path: &Utf8Path, help: &str) -> Cause {
    Cause::Outside {
        what,
        option: option.to_owned(),
        path: path.to_string(),
        at: written(buildout, option).as_ref().and_then(Value::place),
        help: help.to_owned(),
    }
}

fn written(buildout: &Buildout, option: &str) -> Option<Value> {
    buildout.configuration.section("buildout").and_then(|section| section.get(option)).cloned()
}

fn replace(buildout: &mut Buildout, option: &str, change: impl FnOnce(Utf8PathBuf) -> Utf8PathBuf) {
    let Some(live) = buildout.sections.get_mut("buildout") else { return };
    if let Some(Slot::Cooked(text) | Slot::Set(text)) = live.slots.get_mut(option) {
        *text = change(Utf8PathBuf::from(std::mem::take(text))).into_string();
    }
}

/// What every call may read: the buildout directory, and of `more` what is there.
fn readable(
    buildout: &Buildout,
    recipe: &Recipe,
    more: impl Iterator<Item = Utf8PathBuf>,
) -> Vec<Utf8PathBuf> {
    let mut read = vec![buildout.directories.root.clone()];
    if recipe.is_stock() {
        read.extend(buildout.directories.outside.iter().cloned());
    }
    read.extend(more);
    read.retain(|path| path.is_dir());
    read.sort();
    read.dedup();
    read
}

/// The directory to open for a place that was declared, as far as it was granted; for a file, or for what
/// is not there yet, the one around it.
fn opened(place: &Utf8Path, grant: &Utf8Path) -> Option<Utf8PathBuf> {
    if grant.starts_with(place) {
        return Some(grant.to_owned());
    }
    let mut around = place.ancestors().take_while(|path| path.starts_with(grant));
    around.find(|path| path.is_dir()).map(Utf8Path::to_owned)
}

/// What an `init` may touch: it reads, and writes nothing. Its options are not final yet, so if it declares
/// any place, all that was granted counts.
pub(super) fn init_reach(buildout: &Buildout, part: &str, recipe: &Recipe, entry: &str) -> Reach {
    let grants = &buildout.surroundings.grants;
    let identity = recipe.identity();
    let asker = Asker::Part { name: part, recipe: &identity };
    let places = needs::names_places(recipe, entry);
    let all = grants.directories(NeedKind::Read, asker).filter(|_| places).map(Utf8Path::to_owned);
    Reach {
        root: buildout.directories.root.clone(),
        read: readable(buildout, recipe, all),
        given: grants.directories(NeedKind::Read, asker).map(Utf8Path::to_owned).collect(),
        hidden: grants.refused(NeedKind::Read, asker).map(Utf8Path::to_owned).collect(),
        ..Reach::default()
    }
}

impl Buildout {
    /// What the other calls of a part may touch; `own` is what it was seen to make before.
    pub fn reach(&self, part: &Part, own: impl IntoIterator<Item = Utf8PathBuf>) -> Reach {
        let directories = &self.directories;
        let grants = &self.surroundings.grants;
        let identity = part.recipe.identity();
        let asker = Asker::Part { name: &part.name, recipe: &identity };
        let write: Vec<&Utf8Path> = grants.directories(NeedKind::Write, asker).collect();
        let refused = |kind| grants.refused(kind, asker).map(Utf8Path::to_owned).collect();
        let inside = |path: &Utf8Path| directories.holds(path);
        let make = directories
            .standard()
            .into_iter()
            .filter(|path| inside(path) || part.recipe.is_stock())
            .cloned()
            .collect();
        // What is there already, or lies outside, counts as far as it was declared and granted.
        let declared = needs::declared(self, part, NeedKind::Write);
        let granted_places = part
            .outputs
            .iter()
            .chain(&declared)
            .filter(|path| write.iter().any(|root| path.starts_with(root)))
            .cloned()
            .collect();
        let to_read = needs::declared(self, part, NeedKind::Read);
        let places = declared.iter().chain(&to_read).chain(&part.outputs).chain(&part.inputs);
        let places: Vec<&Utf8PathBuf> = places.filter(|path| !inside(path)).collect();
        let all = grants.directories(NeedKind::Read, asker);
        let more = all.flat_map(|grant| places.iter().filter_map(|place| opened(place, grant)));
        let read = readable(self, &part.recipe, more);
        let granted = declared
            .iter()
            .flat_map(|need| {
                write.iter().filter_map(move |grant| {
                    if need.starts_with(grant) {
                        Some(need.clone())
                    } else if grant.starts_with(need) {
                        Some((*grant).to_owned())
                    } else {
                        None
                    }
                })
            })
            .collect();
        Reach {
            root: directories.root.clone(),
            read,
            given: grants.directories(NeedKind::Read, asker).map(Utf8Path::to_owned).collect(),
            make,
            outputs: part.outputs.iter().filter(|path| inside(path)).cloned().collect(),
            granted,
            granted_places,
            own: own.into_iter().collect(),
            links: grants.hold(NeedKind::Links, "", asker) && !needs::declared_links(part).is_empty(),
            programs: needs::granted(self, part, NeedKind::Run),
            variables: needs::granted(self, part, NeedKind::Env),
            protected: Protected { files: self.protected_files() },
            hidden: refused(NeedKind::Read),
            closed: refused(NeedKind::Write),
        }
    }

    /// The files that steer this run, configuration files and the database: nothing may write them.
    pub fn protected_files(&self) -> Vec<Utf8PathBuf> {
        let sources = &self.configuration.sources;
        let files =
            sources.files().map(|file| Utf8PathBuf::from(file.name())).filter(|path| path.is_absolute());
        files.chain(self.directories.database.clone()).collect()
    }
}
