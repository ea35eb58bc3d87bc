//! The ground that a case stands on: its directories and files, and a process run to its end in them.
//!
//! - In: a [`Case`], an address to put in its texts.
//! - Out: the project and the home as each step wants them.
//! - Not here: what is run there (`project` for ours, `record` for theirs).

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, id};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{env, thread};

use anyhow::{Context as _, Result};

use super::suite::{Case, Step};

/// The directories `proj` and `home` of one case, below one that is removed with this.
pub(super) struct Ground {
    top: PathBuf,
    /// What stands for `@URL@`.
    address: String,
}

impl Ground {
    /// Makes the directories with the case's files.
    pub(super) fn new(case: &Case, address: String) -> Result<Self> {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let top = env::temp_dir().join(format!("buildout-oracle-{}-{number}", id()));
        fs::create_dir_all(&top)?;
        let ground = Self { top: top.canonicalize()?, address };
        for folder in ["proj", "home"] {
            fs::create_dir_all(ground.path(folder))?;
        }
        ground.write("proj", &case.files)?;
        ground.write("home", &case.home)?;
        Ok(ground)
    }

    /// Does what a step says about files, which is before its run.
    pub(super) fn prepare(&self, step: &Step) -> Result<()> {
        self.write("proj", &step.write)?;
        self.write("home", &step.write_home)?;
        for path in &step.make {
            fs::create_dir_all(self.path("proj").join(path))?;
        }
        for path in &step.remove {
            remove(&self.path("proj").join(path))?;
        }
        Ok(())
    }

    /// A directory of the case; none is the one around all of them.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        if name.is_empty() { self.top.clone() } else { self.top.join(name) }
    }

    /// A text of the case, with this machine's paths.
    pub(super) fn placed(&self, text: &str) -> String {
        let path = |name: &str| self.path(name).display().to_string();
        text.replace("@DIR@", &path("proj")).replace("@HOME@", &path("home")).replace("@URL@", &self.address)
    }

    fn write(&self, below: &str, files: &BTreeMap<String, Vec<u8>>) -> Result<()> {
        for (path, content) in files {
            let path = self.top.join(below).join(path);
            fs::create_dir_all(path.parent().context("a file lies in a directory")?)?;
            match std::str::from_utf8(content) {
                Ok(text) => fs::write(&path, self.placed(text)),
                Err(_) => fs::write(&path, content),
            }
            .with_context(|| format!("writing {}", path.display()))?;
        }
        Ok(())
    }
}

impl Drop for Ground {
    fn drop(&mut self) {
        // What a run made unwritable may stay behind.
        let _ = fs::remove_dir_all(&self.top);
    }
}

/// Waits for a process; one that lasts longer than `patience` is ended, and there is no status.
pub(super) fn finished(child: &mut Child, patience: Duration) -> Result<Option<ExitStatus>> {
    let begun = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if begun.elapsed() > patience {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(2));
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
