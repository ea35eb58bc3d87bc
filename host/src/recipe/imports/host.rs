//! `host`: the machine and the run.

use wasmtime::Result;

use crate::recipe::bindings::buildout::recipe::host;
use crate::recipe::instance::State;

impl host::Host for State {
    fn facts(&mut self) -> Result<Vec<(String, String)>> {
        Ok(self.call.machine.facts.clone())
    }

    fn offline(&mut self) -> Result<bool> {
        Ok(self.call.machine.offline)
    }

    fn newest(&mut self) -> Result<bool> {
        Ok(self.call.machine.newest)
    }

    fn verbosity(&mut self) -> Result<i32> {
        Ok(self.call.machine.verbosity)
    }
}
