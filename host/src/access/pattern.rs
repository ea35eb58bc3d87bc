//! Directories that the policy names, with `*` for one name and `**` for any number of them.
//!
//! - In: an absolute path, as it is written.
//! - Out: whether a real path is meant by it.

use camino::{Utf8Path, Utf8PathBuf};

use crate::path::real_or_to_be;

/// Directories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    path: Utf8PathBuf,
}

impl Pattern {
    /// Without a star, links are followed, as those of a real path are.
    pub fn new(path: &Utf8Path) -> Self {
        Self { path: if path.as_str().contains('*') { path.to_owned() } else { real_or_to_be(path) } }
    }

    /// Whether a directory is meant.
    pub fn matches(&self, directory: &Utf8Path) -> bool {
        let names = |path: &Utf8Path| -> Vec<String> {
            path.components().map(|component| component.as_str().to_owned()).collect()
        };
        beneath(&names(&self.path), &names(directory))
    }

    /// As it is compared.
    pub fn as_str(&self) -> &str {
        self.path.as_str()
    }
}

fn beneath(pattern: &[String], names: &[String]) -> bool {
    match (pattern.split_first(), names.split_first()) {
        (None, None) => true,
        (Some((first, rest)), _) if first == "**" => {
            (0..=names.len()).any(|skipped| beneath(rest, &names[skipped..]))
        }
        (Some((first, rest)), Some((name, others))) => is_meant(first, name) && beneath(rest, others),
        (None, Some(_)) | (Some(_), None) => false,
    }
}

/// Whether a name, or another text without slashes, is meant by one with stars.
pub(super) fn is_meant(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(left) = name.strip_prefix(start) else { return false };
    let ends = left.char_indices().map(|(at, _)| at).chain([left.len()]);
    ends.into_iter().any(|at| is_meant(rest, &left[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_one_name_and_two_are_any_number() {
        for (pattern, path, meant) in [
            ("/nowhere/a", "/nowhere/a", true),
            ("/nowhere/a", "/nowhere/a/b", false),
            ("/nowhere/*", "/nowhere/a", true),
            ("/nowhere/*", "/nowhere/a/b", false),
            ("/nowhere/*", "/nowhere", false),
            ("/nowhere/**", "/nowhere/a/b", true),
            ("/nowhere/**", "/nowhere", true),
            ("/nowhere/**/x", "/nowhere/a/b/x", true),
            ("/nowhere/**/x", "/nowhere/x/y", false),
            ("/nowhere/site-*", "/nowhere/site-1", true),
            ("/nowhere/site-*", "/nowhere/other", false),
            ("/nowhere/*a*b", "/nowhere/xaybzb", true),
            ("/**", "/", true),
        ] {
            assert_eq!(Pattern::new(pattern.into()).matches(path.into()), meant, "{pattern} {path}");
        }
    }
}
