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

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio, id};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, thread};

use anyhow::{Context as _, Result, ensure};

use super::disk;
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
    top: Top,
    recipes: PathBuf,
}

impl<'a> Project<'a> {
    /// Makes the directory with the case's files.
    pub(super) fn new(case: &'a Case, place: &'a Place) -> Result<Self> {
        let project = Self { case, place, top: Top::new()?, recipes: place.guests.clone() };
        for folder in ["proj", "home", "state/buildout"] {
            fs::create_dir_all(project.top.0.join(folder))?;
        }
        // Code in the shared cache is sealed with the user's key, so all these users have the same.
        let key = project.top.0.join("state/buildout/key");
        fs::write(&key, "the key of a user of the tests: no")?;
        fs::set_permissions(&key, Permissions::from_mode(0o600))?;
        project.write("proj", &case.files)?;
        project.write("home", &case.home)?;
        Ok(project)
    }

    /// Takes one step.
    pub(super) fn step(&mut self, step: &Step) -> Result<Outcome> {
        self.write("proj", &step.write)?;
        self.write("home", &step.write_home)?;
        for (path, text) in &step.recipe {
            // Caches of Python do not count as a change of the recipe.
            if !path.ends_with(".pyc") {
                self.change_recipe(text)?;
            }
        }
        let directory = self.top.0.join("proj");
        for path in &step.make {
            fs::create_dir_all(directory.join(path))?;
        }
        for path in &step.remove {
            remove(&directory.join(path))?;
        }
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
        let top = &self.top.0;
        let path = |name: &str| top.join(name);
        let mut command = Command::new(&self.place.command);
        command
            .args(self.flags())
            .args(step.arguments.iter().map(|argument| self.placed(argument)))
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
            command.env(name, self.placed(value));
        }
        let mut child = command.spawn().context("the command does not start")?;
        let begun = Instant::now();
        let exit = loop {
            if let Some(status) = child.try_wait()? {
                break status.code();
            }
            if begun.elapsed() > PATIENCE {
                child.kill()?;
                child.wait()?;
                break None;
            }
            thread::sleep(Duration::from_millis(2));
        };
        let text =
            |name| Ok::<_, std::io::Error>(String::from_utf8_lossy(&fs::read(path(name))?).into_owned());
        Ok((exit, text("stdout")?, text("stderr")?))
    }

    /// What zc.buildout did without a question: reading and writing around the project, making links.
    fn flags(&self) -> Vec<String> {
        let mut flags = vec![PYTHON.to_owned(), format!("--allow-read={}", self.top.0.display())];
        if self.case.text.contains("@HOME@") {
            flags.push(self.placed("--allow-write=@HOME@"));
        }
        flags.push("--allow-links".to_owned());
        flags
    }

    /// A text of the case, with this machine's paths.
    fn placed(&self, text: &str) -> String {
        let path = |name: &str| self.top.0.join(name).display().to_string();
        text.replace("@DIR@", &path("proj")).replace("@HOME@", &path("home")).replace("@URL@", ADDRESS)
    }

    /// A text of a run, without this machine's paths.
    fn plain(&self, text: &str) -> String {
        let path = |name: &str| self.top.0.join(name).display().to_string();
        text.replace(&path("proj"), "@DIR@")
            .replace(&path("home"), "@HOME@")
            .replace(&self.top.0.display().to_string(), "@TOP@")
            .replace(ADDRESS, "@URL@")
            .replace(">=6.0.1", ">=@ZCB@")
    }

    fn write(&self, below: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
        for (path, content) in files {
            let path = self.top.0.join(below).join(path);
            fs::create_dir_all(path.parent().context("a file lies in a directory")?)?;
            match std::str::from_utf8(content) {
                Ok(text) => fs::write(&path, self.placed(text)),
                Err(_) => fs::write(&path, content),
            }
            .with_context(|| format!("writing {}", path.display()))?;
        }
        Ok(())
    }

    /// Gives this case a recipe with other bytes: a custom section more.
    fn change_recipe(&mut self, text: &str) -> Result<()> {
        let own = self.top.0.join("recipes");
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

/// Removes whatever is there.
fn remove(path: &Path) -> Result<()> {
    match path.symlink_metadata() {
        Err(_) => {}
        Ok(meta) if meta.is_dir() => fs::remove_dir_all(path)?,
        Ok(_) => fs::remove_file(path)?,
    }
    Ok(())
}

/// A directory that is removed with this.
struct Top(PathBuf);

impl Top {
    fn new() -> Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let path = env::temp_dir().join(format!("buildout-oracle-{}-{number}", id()));
        fs::create_dir_all(&path)?;
        Ok(Self(path.canonicalize()?))
    }
}

impl Drop for Top {
    fn drop(&mut self) {
        // What a run made unwritable may stay behind.
        let _ = fs::remove_dir_all(&self.0);
    }
}
