//! Starting a program, passing on what it writes, ending it in time.
//!
//! - In: a [`Command`] and what its part is [`Allowed`]; the cancel flag.
//! - Out: [`Ran`]; each line of its output as it comes.
//! - Not here: the sandbox (`start`), what it left (`sweep`).
//!
//! The child that starts it is ended by closing its socket, which our own death does too.

use std::io::{self, BufRead as _, BufReader, Read, Write as _};
use std::net::Shutdown;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use super::command::{Allowed, Command, Ended, Output, Ran, Stream};
use super::error::ProcessError;
use super::plan::NAMESPACES;
use super::plan::{Plan, Resource, Task, Told};
use super::programs::find;
use super::start::START;
use super::surroundings::surroundings;
use super::sweep::{self, Inventory, Offence, Swept};
use super::{bubblewrap, places, probe};
use crate::confine::{Rations, Tier, View};

/// How often the flag and the clock are looked at.
const TICK: Duration = Duration::from_millis(50);

/// What lies in the program's directories is counted this much less often than counting takes.
const REST: u32 = 20;

/// How long everything may take to end that was told to.
const GRACE: Duration = Duration::from_secs(2);

/// A line without an end is passed on in pieces of this many bytes.
const LONGEST_LINE: usize = 16 << 10;

/// Runs a program to its end.
///
/// `cancelled` is asked again and again; `line` is told what it writes, if that is not captured.
pub fn run(
    command: &Command,
    allowed: &Allowed,
    cancelled: &dyn Fn() -> bool,
    line: &mut dyn FnMut(Stream, &str),
) -> Ran {
    let began = Instant::now();
    let mut swept = Swept::default();
    let io = |error| ProcessError::Io { program: command.program.clone(), error };
    let before = Inventory::of(&allowed.own).map_err(io);
    let prepared = before.and_then(|before| Ok((prepared(command, allowed, &before)?, before)));
    let result = prepared.and_then(|((mut plan, _temporary), before)| {
        let start = |plan: &Plan| Running::start(plan, command, allowed);
        let mut ended = start(&plan).and_then(|running| running.finish(cancelled, line));
        if let Err(ProcessError::Unconfined { layer: NAMESPACES, .. }) = ended
            && probe::bubblewrap()
        {
            // Nothing was started. Another program may be allowed to make them.
            plan.is_inside = true;
            ended = start(&plan).and_then(|running| running.finish(cancelled, line));
        }
        let (found, first) = before.sweep(&allowed.own, &allowed.reach).map_err(io)?;
        swept = found;
        let first = first.or(sweep::clear(&allowed.temporary).map_err(io)?);
        let ended = ended?;
        match first {
            Some(Offence { path, why }) => {
                Err(ProcessError::Left { program: command.program.clone(), path, why })
            }
            None => Ok(ended),
        }
    });
    Ran { result, swept, took: began.elapsed() }
}

/// Checks what is asked for, and writes down what the child does; the directory is gone when it is dropped.
fn prepared(
    command: &Command,
    allowed: &Allowed,
    before: &Inventory,
) -> Result<(Plan, Option<tempfile::TempDir>), ProcessError> {
    let program = find(&command.program, &allowed.reach.programs)?;
    let io = |error| ProcessError::Io { program: command.program.clone(), error };
    let limits = &allowed.limits;
    let mut places = places::places(command, allowed, before)?;
    let (temporary, kept) = match limits.tier {
        Tier::Strict => (Utf8PathBuf::from("/tmp"), None),
        Tier::Landlock | Tier::None => {
            let made = scratch(&allowed.scratch).map_err(io)?;
            let path = Utf8PathBuf::from_path_buf(made.path().to_owned());
            let path = path.map_err(|_| io(io::ErrorKind::InvalidFilename.into()))?;
            places.write.push(path.clone());
            (path, Some(made))
        }
    };
    if command.program.contains('/') {
        places.read.push(program.clone());
    }
    let paths = |paths: Vec<Utf8PathBuf>| paths.into_iter().map(Into::into).collect();
    let plan = Plan {
        tier: limits.tier,
        is_inside: false,
        program: program.clone().into(),
        arguments: [command.program.clone()].into_iter().chain(command.arguments.iter().cloned()).collect(),
        environment: surroundings(&command.environment, &allowed.reach.variables, &temporary)?,
        directory: command.directory.clone().into(),
        view: View {
            read: paths(places.read),
            write: paths(places.write),
            temporary_bytes: limits.temporary_bytes,
            processes: limits.processes,
        },
        rations: Rations {
            processor_time: None,
            address_space: Some(limits.address_bytes),
            data: None,
            file_size: Some(limits.file_bytes),
            open_files: Some(limits.open_files),
            // Counted for this user alone where there are namespaces, else together with all else of his.
            processes: (limits.tier == Tier::Strict).then_some(limits.processes),
        },
        memory_bytes: limits.memory_bytes,
    };
    Ok((plan, kept))
}

