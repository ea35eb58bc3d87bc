//! Taking over records that are not vouched for: another machine's, another program's, a clone's.
//!
//! Rules: `decisions.md` 3.1 and 3.2: only when the user says so, and what it means is shown.

use super::{ExecuteError, Execution};
use crate::access::Protected;
use crate::event::{Event, Level};
use crate::installed::Sync;

/// So many paths of one part are named.
const NAMED: usize = 20;

impl Execution<'_> {
    /// Believes the foreign records: what they name below the buildout directory counts as made by its part.
    ///
    /// # Errors
    ///
    /// The state cannot be written.
    pub fn adopt(&mut self) -> Result<(), ExecuteError> {
        if self.installed.foreign.is_none() {
            return Ok(());
        }
        let root = self.buildout.directories.root.clone();
        let protected = Protected { files: self.buildout.protected_files() };
        // What somebody else's records name counts only where parts may write at all.
        let standard = self.buildout.directories.clone();
        let outputs: Vec<_> = self.buildout.parts().flat_map(|part| part.outputs.clone()).collect();
        let may = |path: &camino::Utf8Path| {
            let below = standard.standard().into_iter().any(|place| path.starts_with(place) && path != place);
            (below || outputs.iter().any(|output| path.starts_with(output))) && !protected.covers(&root, path)
        };
        let adoptable = self.installed.adoptable(may);
        for part in &adoptable {
            let mut message = format!(
                "Taking over {}: {} files and directories count as made by it.",
                part.part,
                part.made.len()
            );
            for made in part.made.iter().take(NAMED) {
                message.push_str(&format!("\n  {}", made.path));
            }
            if part.made.len() > NAMED {
                message.push_str(&format!("\n  and {} more", part.made.len() - NAMED));
            }
            for path in &part.left {
                message.push_str(&format!("\n  {path} stays nobody's"));
            }
            self.reporter.event(&Event::Log { part: None, level: Level::Info, message });
        }
        self.installed.adopt(adoptable);
        self.installed.save(Sync::Now)?;
        Ok(self.installed.drop_foreign()?)
    }
}
