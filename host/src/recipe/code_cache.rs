//! Compiled code, kept between runs.
//!
//! - In: a component's bytes and digest, an engine.
//! - Out: the loaded component, and whether it had to be compiled.
//! - Not here: when to compile (`catalogue`), the code that a release binary carries (`bundle`).
//!
//! Compiled code is native code: whoever can write an entry owns the process that loads it. So an
//! entry is used only if it is a plain file of this user that nobody else may write, and its seal
//! (HMAC-SHA-256 under the user's own key) is right. Anything else is compiled anew; nothing about an
//! entry is ever fatal.

use std::fs::{DirBuilder, File};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use camino::Utf8Path;
use fs_err as fs;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use wasmtime::Engine;
use wasmtime::component::Component;

use super::call::Failure;
use super::compile::FLAGS;
use super::limits::Limits;

use crate::path::real_or_to_be;

/// Bytes of the seal before the code.
const SEAL: usize = 32;
/// Entries that nobody used for so long are dropped when one is written.
const KEEP: Duration = Duration::from_secs(90 * 24 * 3600);

/// So long a failed compile is remembered, and so often the use of an entry is noted down.
const REMEMBERED: Duration = Duration::from_secs(24 * 3600);

/// What a component that could not be compiled took too much of.
#[derive(Serialize, Deserialize)]
struct Failed {
    what: String,
    flag: String,
    time: Duration,
    bytes: u64,
}

/// Where compiled code is kept, and the key that seals it.
#[derive(Debug, Clone)]
pub struct CodeCache {
    directory: PathBuf,
    key: [u8; 32],
}

/// Why there is no cache; the run compiles in memory and says so once.
#[derive(Debug, thiserror::Error)]
pub enum CodeCacheError {
    /// A clone could bring its own code along.
    #[error("the cache directory {} lies inside the project", .0.display())]
    InsideProject(PathBuf),
    /// A clone could bring its own key along.
    #[error("the key {} would lie inside the project", .0.display())]
    KeyInsideProject(PathBuf),
    /// Another user could put code there.
    #[error("{} belongs to somebody else, or others may write it", .0.display())]
    NotOurs(PathBuf),
    /// The directory or the key cannot be made or read.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

impl CodeCache {
    /// Opens the cache in `directory` with the key in `key_file`, making both where they are not there.
    ///
    /// # Errors
    ///
    /// See [`CodeCacheError`]; the caller goes on without a cache.
    pub fn open(
        directory: &Utf8Path,
        key_file: &Utf8Path,
        project: &Utf8Path,
    ) -> Result<Self, CodeCacheError> {
        if real_or_to_be(key_file).starts_with(project) {
            return Err(CodeCacheError::KeyInsideProject(key_file.into()));
        }
        // Before anything is made: what is refused leaves nothing behind.
        let real = real_or_to_be(directory);
        if real.starts_with(project) {
            return Err(CodeCacheError::InsideProject(real.into()));
        }
        fs::create_dir_all(&real)?;
        let real = real.canonicalize_utf8()?;
        if real.starts_with(project) {
            return Err(CodeCacheError::InsideProject(real.into()));
        }
        let meta = fs::metadata(&real)?;
        if meta.uid() != rustix::process::geteuid().as_raw() || meta.mode() & 0o022 != 0 {
            return Err(CodeCacheError::NotOurs(real.into()));
        }
        Ok(Self { directory: real.into(), key: key(key_file.as_std_path())? })
    }

    /// The file for a component's code under this engine.
    fn entry(&self, engine: &Engine, digest: &str) -> PathBuf {
        self.directory.join(compatibility(engine)).join(format!("{digest}.cwasm"))
    }

    /// Returns the compiled component, if a sound entry is there.
    pub(crate) fn load(&self, engine: &Engine, digest: &str) -> Option<Component> {
        let (bytes, file, age) = self.sealed(&self.entry(engine, digest), digest)?;
        if age > REMEMBERED {
            let _ = file.set_modified(SystemTime::now());
        }
        // SAFETY: these bytes came out of this engine's own compiler in a process of this user: the
        // seal covers all of them and the digest, and only this user has the key.
        unsafe { Component::deserialize(engine, &bytes[SEAL..]) }.ok()
    }

    /// The file that remembers that a component could not be compiled.
    fn failure(&self, engine: &Engine, digest: &str) -> PathBuf {
        self.entry(engine, digest).with_extension("failed")
    }

