//! Paths as text and as they really are.
//!
//! - In: a path somebody wrote.
//! - Out: the same path without detours, or without links as far as it is there.
//! - Not here: whether it may be touched (`access`), and opening it without a race (`recipe::files`, `execute`).
//! - Rule: what these answer is for showing and comparing; nothing is opened because of it.

use camino::{Utf8Component, Utf8Path, Utf8PathBuf};

/// Adds a component; `..` takes the last name away, and stays only where nothing is known to be above.
pub fn push(path: &mut Utf8PathBuf, component: Utf8Component<'_>) {
    match component {
        Utf8Component::ParentDir if path.file_name().is_some() => {
            path.pop();
        }
        Utf8Component::ParentDir if path.is_absolute() => {}
        Utf8Component::CurDir => {}
        other => path.push(other),
    }
}

/// The path without `.`, and without `..` behind a name: `sub/../up.cfg` is `up.cfg`.
pub fn straight(path: &Utf8Path) -> Utf8PathBuf {
    let mut straight = Utf8PathBuf::new();
    for component in path.components() {
        push(&mut straight, component);
    }
    straight
}

/// The real path of what is there, and the rest as text behind it.
///
/// What is not there holds no links, so a `..` in the rest leads out of it, and further up from what is there.
pub fn real_or_to_be(path: &Utf8Path) -> Utf8PathBuf {
    for ancestor in path.ancestors() {
        if let Ok(real) = ancestor.canonicalize_utf8() {
            let rest = path.strip_prefix(ancestor).expect("an ancestor is a prefix");
            return straight(&real.join(rest));
        }
    }
    straight(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_path_has_no_detours() {
        assert_eq!(straight("sub/deep/../../other/./d.cfg".into()), "other/d.cfg");
        assert_eq!(straight("sub/../../../up.cfg".into()), "../../up.cfg");
        assert_eq!(straight("/a/../../b".into()), "/b", "nothing is above the root");
    }

    #[test]
    fn a_real_path_ends_in_what_is_not_there() {
        let temporary = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(temporary.path()).unwrap().canonicalize_utf8().unwrap();
        fs_err::create_dir(root.join("real")).unwrap();
        std::os::unix::fs::symlink("real", root.join("link")).unwrap();
        assert_eq!(real_or_to_be(&root.join("link/none/x")), root.join("real/none/x"));
        assert_eq!(real_or_to_be(&root.join("link/none/../../b")), root.join("b"));
        assert_eq!(real_or_to_be(&root.join("link")), root.join("real"), "no slash at its end");
    }
}
