//! The environment that a program sees: made anew, with nothing of the user's in it.
//!
//! - In: what the recipe sets.
//! - Out: all variables.
//! - Not here: arguments, files.
//!
//! Rules: `security.md` 5.5. What makes the loader take other code is never set. What makes an interpreter or a
//! build tool take other code or another program is only set by a recipe that declares the variable.

use camino::Utf8Path;

use super::error::ProcessError;
use super::programs::PATH;

/// 1980-01-01T00:00:00Z, the oldest time that a zip archive can hold.
const EPOCH: &str = "315532800";

/// How names begin that are never set: the dynamic loader reads them in every program.
const NEVER: [&str; 4] = ["LD_", "DYLD_", "GCONV_PATH", "GLIBC_TUNABLES"];

/// Names through which something else is run than what was granted.
const STEERING: [&str; 18] = [
    "AR",
    "AS",
    "BASH_ENV",
    "CC",
    "CDPATH",
    "CPP",
    "CXX",
    "ENV",
    "HOME",
    "IFS",
    "LD",
    "NM",
    "PATH",
    "PS4",
    "RANLIB",
    "SHELL",
    "SHELLOPTS",
    "STRIP",
];

/// The same, how whole families of them begin.
const FAMILIES: [&str; 9] = ["GIT_", "GNUMAKE", "LUA_", "MAKE", "NODE_", "PERL", "PYTHON", "RUBY", "RUSTC"];

/// The whole environment of a program whose temporary directory is `temporary`.
///
/// # Errors
///
/// [`ProcessError::Variable`].
pub(super) fn surroundings(
    set: &[(String, String)],
    declared: &[String],
    temporary: &Utf8Path,
) -> Result<Vec<(String, String)>, ProcessError> {
    let usual = [
        ("PATH", PATH.join(":")),
        ("HOME", "/nonexistent".to_owned()),
        ("LANG", "C.UTF-8".to_owned()),
        ("SOURCE_DATE_EPOCH", EPOCH.to_owned()),
        ("TERM", "dumb".to_owned()),
        ("TMPDIR", temporary.to_string()),
    ];
    let mut all: Vec<(String, String)> =
        usual.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    for (name, value) in set {
        let refused = |why| ProcessError::Variable { name: name.clone(), why };
        if name.is_empty() || name.contains(['=', '\0']) || value.contains('\0') {
            return Err(refused("it is no variable"));
        }
        if NEVER.iter().any(|never| name.starts_with(never)) {
            return Err(refused("it makes any program run other code"));
        }
        if is_steering(name) && !declared.contains(name) {
            return Err(refused("it makes programs run others; a recipe must declare that it sets it"));
        }
        all.retain(|(known, _)| known != name);
        all.push((name.clone(), value.clone()));
    }
    Ok(all)
}

/// Whether a name is one of those, or of such a family.
fn is_steering(name: &str) -> bool {
    STEERING.contains(&name) || FAMILIES.iter().any(|family| name.starts_with(family))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(set: &[(&str, &str)], declared: &[&str]) -> Result<String, String> {
        let set: Vec<_> = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let declared: Vec<_> = declared.iter().map(|name| (*name).to_owned()).collect();
        let made = surroundings(&set, &declared, Utf8Path::new("/tmp"));
        let line = |(name, value): &(String, String)| format!("{name}={value}");
        made.map(|all| all.iter().map(line).collect::<Vec<_>>().join("\n")).map_err(|error| error.to_string())
    }

    #[test]
    fn nothing_of_the_users_is_there_and_what_a_recipe_sets_is() {
        assert_eq!(
            made(&[("CFLAGS", "-O2"), ("LANG", "C")], &[]).as_deref(),
            Ok("PATH=/usr/local/bin:/usr/bin:/bin:/usr/local/sbin:/usr/sbin:/sbin\n\
                HOME=/nonexistent\nSOURCE_DATE_EPOCH=315532800\nTERM=dumb\nTMPDIR=/tmp\nCFLAGS=-O2\nLANG=C")
        );
    }

    #[test]
    fn what_steers_programs_is_set_by_those_only_who_declare_it() {
        let why = "it makes programs run others; a recipe must declare that it sets it";
        for name in ["CC", "MAKEFLAGS", "PYTHONPATH", "PATH", "BASH_ENV"] {
            let refused = Err(format!("`{name}` cannot be set in the environment of a program: {why}"));
            assert_eq!(made(&[(name, "x")], &[]), refused);
            assert!(made(&[(name, "x")], &[name]).is_ok());
        }
    }

    #[test]
    fn what_makes_the_loader_take_other_code_is_never_set() {
        for name in ["LD_PRELOAD", "LD_LIBRARY_PATH", "DYLD_INSERT_LIBRARIES", "GLIBC_TUNABLES"] {
            assert_eq!(
                made(&[(name, "x")], &[name]),
                Err(format!(
                    "`{name}` cannot be set in the environment of a program: it makes any program run other code"
                ))
            );
        }
    }
}
