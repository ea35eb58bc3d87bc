//! The questions of guests: one place through which all answers go.
//!
//! - In: an [`Ask`] of a recipe that is being called.
//! - Out: a [`Reply`]; looking a section up may call other recipes first.
//! - Not here: the part's own options (they travel with the call).

use std::time::Duration;

use super::error::{Cause, ResolveError};
use super::resolver::Resolver;
use crate::config::ConfigError;
use crate::confine::Tier;
use crate::event::{Event, Level};
use crate::process::{self, Allowed, Command, Ended, ProcessError, Stream, Swept};
use crate::recipe::{Ask, Change, Failure, NoReply, RecipeError, Reply, Serve, cancelled};

impl Serve for Resolver<'_> {
    fn answer(&mut self, part: &str, changes: Vec<Change>, ask: Ask) -> Result<Reply, NoReply> {
        self.changed(part, changes);
        match ask {
            Ask::Get(section, key) => {
                self.reach(part, &section)?;
                let value = self.told(|this| this.option(&section, &key, None))?;
                self.mark_used(&section, &key);
                Ok(Reply::Value(value))
            }
            Ask::All(section) => {
                self.reach(part, &section)?;
                let names: Vec<String> =
                    self.buildout.sections[&section].names().map(str::to_owned).collect();
                let mut options = Vec::with_capacity(names.len());
                for name in names {
                    let value = self.told(|this| this.option(&section, &name, None))?;
                    self.mark_used(&section, &name);
                    options.extend(value.map(|value| (name, value)));
                }
                Ok(Reply::Options(options))
            }
            Ask::Keys(section) => {
                self.reach(part, &section)?;
                Ok(Reply::Names(self.buildout.sections[&section].names().map(str::to_owned).collect()))
            }
            Ask::Exists(section) => Ok(Reply::Flag(self.buildout.configuration.has(&section))),
            Ask::Names => Ok(Reply::Names(self.buildout.configuration.names().map(str::to_owned).collect())),
            Ask::Expand(text) => self.told(|this| this.substitute(part, &text, None)).map(Reply::Text),
            Ask::Add(section, values) => {
                self.configured(|this| this.buildout.configuration.add(&section, values, part))?;
                self.told(|this| this.look_up(&section, None))?;
                self.refer(part, &section);
                Ok(Reply::Done)
            }
            Ask::Parse(text) => {
                let names = self.configured(|this| this.buildout.configuration.parse(&text, part))?;
                for name in &names {
                    self.told(|this| this.look_up(name, None))?;
                    self.refer(part, name);
                }
                Ok(Reply::Names(names))
            }
            Ask::Run(order) => {
                let (command, allowed) = *order;
                Ok(Reply::Ran(Box::new(self.run(part, &command, &allowed))))
            }
        }
    }

    fn nested(&self) -> Duration {
        self.buildout.catalogue.worked() + self.buildout.programs_worked
    }

    fn log(&mut self, part: &str, level: Level, message: &str) {
        self.reporter.event(&Event::Log { part: Some(part.to_owned()), level, message: message.to_owned() });
    }

    fn progress(&mut self, part: &str, what: &str, done: f64, total: f64) {
        let total = (total > 0.0).then_some(total);
        self.buildout.progressing = true;
        self.reporter.event(&Event::Progress { part: part.to_owned(), what: what.to_owned(), done, total });
    }
}

