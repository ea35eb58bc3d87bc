//! What the sandbox costs: the same work inside of it and outside.
//!
//! - In: a release build of `buildout`.
//! - Out: samples of each [`Way`], which take turns.
//! - Not here: comparing (`report`).
//!
//! Rules: files are made by one component under the guard and on wasmtime-wasi as it comes (`host/examples/plain-wasi.rs`),
//! and by this process itself. Somebody else's recipe has the bytes of a stock one, so nothing but its confinement differs.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context as _, Result, ensure};

use super::cases::Place;
use super::measure::{self, Sample};
use super::projects;
use crate::shell;
use crate::toolchain::{TARGET, Way as Toolchain};

/// How many programs are started one after the other: one alone is shorter than what surrounds it.
pub(super) const PROGRAMS: usize = 20;
/// How many parts a no-op has.
pub(super) const PARTS: usize = 100;
/// The package of the stock recipe that is measured.
const MKDIR: &str = "recipe-mkdir";
/// What that is called when it is somebody else's.
const ELSEWHERE: &str = "elsewhere";

/// One way to do one of three things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// 10,000 files, by a recipe.
    Guarded,
    /// By the same component on plain wasmtime-wasi.
    Plain,
    /// By this process.
    Native,
    /// A no-op of parts of a stock recipe, on pooled threads.
    Stock,
    /// The same of a recipe that is not built in, each call confined.
    Other,
    /// A part that starts nothing.
    NoProgram,
    /// A part that starts programs.
    Programs,
    /// The same programs, started by this process.
    Spawned,
}

impl Way {
    pub(super) const ALL: [Self; 8] = [
        Self::Guarded,
        Self::Plain,
        Self::Native,
        Self::Stock,
        Self::Other,
        Self::NoProgram,
        Self::Programs,
        Self::Spawned,
    ];
}

impl fmt::Display for Way {
    fn fmt(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Guarded => write!(to, "10,000 files of 200 bytes, by a recipe"),
            Self::Plain => write!(to, "by the same component on plain wasmtime-wasi"),
            Self::Native => write!(to, "by a native program, without its start"),
            Self::Stock => write!(to, "no-op, {PARTS} parts of a stock recipe"),
            Self::Other => write!(to, "the same recipe as somebody else's"),
            Self::NoProgram => write!(to, "first install of a part that starts no program"),
            Self::Programs => write!(to, "one that starts `true` {PROGRAMS} times"),
            Self::Spawned => write!(to, "`true` {PROGRAMS} times, not confined"),
        }
    }
}

/// What was measured so far, and with what.
pub(super) struct Sandbox {
    program: PathBuf,
    plain: PathBuf,
    work: PathBuf,
    rows: Vec<(Way, Vec<Sample>)>,
}

impl Sandbox {
    /// Builds what plain wasmtime-wasi runs in, and brings each way to where it can be measured.
    pub(super) fn prepare(program: PathBuf, toolchain: &Toolchain, work: &Path) -> Result<Self> {
        let build = ["--locked", "--release", "--package", "buildout", "--example", "plain-wasi"];
        shell::run(shell::cargo("build").args(build))?;
        let work = work.join("sandbox");
        let recipes = work.join("recipes");
        fs::create_dir_all(&recipes)?;
        // As `host/build.rs` builds it, so that both have the same bytes.
        let products = shell::target().join("components");
        let mut mkdir = toolchain.cargo_build(&shell::root(), &products);
        shell::run(mkdir.args(["--quiet", "--locked", "--profile", "recipe", "--package", MKDIR]))?;
        let mkdir = products.join(TARGET).join("recipe").join(MKDIR.replace('-', "_")).with_extension("wasm");
        fs::copy(&mkdir, recipes.join(format!("{ELSEWHERE}.wasm")))
            .with_context(|| format!("copying {}", mkdir.display()))?;
        for guest in ["zcborec.wasm", "actor.wasm"] {
            fs::copy(shell::root().join("target/guests").join(guest), recipes.join(guest))?;
        }
        let plain = shell::target().join("release/examples/plain-wasi");
        let sandbox = Self { program, plain, work, rows: Way::ALL.map(|way| (way, Vec::new())).into() };
        for way in Way::ALL {
            let place = sandbox.place(way);
            fs::create_dir_all(place.project())?;
            fs::create_dir_all(place.home())?;
            if let Some(configuration) = configuration(way) {
                fs::write(place.project().join("buildout.cfg"), configuration)?;
            }
            // It also compiles, which is not what is measured.
            sandbox.run(way)?;
        }
        Ok(sandbox)
    }

