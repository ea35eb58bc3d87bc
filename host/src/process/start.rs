//! In the child: the layers of the sandbox, then the program.
//!
//! - In: a [`Task`] on standard input, which is a socket.
//! - Out: the program runs in its sandbox until it ends or the socket closes; what came of it on the socket.
//! - Not here: choosing what it may see (`run`).
//!
//! Three processes in the strict tier: this one waits outside; the first one inside puts the root directory together
//! and then reaps and counts; the second one takes the other layers on itself and becomes the program. When either
//! of the first two ends, the kernel ends all that is inside. In the weaker tiers the second one is left out, and
//! this process is handed all orphans and ends them itself.

use std::ffi::CString;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use rustix::process::{DumpableBehavior, Signal};

use super::keep::{self, Most};
use super::plan::{Layer, Plan, Task, Told};
use super::system::{self, Fork};
use crate::confine::{self, DEVICES, Rights, Rules, SYSTEM, Seccomp, Tier};

/// The first argument that makes a process this one.
pub const START: &str = "__start";

/// What of the system is read in a tier where it cannot be left out: programs take a file that is refused for a fault,
/// and one that is not there for none.
const HARMLESS: [&str; 8] = [
    "/etc/passwd",
    "/etc/group",
    "/etc/nsswitch.conf",
    "/etc/hosts",
    "/etc/lsb-release",
    "/etc/timezone",
    "/etc/host.conf",
    "/etc/gai.conf",
];

type Done<T> = Result<T, Told>;

fn missing(layer: Layer) -> impl Fn(io::Error) -> Told {
    move |error| Told::Missing { layer, why: error.to_string() }
}

/// Does what it is told on standard input. Only for a process of one thread.
pub fn start() -> ExitCode {
    let Ok(socket) = system::take_input().map(UnixStream::from) else { return ExitCode::FAILURE };
    let mut line = String::new();
    let read = BufReader::new(&socket).read_line(&mut line);
    let Some(task) = read.ok().and_then(|_| serde_json::from_str::<Task>(&line).ok()) else {
        return ExitCode::FAILURE;
    };
    let told = match task {
        Task::Run(plan) => run(&plan, &socket).unwrap_or_else(|told| told),
        Task::Probe => probe(&socket).unwrap_or_else(|told| told),
        Task::Answer => Told::Possible,
    };
    tell(&socket, &told);
    ExitCode::SUCCESS
}

fn tell(mut socket: &UnixStream, told: &Told) {
    let text = serde_json::to_string(told).expect("plain data becomes JSON");
    // Nobody listens any more if the run was given up.
    let _ = writeln!(socket, "{text}");
}

/// Runs the program to its end; of what is told, the first counts.
fn run(plan: &Plan, socket: &UnixStream) -> Done<Told> {
    let limits = missing(Layer::Limits);
    rustix::process::setsid().map_err(|error| limits(error.into()))?;
    match plan.tier {
        Tier::Strict if !plan.is_inside => namespaced(|| inside(plan, socket), socket),
        Tier::Strict | Tier::Landlock | Tier::None => {
            rustix::process::set_child_subreaper(Some(rustix::process::getpid()))
                .map_err(|error| limits(error.into()))?;
            let program = started(plan, socket).map_err(&limits)?;
            // Only where nobody else's are seen can they be counted.
            let most = Most { memory_bytes: plan.memory_bytes, processes: plan.view.processes };
            let told = keep::keep(program, Some(socket.as_fd()), plan.is_inside.then_some(most));
            keep::end_all();
            told.map_err(limits)
        }
    }
}

/// Does something as the first process in namespaces of its own, and waits for its end; with it ends all that is
/// inside.
fn namespaced(deed: impl FnOnce() -> Told, socket: &UnixStream) -> Done<Told> {
    let failed = missing(Layer::Namespaces);
    confine::enter().map_err(|error| failed(io::Error::other(error)))?;
    // The death of whoever started us ends us, and ours the first process inside.
    rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
        .map_err(|error| failed(error.into()))?;
    let (ours, held) = io::pipe().map_err(&failed)?;
    match system::fork().map_err(&failed)? {
        Fork::Child => {
            drop(held);
            let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
            // Its parent may have died before it could say what that means.
            if keep::is_held(&ours) {
                tell(socket, &deed());
            }
            system::leave(0)
        }
        Fork::Parent(first) => {
            drop(ours);
            let told = keep::keep(first, Some(socket.as_fd()), None).map_err(failed)?;
            if told == Told::Stopped {
                keep::end(first);
            }
            Ok(told)
        }
    }
}

