//! What is measured: one configuration file, run by both tools.
//!
//! - In: a tool and a folder to work in.
//! - Out: [`Sample`]s, each of one whole process in the state that the case names.
//! - Not here: taking time (`measure`).
//!
//! Rules: each case and tool has a project and a HOME of its own. zc.buildout runs as fast as it can be asked to: no
//! user defaults (`-U`), no look for newer releases (`-N`), no check for a newer self.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::measure::{self, Sample};
use crate::shell;

/// One of the two that are compared.
#[derive(Debug, Clone)]
pub(super) enum Tool {
    /// The `buildout` of this repository.
    Ours {
        /// Its release build.
        program: PathBuf,
    },
    /// zc.buildout.
    Peer {
        /// Its command, in the virtual environment.
        program: PathBuf,
    },
}

impl Tool {
    /// Whether it is the one of this repository.
    pub(super) fn is_ours(&self) -> bool {
        matches!(self, Self::Ours { .. })
    }
}

/// One thing to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Case {
    /// `buildout --version`: the process alone.
    Version,
    /// A run in which every part is installed and up to date.
    NoOp {
        /// How many parts.
        parts: usize,
    },
    /// A first run, with everything but the project in place.
    Install {
        /// How many parts.
        parts: usize,
    },
    /// A first run of `examples/quickstart`.
    Quickstart {
        /// Whether the recipes' native code is in the cache.
        warm: bool,
    },
}

impl Case {
    /// Every case, in the order of the report.
    pub(super) fn all() -> Vec<Self> {
        let mut cases = vec![Self::Version];
        cases.extend([0, 1, 10, 100, 500].map(|parts| Self::NoOp { parts }));
        cases.push(Self::Install { parts: 100 });
        cases.extend([false, true].map(|warm| Self::Quickstart { warm }));
        cases
    }

    /// Whether the tool can run it: the example needs components.
    pub(super) fn is_for(self, tool: &Tool) -> bool {
        tool.is_ours() || !matches!(self, Self::Quickstart { .. })
    }

    /// Brings the case to where it can be measured: for a no-op, after the first run.
    pub(super) fn prepare(self, tool: &Tool, work: &Path) -> Result<()> {
        let place = self.place(tool, work);
        self.write_project(&place)?;
        fs::create_dir_all(place.home())?;
        // It also fills the code cache, where that is not what is measured.
        self.run(tool, &place)?;
        self.check_made(&place)
    }

    /// Measures one run.
    pub(super) fn measure(self, tool: &Tool, work: &Path) -> Result<Sample> {
        let place = self.place(tool, work);
        match self {
            Self::Version => {}
            Self::NoOp { .. } => {
                let sample = self.run(tool, &place)?;
                let printed = fs::read_to_string(place.log())?;
                ensure!(!printed.contains("nstalling "), "{self}: this was no no-op:\n{printed}");
                return Ok(sample);
            }
            Self::Install { .. } | Self::Quickstart { warm: true } => {
                place.forget(&["project", "home/state"])?;
                self.write_project(&place)?;
            }
            Self::Quickstart { warm: false } => {
                place.forget(&["project", "home"])?;
                self.write_project(&place)?;
                fs::create_dir_all(place.home())?;
            }
        }
        let sample = self.run(tool, &place)?;
        self.check_made(&place)?;
        Ok(sample)
    }

    /// Fails unless the last part's directory is there: a run that did nothing would be a fast one.
    fn check_made(self, place: &Place) -> Result<()> {
        if let Self::NoOp { parts } | Self::Install { parts } = self
            && let Some(last) = parts.checked_sub(1)
        {
            let made = place.project().join(format!("made-{last}"));
            ensure!(made.is_dir(), "{self}: {} was not made", made.display());
        }
        Ok(())
    }

    fn run(self, tool: &Tool, place: &Place) -> Result<Sample> {
        let mut command = match tool {
            Tool::Ours { program } => Command::new(program),
            Tool::Peer { program } => {
                let mut command = Command::new(program);
                if self != Self::Version {
                    command.args(["-U", "-N"]);
                }
                command
            }
        };
        if self == Self::Version {
            command.arg("--version");
        }
        let home = place.home();
        command.current_dir(place.project()).env_clear().env("HOME", &home).env("LANG", "C.UTF-8");
        for (name, folder) in
            [("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state")]
        {
            command.env(name, home.join(folder));
        }
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("BUILDOUT_RESTART_AFTER_UPGRADE", "1");
        measure::once(&mut command, &place.log()).with_context(|| format!("measuring: {self}"))
    }

