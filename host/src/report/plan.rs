//! What `plan` shows.
//!
//! - In: a [`Plan`], and what it would take away.
//! - Out: text for people, data for programs.

use std::collections::BTreeMap;
use std::fmt::Write;

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::event::Cause;
use crate::plan::{Action, Plan};
use crate::source::SourceMap;

/// A plan as programs read it.
#[derive(Debug, Serialize)]
pub struct PlanShown {
    /// In the order of the run.
    pub steps: Vec<StepShown>,
}

/// A step as programs read it.
#[derive(Debug, Serialize)]
pub struct StepShown {
    /// The part.
    pub part: String,
    /// `install`, `update`, `reinstall`, `uninstall` or `keep`.
    pub action: &'static str,
    /// Why.
    pub reasons: Vec<Cause>,
    /// What goes, before anything is made anew: absolute paths, in that order.
    pub removes: Vec<Utf8PathBuf>,
}

impl PlanShown {
    /// Puts a plan into words; `going` is what goes with each part.
    pub fn of(plan: &Plan, going: &BTreeMap<String, Vec<Utf8PathBuf>>, sources: &SourceMap) -> Self {
        let steps = plan.steps.iter().map(|step| StepShown {
            part: step.part.clone(),
            action: step.action.word(),
            reasons: step.reasons.iter().map(|reason| reason.cause(sources)).collect(),
            removes: going.get(&step.part).cloned().unwrap_or_default(),
        });
        Self { steps: steps.collect() }
    }

    /// The text for people; `directory` is what file names are relative to. With `verbose`, parts that
    /// stay as they are have a line each.
    pub fn text(&self, directory: &camino::Utf8Path, verbose: bool) -> String {
        let mut text = String::new();
        let told = |step: &&StepShown| verbose || step.action != Action::Keep.word();
        for step in self.steps.iter().filter(told) {
            writeln!(text, "{} {}", step.action, step.part).expect("a String takes all");
            for reason in &step.reasons {
                let place = reason
                    .place
                    .as_ref()
                    .map(|place| format!(" ({})", super::snippet::place(place, directory)));
                writeln!(text, "  {}{}", reason.text, place.unwrap_or_default()).expect("a String takes all");
            }
            for path in &step.removes {
                let path = super::snippet::file_name(path.as_str(), directory);
                writeln!(text, "  removes {path}").expect("a String takes all");
            }
        }
        let kept = self.steps.iter().filter(|step| step.action == Action::Keep.word()).count();
        match kept {
            0 => {}
            _ if verbose => {}
            1 => text.push_str("1 part stays as it is\n"),
            more => writeln!(text, "{more} parts stay as they are").expect("a String takes all"),
        }
        if self.steps.is_empty() {
            text.push_str("no parts\n");
        }
        text
    }
}
