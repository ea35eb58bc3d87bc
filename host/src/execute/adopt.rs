//! Taking over records that are not vouched for: another machine's, another program's, a clone's.
//!
//! Rules: `decisions.md` 3.1 and 3.2: only when the user says so, and what it means is shown.

use camino::{Utf8Path, Utf8PathBuf};

use super::{ExecuteError, Execution};
use crate::access::Protected;
use crate::event::{Event, Level};
use crate::installed::{Adoptable, Claim, Installed, Sync};
use crate::resolve::Buildout;

/// So many paths of one part are named.
const NAMED: usize = 20;

/// What taking the foreign records over means.
#[derive(Debug, Clone, Default)]
pub struct Adoption {
    /// The buildout directory that they name, if it is another one than this.
    pub before: Option<Utf8PathBuf>,
    /// The parts.
    pub parts: Vec<Adoptable>,
}

impl Adoption {
    /// Believes the foreign records, in `installed` alone: what they name below the buildout directory
    /// counts as made by its part.
    pub fn of(buildout: &Buildout, installed: &mut Installed) -> Self {
        let directories = &buildout.directories;
        let root = &directories.root;
        let beneath = |place: &Utf8PathBuf| place.strip_prefix(root).ok().map(Utf8Path::to_owned);
        let standard: Vec<_> = directories.standard().into_iter().filter_map(beneath).collect();
        let before = installed.bring_foreign_here(&standard);
        let protected = Protected { files: buildout.protected_files() };
        // What somebody else's records name counts only where parts may write at all.
        let outputs: Vec<_> = buildout.parts().flat_map(|part| part.outputs.clone()).collect();
        let in_standard = |path: &Utf8Path| {
            let mut standard = directories.standard().into_iter();
            standard.any(|place| path.starts_with(place) && path != place)
        };
        let parts = installed.adoptable(|path| match path {
            _ if protected.covers(root, path) => Claim::Nothing,
            _ if in_standard(path) => Claim::Whole,
            // Such a directory may be anybody's.
            _ if outputs.iter().any(|output| path.starts_with(output)) => Claim::Itself,
            _ => Claim::Nothing,
        });
        installed.adopt(parts.clone());
        Self { before, parts }
    }
}

impl Execution<'_> {
    /// Believes the foreign records from now on. They are recorded as ours when a run begins for which nothing is in
    /// the way.
    pub fn adopt(&mut self) {
        if self.installed.foreign.is_some() {
            self.adoption = Some(Adoption::of(self.buildout, self.installed));
        }
    }

    /// Says what is taken over, and records it.
    ///
    /// # Errors
    ///
    /// The state cannot be written.
    pub(super) fn record_adopted(&mut self) -> Result<(), ExecuteError> {
        let Some(adoption) = self.adoption.take() else { return Ok(()) };
        let root = self.buildout.directories.root.clone();
        if let Some(before) = &adoption.before {
            let message = format!("What is recorded below {before} counts as the same below {root}.");
            self.reporter.event(&Event::Log { part: None, level: Level::Info, message });
        }
        for part in &adoption.parts {
            let count = match part.made.len() {
                0 => "nothing here counts".to_owned(),
                1 => "1 file or directory counts".to_owned(),
                more => format!("{more} files and directories count"),
            };
            let mut message = format!("Taking over {}: {count} as made by it.", part.part);
            for made in part.made.iter().take(NAMED) {
                message.push_str(&format!("\n  {}", made.path));
            }
            if part.made.len() > NAMED {
                message.push_str(&format!("\n  and {} more", part.made.len() - NAMED));
            }
            for path in &part.left {
                let why = if path.starts_with(&root) { "" } else { ", as it lies elsewhere" };
                message.push_str(&format!("\n  {path} stays nobody's{why}"));
            }
            self.reporter.event(&Event::Log { part: None, level: Level::Info, message });
        }
        self.installed.save(Sync::Now)?;
        Ok(self.installed.drop_foreign()?)
    }
}
