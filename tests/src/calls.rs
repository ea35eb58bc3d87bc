//! The system calls of a command that change something on disk, counted over all its threads, and one of them struck.
//!
//! - In: a command; the call to strike, by its number in the run, and how.
//! - Out: how the command ended, what it wrote, and the calls it made.
//! - Not here: the fault points of the host, which know what a step is for (`buildout::fault`).
//!
//! A filter of the kernel stops each such call of each thread for us, before anything has happened, and leaves all
//! others alone. (strace would count for each thread by itself.)

use std::collections::BTreeSet;
use std::ffi::c_long;
use std::fs::{self, File};
use std::io::{Read as _, Seek as _};
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Command, ExitStatus, Output};
use std::{io, mem, ptr};

use crate::denied::{filter, install};

/// What happens to a call.
#[derive(Debug, Clone, Copy)]
pub enum Strike {
    /// The process is gone before it.
    Kill,
    /// The process gets this signal before it.
    Signal(i32),
    /// It is not made, and answers this error.
    Fail(i32),
}

/// Calls that change something whatever they are given.
const CHANGING: [(c_long, &str); 28] = [
    (libc::SYS_creat, "creat"),
    (libc::SYS_mkdir, "mkdir"),
    (libc::SYS_mkdirat, "mkdirat"),
    (libc::SYS_rmdir, "rmdir"),
    (libc::SYS_unlink, "unlink"),
    (libc::SYS_unlinkat, "unlinkat"),
    (libc::SYS_rename, "rename"),
    (libc::SYS_renameat, "renameat"),
    (libc::SYS_renameat2, "renameat2"),
    (libc::SYS_link, "link"),
    (libc::SYS_linkat, "linkat"),
    (libc::SYS_symlink, "symlink"),
    (libc::SYS_symlinkat, "symlinkat"),
    (libc::SYS_mknod, "mknod"),
    (libc::SYS_mknodat, "mknodat"),
    (libc::SYS_truncate, "truncate"),
    (libc::SYS_ftruncate, "ftruncate"),
    (libc::SYS_fallocate, "fallocate"),
    (libc::SYS_chmod, "chmod"),
    (libc::SYS_fchmod, "fchmod"),
    (libc::SYS_fchmodat, "fchmodat"),
    (libc::SYS_utimensat, "utimensat"),
    (libc::SYS_fsync, "fsync"),
    (libc::SYS_fdatasync, "fdatasync"),
    (libc::SYS_copy_file_range, "copy_file_range"),
    (libc::SYS_sendfile, "sendfile"),
    (libc::SYS_setxattr, "setxattr"),
    (libc::SYS_flock, "flock"),
];

/// Calls that change something if the file is a regular one.
const WRITING: [(c_long, &str); 4] = [
    (libc::SYS_write, "write"),
    (libc::SYS_pwrite64, "pwrite64"),
    (libc::SYS_writev, "writev"),
    (libc::SYS_pwritev, "pwritev"),
];

/// Calls that change something if they are told to make a file.
const OPENING: [(c_long, &str); 3] =
    [(libc::SYS_open, "open"), (libc::SYS_openat, "openat"), (libc::SYS_openat2, "openat2")];

/// Runs a command and strikes one of its calls; the first is 1.
///
/// # Panics
///
/// The command cannot be started, or this process may not trace it.
pub(crate) fn run(command: Command, strike: Option<(usize, Strike)>) -> (Output, Vec<String>) {
    let filter = stopping(CHANGING.iter().chain(&WRITING).chain(&OPENING));
    let mut traced = Traced { strike, ..Traced::default() };
    (traced.run(command, filter), traced.calls)
}

/// Runs a command and answers one call with a number, where its first argument is 0.
///
/// # Panics
///
/// As [`run`].
pub(crate) fn answered(command: Command, call: c_long, answer: i64) -> Output {
    let mut traced = Traced { answer: Some(answer), ..Traced::default() };
    traced.run(command, stopping(&[(call, "")]))
}

fn pid(number: u32) -> libc::pid_t {
    number.try_into().expect("the kernel's numbers fit")
}

/// A program for the kernel: these calls stop for the tracer, all others go on.
fn stopping<'c>(calls: impl IntoIterator<Item = &'c (c_long, &'c str)>) -> Vec<libc::sock_filter> {
    filter(calls.into_iter().map(|(call, _)| (*call, libc::SECCOMP_RET_TRACE)))
}

fn let_us_trace(filter: &[libc::sock_filter]) -> io::Result<()> {
    // SAFETY: it concerns this process alone.
    if unsafe { libc::ptrace(libc::PTRACE_TRACEME, 0, ptr::null_mut::<u8>(), ptr::null_mut::<u8>()) } != 0 {
        return Err(io::Error::last_os_error());
    }
    install(filter)
}

/// A command that stops before each call.
#[derive(Default)]
struct Traced {
    process: libc::pid_t,
    strike: Option<(usize, Strike)>,
    /// What the call is answered, instead of being looked at.
    answer: Option<i64>,
    calls: Vec<String>,
    /// Threads that have stopped once.
    known: BTreeSet<libc::pid_t>,
}