/// In the first process inside.
fn inside(plan: &Plan, socket: &UnixStream) -> Told {
    let built = plan.view.build().map_err(|error| missing(Layer::Namespaces)(io::Error::other(error)));
    let program = built.and_then(|()| started(plan, socket).map_err(missing(Layer::Limits)));
    let told = program.and_then(|program| {
        // What knows all about the sandbox is not to be looked into from inside.
        let _ = rustix::process::set_dumpable_behavior(DumpableBehavior::NotDumpable);
        let most = Most { memory_bytes: plan.memory_bytes, processes: plan.view.processes };
        keep::keep(program, None, Some(most)).map_err(missing(Layer::Limits))
    });
    told.unwrap_or_else(|told| told)
}

/// Starts the program in a process of its own.
fn started(plan: &Plan, socket: &UnixStream) -> io::Result<rustix::process::Pid> {
    match system::fork()? {
        Fork::Parent(program) => Ok(program),
        Fork::Child => {
            let told = become_program(plan);
            tell(socket, &told);
            system::leave(125)
        }
    }
}

/// Takes all layers on itself and becomes the program; returns why it could not.
fn become_program(plan: &Plan) -> Told {
    let ready = || -> Done<()> {
        let limits = missing(Layer::Limits);
        if plan.tier != Tier::Strict {
            rustix::process::set_parent_process_death_signal(Some(Signal::KILL))
                .map_err(|error| limits(error.into()))?;
        }
        system::usual_signals();
        system::close_on_start().map_err(&limits)?;
        std::env::set_current_dir(&plan.directory)
            .map_err(|error| Told::NotStarted(format!("{}: {error}", plan.directory.display())))?;
        plan.rations.apply().map_err(&limits)?;
        rustix::thread::set_no_new_privs(true).map_err(|error| limits(error.into()))?;
        if plan.tier != Tier::None {
            // Root beside us would be root; inside it is nobody.
            system::drop_capabilities().or_else(may_fail_for_others).map_err(&limits)?;
            let rules = rules(plan).map_err(|error| missing(Layer::Landlock)(io::Error::other(error)))?;
            rules.restrict_thread().map_err(|error| missing(Layer::Landlock)(io::Error::other(error)))?;
            Seccomp::new().and_then(|filter| filter.apply()).map_err(missing(Layer::Seccomp))?;
        }
        Ok(())
    };
    if let Err(told) = ready() {
        return told;
    }
    let text = |text: &[u8]| CString::new(text);
    let texts = |all: Vec<&[u8]>| all.into_iter().map(text).collect::<Result<Vec<_>, _>>();
    let environment: Vec<String> =
        plan.environment.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let texts = text(plan.program.as_os_str().as_bytes()).and_then(|program| {
        Ok((
            program,
            texts(plan.arguments.iter().map(String::as_bytes).collect())?,
            texts(environment.iter().map(String::as_bytes).collect())?,
        ))
    });
    match texts {
        Ok((program, arguments, environment)) => {
            let error = system::execute(&program, &arguments, &environment);
            Told::NotStarted(format!("{}: {error}", plan.program.display()))
        }
        Err(_) => Told::NotStarted("an argument holds a NUL".to_owned()),
    }
}

/// Who is not root has nothing to give up.
fn may_fail_for_others(error: io::Error) -> io::Result<()> {
    if rustix::process::geteuid().is_root() { Err(error) } else { Ok(()) }
}

/// The files that the program can open, by the kernel's second wall.
fn rules(plan: &Plan) -> Result<Rules, confine::LandlockError> {
    let reading = Rights::READ.and(Rights::LIST);
    let running = reading.and(Rights::EXECUTE);
    let everything = running.and(Rights::WRITE);
    let mut rules = Rules::new()?;
    let mut allow = |paths: &mut dyn Iterator<Item = &Path>, rights| {
        paths.filter(|path| path.exists()).try_for_each(|path| rules.allow_path(path, rights))
    };
    let paths = |paths: &'static [&'static str]| paths.iter().map(Path::new);
    fn given(paths: &[PathBuf]) -> impl Iterator<Item = &Path> {
        paths.iter().map(PathBuf::as_path)
    }
    allow(&mut paths(&SYSTEM), running)?;
    allow(&mut paths(&HARMLESS), reading)?;
    allow(&mut paths(&["/proc"]), reading)?;
    allow(&mut paths(&DEVICES), Rights::READ.and(Rights::WRITE))?;
    allow(&mut given(&plan.view.read), running)?;
    allow(&mut given(&plan.view.write), everything)?;
    allow(&mut [plan.program.as_path()].into_iter(), running)?;
    if plan.tier == Tier::Strict {
        // Nothing is there that was not put there.
        allow(&mut paths(&["/"]), Rights::LIST)?;
        allow(&mut paths(&["/tmp", "/dev/shm"]), everything)?;
    }
    Ok(rules)
}

/// Tries namespaces, with a root directory in them.
fn probe(socket: &UnixStream) -> Done<Told> {
    let view = confine::View { temporary_bytes: 1 << 20, processes: 301, ..confine::View::default() };
    let built = || match view.build() {
        Ok(()) => Told::Possible,
        Err(error) => missing(Layer::Namespaces)(io::Error::other(error)),
    };
    namespaced(built, socket)
}
