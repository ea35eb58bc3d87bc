//! The directory of one case, and steps taken in it.
//!
//! - In: a [`Case`]; the built command and guests.
//! - Out: the [`Outcome`] of each step, without what differs from machine to machine.
//! - Not here: what counts as a difference.
//!
//! | in the directory | what it is | in texts |
//! |---|---|---|
//! | `proj` | the buildout directory | `@DIR@` |
//! | `home` | the user's home | `@HOME@` |
//! | `state`, `recipes` | the user's state, this case's own copy of the recipes | |

use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};

use super::disk;
use super::ground::{self, Ground};
use super::outcome::{Left, Outcome};
use super::suite::{Case, Step};
use crate::shell;

/// A run that lasts longer hangs.
const PATIENCE: Duration = Duration::from_secs(60);

/// Nobody listens there; addresses are not served before downloads are.
const ADDRESS: &str = "http://127.0.0.1:9/";

/// What the recorded answers were made with.
const PYTHON: &str = "--python-version=3.11";

/// What all cases share.
#[derive(Debug)]
pub(super) struct Place {
    command: PathBuf,
    guests: PathBuf,
    /// Compiled recipes.
    cache: PathBuf,
}

impl Place {
    /// Looks for what `cargo xtask test` builds.
    pub(super) fn ready() -> Result<Self> {
        let place = Self {
            command: shell::target().join("debug/buildout"),
            guests: shell::root().join("target/guests"),
            cache: shell::target().join("oracle-cache"),
        };
        for built in [&place.command, &place.guests.join("zcborec.wasm")] {
            ensure!(built.is_file(), "{} is not there: run `cargo xtask test`", built.display());
        }
        fs::create_dir_all(&place.cache)?;
        fs::set_permissions(&place.cache, Permissions::from_mode(0o700))?;
        Ok(place)
    }
}

/// The directory of one case.
pub(super) struct Project<'a> {
    case: &'a Case,
    place: &'a Place,
    ground: Ground,
    recipes: PathBuf,
}

impl<'a> Project<'a> {
    /// Makes the directory with the case's files.
    pub(super) fn new(case: &'a Case, place: &'a Place) -> Result<Self> {
        let ground = Ground::new(case, ADDRESS.to_owned())?;
        // Code in the shared cache is sealed with the user's key, so all these users have the same.
        let key = ground.path("state/buildout/key");
        fs::create_dir_all(ground.path("state/buildout"))?;
        fs::write(&key, "the key of a user of the tests: no")?;
        fs::set_permissions(&key, Permissions::from_mode(0o600))?;
        Ok(Self { case, place, ground, recipes: place.guests.clone() })
    }

    /// Takes one step.
    pub(super) fn step(&mut self, step: &Step) -> Result<Outcome> {
        self.ground.prepare(step)?;
        for (path, text) in &step.recipe {
            // Caches of Python do not count as a change of the recipe.
            if !path.ends_with(".pyc") {
                self.change_recipe(text)?;
            }
        }
        let directory = self.ground.path("proj");
        let (exit, stdout, stderr) = self.run(step)?;
        let text =
            |path: &Path| fs::read(path).ok().map(|bytes| self.plain(&String::from_utf8_lossy(&bytes)));
        let tree = disk::tree(&directory).into_iter().filter(|path| !self.case.files.contains_key(path));
        let left = Left {
            exit,
            stdout: self.plain(&stdout),
            stderr: self.plain(&stderr),
            database: text(&directory.join(&step.database)),
            tree: tree.map(|path| self.plain(&path)).collect(),
            shown: step.show.iter().map(|path| (path.clone(), text(&directory.join(path)))).collect(),
        };
        Ok(Outcome::ours(step, left))
    }

    /// Runs the command to its end.
    fn run(&self, step: &Step) -> Result<(Option<i32>, String, String)> {
        let path = |name: &str| self.ground.path(name);
        let mut command = Command::new(&self.place.command);
        command
            .args(self.flags())
            .args(step.arguments.iter().map(|argument| self.ground.placed(argument)))
            .current_dir(path("proj").join(&step.directory))
            .env_clear()
            .env("HOME", path("home"))
            .env("XDG_STATE_HOME", path("state"))
            .env("XDG_CACHE_HOME", &self.place.cache)
            .env("BUILDOUT_RECIPES", &self.recipes)
            .env("PATH", "/usr/bin:/bin")
            .env("LC_ALL", "C.UTF-8")
            .stdin(Stdio::null())
            .stdout(File::create(path("stdout"))?)
            .stderr(File::create(path("stderr"))?);
        for (name, value) in self.case.environment.iter().chain(&step.environment) {
            command.env(name, self.ground.placed(value));
        }
        let mut child = command.spawn().context("the command does not start")?;
        let exit = ground::finished(&mut child, PATIENCE)?.and_then(|status| status.code());
        let text =
            |name| Ok::<_, std::io::Error>(String::from_utf8_lossy(&fs::read(path(name))?).into_owned());
        Ok((exit, text("stdout")?, text("stderr")?))
    }

    /// What zc.buildout did without a question: reading and writing around the project, making links.
    fn flags(&self) -> Vec<String> {
        let mut flags = vec![PYTHON.to_owned(), format!("--allow-read={}", self.ground.path("").display())];
        if self.case.text.contains("@HOME@") {
            flags.push(self.ground.placed("--allow-write=@HOME@"));
        }
        flags.push("--allow-links".to_owned());
        flags
    }

    /// A text of a run, without this machine's paths.
    fn plain(&self, text: &str) -> String {
        let path = |name: &str| self.ground.path(name).display().to_string();
        text.replace(&path("proj"), "@DIR@")
            .replace(&path("home"), "@HOME@")
            .replace(&self.ground.path("").display().to_string(), "@TOP@")
            .replace(ADDRESS, "@URL@")
            .replace(">=6.0.1", ">=@ZCB@")
    }

    /// Gives this case a recipe with other bytes: a custom section more.
    fn change_recipe(&mut self, text: &str) -> Result<()> {
        let own = self.ground.path("recipes");
        let mut bytes = fs::read(self.recipes.join("zcborec.wasm"))?;
        let content = [&[4][..], b"text", text.as_bytes()].concat();
        bytes.extend([0, u8::try_from(content.len()).ok().filter(|len| *len < 128).context("too long")?]);
        bytes.extend(content);
        fs::create_dir_all(&own)?;
        fs::write(own.join("zcborec.wasm"), bytes)?;
        self.recipes = own;
        Ok(())
    }
}