    /// Why a component could not be compiled within these limits, if that is not long ago.
    pub(crate) fn failed(&self, engine: &Engine, digest: &str, limits: &Limits) -> Option<Failure> {
        let (bytes, _, age) = self.sealed(&self.failure(engine, digest), digest)?;
        let failed: Failed = serde_json::from_slice(&bytes[SEAL..]).ok().filter(|_| age < REMEMBERED)?;
        let enough = failed.time < limits.compile_time || failed.bytes < limits.compile_bytes;
        let flag = FLAGS.into_iter().find(|flag| *flag == failed.flag)?;
        let what = format!("{} (in an earlier run; it is tried again after a day)", failed.what);
        (!enough).then_some(Failure::Limit { what, flag: Some(flag), said: Vec::new() })
    }

    /// Remembers that compiling a component took too much; nothing else is.
    pub(crate) fn keep_failure(
        &self,
        engine: &Engine,
        digest: &str,
        limits: &Limits,
        failure: &Failure,
    ) -> std::io::Result<()> {
        let Failure::Limit { what, flag: Some(flag), .. } = failure else { return Ok(()) };
        let (what, flag) = (what.clone(), (*flag).to_owned());
        let failed = Failed { what, flag, time: limits.compile_time, bytes: limits.compile_bytes };
        let text = serde_json::to_vec(&failed).expect("plain text becomes JSON");
        self.seal(&self.failure(engine, digest), digest, &text)
    }

    /// Reads what was sealed, behind its seal, if nobody else can have written it; with its file and how long
    /// ago that was written or used.
    fn sealed(&self, path: &Path, digest: &str) -> Option<(Vec<u8>, File, Duration)> {
        let mut file = File::options()
            .read(true)
            .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
            .open(path)
            .ok()?;
        let meta = file.metadata().ok()?;
        let ours = meta.is_file()
            && meta.uid() == rustix::process::geteuid().as_raw()
            && meta.permissions().mode() & 0o022 == 0;
        if !ours {
            return None;
        }
        let mut bytes = Vec::with_capacity(usize::try_from(meta.len()).ok()?);
        file.read_to_end(&mut bytes).ok()?;
        let (seal, code) = bytes.split_at_checked(SEAL)?;
        self.sealing(digest, code).verify_slice(seal).ok()?;
        let age = meta.modified().ok()?.elapsed().unwrap_or_default();
        Some((bytes, file, age))
    }

    /// Keeps code that this run has compiled. A failure only costs time later.
    pub(crate) fn keep(&self, engine: &Engine, digest: &str, code: &[u8]) -> std::io::Result<()> {
        self.seal(&self.entry(engine, digest), digest, code)
    }

    fn seal(&self, path: &Path, digest: &str, bytes: &[u8]) -> std::io::Result<()> {
        let directory = path.parent().expect("an entry lies in a directory");
        fs::create_dir_all(directory)?;
        self.clean(directory);
        let mut file = tempfile::NamedTempFile::new_in(directory)?;
        file.write_all(&self.sealing(digest, bytes).finalize().into_bytes())?;
        file.write_all(bytes)?;
        file.persist(path)?;
        Ok(())
    }

    /// The seal binds the code to the component that it was made from.
    fn sealing(&self, digest: &str, code: &[u8]) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("HMAC takes a key of any length");
        mac.update(digest.as_bytes());
        mac.update(code);
        mac
    }

    /// Drops what has not been used for long; the code of other versions goes the same way.
    fn clean(&self, current: &Path) {
        let Ok(versions) = fs::read_dir(&self.directory) else { return };
        for version in versions.flatten() {
            let Ok(entries) = fs::read_dir(version.path()) else { continue };
            for entry in entries.flatten() {
                let old = entry.metadata().and_then(|meta| meta.modified()).ok();
                if old.and_then(|time| time.elapsed().ok()).is_some_and(|age| age > KEEP) {
                    let _ = fs::remove_file(entry.path());
                }
            }
            if version.path() != current {
                // Only succeeds when it is empty.
                let _ = fs::remove_dir(version.path());
            }
        }
    }
}

