//! What `plan` shows.
//!
//! - In: a plan, what is taken over before it, and what it would take away.
//! - Out: text for people, data for programs.

use std::collections::BTreeMap;
use std::fmt::Write;

use camino::Utf8PathBuf;
use serde::Serialize;

use crate::event::Cause;
use crate::execute::{Adoption, Going};
use crate::plan::{Action, Plan};
use crate::source::SourceMap;

/// A plan as programs read it.
#[derive(Debug, Serialize)]
pub struct PlanShown {
    /// The buildout directory that foreign records name, if they are taken over and name another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub adopted_from: Option<Utf8PathBuf>,
    /// What is taken over before the first step.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub adopts: Vec<AdoptedShown>,
    /// In the order of the run.
    pub steps: Vec<StepShown>,
}

/// A part that is taken over, as programs read it.
#[derive(Debug, Serialize)]
pub struct AdoptedShown {
    /// The part.
    pub part: String,
    /// What counts as made by it: absolute paths.
    pub owns: Vec<Utf8PathBuf>,
    /// What is recorded of it and stays nobody's.
    pub leaves: Vec<Utf8PathBuf>,
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
    /// What goes as well, and is kept in `.buildout/kept/` since somebody changed it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub keeps: Vec<Utf8PathBuf>,
}

impl PlanShown {
    /// Puts a plan into words; `going` is what goes with each part.
    pub fn of(
        adoption: &Adoption,
        plan: &Plan,
        going: &BTreeMap<String, Going>,
        sources: &SourceMap,
    ) -> Self {
        let steps = plan.steps.iter().map(|step| {
            let Going { removed, kept, .. } = going.get(&step.part).cloned().unwrap_or_default();
            StepShown {
                part: step.part.clone(),
                action: step.action.word(),
                reasons: step.reasons.iter().map(|reason| reason.cause(sources)).collect(),
                removes: removed,
                keeps: kept,
            }
        });
        let adopts = adoption.parts.iter().map(|part| AdoptedShown {
            part: part.part.clone(),
            owns: part.made.iter().map(|made| made.path.clone()).collect(),
            leaves: part.left.clone(),
        });
        Self { adopted_from: adoption.before.clone(), adopts: adopts.collect(), steps: steps.collect() }
    }

    /// The text for people; `directory` is what file names are relative to. With `verbose`, parts that
    /// stay as they are have a line each.
    pub fn text(&self, directory: &camino::Utf8Path, verbose: bool) -> String {
        let mut text = String::new();
        if let Some(before) = &self.adopted_from {
            writeln!(text, "take what is recorded below {before} as the same here")
                .expect("a String takes all");
        }
        for adopted in &self.adopts {
            writeln!(text, "adopt {}", adopted.part).expect("a String takes all");
            for (word, paths) in [("owns", &adopted.owns), ("leaves", &adopted.leaves)] {
                for path in paths {
                    let path = super::snippet::file_name(path.as_str(), directory);
                    writeln!(text, "  {word} {path}").expect("a String takes all");
                }
            }
        }
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
            for path in &step.keeps {
                let path = super::snippet::file_name(path.as_str(), directory);
                writeln!(text, "  moves {path} to .buildout/kept, as somebody changed it")
                    .expect("a String takes all");
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
