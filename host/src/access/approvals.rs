//! What the user approved when asked: kept with the user, and bound to one directory.
//!
//! - In: the user's state directory, the directory of the configuration file.
//! - Out: [`Approvals`], which count only for the very directory that they were given for.
//! - Not here: asking (`cli`), what a grant opens (`grants`).
//!
//! Layout: `STATE/approvals/KEY.json`, 0600 in a directory 0700; the key is made of the directory's real path.
//! Rules: `decisions.md` 4.1; `security.md` 4.4. Another directory in the same place has another identity: its
//! approvals are none.

use std::io;
use std::os::unix::fs::DirBuilderExt as _;

use camino::{Utf8Path, Utf8PathBuf};
use serde::{Deserialize, Serialize};

use super::claim::Claim;
use super::grants::{Grant, Word};
use super::need::NeedKind;
use crate::diagnostic::{Diagnostic, Exit};
use crate::installed::{Digest, Directory, Sync};

const VERSION: u32 = 1;
const FOLDER: &str = "approvals";
const LIMIT_BYTES: u64 = 16 << 20;

/// One thing that was approved.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approved {
    /// The part; none: the configuration.
    pub part: Option<String>,
    /// What it is bound to: `sha256:…`, `stock NAME`, `file sha256:…`.
    pub recipe: String,
    /// What that was called.
    pub name: String,
    /// What kind of thing it is.
    pub kind: NeedKind,
    /// Which one.
    pub value: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Written {
    version: u32,
    directory: Utf8PathBuf,
    identity: String,
    approved: Vec<Approved>,
}

/// What was approved for one directory.
#[derive(Debug)]
pub struct Approvals {
    state: Utf8PathBuf,
    directory: Utf8PathBuf,
    identity: String,
    approved: Vec<Approved>,
    moved: bool,
}

/// Why there are no approvals.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalsError {
    /// The system refused something.
    #[error("Cannot {verb} {path}: {source}")]
    Io {
        /// What was to be done.
        verb: &'static str,
        /// With what.
        path: Utf8PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// The file means nothing.
    #[error("{path} is damaged: {reason}")]
    Damaged {
        /// The file.
        path: Utf8PathBuf,
        /// In the parser's words.
        reason: String,
    },
    /// A later version wrote it.
    #[error("{path} has version {version}, and this buildout knows {VERSION}")]
    Newer {
        /// The file.
        path: Utf8PathBuf,
        /// Its version.
        version: u32,
    },
    /// Others could write approvals.
    #[error("{path} can be written by others than you: nothing that is in it counts as approved")]
    Others {
        /// The directory.
        path: Utf8PathBuf,
    },
}

impl ApprovalsError {
    /// The same error with advice; it ends the process with [`Exit::Usage`].
    pub fn diagnostic(&self) -> Diagnostic {
        let error = Diagnostic::error("approvals", self.to_string()).exit(Exit::Usage);
        match self {
            Self::Damaged { path, .. } => error.help(format!("`rm {path}` forgets what was approved there")),
            Self::Others { path } => error.help(format!("`chmod go-w {path}`")),
            Self::Newer { .. } | Self::Io { .. } => error,
        }
    }
}

