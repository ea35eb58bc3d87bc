//! Looking up, initialising.
//!
//! - In: a name.
//! - Out: the section, substituted, its recipe asked; everything that it needs before it.
//! - Not here: replacing references (`substitute`), what guests ask (`serve`).

use std::rc::Rc;
use std::sync::Arc;

use super::error::{Cause, ResolveError};
use super::reference::may_refer;
use super::section::{Live, Slot, Stage};
use super::unknown::Hint;
use super::{Buildout, Wanted, directories, needs};
use crate::config::{ConfigError, Stray};
use crate::diagnostic::{Diagnostic, nearest};
use crate::event::Reporter;
use crate::source::Span;

/// Options that refer to each other, in a row.
const DEEPEST: usize = 1_000;

/// Options of `[buildout]` that are `true` or `false`, once it is substituted.
const FLAGS: [&str; 5] = [
    "prefer-final",
    "use-dependency-links",
    "allow-picked-versions",
    "show-picked-versions",
    "install-from-cache",
];

/// Options of `[buildout]` that buildout itself reads, or that only Python needed: never reported as unused.
pub(super) const BUILDOUTS_OWN: &[&str] = &[
    "abi-tag-eggs",
    "accept-buildout-test-releases",
    "allow-hosts",
    "allow-picked-versions",
    "allow-unknown-extras",
    "allowed-eggs-from-site-packages",
    "bin-directory",
    "develop",
    "develop-eggs-directory",
    "directory",
    "download-cache",
    "eggs-directory",
    "eggs-directory-version",
    "exec-sitecustomize",
    "executable",
    "extends-cache",
    "extensions",
    "find-links",
    "include-site-packages",
    "index",
    "install-from-cache",
    "installed",
    "log-format",
    "log-level",
    "newest",
    "offline",
    "optional-extends",
    "parts",
    "parts-directory",
    "prefer-final",
    "python",
    "rebuild-dependants",
    "relative-paths",
    "show-picked-versions",
    "socket-timeout",
    "unzip",
    "update-versions-file",
    "use-dependency-links",
    "verbosity",
    "versions",
];

/// Those of them that only Python needed.
const PYTHONS: [&str; 5] = [
    "accept-buildout-test-releases",
    "allowed-eggs-from-site-packages",
    "exec-sitecustomize",
    "include-site-packages",
    "unzip",
];

/// An option that is being substituted, and the reference to it.
#[derive(Debug, Clone)]
pub(super) struct Expanding {
    section: String,
    option: String,
    at: Option<Span>,
}

/// A buildout that is being resolved, and whoever is told about it.
pub(super) struct Resolver<'b> {
    pub(super) buildout: &'b mut Buildout,
    pub(super) reporter: &'b mut dyn Reporter,
}

pub(super) type Result<T> = std::result::Result<T, ResolveError>;

