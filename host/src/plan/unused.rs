//! Options that nobody reads: a typing error, or something that a recipe does not know.
//!
//! - In: a buildout, what is installed, a plan.
//! - Out: an [`Event`] for each section that has some.
//! - Not here: noting down what a call reads (`resolve`, `recipe`).
//!
//! Rules: zc.buildout 6, `Options._used`. A recipe may read an option in `install` alone, so before that only what its
//! description does not name is known to be unused.

use std::collections::BTreeSet;

use super::{Action, Plan, Step};
use crate::diagnostic::nearest;
use crate::event::{Event, UnusedOption};
use crate::installed::Installed;
use crate::resolve::Buildout;

/// The options of a section that nobody has read; of a part that stands, neither now nor when it was installed.
pub fn unused(buildout: &Buildout, installed: &Installed, section: &str) -> Option<Event> {
    let before = noted(installed, section);
    told(buildout, section, |option| before.is_none_or(|before| before.contains(option)))
}

impl Plan {
    /// What a run would say about unused options, as far as that is known before it.
    pub fn unused(&self, buildout: &Buildout, installed: &Installed) -> Vec<Event> {
        if self.uninstalls {
            return Vec::new();
        }
        let mut events = Vec::from_iter(unused(buildout, installed, "buildout"));
        for Step { part, action, .. } in &self.steps {
            let before = noted(installed, part);
            let described = buildout.known_options(part);
            let foreseen = |option: &str| {
                let is_known = described.is_empty() || described.iter().any(|known| known == option);
                !is_known || before.is_some_and(|before| before.contains(option))
            };
            events.extend(match action {
                Action::Uninstall => None,
                Action::Keep => before.and_then(|_| unused(buildout, installed, part)),
                Action::Install | Action::Reinstall | Action::Update => told(buildout, part, foreseen),
            });
        }
        events
    }
}

/// The options that nobody read when a part was installed, if that was noted.
fn noted<'i>(installed: &'i Installed, part: &str) -> Option<&'i BTreeSet<String>> {
    installed.known.get(part)?.unused.as_ref()
}

fn told(buildout: &Buildout, section: &str, counts: impl Fn(&str) -> bool) -> Option<Event> {
    let mut unused = buildout.unused(section);
    unused.retain(|(option, _)| counts(option));
    if unused.is_empty() {
        return None;
    }
    let known = buildout.known_options(section);
    let sources = &buildout.configuration.sources;
    let options = unused.into_iter().map(|(option, at)| UnusedOption {
        nearest: nearest(&option, known.iter().map(String::as_str)).map(str::to_owned),
        place: at.map(|at| sources.place(at)),
        option,
    });
    Some(Event::UnusedOptions { section: section.to_owned(), options: options.collect() })
}
