//! A program's name becomes its file.
//!
//! - In: a name or an absolute path, as the recipe declared it and the user granted it.
//! - Out: the file, as it is called.
//! - Not here: the environment's own PATH, which says where the *user* finds programs.
//!
//! A project can put nothing in the way: names are looked for in the directories of the system alone.

use std::os::unix::fs::PermissionsExt as _;

use camino::{Utf8Path, Utf8PathBuf};

use super::error::ProcessError;

/// Where names are looked for, and what a program finds in its own PATH.
pub(super) const PATH: [&str; 6] =
    ["/usr/local/bin", "/usr/bin", "/bin", "/usr/local/sbin", "/usr/sbin", "/sbin"];

/// Where a file must really lie that was found by its name: what is there is root's.
const SYSTEM: [&str; 6] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64"];

/// Finds the file behind `program`, if it is one of those that are `allowed`.
///
/// # Errors
///
/// [`ProcessError::Denied`], [`ProcessError::NotFound`].
pub fn find(program: &str, allowed: &[String]) -> Result<Utf8PathBuf, ProcessError> {
    let denied = |why| ProcessError::Denied { program: program.to_owned(), why };
    if !allowed.iter().any(|name| name == program) {
        return Err(denied("its recipe does not declare that it starts it"));
    }
    if program.contains('/') {
        let path = Utf8Path::new(program);
        if !path.is_absolute() || path.components().any(|part| part == camino::Utf8Component::ParentDir) {
            return Err(denied("a program is a name, or an absolute path without `..`"));
        }
        return if is_program(path) {
            Ok(path.to_owned())
        } else {
            Err(ProcessError::NotFound(program.to_owned()))
        };
    }
    let candidates = PATH.iter().map(|directory| Utf8Path::new(directory).join(program));
    let found = candidates.into_iter().find(|path| is_program(path) && is_of_the_system(path));
    found.ok_or_else(|| ProcessError::NotFound(program.to_owned()))
}

fn is_program(path: &Utf8Path) -> bool {
    path.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

fn is_of_the_system(path: &Utf8Path) -> bool {
    path.canonicalize_utf8().is_ok_and(|real| SYSTEM.iter().any(|directory| real.starts_with(directory)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(program: &str, allowed: &[&str]) -> Result<String, String> {
        let allowed: Vec<String> = allowed.iter().map(|name| (*name).to_owned()).collect();
        find(program, &allowed).map(Utf8PathBuf::into_string).map_err(|error| error.to_string())
    }

    #[test]
    fn a_name_is_found_in_the_directories_of_the_system_alone() {
        assert_eq!(found("true", &["true"]).as_deref(), Ok("/usr/bin/true"));
        assert_eq!(
            found("nobody-has-this", &["nobody-has-this"]),
            Err("there is no program `nobody-has-this` in the directories of the system".to_owned())
        );
    }

    #[test]
    fn only_what_was_declared_and_granted_is_a_program() {
        for (program, allowed) in [("true", "false"), ("true", "/usr/bin/true"), ("/usr/bin/true", "true")] {
            assert_eq!(
                found(program, &[allowed]),
                Err(format!("`{program}` cannot be started: its recipe does not declare that it starts it"))
            );
        }
    }

    #[test]
    fn a_path_is_absolute_and_goes_straight() {
        for program in ["../../bin/sh", "bin/sh", "/usr/../bin/sh"] {
            assert_eq!(
                found(program, &[program]),
                Err(format!(
                    "`{program}` cannot be started: a program is a name, or an absolute path without `..`"
                ))
            );
        }
        assert_eq!(found("/usr/bin/true", &["/usr/bin/true"]).as_deref(), Ok("/usr/bin/true"));
    }
}
