//! The buildout of one test: a directory with a project, a user around it, and things that are nobody's business.
//!
//! - In: files.
//! - Out: [`Run`]s of the real command, and what lies on the disk afterwards.
//! - Not here: what a run shows (`run`).
//!
//! | in the directory | what it is |
//! |---|---|
//! | `site` | the buildout directory |
//! | `home`, `outside` | watched: a run that changes anything there fails its test |
//! | `state` | the user's state directory |

use std::ffi::{OsStr, c_long};
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Seek as _, Write as _};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Mutex, MutexGuard};

use tempfile::TempDir;

use crate::calls::{self, Strike};
use crate::denied::{Denied, deny};
use crate::machine;
use crate::run::{Run, redacted};
use crate::terminal;

/// What no run may tell anybody.
const SECRET: &str = "CANARY";

/// The buildout of one test.
pub struct Site {
    /// Removed with the site.
    _root: TempDir,
    /// Its real path.
    real: PathBuf,
    cache: PathBuf,
    environment: Mutex<Vec<(String, String)>>,
}

impl Site {
    /// A buildout with this configuration.
    ///
    /// # Panics
    ///
    /// Where a directory cannot be made, as all that follows.
    pub fn new(configuration: &str) -> Self {
        let root = tempfile::tempdir().expect("there is room for a directory");
        let real = root.path().canonicalize().expect("it is there");
        // Shared by all tests, so that each guest is compiled once.
        let cache = repository().join("target/test-cache");
        let site = Self { _root: root, real, cache, environment: Mutex::default() };
        site.write("buildout.cfg", configuration);
        site.write("../home/.netrc", format!("machine example.org password {SECRET}\n"));
        site.write("../outside/secret", format!("{SECRET}\n"));
        site.write("../outside/file", "somebody's\n");
        // Code in the shared cache is sealed with the user's key, so all these users have the same.
        site.write("../state/buildout/key", "the key of a user of the tests: no");
        fs::set_permissions(site.path("../state/buildout/key"), fs::Permissions::from_mode(0o600))
            .expect("it is ours");
        fs::create_dir_all(&site.cache).expect("there is room for a cache");
        fs::set_permissions(&site.cache, fs::Permissions::from_mode(0o700)).expect("it is ours");
        site
    }

    /// A buildout with the one part `a`, which the guest `actor` makes; `options` are the part's.
    pub fn actor(options: &str) -> Self {
        Self::new(&format!(
            "[buildout]\nparts = a\n\n[a]\nrecipe = actor\n{}\n",
            options.trim_start_matches('\n')
        ))
    }

    /// Gives this test a cache of its own, empty.
    pub fn with_own_cache(mut self) -> Self {
        self.cache = self.real.join("cache");
        fs::create_dir(&self.cache).expect("there is room for a cache");
        self
    }

    /// Sets a variable in the environment of every run that follows.
    pub fn set(&self, name: &str, value: &str) -> &Self {
        self.variables().push((name.to_owned(), value.to_owned()));
        self
    }

    /// A path of the site; `../` leads to what lies around it.
    pub fn path(&self, path: &str) -> PathBuf {
        match path.strip_prefix("../") {
            Some(around) => self.real.join(around),
            None => self.real.join("site").join(path),
        }
    }

    /// Where the compiled code of this site's recipes is kept.
    pub fn code_cache(&self) -> PathBuf {
        self.cache.join("buildout/code")
    }

