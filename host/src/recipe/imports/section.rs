//! `section`: the part's own options. They travel with the call, so nothing here waits but `expand`.

use wasmtime::Result;

use super::{ALL_VALUES, LARGEST_VALUE, error};
use crate::recipe::bindings::buildout::recipe::{section, types::Error};
use crate::recipe::call::{Ask, Change, Phase, Reply};
use crate::recipe::instance::State;

impl section::Host for State {
    fn name(&mut self) -> Result<String> {
        Ok(self.call.part.clone())
    }

    fn get(&mut self, key: String) -> Result<Result<Option<String>, Error>> {
        let value = self.call.options.get(&key).cloned();
        self.used.insert(key);
        Ok(Ok(value))
    }

    fn all(&mut self) -> Result<Result<Vec<(String, String)>, Error>> {
        self.used.extend(self.call.options.keys().cloned());
        Ok(Ok(self.call.options.iter().map(|(key, value)| (key.clone(), value.clone())).collect()))
    }

    fn keys(&mut self) -> Result<Vec<String>> {
        Ok(self.call.options.keys().cloned().collect())
    }

    fn expand(&mut self, text: String) -> Result<Result<String, Error>> {
        if let Err(error) = self.not_in(Phase::Uninstall, "section.expand") {
            return Ok(Err(error));
        }
        if !text.contains("${") && !text.contains("$<") {
            return Ok(Ok(text));
        }
        Ok(self.ask(Ask::Expand(text))?.map(|reply| match reply {
            Reply::Text(text) => text,
            other => unreachable!("`expand` is answered with a text, not with {other:?}"),
        }))
    }

    fn set(&mut self, key: String, value: String) -> Result<Result<(), Error>> {
        if let Err(error) = self.only_in(Phase::Init, "section.set") {
            return Ok(Err(error));
        }
        if value.len() > LARGEST_VALUE {
            return Ok(Err(error("limit", format!("the value of `{key}` is larger than 1 MiB"))));
        }
        if key.is_empty() || key.chars().any(|c| c.is_whitespace() || "[]{}=:".contains(c)) {
            return Ok(Err(error("user", format!("`{key}` cannot be the name of an option"))));
        }
        self.set_bytes += key.len() + value.len();
        if self.set_bytes > ALL_VALUES {
            return Ok(Err(error("limit", "one call may give values of at most 16 MiB in all")));
        }
        self.call.options.insert(key.clone(), value.clone());
        let earlier = |change: &Change| matches!(change, Change::Set(set, _) if *set == key);
        self.changes.retain(|change| !earlier(change));
        self.changes.push(Change::Set(key, value));
        Ok(Ok(()))
    }

    fn remove(&mut self, key: String) -> Result<Result<bool, Error>> {
        if let Err(error) = self.only_in(Phase::Init, "section.remove") {
            return Ok(Err(error));
        }
        let there = self.call.options.shift_remove(&key).is_some();
        if there {
            self.changes.push(Change::Remove(key));
        }
        Ok(Ok(there))
    }

    fn installed(&mut self) -> Result<Vec<String>> {
        Ok(self.call.installed.clone())
    }
}
