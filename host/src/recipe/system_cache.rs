//! Compiled code that the machine's administrator put there for all users.
//!
//! - In: a component's digest, an engine.
//! - Out: the loaded component.
//! - Not here: a user's own cache (`code_cache`).
//!
//! No user's key seals these entries: they count because only root can have written them. Every
//! directory on the way from `/`, and the entry itself, must be root's and writable by nobody else; a
//! SHA-256 beside the entry finds bytes that the disk lost. Anything else is compiled anew.

use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use wasmtime::Engine;
use wasmtime::component::Component;

use super::code_cache::compatibility;

/// Where packages and images put it.
pub const SYSTEM_CODE: &str = "/var/cache/buildout/code";

/// The system's cache.
#[derive(Debug, Clone)]
pub(super) struct SystemCache {
    directory: PathBuf,
}

impl Default for SystemCache {
    fn default() -> Self {
        Self { directory: PathBuf::from(SYSTEM_CODE) }
    }
}

impl SystemCache {
    fn entry(&self, engine: &Engine, digest: &str) -> PathBuf {
        self.directory.join(compatibility(engine)).join(format!("{digest}.cwasm"))
    }

    /// Returns the compiled component, if a sound entry is there.
    pub(super) fn load(&self, engine: &Engine, digest: &str) -> Option<Component> {
        let path = self.entry(engine, digest);
        if !path.parent()?.ancestors().all(|directory| roots_alone(directory, true)) {
            return None;
        }
        let code = read(&path)?;
        let beside = read(&path.with_extension("sha256"))?;
        if beside != digest_of(&code).as_bytes() {
            return None;
        }
        // SAFETY: only root can have put these bytes here, and root owns every process anyway.
        unsafe { Component::deserialize(engine, &code) }.ok()
    }

    /// Puts an entry there; to be called by root.
    ///
    /// # Errors
    ///
    /// What the system says.
    pub(super) fn keep(&self, engine: &Engine, digest: &str, code: &[u8]) -> std::io::Result<()> {
        let path = self.entry(engine, digest);
        let directory = path.parent().expect("an entry lies in a directory");
        fs_err::create_dir_all(directory)?;
        for (bytes, path) in
            [(digest_of(code).as_bytes(), path.with_extension("sha256")), (code, path.clone())]
        {
            let mut file = tempfile::Builder::new()
                .permissions(PermissionsExt::from_mode(0o644))
                .tempfile_in(directory)?;
            file.write_all(bytes)?;
            file.persist(path)?;
        }
        Ok(())
    }
}

fn digest_of(code: &[u8]) -> String {
    super::catalogue::hex(&Sha256::digest(code))
}

/// Whether only root can have written something; links do not count as what they lead to.
fn roots_alone(path: &Path, directory: bool) -> bool {
    path.symlink_metadata().is_ok_and(|meta| {
        meta.uid() == 0 && meta.mode() & 0o022 == 0 && if directory { meta.is_dir() } else { meta.is_file() }
    })
}

fn read(path: &Path) -> Option<Vec<u8>> {
    if !roots_alone(path, false) {
        return None;
    }
    let nofollow = rustix::fs::OFlags::NOFOLLOW.bits().cast_signed();
    let mut bytes = Vec::new();
    File::options().read(true).custom_flags(nofollow).open(path).ok()?.read_to_end(&mut bytes).ok()?;
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::{Limits, engine};

    /// Runs in a directory whose ancestors are what they are in this checkout.
    fn kept() -> (tempfile::TempDir, SystemCache, Engine) {
        let root = tempfile::tempdir_in(env!("CARGO_MANIFEST_DIR")).unwrap();
        fs_err::set_permissions(root.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let cache = SystemCache { directory: root.path().join("code") };
        let engine = engine::engine(&Limits::default(), false).unwrap();
        let code = engine.precompile_component(b"\0asm\x0d\0\x01\0").unwrap();
        cache.keep(&engine, "00ff", &code).unwrap();
        for directory in cache.entry(&engine, "00ff").parent().unwrap().ancestors().take(2) {
            fs_err::set_permissions(directory, PermissionsExt::from_mode(0o755)).unwrap();
        }
        (root, cache, engine)
    }

    #[test]
    fn an_entry_counts_only_if_root_alone_can_have_written_it() {
        let (root, cache, engine) = kept();
        let trusted = root.path().ancestors().all(|directory| roots_alone(directory, true));
        assert_eq!(cache.load(&engine, "00ff").is_some(), trusted);
        // Whatever the checkout's own directories are: once others may write on the way, it never counts.
        fs_err::set_permissions(root.path(), PermissionsExt::from_mode(0o777)).unwrap();
        assert!(cache.load(&engine, "00ff").is_none());
        fs_err::set_permissions(root.path(), PermissionsExt::from_mode(0o755)).unwrap();
        let entry = cache.entry(&engine, "00ff");
        fs_err::set_permissions(&entry, PermissionsExt::from_mode(0o666)).unwrap();
        assert!(cache.load(&engine, "00ff").is_none());
    }

    #[test]
    fn an_entry_that_its_digest_does_not_fit_is_not_loaded() {
        let (_root, cache, engine) = kept();
        let entry = cache.entry(&engine, "00ff");
        let mut code = fs_err::read(&entry).unwrap();
        let last = code.len() - 1;
        code[last] ^= 1;
        fs_err::write(&entry, code).unwrap();
        assert!(cache.load(&engine, "00ff").is_none());
    }
}
