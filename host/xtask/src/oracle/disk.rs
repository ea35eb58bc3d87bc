//! What a run left on the disk: the tree, the database.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// Sections of the database, with their options.
pub(super) type Database = BTreeMap<String, BTreeMap<String, String>>;

/// Reads a database as a plain reader does: of several lines for one option the last counts.
pub(super) fn database(text: &str) -> Database {
    let mut database = Database::new();
    let mut at: Option<(String, Option<String>)> = None;
    for line in text.split('\n') {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
            database.entry(name.to_owned()).or_default();
            at = Some((name.to_owned(), None));
            continue;
        }
        let Some((section, key)) = &mut at else { continue };
        let options = database.get_mut(section).expect("it was just made");
        if let (Some(key), Some(rest)) = (&*key, line.strip_prefix([' ', '\t'])) {
            let value = options.get_mut(key).expect("it was just made");
            value.push('\n');
            value.push_str(rest);
        } else if let Some((name, value)) = line.split_once(" =") {
            options.insert(name.to_owned(), value.strip_prefix(' ').unwrap_or(value).to_owned());
            *key = Some(name.to_owned());
        }
    }
    database
}

/// A line for each option, and for each path of a part. Sections of parts that are gone count for nothing: zc.buildout
/// leaves them where they are until something is installed.
pub(super) fn lines(database: &Database) -> Vec<String> {
    let parts = database.get("buildout").and_then(|buildout| buildout.get("parts"));
    let parts: Vec<&str> = parts.map_or("", String::as_str).split_whitespace().collect();
    let mut lines = Vec::new();
    for (section, options) in database {
        if section != "buildout" && !parts.contains(&section.as_str()) {
            continue;
        }
        for (key, value) in options {
            match key.as_str() {
                "installed_develop_eggs" => {}
                "__buildout_signature__" => lines.push(format!("[{section}] {key} = …")),
                "__buildout_installed__" => {
                    let paths = value.replace("%(__buildout_space_n__)s", "\n");
                    let paths = paths.split('\n').filter(|_| !value.is_empty());
                    lines.extend(paths.map(|path| format!("[{section}] installed {path:?}")));
                }
                _ => lines.push(format!("[{section}] {key} = {value:?}")),
            }
        }
    }
    lines
}

/// Whether a path of the tree is not looked at.
pub(super) fn is_ignored(path: &str) -> bool {
    path.contains(".buildout/") || ["eggs/", "eggs/v5/"].contains(&path)
}

/// Everything below a directory, sorted; directories end with `/`.
pub(super) fn tree(directory: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut left = vec![(directory.to_owned(), String::new())];
    while let Some((directory, before)) = left.pop() {
        for entry in fs::read_dir(&directory).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            // As `os.walk` has it: a link to a directory is one, and is not followed.
            if entry.path().is_dir() {
                let path = format!("{before}{name}/");
                let closed = ["develop-eggs", "__pycache__"].contains(&&*name) || name.ends_with(".egg");
                if !closed && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    left.push((entry.path(), path.clone()));
                }
                found.push(path);
            } else if !name.ends_with(".pyc") {
                found.push(before.clone() + &name);
            }
        }
    }
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_of_several_values_counts_and_signatures_are_masked() {
        let text = "[buildout]\ninstalled_develop_eggs = \nparts = b\n\n[a]\nx = 1\n\ty = 2\nz = \n\
                    __buildout_signature__ = s\n__buildout_installed__ = p\n\tq\n\n[b]\nx = 1\n\n\
                    [buildout]\nparts = a\n";
        assert_eq!(
            lines(&database(text)),
            [
                "[a] installed \"p\"",
                "[a] installed \"q\"",
                "[a] __buildout_signature__ = …",
                "[a] x = \"1\\ny = 2\"",
                "[a] z = \"\"",
                "[buildout] parts = \"a\"",
            ]
        );
    }
}
