//! `log`: what the user is told.

use wasmtime::Result;

use crate::event;
use crate::recipe::bindings::buildout::recipe::log;
use crate::recipe::instance::State;

impl log::Host for State {
    fn write(&mut self, level: log::Level, message: String) -> Result<()> {
        let level = match level {
            log::Level::Debug => event::Level::Debug,
            log::Level::Info => event::Level::Info,
            log::Level::Warn => event::Level::Warning,
            log::Level::Error => event::Level::Error,
        };
        self.output.log(level, message);
        Ok(())
    }

    fn progress(&mut self, what: String, done: f64, total: f64) -> Result<()> {
        self.show_progress(what, done, total);
        Ok(())
    }
}
