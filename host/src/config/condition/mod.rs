//! Conditions of section headers, `[name : expression]`, judged without running anything.
//!
//! - In: an expression, facts about the machine, the environment variables that the user granted.
//! - Out: a [`Judgement`].
//! - Not here: what an unsupported condition leads to (`extends` warns, `configuration` refuses).
//!
//! Rules: decisions 1.1; `semantics.md` 3. First a marker (PEP 508), then the small language.

mod language;
mod marker;

use std::collections::BTreeMap;

use super::facts::Facts;

/// What a condition comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// The section counts.
    True,
    /// The section is skipped.
    False,
    /// It cannot be said without running Python; the reason in a few words.
    Unsupported(String),
    /// These environment variables were not granted.
    Needs(Vec<String>),
}

/// Environment variables that were granted, by name; none where one is granted and not set.
pub type Environment = BTreeMap<String, Option<String>>;

/// Longest expression that is looked at; markers grow quickly beyond it.
const MOST_BYTES: usize = 1_000;

/// Judges an expression. `\x23` stands for `#` and `\x3b` for `;`.
pub fn judge(expression: &str, facts: &Facts, environment: &Environment) -> Judgement {
    if expression.len() > MOST_BYTES {
        return Judgement::Unsupported(format!("it has more than {MOST_BYTES} bytes"));
    }
    let expression = expression.replace("\\x23", "#").replace("\\x3b", ";");
    match marker::judge(&expression, facts) {
        Some(true) => Judgement::True,
        Some(false) => Judgement::False,
        None => language::judge(&expression, facts, environment),
    }
}

/// What may be written instead of a condition that is not supported.
pub(super) fn advice(expression: &str, facts: &Facts, environment: &Environment) -> String {
    if let Some(name) = language::meant(expression) {
        return format!("did you mean `{name}`?");
    }
    let quoted = with_quoted_numbers(expression);
    match judge(&quoted, facts, environment) {
        Judgement::True | Judgement::False => format!("versions are text in markers: `{quoted}`"),
        Judgement::Unsupported(_) | Judgement::Needs(_) => {
            "a condition is an environment marker such as `python_version >= \"3.8\"`, or made of names such as \
             `python3`, `linux` and `bits64` with `and`, `or` and `not`"
                .to_owned()
        }
    }
}

/// The expression with quotes around each number that stands behind a comparison.
fn with_quoted_numbers(expression: &str) -> String {
    let mut quoted: Vec<String> = Vec::new();
    for word in expression.split(' ') {
        let number = word.starts_with(|c: char| c.is_ascii_digit())
            && word.chars().all(|c| c.is_ascii_digit() || c == '.');
        quoted.push(if number { format!("\"{word}\"") } else { word.to_owned() });
    }
    quoted.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(expression: &str) -> Judgement {
        let set = |name: &str, value: Option<&str>| (name.to_owned(), value.map(str::to_owned));
        let environment = [set("CI", Some("true")), set("UNSET", None)].into();
        judge(expression, &Facts::default(), &environment)
    }

    #[test]
    fn markers_decide_as_pip_decides() {
        for yes in [
            r#"python_version >= "3.8""#,
            "sys_platform == 'linux' or os_name == 'nt'",
            r#" "linux" in sys_platform "#,
            "implementation_name == \"cpython\"",
            "os.name == 'posix'",
        ] {
            assert_eq!(judged(yes), Judgement::True, "{yes}");
        }
        for no in [
            r#"platform_system == "Linux" and python_version < "2""#,
            r#"extra == "x""#,
            r#"python_version > "3.11""#,
        ] {
            assert_eq!(judged(no), Judgement::False, "{no}");
        }
    }

    #[test]
    fn the_small_language_knows_names_literals_and_comparisons() {
        for yes in [
            "linux",
            "python311 and not python2",
            "(windows or posix) and bits64",
            "sys.version_info >= (3, 8)",
            "sys.version_info[0] in (2, 3)",
            "sys.version_info[:2] == (3, 11)",
            "sys.version_info.minor > 9.5",
            "platform.system() == 'Linux'",
            "'x86' in platform.machine()",
            "sys.platform.startswith('lin')",
            "'x'",
            "[0]",
            "1,0",
            "1 < 2 < 3",
            r"'\x23' == '#'",
            "env.CI == 'true'",
            "env.UNSET != 'x'",
            "not env.UNSET",
            "'a' == \"a\"",
        ] {
            assert_eq!(judged(yes), Judgement::True, "{yes}");
        }
        for no in
            ["''", "0", "None", "0,1", "python2", "'1' == 1", "macosx or cygwin", "python312", "not True"]
        {
            assert_eq!(judged(no), Judgement::False, "{no}");
        }
    }

    #[test]
    fn whatever_else_python_could_say_is_unsupported_and_never_run() {
        let reason = |expression: &str| match judged(expression) {
            Judgement::Unsupported(reason) => reason,
            other => panic!("{expression}: {other:?}"),
        };
        assert_eq!(reason("nosuchname"), "unknown name `nosuchname`");
        assert_eq!(reason("__import__(\"os\").system(\"x\") or True"), "unknown name `__import__`");
        assert_eq!(reason("os.path.isdir('/x')"), "unknown name `os.path.isdir`");
        assert_eq!(reason("1 +"), "unexpected `+`");
        assert_eq!(reason("'a' < 1"), "a string and a number cannot be compared");
        assert_eq!(reason("(1"), "it ends too early");
        assert_eq!(reason("1 if linux else 0"), "unexpected `if`");
        assert_eq!(reason(&"(".repeat(900)), "it is nested too deeply");
        assert_eq!(reason(&"x".repeat(1_001)), "it has more than 1000 bytes");
        assert_eq!(reason("platform_release >= '5.10'"), "unknown name `platform_release`");
        assert_eq!(reason("os_name == 'nt'and\u{feff} linux"), "unexpected `\u{feff}`");
    }

    #[test]
    fn a_name_that_is_nearly_known_is_known_to_be_meant() {
        for (expression, meant) in [
            ("sys_platfrom == 'linux'", Some("sys_platform")),
            ("linux and pyton3", Some("python3")),
            ("sys.platfrom == 'x'", Some("sys.platform")),
            ("linxu", Some("linux")),
            ("os.path.isdir('/x')", None),
            ("env.PYTHN3 == 'x' or 'linxu'", None),
        ] {
            assert_eq!(language::meant(expression), meant, "{expression}");
        }
    }

    #[test]
    fn every_variable_that_was_not_granted_is_named() {
        let needs = Judgement::Needs(vec!["HOME".to_owned(), "USER".to_owned()]);
        assert_eq!(judged("env.HOME and env.USER == 'x' or env.HOME"), needs);
    }
}