/// A new directory in the buildout's own place for such.
fn scratch(place: &Utf8Path) -> io::Result<tempfile::TempDir> {
    fs_err::create_dir_all(place)?;
    // A link in its place leads who knows where.
    if fs_err::canonicalize(place)? != place.as_std_path() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is a link, or lies behind one"));
    }
    tempfile::Builder::new().prefix("tmp-").tempdir_in(place)
}

/// What a reader of one of the child's ends says.
enum News {
    Bytes(Stream, Vec<u8>),
    Told(Told),
    /// One of them has reached its end.
    Over,
}

/// A program under way.
struct Running<'c> {
    command: &'c Command,
    allowed: &'c Allowed,
    child: Child,
    socket: UnixStream,
    news: Receiver<News>,
    until: Instant,
}

impl<'c> Running<'c> {
    fn start(plan: &Plan, command: &'c Command, allowed: &'c Allowed) -> Result<Self, ProcessError> {
        let limits = &allowed.limits;
        let time = command.time.map_or(limits.time, |time| time.min(limits.time));
        let until = Instant::now() + time;
        let start = || -> io::Result<_> {
            let (ours, theirs) = UnixStream::pair()?;
            let ourselves = || std::process::Command::new("/proc/self/exe");
            let inside = plan.is_inside.then(|| bubblewrap::command(&plan.view)).flatten();
            let mut child = inside
                .unwrap_or_else(ourselves)
                .arg(START)
                .env_clear()
                .stdin(Stdio::from(OwnedFd::from(theirs)))
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()?;
            let mut text = serde_json::to_vec(&Task::Run(Box::new(plan.clone())))?;
            text.push(b'\n');
            // A child that is gone already tells why nobody reads it.
            let _ = (&ours).write_all(&text);
            // Bounded, so that a flood waits in the program and not in our memory.
            let (sender, news) = sync_channel(16);
            let out = child.stdout.take().expect("it is piped");
            let err = child.stderr.take().expect("it is piped");
            pass_on(out, Stream::Out, sender.clone())?;
            pass_on(err, Stream::Err, sender.clone())?;
            listen(ours.try_clone()?, sender)?;
            Ok((child, ours, news))
        };
        let (child, socket, news) =
            start().map_err(|error| ProcessError::Io { program: command.program.clone(), error })?;
        Ok(Self { command, allowed, child, socket, news, until })
    }

