//! Comparing.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};

use super::{Action, Aim, Plan, PlanError, Reason, Step};
use crate::config::{Change, Value};
use crate::installed::{Digest, Installed, Record};
use crate::resolve::{Buildout, Part};
use crate::source::Span;

/// A larger input file counts by its size and time instead of its content.
const LARGEST_INPUT: u64 = 256 << 20;

impl Plan {
    /// Compares a buildout with what is installed: the steps from one to the other.
    ///
    /// # Errors
    ///
    /// [`PlanError`]: what was asked for cannot be done, and nothing shall be.
    pub fn compare(buildout: &Buildout, installed: &Installed, aim: &Aim) -> Result<Self, PlanError> {
        match aim {
            Aim::Installed { only, with_needs, force } => {
                let parts = chosen(buildout, only, *with_needs);
                Ok(Self::install(buildout, installed, &parts, only, *force))
            }
            Aim::Uninstalled { only, force } => Self::uninstall(installed, only, *force),
        }
    }

    /// With `only`, nothing goes but what comes again.
    fn install(
        buildout: &Buildout,
        installed: &Installed,
        parts: &[&Part],
        only: &[String],
        force: bool,
    ) -> Self {
        let rebuild_dependants = buildout.setting("rebuild-dependants") != Some("false");
        let mut plan = Self { force, ..Self::default() };
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
                let before = installed.known.get(&part.name).map(|known| &known.outdated);
                reasons.extend(part.needs.iter().filter_map(|need| {
                    let now = made_anew.contains(need.as_str());
                    let earlier = !now && before.is_some_and(|before| before.contains(need));
                    (now || earlier).then(|| Reason::DependencyChanged { part: need.clone(), earlier })
                }));
            }
            let forced = force && (only.is_empty() || only.contains(&part.name));
            if forced && reasons.is_empty() {
                reasons.push(Reason::Forced);
            }
            if !reasons.is_empty() && action != Action::Install {
                action = Action::Reinstall;
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
                None if only.is_empty() => {
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

/// The parts of a run: all, or those that were named, each once; with what they need the order is the buildout's.
fn chosen<'b>(buildout: &'b Buildout, only: &[String], with_needs: bool) -> Vec<&'b Part> {
    if only.is_empty() {
        return buildout.parts().collect();
    }
    let mut seen = BTreeSet::new();
    let named: Vec<&Part> =
        only.iter().filter(|name| seen.insert(*name)).filter_map(|name| buildout.part(name)).collect();
    if !with_needs {
        return named;
    }
    let mut needed: BTreeSet<&str> = BTreeSet::new();
    let mut todo = named;
    while let Some(part) = todo.pop() {
        if needed.insert(&part.name) {
            todo.extend(part.needs.iter().filter_map(|need| buildout.part(need)));
        }
    }
    buildout.parts().filter(|part| needed.contains(part.name.as_str())).collect()
}

/// Where the first line stands that a value has now and did not have before; where all were there, what
/// took the others away.
fn changed_line(value: &Value, was: &str, is: &str) -> Option<Span> {
    let (written, is): (Vec<&str>, Vec<&str>) =
        (value.text().split('\n').collect(), is.split('\n').collect());
    let before: BTreeSet<&str> = was.split('\n').collect();
    // A reference that stands for several lines makes it impossible to say which line is which.
    if written.len() == is.len()
        && let Some(new) = is.iter().position(|line| !before.contains(line))
    {
        let start: usize = written[..new].iter().map(|line| line.len() + 1).sum();
        return value.span_of(start..start + written[new].len());
    }
    let newest = value.history().last()?;
    if newest.change == Change::Remove { newest.origin.span() } else { None }
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
            let section = buildout.section(&part.name);
            let at = section.and_then(|section| {
                let value = section.written.get(name)?;
                changed_line(value, was.map_or("", String::as_str), is.map_or("", String::as_str))
                    .or_else(|| section.place(name))
            });
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
