//! Entries that show and change options: `debug`, `setter`, `meta`.

use std::path::PathBuf;

use buildout_recipe::{Part, Result, sections};

/// Prints every option of `debug`, sorted.
pub(crate) fn print(part: &Part) -> Result<Vec<PathBuf>> {
    let mut options = part.all()?;
    options.sort();
    for (key, value) in options {
        println!("  {key}={}", quoted(&value));
    }
    Ok(Vec::new())
}

/// Reads what `read` names and shows it, sets what `set` says, removes what `delete` names.
pub(crate) fn read_and_set(part: &mut Part) -> Result<()> {
    for reference in part.list("read")? {
        let (section, option) = reference.split_once(':').unwrap_or((&reference, ""));
        println!("read {reference}={}", quoted(&sections::required(section, option)?));
    }
    for line in part.get("set")?.unwrap_or_default().split('\n') {
        if let Some((key, value)) = line.split_once('=') {
            let value = value.trim().replace("\\n", "\n").replace("\\t", "\t").replace("\\s", " ");
            part.set(key.trim(), value)?;
        }
    }
    for key in part.list("delete")? {
        part.remove(&key)?;
    }
    Ok(())
}

/// Adds the sections of `body`, then the one that `section` names.
pub(crate) fn add_sections(part: &mut Part) -> Result<()> {
    let body = part.get("body")?.unwrap_or_default();
    let lines = body.split('\n').map(|line| line.trim_start().strip_prefix('|').unwrap_or(line));
    let body = lines.collect::<Vec<_>>().join("\n").replace("$$", "$");
    if !body.trim().is_empty() {
        sections::parse(&body)?;
    }
    if let Some(section) = part.get("section")?.filter(|section| !section.is_empty()) {
        let options = [("recipe", "zcborec:debug"), ("number", "1"), ("ref", "${:number}x")];
        sections::add(&section, &options.map(|(key, value)| (key.to_owned(), value.to_owned())))?;
    }
    Ok(())
}

fn quoted(value: &str) -> String {
    let mut quoted = String::from("\"");
    for character in value.chars() {
        match character {
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            '"' => quoted.push_str("\\\""),
            other => quoted.push(other),
        }
    }
    quoted + "\""
}