/// One word for everything that compiled code depends on: version, machine, settings.
pub(super) fn compatibility(engine: &Engine) -> String {
    // Not a seal: it only keeps apart what would not load anyway.
    let mut hasher = DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

/// Reads the user's key, or makes one that only the user can read.
fn key(path: &Path) -> Result<[u8; 32], CodeCacheError> {
    match File::options()
        .read(true)
        .custom_flags(rustix::fs::OFlags::NOFOLLOW.bits().cast_signed())
        .open(path)
    {
        Ok(mut file) => {
            let meta = file.metadata()?;
            if meta.uid() != rustix::process::geteuid().as_raw() || meta.mode() & 0o077 != 0 {
                return Err(CodeCacheError::NotOurs(path.to_owned()));
            }
            let mut key = [0; 32];
            match file.read_exact(&mut key) {
                Ok(()) => Ok(key),
                // A key that was cut off seals nothing: a new one makes old entries worthless, no more.
                Err(_) => new_key(path),
            }
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => new_key(path),
        Err(error) => Err(error.into()),
    }
}

fn new_key(path: &Path) -> Result<[u8; 32], CodeCacheError> {
    let mut key = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut key)?;
    let directory = path.parent().expect("a key lies in a directory");
    // It is the state directory, which only counts if nobody else may write there.
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    let mut file =
        tempfile::Builder::new().permissions(PermissionsExt::from_mode(0o600)).tempfile_in(directory)?;
    file.write_all(&key)?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::engine;

    struct Place {
        _root: tempfile::TempDir,
        cache: CodeCache,
        engine: Engine,
        directory: PathBuf,
    }

    const DIGEST: &str = "00ff";

    fn utf8(path: &Path) -> &Utf8Path {
        Utf8Path::from_path(path).unwrap()
    }

    fn place() -> Place {
        let root = tempfile::tempdir().unwrap();
        let directory = root.path().join("cache");
        let cache = CodeCache::open(
            utf8(&directory),
            &utf8(root.path()).join("state/key"),
            "/nowhere/project".into(),
        )
        .unwrap();
        let engine = engine::engine(&Limits::default(), false).unwrap();
        let code = engine.precompile_component(b"\0asm\x0d\0\x01\0").unwrap();
        cache.keep(&engine, DIGEST, &code).unwrap();
        Place { directory: cache.entry(&engine, DIGEST), _root: root, cache, engine }
    }

    #[test]
    fn what_was_kept_is_loaded_again() {
        let place = place();
        assert!(place.cache.load(&place.engine, DIGEST).is_some());
        assert!(place.cache.load(&place.engine, "other").is_none());
    }

    #[test]
    fn an_entry_with_any_flipped_bit_is_not_loaded() {
        let place = place();
        let sound = fs::read(&place.directory).unwrap();
        for at in (0..sound.len()).step_by(sound.len() / 40) {
            let mut bytes = sound.clone();
            bytes[at] ^= 1;
            fs::write(&place.directory, &bytes).unwrap();
            assert!(place.cache.load(&place.engine, DIGEST).is_none(), "byte {at} of {}", sound.len());
        }
        fs::write(&place.directory, &sound[..20]).unwrap();
        assert!(place.cache.load(&place.engine, DIGEST).is_none(), "cut off");
        fs::write(&place.directory, &sound).unwrap();
        assert!(place.cache.load(&place.engine, DIGEST).is_some(), "the sound bytes still load");
    }

    #[test]
    fn an_entry_that_others_may_write_or_that_is_a_link_is_not_loaded() {
        let place = place();
        fs::set_permissions(&place.directory, PermissionsExt::from_mode(0o666)).unwrap();
        assert!(place.cache.load(&place.engine, DIGEST).is_none());
        fs::set_permissions(&place.directory, PermissionsExt::from_mode(0o600)).unwrap();
        assert!(place.cache.load(&place.engine, DIGEST).is_some());
        let elsewhere = place.directory.with_extension("elsewhere");
        fs::rename(&place.directory, &elsewhere).unwrap();
        std::os::unix::fs::symlink(&elsewhere, &place.directory).unwrap();
        assert!(place.cache.load(&place.engine, DIGEST).is_none());
    }

    #[test]
    fn code_under_another_key_is_not_loaded() {
        let mut place = place();
        place.cache.key = [7; 32];
        assert!(place.cache.load(&place.engine, DIGEST).is_none());
    }

    #[test]
    fn a_cache_inside_the_project_is_refused() {
        let root = tempfile::tempdir().unwrap();
        let project = utf8(root.path()).canonicalize_utf8().unwrap();
        let temporary = tempfile::tempdir().unwrap();
        let outside = utf8(temporary.path());
        let error = CodeCache::open(&project.join("cache"), &outside.join("key"), &project).unwrap_err();
        assert!(matches!(error, CodeCacheError::InsideProject(_)));
        let error = CodeCache::open(&outside.join("cache"), &project.join("key"), &project).unwrap_err();
        assert!(matches!(error, CodeCacheError::KeyInsideProject(_)));
        for place in [project.as_path(), outside] {
            assert_eq!(fs::read_dir(place).unwrap().count(), 0, "what is refused leaves nothing behind");
        }
    }
}