    /// Writes a file, and the directories above it.
    pub fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a file lies in a directory")).expect("there is room");
        fs::write(&path, content).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        self
    }

    /// Sets the permission bits of a file.
    pub fn chmod(&self, path: &str, mode: u32) -> &Self {
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(mode)).expect("it is ours");
        self
    }

    /// Makes a symbolic link.
    pub fn link(&self, target: impl AsRef<Path>, path: &str) -> &Self {
        let path = self.path(path);
        fs::create_dir_all(path.parent().expect("a link lies in a directory")).expect("there is room");
        symlink(target, path).expect("nothing is there yet");
        self
    }

    /// The text of a file.
    pub fn read(&self, path: &str) -> String {
        let path = self.path(path);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Whether anything is there, a link that leads nowhere too.
    pub fn has(&self, path: &str) -> bool {
        self.path(path).symlink_metadata().is_ok()
    }

    /// Whether a part counts as installed.
    pub fn records(&self, part: &str) -> bool {
        self.has(".installed.cfg") && self.read(".installed.cfg").contains(&format!("[{part}]"))
    }

    /// Everything below a directory, a line each, nothing if it is not there: directories end with `/`, files show their text.
    pub fn tree(&self, path: &str) -> String {
        let top = self.path(path);
        let mut lines = String::new();
        if !top.exists() {
            return lines;
        }
        let mut left = vec![top.clone()];
        while let Some(path) = left.pop() {
            let name = path.strip_prefix(&top).expect("it lies below").display();
            let meta = path.symlink_metadata().expect("it was just listed");
            if meta.is_symlink() {
                let target = fs::read_link(&path).expect("it is a link");
                writeln!(lines, "{name} -> {}", target.display()).expect("a String takes all");
            } else if meta.is_dir() {
                if path != top {
                    writeln!(lines, "{name}/").expect("a String takes all");
                }
                let mut entries: Vec<PathBuf> = fs::read_dir(&path)
                    .expect("it can be read")
                    .map(|entry| entry.expect("it can be read").path())
                    .collect();
                entries.sort();
                left.extend(entries.into_iter().rev());
            } else {
                let text = String::from_utf8_lossy(&fs::read(&path).expect("it can be read")).into_owned();
                writeln!(lines, "{name} {:o} {text:?}", meta.permissions().mode() & 0o7777)
                    .expect("a String takes all");
            }
        }
        redacted(&lines, &self.real)
    }

    /// Runs `buildout` with these arguments in the buildout directory.
    ///
    /// # Panics
    ///
    /// The run has changed anything in `home` or `outside`.
    pub fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.start(arguments), &self.real)
    }

    /// The same, with something to read on standard input.
    ///
    /// # Panics
    ///
    /// As [`Site::run`].
    pub fn run_with_input(&self, arguments: &[&str], input: &str) -> Run {
        let mut file = tempfile::tempfile().expect("there is room");
        file.write_all(input.as_bytes()).and_then(|()| file.rewind()).expect("there is room");
        let mut command = self.command(arguments);
        command.stdin(file);
        Run::of(self.output_of(command), &self.real)
    }

    /// The same on a terminal of 24 lines and 60 columns, on which somebody has typed `input`: all that is on standard
    /// input and standard error, with nothing taken out.
    ///
    /// # Panics
    ///
    /// As [`Site::run`]; or there are no terminals.
    pub fn run_on_terminal(&self, arguments: &[&str], input: &str) -> (Option<i32>, String) {
        let watched = self.watched();
        let (exit, shown) = terminal::run(self.command(arguments), input);
        assert_eq!(self.watched(), watched, "a run changed what is nobody's business: {shown}");
        (exit, shown.replace(&format!("{}/site", self.real.display()), "[DIR]"))
    }

    /// The same with all streams on a terminal of its own, where each answer is typed as soon as what it answers is shown;
    /// `before` was typed before the run began.
    ///
    /// # Panics
    ///
    /// As [`Site::run_on_terminal`]; or something that is to be answered never comes.
    pub fn converse(
        &self,
        arguments: &[&str],
        before: &str,
        exchanges: &[(&str, &str)],
    ) -> (Option<i32>, String) {
        let watched = self.watched();
        let mut command = self.command(arguments);
        command.env("NO_COLOR", "1");
        let (exit, shown) = terminal::converse(command, before, exchanges);
        assert_eq!(self.watched(), watched, "a run changed what is nobody's business: {shown}");
        (exit, redacted(&shown, &self.real))
    }

    /// The same, with these variables in its environment.
    ///
    /// # Panics
    ///
    /// As [`Site::run`].
    pub fn run_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Run {
        let mut command = self.command(arguments);
        command.envs(variables.iter().copied());
        Run::of(self.output_of(command), &self.real)
    }

    /// The same, where the system refuses these calls.
    ///
    /// # Panics
    ///
    /// As [`Site::run`].
    pub fn run_where(&self, denied: &[Denied], arguments: &[&str]) -> Run {
        let mut command = self.command(arguments);
        deny(&mut command, denied);
        Run::of(self.output_of(command), &self.real)
    }

    /// The same, by a shell that runs `before` first, such as `ulimit`.
    ///
    /// # Panics
    ///
    /// As [`Site::run`].
    pub fn run_after(&self, before: &str, arguments: &[&str]) -> Run {
        let plain = self.command(arguments);
        let mut shell = self.command_of("/bin/sh", &[]);
        shell
            .arg("-c")
            .arg(format!("{before}; exec \"$0\" \"$@\""))
            .arg(plain.get_program())
            .args(plain.get_args());
        Run::of(self.output_of(shell), &self.real)
    }

    /// The same on a system that answers a call with `answer`, where the call's first argument is 0.
    ///
    /// # Panics
    ///
    /// As [`Site::run`].
    pub fn run_answered(&self, call: c_long, answer: i64, arguments: &[&str]) -> Run {
        Run::of(calls::answered(self.command(arguments), call, answer), &self.real)
    }

    /// The same; one of the system calls that change something is struck, the first being 1. With them all, by name.
    ///
    /// # Panics
    ///
    /// As [`Site::run`].
    pub fn run_struck(&self, arguments: &[&str], strike: Option<(usize, Strike)>) -> (Run, Vec<String>) {
        let watched = self.watched();
        let (output, calls) = calls::run(self.command(arguments), strike);
        assert_eq!(self.watched(), watched, "a run changed what is nobody's business: {output:?}");
        (Run::of(output, &self.real), calls)
    }

    /// The same, with nothing taken out of what stands on standard error.
    ///
    /// # Panics
    ///
    /// As [`Site::run`].
    pub fn run_raw(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.start(arguments).stderr).expect("buildout writes UTF-8")
    }

    /// The same, with nothing taken out of what stands on standard output.
    ///
    /// # Panics
    ///
    /// As [`Site::run`].
    pub fn result_raw(&self, arguments: &[&str]) -> String {
        String::from_utf8(self.start(arguments).stdout).expect("buildout writes UTF-8")
    }

    /// Runs `buildout` until it has written a line, then sends it a signal, by its name without `SIG`.
    ///
    /// # Panics
    ///
    /// As [`Site::run`]; or the line never comes.
    pub fn run_until(&self, arguments: &[&str], line: &str, signal: &str) -> Run {
        self.run_while(arguments, line, signal, |_| ())
    }

    /// The same; before the signal it does something else, which is given the number of the process.
    ///
    /// # Panics
    ///
    /// As [`Site::run_until`].
    pub fn run_while(
        &self,
        arguments: &[&str],
        line: &str,
        signal: &str,
        meanwhile: impl FnOnce(u32),
    ) -> Run {
        let watched = self.watched();
        let mut child =
            self.command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
        let mut told = BufReader::new(child.stderr.take().expect("it is piped"));
        let mut stderr = String::new();
        while !stderr.lines().any(|told| told == line) {
            assert_ne!(told.read_line(&mut stderr).expect("it is text"), 0, "`{line}` never came:\n{stderr}");
        }
        meanwhile(child.id());
        let sent =
            Command::new("kill").args(["-s", signal, &child.id().to_string()]).status().expect("it starts");
        assert!(sent.success(), "the process has ended already");
        told.read_to_string(&mut stderr).expect("it is text");
        let output = child.wait_with_output().expect("it ends");
        assert_eq!(self.watched(), watched, "a run changed what is nobody's business: {stderr}");
        Run::of(Output { stderr: stderr.into_bytes(), ..output }, &self.real)
    }

    fn start(&self, arguments: &[&str]) -> Output {
        self.output_of(self.command(arguments))
    }

    fn output_of(&self, mut command: Command) -> Output {
        let watched = self.watched();
        let output = command.output().expect("the command can be started");
        assert_eq!(self.watched(), watched, "a run changed what is nobody's business: {output:?}");
        output
    }

    fn variables(&self) -> MutexGuard<'_, Vec<(String, String)>> {
        self.environment.lock().expect("nothing panics while it holds it")
    }

    fn watched(&self) -> [String; 2] {
        ["../home", "../outside"].map(|place| self.tree(place))
    }

    fn command(&self, arguments: &[&str]) -> Command {
        self.command_of(buildout(), arguments)
    }

    /// Where the kernel confines no recipe, guests run all the same, and what that layer holds is not shown.
    fn policy(&self) -> Option<(&'static str, PathBuf)> {
        if machine::has_landlock() {
            return None;
        }
        let policy = self.path("../policy.toml");
        fs::write(&policy, "version = 1\nconfine = \"guard\"\n").expect("there is room");
        Some(("BUILDOUT_POLICY", policy))
    }

    fn command_of(&self, program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments.iter().map(|argument| argument.replace("[ROOT]", &self.real.to_string_lossy())))
            .current_dir(self.path(""))
            .env_clear()
            .env("HOME", self.path("../home"))
            .env("XDG_STATE_HOME", self.path("../state"))
            .env("XDG_CACHE_HOME", &self.cache)
            .env("BUILDOUT_RECIPES", guests())
            .env("PATH", "/nowhere")
            .env("TOKEN", SECRET)
            .env("COLOUR", "green")
            .envs(self.policy())
            .envs(self.variables().iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null());
        command
    }
}

/// The guests, built.
fn guests() -> PathBuf {
    let guests = repository().join("target/guests");
    assert!(guests.join("actor.wasm").is_file(), "the guests are not built: run `cargo xtask test`");
    guests
}

/// The component of a guest.
///
/// # Panics
///
/// It is not built.
pub fn guest(name: &str) -> Vec<u8> {
    fs::read(guests().join(name).with_extension("wasm")).expect("it is built")
}

/// The command, which lies beside the folder of the test programs.
pub(crate) fn buildout() -> PathBuf {
    let program = std::env::current_exe().expect("a test knows where it is");
    let command = program.ancestors().nth(2).expect("tests lie in `deps`").join("buildout");
    assert!(command.is_file(), "{} is not there: run `cargo xtask test`", command.display());
    command
}

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests lie in the repository").to_owned()
}