impl Approvals {
    /// Reads what was approved for `directory`, by its real path.
    ///
    /// # Errors
    ///
    /// [`ApprovalsError`]: it is there and cannot be used.
    pub fn read(state: &Utf8Path, directory: &Utf8Path) -> Result<Self, ApprovalsError> {
        let io = |verb, path: &Utf8Path| {
            let path = path.to_owned();
            move |source| ApprovalsError::Io { verb, path, source }
        };
        let opened = Directory::open(directory).and_then(|directory| directory.identity());
        let mut approvals = Self {
            state: state.to_owned(),
            directory: directory.to_owned(),
            // What is not there can hold no configuration.
            identity: opened.unwrap_or_default(),
            approved: Vec::new(),
            moved: false,
        };
        let folder = state.join(FOLDER);
        let folder = match Directory::open(&folder) {
            Ok(opened) => opened,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(approvals),
            Err(error) => return Err(io("open", &folder)(error)),
        };
        refuse_others(&folder)?;
        let name = approvals.file();
        let path = folder.path().join(&name);
        let Some(bytes) = folder.read(&name, LIMIT_BYTES).map_err(io("read", &path))? else {
            return Ok(approvals);
        };
        let damaged = |error: serde_json::Error| ApprovalsError::Damaged {
            path: path.clone(),
            reason: error.to_string(),
        };
        #[derive(Deserialize)]
        struct Version {
            version: u32,
        }
        let Version { version } = serde_json::from_slice(&bytes).map_err(damaged)?;
        if version > VERSION {
            return Err(ApprovalsError::Newer { path, version });
        }
        let written: Written = serde_json::from_slice(&bytes).map_err(damaged)?;
        approvals.moved = written.identity != approvals.identity;
        if !approvals.moved {
            approvals.approved = written.approved;
        }
        Ok(approvals)
    }

    /// Whether something was approved for another directory that was in this place before.
    pub fn are_anothers(&self) -> bool {
        self.moved
    }

    /// What was approved.
    pub fn approved(&self) -> &[Approved] {
        &self.approved
    }

    /// The same as grants.
    pub fn grants(&self) -> impl Iterator<Item = Grant> {
        self.approved.iter().map(|approved| Grant {
            part: approved.part.clone(),
            recipe: Some(approved.recipe.clone()),
            kind: approved.kind,
            value: approved.value.clone(),
            word: Word::Approved,
        })
    }

    /// Adds what a claim asks for. What the part's recipe was approved with other bytes is forgotten.
    pub fn approve(&mut self, claim: &Claim) {
        self.approved.retain(|old| {
            let (part, kind, value) = (&old.part, old.kind, &old.value);
            (part, kind, value) != (&claim.part, claim.need.kind, &claim.value)
        });
        self.approved.push(Approved {
            part: claim.part.clone(),
            recipe: claim.identity.clone(),
            name: claim.recipe.clone(),
            kind: claim.need.kind,
            value: claim.value.clone(),
        });
    }

    /// Takes back what these parts were approved; without any, everything. Returns it.
    pub fn revoke(&mut self, parts: &[String]) -> Vec<Approved> {
        let goes =
            |old: &Approved| parts.is_empty() || old.part.as_ref().is_some_and(|part| parts.contains(part));
        let (gone, stays) = std::mem::take(&mut self.approved).into_iter().partition(goes);
        self.approved = stays;
        gone
    }

    /// Writes it down.
    ///
    /// # Errors
    ///
    /// [`ApprovalsError`]: it cannot be written, or others could.
    pub fn save(&self) -> Result<(), ApprovalsError> {
        let path = self.state.join(FOLDER);
        let io = |verb| {
            let path = path.clone();
            move |source| ApprovalsError::Io { verb, path, source }
        };
        std::fs::DirBuilder::new().recursive(true).mode(0o700).create(&path).map_err(io("make"))?;
        let folder = Directory::open(&path).map_err(io("open"))?;
        refuse_others(&folder)?;
        let written = Written {
            version: VERSION,
            directory: self.directory.clone(),
            identity: self.identity.clone(),
            approved: self.approved.clone(),
        };
        let bytes = serde_json::to_vec_pretty(&written).expect("plain data is JSON");
        folder.replace_file(&self.file(), &bytes, 0o600, Sync::Now).map_err(io("write in"))
    }

    fn file(&self) -> String {
        let digest = Digest::of(self.directory.as_str().as_bytes()).to_string();
        format!("{}.json", &digest[..32])
    }
}

fn refuse_others(folder: &Directory) -> Result<(), ApprovalsError> {
    let path = folder.path().to_owned();
    match folder.owner_and_mode() {
        Ok((owner, mode)) if owner == rustix::process::geteuid().as_raw() && mode & 0o022 == 0 => Ok(()),
        Ok(_) => Err(ApprovalsError::Others { path }),
        Err(source) => Err(ApprovalsError::Io { verb: "look at", path, source }),
    }
}
