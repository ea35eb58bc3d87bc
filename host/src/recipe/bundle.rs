//! The code that a release binary carries for its stock recipes.
//!
//! - In: this very program's file.
//! - Out: compiled code by digest; a copy of the program with code appended.
//! - Not here: the user's cache (`code_cache`).
//!
//! The code is part of our own binary, so no trust is added. Code that does not fit the engine is not
//! used, and the recipe compiled anew. Layout, behind the program: the codes one after the other, then
//! lines `DIGEST OFFSET LENGTH`, then the length of these lines and the mark.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::Path;

use wasmtime::Engine;
use wasmtime::component::Component;

use super::catalogue::Catalogue;

/// Ends a program that carries code.
const MARK: &[u8; 16] = b"buildout code 1\n";
/// The list of codes is shorter than this.
const LARGEST_INDEX: u64 = 1 << 20;

/// The code in this program's own file.
pub(super) struct Bundle {
    file: File,
    index: HashMap<String, (u64, usize)>,
}

impl Bundle {
    /// Opens the code in this program, if it carries any.
    pub(super) fn of_this_program() -> Option<Self> {
        Self::open(&std::env::current_exe().ok()?)
    }

    fn open(path: &Path) -> Option<Self> {
        let mut file = File::open(path).ok()?;
        let end = file.seek(SeekFrom::End(-24)).ok()?;
        let mut tail = [0; 24];
        file.read_exact(&mut tail).ok()?;
        let (length, mark) = tail.split_first_chunk::<8>()?;
        if mark != MARK {
            return None;
        }
        let length = u64::from_le_bytes(*length);
        if length > LARGEST_INDEX {
            return None;
        }
        file.seek(SeekFrom::Start(end.checked_sub(length)?)).ok()?;
        let mut lines = vec![0; usize::try_from(length).ok()?];
        file.read_exact(&mut lines).ok()?;
        let line = |line: &str| {
            let mut words = line.split(' ');
            let digest = words.next()?.to_owned();
            Some((digest, (words.next()?.parse().ok()?, words.next()?.parse().ok()?)))
        };
        let index = std::str::from_utf8(&lines).ok()?.lines().map(line).collect::<Option<_>>()?;
        Some(Self { file, index })
    }

    /// Loads the code of a component, if it is there and fits.
    pub(super) fn load(&self, engine: &Engine, digest: &str) -> Option<Component> {
        let (offset, length) = *self.index.get(digest)?;
        let mut code = vec![0; length];
        std::os::unix::fs::FileExt::read_exact_at(&self.file, &mut code, offset).ok()?;
        // SAFETY: the bytes are a part of this program itself, put there by our own release command.
        unsafe { Component::deserialize(engine, &code) }.ok()
    }
}

/// Why a program with code could not be written.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// A file could not be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// A stock recipe does not compile.
    #[error("a stock recipe does not compile: {0:#}")]
    Compile(wasmtime::Error),
}

impl Catalogue {
    /// Writes a copy of this program to `output` that carries the code of all stock recipes, compiled
    /// for any machine of this architecture.
    ///
    /// # Errors
    ///
    /// [`BundleError`]; then nothing stands at `output` that was not there before.
    pub fn write_program_with_code(&mut self, output: &Path) -> Result<(), BundleError> {
        let codes = self.portable_code().map_err(BundleError::Compile)?;
        let program = fs_err::read(std::env::current_exe()?)?;
        let own = match Bundle::open(&std::env::current_exe()?) {
            // A program that carries code already is copied without it.
            Some(bundle) => bundle.index.values().map(|(offset, _)| *offset).min().unwrap_or(0),
            None => program.len() as u64,
        };
        let program = &program[..usize::try_from(own).expect("a program fits in memory")];
        let directory =
            output.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let mut file = tempfile::Builder::new()
            .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o755))
            .tempfile_in(directory)?;
        file.write_all(program)?;
        let mut offset = program.len();
        let mut lines = String::new();
        for (digest, code) in codes {
            file.write_all(&code)?;
            lines.push_str(&format!("{digest} {offset} {}\n", code.len()));
            offset += code.len();
        }
        file.write_all(lines.as_bytes())?;
        file.write_all(&(lines.len() as u64).to_le_bytes())?;
        file.write_all(MARK)?;
        file.persist(output).map_err(|error| error.error)?;
        Ok(())
    }
}
