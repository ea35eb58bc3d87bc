//! Names that a part can have: they become names of files and lines of a log.

/// More bytes than this make no file name on some system, once a suffix is added.
const LONGEST: usize = 200;

/// Says what is wrong with a part's name, if anything is.
pub(super) fn fault(name: &str) -> Option<&'static str> {
    let forbidden =
        |component: &str| matches!(component.to_ascii_lowercase().as_str(), "" | "." | ".." | ".git");
    if name.len() > LONGEST {
        Some("it has more than 200 bytes")
    } else if name.chars().any(char::is_control) {
        Some("it holds a control character")
    } else if name.split('/').any(forbidden) {
        Some("between slashes it may not be empty, `.`, `..` or `.git`")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::fault;

    #[test]
    fn a_name_becomes_a_path_and_must_stay_where_it_is_put() {
        for name in ["a", "a/b", "-rf", "a.b", "...", "zope@2"] {
            assert_eq!(fault(name), None, "{name}");
        }
        for name in ["..", "a/../b", ".", ".git", "a/.GIT/x", "a//b", "/a", "x\ny", "\u{1b}[m"] {
            assert!(fault(name).is_some(), "{name}");
        }
        assert!(fault(&"x".repeat(201)).is_some());
    }
}
