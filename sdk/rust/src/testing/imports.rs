//! What a recipe imports, answered natively from the test's buildout. One module per interface, as in
//! `wit/recipe.wit`.
//!
//! The same calls on wasm: `border::imports`.

use super::substitute;
use super::world::{Phase, World, entry_of, phase_error, running};
use crate::{Error, Kind, Result};

pub(crate) mod section {
    use super::*;

    pub(crate) fn name() -> String {
        running().caller()
    }

    pub(crate) fn get(key: &str) -> Result<Option<String>> {
        let world = running();
        substitute::value(&world, &world.caller(), key)
    }

    pub(crate) fn all() -> Result<Vec<(String, String)>> {
        let world = running();
        values(&world, &world.caller())
    }

    pub(crate) fn keys() -> Vec<String> {
        let world = running();
        keys_of(&world, &world.caller())
    }

    pub(crate) fn expand(text: &str) -> Result<String> {
        let world = running();
        if world.phase() == Some(Phase::Uninstall) {
            return Err(phase_error("`expand` cannot be called in `uninstall`"));
        }
        substitute::text(&world, &world.caller(), text)
    }

    pub(crate) fn set(key: &str, value: &str) -> Result<()> {
        let world = running();
        only_in_init(&world, "set")?;
        entry_of(&mut world.sections.borrow_mut(), &world.caller()).set(key, value, true);
        Ok(())
    }

    pub(crate) fn remove(key: &str) -> Result<bool> {
        let world = running();
        only_in_init(&world, "remove")?;
        let mut sections = world.sections.borrow_mut();
        let options = &mut entry_of(&mut sections, &world.caller()).options;
        let before = options.len();
        options.retain(|(known, _)| known != key);
        Ok(options.len() < before)
    }

    pub(crate) fn installed() -> Vec<String> {
        let world = running();
        match world.phase() {
            Some(Phase::Update | Phase::Uninstall) => world.installed(&world.caller()),
            Some(Phase::Init | Phase::Install) | None => Vec::new(),
        }
    }
}

pub(crate) mod sections {
    use super::*;

    pub(crate) fn get(section: &str, key: &str) -> Result<Option<String>> {
        let world = running();
        World::reach(&world, section)?;
        substitute::value(&world, section, key)
    }

    pub(crate) fn all(section: &str) -> Result<Vec<(String, String)>> {
        let world = running();
        World::reach(&world, section)?;
        values(&world, section)
    }

    pub(crate) fn keys(section: &str) -> Result<Vec<String>> {
        let world = running();
        World::reach(&world, section)?;
        Ok(keys_of(&world, section))
    }

    pub(crate) fn exists(section: &str) -> Result<bool> {
        Ok(names()?.iter().any(|name| name == section))
    }

    pub(crate) fn names() -> Result<Vec<String>> {
        let world = running();
        if world.phase() == Some(Phase::Uninstall) {
            return Err(phase_error("other sections cannot be read in `uninstall`"));
        }
        Ok(world.sections.borrow().iter().map(|section| section.name.clone()).collect())
    }

    pub(crate) fn add(section: &str, values: &[(String, String)]) -> Result<()> {
        let world = running();
        only_in_init(&world, "sections.add")?;
        if exists(section)? {
            let message = format!("There is a section [{section}] already");
            return Err(Error::new(Kind::Exists, message).with("section", section));
        }
        let mut sections = world.sections.borrow_mut();
        let added = entry_of(&mut sections, section);
        for (key, value) in values {
            added.set(key, value, false);
        }
        Ok(())
    }

    pub(crate) fn parse(text: &str) -> Result<Vec<String>> {
        only_in_init(&running(), "sections.parse")?;
        let parsed = super::parse(text)?;
        for (section, values) in &parsed {
            add(section, values)?;
        }
        Ok(parsed.into_iter().map(|(section, _)| section).collect())
    }
}

pub(crate) mod host {
    use super::running;

    pub(crate) fn facts() -> Vec<(String, String)> {
        running().run.borrow().facts.clone()
    }

    pub(crate) fn offline() -> bool {
        running().run.borrow().offline
    }

    pub(crate) fn newest() -> bool {
        running().run.borrow().newest
    }

    pub(crate) fn verbosity() -> i32 {
        running().run.borrow().verbosity
    }
}

pub(crate) mod log {
    use super::running;
    use crate::log::Level;

    pub(crate) fn write(level: Level, message: &str) {
        let world = running();
        let line = format!("{}: {level}: {message}", world.caller());
        world.run.borrow_mut().log.push(line);
    }

    /// Progress is gone when a call ends, so there is nothing for a test to see.
    pub(crate) fn progress(_what: &str, _done: f64, _total: f64) {}
}

pub(crate) mod files {
    use std::fs;
    use std::path::Path;

    use super::*;
    use crate::At;

