//! The version of the user's own Python, which conditions in configuration files ask about.
//!
//! - In: the directories of PATH, or a version that was typed.
//! - Later: the interpreter is started when a condition is about it, and not before.
//! - Out: [`Facts`].
//! - Not here: conditions (`config`).
//!
//! Rules: `decisions.md` 1.2. The first `python3` in an absolute directory of PATH outside the project is
//! started once, isolated, in `/`, with only HOME and PATH, and remembered by path, size and time. One
//! inside the project is never started: what its `pyvenv.cfg` says is read as text.

use std::os::unix::fs::MetadataExt;
use std::process::{Command, Stdio};

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::Failed;
use crate::config::{Asked, Facts, Python};
use crate::diagnostic::{Diagnostic, Exit};

/// What the interpreter is asked.
const QUESTION: &str =
    "import sys; print(*sys.version_info[:3], sys.implementation.name, sys.version.split()[0])";

/// What is remembered about one interpreter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Remembered {
    path: Utf8PathBuf,
    size: u64,
    modified: i64,
    version: (u32, u32, u32),
    full: String,
    implementation: String,
}

/// Facts for a version that was typed, such as `3.11` or `3.11.4`.
pub(super) fn named(version: &str) -> Result<Facts, Failed> {
    let numbers = numbers(version).ok_or_else(|| {
        let error = Diagnostic::error("python-version", format!("`{version}` is not a version of Python"));
        Failed::from(error.help("write it like `--python-version=3.11`").exit(Exit::Usage))
    })?;
    Ok(Facts { python: Python::version(numbers).into(), ..here() })
}

/// Facts about the user's interpreter; without one, about the newest Python that is known here.
pub(super) fn found(
    path: &[Utf8PathBuf],
    project: &Utf8Path,
    cache: Option<&Utf8Path>,
    home: Option<&Utf8Path>,
) -> Facts {
    let mut candidates =
        path.iter().filter(|directory| directory.is_absolute()).map(|directory| directory.join("python3"));
    let Some(named) = candidates.find(|file| file.is_file()) else { return here() };
    let inside = |path: &Utf8Path| path.starts_with(project);
    let real = named.canonicalize_utf8().unwrap_or_else(|_| named.clone());
    let executable = Some(named.clone());
    if inside(&named) || inside(&real) {
        return match virtual_environment(&named) {
            Some(python) => Facts { python: python.into(), executable, ..here() },
            None => here(),
        };
    }
    let path = path.to_vec();
    let memory = cache.map(|cache| cache.join("python.json"));
    let home = home.map(Utf8Path::to_owned);
    let ask =
        move || remembered(&named, &real, &path, memory.as_deref(), home.as_deref()).unwrap_or_default();
    Facts { python: Asked::with(ask), executable, ..here() }
}

/// What is remembered of an interpreter, or what it says now.
fn remembered(
    named: &Utf8Path,
    real: &Utf8Path,
    path: &[Utf8PathBuf],
    memory: Option<&Utf8Path>,
    home: Option<&Utf8Path>,
) -> Option<Python> {
    let meta = real.metadata().ok()?;
    let known = memory.and_then(|file| fs_err::read(file).ok());
    let known: Option<Remembered> = known.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    if let Some(known) = known
        && (known.path == named && known.size == meta.len() && known.modified == meta.mtime())
    {
        return Some(Python {
            version: known.version,
            full: known.full,
            implementation: known.implementation,
        });
    }
    let python = ask(named, path, home)?;
    let remembered = Remembered {
        path: named.to_owned(),
        size: meta.len(),
        modified: meta.mtime(),
        version: python.version,
        full: python.full.clone(),
        implementation: python.implementation.clone(),
    };
    if let Some(file) = memory
        && let Some(directory) = file.parent()
        && fs_err::create_dir_all(directory).is_ok()
    {
        // Without it the next run asks again, no more.
        let _ = fs_err::write(file, serde_json::to_vec(&remembered).expect("plain data becomes JSON"));
    }
    Some(python)
}