    fn write_project(self, place: &Place) -> Result<()> {
        let project = place.project();
        fs::create_dir_all(&project).with_context(|| format!("making {}", project.display()))?;
        match self {
            Self::Version => Ok(()),
            Self::NoOp { parts } | Self::Install { parts } => {
                fs::write(project.join("buildout.cfg"), configuration(parts)).context("writing buildout.cfg")
            }
            Self::Quickstart { .. } => copy_example(&project),
        }
    }

    fn place(self, tool: &Tool, work: &Path) -> Place {
        let case = match self {
            Self::Version => "version".to_owned(),
            Self::NoOp { parts } => format!("no-op-{parts}"),
            Self::Install { parts } => format!("install-{parts}"),
            Self::Quickstart { warm } => format!("quickstart-{}", if warm { "warm" } else { "cold" }),
        };
        Place(work.join(case).join(if tool.is_ours() { "ours" } else { "peer" }))
    }
}

impl fmt::Display for Case {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts = |count: usize| match count {
            0 => "no part".to_owned(),
            1 => "1 part".to_owned(),
            count => format!("{count} parts"),
        };
        match self {
            Self::Version => write!(to, "`buildout --version`"),
            Self::NoOp { parts: count } => write!(to, "no-op, {}", parts(*count)),
            Self::Install { parts: count } => write!(to, "first install, {}", parts(*count)),
            Self::Quickstart { warm: false } => write!(to, "quickstart, empty code cache"),
            Self::Quickstart { warm: true } => write!(to, "quickstart, warm code cache"),
        }
    }
}

/// Where one tool runs one case.
struct Place(PathBuf);

impl Place {
    fn project(&self) -> PathBuf {
        self.0.join("project")
    }

    fn home(&self) -> PathBuf {
        self.0.join("home")
    }

    /// What the last run printed.
    fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    /// Removes folders below this place; one that is not there is gone already.
    fn forget(&self, folders: &[&str]) -> Result<()> {
        for folder in folders.iter().map(|folder| self.0.join(folder)).filter(|folder| folder.exists()) {
            fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
        }
        Ok(())
    }
}

/// Parts that make one directory each, written as people write them: one substitution a part.
fn configuration(parts: usize) -> String {
    let names: String = (0..parts).map(|part| format!("\n    part-{part}")).collect();
    let sections: String = (0..parts)
        .map(|part| format!("\n[part-{part}]\nrecipe = mkdir\npath = ${{buildout:directory}}/made-{part}\n"))
        .collect();
    format!("[buildout]\nparts ={names}\n{sections}")
}

/// Copies what belongs to the example, not what a run in it left behind.
fn copy_example(to: &Path) -> Result<()> {
    let example = shell::root().join("examples/quickstart");
    let mut git = Command::new("git");
    git.current_dir(&example).args(["ls-files", "--cached", "--others", "--exclude-standard"]);
    let listed = shell::output(&mut git)?;
    let mut files: Vec<PathBuf> = listed.lines().map(PathBuf::from).collect();
    for entry in fs::read_dir(&example).context("examples/quickstart is not there")? {
        let name = PathBuf::from(entry?.file_name());
        // Components are built, so git does not know them.
        files.extend(name.extension().is_some_and(|extension| extension == "wasm").then_some(name));
    }
    for file in files {
        let target = to.join(&file);
        fs::create_dir_all(target.parent().context("a file lies in a folder")?)?;
        fs::copy(example.join(&file), target).with_context(|| format!("copying {}", file.display()))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_tools_read_one_configuration() {
        assert_eq!(
            configuration(2),
            "[buildout]\nparts =\n    part-0\n    part-1\n\n\
             [part-0]\nrecipe = mkdir\npath = ${buildout:directory}/made-0\n\n\
             [part-1]\nrecipe = mkdir\npath = ${buildout:directory}/made-1\n"
        );
        assert_eq!(configuration(0), "[buildout]\nparts =\n");
    }
}
