//! `sections`: the rest of the configuration. Each call is a question to the run.

use wasmtime::Result;

use crate::recipe::bindings::buildout::recipe::{sections, types::Error};
use crate::recipe::call::{Ask, Phase, Reply};
use crate::recipe::instance::State;

/// Asks the run unless the phase forbids it, and takes the answer out of its reply.
macro_rules! ask {
    ($this:ident, $ask:expr, $pattern:pat => $answer:expr) => {{
        if let Err(error) = $this.not_in(Phase::Uninstall, "sections") {
            return Ok(Err(error));
        }
        Ok($this.ask($ask)?.map(|reply| match reply {
            $pattern => $answer,
            other => unreachable!("the run answers what was asked, not with {other:?}"),
        }))
    }};
}

impl sections::Host for State {
    fn get(&mut self, section: String, key: String) -> Result<Result<Option<String>, Error>> {
        if section == "buildout"
            && let Some(value) = self.call.buildout.as_ref().and_then(|options| options.get(&key))
        {
            let value = value.clone();
            self.used_of_buildout.insert(key);
            return Ok(Ok(Some(value)));
        }
        ask!(self, Ask::Get(section, key), Reply::Value(value) => value)
    }

    fn all(&mut self, section: String) -> Result<Result<Vec<(String, String)>, Error>> {
        ask!(self, Ask::All(section), Reply::Options(options) => options)
    }

    fn keys(&mut self, section: String) -> Result<Result<Vec<String>, Error>> {
        ask!(self, Ask::Keys(section), Reply::Names(names) => names)
    }

    fn exists(&mut self, section: String) -> Result<Result<bool, Error>> {
        ask!(self, Ask::Exists(section), Reply::Flag(flag) => flag)
    }

    fn names(&mut self) -> Result<Result<Vec<String>, Error>> {
        ask!(self, Ask::Names, Reply::Names(names) => names)
    }

    fn add(&mut self, section: String, values: Vec<(String, String)>) -> Result<Result<(), Error>> {
        if let Err(error) = self.only_in(Phase::Init, "sections.add") {
            return Ok(Err(error));
        }
        ask!(self, Ask::Add(section, values), Reply::Done => ())
    }

    fn parse(&mut self, text: String) -> Result<Result<Vec<String>, Error>> {
        if let Err(error) = self.only_in(Phase::Init, "sections.parse") {
            return Ok(Err(error));
        }
        ask!(self, Ask::Parse(text), Reply::Names(names) => names)
    }
}
