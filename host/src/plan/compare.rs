//! Comparing.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::{Action, Plan, Reason, Step};
use crate::installed::{Digest, Installed, Record};
use crate::resolve::{Buildout, Part};

/// A larger input file counts by its size and time instead of its content.
const LARGEST_INPUT: u64 = 256 << 20;

impl Plan {
    /// Compares a buildout with what is installed.
    ///
    /// With `named`, only these parts are looked at, in that order, and nothing else goes; with `force`
    /// they are made anew without any other reason.
    pub fn compare(buildout: &Buildout, installed: &Installed, named: &[String]) -> Self {
        let parts: Vec<&Part> = if named.is_empty() {
            buildout.parts().collect()
        } else {
            let mut seen = BTreeSet::new();
            named.iter().filter(|name| seen.insert(*name)).filter_map(|name| buildout.part(name)).collect()
        };
        let rebuild_dependants = buildout.setting("rebuild-dependants") != Some("false");
        let mut plan = Self::default();
        let mut made_anew: BTreeSet<&str> = BTreeSet::new();
        let mut coming = Vec::new();
        for part in parts {
            let inputs = digests(&part.inputs);
            let (mut action, mut reasons) = match installed.database.parts.get(&part.name) {
                None => (Action::Install, vec![Reason::New]),
                Some(record) => match changes(buildout, installed, part, record, &inputs) {
                    reasons if reasons.is_empty() && part.recipe.description.updates(&part.entry) => {
                        (Action::Update, reasons)
                    }
                    reasons if reasons.is_empty() => (Action::Keep, reasons),
                    reasons => (Action::Reinstall, reasons),
                },
            };
            if rebuild_dependants && matches!(action, Action::Update | Action::Keep) {
                let changed = part.needs.iter().filter(|need| made_anew.contains(need.as_str()));
                reasons.extend(changed.map(|need| Reason::DependencyChanged { part: need.clone() }));
                if !reasons.is_empty() {
                    action = Action::Reinstall;
                }
            }
            if matches!(action, Action::Install | Action::Reinstall) {
                made_anew.insert(&part.name);
            }
            plan.inputs.insert(part.name.clone(), inputs);
            coming.push(Step { part: part.name.clone(), action, reasons });
        }
        for name in installed.database.parts.keys().rev() {
            match coming.iter().find(|step| step.part == *name) {
                Some(step) if step.action == Action::Reinstall => plan.going.push(name.clone()),
                None if named.is_empty() => {
                    plan.going.push(name.clone());
                    let reasons = vec![Reason::NoLongerNamed];
                    plan.steps.push(Step { part: name.clone(), action: Action::Uninstall, reasons });
                }
                Some(_) | None => {}
            }
        }
        plan.steps.extend(coming);
        plan
    }
}

/// Everything about a part that is not as it was recorded.
fn changes(
    buildout: &Buildout,
    installed: &Installed,
    part: &Part,
    record: &Record,
    inputs: &BTreeMap<Utf8PathBuf, Digest>,
) -> Vec<Reason> {
    let mut reasons = Vec::new();
    let known = installed.known.get(&part.name);
    if known.is_some_and(|known| known.dirty) {
        reasons.push(Reason::Unfinished);
    }
    let options = buildout.options(&part.name);
    let names: BTreeSet<&String> = record.options.keys().chain(options.keys()).collect();
    for name in names {
        let (was, is) = (record.options.get(name), options.get(name));
        if was != is {
            let at = buildout.section(&part.name).and_then(|section| section.place(name));
            reasons.push(Reason::OptionChanged {
                option: name.clone(),
                was: was.cloned(),
                is: is.cloned(),
                at,
            });
        }
    }
    let signature = part.recipe.signature();
    if record.signature != signature {
        reasons.push(Reason::RecipeChanged { was: record.signature.clone(), is: signature });
    }
    let none = BTreeMap::new();
    let recorded = known.map_or(&none, |known| &known.inputs);
    let files: BTreeSet<&Utf8PathBuf> = recorded.keys().chain(inputs.keys()).collect();
    for path in files {
        // Another file is another option, which is said already.
        if recorded.get(path) != inputs.get(path)
            && (part.inputs.contains(path) && recorded.contains_key(path))
        {
            reasons.push(Reason::InputChanged { path: path.clone() });
        }
    }
    let gone = record.paths.iter().map(|path| buildout.directories.root.join(path));
    // A link is looked at itself: one that leads nowhere is there all the same.
    reasons.extend(
        gone.filter(|path| path.symlink_metadata().is_err()).map(|path| Reason::FileMissing { path }),
    );
    reasons
}

/// What the input files hold; one that is not there, or is no file, is left out.
fn digests(paths: &[Utf8PathBuf]) -> BTreeMap<Utf8PathBuf, Digest> {
    paths.iter().filter_map(|path| Some((path.clone(), digest(path)?))).collect()
}

fn digest(path: &Utf8Path) -> Option<Digest> {
    let meta = path.metadata().ok().filter(std::fs::Metadata::is_file)?;
    if meta.len() <= LARGEST_INPUT {
        return fs_err::read(path).ok().map(|bytes| Digest::of(&bytes));
    }
    let time = meta.modified().ok()?.duration_since(std::time::UNIX_EPOCH).ok()?;
    Some(Digest::of_texts(&["size and time", &meta.len().to_string(), &time.as_nanos().to_string()]))
}
