//! Looking at one value: what a recipe would read, and the way it came about.
//!
//! - In: a configuration, a section and an option.
//! - Out: [`Looked`]; nothing on disk has changed.
//! - Not here: what was written alone (`config`), all parts (`resolve`).
//!
//! Rules: `semantics.md` 17.1; 0 and 21.20: what is not shown is no reason to fail. So what was written is
//! looked at first, option by option, and recipes are asked only if the value depends on some.

use std::rc::Rc;

use super::error::Cause;
use super::resolver::{Resolver, Result};
use super::section::Slot;
use super::trace::Trace;
use super::{Buildout, ResolveError, Surroundings, directories};
use crate::config::Configuration;
use crate::event::Reporter;
use crate::recipe::{Catalogue, Settings};

/// What was found.
pub struct Looked {
    /// The sections, as far as they were needed.
    pub buildout: Buildout,
    /// The option that was asked for, then each one that it goes back to; none if there is no such option.
    pub traces: Option<Vec<Trace>>,
    /// Why the recipes that have a say could not be asked: what they would set is not shown.
    pub unasked: Option<ResolveError>,
}

/// Looks at an option. `settings` says what recipes are loaded with, if there are some to ask.
///
/// # Errors
///
/// The option is there and has no value.
pub fn look(
    configuration: Configuration,
    surroundings: Surroundings,
    settings: impl FnOnce(&mut dyn Reporter) -> Settings,
    (section, option): (&str, &str),
    reporter: &mut dyn Reporter,
) -> std::result::Result<Looked, (Box<Buildout>, ResolveError)> {
    let mut written = Buildout::new(configuration, Catalogue::new(Settings::default()), surroundings);
    written.asks = false;
    let found = Resolver { buildout: &mut written, reporter }.as_written(section, option);
    if !written.unasked {
        return match found {
            Ok(traces) => Ok(Looked { buildout: written, traces, unasked: None }),
            Err(error) => Err((Box::new(written), error)),
        };
    }
    let Buildout { configuration, surroundings, .. } = written;
    let catalogue = Catalogue::new(settings(reporter));
    let mut buildout = Buildout::new(configuration, catalogue, surroundings);
    match (Resolver { buildout: &mut buildout, reporter }.as_recipes_say(section, option), found) {
        (Ok(traces), _) => Ok(Looked { buildout, traces, unasked: None }),
        (Err(error), Ok(traces)) => Ok(Looked { buildout, traces, unasked: Some(error) }),
        (Err(error), Err(_)) => Err((Box::new(buildout), error)),
    }
}

/// All that a configuration with missing files asks for and that is not served.
pub fn unserved(
    configuration: Configuration,
    catalogue: Catalogue,
    surroundings: Surroundings,
    reporter: &mut dyn Reporter,
) -> (Box<Buildout>, ResolveError) {
    let mut buildout = Buildout::new(configuration, catalogue, surroundings);
    buildout.asks = false;
    let mut resolver = Resolver { buildout: &mut buildout, reporter };
    // What is wrong otherwise may be so because the files are missing.
    let _ = resolver.settings_as_written();
    let parts = resolver.buildout.setting("parts").unwrap_or_default();
    let parts: Vec<String> = parts.split_whitespace().map(str::to_owned).collect();
    let found = super::unserved::find(&mut buildout, &parts);
    let cause = Cause::Unserved(found);
    let error = ResolveError { doing: vec!["Initializing.".to_owned()], cause: Rc::new(cause) };
    (Box::new(buildout), error)
}

impl Resolver<'_> {
    /// What the files say alone, whatever else in them is wrong.
    fn as_written(&mut self, section: &str, option: &str) -> Result<Option<Vec<Trace>>> {
        self.settings_as_written()?;
        self.traces(section, option)
    }

    /// `[buildout]`, as far as it has values.
    fn settings_as_written(&mut self) -> Result<()> {
        self.look_up("buildout", None)?;
        let slots = &self.buildout.sections["buildout"].slots;
        let raw = slots.iter().filter(|(_, slot)| matches!(slot, Slot::Raw(_)));
        let mut raw: Vec<String> = raw.map(|(option, _)| option.clone()).collect();
        raw.sort();
        for option in raw {
            // If it is of interest, it will be asked for, and fail, again.
            let _ = self.option("buildout", &option, None);
        }
        directories::complete(self.buildout);
        Ok(())
    }

    /// What a run would see.
    fn as_recipes_say(&mut self, section: &str, option: &str) -> Result<Option<Vec<Trace>>> {
        self.initializing()?;
        self.traces(section, option)
    }
}
