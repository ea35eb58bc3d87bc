//! What is measured: one configuration, run by both tools.
//!
//! - In: a tool and a folder to work in.
//! - Out: [`Sample`]s, each of one whole process in the state that the case names.
//! - Not here: taking time (`measure`), the text of configurations (`projects`).
//!
//! Rules: each case and tool has a project and a HOME of its own. zc.buildout runs as fast as it can be asked to: no
//! user defaults (`-U`), no look for newer releases (`-N`), no check for a newer self.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

use super::measure::{self, Sample};
use super::projects;
use crate::shell;

/// How long the file is that is only parsed.
pub(super) const PARSED_MEGABYTES: usize = 4;

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
    /// Parts are made anew, as an option that all of them refer to has changed.
    Reinstall(Parts),
    /// Parts that are installed are not wanted any more.
    Uninstall(Parts),
    /// `annotate` of many sections: half of them use macros, in files that extend each other three levels deep.
    Annotate {
        /// How many sections.
        sections: usize,
    },
    /// One option of a long file with nothing but options.
    Parse {
        /// How long the file is.
        megabytes: usize,
    },
    /// `annotate` of the largest profile known, SlapOS' ERP5 with 248 files; where the folder of profiles is there.
    Profile,
    /// A first run of `examples/quickstart`.
    Quickstart {
        /// Whether the recipes' native code is in the cache.
        warm: bool,
    },
}

/// What is taken away or made anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Parts {
    /// 100 parts with one directory each.
    Hundred,
    /// One part with 10,000 files.
    Large,
}

impl Case {
    /// Every case, in the order of the report.
    pub(super) fn all() -> Vec<Self> {
        let mut cases = vec![Self::Version];
        cases.extend([0, 1, 10, 100, 500].map(|parts| Self::NoOp { parts }));
        cases.push(Self::Install { parts: 100 });
        cases.extend([Parts::Hundred, Parts::Large].map(Self::Reinstall));
        cases.extend([Parts::Hundred, Parts::Large].map(Self::Uninstall));
        cases.extend([500, 1_000, 2_000, 4_000].map(|sections| Self::Annotate { sections }));
        cases.push(Self::Parse { megabytes: PARSED_MEGABYTES });
        cases.extend(projects::profile().map(|_| Self::Profile));
        cases.extend([false, true].map(|warm| Self::Quickstart { warm }));
        cases
    }

    /// Whether the tool can run it. The example needs components; zc.buildout was stopped after ten minutes with the
    /// profile, and one size of the sections says enough of it.
    pub(super) fn is_for(self, tool: &Tool) -> bool {
        let ours_alone = match self {
            Self::Quickstart { .. } | Self::Profile => true,
            Self::Annotate { sections } => sections != 2_000,
            _ => false,
        };
        tool.is_ours() || !ours_alone
    }

    /// Brings the case to where it can be measured: for a no-op, after the first run.
    pub(super) fn prepare(self, tool: &Tool, work: &Path) -> Result<()> {
        let place = self.place(tool, work);
        self.write_project(&place)?;
        fs::create_dir_all(place.home())?;
        // It also fills the code cache, where that is not what is measured.
        self.run(tool, &place, &[])?;
        self.check_made(&place)
    }

