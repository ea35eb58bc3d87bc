//! What the text of an option means: lists, truth, modes, paths.
//!
//! - In: the value as text.
//! - Out: the typed value, or nothing if the text does not say one.
//! - Not here: where the text comes from, and the errors ([`crate::Part`]).

/// Splits at blanks and line breaks.
pub(crate) fn list(text: &str) -> Vec<String> {
    text.split_whitespace().map(str::to_owned).collect()
}

/// Splits a list of paths at blanks, but not within `directory` where a path begins with it.
///
/// So `${buildout:directory}/a ${buildout:directory}/b` is two paths in every directory, also in one
/// whose own name holds a blank.
pub(crate) fn path_list(text: &str, directory: &str) -> Vec<String> {
    let mut paths = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let whole = match rest.strip_prefix(directory) {
            Some(after) if after.is_empty() || after.starts_with(['/', ' ', '\t', '\n', '\r']) => {
                directory.len()
            }
            _ => 0,
        };
        let end = rest[whole..].find(char::is_whitespace).map_or(rest.len(), |at| whole + at);
        paths.push(rest[..end].to_owned());
        rest = rest[end..].trim_start();
    }
    paths
}

/// Splits at line breaks; blanks around a line are not part of it, and empty lines are left out.
pub(crate) fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

/// Reads one of `true yes on 1` or `false no off 0`, in small or capital letters.
pub(crate) fn truth(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

/// Reads permission bits, which are octal digits up to `777`; `0o` before them changes nothing.
pub(crate) fn mode(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("0o").unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| (b'0'..=b'7').contains(&byte)) {
        return None;
    }
    u32::from_str_radix(digits, 8).ok().filter(|mode| *mode <= 0o777)
}

/// Whether a path is complete: `/…`, or `C:/…` on Windows.
///
/// Not `std::path::Path::is_absolute`: a component runs on a system of its own.
pub(crate) fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || drive(path).is_some()
}

/// Makes a path absolute against `directory`, and takes `.`, `..` and doubled slashes out of it.
pub(crate) fn absolute(path: &str, directory: &str) -> String {
    let whole = if is_absolute(path) { path.to_owned() } else { format!("{directory}/{path}") };
    let (drive, rest) = drive(&whole).unwrap_or(("", &whole));
    let mut names = Vec::new();
    for name in rest.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop();
            }
            name => names.push(name),
        }
    }
    format!("{drive}/{}", names.join("/"))
}

/// Splits `C:/x` into `C:` and `/x`.
fn drive(path: &str) -> Option<(&str, &str)> {
    let bytes = path.as_bytes();
    let is_drive = bytes.len() >= 3 && bytes[0].is_ascii_alphabetic() && &bytes[1..3] == b":/";
    is_drive.then(|| path.split_at(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_split_at_blanks_and_lines_at_line_breaks() {
        assert_eq!(list(" a  b\n c\t"), ["a", "b", "c"]);
        assert_eq!(lines("\n a b \n\n c\n"), ["a b", "c"]);
        assert!(list(" \n").is_empty());
    }

    #[test]
    fn a_list_of_paths_is_not_split_within_the_buildout_directory() {
        let directory = "/home/my work";
        assert_eq!(
            path_list("/home/my work/a b\n/home/my work /home/my works", directory),
            ["/home/my work/a", "b", "/home/my work", "/home/my", "works"]
        );
        assert_eq!(path_list("", directory), [""; 0]);
    }

    #[test]
    fn truth_has_eight_words() {
        for yes in ["true", "yes", "on", "1", "True", "ON"] {
            assert_eq!(truth(yes), Some(true), "{yes}");
        }
        for no in ["false", "no", "off", "0", "False"] {
            assert_eq!(truth(no), Some(false), "{no}");
        }
        for neither in ["", "2", "t", "ja", " true"] {
            assert_eq!(truth(neither), None, "{neither}");
        }
    }

    #[test]
    fn a_mode_is_octal_and_not_above_777() {
        assert_eq!(mode("755"), Some(0o755));
        assert_eq!(mode("0644"), Some(0o644));
        assert_eq!(mode("0o600"), Some(0o600));
        for wrong in ["", "0o", "8", "1777", "+7", "rwx", "0x1f"] {
            assert_eq!(mode(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_path_is_made_absolute_and_plain() {
        for (path, whole) in [
            ("var/log", "/b/var/log"),
            ("./var/", "/b/var"),
            ("../x", "/x"),
            ("../../../x", "/x"),
            (".", "/b"),
            ("/etc//x/./y/..", "/etc/x"),
            ("/", "/"),
            ("C:/x/../y", "C:/y"),
        ] {
            assert_eq!(absolute(path, "/b"), whole, "{path}");
        }
        assert_eq!(absolute("x", "C:/b"), "C:/b/x");
        assert_eq!(absolute("x", "/"), "/x");
    }
}
