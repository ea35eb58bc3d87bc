//! Uninstalling, installing, updating, in the order of the plan.
//!
//! Rules: `decisions.md` 3.3 to 3.5. What is made anew goes aside first, all of it, in reverse order; what
//! fails is undone, and everything that is still aside comes back.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use camino::Utf8PathBuf;

use super::aside::{self, Aside};
use super::call::Failed;
use super::remove::{Why, refused, remove_owned};
use super::share::{Recorded, hand_over, others, told};
use super::standing::Standing;
use super::{ExecuteError, Execution};
use crate::event::{Activity, Event, Level};
use crate::installed::{Kind, Known, Made, Record, Seen, Sync, contents};
use crate::plan::{self, Action, Plan, Step};
use crate::recipe::{Call, Outcome, Phase};
use crate::resolve::Part;

impl Execution<'_> {
    pub(super) fn steps(&mut self, plan: &Plan) -> Result<(), ExecuteError> {
        let mut waiting: Vec<(String, Aside)> = Vec::new();
        let mut finished = Vec::new();
        let done = self.all_steps(plan, &mut waiting, &mut finished);
        // What goes next time goes in the reverse order, so this is the order of this run.
        self.installed.database.come_last(&finished);
        if done.is_err() {
            self.bring_back(waiting);
        }
        done
    }

    fn all_steps(
        &mut self,
        plan: &Plan,
        waiting: &mut Vec<(String, Aside)>,
        finished: &mut Vec<String>,
    ) -> Result<(), ExecuteError> {
        for name in &plan.going {
            self.check_cancelled()?;
            let step = plan.step(name).expect("what goes has a step");
            self.started(Activity::Uninstalling, step);
            self.journal().begin(step.action.word(), name)?;
            if let Err(error) = self.uninstall_hook(plan, name) {
                // It may have done half of what it does.
                self.installed.mark_dirty(name);
                if !plan.force || crate::recipe::cancelled() {
                    return Err(error);
                }
                let message = format!("Its uninstall failed, and `--force` goes on: {error}");
                let part = Some(name.clone());
                self.reporter.event(&Event::Log { part, level: Level::Warning, message });
            }
            if step.action == Action::Uninstall {
                self.uninstall(name)?;
            } else {
                waiting.push((name.clone(), Aside::default()));
                let aside = &mut waiting.last_mut().expect("it was just put there").1;
                self.put_aside(name, aside)?;
                let kept = told(&self.installed.known, name, std::mem::take(&mut aside.kept));
                self.report_kept(&kept);
            }
            self.finished(Activity::Uninstalling, name);
        }
        if !plan.uninstalls {
            self.report_unused("buildout");
        }
        for step in &plan.steps {
            self.check_cancelled()?;
            match step.action {
                Action::Uninstall => continue,
                // Its recipe was not called, so that what it would read must have been noted.
                Action::Keep if self.has_noted_unused(&step.part) => self.report_unused(&step.part),
                Action::Keep => {}
                Action::Install | Action::Reinstall => self.install(plan, step, waiting)?,
                Action::Update => self.update(step)?,
            }
            finished.push(step.part.clone());
        }
        Ok(())
    }

    /// Between two steps a signal ends the run; within one, the recipe's call ends.
    fn check_cancelled(&self) -> Result<(), ExecuteError> {
        if crate::recipe::cancelled() { Err(ExecuteError::Interrupted) } else { Ok(()) }
    }

    fn started(&mut self, activity: Activity, step: &Step) {
        let sources = &self.buildout.configuration.sources;
        let causes = step.reasons.iter().map(|reason| reason.cause(sources)).collect();
        self.reporter.event(&Event::StepStarted { activity, part: step.part.clone(), causes });
    }

    fn finished(&mut self, activity: Activity, part: &str) {
        self.reporter.event(&Event::StepFinished { activity, part: part.to_owned() });
    }

    /// The paths that the other installed parts returned, absolute.
    fn others(&self, part: &str) -> BTreeSet<Utf8PathBuf> {
        others(&self.buildout.directories.root, &self.installed.database, part)
    }

    fn recorded(&self, part: &str) -> Recorded {
        let root = &self.buildout.directories.root;
        let grants = &self.buildout.surroundings().grants;
        Recorded::of(root, &self.installed.database, &self.installed.known, grants, part)
    }

    /// Calls the `uninstall` of the recipe that made a part, if its component can still be had.
    fn uninstall_hook(&mut self, plan: &Plan, name: &str) -> Result<(), ExecuteError> {
        let Some(record) = self.installed.database.parts.get(name).cloned() else { return Ok(()) };
        // Of what was taken over nobody knows which component made it.
        let Some(component) = self.installed.known.get(name).and_then(|known| known.component) else {
            return Ok(());
        };
        let recipe_text = record.options.get("recipe").map(String::as_str).unwrap_or_default();
        let (recipe_name, entry) = crate::recipe::split_entry(recipe_text.trim());
        let found = self.buildout.catalogue.by_digest(&component.to_string(), &record.signature);
        let Some(recipe) = found else {
            let message = format!(
                "The recipe {recipe_name} that made it is gone; what it made is removed without its help."
            );
            self.reporter.event(&Event::Log { part: Some(name.to_owned()), level: Level::Warning, message });
            return Ok(());
        };
        let call = Call {
            part: name.to_owned(),
            phase: Phase::Uninstall,
            entry: entry.to_owned(),
            options: record.options.clone().into_iter().collect(),
            buildout: None,
            installed: record.paths.clone(),
            reach: self.uninstall_reach(&recipe, entry, name),
            temporary: Some(self.buildout.directories.root.join(".buildout/tmp")),
            environment: Vec::new(),
            machine: Arc::clone(self.buildout.machine()),
            limits: Arc::clone(self.buildout.catalogue.limits()),
            witness: Some(self.witness(name)),
        };
        let part = Part {
            name: name.to_owned(),
            recipe: Arc::clone(&recipe),
            entry: entry.to_owned(),
            needs: BTreeSet::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
        };
        let outcome = self.serve(&recipe, call);
        let failure = match outcome.result {
            Ok(_) => {
                // What it made is nobody's now, and stays.
                self.journal().undone(name)?;
                return Ok(());
            }
            Err(failure) => failure,
        };
        self.undo(name, &outcome.record.made);
        let failed = Failed::of(&outcome.record);
        let doing = format!("Uninstalling {name}.");
        let doing: &[&str] = if plan.uninstalls { &[&doing] } else { &["Installing.", &doing] };
        Err(self.failed(&part, doing, failure, failed))
    }

    fn uninstall_reach(
        &self,
        recipe: &Arc<crate::recipe::Recipe>,
        entry: &str,
        name: &str,
    ) -> crate::access::Reach {
        let part = Part {
            name: name.to_owned(),
            recipe: Arc::clone(recipe),
            entry: entry.to_owned(),
            needs: BTreeSet::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
        };
        self.buildout.reach(&part, self.still_own(name))
    }

    /// What a part made and nobody put something else in the place of.
    fn still_own(&self, name: &str) -> Vec<Utf8PathBuf> {
        let made = self.installed.made(name).iter();
        let contents = self.installed.known.get(name).map(|known| &known.contents);
        let own = made.filter(|made| {
            let recorded = contents.and_then(|contents| contents.get(&made.path));
            made.kind == Kind::Directory || Standing::at(&made.path, made, recorded) != Standing::Replaced
        });
        own.map(|made| made.path.clone()).collect()
    }

    /// Removes a part for good.
    fn uninstall(&mut self, name: &str) -> Result<(), ExecuteError> {
        let recorded = self.recorded(name);
        if let Some((path, why)) = refused(self.bounds(), recorded.belongings()) {
            return Err(ExecuteError::NotRemoved { part: name.to_owned(), path, why });
        }
        // What is recorded must outlive what is removed.
        self.installed.save(Sync::Now)?;
        let removal = remove_owned(self.bounds(), recorded.belongings());
        let stuck =
            removal.kept.iter().find(|(_, why)| matches!(why, Why::Failed(_) | Why::Outside)).cloned();
        let root = &self.buildout.directories.root;
        let (database, known) = (&self.installed.database, &mut self.installed.known);
        let kept = hand_over(root, database, known, name, removal.kept);
        self.report_kept(&kept);
        if let Some((path, why)) = stuck {
            return Err(ExecuteError::NotRemoved { part: name.to_owned(), path, why });
        }
        self.installed.forget(name);
        Ok(self.installed.save(Sync::Later)?)
    }

    /// Moves a part out of the way, until the new one stands.
    fn put_aside(&mut self, name: &str, aside: &mut Aside) -> Result<(), ExecuteError> {
        let recorded = self.recorded(name);
        let mut journal = self.journal.lock().expect("nothing panics while it holds the journal");
        let bounds =
            super::Bounds { root: self.installed.root(), granted: &self.granted, never: &self.never };
        let folder = self.lock.folder();
        Ok(aside::move_aside(bounds, folder, name, recorded.belongings(), &mut journal, aside)?)
    }

    /// Makes a part.
    fn install(
        &mut self,
        plan: &Plan,
        step: &Step,
        waiting: &mut Vec<(String, Aside)>,
    ) -> Result<(), ExecuteError> {
        let part = self.buildout.part(&step.part).expect("the plan names parts of the buildout").clone();
        self.started(Activity::Installing, step);
        let at = waiting.iter().position(|(name, _)| *name == part.name);
        let mut stays = at.map(|at| waiting[at].1.stays.clone()).unwrap_or_default();
        if let Some(at) = at {
            // Parts that went meanwhile may have handed something over.
            stays.extend(self.installed.made(&part.name).iter().skip(waiting[at].1.made).cloned());
        }
        let remembered = self.installed.remembered.get(&part.name).cloned().unwrap_or_default();
        if at.is_none() {
            self.journal().begin("install", &part.name)?;
        }
        let own = stays.iter().chain(&remembered).map(|made| made.path.clone()).collect();
        let outcome = self.call(&part, Phase::Install, own, Vec::new());
        let paths = self.settle_call(&part, "Installing", &[], outcome)?;
        let (paths, record) = paths;
        let is_returned = |path: &Utf8PathBuf| paths.iter().any(|returned| path.starts_with(returned));
        let inherited =
            stays.iter().map(|made| made.path.clone()).filter(|path| !is_returned(path)).collect();
        let mut made = stays;
        made.extend(remembered.into_iter().filter(|made| made.path.symlink_metadata().is_ok()));
        made.extend(record.made);
        self.keep_existing(&part, &paths, &made);
        let mut seen = BTreeSet::new();
        made.retain(|made| seen.insert(made.path.clone()));
        made.iter_mut().for_each(Made::look);
        self.report_namesakes(&part.name, &made);
        let known = Known {
            contents: contents(&made),
            made,
            dirty: false,
            dependencies: part.needs.iter().cloned().collect(),
            outdated: BTreeSet::new(),
            inherited,
            component: part.recipe.digest.parse().ok(),
            inputs: plan.inputs.get(&part.name).cloned().unwrap_or_default(),
            unused: Some(self.buildout.unused(&part.name).into_iter().map(|(option, _)| option).collect()),
            unknown: BTreeMap::new(),
        };
        self.buildout.catalogue.keep_component(&part.recipe);
        let options = self.buildout.options(&part.name).into_iter().collect();
        let signature = part.recipe.signature();
        self.installed.record(&part.name, Record { options, paths, signature }, known);
        self.installed.outdate(&part.name, |name| plan.step(name).is_some());
        // The new part stands: the old one does not come back, and goes as soon as this is recorded.
        self.replaced.extend(at.map(|at| waiting.remove(at).1.moved).unwrap_or_default());
        self.installed.save(Sync::Later)?;
        self.journal().done(&part.name)?;
        self.discard_replaced();
        self.finished(Activity::Installing, &part.name);
        self.report_unused(&part.name);
        Ok(())
    }

    /// Brings a part up to date.
    fn update(&mut self, step: &Step) -> Result<(), ExecuteError> {
        let part = self.buildout.part(&step.part).expect("the plan names parts of the buildout").clone();
        self.started(Activity::Updating, step);
        let recorded = self.installed.database.parts.get(&part.name).cloned().unwrap_or_default();
        let own = self.still_own(&part.name);
        self.journal().begin("update", &part.name)?;
        let outcome = self.call(&part, Phase::Update, own, recorded.paths.clone());
        let removed = outcome.record.removed.clone();
        let (paths, record) = match self.settle_call(&part, "Updating", &recorded.paths, outcome) {
            Ok(done) => done,
            Err(error) => {
                self.installed.mark_dirty(&part.name);
                if !self.left.contains(&part.name) {
                    self.installed.settle(&part.name);
                }
                return Err(error);
            }
        };
        let mut all = recorded.paths.clone();
        all.extend(paths.into_iter().filter(|path| !recorded.paths.contains(path)));
        all.retain(|path| !removed.contains(&self.buildout.directories.root.join(path)));
        let mut known = self.installed.known.get(&part.name).cloned().unwrap_or_default();
        let anew: BTreeSet<&Utf8PathBuf> = record.made.iter().map(|made| &made.path).collect();
        known.made.retain(|made| !removed.contains(&made.path) && !anew.contains(&made.path));
        known.contents.retain(|path, _| !removed.contains(path));
        let touched = |made: &&Made| record.changed.contains_key(&made.path);
        known.contents.extend(contents(known.made.iter().filter(touched).chain(&record.made)));
        for made in &mut known.made {
            if let Some(before) = record.changed.get(&made.path) {
                self.report_edited(&part.name, made, *before);
                made.look();
            }
        }
        known.made.extend(record.made.iter().cloned().map(|mut made| {
            made.look();
            made
        }));
        known.dependencies = part.needs.iter().cloned().collect();
        let changed = all != recorded.paths || Some(&known) != self.installed.known.get(&part.name);
        if changed {
            let record = Record { paths: all, ..recorded };
            self.installed.record(&part.name, record, known);
            self.installed.save(Sync::Later)?;
        }
        self.journal().done(&part.name)?;
        self.finished(Activity::Updating, &part.name);
        self.report_unused(&part.name);
        Ok(())
    }

    /// What a call came to; what a failed one made is undone.
    fn settle_call(
        &mut self,
        part: &Part,
        doing: &str,
        recorded: &[String],
        outcome: Outcome,
    ) -> Result<(Vec<String>, crate::recipe::Record), ExecuteError> {
        let Outcome { result, record, .. } = outcome;
        let error = match result {
            Ok(paths) => {
                match self.check_returned(part, &paths).and_then(|()| self.check_room(part, &paths, recorded))
                {
                    Ok(()) => {
                        for path in &record.overwritten {
                            let message = format!("{path} was overwritten, as it was allowed to be.");
                            self.reporter.event(&Event::Log {
                                part: Some(part.name.clone()),
                                level: Level::Warning,
                                message,
                            });
                        }
                        return Ok((paths, record));
                    }
                    Err(error) => error,
                }
            }
            Err(failure) => {
                let doing = format!("{doing} {}.", part.name);
                self.failed(part, &[&doing], failure, Failed::of(&record))
            }
        };
        self.undo(&part.name, &record.made);
        Err(error)
    }

    /// Checks that what is to be recorded will be read again.
    fn check_room(&self, part: &Part, paths: &[String], recorded: &[String]) -> Result<(), ExecuteError> {
        let record = Record {
            options: self.buildout.options(&part.name).into_iter().collect(),
            paths: recorded.iter().chain(paths).cloned().collect(),
            signature: part.recipe.signature(),
        };
        Ok(self.installed.check_room(&part.name, &record)?)
    }

    /// Says which returned paths were there before the part: they will not be removed with it.
    fn keep_existing(&mut self, part: &Part, paths: &[String], made: &[Made]) {
        for path in paths {
            let own = made.iter().any(|made| made.path.as_str() == path);
            let others = self.others(&part.name).contains(camino::Utf8Path::new(path));
            if !own && !others && self.buildout.directories.holds(path.as_ref()) {
                let why = "it was there before the part".to_owned();
                self.reporter.event(&Event::Kept { path: path.clone(), why });
            }
        }
    }

    /// Says that a file which the recipe brought up to date was not as it had left it.
    fn report_edited(&mut self, part: &str, made: &Made, before: Option<Seen>) {
        if made.seen.zip(before).is_some_and(|(left, before)| !left.is_unchanged(&before)) {
            let message =
                format!("{} had been changed by somebody; it is as the part makes it now.", made.path);
            self.reporter.event(&Event::Log { part: Some(part.to_owned()), level: Level::Warning, message });
        }
    }

    fn has_noted_unused(&self, part: &str) -> bool {
        self.installed.known.get(part).is_some_and(|known| known.unused.is_some())
    }

    /// Reports options that nobody read.
    fn report_unused(&mut self, section: &str) {
        if let Some(event) = plan::unused(self.buildout, self.installed, section) {
            self.reporter.event(&event);
        }
    }
}
