//! Scripts with the name of a program of the system.
//!
//! - In: what a part made.
//! - Out: a warning for each file in `bin/` that a shell could start where somebody means the system's program.
//! - Not here: which programs a recipe may start (`process`).
//!
//! Rule: `security.md` T17. A stranger's `bin/git` is a file like any other until `bin` stands on a PATH.

use camino::{Utf8Path, Utf8PathBuf};

use super::Execution;
use crate::event::{Event, Level};
use crate::installed::{Kind, Made};

/// Where the system keeps its programs.
const SYSTEM: [&str; 5] = ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"];

/// The system's program of the same name as a file that lies in `bin`.
fn namesake(file: &Utf8Path, bin: &Utf8Path) -> Option<Utf8PathBuf> {
    let name = file.strip_prefix(bin).ok().filter(|name| name.components().count() == 1)?;
    SYSTEM.iter().map(|directory| Utf8Path::new(directory).join(name)).find(|program| program.is_file())
}

impl Execution<'_> {
    /// Warns of scripts that would be started instead of a program of the system.
    pub(super) fn report_namesakes(&mut self, part: &str, made: &[Made]) {
        let bin = &self.buildout.directories.bin;
        for file in made.iter().filter(|made| made.kind != Kind::Directory) {
            let Some(program) = namesake(&file.path, bin) else { continue };
            let name = file.path.file_name().unwrap_or_default();
            let message = format!(
                "bin/{name} has the name of {program}: with {bin} on your PATH, `{name}` starts what this part made"
            );
            let part = Some(part.to_owned());
            self.reporter.event(&Event::Log { part, level: Level::Warning, message });
        }
    }
}
