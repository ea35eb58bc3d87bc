//! How much a recipe may use, each number with its reason.
//!
//! - Out: [`Limits`], plain numbers that the engine, the guard and the log are built with.
//! - Not here: the limits of the configuration language (`config`).
//!
//! Only the user raises a limit; a configuration may lower one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::process;

/// The limits of one call of a recipe, and of one part.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Guest time of one `init`: it runs in every run, `plan` included, so it must be short.
    pub init_time: Duration,
    /// Time of one `install`, `update` or `uninstall`, sleeping included; what the run does for it counts, another recipe's time does not.
    pub call_time: Duration,
    /// Linear memory of one instance, in bytes.
    pub memory_bytes: usize,
    /// Elements of all tables of one instance.
    pub table_elements: usize,
    /// Core instances, memories and tables in one component.
    pub instances: usize,
    /// The wasm stack, in bytes; a pooled thread has four times that.
    pub stack_bytes: usize,
    /// What one call across the border may carry, in bytes.
    pub border_bytes: usize,
    /// Files, directories and links that one call may make.
    pub files: u64,
    /// Bytes that one call may write.
    pub written_bytes: u64,
    /// Log lines of one call; more are dropped, and that is said.
    pub log_lines: usize,
    /// Bytes of log text of one call.
    pub log_bytes: usize,
    /// How deep `init`s may nest: each has a thread of its own.
    pub nesting: usize,
    /// Size of a component, in bytes, before it is compiled.
    pub component_bytes: u64,
    /// What the programs that it starts may use, and how they are confined.
    #[serde(skip)]
    pub programs: process::Limits,
    /// Time on processors that compiling a component may take: an honest one needs some twenty seconds.
    pub compile_time: Duration,
    /// Memory that compiling a component may take, in bytes.
    pub compile_bytes: u64,
}

/// What can be limited, and how a value of it is written, for `--recipe-limit=NAME=VALUE`.
const NAMES: [(&str, &str); 14] = [
    ("time", "TIME"),
    ("memory", "SIZE"),
    ("tables", "NUMBER"),
    ("instances", "NUMBER"),
    ("stack", "SIZE"),
    ("data", "SIZE"),
    ("files", "NUMBER"),
    ("written", "SIZE"),
    ("log", "SIZE"),
    ("lines", "NUMBER"),
    ("nesting", "NUMBER"),
    ("component", "SIZE"),
    ("compile-time", "TIME"),
    ("compile-memory", "SIZE"),
];

/// More instances, and recipes that wait for each other, than a machine has room for.
const MOST: u64 = 10_000;

impl Limits {
    /// Sets a limit by its name, as it is typed.
    ///
    /// # Errors
    ///
    /// What should be written instead.
    pub fn set(&mut self, name: &str, value: &str) -> Result<(), String> {
        let time = || time(value).ok_or("write a time such as `90`, `90s`, `15m` or `2h`");
        let size = || size(value).ok_or("write a size such as `65536`, `64K`, `512M` or `4G`");
        let number = || {
            value
                .parse::<u64>()
                .ok()
                .filter(|number| *number > 0 && !value.starts_with('+'))
                .ok_or("write a whole number")
        };
        let small = |number: u64| usize::try_from(number).map_err(|_| "write a smaller number");
        // Room is kept for that many at once.
        let few = || small(number()?.min(MOST));
        match name {
            "time" => {
                self.init_time = time()?;
                self.call_time = self.init_time;
            }
            "memory" => self.memory_bytes = small(size()?)?,
            "tables" => self.table_elements = small(number()?.min(u64::from(u32::MAX)))?,
            "instances" => self.instances = few()?,
            "stack" => self.stack_bytes = small(size()?)?,
            "data" => self.border_bytes = small(size()?)?,
            "files" => self.files = number()?,
            "written" => self.written_bytes = size()?,
            "log" => self.log_bytes = small(size()?)?,
            "lines" => self.log_lines = small(number()?)?,
            "nesting" => self.nesting = few()?,
            "component" => self.component_bytes = size()?,
            "compile-time" => self.compile_time = time()?,
            "compile-memory" => self.compile_bytes = size()?,
            _ => {
                let names: Vec<String> =
                    NAMES.iter().map(|(name, value)| format!("{name}={value}")).collect();
                return Err(format!("what can be limited: {}", names.join(", ")));
            }
        }
        Ok(())
    }
}

/// A number of bytes as people write it, as long as that is exact.
pub(super) fn size_in_words(bytes: u64) -> String {
    let units = [(30, "GiB"), (20, "MiB"), (10, "KiB")];
    let fits = units.iter().find(|(bits, _)| bytes.is_multiple_of(1 << bits));
    fits.map_or(format!("{bytes} bytes"), |(bits, unit)| format!("{} {unit}", bytes >> bits))
}

/// Reads whole seconds, or a number with `s`, `m` or `h`; nothing lasts no time.
pub fn time(text: &str) -> Option<Duration> {
    let seconds = scaled(text, [('s', 1), ('m', 60), ('h', 3600)])?;
    (seconds > 0).then(|| Duration::from_secs(seconds))
}

/// Reads bytes, or a number with `K`, `M` or `G`; nothing has no size.
fn size(text: &str) -> Option<u64> {
    scaled(text, [('K', 1 << 10), ('M', 1 << 20), ('G', 1 << 30)]).filter(|bytes| *bytes > 0)
}

fn scaled(text: &str, units: [(char, u64); 3]) -> Option<u64> {
    let unit = units.iter().find_map(|(unit, scale)| Some((text.strip_suffix(*unit)?, *scale)));
    let (number, scale) = unit.unwrap_or((text, 1));
    let plain = number.bytes().all(|byte| byte.is_ascii_digit());
    number.parse::<u64>().ok().filter(|_| plain)?.checked_mul(scale)
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            init_time: Duration::from_secs(10),
            call_time: Duration::from_secs(600),
            memory_bytes: 256 << 20,
            table_elements: 100_000,
            instances: 50,
            stack_bytes: 512 << 10,
            border_bytes: 16 << 20,
            files: 200_000,
            written_bytes: 4 << 30,
            log_lines: 10_000,
            log_bytes: 1 << 20,
            nesting: 200,
            component_bytes: 64 << 20,
            programs: process::Limits::default(),
            compile_time: Duration::from_secs(120),
            compile_bytes: 2 << 30,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_limit_can_be_set_by_its_name_and_is_then_another() {
        for (name, value) in NAMES {
            let mut limits = Limits::default();
            let typed = if value == "TIME" { "7h" } else { "7" };
            limits.set(name, typed).unwrap();
            assert_ne!(limits, Limits::default(), "{name}");
            for wrong in ["", "0", "-1", "+1", "x", "1.5", "99999999999999999999", "1d"] {
                assert!(limits.set(name, wrong).is_err(), "{name}={wrong}");
            }
        }
        let error = Limits::default().set("nonsense", "1").unwrap_err();
        assert!(error.starts_with("what can be limited: time=TIME, memory=SIZE,"), "{error}");
    }

    #[test]
    fn times_and_sizes_have_units() {
        assert_eq!(
            ["90", "90s", "2h", "0", "", "s", "1d", "-1", "99999999999999999999"].map(time),
            [Some(90), Some(90), Some(7200), None, None, None, None, None, None]
                .map(|seconds| seconds.map(Duration::from_secs))
        );
        assert_eq!(
            ["90", "64K", "2M", "4G", "0", "K", "4g", "99999999999G"].map(size),
            [Some(90), Some(65_536), Some(2 << 20), Some(4 << 30), None, None, None, None]
        );
    }
}
