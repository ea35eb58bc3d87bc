//! Compiling somebody else's component, in a child of our own that can be stopped.
//!
//! - In: a component's bytes, [`Limits`].
//! - Out: its code; or why there is none.
//! - Not here: keeping the code, or remembering that there is none (`code_cache`).
//!
//! A small component can keep a compiler busy for minutes, and no clock of the engine reaches it there. So the
//! child, which is this same program under another word, has so much time and memory and no more, opens
//! no file, and is killed when the user does not want to wait. It reads one line of JSON and the component,
//! and writes the code.

use std::io::{self, BufRead as _, Read as _, Write as _};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use std::os::unix::process::ExitStatusExt as _;

use super::call::Failure;
use super::engine;
use super::instance::cancelled;
use super::limits::Limits;
use crate::confine::{Landlock, Rations, Ruleset};

/// The word that makes this program the compiler.
pub const COMPILE: &str = "__compile";

/// How often the child is looked at.
const LOOK: Duration = Duration::from_millis(20);

/// How many times its time on processors a compiler may take by the clock: a machine may be busy.
const PATIENCE: u32 = 10;

/// What the child may say about itself.
const LONGEST_WORDS: u64 = 64 << 10;

/// How its words begin when the component is to blame.
const INVALID: &str = "invalid: ";

/// What the compiler of Rust's own library says when there is no memory left.
const NO_MEMORY: &str = "memory allocation of";

/// The flags that raise what a compiler may take: time, memory.
pub(super) const FLAGS: [&str; 2] =
    ["--recipe-limit=compile-time=TIME", "--recipe-limit=compile-memory=SIZE"];

/// Compiles a component in a child.
///
/// # Errors
///
/// [`Failure::Limit`] when it took too much, [`Failure::Link`] when it is no component,
/// [`Failure::Stopped`] when the user did not wait for it, [`Failure::System`] when there is no child.
pub(super) fn compile(wasm: &[u8], limits: &Limits) -> Result<Vec<u8>, Failure> {
    let system = |error: io::Error| Failure::System(format!("no compiler: {error}"));
    // Its own name may lead to another program by now.
    let mut child = Command::new("/proc/self/exe")
        .arg(COMPILE)
        .env_clear()
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(system)?;
    let mut input = child.stdin.take().expect("it is piped");
    let mut output = child.stdout.take().expect("it is piped");
    let mut words = child.stderr.take().expect("it is piped");
    let header = serde_json::to_string(limits).expect("numbers become JSON");
    let began = Instant::now();
    let (status, code, said) = thread::scope(|scope| -> io::Result<_> {
        scope.spawn(move || {
            // A child that is gone says why by itself.
            let _ = writeln!(input, "{header}").and_then(|()| input.write_all(wasm));
        });
        let said = scope.spawn(move || {
            let mut said = String::new();
            let _ = words.by_ref().take(LONGEST_WORDS).read_to_string(&mut said);
            let _ = io::copy(&mut words, &mut io::sink());
            said
        });
        let (done, ended) = channel();
        let code = scope.spawn(move || {
            let mut code = Vec::new();
            let read = output.read_to_end(&mut code);
            drop(done);
            read.map(|_| code)
        });
        while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(LOOK) {
            let _: &std::sync::mpsc::Receiver<()> = &ended;
            if cancelled() || began.elapsed() > limits.compile_time * PATIENCE {
                child.kill()?;
            }
        }
        let status = child.wait()?;
        let code = code.join().expect("reading does not panic")?;
        Ok((status, code, said.join().expect("reading does not panic")))
    })
    .map_err(system)?;
    if status.success() && !code.is_empty() { Ok(code) } else { Err(failed(status, &said, limits)) }
}

/// Why there is no code.
fn failed(status: ExitStatus, said: &str, limits: &Limits) -> Failure {
    if cancelled() {
        return Failure::Stopped;
    }
    let limit = |what, flag| Failure::Limit { what, flag: Some(flag), said: Vec::new() };
    let signal = status.signal().and_then(Signal::from_named_raw);
    if signal == Some(Signal::XCPU) || signal == Some(Signal::KILL) {
        let seconds = limits.compile_time.as_secs();
        let what = format!("compiling it took more than {seconds} s on the processor");
        return limit(what, FLAGS[0]);
    }
    if said.contains(NO_MEMORY) {
        let what = format!("compiling it took more than {} MiB of memory", limits.compile_bytes >> 20);
        return limit(what, FLAGS[1]);
    }
    match said.trim().strip_prefix(INVALID) {
        Some(why) => Failure::Link(format!("it is not a valid component: {why}")),
        None => Failure::Link(format!("its compiler ended with {status}: {}", said.trim())),
    }
}

/// The child's side: reads a component from standard input, and writes its code to standard output.
///
/// Returns whether it did; if not, standard error says why.
pub fn compile_here() -> bool {
    let compiled = confine().and_then(|limits| {
        let mut wasm = Vec::new();
        io::stdin().read_to_end(&mut wasm).map_err(|error| error.to_string())?;
        let engine = engine::compiler(&limits).map_err(|error| format!("{error:#}"))?;
        let rations = Rations {
            processor_time: Some(limits.compile_time),
            data: Some(limits.compile_bytes),
            file_size: Some(0),
            ..Rations::default()
        };
        rations.apply().map_err(|error| error.to_string())?;
        engine.precompile_component(&wasm).map_err(|error| format!("{INVALID}{error:#}"))
    });
    let written = compiled.and_then(|code| io::stdout().write_all(&code).map_err(|error| error.to_string()));
    match written {
        Ok(()) => true,
        Err(why) => {
            let _ = writeln!(io::stderr(), "{why}");
            false
        }
    }
}

/// Gives up every file, and ends with whoever started us; returns the limits.
fn confine() -> Result<Limits, String> {
    let kill = rustix::process::Signal::KILL;
    rustix::process::set_parent_process_death_signal(Some(kill)).map_err(|error| error.to_string())?;
    if Landlock::here().is_enough() {
        Ruleset::default().restrict_thread().map_err(|error| error.to_string())?;
    }
    let mut header = String::new();
    io::stdin().lock().read_line(&mut header).map_err(|error| error.to_string())?;
    serde_json::from_str(&header).map_err(|error| error.to_string())
}