    /// Waits for the end.
    fn finish(
        mut self,
        cancelled: &dyn Fn() -> bool,
        line: &mut dyn FnMut(Stream, &str),
    ) -> Result<Ended, ProcessError> {
        let mut scale = Scale::new(self.command, self.allowed);
        let mut texts = Texts::new(self.command, self.allowed, line);
        let (mut told, mut open, mut why) = (None, 3, None);
        let mut patience = None;
        while open > 0 {
            match self.news.recv_timeout(TICK) {
                Ok(News::Bytes(stream, bytes)) => texts.take(stream, &bytes),
                Ok(News::Told(first)) => told = told.or(Some(first)),
                Ok(News::Over) => open -= 1,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if patience.is_some_and(|until| Instant::now() > until) {
                break;
            }
            if why.is_none() {
                why = self.reason_to_end(cancelled).or_else(|| texts.too_much()).or_else(|| scale.too_much());
                if why.is_some() {
                    let _ = self.socket.shutdown(Shutdown::Write);
                    patience = Some(Instant::now() + GRACE);
                }
            }
        }
        let _ = self.socket.shutdown(Shutdown::Both);
        if patience.is_some() {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
        match why {
            Some(why) => Err(why),
            None => self.ended(told, texts),
        }
    }

    fn limit(&self, what: String, flag: &'static str) -> ProcessError {
        ProcessError::Limit { program: self.command.program.clone(), what, flag: Some(flag) }
    }

    fn reason_to_end(&self, cancelled: &dyn Fn() -> bool) -> Option<ProcessError> {
        if cancelled() {
            return Some(ProcessError::Cancelled);
        }
        if Instant::now() < self.until {
            return None;
        }
        let limit = self.allowed.limits.time;
        match self.command.time {
            Some(time) if time < limit => {
                let why = format!("it took longer than the {} s that its recipe gave it", time.as_secs());
                Some(ProcessError::NotStarted { program: self.command.program.clone(), why })
            }
            _ => Some(
                self.limit(format!("took longer than {} s", limit.as_secs()), "--run-time-limit=SECONDS"),
            ),
        }
    }

    /// What the child's word comes to.
    fn ended(&self, told: Option<Told>, texts: Texts<'_>) -> Result<Ended, ProcessError> {
        let program = self.command.program.clone();
        let limits = &self.allowed.limits;
        let status = match told {
            Some(Told::Exited(status)) => status,
            Some(Told::Signalled(signal)) if signal == libc::SIGXFSZ => {
                let what = format!("wrote a file of more than {} MiB", limits.file_bytes >> 20);
                return Err(self.limit(what, "--run-disk-limit=MIB"));
            }
            Some(Told::Signalled(signal)) => 128 + signal,
            Some(Told::Missing { layer, why }) => {
                let tier = limits.tier;
                return Err(ProcessError::Unconfined { program, tier, layer: layer.word(), why });
            }
            Some(Told::NotStarted(why)) => return Err(ProcessError::NotStarted { program, why }),
            Some(Told::Over(Resource::Memory)) => {
                let what = format!("used more than {} MiB of memory", limits.memory_bytes >> 20);
                return Err(self.limit(what, "--run-memory-limit=MIB"));
            }
            Some(Told::Over(Resource::Processes)) => {
                let what = format!("ran more than {} processes and threads at once", limits.processes);
                return Err(self.limit(what, "--run-process-limit=NUMBER"));
            }
            Some(Told::Stopped | Told::Possible) | None => {
                let why = "what kept it was ended from outside".to_owned();
                return Err(ProcessError::NotStarted { program, why });
            }
        };
        let (out, err) = texts.finish();
        Ok(Ended { status, out, err })
    }
}

/// Passes on what comes out of a pipe, on a thread of its own.
fn pass_on(mut pipe: impl Read + Send + 'static, stream: Stream, sender: SyncSender<News>) -> io::Result<()> {
    thread::Builder::new().name("output".into()).spawn(move || {
        let mut buffer = vec![0; 64 << 10];
        while let Ok(read @ 1..) = pipe.read(&mut buffer) {
            if sender.send(News::Bytes(stream, buffer[..read].to_owned())).is_err() {
                return;
            }
        }
        let _ = sender.send(News::Over);
    })?;
    Ok(())
}

/// Passes on what the child tells, on a thread of its own.
fn listen(socket: UnixStream, sender: SyncSender<News>) -> io::Result<()> {
    thread::Builder::new().name("child".into()).spawn(move || {
        for line in BufReader::new(socket).lines().map_while(Result::ok) {
            if let Ok(told) = serde_json::from_str(&line)
                && sender.send(News::Told(told)).is_err()
            {
                return;
            }
        }
        let _ = sender.send(News::Over);
    })?;
    Ok(())
}

/// What a program has written, and how much of it may still come.
struct Texts<'l> {
    output: Output,
    line: &'l mut dyn FnMut(Stream, &str),
    program: &'l str,
    /// Of each stream: what is captured, or the line that has not ended yet.
    held: [Vec<u8>; 2],
    left: usize,
    most: usize,
    dropped: u64,
}

impl<'l> Texts<'l> {
    fn new(command: &'l Command, allowed: &Allowed, line: &'l mut dyn FnMut(Stream, &str)) -> Self {
        let most = match command.output {
            Output::Log => allowed.limits.log_bytes,
            Output::Capture => allowed.limits.captured_bytes,
        };
        Self {
            output: command.output,
            line,
            program: &command.program,
            held: Default::default(),
            left: most,
            most,
            dropped: 0,
        }
    }

