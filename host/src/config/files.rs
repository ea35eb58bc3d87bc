//! Where configuration files are read from: the disk, or memory for tests.
//!
//! - In: absolute paths.
//! - Out: bytes, at most as many as allowed; real paths.
//! - Not here: which files may be read at all (`extends` asks only for those).

use std::collections::BTreeMap;
use std::io::{self, Read};

use camino::{Utf8Path, Utf8PathBuf};

use crate::path::push;

/// Gives `extends` its files.
pub trait Files {
    /// The bytes of a regular file. Stops behind `most` bytes, so one byte more means "too large".
    ///
    /// # Errors
    ///
    /// Those of the system; what is not a regular file is `InvalidInput`, and is never opened.
    fn read(&mut self, path: &Utf8Path, most: usize) -> io::Result<Vec<u8>>;

    /// The path with all links resolved. What does not exist is kept as it is, with `..` taken literally.
    ///
    /// # Errors
    ///
    /// Those of the system, such as a loop of links, and names that are not UTF-8.
    fn real_path(&mut self, path: &Utf8Path) -> io::Result<Utf8PathBuf>;

    /// The names of what lies in a directory, sorted; none if it cannot be read. For advice only.
    fn names(&mut self, _directory: &Utf8Path) -> Vec<String> {
        Vec::new()
    }

    /// The bytes of a remote file, if somebody has brought it; otherwise none.
    fn remote(&mut self, _url: &str) -> Option<Vec<u8>> {
        None
    }
}

/// So many names of a directory are looked at for advice.
const MOST_NAMES: usize = 1_000;

/// The files of this machine.
#[derive(Debug, Default)]
pub struct LocalFiles;

impl Files for LocalFiles {
    fn read(&mut self, path: &Utf8Path, most: usize) -> io::Result<Vec<u8>> {
        // A pipe would block when opened.
        let metadata = fs_err::metadata(path)?;
        if !metadata.is_file() {
            let kind = if metadata.is_dir() { "is a directory" } else { "is not a regular file" };
            return Err(io::Error::new(io::ErrorKind::InvalidInput, kind));
        }
        let mut bytes = Vec::new();
        fs_err::File::open(path)?.take(most as u64 + 1).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn names(&mut self, directory: &Utf8Path) -> Vec<String> {
        let entries = directory.read_dir_utf8().into_iter().flatten().take(MOST_NAMES).flatten();
        let mut names: Vec<String> = entries.map(|entry| entry.file_name().to_owned()).collect();
        names.sort();
        names
    }

    fn real_path(&mut self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        // Not `canonicalize`: where a link leads must not depend on whether something is there.
        let mut real = Utf8PathBuf::new();
        let mut ahead: Vec<String> = path.components().rev().map(|part| part.to_string()).collect();
        let mut links = 0;
        while let Some(part) = ahead.pop() {
            let before = real.clone();
            for component in Utf8Path::new(&part).components() {
                push(&mut real, component);
            }
            let Ok(metadata) = real.as_std_path().symlink_metadata() else { continue };
            if !metadata.is_symlink() {
                continue;
            }
            links += 1;
            if links > 40 {
                return Err(io::Error::new(io::ErrorKind::InvalidInput, "too many links"));
            }
            let target = Utf8PathBuf::from_path_buf(real.as_std_path().read_link()?)
                .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "the name is not UTF-8"))?;
            ahead.extend(target.components().rev().map(|part| part.to_string()));
            real = before;
        }
        Ok(real)
    }
}

/// Files in memory, for tests; counts what is asked of it.
#[derive(Debug, Default, Clone)]
pub struct MemoryFiles {
    files: BTreeMap<Utf8PathBuf, Vec<u8>>,
    links: BTreeMap<Utf8PathBuf, Utf8PathBuf>,
    /// Remote files by address.
    pub remote: BTreeMap<String, Vec<u8>>,
    /// Every path that was read, in order.
    pub reads: Vec<Utf8PathBuf>,
}

impl MemoryFiles {
    /// Makes files from pairs of absolute path and text.
    pub fn new<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files = files.into_iter().map(|(path, text)| (path.into(), text.into())).collect();
        Self { files, ..Self::default() }
    }

    /// Adds a file with any bytes.
    pub fn add(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.files.insert(path.into(), bytes.into());
    }

    /// Adds a symbolic link to an absolute path.
    pub fn link(&mut self, path: &str, target: &str) {
        self.links.insert(path.into(), target.into());
    }
}

impl Files for MemoryFiles {
    fn read(&mut self, path: &Utf8Path, most: usize) -> io::Result<Vec<u8>> {
        self.reads.push(path.to_owned());
        let bytes = self.files.get(path).ok_or(io::ErrorKind::NotFound)?;
        Ok(bytes[..bytes.len().min(most + 1)].to_vec())
    }

    fn real_path(&mut self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        let mut real = Utf8PathBuf::new();
        for component in path.components() {
            push(&mut real, component);
            for _ in 0..40 {
                let Some(target) = self.links.get(&real) else { break };
                real.clone_from(target);
            }
        }
        Ok(real)
    }

    fn remote(&mut self, url: &str) -> Option<Vec<u8>> {
        self.remote.get(url).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_real_path_ends_in_what_does_not_exist() {
        let directory = tempfile::tempdir().unwrap();
        let root = LocalFiles.real_path(Utf8Path::from_path(directory.path()).unwrap()).unwrap();
        fs_err::create_dir(root.join("real")).unwrap();
        std::os::unix::fs::symlink("real", root.join("link")).unwrap();
        let real = |path: &str| LocalFiles.real_path(&root.join(path)).unwrap();
        assert_eq!(real("link/none/x.cfg"), root.join("real/none/x.cfg"));
        assert_eq!(real("link/../link/a"), root.join("real/a"));
        assert_eq!(real("none/../../b"), root.parent().unwrap().join("b"));
        std::os::unix::fs::symlink("/none/at/all", root.join("dangling")).unwrap();
        assert_eq!(real("dangling/x"), "/none/at/all/x", "a link leads out whether or not a file is there");
    }

    #[test]
    fn a_file_is_not_read_further_than_allowed_and_a_directory_not_at_all() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap();
        fs_err::write(root.join("a"), "12345").unwrap();
        assert_eq!(LocalFiles.read(&root.join("a"), 3).unwrap(), b"1234");
        assert_eq!(LocalFiles.read(root, 3).unwrap_err().to_string(), "is a directory");
    }
}