    /// Measures each way once.
    pub(super) fn measure(&mut self, counts: bool) -> Result<()> {
        for at in 0..self.rows.len() {
            let sample = self.run(self.rows[at].0)?;
            if counts {
                self.rows[at].1.push(sample);
            }
        }
        Ok(())
    }

    /// Every way with its samples, in the order of the report.
    pub(super) fn rows(&self) -> &[(Way, Vec<Sample>)] {
        &self.rows
    }

    fn place(&self, way: Way) -> Place {
        Place(self.work.join(format!("{way:?}")))
    }

    fn run(&self, way: Way) -> Result<Sample> {
        let place = self.place(way);
        match way {
            Way::Stock | Way::Other => self.buildout(&place),
            Way::Guarded | Way::NoProgram | Way::Programs => {
                place.forget(&["project", "home/state"])?;
                fs::create_dir_all(place.project())?;
                let configuration = configuration(way).expect("a run of buildout has one");
                fs::write(place.project().join("buildout.cfg"), configuration)?;
                let sample = self.buildout(&place)?;
                let made = if way == Way::Guarded { "parts/many/99/99" } else { "parts/a" };
                ensure!(place.project().join(made).exists(), "{way}: {made} was not made");
                Ok(sample)
            }
            Way::Plain => {
                place.forget(&["project"])?;
                fs::create_dir_all(place.project())?;
                let mut command = Command::new(&self.plain);
                command.arg(self.work.join("recipes/zcborec.wasm")).arg(place.home().join("code"));
                command.arg(place.project()).arg("manyfiles");
                let sample = measure::once(&mut command, &place.log())?;
                ensure!(place.project().join("made/99/99").exists(), "{way}: nothing was made");
                Ok(sample)
            }
            Way::Native => {
                place.forget(&["project"])?;
                fs::create_dir_all(place.project())?;
                timed(|| write_files(&place.project()))
            }
            Way::Spawned => timed(|| {
                for _ in 0..PROGRAMS {
                    ensure!(Command::new("true").status()?.success(), "`true` is true");
                }
                Ok(())
            }),
        }
    }

    fn buildout(&self, place: &Place) -> Result<Sample> {
        let mut command = place.command(&self.program);
        command.env("BUILDOUT_RECIPES", self.work.join("recipes"));
        // Measured on any machine that confines programs at all.
        command.args(["--allow-run=true", "--allow-env=CC", "--process-tier=landlock"]);
        measure::once(&mut command, &place.log())
    }
}

/// What is run, if it is a run of buildout.
fn configuration(way: Way) -> Option<String> {
    match way {
        Way::Guarded => Some(projects::many_files()),
        Way::Stock => Some(projects::directories(PARTS, false)),
        Way::Other => Some(projects::directories_by(ELSEWHERE, PARTS, false)),
        Way::NoProgram => Some(projects::programs(0)),
        Way::Programs => Some(projects::programs(PROGRAMS)),
        Way::Plain | Way::Native | Way::Spawned => None,
    }
}

/// The files that the recipe makes.
fn write_files(folder: &Path) -> Result<()> {
    for directory in 0..100 {
        let directory = folder.join(directory.to_string());
        fs::create_dir(&directory)?;
        for file in 0..100 {
            fs::write(directory.join(file.to_string()), [b'x'; 200])?;
        }
    }
    Ok(())
}

/// Does it in this process; its memory is nobody's.
fn timed(deed: impl FnOnce() -> Result<()>) -> Result<Sample> {
    let start = Instant::now();
    deed()?;
    Ok(Sample { wall: start.elapsed(), memory_bytes: 0 })
}