    fn take(&mut self, stream: Stream, bytes: &[u8]) {
        let fits = &bytes[..bytes.len().min(self.left)];
        self.left -= fits.len();
        self.dropped += (bytes.len() - fits.len()) as u64;
        let held = &mut self.held[stream as usize];
        if self.output == Output::Capture {
            held.extend_from_slice(fits);
            return;
        }
        for piece in fits.split_inclusive(|byte| *byte == b'\n') {
            held.extend_from_slice(piece);
            if held.ends_with(b"\n") || held.len() >= LONGEST_LINE {
                tell(self.line, stream, &std::mem::take(held));
            }
        }
    }

    /// Of a log, the rest is dropped; what is captured is all of it or nothing.
    fn too_much(&self) -> Option<ProcessError> {
        (self.output == Output::Capture && self.dropped > 0).then(|| ProcessError::Limit {
            program: self.program.to_owned(),
            what: format!("wrote more than {} MiB for its recipe to read", self.most >> 20),
            flag: Some("--run-output-limit=MIB"),
        })
    }

    /// The captured texts.
    fn finish(self) -> (String, String) {
        let [out, err] = self.held;
        match self.output {
            Output::Capture => {
                (String::from_utf8_lossy(&out).into_owned(), String::from_utf8_lossy(&err).into_owned())
            }
            Output::Log => {
                for (stream, rest) in [(Stream::Out, out), (Stream::Err, err)] {
                    if !rest.is_empty() {
                        tell(self.line, stream, &rest);
                    }
                }
                if self.dropped > 0 {
                    let rest = format!("{} more bytes of `{}` are not shown", self.dropped, self.program);
                    (self.line)(Stream::Err, &rest);
                }
                (String::new(), String::new())
            }
        }
    }
}

fn tell(line: &mut dyn FnMut(Stream, &str), stream: Stream, bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    line(stream, text.strip_suffix('\n').unwrap_or(&text));
}

/// Weighs the directories of a program from time to time.
struct Scale<'a> {
    program: &'a str,
    allowed: &'a Allowed,
    directories: Vec<Utf8PathBuf>,
    /// Bytes when it began.
    before: u64,
    next: Instant,
}

impl<'a> Scale<'a> {
    fn new(command: &'a Command, allowed: &'a Allowed) -> Self {
        let all = allowed.own.iter().chain(&allowed.temporary).chain(&allowed.granted);
        let directories: Vec<_> = all.cloned().collect();
        let began = Instant::now();
        let before = sweep::size(&directories);
        let program = &command.program;
        Self {
            program,
            allowed,
            directories,
            before,
            next: Instant::now() + TICK.max(began.elapsed() * REST),
        }
    }

    fn too_much(&mut self) -> Option<ProcessError> {
        let began = Instant::now();
        if began < self.next {
            return None;
        }
        let came = sweep::size(&self.directories).saturating_sub(self.before);
        self.next = Instant::now() + TICK.max(began.elapsed() * REST);
        let limit = |what, flag| ProcessError::Limit { program: self.program.to_owned(), what, flag };
        let most = self.allowed.limits.written_bytes;
        if came > most {
            return Some(limit(format!("wrote more than {} MiB", most >> 20), Some("--run-disk-limit=MIB")));
        }
        let free = |directory: &Utf8PathBuf| {
            let stat = rustix::fs::statvfs(directory.as_std_path()).ok()?;
            Some(stat.f_bavail.saturating_mul(stat.f_frsize))
        };
        let least = self.allowed.limits.free_bytes;
        // Who writes nothing takes nothing.
        let full = came > 0 && self.directories.iter().filter_map(free).any(|free| free < least);
        full.then(|| limit(format!("left less than {} MiB of the disk free", least >> 20), None))
    }
}