fn ask(python: &Utf8Path, path: &[Utf8PathBuf], home: Option<&Utf8Path>) -> Option<Python> {
    let path: Vec<&str> = path.iter().map(|directory| directory.as_str()).collect();
    let mut command = Command::new(python);
    command.args(["-I", "-S", "-c", QUESTION]).current_dir("/").env_clear().env("PATH", path.join(":"));
    if let Some(home) = home {
        command.env("HOME", home);
    }
    let output = command.stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let mut words = text.split_whitespace();
    let mut number = || words.next()?.parse().ok();
    let version = (number()?, number()?, number()?);
    let implementation = words.next()?.to_owned();
    Some(Python { version, implementation, full: words.next()?.to_owned() })
}

/// What the `pyvenv.cfg` beside an interpreter says; nothing is started.
fn virtual_environment(python: &Utf8Path) -> Option<Python> {
    let path = python.parent()?.parent()?.join("pyvenv.cfg");
    // A pipe or a device in its place would be read for ever.
    path.symlink_metadata().ok().filter(|about| about.is_file() && about.len() <= 64 << 10)?;
    let text = fs_err::read_to_string(path).ok()?;
    let version = text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        matches!(name.trim(), "version" | "version_info").then(|| value.trim().to_owned())
    })?;
    Some(Python::version(numbers(&version)?))
}

fn numbers(version: &str) -> Option<(u32, u32, u32)> {
    let mut numbers = version.split('.').map(|number| {
        let digits: String = number.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    Some((numbers.next()??, numbers.next()??, numbers.next().flatten().unwrap_or(0)))
}

/// Facts about this machine, with the newest Python that is known here.
fn here() -> Facts {
    let name = rustix::system::uname();
    let text = |text: &std::ffi::CStr| text.to_string_lossy().into_owned();
    let macos = std::env::consts::OS == "macos";
    Facts {
        sys_platform: if macos { "darwin" } else { "linux" }.to_owned(),
        system: text(name.sysname()),
        machine: text(name.machine()),
        release: text(name.release()),
        version: text(name.version()),
        bits: usize::BITS,
        little_endian: cfg!(target_endian = "little"),
        ..Facts::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_may_be_typed_with_two_or_three_numbers() {
        assert_eq!(numbers("3.11"), Some((3, 11, 0)));
        assert_eq!(numbers("3.15.0a2"), Some((3, 15, 0)));
        assert_eq!(numbers("3"), None);
        assert_eq!(numbers("three"), None);
    }

    #[test]
    fn an_interpreter_inside_the_project_is_read_and_never_started() {
        let root = tempfile::tempdir().unwrap();
        let project = Utf8Path::from_path(root.path()).unwrap().canonicalize_utf8().unwrap();
        let bin = project.join("venv/bin");
        std::fs::create_dir_all(&bin).unwrap();
        let mark = project.join("started");
        std::fs::write(bin.join("python3"), format!("#!/bin/sh\ntouch {mark}\n")).unwrap();
        std::fs::set_permissions(bin.join("python3"), std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .unwrap();
        std::fs::write(project.join("venv/pyvenv.cfg"), "home = /usr/bin\nversion = 3.9.2\n").unwrap();
        let facts = found(&[bin], &project, None, None);
        assert_eq!(facts.python().version, (3, 9, 2));
        assert!(!mark.exists());
    }

    #[test]
    fn what_an_interpreter_said_is_remembered_until_it_changes() {
        let root = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(root.path()).unwrap().canonicalize_utf8().unwrap();
        let say = |version: &str| {
            let script = format!("#!/bin/sh\necho x >> {root}/asked\necho {version} cpython 3.x\n");
            std::fs::write(root.join("python3"), script).unwrap();
            std::fs::set_permissions(
                root.join("python3"),
                std::os::unix::fs::PermissionsExt::from_mode(0o755),
            )
            .unwrap();
        };
        let ask = || {
            let path = std::slice::from_ref(&root);
            found(path, "/nowhere".into(), Some(&root.join("cache")), None).python().version
        };
        say("3 8 1");
        found(std::slice::from_ref(&root), "/nowhere".into(), None, None);
        assert!(!root.join("asked").exists(), "nobody wanted to know");
        assert_eq!((ask(), ask()), ((3, 8, 1), (3, 8, 1)));
        assert_eq!(std::fs::read_to_string(root.join("asked")).unwrap(), "x\n", "it was asked once");
        say("3 10 12");
        assert_eq!(ask(), (3, 10, 12));
    }
}
