//! The configuration files that a run may read: those of this machine, without secrets and what the user refused.
//!
//! - In: paths that the configuration asks for.
//! - Out: their bytes, or words that say why not.
//! - Not here: files outside the project (`config`), what recipes may read (`access`).
//!
//! Rules: a file that the user named himself is read whatever its name. Of others in the project, one with the name of
//! a secret is not: what is wrong in it would be shown line by line.

use std::io::{self, ErrorKind};

use camino::{Utf8Path, Utf8PathBuf};

use crate::access::{Asker, Grants, NeedKind, has_secret_name};
use crate::config::{self, Files, LocalFiles};

pub(super) struct Readable<'a> {
    pub(super) request: &'a config::Request,
    pub(super) grants: &'a Grants,
}

impl Readable<'_> {
    fn check(&self, path: &Utf8Path) -> io::Result<()> {
        let own = [Some(&self.request.file), self.request.user_defaults.as_ref()];
        if own.into_iter().flatten().any(|own| LocalFiles.real_path(own).is_ok_and(|own| own == path)) {
            return Ok(());
        }
        let refuse = |why: &str| Err(io::Error::new(ErrorKind::InvalidInput, why.to_owned()));
        let refused = self.grants.refused(NeedKind::Read, Asker::CONFIGURATION);
        if let Some(refused) = refused.into_iter().find(|refused| path.starts_with(refused)) {
            return refuse(&format!("lies in {refused}, which `--deny-read` refuses"));
        }
        if path.starts_with(&self.request.project) && has_secret_name(&self.request.project, path) {
            return refuse("has the name of a secret, which no configuration reads");
        }
        Ok(())
    }
}

impl Files for Readable<'_> {
    fn read(&mut self, path: &Utf8Path, most: usize) -> io::Result<Vec<u8>> {
        self.check(path)?;
        LocalFiles.read(path, most)
    }

    fn real_path(&mut self, path: &Utf8Path) -> io::Result<Utf8PathBuf> {
        LocalFiles.real_path(path)
    }

    fn names(&mut self, directory: &Utf8Path) -> Vec<String> {
        LocalFiles.names(directory)
    }
}
