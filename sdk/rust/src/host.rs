//! The machine and the run.

use crate::imports;

/// What the component cannot find out by itself about the machine it runs on, by name: `os` (`linux`, `macos`,
/// `windows`), `arch`, `abi`, `exe-suffix`, `path-separator`, `buildout-version`. None for a name that
/// this host does not know.
pub fn fact(name: &str) -> Option<String> {
    facts().into_iter().find(|(known, _)| known == name).map(|(_, value)| value)
}

/// All facts, with their names.
pub fn facts() -> Vec<(String, String)> {
    imports::host::facts()
}

/// Whether the network must not be used.
pub fn offline() -> bool {
    imports::host::offline()
}

/// Whether to look for something newer than what is already there.
pub fn newest() -> bool {
    imports::host::newest()
}

/// How much the user wants to read: 0 is normal, more is above.
pub fn verbosity() -> i32 {
    imports::host::verbosity()
}