impl Resolver<'_> {
    /// Resolves `[buildout]`, then all parts, then checks what they need.
    pub(super) fn everything(&mut self, wanted: Wanted<'_>) -> Result<()> {
        if wanted != Wanted::Nothing {
            self.granted_environment()?;
        }
        self.initializing()?;
        let only = match wanted {
            Wanted::All => None,
            Wanted::Only(only) => Some(only),
            Wanted::Nothing => return Ok(()),
        };
        self.doing("Installing.", |this| {
            let names = this.wanted_parts(only)?;
            let unserved = super::unserved::find(this.buildout, &names);
            if !unserved.is_empty() {
                return Err(this.error(Cause::Unserved(unserved)));
            }
            for name in names {
                let at = this.buildout.word("buildout", "parts", &name);
                this.look_up(&name, at)?;
                let ignored = name == "buildout"
                    && this.buildout.section(&name).is_some_and(|live| live.text("recipe").is_some());
                if this.buildout.part(&name).is_none() && !ignored {
                    return Err(this.no_recipe(&name));
                }
            }
            if let Some(cause) = needs::protected_output(this.buildout) {
                return Err(this.error(cause));
            }
            let mut missing = needs::claims(this.buildout);
            missing.iter().for_each(|claim| this.buildout.surroundings.audit.decided(claim));
            missing.retain(|claim| !claim.standing.is_met());
            if !missing.is_empty() {
                let directory = this.buildout.surroundings.grants.directory().to_owned();
                return Err(this.error(Cause::Access { claims: missing, directory }));
            }
            Ok(())
        })?;
        self.find_needs();
        match self.buildout.failed.take() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    /// Resolves `[buildout]`, which everything else may ask.
    pub(super) fn initializing(&mut self) -> Result<()> {
        self.doing("Initializing.", |this| {
            for option in ["offline", "newest"] {
                this.check_flag(option)?;
            }
            this.look_up("buildout", None)?;
            for option in FLAGS {
                this.check_flag(option)?;
            }
            for option in BUILDOUTS_OWN {
                this.mark_used("buildout", option);
            }
            this.needless();
            this.check_timeout();
            if this.buildout.flag("install-from-cache") && this.buildout.flag("offline") {
                let live = this.buildout.section("buildout").expect("it was just looked up");
                let at = ["install-from-cache", "offline"].map(|option| live.place(option));
                return Err(this.error(Cause::NothingFromCache { at }));
            }
            directories::settle(this.buildout).map_err(|cause| this.error(cause))?;
            this.buildout.shared_buildout = Some(Arc::new(this.buildout.options("buildout")));
            Ok(())
        })?;
        let mut machine = self.buildout.surroundings.machine.clone();
        machine.offline = self.buildout.flag("offline");
        machine.newest = self.buildout.flag("newest") && !machine.offline;
        self.buildout.machine = Arc::new(machine);
        Ok(())
    }

    fn wanted_parts(&mut self, only: Option<&[String]>) -> Result<Vec<String>> {
        let parts = self.option("buildout", "parts", None)?;
        let Some(parts) = parts else {
            let configuration = &self.buildout.configuration;
            let at = configuration.section("buildout").and_then(|section| section.at);
            if at.is_none() {
                let near = nearest("buildout", configuration.names());
                let near =
                    near.map(|name| (name.to_owned(), configuration.section(name).and_then(|it| it.at)));
                return Err(self.error(Cause::NoBuildout { near }));
            }
            let missing = Cause::MissingOption {
                section: "buildout".to_owned(),
                option: "parts".to_owned(),
                at,
                nearest: self.written_for("buildout", "parts"),
                stray: self.strayed("buildout", "parts"),
            };
            return Err(self.error(missing));
        };
        self.mark_used("buildout", "parts");
        Ok(match only {
            None => parts.split_whitespace().map(str::to_owned).collect(),
            Some(only) => only.to_vec(),
        })
    }

    /// Says which options of `[buildout]` do nothing here.
    fn needless(&mut self) {
        let live = self.buildout.section("buildout").expect("it was just looked up");
        let written = PYTHONS.iter().filter_map(|option| live.written.get(option)?.name_span());
        let notice = Diagnostic::notice("needless-option", "Options that only Python needed do nothing here");
        let written: std::collections::BTreeSet<Span> = written.collect();
        let notice = written.into_iter().fold(notice, |notice, at| notice.at(at, ""));
        if !notice.labels.is_empty() {
            self.buildout.warnings.push(notice);
        }
    }

    /// The option of a section that was probably meant to be `option`.
    fn written_for(&self, section: &str, option: &str) -> Option<String> {
        let live = self.buildout.section(section)?;
        let written = live.written.iter().filter(|(_, value)| value.name_span().is_some());
        nearest(option, written.map(|(name, _)| &**name)).map(str::to_owned)
    }

    /// An option that a section lacks, inside the value of another one.
    pub(super) fn strayed(&self, section: &str, option: &str) -> Option<Stray> {
        let live = self.buildout.section(section)?;
        Stray::wanted(option, &live.written, &self.buildout.configuration.sources)
    }

    fn no_recipe(&self, name: &str) -> ResolveError {
        let live = self.buildout.section(name).expect("it was looked up");
        let at = live.place("recipe").or(live.written.at);
        self.error(match live.text("recipe") {
            Some(_) => Cause::NoRecipe { part: name.to_owned(), at },
            None => Cause::MissingOption {
                section: name.to_owned(),
                option: "recipe".to_owned(),
                at,
                nearest: self.written_for(name, "recipe"),
                stray: self.strayed(name, "recipe"),
            },
        })
    }

    /// An option of `[buildout]` that may be `true` or `false` only.
    fn check_flag(&mut self, option: &str) -> Result<()> {
        let Some(value) =
            self.buildout.configuration.section("buildout").and_then(|s| s.get(option)).cloned()
        else {
            return Ok(());
        };
        let text = match self.buildout.section("buildout").and_then(|live| live.text(option)) {
            Some(text) => text.to_owned(),
            None => value.text().to_owned(),
        };
        if matches!(text.as_str(), "true" | "false") || may_refer(&text) {
            return Ok(());
        }
        let at = value.place();
        let stray = Stray::in_value(option, &value, &self.buildout.configuration.sources);
        Err(self.error(Cause::Invalid {
            option: option.to_owned(),
            value: text,
            at,
            help: "it may be `true` or `false`",
            stray,
        }))
    }

    /// Warns of a `socket-timeout` that is no number.
    ///
    /// Source: zc.buildout 6, `_setup_socket_timeout`: its words, and the default counts.
    fn check_timeout(&mut self) {
        let live = self.buildout.section("buildout").expect("it was just looked up");
        let text = live.text("socket-timeout").unwrap_or_default();
        if text.is_empty() || text.trim().parse::<i64>().is_ok() {
            return;
        }
        let message =
            format!("Default socket timeout is used !\nValue in configuration is not numeric: [{text}].");
        let warning = Diagnostic::warning("invalid-timeout", message)
            .maybe_at(live.place("socket-timeout"), "")
            .help("write whole seconds, such as `5`");
        self.buildout.warnings.push(warning);
    }

    /// Runs something that stands on its own line below `While:`.
    pub(super) fn doing<T>(
        &mut self,
        what: impl Into<String>,
        run: impl FnOnce(&mut Self) -> Result<T>,
    ) -> Result<T> {
        self.buildout.doing.push(what.into());
        let result = run(self);
        self.buildout.doing.pop();
        result
    }

    /// An error, here and now.
    pub(super) fn error(&self, cause: Cause) -> ResolveError {
        ResolveError { doing: self.buildout.doing.clone(), cause: Rc::new(cause) }
    }

    /// Looks a section up, under a line of its own.
    pub(super) fn look_up(&mut self, name: &str, at: Option<Span>) -> Result<()> {
        self.doing(format!("Getting section {name}."), |this| this.section(name, at))
    }

    /// Looks a section up: the first time it is initialised.
    pub(super) fn section(&mut self, name: &str, at: Option<Span>) -> Result<()> {
        if let Some(live) = self.buildout.sections.get(name) {
            return match &live.stage {
                Stage::Failed(error) => Err(error.clone()),
                Stage::Half | Stage::Whole => Ok(()),
            };
        }
        let written = match self.buildout.configuration.expanded(name) {
            Ok(section) => section,
            Err(ConfigError::MissingSection { name, .. }) => {
                let hint = Hint::about(&name, at, &self.buildout.configuration);
                return Err(self.error(Cause::UnknownSection { section: name, at, hint }));
            }
            Err(error) => {
                return self.doing(format!("Initializing section {name}."), |this| {
                    Err(this.error(Cause::Config(error)))
                });
            }
        };
        if !self.buildout.asks {
            self.buildout.unasked |=
                written.get("recipe").is_some_and(|recipe| !recipe.text().trim().is_empty());
            let live =
                Live { stage: Stage::Whole, ..Live::new(written, &self.buildout.configuration.opaque) };
            self.buildout.sections.insert(name.to_owned(), live);
            return Ok(());
        }
        self.buildout
            .sections
            .insert(name.to_owned(), Live::new(written, &self.buildout.configuration.opaque));
        let from = std::mem::replace(&mut self.buildout.expanding_from, self.buildout.expanding.len());
        let result = self.doing(format!("Initializing section {name}."), |this| this.initialise(name));
        self.buildout.expanding_from = from;
        let live = self.buildout.sections.get_mut(name).expect("it was put there");
        match result {
            Ok(()) => {
                live.stage = Stage::Whole;
                Ok(())
            }
            Err(error) => {
                live.stage = Stage::Failed(error.clone());
                if !self.buildout.finished {
                    self.buildout.failed.get_or_insert_with(|| error.clone());
                }
                Err(error)
            }
        }
    }

    fn initialise(&mut self, name: &str) -> Result<()> {
        let live = &self.buildout.sections[name];
        let mut raw: Vec<String> = live
            .slots
            .iter()
            .filter(|(_, slot)| matches!(slot, Slot::Raw(_)))
            .map(|(option, _)| option.clone())
            .collect();
        raw.sort();
        for option in raw {
            self.option(name, &option, None)?;
        }
        if name == "buildout" {
            return Ok(());
        }
        if let Some(needed) = self.option(name, "<part-dependencies>", None)? {
            self.mark_used(name, "<part-dependencies>");
            for other in needed.split_whitespace() {
                self.refer(name, other);
                let at = self.buildout.word(name, "<part-dependencies>", other);
                self.dependency_circle(name, other, at);
                self.look_up(other, at)?;
            }
        }
        match self.option(name, "recipe", None)? {
            Some(recipe) if !recipe.trim().is_empty() => self.part(name, recipe.trim()),
            _ => Ok(()),
        }
    }

    /// Warns of a part that waits for another one, which waits for it: one of the two comes too early.
    ///
    /// Source: zc.buildout 6 says nothing; `semantics.md` 8.
    fn dependency_circle(&mut self, name: &str, other: &str, at: Option<Span>) {
        let waiting = |live: &Live| matches!(live.stage, Stage::Half);
        if !self.buildout.sections.get(other).is_some_and(waiting) {
            return;
        }
        let message = match name == other {
            true => format!("The part `{name}` depends on itself"),
            false => format!("The parts `{name}` and `{other}` depend on each other: `{name}` comes first"),
        };
        let warning = Diagnostic::warning("dependency-circle", message);
        self.buildout.warnings.push(warning.maybe_at(at, format!("`{other}` waits for this part already")));
    }

    /// The value of an option, substituted; none if there is no such option.
    pub(super) fn option(&mut self, section: &str, option: &str, at: Option<Span>) -> Result<Option<String>> {
        let live = &self.buildout.sections[section];
        let value = match live.slots.get(option) {
            None => return Ok((option == "_buildout_section_name_").then(|| section.to_owned())),
            Some(Slot::Cooked(text) | Slot::Set(text)) => return Ok(Some(text.clone())),
            Some(Slot::Raw(value)) => value.clone(),
            Some(Slot::Hidden) => {
                let (section, option) = (section.to_owned(), option.to_owned());
                return Err(self.error(Cause::Opaque { section, option, at }));
            }
        };
        let text = self.doing(format!("Getting option {section}:{option}."), |this| {
            this.enter(section, option, at)?;
            let text = this.substitute(section, value.text(), Some(&value));
            this.buildout.expanding.pop();
            text
        })?;
        self.buildout.counters.substitutions += 1;
        let text =
            if section == "buildout" { directories::joined(self.buildout, option, text) } else { text };
        let live = self.buildout.sections.get_mut(section).expect("it is being initialised");
        // A recipe that was asked meanwhile may have given it another value.
        if matches!(live.slots.get(option), Some(Slot::Raw(_))) {
            live.slots.insert(option.to_owned(), Slot::Cooked(text.clone()));
        }
        Ok(Some(text))
    }

    fn enter(&mut self, section: &str, option: &str, at: Option<Span>) -> Result<()> {
        let path = &self.buildout.expanding;
        // An option that waits for this section is no circle yet: this section may need another of its own options.
        let own = self.buildout.expanding_from.min(path.len());
        let on_the_way = path[own..].iter().position(|on| on.section == section && on.option == option);
        if let Some(start) = on_the_way.map(|at| own + at) {
            let mut chain: Vec<_> =
                path[start..].iter().map(|on| (format!("{}:{}", on.section, on.option), on.at)).collect();
            chain.push((format!("{section}:{option}"), at));
            return Err(self.error(Cause::Circular { chain }));
        }
        if path.len() >= DEEPEST {
            let what = format!("more than {DEEPEST} options refer to each other in a row");
            return Err(self.error(Cause::Limit { what, at }));
        }
        self.buildout.expanding.push(Expanding {
            section: section.to_owned(),
            option: option.to_owned(),
            at,
        });
        Ok(())
    }

    pub(super) fn mark_used(&mut self, section: &str, option: &str) {
        if let Some(live) = self.buildout.sections.get_mut(section)
            && !live.used.contains(option)
        {
            live.used.insert(option.to_owned());
        }
    }

    /// Notes that one section depends on another.
    pub(super) fn refer(&mut self, from: &str, to: &str) {
        if let Some(live) = self.buildout.sections.get_mut(from)
            && !live.refers.contains(to)
        {
            live.refers.insert(to.to_owned());
        }
    }
}
