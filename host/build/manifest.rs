//! The names in a crate's manifest.
//!
//! - In: the text of a `Cargo.toml`.
//! - Out: what its package is called, and the component that it becomes.
//! - Not here: everything else of TOML; a build script that needs a parser for two names is slow to start.

/// The name of the package.
pub(crate) fn package(manifest: &str) -> Option<String> {
    name_in(manifest, "[package]")
}

/// The file that cargo makes of a library for wasm: `[lib]` may give it a name, else it has the package's.
pub(crate) fn component_file(manifest: &str) -> Option<String> {
    let name = name_in(manifest, "[lib]").or_else(|| package(manifest))?;
    Some(format!("{}.wasm", name.replace('-', "_")))
}

/// The value of `name` in one section.
fn name_in(manifest: &str, wanted: &str) -> Option<String> {
    let mut section = "";
    for line in manifest.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
        } else if section == wanted
            && let Some((key, value)) = line.split_once('=')
            && key.trim() == "name"
        {
            return value.split('"').nth(1).map(str::to_owned);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_is_named_for_its_library_or_else_its_package() {
        let text = "[package]\nname = \"unix-user\" # of the example\n[dependencies]\nname = \"no\"\n";
        assert_eq!(package(text).as_deref(), Some("unix-user"));
        assert_eq!(component_file(text).as_deref(), Some("unix_user.wasm"));
        let with_library = format!("{text}[lib]\nname = \"user\"\n");
        assert_eq!(component_file(&with_library).as_deref(), Some("user.wasm"));
        assert_eq!(component_file("[workspace]\n"), None);
    }
}