impl Resolver<'_> {
    /// Runs a program for a guest, on this thread: a guest's own may be confined so that it can start none.
    fn run(
        &mut self,
        part: &str,
        command: &Command,
        allowed: &Allowed,
    ) -> (Result<Ended, RecipeError>, Swept) {
        let tier = allowed.limits.tier;
        if tier != Tier::Strict && !std::mem::replace(&mut self.buildout.told_tier, true) {
            let message = format!("Programs are not confined strictly; they can {}", tier.leaks().join(", "));
            self.reporter.event(&Event::Log { part: None, level: Level::Warning, message });
        }
        if !allowed.granted.is_empty() {
            let places: Vec<&str> = allowed.granted.iter().map(|directory| directory.as_str()).collect();
            let program = &command.program;
            let message =
                format!("What `{program}` writes below {} is not recorded, and stays", places.join(", "));
            self.log(part, Level::Info, &message);
        }
        let words = [&command.program].into_iter().chain(&command.arguments);
        let words: Vec<&str> = words.map(String::as_str).collect();
        self.log(part, Level::Debug, &format!("Running {}", words.join(" ")));
        let mut line = |stream: Stream, text: &str| {
            let level = match stream {
                Stream::Out => Level::Info,
                Stream::Err => Level::Warning,
            };
            self.log(part, level, text);
        };
        let ran = process::run(command, allowed, &cancelled, &mut line);
        let identity = self.buildout.part(part).map(|part| part.recipe.identity()).unwrap_or_default();
        let surroundings = &self.buildout.surroundings;
        let is_allowed = !matches!(ran.result, Err(ProcessError::Denied { .. }));
        surroundings.audit.started(part, &identity, &words, &surroundings.environment, is_allowed);
        self.buildout.programs_worked += ran.took;
        let result = ran.result.map_err(|error| {
            let told = RecipeError::new(error.kind(), error.to_string());
            error.help().into_iter().fold(told, |told, help| told.with("help", help))
        });
        (result, ran.swept)
    }

    /// Looks a section up for a guest.
    fn reach(&mut self, part: &str, section: &str) -> Result<(), NoReply> {
        if section == part {
            return Ok(());
        }
        if !self.buildout.configuration.has(section) {
            let error =
                RecipeError::new("missing", format!("The referenced section, '{section}', was not defined."));
            let mut doing = self.buildout.doing.clone();
            doing.push(format!("Getting section {section}."));
            self.buildout.told = Some((error.message.clone(), doing));
            return Err(NoReply::Error(error.with("section", section)));
        }
        if !self.buildout.finished {
            self.refer(part, section);
        }
        self.told(|this| this.look_up(section, None))
    }

    /// Turns a failure into what the guest is told; a bug or the end of the run stops the guest.
    fn told<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, ResolveError>) -> Result<T, NoReply> {
        // A section that failed has failed the run already, whatever the recipe makes of it; a text that
        // cannot be expanded is only its own affair.
        run(self).map_err(|error| {
            let reply = reply(&error);
            if let NoReply::Error(told) = &reply {
                self.buildout.told = Some((told.message.clone(), error.doing));
            }
            reply
        })
    }

    fn configured<T>(&mut self, run: impl FnOnce(&mut Self) -> Result<T, ConfigError>) -> Result<T, NoReply> {
        run(self).map_err(|error| {
            let kind = if matches!(error, ConfigError::SectionExists { .. }) { "exists" } else { "user" };
            NoReply::Error(RecipeError::new(kind, error.to_string()))
        })
    }
}

fn reply(error: &ResolveError) -> NoReply {
    let told = |kind: &str, message: String| NoReply::Error(RecipeError::new(kind, message));
    match &*error.cause {
        Cause::Broken { failure: Failure::Bug { .. } | Failure::Limit { .. } | Failure::Stopped, .. } => {
            NoReply::Stop
        }
        Cause::Refused { error, .. } => NoReply::Error(error.clone()),
        Cause::Circular { .. } => told("circular", error.cause.to_string()),
        Cause::UnknownSection { section, .. } => {
            NoReply::Error(RecipeError::new("missing", error.cause.to_string()).with("section", section))
        }
        Cause::Limit { what, .. } => told("limit", what.clone()),
        Cause::Opaque { .. } => told("denied", error.cause.to_string()),
        Cause::Late { .. } => told("phase", error.cause.to_string()),
        _ => told("user", error.cause.to_string()),
    }
}