    pub(crate) fn set_mode(path: &str, mode: u32) -> Result<()> {
        absolute(path)?;
        if mode > 0o777 {
            return Err(
                Error::new(Kind::Io, format!("{path}: mode {mode:o} is above 777")).with("path", path)
            );
        }
        if fs::symlink_metadata(path).at(path)?.is_symlink() {
            return Err(Error::new(Kind::Io, format!("{path}: a link has no mode to set")).with("path", path));
        }
        let mut permissions = fs::metadata(path).at(path)?.permissions();
        #[cfg(unix)]
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, mode);
        #[cfg(not(unix))]
        permissions.set_readonly(mode & 0o200 == 0);
        fs::set_permissions(path, permissions).at(path)
    }

    pub(crate) fn mode(path: &str) -> Result<u32> {
        absolute(path)?;
        mode_of(Path::new(path))
    }

    /// The permission bits, for tests too.
    pub(crate) fn mode_of(path: &Path) -> Result<u32> {
        let permissions = fs::symlink_metadata(path).at(path)?.permissions();
        #[cfg(unix)]
        let mode = std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777;
        #[cfg(not(unix))]
        let mode = if permissions.readonly() { 0o444 } else { 0o666 };
        Ok(mode)
    }

    pub(crate) fn symlink(target: &str, path: &str) -> Result<()> {
        absolute(path)?;
        #[cfg(unix)]
        let made = std::os::unix::fs::symlink(target, path);
        #[cfg(windows)]
        let made = std::os::windows::fs::symlink_file(target, path);
        made.at(path)
    }

    pub(crate) fn read_link(path: &str) -> Result<String> {
        absolute(path)?;
        let target = fs::read_link(path).at(path)?;
        crate::files::text_of(&target).map(str::to_owned)
    }

    pub(crate) fn temporary_directory() -> Result<String> {
        let world = running();
        if world.phase() == Some(Phase::Init) {
            return Err(phase_error("nothing can be written in `init`, so there is no temporary directory"));
        }
        world.temporary_directory()
    }

    fn absolute(path: &str) -> Result<()> {
        if crate::value::is_absolute(path) {
            return Ok(());
        }
        Err(Error::new(Kind::Io, format!("{path}: the path is relative")).with("path", path))
    }
}

/// Nothing confines a program here, and its time is not measured: the recipe is tested, not the host.
pub(crate) mod process {
    use std::path::Path;
    use std::process::Stdio;

    use super::*;
    use crate::process::Command;

    const PATH: &str = "/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin";

    /// Status, output, errors.
    pub(crate) fn run(command: &Command, capture: bool) -> Result<(i32, String, String)> {
        let file = find(&command.program)?
            .ok_or_else(|| Error::new(Kind::Process, format!("there is no program `{}`", command.program)))?;
        let mut started = std::process::Command::new(file);
        started.args(&command.arguments).current_dir(&command.directory).env_clear();
        started.env("PATH", PATH).envs(command.environment.iter().map(|(name, value)| (name, value)));
        let output = started
            .stdin(Stdio::null())
            .output()
            .map_err(|error| Error::new(Kind::Process, format!("`{}`: {error}", command.program)))?;
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        let status = output.status.code().unwrap_or(128);
        if capture {
            return Ok((status, out, err));
        }
        for (level, text) in [("info", &out), ("warn", &err)] {
            let world = running();
            let caller = world.caller();
            let lines = text.lines().map(|line| format!("{caller}: {level}: {line}"));
            world.run.borrow_mut().log.extend(lines);
        }
        Ok((status, String::new(), String::new()))
    }

    pub(crate) fn find(program: &str) -> Result<Option<String>> {
        if running().phase() == Some(Phase::Init) {
            return Err(phase_error("no program can be started in `init`"));
        }
        let directories = PATH.split(':').filter(|_| !program.contains('/'));
        let named = directories.map(|directory| format!("{directory}/{program}"));
        let mut candidates = named.chain(program.starts_with('/').then(|| program.to_owned()));
        Ok(candidates.find(|path| Path::new(path).is_file()))
    }
}

fn only_in_init(world: &World, call: &str) -> Result<()> {
    if world.phase() == Some(Phase::Init) {
        return Ok(());
    }
    Err(phase_error(&format!("`{call}` can be called only in `init`")))
}

fn keys_of(world: &World, section: &str) -> Vec<String> {
    let sections = world.sections.borrow();
    sections.iter().find(|known| known.name == section).map_or(Vec::new(), |section| section.keys())
}

fn values(world: &std::rc::Rc<World>, section: &str) -> Result<Vec<(String, String)>> {
    let mut values = Vec::new();
    for key in keys_of(world, section) {
        if let Some(value) = substitute::value(world, section, &key)? {
            values.push((key, value));
        }
    }
    Ok(values)
}

/// Names and values of sections, in the order of a text.
type Sections = Vec<(String, Vec<(String, String)>)>;

/// Reads sections of plain options; a line that begins with a blank goes on with the value before it.
fn parse(text: &str) -> Result<Sections> {
    let mut sections = Sections::new();
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.starts_with(['#', ';'])) {
        let wrong =
            || Error::user(format!("`testing` reads only `[section]` and `key = value`, not `{line}`"));
        if let Some(name) = line.strip_prefix('[') {
            let name = name.trim_end().strip_suffix(']').ok_or_else(wrong)?;
            sections.push((name.trim().to_owned(), Vec::new()));
            continue;
        }
        let (_, values) = sections.last_mut().ok_or_else(wrong)?;
        if line.starts_with(char::is_whitespace) {
            let (_, value) = values.last_mut().ok_or_else(wrong)?;
            value.push_str(if value.is_empty() { "" } else { "\n" });
            value.push_str(line.trim());
            continue;
        }
        let (key, value) = line.split_once('=').ok_or_else(wrong)?;
        let key = key.trim();
        if key.ends_with(['+', '-', '<']) || key.is_empty() {
            return Err(wrong());
        }
        values.push((key.to_owned(), value.trim().to_owned()));
    }
    Ok(sections)
}