impl Traced {
    fn run(&mut self, mut command: Command, filter: Vec<libc::sock_filter>) -> Output {
        let file = || tempfile::tempfile().expect("there is room");
        let (mut stdout, mut stderr) = (file(), file());
        let again = |file: &File| file.try_clone().expect("a handle can be copied");
        command.stdout(again(&stdout)).stderr(again(&stderr));
        // SAFETY: between fork and exec it makes system calls and nothing else; `filter` was made before.
        unsafe { command.pre_exec(move || let_us_trace(&filter)) };
        #[expect(clippy::zombie_processes, reason = "`follow` waits for it, and for its threads")]
        let child = command.spawn().expect("the command can be started");
        self.process = pid(child.id());
        let status = self.follow();
        let text = |file: &mut File| {
            let mut bytes = Vec::new();
            file.rewind().and_then(|()| file.read_to_end(&mut bytes)).expect("it can be read");
            bytes
        };
        Output { status, stdout: text(&mut stdout), stderr: text(&mut stderr) }
    }

    /// Follows the command, its threads and its children until all have ended.
    fn follow(&mut self) -> ExitStatus {
        let mut ended = None;
        loop {
            let mut status = 0;
            // SAFETY: the status is ours to write. Children of other threads of this process are left to them.
            let stopped = unsafe { libc::waitpid(-1, &raw mut status, libc::__WALL | libc::__WNOTHREAD) };
            if stopped < 0 {
                return ended.expect("nothing is left to wait for, so the command has ended");
            }
            if !libc::WIFSTOPPED(status) {
                if stopped == self.process {
                    ended = Some(ExitStatus::from_raw(status));
                }
                continue;
            }
            let signal = self.stopped(stopped, status);
            ask(libc::PTRACE_CONT, stopped, 0, signal.try_into().expect("signals are small"));
        }
    }

    /// A thread has stopped; the signal with which it goes on.
    fn stopped(&mut self, thread: libc::pid_t, status: i32) -> i32 {
        let first = self.known.insert(thread);
        if first && thread == self.process {
            let options = libc::PTRACE_O_TRACESECCOMP
                | libc::PTRACE_O_TRACECLONE
                | libc::PTRACE_O_TRACEFORK
                | libc::PTRACE_O_TRACEVFORK
                | libc::PTRACE_O_TRACEEXEC
                | libc::PTRACE_O_EXITKILL;
            assert!(ask(libc::PTRACE_SETOPTIONS, thread, 0, options.try_into().expect("bits")), "no tracing");
            return 0;
        }
        if status >> 16 == libc::PTRACE_EVENT_SECCOMP {
            self.call(thread);
            return 0;
        }
        match libc::WSTOPSIG(status) {
            // How a new thread begins, and how the kernel tells of one.
            libc::SIGSTOP if first => 0,
            libc::SIGTRAP => 0,
            signal => signal,
        }
    }

    fn call(&mut self, thread: libc::pid_t) {
        // SAFETY: all zeros are registers.
        let mut registers: libc::user_regs_struct = unsafe { mem::zeroed() };
        if !ask(libc::PTRACE_GETREGS, thread, 0, (&raw mut registers) as usize) {
            return; // It was killed meanwhile.
        }
        if let Some(answer) = self.answer {
            if registers.rdi == 0 {
                registers.orig_rax = u64::MAX;
                registers.rax = answer.cast_unsigned();
                ask(libc::PTRACE_SETREGS, thread, 0, (&raw mut registers) as usize);
            }
            return;
        }
        let Some(name) = changes(thread, &registers) else { return };
        self.calls.push(name);
        match self.strike {
            Some((at, strike)) if at == self.calls.len() => match strike {
                // SAFETY: a signal to a process that we have not waited for yet.
                Strike::Kill => drop(unsafe { libc::kill(self.process, libc::SIGKILL) }),
                // SAFETY: as above.
                Strike::Signal(signal) => drop(unsafe { libc::kill(self.process, signal) }),
                Strike::Fail(error) => {
                    // A call of this number there is not, so what stands in the answer stays.
                    registers.orig_rax = u64::MAX;
                    registers.rax = (-i64::from(error)).cast_unsigned();
                    ask(libc::PTRACE_SETREGS, thread, 0, (&raw mut registers) as usize);
                }
            },
            _ => {}
        }
    }
}

/// Asks the kernel about a thread that has stopped.
fn ask(what: u32, thread: libc::pid_t, address: usize, data: usize) -> bool {
    // SAFETY: `data` is a number, or the address of a structure of the size that `what` is about.
    unsafe { libc::ptrace(what, thread, address, data) == 0 }
}

/// The name of a call that changes something.
fn changes(thread: libc::pid_t, registers: &libc::user_regs_struct) -> Option<String> {
    let number = c_long::try_from(registers.orig_rax).ok()?;
    let name = |list: &[(c_long, &'static str)]| {
        list.iter().find(|(known, _)| *known == number).map(|(_, name)| *name)
    };
    if let Some(name) = name(&CHANGING) {
        return Some(name.to_owned());
    }
    if let Some(name) = name(&WRITING) {
        // 1 and 2 are what the command says.
        let file = fs::metadata(format!("/proc/{thread}/fd/{}", registers.rdi)).ok()?.file_type();
        return (registers.rdi > 2 && file.is_file() && !file.is_fifo()).then(|| name.to_owned());
    }
    let name = name(&OPENING)?;
    let flags = match number {
        libc::SYS_open => registers.rsi,
        libc::SYS_openat => registers.rdx,
        // The first word of what the third argument points to.
        _ => {
            // SAFETY: it reads a word of a process that has stopped.
            let word = unsafe { libc::ptrace(libc::PTRACE_PEEKDATA, thread, registers.rdx, 0) };
            word.cast_unsigned()
        }
    };
    let making = u64::try_from(libc::O_CREAT | libc::O_TRUNC).expect("bits");
    (flags & making != 0).then(|| name.to_owned())
}
