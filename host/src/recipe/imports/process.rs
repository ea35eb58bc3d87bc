//! `process`: native programs in a sandbox. The run starts them: a guest's own thread may be confined so that it cannot.

use std::collections::BTreeSet;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use wasmtime::Result;

use super::error;
use crate::process::{self, Allowed, Command, Ended, Output, ProcessError};
use crate::recipe::bindings::buildout::recipe::{process as wit, types::Error};
use crate::recipe::call::{Ask, Phase, RecipeError, Reply};
use crate::recipe::instance::State;

impl wit::Host for State {
    fn run(&mut self, command: wit::Command) -> Result<std::result::Result<wit::Ended, Error>> {
        let order = self.not_in(Phase::Init, "process.run").and_then(|()| self.order(command));
        let order = match order {
            Ok(order) => order,
            Err(error) => return Ok(Err(error)),
        };
        if let Err(cause) = self.guard.may_fill(&order.1.own) {
            return Ok(Err(error("io", format!("the program was not started: {cause}"))));
        }
        // What it makes from now on is known as its own as long as this says that it is at work.
        let still = |this: &Self| this.guard.still_filling();
        let reply = match self.ask_while(Ask::Run(Box::new(order)), still)? {
            Ok(reply) => reply,
            Err(error) => return Ok(Err(error)),
        };
        let Reply::Ran(ran) = reply else {
            unreachable!("the run answers what was asked, not with {reply:?}");
        };
        let (result, swept) = *ran;
        self.guard.swept(&swept);
        Ok(match result {
            Ok(Ended { status, out, err }) => Ok(wit::Ended { status, output: out, errors: err }),
            Err(error) => Err(error.into()),
        })
    }

    fn find(&mut self, program: String) -> Result<std::result::Result<Option<String>, Error>> {
        if let Err(error) = self.not_in(Phase::Init, "process.find") {
            return Ok(Err(error));
        }
        Ok(match process::find(&program, &self.call.reach.programs) {
            Ok(path) => Ok(Some(path.into_string())),
            Err(ProcessError::NotFound(_)) => Ok(None),
            Err(error) => Err(told(&error)),
        })
    }
}

fn told(error: &ProcessError) -> Error {
    let told = RecipeError::new(error.kind(), error.to_string());
    error.help().into_iter().fold(told, |told, help| told.with("help", help)).into()
}

impl State {
    /// What the run is to start, and all that the part may do.
    fn order(&mut self, command: wit::Command) -> std::result::Result<(Command, Allowed), Error> {
        let read = command.reads.iter().map(|path| self.real(path)).collect::<std::result::Result<_, _>>()?;
        let command = Command {
            directory: self.real(&command.directory)?,
            program: command.program,
            arguments: command.arguments,
            environment: command.environment,
            read,
            output: match command.output {
                wit::Output::Log => Output::Log,
                wit::Output::Capture => Output::Capture,
            },
            time: (command.time_limit > 0).then(|| Duration::from_secs(command.time_limit.into())),
        };
        let reach = self.guard.reach_of_programs();
        let granted = reach.granted.iter().filter(|directory| directory.is_dir()).cloned().collect();
        let allowed = Allowed {
            own: directories(&reach.own),
            temporary: self.guard.temporary().to_vec(),
            granted,
            scratch: self.call.temporary.clone().unwrap_or_default(),
            limits: self.call.limits.programs.clone(),
            reach,
        };
        Ok((command, allowed))
    }

    /// Where a path really is, if that may be looked at.
    fn real(&mut self, path: &str) -> std::result::Result<Utf8PathBuf, Error> {
        let failed = |cause: &str| {
            let mut failed = error("io", format!("{path}: {cause}"));
            failed.details.push(("path".to_owned(), path.to_owned()));
            failed
        };
        if !path.starts_with('/') {
            return Err(error("user", format!("{path}: the path is not absolute")));
        }
        let real = Utf8Path::new(path).canonicalize_utf8().map_err(|_| failed("there is nothing to see"))?;
        let inside = self.call.reach.read.iter().any(|root| real.starts_with(root));
        if inside && self.guard.may_see(&real).is_ok() {
            Ok(real)
        } else {
            Err(failed("there is nothing to see"))
        }
    }
}

/// The directories among these, without those that lie in another one.
fn directories(own: &BTreeSet<Utf8PathBuf>) -> Vec<Utf8PathBuf> {
    let mut tops: Vec<Utf8PathBuf> = Vec::new();
    for path in own {
        let beneath = tops.last().is_some_and(|top| path.starts_with(top));
        if !beneath && path.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
            tops.push(path.clone());
        }
    }
    tops
}
