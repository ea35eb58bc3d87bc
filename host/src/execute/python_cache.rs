//! `__pycache__`: what Python puts beside a part's sources by itself goes with them.
//!
//! - In: the name of a file in such a directory, and which files of the directory above are the part's.
//! - Out: whether it is compiled from one of these.

use std::ffi::OsStr;

use camino::Utf8Path;

/// Python's own name for it.
pub(super) const NAME: &str = "__pycache__";

/// Whether a file of this name in a `__pycache__` is compiled from a file of the directory above; `is_ours` says of a
/// name there whether it is the part's.
pub(super) fn is_compiled_from(name: &OsStr, is_ours: impl Fn(&str) -> bool) -> bool {
    let Some(name) = name.to_str().filter(|name| name.contains(".pyc")) else { return false };
    // `a.b.cpython-311.opt-1.pyc` comes from `a.b.py`.
    name.match_indices('.').any(|(dot, _)| is_ours(&format!("{}.py", &name[..dot])))
}

/// The same of a whole path, which need not lie in a `__pycache__`.
pub(super) fn is_cached(path: &Utf8Path, is_ours: impl Fn(&Utf8Path) -> bool) -> bool {
    let Some(cache) = path.parent().filter(|cache| cache.file_name() == Some(NAME)) else { return false };
    let (Some(sources), Some(name)) = (cache.parent(), path.file_name()) else { return false };
    is_compiled_from(name.as_ref(), |source| is_ours(&sources.join(source)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_python_compiled_from_the_parts_sources_is_the_parts() {
        let is_ours = |name: &str| ["f.py", "a.b.py"].contains(&name);
        for name in ["f.cpython-311.pyc", "f.cpython-311.opt-1.pyc", "a.b.pyc", "f.cpython-311.pyc.140235"] {
            assert!(is_compiled_from(name.as_ref(), is_ours), "{name}");
        }
        for name in ["g.cpython-311.pyc", "notes.txt", "f.txt", ".pyc", "f", "b.pyc"] {
            assert!(!is_compiled_from(name.as_ref(), is_ours), "{name}");
        }
        let is_ours = |path: &Utf8Path| path == "/b/parts/f.py";
        assert!(is_cached("/b/parts/__pycache__/f.cpython-311.pyc".into(), is_ours));
        assert!(!is_cached("/b/parts/f.cpython-311.pyc".into(), is_ours));
        assert!(!is_cached("/b/__pycache__/f.cpython-311.pyc".into(), is_ours));
    }
}