    /// Measures one run.
    pub(super) fn measure(self, tool: &Tool, work: &Path) -> Result<Sample> {
        let place = self.place(tool, work);
        match self {
            Self::Version => {}
            Self::Annotate { .. } | Self::Parse { .. } | Self::Profile => {}
            Self::Reinstall(_) => {
                let mark = place.other_mark()?;
                let sample = self.run(tool, &place, &[&format!("marks:mark={mark}")])?;
                let printed = fs::read_to_string(place.log())?;
                ensure!(printed.contains("ninstalling "), "{self}: nothing was made anew:\n{printed}");
                return Ok(sample);
            }
            Self::Uninstall(_) => {
                self.run(tool, &place, &[])?;
                let sample = self.run(tool, &place, &["buildout:parts="])?;
                let last = place.project().join(self.last().expect("it has parts"));
                ensure!(!last.exists(), "{self}: {} is still there", last.display());
                return Ok(sample);
            }
            Self::NoOp { .. } => {
                let sample = self.run(tool, &place, &[])?;
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
        let sample = self.run(tool, &place, &[])?;
        self.check_made(&place)?;
        Ok(sample)
    }

    /// What is made last, if anything is.
    fn last(self) -> Option<String> {
        match self {
            Self::NoOp { parts } | Self::Install { parts } => {
                parts.checked_sub(1).map(|last| format!("made-{last}"))
            }
            Self::Reinstall(parts) | Self::Uninstall(parts) => Some(match parts {
                Parts::Hundred => "made-99".to_owned(),
                Parts::Large => projects::large_file(projects::LARGE - 1),
            }),
            _ => None,
        }
    }

    /// Fails unless what is made last is there: a run that did nothing would be a fast one.
    fn check_made(self, place: &Place) -> Result<()> {
        if let Some(last) = self.last() {
            let made = place.project().join(last);
            ensure!(made.exists(), "{self}: {} was not made", made.display());
        }
        Ok(())
    }

    /// Arguments of a run; the two are asked for the same in the same words.
    fn arguments(self, tool: &Tool) -> Vec<String> {
        let mut arguments = Vec::new();
        if !tool.is_ours() && self != Self::Version {
            arguments.extend(["-U", "-N"].map(str::to_owned));
        }
        match self {
            Self::Version => arguments.push("--version".to_owned()),
            Self::Annotate { .. } => arguments.push("annotate".to_owned()),
            Self::Parse { .. } => arguments.extend(["query", "buildout:parts"].map(str::to_owned)),
            Self::Profile => {
                let folder =
                    projects::profile().expect("the case is there if the folder is").display().to_string();
                let file = format!("{folder}/software/erp5/software.cfg");
                arguments.extend([
                    format!("--allow-read={folder}"),
                    "-c".to_owned(),
                    file,
                    "annotate".to_owned(),
                ]);
            }
            _ => {}
        }
        arguments
    }

    fn run(self, tool: &Tool, place: &Place, assignments: &[&str]) -> Result<Sample> {
        let (Tool::Ours { program } | Tool::Peer { program }) = tool;
        let mut command = place.command(program);
        // zc.buildout takes assignments before its command alone.
        command.args(self.arguments(tool)).args(assignments);
        // The recipe that writes files, for either.
        command.env("BUILDOUT_RECIPES", shell::root().join("target/guests"));
        command
            .env("PYTHONPATH", shell::root().join("tests/oracle/recipes"))
            .env("PYTHONDONTWRITEBYTECODE", "1");
        measure::once(&mut command, &place.log()).with_context(|| format!("measuring: {self}"))
    }

    fn write_project(self, place: &Place) -> Result<()> {
        let project = place.project();
        fs::create_dir_all(&project).with_context(|| format!("making {}", project.display()))?;
        match self {
            Self::Version | Self::Profile => Ok(()),
            Self::NoOp { parts } | Self::Install { parts } => {
                written(&project, &[("buildout.cfg", projects::directories(parts, false))])
            }
            Self::Reinstall(Parts::Hundred) | Self::Uninstall(Parts::Hundred) => {
                written(&project, &[("buildout.cfg", projects::directories(100, true))])
            }
            Self::Reinstall(Parts::Large) | Self::Uninstall(Parts::Large) => {
                written(&project, &[("buildout.cfg", projects::files())])
            }
            Self::Annotate { sections } => written(&project, &projects::sections(sections)),
            Self::Parse { megabytes } => {
                written(&project, &[("buildout.cfg", projects::options(megabytes * 1_000_000))])
            }
            Self::Quickstart { .. } => copy_example(&project),
        }
    }

    fn place(self, tool: &Tool, work: &Path) -> Place {
        let case = match self {
            Self::Version => "version".to_owned(),
            Self::NoOp { parts } => format!("no-op-{parts}"),
            Self::Install { parts } => format!("install-{parts}"),
            Self::Reinstall(parts) => format!("reinstall-{parts:?}"),
            Self::Uninstall(parts) => format!("uninstall-{parts:?}"),
            Self::Annotate { sections } => format!("annotate-{sections}"),
            Self::Parse { megabytes } => format!("parse-{megabytes}"),
            Self::Profile => "profile".to_owned(),
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
            Self::Reinstall(Parts::Hundred) => write!(to, "reinstall of 100 parts"),
            Self::Reinstall(Parts::Large) => write!(to, "reinstall of one part with 10,000 files"),
            Self::Uninstall(Parts::Hundred) => write!(to, "uninstall of 100 parts"),
            Self::Uninstall(Parts::Large) => write!(to, "uninstall of one part with 10,000 files"),
            Self::Annotate { sections } => write!(to, "`annotate`, {sections} sections"),
            Self::Parse { megabytes } => write!(to, "`query` of one option in {megabytes} MB"),
            Self::Profile => write!(to, "`annotate` of the ERP5 profile"),
            Self::Quickstart { warm: false } => write!(to, "quickstart, empty code cache"),
            Self::Quickstart { warm: true } => write!(to, "quickstart, warm code cache"),
        }
    }
}

/// Where one tool runs one case.
pub(super) struct Place(pub(super) PathBuf);

impl Place {
    /// A run in its project, with a HOME of its own and nothing of the user's.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        let home = self.home();
        command.current_dir(self.project()).env_clear().env("HOME", &home).env("LANG", "C.UTF-8");
        for (name, folder) in
            [("XDG_CACHE_HOME", "cache"), ("XDG_CONFIG_HOME", "config"), ("XDG_STATE_HOME", "state")]
        {
            command.env(name, home.join(folder));
        }
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.env("BUILDOUT_RESTART_AFTER_UPGRADE", "1");
        command
    }

    pub(super) fn project(&self) -> PathBuf {
        self.0.join("project")
    }

    pub(super) fn home(&self) -> PathBuf {
        self.0.join("home")
    }

    /// What the last run printed.
    pub(super) fn log(&self) -> PathBuf {
        self.0.join("log")
    }

    /// One of two values of the option that parts refer to, and never the same twice in a row.
    fn other_mark(&self) -> Result<&'static str> {
        let file = self.0.join("marked");
        if file.exists() {
            fs::remove_file(file)?;
            return Ok("0");
        }
        fs::write(file, "")?;
        Ok("1")
    }

    /// Removes folders below this place; one that is not there is gone already.
    pub(super) fn forget(&self, folders: &[&str]) -> Result<()> {
        for folder in folders.iter().map(|folder| self.0.join(folder)).filter(|folder| folder.exists()) {
            fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
        }
        Ok(())
    }
}

/// Writes files of a project.
fn written(project: &Path, files: &[(&str, String)]) -> Result<()> {
    files.iter().try_for_each(|(name, text)| {
        fs::write(project.join(name), text).with_context(|| format!("writing {name}"))
    })
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
