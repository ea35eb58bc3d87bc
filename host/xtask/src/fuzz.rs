//! `cargo xtask fuzz`: looks for bytes that break a law of a room (`host/fuzz`).
//!
//! - In: a target, and for how long; inputs that were kept (`host/fuzz/corpus`) or found before (`target/fuzz`).
//! - Out: an error that names the file with the bytes, if there are some.
//! - Not here: the laws (`host/fuzz/src/check`); replaying what was kept (a test of each room).
//!
//! The stable compiler has all that libFuzzer needs: the pass that counts edges is one of LLVM's own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, bail, ensure};

use crate::shell;

/// How long, if nothing is said.
const MINUTES: u64 = 10;

/// Longest input in bytes: what breaks a parser is small, and small inputs are tried faster.
const LONGEST: usize = 2_048;

/// Longest input that is kept, so that the corpus stays small.
const LONGEST_KEPT: usize = 512;

/// Counts edges, and shows libFuzzer what is compared with what.
const INSTRUMENTS: [&str; 6] = [
    "--cfg=fuzzing",
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

/// Runs `TARGET [--minutes N | --keep]`.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let (target, minutes) = match arguments {
        [target] => (target, Some(MINUTES)),
        [target, "--minutes", minutes] => (target, Some(minutes.parse()?)),
        [target, "--keep"] => (target, None),
        _ => bail!("`fuzz` takes TARGET and `--minutes N` or `--keep`"),
    };
    let folder = shell::root().join("host/fuzz");
    let targets = names(&folder.join("targets"))?;
    ensure!(
        targets.iter().any(|name| name == target),
        "no such target: `{target}`; there are: {}",
        targets.join(", ")
    );
    let place = Place { target, kept: folder.join("corpus").join(target), folder };
    match minutes {
        // libFuzzer takes it for all the time in the world.
        Some(0) => bail!("`--minutes` is at least 1"),
        Some(minutes) => place.look(minutes),
        None => place.keep(),
    }
}

/// The targets, by the names of their files.
fn names(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        names.extend(entry?.path().file_stem().map(|name| name.to_string_lossy().into_owned()));
    }
    names.sort();
    Ok(names)
}

struct Place<'a> {
    target: &'a str,
    /// The crate.
    folder: PathBuf,
    /// Its corpus for this target.
    kept: PathBuf,
}

impl Place<'_> {
    fn built(&self) -> PathBuf {
        shell::target().join("fuzz")
    }

    /// A folder below `target/fuzz`, which is there afterwards.
    fn scratch(&self, name: &str) -> Result<PathBuf> {
        let folder = self.built().join(name).join(self.target);
        fs::create_dir_all(&folder).with_context(|| folder.display().to_string())?;
        Ok(folder)
    }

    /// Builds the target with its instruments, and returns it ready to be given arguments.
    fn command(&self) -> Result<Command> {
        let about = shell::output(Command::new("rustc").arg("-vV"))?;
        let machine = about.lines().find_map(|line| line.strip_prefix("host: "));
        // With a target, build scripts and macros get no instruments: nothing in them would count.
        let machine = machine.context("`rustc -vV` names its host")?;
        let mut build = shell::cargo("build");
        build.current_dir(&self.folder).env("RUSTFLAGS", INSTRUMENTS.join(" "));
        build.args(["--locked", "--release", "--target", machine, "--bin", self.target, "--target-dir"]);
        shell::run(build.arg(self.built()))?;
        Ok(Command::new(self.built().join(machine).join("release").join(self.target)))
    }

    /// Looks for new inputs from all that are known.
    fn look(&self, minutes: u64) -> Result<()> {
        let (found, findings) = (self.scratch("corpus")?, self.scratch("findings")?);
        let mut command = self.command()?;
        command.args([
            format!("-max_total_time={}", minutes * 60),
            format!("-max_len={LONGEST}"),
            "-timeout=20".to_owned(),
            "-rss_limit_mb=4096".to_owned(),
            "-print_final_stats=1".to_owned(),
            format!("-dict={}", self.folder.join(format!("{}.dict", self.target)).display()),
            format!("-artifact_prefix={}/", findings.display()),
        ]);
        command.arg(found).arg(&self.kept);
        shell::run(&mut command).with_context(|| {
            format!(
                "a law is broken: see above, and the newest file in {}; it goes to {} when the law holds again",
                findings.display(),
                self.kept.display()
            )
        })
    }

    /// Makes the corpus anew from what is kept and what was found, with one short input for each new way.
    fn keep(&self) -> Result<()> {
        let (found, chosen) = (self.scratch("corpus")?, self.scratch("chosen")?);
        fs::remove_dir_all(&chosen)?;
        fs::create_dir_all(&chosen)?;
        let mut command = self.command()?;
        command.args(["-set_cover_merge=1", "-use_counters=0", &format!("-max_len={LONGEST_KEPT}")]);
        shell::run(command.arg(&chosen).arg(&self.kept).arg(found))?;
        for entry in fs::read_dir(&chosen)? {
            let entry = entry?;
            fs::copy(entry.path(), self.kept.join(entry.file_name()))?;
        }
        for entry in fs::read_dir(&self.kept)? {
            let entry = entry?;
            if !chosen.join(entry.file_name()).exists() {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_that_is_not_there_is_answered_with_those_that_are() {
        let error = run(&["parser", "--minutes", "1"]).unwrap_err().to_string();
        assert_eq!(
            error,
            "no such target: `parser`; there are: audit, config, guard, installed, recipe-toml"
        );
    }

    #[test]
    fn every_target_has_a_dictionary_and_a_corpus() {
        let folder = shell::root().join("host/fuzz");
        for name in names(&folder.join("targets")).unwrap() {
            assert!(folder.join(format!("{name}.dict")).is_file(), "{name}.dict");
            assert!(fs::read_dir(folder.join("corpus").join(&name)).unwrap().count() > 0, "corpus/{name}");
        }
    }
}
